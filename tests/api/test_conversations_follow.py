# SPDX-License-Identifier: EUPL-1.2
"""Conversations that follow from what a supervisor does, and what follows from their answers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from office import ABB, PDF, Office, Person, accept, open_office, problem, settings

from loket.domain.behandelingen.words import AntwoordOntvangen, stream_of
from loket.evidence.follow import batch
from loket.evidence.store import connect
from loket.tasks import antwoord, behandeling, omzendbrief, opvraging
from reacting import Reactor

ROLE = "LoketLB-berichtenGebruiker"
EDITOR = "ABBDatabankToezicht-DatabankToezichtEditeur"
REACTIONS = (
    behandeling.REACTION,
    *opvraging.REACTIONS,
    antwoord.REACTION,
    omzendbrief.REACTION,
)


@pytest.fixture
def office(database: str, tmp_path: Path) -> Iterator[Office]:
    with open_office(settings(database, tmp_path)) as found:
        yield found


@pytest.fixture
def abb(office: Office) -> Person:
    return office.person(ABB, EDITOR)


@pytest.fixture
def aalst(office: Office) -> Person:
    return office.person("Gemeente Aalst", ROLE)


def treated(office: Office, reactor: Reactor) -> str:
    """A dossier of Aalst that ABB treats: the stream of the behandeling."""
    dossier = office.sent()
    reactor.run()
    key = stream_of(dossier.rpartition("/")[2], office.bestuur(ABB).uri)
    return f"behandelingen/{key}"


def read(office: Office, person: Person, path: str) -> list[dict[str, Any]]:
    office.project()
    answer = person.get(path)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


def letter(by: Person) -> dict[str, str]:
    sha256 = by.upload(PDF + b"brief").json()["sha256"]
    return {"sha256": sha256, "naam": "brief.pdf", "formaat": "application/pdf"}


def facts(office: Office, kind: type) -> list[Any]:
    with connect(office.loket.dsn) as conn:
        return [r for r in batch(conn, office.loket.mapper, 0) if isinstance(r.fact, kind)]


@pytest.mark.parametrize("days", [14, 0], ids=["within a term", "without a term"])
def test_an_opvraging_becomes_a_conversation_and_its_answer_comes_back(
    office: Office, abb: Person, aalst: Person, days: int
) -> None:
    reactor = Reactor(office.loket, REACTIONS, office.project)
    stream = treated(office, reactor)
    ask = {"tekst": "Waar is het advies?", "dagen": days, "bijlagen": [letter(abb)]}
    accept(abb.ask(stream, "opvraging-stellen", ask))
    reactor.run()
    [found] = read(office, aalst, "/berichten")
    gesprek = f"berichten/{found['id']}"
    assert found["attributes"]["onderwerp"].startswith("Opvraging 1: ")
    assert found["attributes"]["type_naam"] == "Opvraging"
    assert found["attributes"]["behandeling"] == stream
    assert found["attributes"]["termijn"] == ("lopend" if days else "geen")
    accept(aalst.ask(gesprek, "gesprek-openen"))
    [question] = read(office, aalst, f"/postvak?filter[gesprek]={found['id']}")
    assert question["attributes"]["tekst"] == "Waar is het advies?"
    address = question["attributes"]["bestanden"][0]["adres"]
    assert aalst.get(address).content == PDF + b"brief"

    receipt = accept(aalst.ask(gesprek, "bericht-sturen", {"tekst": "In bijlage."}))
    reactor.run()
    [answered] = facts(office, AntwoordOntvangen)
    assert answered.stream == stream
    assert answered.fact.nummer == 1
    assert answered.fact.bericht == f"{gesprek}/2"
    registered = receipt["gebeurtenissen"][-1]["geregistreerd"]
    assert answered.fact.ontvangen_op.replace("+00:00", "Z") == registered
    assert answered.fact.termijn["moment"] == registered
    reactor.position = 0
    reactor.run()  # all over again: nothing twice
    assert len(facts(office, AntwoordOntvangen)) == 1
    assert len(read(office, aalst, "/berichten")) == 1


def test_a_message_about_something_else_is_no_answer(
    office: Office, abb: Person, aalst: Person
) -> None:
    reactor = Reactor(office.loket, REACTIONS, office.project)
    stream = treated(office, reactor)
    accept(abb.ask(stream, "opvraging-stellen", {"tekst": "Waar is het?", "dagen": 14}))
    reactor.run()
    [found] = read(office, aalst, "/berichten")
    gesprek = f"berichten/{found['id']}"
    accept(abb.ask(gesprek, "bericht-sturen", {"tekst": "Met welk busnummer?"}))
    accept(aalst.ask(gesprek, "gesprek-openen"))
    accept(aalst.ask(gesprek, "bericht-sturen", {"tekst": "Bus 3", "antwoord_op": 2}))
    reactor.run()
    assert facts(office, AntwoordOntvangen) == []
    accept(aalst.ask(gesprek, "bericht-sturen", {"tekst": "Hier is het.", "antwoord_op": 1}))
    reactor.run()
    [answered] = facts(office, AntwoordOntvangen)
    assert answered.fact.bericht == f"{gesprek}/4"


def test_a_decision_is_told_with_its_letter(office: Office, abb: Person, aalst: Person) -> None:
    reactor = Reactor(office.loket, REACTIONS, office.project)
    stream = treated(office, reactor)
    decision = {
        "uitkomst": "opmerking",
        "motivering": "Let op de termijn.",
        "brief": [letter(abb)],
        "bevestigd": True,
    }
    accept(abb.ask(stream, "toezichtsbesluit-nemen", decision))
    reactor.run()
    [found] = read(office, aalst, "/berichten")
    assert found["attributes"]["type_naam"] == "Kennisgeving toezichtsbeslissing"
    assert "opmerking" in found["attributes"]["onderwerp"]
    gesprek = f"berichten/{found['id']}"
    accept(aalst.ask(gesprek, "gesprek-openen"))
    [told] = read(office, aalst, f"/postvak?filter[gesprek]={found['id']}")
    assert "Let op de termijn." in told["attributes"]["tekst"]
    assert aalst.get(told["attributes"]["bestanden"][0]["adres"]).status_code == 200
    accept(aalst.ask(gesprek, "bericht-sturen", {"tekst": "Begrepen."}))
    reactor.run()
    assert facts(office, AntwoordOntvangen) == []  # it was no question


def test_an_omzendbrief_becomes_a_conversation_with_each(
    office: Office, abb: Person, aalst: Person
) -> None:
    stream = f"omzendbrieven/{uuid4()}"
    gent = office.bestuur("Gemeente Gent")
    body = {
        "onderwerp": "Nieuwe regels",
        "tekst": "Lees de bijlage.",
        "bijlagen": [letter(abb)],
        "aan": [gent.uri],
        "klassen": [gent.klasse],
    }
    accept(abb.ask(stream, "omzendbrief-versturen", body))
    reactor = Reactor(office.loket, REACTIONS, office.project)
    reactor.run()
    reactor.position = 0
    reactor.run()  # a crash halfway starts none twice
    key = stream.rpartition("/")[2]
    sent = read(office, abb, f"/berichten?filter[omzendbrief]={key}&page[size]=200")
    assert len(sent) >= 3
    assert len({each["relationships"]["naar"]["data"]["id"] for each in sent}) == len(sent)
    assert {each["attributes"]["ongelezen"] for each in sent} == {0}
    [mine] = read(office, aalst, "/berichten")
    assert mine["attributes"]["type_naam"] == "Omzendbrief"
    accept(aalst.ask(f"berichten/{mine['id']}", "gesprek-openen"))
    assert len(read(office, aalst, "/postvak?filter[tekst]=bijlage")) == 1
    problem(aalst.ask(f"omzendbrieven/{uuid4()}", "omzendbrief-versturen", body), 403,
            "loket/geen-recht")  # fmt: skip
    problem(abb.ask(stream, "omzendbrief-versturen", body), 409, "omzendbrieven/al-verstuurd")
    wrong = {**body, "aan": ["urn:x"]}
    answer = abb.ask(f"omzendbrieven/{uuid4()}", "omzendbrief-versturen", wrong)
    problem(answer, 422, "omzendbrieven/onvolledige-omzendbrief")
    problem(aalst.get(f"/{stream}"), 403, "loket/geen-recht")
