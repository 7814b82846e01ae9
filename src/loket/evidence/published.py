# SPDX-License-Identifier: EUPL-1.2
"""The record, outside the database, of every checkpoint this log has published.

A database restored from a backup forgets what it has shown to others; this file does not. Each
checkpoint is written and synced here before the database commits it, so the file is never behind.
It holds signed notes (C2SP tlog-checkpoint), each followed by an empty line, and only grows; put
it on other storage than the database.
"""

import os
import re
from pathlib import Path

from loket.evidence.note import Checkpoint, NoteError, Verifier, open_checkpoint

_TAIL = 64 * 1024
_RECORD = re.compile(rb"[^\n]+\n[0-9]+\n[^\n]+\n\n(?:[^\n]+\n)+(?=\n)")


class PublishedDamaged(Exception):
    """The record of published checkpoints holds nothing we signed; the message says what to do."""


class Published:
    """The record in one file. Only the sealer appends to it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def newest(self, log: Verifier) -> Checkpoint | None:
        """The last checkpoint recorded, None when there is no file yet.

        A record cut short by a crash is left out of account: it was never published. Raises
        PublishedDamaged when nothing complete is there, or it is not signed by this log's key.
        """
        if not self._path.exists():
            return None
        with self._path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
            records = _RECORD.findall(file.read())
        try:
            return open_checkpoint(records[-1], log)
        except IndexError:
            if not self._path.stat().st_size:
                return None
            problem = "holds no complete checkpoint"
        except NoteError as error:
            problem = f"ends in something else than our checkpoint ({error})"
        raise PublishedDamaged(
            f"{self._path} {problem}. Put back the right file (or the right log key); if it is "
            "lost, put in it the newest checkpoint that somebody else holds, and an empty line."
        )

    def append(self, note: bytes) -> None:
        """Record a checkpoint (a signed note) and wait until it is on disk."""
        new = not self._path.exists()
        if new:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab+") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 2))
            # What a crash cut short is closed off, never removed.
            start = b"" if file.read() in (b"", b"\n\n") else b"\n\n"
            file.write(start + note + b"\n")
            file.flush()
            os.fsync(file.fileno())
        if new:
            _sync_directory(self._path.parent)


def _sync_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
