# SPDX-License-Identifier: EUPL-1.2
"""The dry run over HTTP: what sending would meet, and nothing written."""

from typing import Any
from uuid import uuid4

import pytest
from office import ABB, BESLUITENLIJST, FIELDS, READER, Office, Person, accept, problem

from loket.evidence.store import connect

ROUTED = "http://data.lblod.info/id/bestuurseenheden/141d9d6b-54af-4d17-b313-8d1c30bc3f5b"


def ask(by: Person, body: object, **headers: str) -> Any:
    return by.ask("toezicht", "validatie", body, **headers)


def tried(by: Person, **body: Any) -> dict[str, Any]:
    asked = {"dossiertype": BESLUITENLIJST, "velden": FIELDS, "bestanden": 1, **body}
    answer = ask(by, asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def rules(found: dict[str, Any], part: str = "fouten") -> set[tuple[str, str]]:
    return {(finding["veld"], finding["regel"]) for finding in found[part]}


def events(office: Office) -> Any:
    with connect(office.loket.dsn) as conn:
        return conn.execute("SELECT size FROM log_head").fetchone()


def test_what_would_be_sent_is_judged_and_not_written(office: Office) -> None:
    before = events(office)
    found = tried(office.aalst)
    assert found["verzendbaar"], found
    assert found["fouten"] == found["te_bevestigen"] == []
    assert found["dossiertype"]["naam"] == "Besluitenlijst"
    assert [each["uri"] for each in found["ontvangers"]] == [ROUTED]
    assert found["routering"]["regel"]
    assert found["routering"]["omschrijving"]
    assert found["ontvangers"][0]["termijn"]["regel"].startswith("toezicht")
    assert found["ontvangers"][0]["termijn"]["vervaldag"]
    duty = next(each for each in found["plichten"] if each["regel"] == "publicatie-10")
    assert duty["termijn"]["dag"] == FIELDS["zittingsdatum"][:10]
    assert found["meldingsregel"].startswith("http://data.lblod.info/id/notification-rule/")
    assert found["referentie_versie"] == office.loket.reference.version
    assert events(office) == before


def test_it_finds_what_sending_refuses(office: Office) -> None:
    """The same fields and rules, whether it is tried or done."""
    fields = {**FIELDS, "publicatiedatum": "gisteren", "soep": "x"}
    del fields["zittingsdatum"]
    found = tried(office.aalst, velden=fields, bestanden=0)
    assert not found["verzendbaar"]
    assert {
        ("zittingsdatum", "verplicht"),
        ("publicatiedatum", "datatype"),
        ("bijlagen", "link-of-bestand-verplicht"),
        ("soep", "onbekend-veld"),
    } <= rules(found)
    stream = f"toezicht/{uuid4()}"
    del fields["soep"]
    accept(
        office.aalst.ask(
            stream, "besluit-opstellen", {"dossiertype": BESLUITENLIJST, "velden": fields}
        )
    )
    refused = problem(
        office.aalst.ask(stream, "besluit-verzenden"), 422, "toezicht/onvolledig-dossier"
    )
    assert rules(refused) == rules(found) - {("soep", "onbekend-veld")}
    draft = office.aalst.get(f"/{stream}/validatie").json()
    assert draft["fouten"] == refused["fouten"]
    assert len(refused["fouten"]) == len(rules(refused))


def test_a_doubt_is_told_and_is_to_be_confirmed(office: Office) -> None:
    found = tried(office.aalst, velden={**FIELDS, "publicatiedatum": "2026-01-02"})
    assert not found["verzendbaar"]
    assert rules(found, "te_bevestigen") == rules(found, "waarschuwingen") != set()


def test_it_says_what_was_sent_about_the_same_session_before(office: Office) -> None:
    session = "2026-11-16T19:31:00+01:00"
    assert tried(office.aalst, velden={**FIELDS, "zittingsdatum": session})["mogelijk_dubbel"] == []
    stream = office.draft(zittingsdatum=session)
    accept(office.aalst.ask(stream, "besluit-verzenden"))
    office.project()
    fields = {**FIELDS, "zittingsdatum": session}
    found = tried(office.aalst, velden=fields)["mogelijk_dubbel"]
    assert [each["dossier"] for each in found] == [f"/{stream}"]
    assert tried(office.gent, velden=fields)["mogelijk_dubbel"] == []


def test_files_are_counted_named_or_uploaded(office: Office) -> None:
    sha256 = office.aalst.upload().json()["sha256"]
    pdf = {"naam": "lijst.pdf", "formaat": "application/pdf"}
    assert tried(office.aalst, bestanden=[pdf])["verzendbaar"]
    assert tried(office.aalst, bestanden=[{**pdf, "sha256": sha256}])["verzendbaar"]
    found = tried(office.gent, bestanden=[{**pdf, "sha256": "0" * 64}])
    assert rules(found) == {("bestanden/0", "onbekend-bestand")}
    found = tried(office.aalst, bestanden=[{"naam": "a/b.pdf"}], links=["ftp://x", "https://a.be"])
    assert rules(found) == {("bestanden/0", "ongeldig-bestand"), ("links/0", "ongeldige-link")}


def test_a_type_that_the_class_does_not_send_is_told_by_field(office: Office) -> None:
    supervisor = office.person(ABB, READER)
    found = tried(supervisor)
    assert ("dossiertype", "mag-dit-type-niet-verzenden") in rules(found)
    assert found["meldingsregel"] is None


@pytest.mark.parametrize(
    ("body", "name", "veld"),
    [
        ({"dossiertype": "http://x/soep"}, "toezicht/onbekend-dossiertype", "dossiertype"),
        ({}, "loket/aanvraag-ongeldig", "/dossiertype"),
        ({"dossiertype": 5}, "loket/aanvraag-ongeldig", "/dossiertype"),
        ({"dossiertype": BESLUITENLIJST, "velden": []}, "loket/aanvraag-ongeldig", "/velden"),
        (
            {"dossiertype": BESLUITENLIJST, "velden": {"a": 1.5}},
            "loket/aanvraag-ongeldig",
            "/velden/a",
        ),
        ({"dossiertype": BESLUITENLIJST, "bestanden": -1}, "loket/aanvraag-ongeldig", "/bestanden"),
        ({"dossiertype": BESLUITENLIJST, "soep": 1}, "loket/aanvraag-ongeldig", "/soep"),
        (
            {"dossiertype": BESLUITENLIJST, "velden": {"opmerking": "x" * 20_000}},
            "toezicht/te-groot",
            "opmerking",
        ),
    ],
)
def test_a_body_of_another_form_is_refused_by_field(
    office: Office, body: object, name: str, veld: str
) -> None:
    found = problem(ask(office.aalst, body), 422, name)
    assert [finding["veld"] for finding in found["fouten"]] == [veld]


def test_it_is_for_who_sends_and_drafts_are_for_their_own(office: Office) -> None:
    problem(ask(Person(office.http), {}), 401, "loket/geen-token")
    problem(ask(office.person("Gemeente Aalst"), {}), 403, "loket/geen-recht")
    problem(
        ask(office.aalst, {}, Content_Type="text/plain"), 415, "loket/mediatype-niet-ondersteund"
    )
    stream = office.draft()
    assert office.aalst.get(f"/{stream}/validatie").json()["verzendbaar"]
    problem(office.gent.get(f"/{stream}/validatie"), 404, "loket/niet-gevonden")
    sent = office.sent()
    problem(office.aalst.get(f"/{sent}/validatie"), 404, "loket/niet-gevonden")
    problem(office.abb.get(f"/{sent}/validatie"), 404, "loket/niet-gevonden")


def test_what_cannot_be_stored_is_judged_all_the_same(office: Office) -> None:
    for session in ("\x00", "x", 7, None, ["a"]):
        found = tried(office.aalst, velden={**FIELDS, "zittingsdatum": session})
        assert not found["verzendbaar"]
