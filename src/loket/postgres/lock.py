# SPDX-License-Identifier: EUPL-1.2
"""The lock that keeps a second supervisor away from a data directory."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from loket.postgres.failure import PostgresFailed


class Lock:
    """One supervisor a data directory; released by the kernel whatever way the holder dies.

    A record lock: unlike flock it is not shared with forked children, which may outlive us.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    @property
    def taken(self) -> bool:
        return self._handle is not None

    def take(self) -> None:
        if self._handle is not None:
            return
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(handle, 20).decode(errors="replace")
            os.close(handle)
            raise PostgresFailed(
                f"process {holder} already runs the database in {self._path.parent}"
            ) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        self._handle = handle

    def release(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
