# SPDX-License-Identifier: EUPL-1.2
"""Which agenda answers under which secret: a hint only, the stream itself decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import psycopg
from psycopg import Cursor
from psycopg.rows import TupleRow

from loket.domain.agendas import AgendaAangemaakt, AgendaGesloten
from loket.evidence.entry import Recorded
from loket.projections import Projection, upsert


@dataclass(slots=True)
class Agenda:
    """An agenda (its stream) and the hash of its secret; empty once it is closed."""

    id: str
    sleutel_hash: str
    position: int


def apply(cursor: Cursor[TupleRow], batch: Sequence[Recorded]) -> None:
    """Takes over what was opened and closed."""
    rows: dict[str, Agenda] = {}
    for recorded in batch:
        key = recorded.stream.partition("/")[2]
        if isinstance(recorded.fact, AgendaAangemaakt):
            rows[key] = Agenda(key, recorded.fact.sleutel_hash, recorded.position)
        elif isinstance(recorded.fact, AgendaGesloten):
            rows[key] = Agenda(key, "", recorded.position)
    upsert(cursor, "agendas", "id", list(rows.values()))


async def under(conn: "psycopg.AsyncConnection[TupleRow]", sleutel_hash: str) -> list[UUID]:
    """The streams of the agendas that were opened under this hash."""
    cursor = await conn.execute("SELECT id FROM agendas WHERE sleutel_hash = %s", (sleutel_hash,))
    return [found[0] for found in await cursor.fetchall()]


PROJECTION = Projection("agendas", ("agendas",), apply)
