# SPDX-License-Identifier: EUPL-1.2
"""Brings the read models up to the log and keeps them there, each event exactly once.

One projector works at a time: it holds an advisory lock on the connection it writes with, so that
whoever loses the connection loses the lock. The others wait and take over. A batch of events is
read once for all projections that stand at the same position, and changes rows and positions in
one transaction. These transactions need not be flushed: what a crash takes is projected again.
"""

from collections.abc import Mapping, Sequence
from threading import Event

import structlog

from loket.evidence.entry import LeafMapper, Recorded
from loket.evidence.follow import DISCONNECTED, Ahead, Connection, Unreadable, follow, uncollected
from loket.projections import PROJECTIONS, Projection

LIMIT = 1000
LOCK = int.from_bytes(b"loketprj")
POSITIONS = "SELECT name, position FROM projections"
REGISTER = "INSERT INTO projections SELECT unnest(%s::text[]), 0 ON CONFLICT DO NOTHING"
ADVANCE = "UPDATE projections SET position = %s WHERE name = ANY(%s) AND position = %s"
NOTIFY = "SELECT pg_notify('projected', %s)"

_log = structlog.get_logger()


class ProjectionFailed(Exception):
    """A projection could not handle a fact: it stands still until it is repaired."""

    def __init__(self, name: str, position: int, kind: str) -> None:
        super().__init__(f"projection {name} cannot handle event {position} ({kind})")
        self.name = name
        self.position = position
        self.kind = kind


class _Moved(Exception):
    """A rebuild moved a projection meanwhile."""


class Projector:
    """Follows the log and projects it; `work` does one batch on a connection of `follow`."""

    def __init__(
        self,
        dsn: str,
        mapper: LeafMapper,
        projections: Mapping[str, Projection] = PROJECTIONS,
        limit: int = LIMIT,
    ) -> None:
        self._dsn = dsn
        self._ahead = Ahead(dsn, mapper, limit)
        self._projections = projections
        self._conn: Connection | None = None
        self._positions: dict[str, int] = {}

    def run(self, stop: Event) -> None:
        """Projects until `stop` is set; raises ProjectionFailed or Unreadable and logs it."""
        try:
            follow(self._dsn, ("appended",), self.work, stop)
        except (ProjectionFailed, Unreadable) as error:
            _log.error(
                "projection_stopped",
                projection=getattr(error, "name", ""),
                position=error.position,
                type=error.kind,
                error=type(error.__cause__).__name__,
            )
            raise
        finally:
            self.close()

    def close(self) -> None:
        """Stops reading ahead; `run` does this itself."""
        self._ahead.close()

    def work(self, conn: Connection) -> bool:
        """Projects one batch; True when there may be more, False without events or lock."""
        if conn is not self._conn and not self._take(conn):
            return False
        start = min(self._positions.values())
        ahead = [position for position in self._positions.values() if position > start]
        facts = self._ahead.batch(conn, start, min(ahead, default=None))
        if not facts:
            return False
        due = [p for p in self._projections.values() if self._positions[p.name] == start]
        try:
            self._project(conn, due, start, facts)
        except _Moved:
            self._load(conn)
        return True

    def _take(self, conn: Connection) -> bool:
        cursor = conn.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,))
        if cursor.fetchone() != (True,):
            return False
        conn.execute("SET synchronous_commit = off")
        self._load(conn)
        self._conn = conn
        _log.info("projector_started", position=min(self._positions.values()))
        return True

    def _load(self, conn: Connection) -> None:
        conn.execute(REGISTER, (list(self._projections),))
        positions: dict[str, int] = dict(conn.execute(POSITIONS).fetchall())
        self._positions = {name: positions[name] for name in self._projections}

    def _project(
        self, conn: Connection, due: Sequence[Projection], start: int, facts: Sequence[Recorded]
    ) -> None:
        end = facts[-1].position + 1
        names = [projection.name for projection in due]
        with conn.transaction(), conn.cursor() as cursor:
            if cursor.execute(ADVANCE, (end, names, start)).rowcount != len(names):
                raise _Moved
            for projection in due:
                apply(conn, projection, facts)
            self._positions.update(dict.fromkeys(names, end))
            cursor.execute(NOTIFY, (str(min(self._positions.values())),))


def apply(conn: Connection, projection: Projection, facts: Sequence[Recorded]) -> None:
    """Applies a batch inside the transaction of `conn`, all of it or nothing.

    Raises ProjectionFailed naming the first fact that cannot be handled.
    """
    try:
        with uncollected(), conn.transaction(), conn.cursor() as cursor:
            projection.apply(cursor, facts)
    except DISCONNECTED:
        raise
    except Exception as error:
        culprit = _culprit(conn, projection, facts)
        raise ProjectionFailed(projection.name, culprit.position, culprit.type) from error


def _culprit(conn: Connection, projection: Projection, facts: Sequence[Recorded]) -> Recorded:
    for fact in facts:
        try:
            with conn.transaction(), conn.cursor() as cursor:
                projection.apply(cursor, [fact])
        except DISCONNECTED:
            raise
        except Exception:
            return fact
    return facts[0]
