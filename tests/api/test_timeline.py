# SPDX-License-Identifier: EUPL-1.2
"""Timelines of any module: the same for all parties, but for what is internal."""

from typing import Any
from uuid import uuid4

import pytest
from office import ABB, READER, Office, Person, accept, problem

from loket.api.parts import roles_of
from loket.domain import MODULES

MESSENGER = "LoketLB-berichtenGebruiker"
VRAAG = "http://mu.semte.ch/vocabularies/ext/concept/TypeCommunicatie/vraag"


def clerk(office: Office) -> Person:
    return office.person("Gemeente Aalst", MESSENGER)


def supervisor(office: Office) -> Person:
    return office.person(ABB, MESSENGER, READER)


def conversation(office: Office) -> str:
    """A conversation that Aalst starts with the ABB, in which each makes a note; its stream."""
    stream = f"berichten/{uuid4()}"
    body = {
        "naar": office.bestuur(ABB).uri,
        "onderwerp": "Een vraag",
        "type_communicatie": VRAAG,
        "tekst": "Mag dat?",
    }
    accept(clerk(office).ask(stream, "gesprek-starten", body))
    accept(supervisor(office).ask(stream, "gesprek-openen"))
    for person in (clerk(office), supervisor(office)):
        accept(person.ask(stream, "notitie-maken", {"tekst": "Nabellen"}))
    return stream


def rows(person: Person, stream: str, query: str = "") -> list[dict[str, Any]]:
    answer = person.get(f"/{stream}/tijdlijn{query}")
    assert answer.status_code == 200, answer.text
    return [each["attributes"] for each in answer.json()["data"]]


def test_both_sides_see_the_same_but_for_what_is_internal(fresh: Office) -> None:
    stream = conversation(fresh)
    fresh.project()
    mine, theirs = (rows(p, stream) for p in (clerk(fresh), supervisor(fresh)))
    assert [each for each in mine if not each["intern"]] == [
        each for each in theirs if not each["intern"]
    ]
    names = [[r["gebeurtenis"] for r in each if r["intern"]] for each in (mine, theirs)]
    assert names[0].count("berichten.NotitieGemaakt") == 1
    assert names[1].count("berichten.NotitieGemaakt") == 1
    assert {each["positie"] for each in mine} != {each["positie"] for each in theirs}
    assert "Nabellen" not in clerk(fresh).get(f"/{stream}/tijdlijn").text
    moments = [each["moment"] for each in mine if each["moment"]]
    assert moments == ["verzending", "aflevering", "opvraging"]


def test_a_timeline_is_filtered_and_paged_like_any_list(fresh: Office) -> None:
    stream = conversation(fresh)
    fresh.project()
    assert len(rows(clerk(fresh), stream, "?filter[moment]=aflevering,opvraging")) == 2
    whole = rows(clerk(fresh), stream)
    assert rows(clerk(fresh), stream, "?sort=-positie") == whole[::-1]
    page = clerk(fresh).get(f"/{stream}/tijdlijn?page[size]=2&page[total]=true").json()
    assert page["meta"]["page"]["total"] == len(whole)
    following = clerk(fresh).get(page["links"]["next"]).json()["data"]
    assert [each["attributes"] for each in following] == whole[2:4]
    answer = clerk(fresh).get(f"/{stream}/tijdlijn?filter[wie]=x")
    problem(answer, 400, "loket/vraag-ongeldig")


def test_a_timeline_is_hidden_from_strangers(fresh: Office) -> None:
    stream = conversation(fresh)
    fresh.project()
    gent = fresh.person("Gemeente Gent", MESSENGER)
    problem(gent.get(f"/{stream}/tijdlijn"), 404, "loket/niet-gevonden")
    problem(fresh.gent.get(f"/{stream}/tijdlijn"), 403, "loket/geen-recht")


@pytest.mark.parametrize("module", [name for name, each in MODULES.items() if roles_of(each)])
def test_every_module_has_timelines(office: Office, module: str) -> None:
    everyone = [role for each in MODULES.values() for role in sorted(each.readers)]
    rights = [role for each in MODULES.values() for roles in each.rights.values() for role in roles]
    person = office.person(ABB, *{*everyone, *rights} - {"systeem"})
    problem(person.get(f"/{module}/{uuid4()}/tijdlijn"), 404, "loket/niet-gevonden")
