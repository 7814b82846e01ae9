# SPDX-License-Identifier: EUPL-1.2
"""What waits for someone, drawn together from all modules."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from office import ABB, READER, SENDER, Office, Person, accept, problem
from test_timeline import MESSENGER, VRAAG

from loket.api.resources.te_doen import BRONNEN
from loket.domain import MODULES
from loket.domain.behandelingen.words import stream_of as behandeling_of
from loket.domain.medewerkers.words import stream_of
from loket.reference import belgian_day
from loket.tasks import opvraging
from loket.tasks.behandeling import REACTION
from reacting import Reactor

EDITOR = "ABBDatabankToezicht-DatabankToezichtEditeur"


def work(person: Person, query: str = "") -> list[dict[str, Any]]:
    answer = person.get(f"/te-doen{query}")
    assert answer.status_code == 200, answer.text
    found = [each["attributes"] for each in answer.json()["data"]]
    # Terms stand on the calendar of today; they have a test of their own.
    return [each for each in found if not each["soort"].startswith("termijn")]


def kinds(person: Person, query: str = "") -> list[str]:
    return [each["soort"] for each in work(person, query)]


def editor(office: Office, sub: str) -> Person:
    return office.person(ABB, EDITOR, READER, MESSENGER, vo_id=sub)


def test_a_draft_waits_until_it_is_sent(fresh: Office) -> None:
    stream = fresh.draft()
    fresh.project()
    [found] = work(fresh.aalst)
    assert (found["soort"], found["stroom"], found["adres"]) == ("concept", stream, f"/{stream}")
    assert (found["wat"], found["te_laat"]) == ("Besluitenlijst", False)
    assert work(fresh.gent) == work(fresh.abb) == []
    accept(fresh.aalst.ask(stream, "besluit-verzenden"))
    fresh.project()
    assert "concept" not in kinds(fresh.aalst)


def test_a_term_that_ends_waits_for_who_must_act(fresh: Office) -> None:
    before = {
        days: fresh.draft(
            zittingsdatum=f"{date.today() - timedelta(days)}T12:00:00Z",  # noqa: DTZ011
            publicatiedatum=None,
        )
        for days in (5, 30)
    }
    fresh.project()
    query = "/te-doen?filter[soort]=termijn,termijn-voorbij"
    late, soon = [each["attributes"] for each in fresh.aalst.get(query).json()["data"]]
    assert (late["soort"], late["stroom"], late["te_laat"]) == ("termijn-voorbij", before[30], True)
    assert (soon["soort"], soon["stroom"], soon["te_laat"]) == ("termijn", before[5], False)
    assert fresh.abb.get(query).json()["data"] == []


def test_a_draft_with_findings_says_so_until_it_is_changed(fresh: Office) -> None:
    stream = fresh.draft(publicatiedatum=None)
    accept(fresh.aalst.ask(stream, "besluit-valideren"))
    fresh.project()
    assert kinds(fresh.aalst) == ["bevindingen"]
    changed = {"velden": {"publicatiedatum": "2026-11-20"}}
    accept(fresh.aalst.ask(stream, "velden-wijzigen", changed))
    fresh.project()
    assert kinds(fresh.aalst) == ["concept"]


def test_messages_wait_to_be_read_by_each_and_to_be_answered_by_one(fresh: Office) -> None:
    stream = f"berichten/{uuid4()}"
    mine = fresh.person("Gemeente Aalst", MESSENGER, vo_id="jan")
    body = {
        "naar": fresh.bestuur(ABB).uri,
        "onderwerp": "Een vraag",
        "type_communicatie": VRAAG,
        "tekst": "Mag dat?",
        "reactietermijn": 3,
    }
    accept(mine.ask(stream, "gesprek-starten", body))
    fresh.project()
    an, els = editor(fresh, "an"), editor(fresh, "els")
    assert kinds(an) == ["onbeantwoord", "ongelezen"]
    first = work(an)[0]
    assert (first["wat"], first["stroom"], first["te_laat"]) == ("Een vraag", stream, False)
    assert first["uiterlijk"]
    accept(an.ask(stream, "gesprek-openen"))
    fresh.project()
    assert kinds(an) == ["onbeantwoord"]
    assert kinds(els, "?filter[persoonlijk]=true") == ["ongelezen"]
    accept(an.ask(stream, "bericht-sturen", {"tekst": "Ja."}))
    fresh.project()
    assert kinds(an) == []
    assert kinds(mine) == ["ongelezen"]


def test_a_dossier_waits_for_who_it_is_assigned_to_or_who_replaces_them(fresh: Office) -> None:
    an, els = editor(fresh, "an"), editor(fresh, "els")
    uri = fresh.bestuur(ABB).uri
    for person, key in ((an, "an"), (els, "els")):
        name = f"medewerkers/{stream_of(uri, key)}"
        accept(person.ask(name, "profiel-bijwerken", {"teams": []}))
    fresh.sent()
    Reactor(fresh.loket, [REACTION], project=fresh.project).run()
    fresh.project()
    [found] = fresh.abb.get("/behandelingen").json()["data"]
    stream = f"behandelingen/{found['id']}"
    team = found["attributes"]["team"]
    accept(an.ask(f"medewerkers/{stream_of(uri, 'an')}", "profiel-bijwerken", {"teams": [team]}))
    fresh.project()
    assert kinds(an) == ["toe-te-wijzen"]
    assert kinds(els) == ([] if team else ["toe-te-wijzen"])
    accept(
        els.ask(
            stream, "behandeling-toewijzen", {"medewerker": f"medewerkers/{stream_of(uri, 'an')}"}
        )
    )
    fresh.project()
    assert kinds(an) == ["behandeling"]
    assert work(an)[0]["uiterlijk"]
    assert kinds(els) == []
    today = date.today()  # noqa: DTZ011
    away = {
        "van": (today - timedelta(1)).isoformat(),
        "tot": (today + timedelta(9)).isoformat(),
        "vervanger": str(stream_of(uri, "els")),
    }
    accept(an.ask(f"medewerkers/{stream_of(uri, 'an')}", "afwezigheid-melden", away))
    fresh.project()
    assert kinds(els) == ["vervanging"]


def test_work_is_filtered_sorted_and_counted(fresh: Office) -> None:
    streams = [fresh.draft() for _ in range(3)]
    fresh.project()
    query = "filter[soort]=concept&sort=sinds&page[size]=2&page[total]=true&include=wie"
    found = fresh.aalst.get(f"/te-doen?{query}").json()
    assert [each["attributes"]["stroom"] for each in found["data"]] == streams[:2]
    assert found["meta"]["page"]["total"] == 3
    assert [each["attributes"]["naam"] for each in found["included"]] == ["Aalst"]
    later = fresh.aalst.get(found["links"]["next"]).json()["data"]
    assert [each["attributes"]["stroom"] for each in later] == streams[2:]
    assert kinds(fresh.aalst, "?filter[soort]=ongelezen,bevindingen") == []
    problem(fresh.aalst.get("/te-doen?filter[soort]=slapen"), 400, "loket/vraag-ongeldig")


def test_without_a_role_nothing_waits(fresh: Office) -> None:
    fresh.draft()
    fresh.project()
    assert work(fresh.person("Gemeente Aalst", MESSENGER)) == []
    assert work(fresh.person("Gemeente Aalst")) == []


@pytest.mark.parametrize("bron", BRONNEN, ids=lambda bron: bron.soort)
def test_every_kind_of_work_is_of_a_module_and_has_words(bron: Any) -> None:
    assert bron.module in MODULES
    assert bron.label
    assert [each.soort for each in BRONNEN].count(bron.soort) == 1


def test_a_question_that_was_answered_by_post_waits_no_longer(fresh: Office) -> None:
    clerk = fresh.person("Gemeente Aalst", SENDER, MESSENGER, vo_id="jan")
    dossier = fresh.sent().removeprefix("toezicht/")
    reactor = Reactor(fresh.loket, [REACTION, *opvraging.REACTIONS], project=fresh.project)
    reactor.run()
    an = editor(fresh, "an")
    behandeling = f"behandelingen/{behandeling_of(dossier, fresh.bestuur(ABB).uri)}"
    accept(an.ask(behandeling, "opvraging-stellen", {"tekst": "Bezorg de raming.", "dagen": 15}))
    reactor.run()
    fresh.project()
    assert "onbeantwoord" in kinds(clerk)
    today = belgian_day(fresh.loket.now()).isoformat()
    by_post = {"ontvangen_op": today, "toelichting": "Aangetekend ontvangen."}
    accept(an.ask(behandeling, "antwoord-vaststellen", by_post))
    fresh.project()
    assert "onbeantwoord" not in kinds(clerk)
