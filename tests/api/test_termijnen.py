# SPDX-License-Identifier: EUPL-1.2
"""Terms over HTTP: both sides read the same, by the server's clock."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from office import Office, Person, accept, open_office, problem, settings
from supervising import begun, editor, received

from loket import tasks
from loket.evidence.store import connect, connect_async
from loket.reference import belgian_day
from loket.tasks import opvraging
from loket.tasks.klok import Klok
from reacting import Reactor

AALST = "Gemeente Aalst"
MESSAGES = "LoketLB-berichtenGebruiker"


@dataclass
class Clock:
    """What the server takes for now."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime.now(UTC))


@pytest.fixture
def timed(database: str, tmp_path: Path, clock: Clock) -> Iterator[Office]:
    with open_office(settings(database, tmp_path), lambda x: replace(x, now=clock)) as found:
        yield found


def terms(person: Person, question: str = "") -> list[dict[str, Any]]:
    answer = person.get(f"/termijnen?{question}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]
    for row in found:
        del row["meta"]
    return found


def shown(person: Person, question: str = "") -> dict[str, str]:
    """Rules and states."""
    return {
        row["attributes"]["regel"]: row["attributes"]["toestand"] for row in terms(person, question)
    }


def decided(clock: Clock, days: int) -> dict[str, str]:
    """Fields of a draft on something that was decided this many days ago."""
    return {
        "zittingsdatum": (clock() - timedelta(days=days)).strftime("%Y-%m-%dT12:00:00Z"),
        "publicatiedatum": None,
    }  # type: ignore[dict-item]


def test_a_draft_shows_what_is_due_and_how_that_was_counted(timed: Office, clock: Clock) -> None:
    stream = timed.draft(**decided(clock, 2))
    timed.project()
    [term] = terms(timed.aalst, "include=dossier,bestuur")
    told = term["attributes"]
    assert (told["regel"], told["toestand"]) == ("publicatie-10", "lopend")
    assert told["label"] == "Bekendmaking van een besluit"
    assert told["berekening"]["jurist"] is True
    assert told["berekening"]["stappen"][-1].startswith("De termijn loopt tot ")
    assert told["berekening"]["bron"].startswith("Decreet over het lokaal bestuur")
    assert len(told["berekening"]["feestdagen"]) == 16
    assert told["vervaldag"] == told["berekening"]["vervaldag"]
    assert told["dagen_over"] >= 8
    assert term["relationships"]["dossier"]["data"]["id"] == stream.partition("/")[2]


def test_a_draft_is_nobodys_but_its_senders(timed: Office, clock: Clock) -> None:
    timed.draft(**decided(clock, 2))
    timed.project()
    assert terms(timed.abb) == terms(timed.gent) == []


def test_time_alone_makes_a_term_late(timed: Office, clock: Clock) -> None:
    timed.draft(**decided(clock, 2))
    timed.project()
    assert shown(timed.aalst, "filter[verstreken]=true") == {}
    end = datetime.fromisoformat(terms(timed.aalst)[0]["attributes"]["vervalt_op"])
    clock.at = end - timedelta(microseconds=1)
    assert shown(timed.aalst, "filter[toestand]=lopend") == {"publicatie-10": "lopend"}
    assert terms(timed.aalst)[0]["attributes"]["dagen_over"] == 0
    clock.at = end
    assert shown(timed.aalst, "filter[toestand]=te_laat") == {"publicatie-10": "te_laat"}
    assert shown(timed.aalst, "filter[verstreken]=true&filter[open]=true")
    assert terms(timed.aalst)[0]["attributes"]["dagen_over"] == -1


def test_both_sides_read_the_same_once_it_is_delivered(timed: Office) -> None:
    timed.sent()
    timed.project()
    ours, theirs = terms(timed.aalst), terms(timed.abb)
    assert {row["attributes"]["regel"] for row in ours} >= {"publicatie-10", "melding-zelfde-dag"}
    assert ours == theirs
    assert terms(timed.gent) == []


def test_only_what_the_own_bestuur_must_do(timed: Office, clock: Clock) -> None:
    timed.sent()
    timed.project()
    assert terms(timed.aalst, "filter[aan_zet]=true")
    assert terms(timed.abb, "filter[aan_zet]=true&filter[soort]=plicht") == []


def test_a_dossier_a_rule_and_a_period_can_be_asked(timed: Office, clock: Clock) -> None:
    first = timed.draft(**decided(clock, 1)).partition("/")[2]
    timed.draft(**decided(clock, 30))
    timed.project()
    both = terms(timed.aalst)
    assert len(both) == 2
    assert [r["attributes"]["vervaldag"] for r in both] == sorted(
        r["attributes"]["vervaldag"] for r in both
    )
    [one] = terms(timed.aalst, f"filter[dossier]={first}")
    day = one["attributes"]["vervaldag"]
    assert terms(timed.aalst, f"filter[vervaldag][van]={day}") == [one]
    assert terms(timed.aalst, f"filter[vervaldag][tot]={day}") != [one]
    assert terms(timed.aalst, "filter[regel]=toezicht-30") == []
    assert terms(timed.aalst, "sort=-vervalt") == both[::-1]


def test_one_term_is_read_by_its_id(timed: Office, clock: Clock) -> None:
    timed.draft(**decided(clock, 2))
    timed.project()
    [term] = terms(timed.aalst)
    assert timed.aalst.get(f"/termijnen/{term['id']}").json()["data"] == term
    problem(timed.gent.get(f"/termijnen/{term['id']}"), 404, "loket/niet-gevonden")
    problem(timed.abb.get(f"/termijnen/{term['id']}"), 404, "loket/niet-gevonden")


def test_a_role_opens_the_terms_of_its_own_module(timed: Office, clock: Clock) -> None:
    timed.draft(**decided(clock, 2))
    timed.project()
    assert terms(timed.person(AALST, MESSAGES)) == []
    other = timed.person(AALST, "LoketLB-leidinggevendenGebruiker")
    problem(other.get("/termijnen"), 403, "loket/geen-recht")
    assert timed.http.get("/termijnen").status_code == 401


@pytest.mark.parametrize(
    "question", ["filter[toestand]=ooit", "filter[vervaldag][van]=morgen", "sort=bestuur", "x=1"]
)
def test_a_senseless_question_is_refused_by_name(timed: Office, question: str) -> None:
    problem(timed.aalst.get(f"/termijnen?{question}"), 400, "loket/vraag-ongeldig")


def test_reminders_are_shown_to_the_bestuur_that_got_them(timed: Office, clock: Clock) -> None:
    timed.sent()
    timed.project()
    [row] = terms(timed.aalst, "filter[regel]=publicatie-10")
    with connect(timed.loket.dsn) as conn:
        conn.execute(
            "INSERT INTO herinneringen VALUES (%s, '2026-01-01', 3, 'jan', %s, %s, 'verstuurd', "
            "'', '', 1, now(), '2026-01-01 08:00+00')",
            (row["id"], timed.bestuur(AALST).uri, row["id"]),
        )
    ours = terms(timed.aalst, "filter[regel]=publicatie-10")[0]["attributes"]["herinneringen"]
    assert [(told["dagen"], told["toestand"]) for told in ours] == [(3, "verstuurd")]
    theirs = terms(timed.abb, "filter[regel]=publicatie-10")[0]["attributes"]["herinneringen"]
    assert theirs == []


def test_a_withdrawn_dossier_has_nothing_due(timed: Office, clock: Clock) -> None:
    stream = timed.draft(**decided(clock, 2))
    accept(timed.aalst.ask(stream, "besluit-verwerpen"))
    timed.project()
    assert shown(timed.aalst) == {"publicatie-10": "beeindigd"}
    assert terms(timed.aalst, "filter[open]=true") == []


# Supervision, from aflevering to certificate


def react(office: Office) -> None:
    begun(office)
    Reactor(office.loket, opvraging.REACTIONS).run()
    office.project()


def look(office: Office) -> None:
    """Let the clock look once."""

    async def tick() -> None:
        tools = tasks.tools(office.loket)
        async with await connect_async(office.loket.dsn) as conn:
            await Klok(tools).tick(conn)
        await tools.write.aclose()

    asyncio.run(tick())
    office.project()


def supervision(person: Person) -> list[tuple[int, str]]:
    found = terms(person, "filter[soort]=toezicht&sort=gewijzigd")
    told = [(row["attributes"]["nummer"], row["attributes"]["toestand"]) for row in found]
    return sorted(told)


def test_a_term_runs_is_interrupted_starts_anew_and_ends_with_a_certificate(
    timed: Office, clock: Clock
) -> None:
    an, stream = editor(timed), received(timed)
    assert supervision(an) == supervision(timed.aalst) == [(1, "lopend")]
    accept(an.ask(stream, "opvraging-stellen", {"tekst": "Waar is het advies?", "dagen": 14}))
    react(timed)
    assert supervision(an) == supervision(timed.aalst) == [(1, "gestuit")]
    messages = timed.person(AALST, MESSAGES)
    [asked] = terms(messages, "filter[soort]=reactie")
    assert asked["attributes"]["berekening"]["dagen"] == 14
    told = {"ontvangen_op": belgian_day(clock()).isoformat(), "toelichting": "per brief"}
    accept(an.ask(stream, "antwoord-vaststellen", told))
    timed.project()
    assert supervision(an) == [(1, "gestuit"), (2, "lopend")]
    [asked] = terms(messages, "filter[soort]=reactie")
    assert asked["attributes"]["toestand"] == "nageleefd"
    running = terms(timed.aalst, "filter[soort]=toezicht&filter[open]=true")[0]["attributes"]
    assert running["berekening"]["dag"] == told["ontvangen_op"]

    clock.at = datetime.fromisoformat(running["vervalt_op"]) - timedelta(microseconds=1)
    look(timed)
    assert supervision(timed.aalst) == [(1, "gestuit"), (2, "lopend")]
    clock.at += timedelta(microseconds=1)
    assert supervision(timed.aalst) == [(1, "gestuit"), (2, "vervallen")]
    look(timed)
    [ended] = terms(timed.aalst, "filter[soort]=toezicht&filter[toestand]=vervallen")
    assert ended["attributes"]["beeindigd_op"] is not None
    history = timed.aalst.get(f"/{stream}").json()["data"]["attributes"]["verloop"]
    assert history[-1]["gebeurtenis"] == "GeenMaatregelVastgesteld"
    assert history[-1]["gegevens"]["termijn"]["vervaldag"] == running["vervaldag"]
    late = {"tekst": "Nog iets?", "dagen": 14}
    problem(an.ask(stream, "opvraging-stellen", late), 409, "behandelingen/termijn-verstreken")
