# SPDX-License-Identifier: EUPL-1.2
"""The texts of files as the database keeps them: by digest, so that each file is read once.

They are derived from the files and may be thrown away: `forget` makes the task that fills them
begin again.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

from loket.evidence.store import connect, connect_async
from loket.extraction.outcome import Extracted, Limits, Status
from loket.extraction.run import DEFAULT, extract
from loket.kernel import Document

PART = 4000
"""Characters in a part, about a page."""

AT_ONCE = 2
"""Files that one process reads at the same time."""

_KNOWN = "SELECT status, reden, paginas, afgekapt FROM bestandsteksten WHERE sha256 = %s"
_RECORD = """INSERT INTO bestandsteksten (sha256, status, reden, tekens, paginas, afgekapt, vector)
             VALUES (%s, %s, %s, %s, %s, %s, tekstvector(%s)) ON CONFLICT DO NOTHING"""
_PARTS = """INSERT INTO bestandsdelen
            SELECT %s, n, deel, tekstvector(deel)
            FROM unnest(%s::text[]) WITH ORDINALITY AS d (deel, n)"""
_FORGET = "DELETE FROM bestandsteksten"
_AGAIN = "UPDATE reactions SET position = 0 WHERE name = 'bestandstekst'"


class Texts:
    """Reads files into the database; for one event loop. `path` tells where a digest lies."""

    def __init__(self, dsn: str, path: Callable[[str], Path], limits: Limits = DEFAULT) -> None:
        self.dsn = dsn
        self._path = path
        self._limits = limits
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def take(self, document: Document) -> Extracted:
        """What reading this file came to, now or earlier (then without the text).

        Raises FileNotFoundError.
        """
        async with await connect_async(self.dsn) as conn:
            found = await (await conn.execute(_KNOWN, (document.sha256,))).fetchone()
        if found:
            status, reden, paginas, afgekapt = found
            return Extracted(Status(status), "", reden, paginas, afgekapt)
        async with self._turn:
            path = self._path(document.sha256)
            read = await asyncio.to_thread(extract, path, document.formaat, self._limits)
        await self._record(document.sha256, read)
        return read

    async def _record(self, sha256: str, read: Extracted) -> None:
        text = read.tekst
        row = (sha256, read.status, read.reden, len(text), read.paginas, read.afgekapt, text)
        async with await connect_async(self.dsn) as conn, conn.transaction():
            if (await conn.execute(_RECORD, row)).rowcount:
                await conn.execute(_PARTS, (sha256, parts_of(text)))


def parts_of(text: str, size: int = PART) -> list[str]:
    """The text in parts of at most so many characters, cut between words where that can be."""
    found = []
    while len(text) > size:
        cut = max(text.rfind(" ", size // 2, size), text.rfind("\n", size // 2, size)) + 1 or size
        found.append(text[:cut])
        text = text[cut:]
    return [*found, text] if text else found


def forget(dsn: str) -> int:
    """Throws all texts away and has them read again by the worker; answers how many."""
    with connect(dsn) as conn, conn.transaction():
        count = conn.execute(_FORGET).rowcount
        conn.execute(_AGAIN)
    return count
