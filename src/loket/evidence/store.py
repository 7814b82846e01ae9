# SPDX-License-Identifier: EUPL-1.2
"""The log as a pyeventsourcing application: our mapper, and a recorder that chains.

`GroupCommit` is the way in for concurrent writers: one task drains what queued up into one
transaction. `ChainedRecorder` keeps pyeventsourcing's synchronous contract on the same SQL.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import psycopg
from eventsourcing.application import Application
from eventsourcing.persistence import (
    ApplicationRecorder,
    IntegrityError,
    Mapper,
    Notification,
    StoredEvent,
    Subscription,
)
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool

from loket.evidence.append import APPEND, LOCK, Append, Head, Placed, Raced, losers, place, repeated
from loket.evidence.batcher import Batcher
from loket.evidence.canonical import Codec
from loket.evidence.columns import register
from loket.evidence.entry import Draft, LeafMapper, Recorded, Row
from loket.evidence.keys import KeyRing

COLUMNS = """
SELECT e.stream, e.seq, e.type, e.opening, e.position, e.registered, e.leaf_hash,
       e.key_id, (SELECT k.wrapped FROM data_keys AS k WHERE k.id = e.key_id), e.command, e.ordinal
FROM events AS e
"""
# The key is looked up row by row: for a join the planner may choose to read all keys there are.
ROLE = "-c role=loket_app"
KEYED = f"{ROLE} -c enable_seqscan=off"
"""For what asks by key only: a plan made while the log was small must not go on reading all of it
until somebody analyses the tables."""
RETRIES = 5
FRESH_SECONDS = 0.5
"""How long a remembered head will do: after a pause a newer token may stand for the beacon."""


def wall_clock() -> int:
    """The server's clock: microseconds since 1970 UTC."""
    return time.time_ns() // 1000


def connect(dsn: str) -> "psycopg.Connection[TupleRow]":
    """A synchronous connection in autocommit, with the rights of the application only."""
    connection = psycopg.connect(dsn, autocommit=True, options=ROLE)
    register(connection)
    return connection


async def connect_async(dsn: str) -> "psycopg.AsyncConnection[TupleRow]":
    """An asynchronous connection in autocommit, with the rights of the application only.

    Queries on it find their rows by index.
    """
    connection = await psycopg.AsyncConnection.connect(dsn, autocommit=True, options=KEYED)
    register(connection)
    return connection


class ChainedRecorder(ApplicationRecorder):
    """pyeventsourcing's recorder over the chained log.

    Positions are gapless and in commit order, from 0; stream versions count from 0.
    """

    def __init__(self, dsn: str, origin: str, clock: Callable[[], int] = wall_clock) -> None:
        self.dsn = dsn
        self.origin = origin
        self.clock = clock
        self._pool = ConnectionPool(
            dsn,
            min_size=0,
            max_size=4,
            open=False,
            configure=register,
            kwargs={"autocommit": True, "options": ROLE},
        )

    def open(self) -> None:
        """Opens the pool of the synchronous side."""
        self._pool.open()

    def close(self) -> None:
        """Closes the pool of the synchronous side."""
        self._pool.close()

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        """Appends drafts of one stream; raises IntegrityError when another came first."""
        drafts = [event for event in stored_events if isinstance(event, Draft)]
        if not drafts:
            return []
        with self._pool.connection() as conn, conn.transaction():
            head = Head(*_one(conn.execute(LOCK)))
            prev = self._last_hash(conn, drafts[0])
            append = Append(drafts, prev, kwargs.get("new_key"), kwargs.get("urgent", False))
            arguments, placed = place(head, [append], self.origin, self.clock())
            verdict = Head(*_one(conn.execute(APPEND, arguments)))
            if verdict.conflicts is not None:
                raise IntegrityError(f"{drafts[0].originator_id} has moved")
        return [p.position for p in placed[0]]

    def _last_hash(self, conn: "psycopg.Connection[TupleRow]", draft: Draft) -> bytes | None:
        if draft.originator_version == 0:
            return None
        found = conn.execute(
            "SELECT leaf_hash FROM events WHERE stream = %s AND seq = %s",
            (draft.originator_id, draft.originator_version - 1),
        ).fetchone()
        if found is None:
            raise IntegrityError(f"{draft.originator_id} has no event before this one")
        return bytes(found[0])

    def select_events(
        self,
        originator_id: Any,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """The rows of one stream, in order."""
        direction = "DESC" if desc else "ASC"
        query = f"""{COLUMNS} WHERE e.stream = %s AND e.seq > %s AND e.seq <= %s
                    ORDER BY e.seq {direction} LIMIT %s"""
        bounds = (-1 if gt is None else gt, 2**31 - 1 if lte is None else lte)
        return self._rows(query, (str(originator_id), *bounds, limit))

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """The rows of the whole log from a position on, in order."""
        first = 0 if start is None else start + (not inclusive_of_start)
        query = f"""{COLUMNS} WHERE e.position >= %s AND e.position <= %s
                    AND (%s::text[] = '{{}}' OR e.type = ANY(%s))
                    ORDER BY e.position LIMIT %s"""
        last = 2**62 if stop is None else stop
        return self._rows(query, (first, last, list(topics), list(topics), limit))

    def _rows(self, query: str, arguments: Sequence[Any]) -> list[Row]:
        with self._pool.connection() as conn:
            cursor = conn.cursor(binary=True)
            return [row(found) for found in cursor.execute(query, arguments)]

    def max_notification_id(self) -> int | None:
        """The position of the last event, None when the log is empty."""
        with self._pool.connection() as conn:
            size = int(_one(conn.execute("SELECT size FROM log_head"))[0])
        return size - 1 if size else None

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        """Not offered: `follow.py` tails the log in batches, many times faster."""
        raise NotImplementedError("use loket.evidence.follow")


def _one(cursor: "psycopg.Cursor[TupleRow]") -> TupleRow:
    found = cursor.fetchone()
    assert found is not None
    return found


def row(found: Sequence[Any]) -> Row:
    """A row of COLUMNS."""
    return Row(*found)


class Log(Application[str]):
    """The one log of this product: mapper, recorder, and nothing of the library's own storage."""

    name = "loket"

    def __init__(
        self, dsn: str, origin: str, codec: Codec, keys: KeyRing,
        clock: Callable[[], int] = wall_clock,
    ) -> None:  # fmt: skip
        self._leaf_mapper = LeafMapper(codec, keys)
        self._chained = ChainedRecorder(dsn, origin, clock)
        super().__init__()
        self._chained.open()

    def construct_mapper(self) -> Mapper[str]:
        """Stable names and canonical bytes instead of Python paths and pickled state."""
        return self._leaf_mapper

    def construct_recorder(self) -> ApplicationRecorder:
        """The recorder that chains."""
        return self._chained

    @property
    def leaf_mapper(self) -> LeafMapper:
        """The mapper, with its own type."""
        return self._leaf_mapper

    @property
    def chained(self) -> ChainedRecorder:
        """The recorder, with its own type."""
        return self._chained

    def facts(self, rows: Iterable[Row]) -> list[Recorded]:
        """The recorded facts of rows."""
        return [self._leaf_mapper.to_domain_event(found) for found in rows]

    def close(self) -> None:
        """Closes the connections."""
        self._chained.close()
        super().close()


class GroupCommit:
    """Appends for many concurrent callers: one transaction, one fsync, for all that wait.

    A race lost fails only its own append, with `Raced`; so does a content the database refuses.
    When the connection breaks the batch is sent again: the uniqueness of commands makes that safe.
    """

    def __init__(self, dsn: str, origin: str, clock: Callable[[], int] = wall_clock) -> None:
        self._dsn = dsn
        self._origin = origin
        self._clock = clock
        self._conn: psycopg.AsyncConnection[TupleRow] | None = None
        self._head: Head | None = None
        self._seen = 0.0
        self.append = Batcher[Append, list[Placed]](self._work)
        """`await append(Append) -> list[Placed]`; raises Raced."""

    async def close(self) -> None:
        """Closes the writer's connection."""
        if self._conn is not None:
            await self._conn.close()

    async def _work(self, appends: Sequence[Append]) -> Sequence[list[Placed] | BaseException]:
        for attempt in range(RETRIES):
            try:
                return await self._write(appends)
            except (psycopg.DataError, psycopg.IntegrityError, ValueError) as error:
                if len(appends) == 1:
                    return [error]
                return [(await self._work([append]))[0] for append in appends]
            except psycopg.OperationalError:
                self._head = None
                if self._conn is not None:
                    await self._conn.close()
                self._conn = None
                if attempt == RETRIES - 1:
                    raise
                await asyncio.sleep(0.05 * 4**attempt)
        raise AssertionError("unreachable")

    async def _write(self, appends: Sequence[Append]) -> Sequence[list[Placed] | BaseException]:
        answers: list[list[Placed] | BaseException] = [Raced()] * len(appends)
        again = repeated(appends)
        pending = [i for i in range(len(appends)) if i not in again]
        while pending:
            batch = [appends[i] for i in pending]
            placed, lost = await self._transaction(batch)
            if not lost:
                for i, places in zip(pending, placed, strict=True):
                    answers[i] = places
                return answers
            pending = [i for n, i in enumerate(pending) if n not in lost]
        return answers

    async def _transaction(self, batch: Sequence[Append]) -> tuple[list[list[Placed]], set[int]]:
        """One attempt at the remembered head; when another process moved it, one under its lock."""
        if self._conn is None:
            self._conn = await connect_async(self._dsn)
        if self._head is not None and time.monotonic() - self._seen < FRESH_SECONDS:
            placed, verdict = await self._send(self._conn, self._head, batch)
            if verdict.conflicts is None or verdict.conflicts:
                return placed, losers(batch, verdict.conflicts or ())
        async with self._conn.transaction():
            cursor = await self._conn.execute(LOCK)
            head = Head(*(await cursor.fetchone() or ()))
            placed, verdict = await self._send(self._conn, head, batch)
        return placed, losers(batch, verdict.conflicts or ())

    async def _send(
        self, conn: "psycopg.AsyncConnection[TupleRow]", head: Head, batch: Sequence[Append]
    ) -> tuple[list[list[Placed]], Head]:
        arguments, placed = place(head, batch, self._origin, self._clock())
        async with conn.cursor(binary=True) as cursor:
            await cursor.execute(APPEND, arguments)
            verdict = Head(*(await cursor.fetchone() or ()))
        self._head, self._seen = verdict, time.monotonic()
        return placed, verdict
