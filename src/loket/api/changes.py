# SPDX-License-Identifier: EUPL-1.2
"""New events as they come, followed once for each process and told to any number of readers.

The newest are kept in memory, for all readers together. A reader has no queue: it is a position
and asks for what lies beyond it, from memory or, when it was slow or away, from the database. So
a slow one costs nothing, and none misses an event or sees it twice.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any, Self

import psycopg
import structlog
from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from loket.evidence.store import connect_async

POLL = 1.0
RETRY = 0.5
KEPT = 5_000
"""Events in memory."""
BATCH = 500

_COLUMNS = """SELECT t.position, t.stream, t.type, t.seq, t.registered, t.moment, t.voor,
    ARRAY(SELECT ARRAY[a.bestuur, a.persoon] FROM toegang AS a
          WHERE a.stream = t.stream AND a.position <= t.position)
    FROM tijdlijn AS t WHERE t.position > %(after)s"""
_NEWER = f"{_COLUMNS} ORDER BY t.position LIMIT {BATCH}"
_MISSED = f"""{_COLUMNS} AND t.position <= %(until)s AND t.voor IN ('', %(bestuur)s)
    AND EXISTS (SELECT 1 FROM toegang AS a WHERE a.stream = t.stream
                AND a.bestuur IN ('', %(bestuur)s) AND a.position <= t.position)
    ORDER BY t.position LIMIT {BATCH}"""
_LAST = "SELECT coalesce(max(position), -1) FROM tijdlijn"

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Change:
    """One event: its place, what it is, and for whom. `access` names the besturen and persons that
    may know of the stream, empty for all; `voor` the one bestuur for which it is, if it is."""

    position: int
    stream: str
    type: str
    seq: int
    registered: datetime
    moment: str | None
    voor: str
    access: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, row: TupleRow) -> Self:
        """From a row of the timeline."""
        position, stream, kind, seq, registered, moment, voor, access = row
        allowed = tuple((bestuur, persoon) for bestuur, persoon in access)
        return cls(position, stream, kind, seq, registered, moment, voor, allowed)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, the modules for which that person has a role, and what is asked: streams, modules
    (empty for all)."""

    bestuur: str
    persoon: str
    roles: frozenset[str]
    modules: frozenset[str] = frozenset()
    streams: frozenset[str] = frozenset()

    def wants(self, change: Change) -> bool:
        """True when this reader may know of the event, and asks for it."""
        module = change.stream.partition("/")[0]
        if self.modules and module not in self.modules:
            return False
        if self.streams and change.stream not in self.streams:
            return False
        if change.voor not in {"", self.bestuur}:
            return False
        mine = module in self.roles
        return any(
            not bestuur or (mine and bestuur == self.bestuur and persoon in {"", self.persoon})
            for bestuur, persoon in change.access
        )


class Changes:
    """The events of this log as the timeline has them, newest last."""

    def __init__(
        self,
        dsn: str,
        pool: "AsyncConnectionPool[AsyncConnection[TupleRow]]",
        *,
        poll: float = POLL,
        kept: int = KEPT,
    ) -> None:
        self._dsn = dsn
        self._pool = pool
        self._poll = poll
        self._recent: deque[Change] = deque(maxlen=kept)
        self._grown = asyncio.Event()
        self._known = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.last = -1
        self.readers = 0
        self.closed = False

    def start(self) -> None:
        """Begin to follow, in the running event loop."""
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Stop following; readers are told at once that it is over."""
        self.closed = True
        self._grow()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def ready(self, seconds: float) -> bool:
        """Waits until it is known where the log stands; False when that took too long."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._known.wait(), seconds)
        return self._known.is_set()

    async def beyond(self, position: int, reader: Reader) -> tuple[list[Change], int]:
        """The next events for a reader that knows all up to `position`, and up to where it then
        knows all."""
        last = self.last
        if position >= last:
            return [], position
        if self._recent and self._recent[0].position <= position + 1:
            return self._remembered(position, reader), last
        arguments = {"after": position, "until": last, "bestuur": reader.bestuur}
        async with self._pool.connection() as conn:
            rows = await (await conn.execute(_MISSED, arguments)).fetchall()
        found = [Change.of(row) for row in rows]
        known = found[-1].position if len(found) == BATCH else last
        return [change for change in found if reader.wants(change)], known

    async def wait(self, position: int, seconds: float) -> None:
        """Until there may be something beyond this position, or this much time has passed."""
        if position >= self.last and not self.closed:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._grown.wait(), seconds)

    def _remembered(self, position: int, reader: Reader) -> list[Change]:
        newer = takewhile(lambda change: change.position > position, reversed(self._recent))
        return [change for change in newer if reader.wants(change)][::-1]

    def _take(self, rows: Sequence[TupleRow]) -> None:
        for row in rows:
            self._recent.append(Change.of(row))
        if rows:
            self.last = self._recent[-1].position
            self._grow()

    def _grow(self) -> None:
        grown, self._grown = self._grown, asyncio.Event()
        grown.set()

    async def _run(self) -> None:
        while True:
            try:
                async with await connect_async(self._dsn) as conn:
                    await self._follow(conn)
            except psycopg.Error as error:
                _log.warning("changes_interrupted", error=type(error).__name__)
                await asyncio.sleep(RETRY)

    async def _follow(self, conn: AsyncConnection[Any]) -> None:
        await conn.execute("LISTEN projected")
        if not self._known.is_set():
            [(self.last,)] = await (await conn.execute(_LAST)).fetchall()
            self._known.set()
        while True:
            while rows := await (await conn.execute(_NEWER, {"after": self.last})).fetchall():
                self._take(rows)
            async for _ in conn.notifies(timeout=self._poll, stop_after=1):
                pass
