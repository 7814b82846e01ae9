# SPDX-License-Identifier: EUPL-1.2
"""The timeline: one row for every event of a dossier, the same for its sender and its recipients.

It names besturen, never persons, and holds nothing of the content. The three moments of the
besluit of 20 April 2018 (verzending, aflevering, opvraging) are marked.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg import Cursor
from psycopg.rows import TupleRow

from loket.domain.toezicht.words import BesluitAfgeleverd
from loket.evidence.entry import Recorded
from loket.projections import Projection

STREAMS = "toezicht/"
MOMENTS = {
    "BesluitVerzonden": "verzending",
    "BesluitAfgeleverd": "aflevering",
    "BesluitGeopend": "opvraging",
}
LABELS = {
    "BesluitOpgesteld": "Concept opgesteld",
    "BesluitGevalideerd": "Concept gecontroleerd",
    "BesluitVerzonden": "Verzonden",
    "BesluitAfgeleverd": "Afgeleverd bij de ontvanger",
    "BesluitGeopend": "Voor het eerst geopend door de ontvanger",
    "BesluitIngetrokken": "Ingetrokken door de verzender",
    "BesluitVerbeterd": "Vervangen door een verbeterd dossier",
    "BesluitHeropend": "Heropend: opnieuw een concept van de verzender",
    "BesluitVerworpen": "Concept verworpen",
    "OntvangstbewijsGemaild": "Ontvangstbewijs gemaild aan de verzender",
    "OntvangstbewijsNietGemaild": "Ontvangstbewijs kon niet gemaild worden",
}
"""Where the name of an event alone, with a space before each capital, does not say it."""

_COPY = "COPY tijdlijn FROM STDIN"
_TIMELINE = """
SELECT seq, position, type, registered, moment, wie, leaf_hash
FROM tijdlijn WHERE stream = %s AND seq > %s ORDER BY seq LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Regel:
    """One event: its place, what it is, when the log registered it (UTC), and which bestuur (URI)
    it is about; `wie` is empty when the machine did it or the content was destroyed."""

    seq: int
    position: int
    type: str
    registered: datetime
    moment: str | None
    wie: str
    leaf_hash: bytes

    @property
    def label(self) -> str:
        """What happened, in Dutch."""
        name = _event(self.type)
        return LABELS.get(name) or _spaced(name)


def _event(kind: str) -> str:
    """`toezicht.BesluitVerzonden.2` → `BesluitVerzonden`: known even when the content is not."""
    return kind.split(".")[1]


def _spaced(name: str) -> str:
    """`VeldenGewijzigd` → `Velden gewijzigd`."""
    words = re.findall(r"[A-Z][a-z0-9]*", name)
    return " ".join(words).capitalize() or name


def apply(cursor: Cursor[TupleRow], batch: Sequence[Recorded]) -> None:
    """Adds a row for every event of a dossier."""
    facts = [recorded for recorded in batch if recorded.stream.startswith(STREAMS)]
    if not facts:
        return
    with cursor.copy(_COPY) as copy:
        for recorded in facts:
            copy.write_row(_row(recorded))


def _row(recorded: Recorded) -> tuple[object, ...]:
    return (
        recorded.stream,
        recorded.seq,
        recorded.position,
        recorded.type,
        recorded.registered,
        MOMENTS.get(_event(recorded.type)),
        _who(recorded),
        recorded.leaf_hash,
    )


def _who(recorded: Recorded) -> str:
    if isinstance(recorded.fact, BesluitAfgeleverd):
        return recorded.fact.ontvanger
    return recorded.actor.bestuur if recorded.actor else ""


async def timeline(
    conn: "psycopg.AsyncConnection[TupleRow]", stream: str, after: int = -1, limit: int = 1000
) -> list[Regel]:
    """The events of a stream (`toezicht/<id>`) after sequence number `after`, in order.

    Whether the reader may see the stream is for the caller to decide.
    """
    found = await conn.execute(_TIMELINE, (stream, after, limit))
    return [Regel(*values) for values in await found.fetchall()]


PROJECTION = Projection("tijdlijn", ("tijdlijn",), apply)
