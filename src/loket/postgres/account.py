# SPDX-License-Identifier: EUPL-1.2
"""The operating system account the server runs as, and starting programs as that account."""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from loket.postgres.failure import PostgresFailed

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Account:
    """The account the server runs as; ``drop`` when we must become it first."""

    uid: int
    gid: int
    drop: bool

    def run(self, command: Sequence[str], directory: Path) -> subprocess.CompletedProcess[str]:
        """Run a program to its end; PermissionError when the account cannot reach it."""
        return subprocess.run(
            command, cwd=directory, capture_output=True, text=True, check=False, **self._as()
        )

    def can_run(self, program: Path) -> bool:
        """Whether the account reaches a program and may execute it."""
        try:
            return self.run([str(program), "--version"], Path("/")).returncode == 0
        except PermissionError:
            return False

    def give(self, path: Path) -> None:
        """Make a new file or directory of ours the account's."""
        if self.drop:
            os.chown(path, self.uid, self.gid)

    def launch(
        self, command: Sequence[str], directory: Path, output: BinaryIO | int
    ) -> subprocess.Popen[bytes]:
        """Start a program in its own session, to be ended with us."""
        return subprocess.Popen(
            command,
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=_end_with_parent(),  # noqa: PLW1509 - one system call, resolved beforehand
            **self._as(),
        )

    def _as(self) -> dict[str, Any]:
        # Of our own environment (which holds secrets) only what finds programs is handed on.
        keep = {k: os.environ[k] for k in ("PATH", "LD_LIBRARY_PATH") if k in os.environ}
        arguments: dict[str, Any] = {"env": {**keep, "LC_ALL": "C", "TZ": "UTC"}}
        if self.drop:
            arguments |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return arguments


def account_for(pgdata: Path) -> Account:
    """Who is to run the server on this cluster (which may not exist yet)."""
    uid, owner = os.geteuid(), pgdata.stat() if pgdata.exists() else None
    if uid != 0:
        if owner is not None and owner.st_uid != uid:
            raise PostgresFailed(f"{pgdata} belongs to user id {owner.st_uid}, not to you ({uid})")
        return Account(uid, os.getegid(), drop=False)
    if owner is not None and owner.st_uid != 0:
        return Account(owner.st_uid, owner.st_gid, drop=True)
    if owner is not None:
        raise PostgresFailed(f"PostgreSQL cannot run as root: chown -R nobody {pgdata}")
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise PostgresFailed("PostgreSQL cannot run as root and there is no user nobody") from None
    return Account(nobody.pw_uid, nobody.pw_gid, drop=True)


def identities() -> str:
    """pg_ident.conf: root (who can do anything anyway) and we may be any role."""
    uid = os.geteuid()
    try:
        names = {"root", pwd.getpwuid(uid).pw_name}
    except KeyError:
        raise PostgresFailed(
            f"user id {uid} has no name in /etc/passwd; PostgreSQL asks for one"
        ) from None
    return "".join(f'loket "{name}" all\n' for name in sorted(names))


def own_name(directory: Path) -> str:
    """What a process whose working directory this is may call it, whatever its parents allow."""
    return "/proc/self/cwd" if Path("/proc/self/cwd").exists() else str(directory)


def _end_with_parent() -> Callable[[], None] | None:
    """What makes the kernel send SIGINT to a new child when this (main) thread ends."""
    if sys.platform != "linux" or threading.current_thread() is not threading.main_thread():
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
