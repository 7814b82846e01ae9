# SPDX-License-Identifier: EUPL-1.2
"""Following the log: read it from a position on, and be woken when it grows.

Positions are given out in commit order without gaps, so a reader that has seen everything below
`n` may simply ask for what lies from `n` on: nothing can still appear before it.
"""

from collections.abc import Callable, Sequence
from threading import Event
from typing import Any

import psycopg
import structlog
from psycopg import sql
from psycopg.rows import TupleRow

from loket.evidence.entry import LeafMapper, Recorded
from loket.evidence.store import COLUMNS, connect, row

BATCH = f"{COLUMNS} WHERE e.position >= %b AND e.position < %b ORDER BY e.position LIMIT %b"
END = 2**62
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
        cursor.execute(BATCH, (start, END if below is None else below, limit))
        rows = cursor.fetchall()
    return [_recorded(mapper, found) for found in rows]


def _recorded(mapper: LeafMapper, found: Sequence[Any]) -> Recorded:
    stored = row(found)
    try:
        recorded: Recorded = mapper.to_domain_event(stored)
    except Exception as error:
        raise Unreadable(stored.id, stored.topic) from error
    return recorded


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
