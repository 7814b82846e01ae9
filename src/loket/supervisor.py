# SPDX-License-Identifier: EUPL-1.2
"""The process tree of `loket serve`: a database, an API and the background work.

The supervisor imports little and does little: it starts, watches and restarts. What it starts
ends when it ends, also by kill -9; on the next start the same data go on.
"""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from loket.postgres import EmbeddedPostgres, PostgresFailed

PATIENCE = 10.0
"""Seconds a process gets to stop by itself."""
SLOWEST_RESTART = 5.0
TICK = 0.1
LOOK_SECONDS = 1.0
"""Between looks at whether the database answers."""

STUCK_SECONDS = 5.0
"""After this long without an answer or a recovery, a database that lives is started again."""

_PR_SET_PDEATHSIG = 1

logger = structlog.get_logger(__name__)


def end_with_parent(parent: int) -> None:
    """Ask the kernel (Linux) to stop this process when its parent dies, however it dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)


def free_port(host: str) -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


@dataclass
class Child:
    """One process of ours: `loket <command>`, started again whenever it ends."""

    command: Sequence[str]
    env: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    delay: float = 0.0
    started: float = 0.0
    not_before: float = 0.0

    def tend(self, now: float) -> None:
        """Start it when it is not running, slower when it keeps failing."""
        if self.process is not None:
            status = self.process.poll()
            if status is None:
                return
            ran = now - self.started
            self.delay = 0.1 if ran > PATIENCE else min(SLOWEST_RESTART, max(0.1, self.delay * 2))
            self.not_before = now + self.delay
            self.process = None
            logger.warning(
                "restarting", command=self.command[0], status=status, after=round(ran, 1)
            )
        if now >= self.not_before:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "loket.cli", *self.command],
                env={**os.environ, **self.env, "LOKET_PARENT": str(os.getpid())},
                start_new_session=True,
            )
            self.started = now

    def end(self, number: signal.Signals) -> None:
        """Send a signal, if it runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)


@dataclass
class Supervisor:
    """Keeps a database (when embedded) and children running until told to stop."""

    database: EmbeddedPostgres | None
    children: Sequence[Child]
    health_url: str
    on_ready: Callable[[], None]
    _stopping: bool = field(default=False, init=False)
    _looked: float = field(default=0.0, init=False)
    _stuck_since: float | None = field(default=None, init=False)

    def run(self) -> None:
        """Until SIGTERM or SIGINT; then everything stops in order, the database last."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        ready = False
        try:
            while not self._stopping:
                self._tend_database()
                for child in self.children:
                    child.tend(time.monotonic())
                if not ready and self._is_ready():
                    ready = True
                    self.on_ready()
                time.sleep(TICK)
        finally:
            self._stop_children()
            if self.database is not None:
                self.database.stop()

    def _stop(self, _number: int, _frame: object) -> None:
        self._stopping = True

    def _tend_database(self) -> None:
        if self.database is None or (self.database.alive() and not self._is_stuck(self.database)):
            return
        self._stuck_since = None
        logger.warning("restarting", command="postgres")
        try:
            self.database.stop()
            self.database.start()
        except PostgresFailed as error:
            logger.error("the database does not start", reason=str(error))
            time.sleep(1)

    def _is_stuck(self, database: EmbeddedPostgres) -> bool:
        now = time.monotonic()
        if now - self._looked < LOOK_SECONDS:
            return False
        self._looked = now
        if not database.stuck():
            self._stuck_since = None
        elif self._stuck_since is None:
            self._stuck_since = now
        return self._stuck_since is not None and now - self._stuck_since > STUCK_SECONDS

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(self.health_url, timeout=1) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def _stop_children(self) -> None:
        for child in self.children:
            child.end(signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE
        for child in self.children:
            if child.process is None:
                continue
            try:
                child.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.end(signal.SIGKILL)
                child.process.wait()
