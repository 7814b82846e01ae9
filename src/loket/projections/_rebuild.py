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
from loket.evidence.follow import Ahead, Connection
from loket.evidence.store import connect
from loket.projections import PROJECTIONS, Projection
from loket.projections._runner import NOTIFY, REGISTER, apply

LIMIT = 4000
"""Events at a time: nobody waits for a row, and one that changes often is written less."""

MEMORY = "SET temp_buffers = '64MB'"
SHADOW = "CREATE TEMPORARY TABLE {0} (LIKE public.{0} INCLUDING ALL)"
EXTRA = """SELECT i.indexrelid::regclass::text FROM pg_index AS i
           WHERE i.indrelid = %s::regclass AND NOT i.indisprimary"""
REPLACE = "DELETE FROM public.{0}; INSERT INTO public.{0} SELECT * FROM pg_temp.{0}"
HOLD = "LOCK TABLE projections IN SHARE ROW EXCLUSIVE MODE"
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
    ahead = Ahead(dsn, mapper, limit)
    try:
        with connect(dsn) as conn:
            _prepare(conn, chosen)
            size = _number(conn, "SELECT size FROM log_head")
            replay = _Replay(conn, ahead, chosen, lambda done: progress(done, size))
            replay.to_end()
            return _swap(replay)
    finally:
        ahead.close()


def _prepare(conn: Connection, chosen: Sequence[Projection]) -> None:
    """Creates the temporary tables; of their indexes only what upserts need."""
    conn.execute(MEMORY)
    conn.execute(REGISTER, ([projection.name for projection in chosen],))
    for projection in chosen:
        for table in projection.tables:
            _execute(conn, SHADOW, table)
            for (index,) in conn.execute(EXTRA, (f"pg_temp.{table}",)).fetchall():
                conn.execute(f"DROP INDEX {index}")


def _choose(projections: Mapping[str, Projection], names: Sequence[str]) -> list[Projection]:
    unknown = sorted(set(names) - set(projections))
    if unknown:
        raise UnknownProjection(f"{', '.join(unknown)}; there are: {', '.join(projections)}")
    return [projections[name] for name in sorted(set(names) or projections)]


@dataclass
class _Replay:
    """The log applied to the temporary tables, up to position `done`."""

    conn: Connection
    ahead: Ahead
    projections: Sequence[Projection]
    progress: Callable[[int], None]
    done: int = 0

    def to_end(self) -> None:
        """Applies the rest of the log."""
        while facts := self.ahead.batch(self.conn, self.done):
            with self.conn.transaction():
                for projection in self.projections:
                    apply(self.conn, projection, facts)
            self.done = facts[-1].position + 1
            self.progress(self.done)


def _swap(replay: _Replay) -> int:
    conn = replay.conn
    names = [projection.name for projection in replay.projections]
    with conn.transaction():
        conn.execute(HOLD)
        replay.to_end()
        for projection in replay.projections:
            for table in projection.tables:
                _execute(conn, REPLACE, table)
            if projection.settle:
                with conn.cursor() as cursor:
                    projection.settle(cursor)
        conn.execute(PLACE, (replay.done, names))
        conn.execute(NOTIFY, (str(_number(conn, "SELECT min(position) FROM projections")),))
    return replay.done


def _execute(conn: Connection, statement: str, *tables: str) -> None:
    conn.execute(sql.SQL(statement).format(*map(sql.Identifier, tables)))


def _number(conn: Connection, query: Any) -> int:
    found = conn.execute(query).fetchone()
    assert found is not None
    return int(found[0])
