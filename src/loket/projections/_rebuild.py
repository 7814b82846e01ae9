# SPDX-License-Identifier: EUPL-1.2
"""Builds read models anew from the whole log, while everybody keeps reading the old rows.

The new rows grow in temporary tables, which PostgreSQL finds before the real ones of the same
name. At the end one transaction holds the projector back, brings the new rows up to where the old
ones stand, and puts them in their place.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from loket.evidence.entry import LeafMapper
from loket.evidence.follow import Connection, batch
from loket.evidence.store import connect
from loket.projections import PROJECTIONS, Projection
from loket.projections._runner import LIMIT, NOTIFY, REGISTER, apply

MEMORY = "SET temp_buffers = '64MB'"
SHADOW = "CREATE TEMPORARY TABLE {} (LIKE public.{} INCLUDING ALL)"
REPLACE = "DELETE FROM public.{0}; INSERT INTO public.{0} SELECT * FROM pg_temp.{0}"
HOLD = "SELECT position FROM projections WHERE name = ANY(%s) ORDER BY name FOR UPDATE"
PLACE = "UPDATE projections SET position = %s WHERE name = ANY(%s)"


class UnknownProjection(Exception):
    """There is no projection with this name."""


def _silent(done: int, size: int) -> None:
    """Tells nobody."""


def rebuild(
    dsn: str,
    mapper: LeafMapper,
    names: Iterable[str] = (),
    projections: Mapping[str, Projection] = PROJECTIONS,
    limit: int = LIMIT,
    progress: Callable[[int, int], None] = _silent,
) -> int:
    """Rebuilds these projections (all when none is named); answers the events they now hold.

    May run beside the projector, and twice at once. `progress` is told how many events are done
    and how many the log held at the start. Raises UnknownProjection, ProjectionFailed, Unreadable.
    """
    chosen = _choose(projections, tuple(names))
    with connect(dsn) as conn:
        conn.execute(MEMORY)
        conn.execute(REGISTER, ([projection.name for projection in chosen],))
        tables = [table for projection in chosen for table in projection.tables]
        for table in tables:
            _execute(conn, SHADOW, table, table)
        size = _number(conn, "SELECT size FROM log_head")
        replay = _Replay(conn, mapper, chosen, limit, lambda done: progress(done, size))
        replay.to_end()
        return _swap(replay)


def _choose(projections: Mapping[str, Projection], names: Sequence[str]) -> list[Projection]:
    unknown = sorted(set(names) - set(projections))
    if unknown:
        raise UnknownProjection(f"{', '.join(unknown)}; there are: {', '.join(projections)}")
    return [projections[name] for name in sorted(set(names) or projections)]


@dataclass
class _Replay:
    """The log applied to the temporary tables, up to position `done`."""

    conn: Connection
    mapper: LeafMapper
    projections: Sequence[Projection]
    limit: int
    progress: Callable[[int], None]
    done: int = 0

    def to_end(self) -> None:
        """Applies the rest of the log."""
        while facts := batch(self.conn, self.mapper, self.done, self.limit):
            with self.conn.transaction():
                for projection in self.projections:
                    apply(self.conn, projection, facts)
            self.done = facts[-1].position + 1
            self.progress(self.done)


def _swap(replay: _Replay) -> int:
    conn = replay.conn
    names = [projection.name for projection in replay.projections]
    with conn.transaction():
        conn.execute(HOLD, (names,))
        replay.to_end()
        for projection in replay.projections:
            for table in projection.tables:
                _execute(conn, REPLACE, table)
        conn.execute(PLACE, (replay.done, names))
        conn.execute(NOTIFY, (str(_number(conn, "SELECT min(position) FROM projections")),))
    return replay.done


def _execute(conn: Connection, statement: str, *tables: str) -> None:
    conn.execute(sql.SQL(statement).format(*map(sql.Identifier, tables)))


def _number(conn: Connection, query: Any) -> int:
    found = conn.execute(query).fetchone()
    assert found is not None
    return int(found[0])
