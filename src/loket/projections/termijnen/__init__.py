# SPDX-License-Identifier: EUPL-1.2
"""Terms: one row for each that runs or ended, the same for both sides, with its computation.

rows → plichten → verloop (the table of what starts and ends a term) → apply → reading
"""

from collections.abc import Iterable, Sequence

import msgspec
from psycopg import Cursor
from psycopg.rows import TupleRow

from loket.evidence.entry import Recorded
from loket.projections import Projection, upsert
from loket.projections.termijnen.rows import Stroom, Termijn
from loket.projections.termijnen.verloop import VERLOOP

_KNOWN = """SELECT stroom, gegevens::text, termijnen::text FROM termijnen_stromen
            WHERE stroom = ANY(%s)"""


def apply(cursor: Cursor[TupleRow], batch: Sequence[Recorded]) -> None:
    """Folds facts into the terms of their streams."""
    steps = [
        (recorded, VERLOOP[_kind(recorded)]) for recorded in batch if _kind(recorded) in VERLOOP
    ]
    if not steps:
        return
    streams = _load(cursor, {recorded.stream for recorded, _ in steps})
    for recorded, step in steps:
        step(streams.setdefault(recorded.stream, Stroom(recorded.stream)), recorded)
    upsert(cursor, "termijnen_stromen", "stroom", list(streams.values()))
    upsert(cursor, "termijnen", "id", [t for s in streams.values() for t in s.termijnen])


def _kind(recorded: Recorded) -> str:
    """`toezicht.BesluitVerzonden`; of destroyed content nothing that starts or ends a term."""
    return f"{recorded.stream.partition('/')[0]}.{type(recorded.fact).__name__}"


def _load(cursor: Cursor[TupleRow], names: Iterable[str]) -> dict[str, Stroom]:
    cursor.execute(_KNOWN, (list(names),))
    return {
        stroom: Stroom(
            stroom,
            msgspec.json.decode(gegevens),
            msgspec.json.decode(termijnen, type=list[Termijn]),
        )
        for stroom, gegevens, termijnen in cursor.fetchall()
    }


PROJECTION = Projection("termijnen", ("termijnen_stromen", "termijnen"), apply)
