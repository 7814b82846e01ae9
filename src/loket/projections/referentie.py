# SPDX-License-Identifier: EUPL-1.2
"""The changes to reference data, in the order of the log: one row for each."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from psycopg import Cursor
from psycopg.rows import TupleRow

from loket.domain.referentie import DefinitieBeeindigd, DefinitieVastgesteld
from loket.evidence.entry import Recorded
from loket.evidence.follow import Connection
from loket.projections import Projection, upsert
from loket.reference.overlay import Wijziging

MODULE = "referentie/"


@dataclass(frozen=True, slots=True)
class Row:
    """A change, registered at this moment at this position.

    `inhoud` is the content from then on (empty: taken away), `per` the last day of a definition
    that was ended (ISO date). The versions are those the decision relied on and led to.
    """

    position: int
    stream: str
    registered: datetime
    soort: str
    sleutel: str
    inhoud: str
    per: str
    reden: str
    vorige_versie: str
    nieuwe_versie: str

    @property
    def change(self) -> Wijziging:
        """The change itself."""
        return Wijziging(self.soort, self.sleutel, self.inhoud)


_COLUMNS = ", ".join(field.name for field in fields(Row)).replace("stream", "stream::text")
_ALL = f"SELECT {_COLUMNS} FROM referentie_wijzigingen ORDER BY position"
STATE = "SELECT max(position), count(*) FROM referentie_wijzigingen"


def apply(cursor: Cursor[TupleRow], batch: Sequence[Recorded]) -> None:
    """Adds the changes of this batch."""
    rows = [
        _row(recorded, recorded.fact)
        for recorded in batch
        if isinstance(recorded.fact, DefinitieVastgesteld | DefinitieBeeindigd)
    ]
    upsert(cursor, "referentie_wijzigingen", "position", rows)


def _row(recorded: Recorded, fact: DefinitieVastgesteld | DefinitieBeeindigd) -> Row:
    return Row(
        position=recorded.position,
        stream=recorded.stream[len(MODULE) :],
        registered=recorded.registered,
        soort=fact.soort,
        sleutel=fact.sleutel,
        inhoud=fact.inhoud,
        per=fact.per if isinstance(fact, DefinitieBeeindigd) else "",
        reden=fact.reden,
        vorige_versie=fact.vorige_versie,
        nieuwe_versie=fact.nieuwe_versie,
    )


def read_changes(conn: Connection) -> list[Row]:
    """All changes, in the order of the log."""
    return [Row(*values) for values in conn.execute(_ALL)]


PROJECTION = Projection("referentie", ("referentie_wijzigingen",), apply)
