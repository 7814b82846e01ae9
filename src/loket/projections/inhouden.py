# SPDX-License-Identifier: EUPL-1.2
"""Which content stands as sent, and since when: by it a second sending of the same is found."""

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import Cursor
from psycopg.rows import TupleRow

from loket.domain.toezicht.state import inhoud_sleutel
from loket.domain.toezicht.words import (
    BesluitHeropend,
    BesluitIngetrokken,
    BesluitVerbeterd,
    BesluitVerzonden,
)
from loket.evidence.entry import Recorded
from loket.projections import Projection, upsert

DOSSIERS = "toezicht/"


@dataclass(slots=True)
class Row:
    """A dossier (stream) that stands as sent, the key of its content, and where it was sent."""

    id: str
    sleutel: str
    position: int


def apply(cursor: Cursor[TupleRow], batch: Sequence[Recorded]) -> None:
    """Folds sendings, and what ends them, into the table."""
    rows: dict[str, Row | None] = {}
    for recorded in batch:
        if recorded.stream.startswith(DOSSIERS):
            key, fact = recorded.stream[len(DOSSIERS) :], recorded.fact
            if isinstance(fact, BesluitVerzonden):
                rows[key] = Row(key, key_of(fact), recorded.position)
            elif isinstance(fact, BesluitIngetrokken | BesluitHeropend | BesluitVerbeterd):
                rows[key] = None
    gone = [key for key, row in rows.items() if row is None]
    if gone:
        cursor.execute("DELETE FROM inhouden WHERE id = ANY(%s::uuid[])", (gone,))
    upsert(cursor, "inhouden", "id", [row for row in rows.values() if row])


def key_of(sent: BesluitVerzonden) -> str:
    """The key of what was sent."""
    return inhoud_sleutel(sent.bestuur, sent.dossiertype, sent.velden, sent.documenten, sent.links)


PROJECTION = Projection("inhouden", ("inhouden",), apply)
