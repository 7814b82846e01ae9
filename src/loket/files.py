# SPDX-License-Identifier: EUPL-1.2
"""Files by their content: `<directory>/ab/cd/<sha256>`, written once, never changed.

A file is hashed while it streams in, made durable (fsync of file and directories) and only then
given its name, so that whoever sees a name sees the whole content. Who uploaded what is in the
table `uploads`; the same content is kept once. At most one chunk is in memory.
"""

import asyncio
import base64
import hashlib
import os
import re
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol
from uuid import uuid4

import psycopg
from psycopg.rows import TupleRow

from loket.evidence.batcher import Batcher
from loket.evidence.store import connect_async
from loket.kernel import Invalid

CHUNK = 1 << 20
"""Bytes read or written at a time."""

STALE = 24 * 3600
"""Seconds after which an unfinished upload is given up."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_SIZES = "SELECT sha256, bestuur, size FROM uploads WHERE sha256 = ANY(%b) AND bestuur = ANY(%b)"
_RECORD = """INSERT INTO uploads (sha256, bestuur, size) VALUES (%s, %s, %s)
             ON CONFLICT DO NOTHING"""


class BestandTeGroot(Invalid):
    """Het bestand is groter dan toegelaten."""


class BestandLeeg(Invalid):
    """Het bestand is leeg."""


class AndereInhoud(Invalid):
    """De ontvangen inhoud komt niet overeen met de opgegeven controlesom."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file in the store: SHA-256 in hexadecimal, size in bytes."""

    sha256: str
    size: int


class Uploads(Protocol):
    """Who uploaded what."""

    async def record(self, file: Stored, bestuur: str) -> None:
        """Remember that this bestuur (URI) uploaded this file."""

    async def sizes(self, digests: Sequence[str], bestuur: str) -> Mapping[str, int]:
        """Sizes (bytes) of those digests that this bestuur has uploaded."""

    async def close(self) -> None:
        """Let go of what it holds open."""


@dataclass(slots=True)
class _Incoming:
    """An upload on its way: a temporary file and the hash so far."""

    path: Path
    file: BinaryIO
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    size: int = 0

    def write(self, data: bytes) -> None:
        self.digest.update(data)
        self.file.write(data)
        self.size += len(data)

    def finish(self) -> Stored:
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()
        return Stored(self.digest.hexdigest(), self.size)

    def discard(self) -> None:
        self.file.close()
        self.path.unlink(missing_ok=True)


class FileStore:
    """The store in one directory. One instance serves one event loop."""

    def __init__(self, directory: Path, uploads: Uploads, max_size: int) -> None:
        self.directory = directory
        self.uploads = uploads
        self.max_size = max_size

    async def receive(
        self, chunks: AsyncIterator[bytes], bestuur: str, expected: str | None = None
    ) -> Stored:
        """Store what streams in and record its uploader (URI of a bestuur).

        `expected` is the SHA-256 (hexadecimal) the sender promises. Raises BestandTeGroot,
        BestandLeeg or AndereInhoud; then nothing is kept.
        """
        incoming = await asyncio.to_thread(self._begin)
        try:
            stored = await self._fill(incoming, chunks)
            if expected is not None and stored.sha256 != expected:
                raise AndereInhoud(f"De inhoud heeft SHA-256 {stored.sha256}.")
            await asyncio.to_thread(self._keep, incoming.path, stored)
        finally:
            # Also when the caller is cancelled, where nothing may be awaited.
            incoming.discard()
        await self.uploads.record(stored, bestuur)
        return stored

    async def _fill(self, incoming: _Incoming, chunks: AsyncIterator[bytes]) -> Stored:
        waiting: list[bytes] = []
        size = total = 0
        async for chunk in chunks:
            waiting.append(chunk)
            size += len(chunk)
            total += len(chunk)
            if total > self.max_size:
                raise BestandTeGroot(f"Ten hoogste {self.max_size} bytes.")
            if size >= CHUNK:
                await asyncio.to_thread(incoming.write, b"".join(waiting))
                waiting.clear()
                size = 0
        if not total:
            raise BestandLeeg
        if waiting:
            await asyncio.to_thread(incoming.write, b"".join(waiting))
        return await asyncio.to_thread(incoming.finish)

    def _begin(self) -> _Incoming:
        folder = self.directory / "tmp"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / uuid4().hex
        return _Incoming(path, path.open("xb"))

    def _keep(self, temporary: Path, stored: Stored) -> None:
        final = self.path(stored.sha256)
        missing = [p for p in (final.parent.parent, final.parent) if not p.exists()]
        final.parent.mkdir(parents=True, exist_ok=True)
        if not final.exists():
            temporary.replace(final)
        # Also when it was there: whoever brought it may not have come this far yet.
        for folder in {final.parent, *(p.parent for p in missing)}:
            _sync_directory(folder)

    def path(self, sha256: str) -> Path:
        """Where a content lies or would lie; raises ValueError for what is not a digest."""
        if not is_digest(sha256):
            raise ValueError("not a SHA-256 digest")
        return self.directory / sha256[:2] / sha256[2:4] / sha256

    async def read(
        self, sha256: str, start: int = 0, stop: int | None = None
    ) -> AsyncIterator[bytes]:
        """The bytes from `start` up to, not including, `stop`; raises FileNotFoundError."""
        file = await asyncio.to_thread(self.path(sha256).open, "rb")
        try:
            file.seek(start)
            left = (1 << 63) if stop is None else stop - start
            while left > 0 and (data := await asyncio.to_thread(file.read, min(CHUNK, left))):
                left -= len(data)
                yield data
        finally:
            file.close()

    async def sizes(self, digests: Sequence[str], bestuur: str) -> Mapping[str, int]:
        """Sizes (bytes) of those digests that this bestuur has uploaded and that are here."""
        asked = [digest for digest in digests if is_digest(digest)]
        return await self.uploads.sizes(asked, bestuur) if asked else {}

    async def close(self) -> None:
        """Closes the connection of its uploads."""
        await self.uploads.close()

    def sweep(self, now: float | None = None) -> int:
        """Remove unfinished uploads older than a day; how many there were."""
        limit = (time.time() if now is None else now) - STALE
        folder = self.directory / "tmp"
        old = [p for p in folder.glob("*") if p.stat().st_mtime < limit]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)


class UploadTable:
    """`Uploads` in the database; concurrent questions share one round trip."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._conn: psycopg.AsyncConnection[TupleRow] | None = None
        self._ask = Batcher[_Work, dict[str, int]](self._work)

    async def record(self, file: Stored, bestuur: str) -> None:
        """Remember that this bestuur uploaded this file; twice changes nothing."""
        await self._ask(_Work((), bestuur, file))

    async def sizes(self, digests: Sequence[str], bestuur: str) -> Mapping[str, int]:
        """Sizes (bytes) of those digests that this bestuur has uploaded."""
        return await self._ask(_Work(tuple(digests), bestuur))

    async def close(self) -> None:
        """Closes the connection."""
        if self._conn is not None:
            await self._conn.close()

    async def _work(self, items: "Sequence[_Work]") -> Sequence[dict[str, int] | BaseException]:
        try:
            return await self._answer(items)
        except psycopg.OperationalError:
            # A restarted server: one fresh connection, then the callers hear of it.
            await self.close()
            self._conn = None
            return await self._answer(items)

    async def _answer(self, items: "Sequence[_Work]") -> Sequence[dict[str, int]]:
        if self._conn is None:
            self._conn = await connect_async(self._dsn)
        new = [(i.file.sha256, i.bestuur, i.file.size) for i in items if i.file is not None]
        digests = list({digest for item in items for digest in item.digests})
        known: dict[tuple[str, str], int] = {}
        async with self._conn.cursor() as cursor:
            if new:
                await cursor.executemany(_RECORD, new)
            if digests:
                await cursor.execute(_SIZES, (digests, list({i.bestuur for i in items})))
                known = {(sha256, by): size for sha256, by, size in await cursor.fetchall()}
        return [
            {d: known[d, item.bestuur] for d in item.digests if (d, item.bestuur) in known}
            for item in items
        ]


@dataclass(frozen=True, slots=True)
class _Work:
    """Digests to look up for a bestuur, and perhaps a file to record for it."""

    digests: tuple[str, ...]
    bestuur: str
    file: Stored | None = None


def is_digest(text: str) -> bool:
    """True for a SHA-256 digest as we write it: 64 lower-case hexadecimal digits."""
    return _DIGEST.fullmatch(text) is not None


def digest_from_header(value: str) -> str | None:
    """The SHA-256 (hexadecimal) in a Content-Digest or Repr-Digest (RFC 9530) or Digest
    (RFC 3230) header; None when it names only other algorithms.

    Raises ValueError when it is not readable.
    """
    for item in value.split(","):
        algorithm, _, encoded = item.strip().partition("=")
        if algorithm.strip().lower() != "sha-256":
            continue
        raw = base64.b64decode(encoded.strip().strip(":"), validate=True)
        if len(raw) != hashlib.sha256().digest_size:
            raise ValueError("not a SHA-256 digest")
        return raw.hex()
    return None


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
