# SPDX-License-Identifier: EUPL-1.2
"""A whole installation in its own processes, for tests that need the real thing."""

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

COMMAND = (sys.executable, "-m", "loket.cli")
SENDER = "LoketLB-toezichtGebruiker"
SUPERVISOR = "ABBDatabankToezicht-DatabankToezichtLezer"
ABB = "http://data.lblod.info/id/bestuurseenheden/141d9d6b-54af-4d17-b313-8d1c30bc3f5b"


@dataclass
class Stack:
    """`loket serve` on a data directory; `port` stays the same over restarts."""

    data: Path
    port: int
    env: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *arguments: str, within: float = 60) -> float:
        """Start it; seconds until it said `ready`."""
        began = time.monotonic()
        self._close()
        with (self.data.parent / "stack.log").open("a") as log:
            self.process = subprocess.Popen(
                [*COMMAND, "serve", "--demo", "--port", str(self.port), *arguments],
                env=self._environment(),
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while time.monotonic() - began < within:
                if selector.select(0.5):
                    line = self.process.stdout.readline()
                    assert line.startswith("ready "), self._last_words()
                    return time.monotonic() - began
        raise AssertionError(self._last_words())

    def stop(self) -> None:
        """Stop it as an operator would."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)
        self._close()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another command on the same installation."""
        return subprocess.run(
            [*COMMAND, *arguments],
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )

    def token(self, bestuur: str, role: str, *arguments: str) -> str:
        """A token for somebody of this bestuur."""
        done = self.run("token", "--bestuur", bestuur, "--rol", role, *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def pids(self) -> dict[int, str]:
        """Every process of the tree below the supervisor: id → what it is."""
        assert self.process is not None
        return {pid: _words(pid) for pid in _descendants(self.process.pid)}

    def _close(self) -> None:
        if self.process is not None and self.process.stdout is not None:
            self.process.stdout.close()

    def report(self) -> str:
        """What runs, and what was said last: for the message of a failed test."""
        return "\n".join([*self.pids().values(), self._last_words()])

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "LOKET_DATA_DIR": str(self.data), **self.env}

    def _last_words(self) -> str:
        return (self.data.parent / "stack.log").read_text()[-3000:]


def _descendants(parent: int) -> Iterator[int]:
    for child in _children(parent):
        yield child
        yield from _descendants(child)


def _children(parent: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{parent}/task").iterdir())
        return [int(c) for task in tasks for c in (task / "children").read_text().split()]
    except OSError:
        return []


def _words(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    except OSError:
        return ""
