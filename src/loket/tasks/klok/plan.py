# SPDX-License-Identifier: EUPL-1.2
"""Who is to be reminded of which term: planned once a day, at the hour people start to work.

The days are those of the rule. A reminder whose moment had passed before the term came to stand
as it does is not given, and of those that a standstill of ours held up only the last.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

from loket.domain.behandelingen.words import BehandelingToegewezen, Overgedragen
from loket.evidence.entry import Recorded
from loket.evidence.read import Question
from loket.projections.medewerkers import wanted
from loket.projections.termijnen.reading import Lopend, running
from loket.reference import Reference
from loket.tasks.reaction import Tools, derived

UUR = 8
"""The hour, in Belgium, at which reminders are given."""

LATE = timedelta(days=7)
"""A reminder that is held up longer is not given any more."""

SEPARATE = 5
"""From more reminders than this in one round one mail is made, whatever somebody prefers."""

SOORT = "herinnering"
GATHERED, SILENT = "dagelijks", "geen"

_KNOWN = """SELECT termijn::text, vervaldag, dagen FROM herinneringen
            WHERE termijn = ANY(%s::uuid[])"""
_PREFERENCES = """
SELECT m.persoon, coalesce(v.wijze, ''),
    CASE WHEN %s BETWEEN m.afwezig_van AND m.afwezig_tot THEN m.vervanger ELSE '' END
FROM medewerkers AS m
LEFT JOIN mailvoorkeuren AS v ON v.medewerker = m.id AND v.soort = %s
WHERE m.bestuur = %s
"""
_PLAN = """
INSERT INTO herinneringen
    (termijn, vervaldag, dagen, ontvanger, bestuur, bericht, toestand, volgende, gewijzigd)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Herinnering:
    """A term to remind of, this many days before its last one."""

    termijn: Lopend
    dagen: int


@dataclass(frozen=True, slots=True)
class Collega:
    """What somebody of a bestuur wants to be mailed (`wijze`, empty when they did not say), and
    who stands in for them today."""

    wijze: str = ""
    vervanger: str = ""


async def plan(conn: "psycopg.AsyncConnection[TupleRow]", tools: Tools, now: datetime) -> int:
    """Plans the reminders of this round; answers how many."""
    reference: Reference = tools.write.reference()
    chosen = await _chosen(conn, reference, now)
    boards: dict[str, dict[str, Collega]] = {}
    found: list[tuple[Herinnering, str, str]] = []
    for each in chosen:
        bestuur = each.termijn.bestuur
        if bestuur not in boards:
            boards[bestuur] = await _colleagues(conn, bestuur, reference.kalender.dag(now))
        people = await _people(conn, tools, each.termijn, boards[bestuur])
        found += [(each, person, boards[bestuur].get(person, Collega()).wijze) for person in people]
        if not people:
            found.append((each, "", ""))
    await _write(conn, found, reference.kalender.dag(now), now)
    return len(found)


async def _chosen(
    conn: "psycopg.AsyncConnection[TupleRow]", reference: Reference, now: datetime
) -> list[Herinnering]:
    """The reminders whose moment has come, and that were not planned before."""
    most = max((n for r in reference.termijnregels.values() for n in r.herinneringen), default=0)
    terms = await running(conn, now - LATE, now + timedelta(days=most + 2))
    due = [Herinnering(t, n) for t in terms if (n := latest(t, reference, now)) is not None]
    cursor = await conn.execute(_KNOWN, ([each.termijn.id for each in due],))
    known = set(await cursor.fetchall())
    return [e for e in due if (e.termijn.id, e.termijn.vervaldag, e.dagen) not in known]


def latest(termijn: Lopend, reference: Reference, now: datetime) -> int | None:
    """The last of the reminders of a term whose moment has come since the term stands so."""
    rule = reference.termijnregels.get(termijn.regel)
    moments = {
        n: reference.kalender.moment(termijn.vervaldag - timedelta(days=n), UUR)
        for n in (rule.herinneringen if rule else ())
    }
    after = max(termijn.sinds, now - LATE)
    return min((n for n, moment in moments.items() if after < moment <= now), default=None)


# Who


async def _colleagues(
    conn: "psycopg.AsyncConnection[TupleRow]", bestuur: str, today: date
) -> dict[str, Collega]:
    cursor = await conn.execute(_PREFERENCES, (today, SOORT, bestuur))
    return {
        persoon: Collega(wijze, vervanger) for persoon, wijze, vervanger in await cursor.fetchall()
    }


async def _people(
    conn: "psycopg.AsyncConnection[TupleRow]",
    tools: Tools,
    termijn: Lopend,
    colleagues: dict[str, Collega],
) -> list[str]:
    """Those who asked for reminders, and who deals with it: unless they want none.

    Who stands in for somebody gets their reminders; who works in teams gets those of their own.
    """
    past = (await tools.write.read(Question((termijn.stroom,)))).streams[termijn.stroom]
    team = _team(past)
    asked = [
        wens.persoon
        for wens in await wanted(conn, [termijn.bestuur], SOORT)
        if not (team and wens.teams) or team in wens.teams
    ]
    responsible = _responsible(past, termijn.bestuur)
    substitute = colleagues.get(responsible, Collega()).vervanger
    who = substitute or responsible
    if who and colleagues.get(who, Collega()).wijze != SILENT:
        asked.append(who)
    return sorted(set(asked))


def _team(past: Sequence[Recorded]) -> str:
    """The team that treats a stream, if it says so."""
    told = (getattr(recorded.fact, "team", "") for recorded in reversed(past))
    return next((team for team in told if team), "")


def _responsible(past: Sequence[Recorded], bestuur: str) -> str:
    """Who treats a stream for this bestuur: who it is assigned to, else who acted last."""
    for recorded in reversed(past):
        match recorded.fact:
            case BehandelingToegewezen(persoon):
                return persoon
            case Overgedragen(aan):
                return aan
    return next(
        (
            recorded.actor.persoon
            for recorded in reversed(past)
            if recorded.actor and recorded.actor.bestuur == bestuur and recorded.actor.email
        ),
        "",
    )


# Into the table


async def _write(
    conn: "psycopg.AsyncConnection[TupleRow]",
    found: Sequence[tuple[Herinnering, str, str]],
    today: date,
    now: datetime,
) -> None:
    counts = Counter((each.termijn.bestuur, person) for each, person, _ in found)
    rows: list[tuple[Any, ...]] = []
    for each, person, wijze in found:
        termijn = each.termijn
        gathered = wijze == GATHERED or counts[termijn.bestuur, person] > SEPARATE
        about = today if gathered else f"{termijn.id}/{termijn.vervaldag}/{each.dagen}"
        bericht: UUID = derived(SOORT, f"{termijn.bestuur}\n{person}\n{about}")
        toestand = "wachtend" if person else "niemand"
        what = (termijn.id, termijn.vervaldag, each.dagen, person, termijn.bestuur)
        rows.append((*what, bericht, toestand, now, now))
    async with conn.cursor() as cursor:
        await cursor.executemany(_PLAN, rows)
