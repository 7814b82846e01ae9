# SPDX-License-Identifier: EUPL-1.2
"""The people of each bestuur: their teams and absence, the searches they keep, the mail they want.

Colleagues may see names, teams and absence; the rest is for its person, and mail preferences for
who sends the mail (`wanted`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from uuid import UUID, uuid5

import psycopg
from psycopg import Cursor
from psycopg.rows import TupleRow

from loket.domain.medewerkers.words import (
    AfwezigheidBeeindigd,
    AfwezigheidGemeld,
    MailvoorkeurIngesteld,
    ProfielBijgewerkt,
    ZoekopdrachtBewaard,
    ZoekopdrachtVerwijderd,
)
from loket.evidence.entry import Recorded
from loket.projections import Projection, upsert

STREAMS = "medewerkers/"


@dataclass(slots=True)
class Medewerker:
    """Somebody in a bestuur (URI); `id` is their stream. Absent on the days between `afwezig_van`
    and `afwezig_tot`, if any, while `vervanger` (id of a person) sees their work."""

    id: str
    bestuur: str
    persoon: str
    naam: str
    email: str
    teams: list[str]
    versie: int
    position: int
    afwezig_van: date | None = None
    afwezig_tot: date | None = None
    vervanger: str = ""
    vervanger_naam: str = ""


@dataclass(slots=True)
class Zoekopdracht:
    """A search that somebody keeps: in the list `bron`, with the query string `vraag`."""

    id: str
    medewerker: str
    naam: str
    bron: str
    vraag: str
    position: int


@dataclass(slots=True)
class Mailvoorkeur:
    """How somebody wants mail about something; without `adres` at the address of their login."""

    id: str
    medewerker: str
    soort: str
    wijze: str
    adres: str
    position: int


@dataclass(slots=True)
class _Changes:
    """What a batch comes to."""

    people: dict[str, Medewerker]
    searches: dict[str, Zoekopdracht] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)
    preferences: dict[str, Mailvoorkeur] = field(default_factory=dict)


_COLUMNS = "id::text, " + ", ".join(column.name for column in fields(Medewerker)[1:])
_KNOWN = f"SELECT {_COLUMNS} FROM medewerkers WHERE id = ANY(%s::uuid[])"


def apply(cursor: Cursor[TupleRow], batch: Sequence[Recorded]) -> None:
    """Folds what people told of themselves into their rows."""
    facts = [recorded for recorded in batch if recorded.stream.startswith(STREAMS)]
    if not facts:
        return
    changes = _Changes(_load(cursor, {_id(recorded) for recorded in facts}))
    for recorded in facts:
        _fold(changes, recorded)
    upsert(cursor, "medewerkers", "id", list(changes.people.values()))
    cursor.execute("DELETE FROM zoekopdrachten WHERE id = ANY(%s::uuid[])", ([*changes.forgotten],))
    upsert(cursor, "zoekopdrachten", "id", list(changes.searches.values()))
    upsert(cursor, "mailvoorkeuren", "id", list(changes.preferences.values()))


def _id(recorded: Recorded) -> str:
    return recorded.stream[len(STREAMS) :]


def _load(cursor: Cursor[TupleRow], ids: Iterable[str]) -> dict[str, Medewerker]:
    cursor.execute(_KNOWN, (list(ids),))
    return {found[0]: Medewerker(*found) for found in cursor.fetchall()}


def _fold(changes: _Changes, recorded: Recorded) -> None:
    key, fact, position = _id(recorded), recorded.fact, recorded.position
    match fact:
        case ProfielBijgewerkt(bestuur, persoon, naam, email, teams):
            known = changes.people.setdefault(
                key, Medewerker(key, bestuur, persoon, naam, email, [], 0, 0)
            )
            known.naam, known.email, known.teams = naam, email, list(teams)
        case ZoekopdrachtBewaard(naam, bron, vraag):
            search = _part(key, naam)
            changes.searches[search] = Zoekopdracht(search, key, naam, bron, vraag, position)
            changes.forgotten.discard(search)
        case ZoekopdrachtVerwijderd(naam):
            changes.searches.pop(_part(key, naam), None)
            changes.forgotten.add(_part(key, naam))
        case MailvoorkeurIngesteld(soort, wijze, adres):
            kept = Mailvoorkeur(_part(key, soort), key, soort, wijze, adres, position)
            changes.preferences[kept.id] = kept
    person = changes.people.get(key)
    if person is not None:
        _absence(person, fact)
        person.versie, person.position = recorded.seq + 1, position


def _absence(person: Medewerker, fact: object) -> None:
    match fact:
        case AfwezigheidGemeld(van, tot, vervanger, naam):
            person.afwezig_van = date.fromisoformat(van)
            person.afwezig_tot = date.fromisoformat(tot)
            person.vervanger, person.vervanger_naam = vervanger, naam
        case AfwezigheidBeeindigd():
            person.afwezig_van = person.afwezig_tot = None
            person.vervanger = person.vervanger_naam = ""


def _part(stream: str, name: str) -> str:
    """The id of a search or preference: it follows from whose it is and its name."""
    return str(uuid5(UUID(stream), name))


# Who wants mail

_WANTED = """
SELECT m.bestuur, m.persoon, m.naam, coalesce(nullif(v.adres, ''), m.email), v.wijze, m.teams
FROM mailvoorkeuren AS v JOIN medewerkers AS m ON m.id = v.medewerker
WHERE m.bestuur = ANY(%s) AND v.soort = %s AND v.wijze <> 'geen'
    AND coalesce(nullif(v.adres, ''), m.email) <> ''
ORDER BY m.bestuur, m.persoon
"""


@dataclass(frozen=True, slots=True)
class Wens:
    """Somebody of a bestuur (URI) who wants mail: where, and whether `direct` or `dagelijks`."""

    bestuur: str
    persoon: str
    naam: str
    adres: str
    wijze: str
    teams: tuple[str, ...]


async def wanted(
    conn: "psycopg.AsyncConnection[TupleRow]", besturen: Sequence[str], soort: str
) -> list[Wens]:
    """Who of these besturen wants mail about this (see `SOORTEN` of medewerkers)."""
    cursor = await conn.execute(_WANTED, (list(besturen), soort))
    found = await cursor.fetchall()
    return [replace(Wens(*values), teams=tuple(values[-1])) for values in found]


PROJECTION = Projection("medewerkers", ("medewerkers", "zoekopdrachten", "mailvoorkeuren"), apply)
