# SPDX-License-Identifier: EUPL-1.2
"""How much work there is: the queue of a supervisor counted by status, and by what divides it.

Open is what is still to be treated. The load of a person is what is open and assigned to them; of
it counts apart what has a term that ends within a week, and what has one that is over.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import psycopg
from psycopg.rows import TupleRow

DIMENSIONS = ("team", "provincie", "dossiertype", "klasse", "persoon")
SOON = timedelta(days=7)

_COUNT = """
SELECT CASE WHEN status = 'ontvangen' AND persoon <> '' THEN 'toegewezen' ELSE status END AS nu,
    team, provincie, dossiertype, klasse, persoon, count(*),
    count(*) FILTER (WHERE vervalt_op > %(nu)s AND vervalt_op <= %(weldra)s),
    count(*) FILTER (WHERE vervalt_op <= %(nu)s)
FROM behandelingen WHERE ontvanger = %(ontvanger)s
GROUP BY nu, team, provincie, dossiertype, klasse, persoon
"""
_PEOPLE = """
SELECT persoon, naam, teams, vervanger_naam, coalesce(%(dag)s::date BETWEEN afwezig_van
    AND afwezig_tot, false) FROM medewerkers WHERE bestuur = %(bestuur)s
"""
CLOSED = frozenset({"afgesloten", "ingetrokken", "teruggegeven", "verbeterd"})


@dataclass(slots=True)
class Telling:
    """How many in all, how many open, and of those how many by their term; and all by status."""

    totaal: int = 0
    open: int = 0
    vervalt_weldra: int = 0
    vervallen: int = 0
    per_status: dict[str, int] = field(default_factory=dict)

    def add(self, status: str, number: int, soon: int, over: int) -> None:
        """Counts these with the others."""
        self.totaal += number
        self.per_status[status] = self.per_status.get(status, 0) + number
        if status not in CLOSED:
            self.open += number
            self.vervalt_weldra += soon
            self.vervallen += over


@dataclass(frozen=True, slots=True)
class Persoon:
    """A colleague, and who sees their work while they are absent."""

    persoon: str
    naam: str
    teams: list[str]
    vervanger_naam: str
    afwezig: bool


@dataclass(frozen=True, slots=True)
class Tellingen:
    """The whole queue, and by each of `DIMENSIONS` and its values."""

    alles: Telling
    per: dict[str, dict[str, Telling]]
    mensen: dict[str, Persoon]


async def tellingen(
    conn: "psycopg.AsyncConnection[TupleRow]", ontvanger: str, nu: datetime, dag: str
) -> Tellingen:
    """The counts of this recipient (URI) at this moment, which is this Belgian day."""
    asked = {"ontvanger": ontvanger, "nu": nu, "weldra": nu + SOON}
    alles = Telling()
    per: dict[str, dict[str, Telling]] = {name: defaultdict(Telling) for name in DIMENSIONS}
    for status, *values, number, soon, over in await (await conn.execute(_COUNT, asked)).fetchall():
        alles.add(status, number, soon, over)
        for name, value in zip(DIMENSIONS, values, strict=True):
            per[name][value].add(status, number, soon, over)
    people = await conn.execute(_PEOPLE, {"bestuur": ontvanger, "dag": dag})
    mensen = {found[0]: Persoon(*found) for found in await people.fetchall()}
    return Tellingen(alles, per, mensen)
