# SPDX-License-Identifier: EUPL-1.2
"""What a killed run leaves behind on a data directory: processes, and files that name them."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from loket.postgres.failure import PostgresFailed

SOCKET = ".s.PGSQL.5432"
SHUTDOWN_SECONDS = 8.0
"""For a clean end. A server told to stop while it recovers can wait for ever (seen in 18.6), and
an immediate stop loses nothing: the next start recovers."""

_POLL_SECONDS = 0.02


def end_leftovers(pgdata: Path) -> None:
    """End every PostgreSQL process on this directory and remove what it left behind.

    A process belongs to it when its working directory is this very directory: a process id in
    postmaster.pid proves nothing (it may be reused, or a zombie), so that file is only used to
    tell an orphaned postmaster, which can shut down cleanly, from its orphaned children.
    """
    postmaster = _recorded_postmaster(pgdata)
    left = processes_in(pgdata)
    if postmaster in left:
        left = _end(pgdata, [postmaster], signal.SIGINT, SHUTDOWN_SECONDS)
    for number, seconds in ((0, 1.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        if left:
            left = _end(pgdata, left, number, seconds)
    if left:
        raise PostgresFailed(f"processes {left} still use {pgdata} and cannot be ended")
    for name in ("postmaster.pid", SOCKET, f"{SOCKET}.lock"):
        (pgdata / name).unlink(missing_ok=True)


def _end(pgdata: Path, pids: Sequence[int], number: int, seconds: float) -> list[int]:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
    until = time.monotonic() + seconds
    while (left := processes_in(pgdata)) and time.monotonic() < until:
        time.sleep(_POLL_SECONDS)
    return left


def processes_in(directory: Path) -> list[int]:
    """The PostgreSQL processes whose working directory is this one."""
    found: list[int] = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (entry / "cwd").samefile(directory):
                name = (entry / "comm").read_text(encoding="utf-8").strip()
                if name in ("postgres", "initdb"):
                    found.append(int(entry.name))
    return found


def title(pid: int) -> str:
    """What a process calls itself, empty when it is gone."""
    try:
        return (Path("/proc") / str(pid) / "cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def _recorded_postmaster(pgdata: Path) -> int:
    try:
        return int((pgdata / "postmaster.pid").read_text(encoding="utf-8").split()[0])
    except (OSError, ValueError, IndexError):
        return 0
