# SPDX-License-Identifier: EUPL-1.2
"""Following the log: read it from a position on, and be woken when it grows.

Positions are given out in commit order without gaps, so a reader that has seen everything below
`n` may simply ask for what lies from `n` on: nothing can still appear before it.
"""

import gc
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any

import psycopg
import structlog
from psycopg import sql
from psycopg.rows import TupleRow

from loket.evidence.entry import LeafMapper, Recorded
from loket.evidence.store import COLUMNS, connect, row

# A range and no LIMIT: positions have no gaps, and without statistics the planner would sort all.
BATCH = f"{COLUMNS} WHERE e.position >= %b AND e.position < %b ORDER BY e.position"
POLL = 0.5
SLOWEST = 5.0
"""Seconds between attempts to reconnect, at most."""

Connection = psycopg.Connection[TupleRow]
DISCONNECTED = (psycopg.OperationalError, psycopg.InterfaceError)

_log = structlog.get_logger()


class Unreadable(Exception):
    """An event in the log cannot be read: a type no module knows, or bytes that were changed."""

    def __init__(self, position: int, kind: str) -> None:
        super().__init__(f"event {position} ({kind}) cannot be read")
        self.position = position
        self.kind = kind


def batch(
    conn: Connection, mapper: LeafMapper, start: int, limit: int = 1000, below: int | None = None
) -> list[Recorded]:
    """At most `limit` facts from position `start` on, in order, and only those before `below`.

    Raises Unreadable, naming the first event that is.
    """
    with conn.cursor(binary=True) as cursor:
        end = start + limit
        cursor.execute(BATCH, (start, end if below is None else min(end, below)))
        rows = cursor.fetchall()
    with uncollected():
        return [_recorded(mapper, found) for found in rows]


@contextmanager
def uncollected() -> Iterator[None]:
    """Holds the garbage collector back for one batch: that makes many objects and no cycles, and
    looking for them costs a third of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _recorded(mapper: LeafMapper, found: Sequence[Any]) -> Recorded:
    stored = row(found)
    try:
        recorded: Recorded = mapper.to_domain_event(stored)
    except Exception as error:
        raise Unreadable(stored.id, stored.topic) from error
    return recorded


class Ahead:
    """Batches of the log; while one is being used a thread reads the next, if it will be full.

    For one thread, and to be closed by it.
    """

    def __init__(self, dsn: str, mapper: LeafMapper, limit: int = 1000) -> None:
        self._dsn = dsn
        self._mapper = mapper
        self._limit = limit
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="ahead")
        self._conn: Connection | None = None
        self._next: tuple[int, Future[list[Recorded]]] | None = None

    def batch(self, conn: Connection, start: int, below: int | None = None) -> list[Recorded]:
        """As `batch`; what was not read ahead is read on `conn`."""
        ready, self._next = self._next, None
        if ready and ready[0] == start:
            facts = ready[1].result()
            if below is not None:
                facts = facts[: max(0, below - start)]
        else:
            facts = batch(conn, self._mapper, start, self._limit, below)
        if len(facts) == self._limit:
            start += self._limit
            self._next = start, self._reader.submit(self._read, start)
        elif self._conn is not None:
            self._reader.submit(self._disconnect).result()
        return facts

    def close(self) -> None:
        """Stops reading."""
        self._reader.submit(self._disconnect).result()
        self._reader.shutdown()

    def _read(self, start: int) -> list[Recorded]:
        if self._conn is None:
            self._conn = connect(self._dsn)
        try:
            return batch(self._conn, self._mapper, start, self._limit)
        except DISCONNECTED:
            self._disconnect()
            raise

    def _disconnect(self) -> None:
        if self._conn is not None:
            self._conn.close()
        self._conn = None


def follow(
    dsn: str,
    channels: Sequence[str],
    work: Callable[[Connection], bool],
    stop: Event,
    poll: float = POLL,
) -> None:
    """Calls `work` whenever there may be something to do, until `stop` is set.

    `work` gets a connection that listens to `channels` and answers True when more is waiting; it
    is called again at once then, else after a notification or `poll` seconds. A lost connection
    is made again, with back-off, as long as it takes; everything else `work` raises is raised.
    """
    failures = 0
    while not stop.is_set():
        try:
            with connect(dsn) as conn:
                for channel in channels:
                    conn.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                while not stop.is_set():
                    if not work(conn):
                        _sleep(conn, poll)
                    failures = 0
        except DISCONNECTED as error:
            delay = min(SLOWEST, 0.1 * 2**failures)
            failures += 1
            _log.warning("database_lost", error=type(error).__name__, retry_in=delay)
            stop.wait(delay)


def _sleep(conn: Connection, seconds: float) -> None:
    for _ in conn.notifies(timeout=seconds, stop_after=1):
        pass
