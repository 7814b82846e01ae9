# SPDX-License-Identifier: EUPL-1.2
"""Giving commands over HTTP."""

import asyncio
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from office import BESLUITENLIJST, FIELDS, Office, accept, open_office, problem, settings
from starlette.requests import ClientDisconnect

from loket.api.bodies import read_body

DRAFT = {"dossiertype": BESLUITENLIJST, "velden": FIELDS}


def new() -> str:
    return f"toezicht/{uuid4()}"


def test_a_receipt_says_where_every_event_stands(office: Office) -> None:
    stream = office.draft()
    answer = office.aalst.ask(stream, "besluit-verzenden")
    assert answer.status_code == 201
    found = answer.json()
    assert [e["type"] for e in found["gebeurtenissen"]] == [
        "toezicht.BesluitVerzonden",
        "toezicht.BesluitAfgeleverd",
    ]
    last = found["gebeurtenissen"][-1]
    assert {name: found[name] for name in last if name != "type"} == {
        name: value for name, value in last.items() if name != "type"
    }
    assert (found["volgnummer"], found["versie"]) == (3, 4)
    assert found["status"] == "geregistreerd"
    assert found["stroom"] == stream
    assert found["bewijs"] == f"/bewijs/{stream}"
    assert answer.headers["etag"] == '"4"'
    assert answer.headers["location"] == f"/{stream}"
    assert office.aalst.get(answer.headers["location"]).headers["etag"] == '"4"'


def test_a_command_that_changes_nothing_says_so(office: Office) -> None:
    stream = office.draft()
    answer = office.aalst.ask(stream, "velden-wijzigen", {"velden": FIELDS})
    assert answer.status_code == 200
    assert answer.json()["gebeurtenissen"] == []
    assert answer.json()["positie"] is None
    assert answer.headers["etag"] == '"2"'
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    ("body", "pointer", "rule"),
    [
        ({**DRAFT, "bijlage": 1}, "/bijlage", "onbekend"),
        ({"velden": {}}, "/dossiertype", "verplicht"),
        ({**DRAFT, "dossiertype": 7}, "/dossiertype", "type"),
        ({**DRAFT, "velden": []}, "/velden", "type"),
        ({**DRAFT, "velden": {"bedrag": 1.5}}, "/velden/bedrag", "type"),
        ({**DRAFT, "velden": {"a/b~c": {}}}, "/velden/a~1b~0c", "type"),
        ({**DRAFT, "velden": {"lijst": ["a", 1]}}, "/velden/lijst", "type"),
        ([], "", "type"),
    ],
)
def test_a_wrong_body_is_refused_by_field_and_rule(
    office: Office, body: object, pointer: str, rule: str
) -> None:
    found = problem(
        office.aalst.ask(new(), "besluit-opstellen", body), 422, "loket/aanvraag-ongeldig"
    )
    assert (pointer, rule) in {(f["veld"], f["regel"]) for f in found["fouten"]}
    assert all(f["melding"] for f in found["fouten"])


@pytest.mark.parametrize("text", ["", "{", '{"dossiertype": "\\ud800"}', "NaN", "\xff"])
def test_what_is_not_json_is_refused(office: Office, text: str) -> None:
    person = office.aalst
    headers = {"Authorization": f"Bearer {person.token}", "Content-Type": "application/json"}
    answer = office.http.post(
        f"/{new()}/besluit-opstellen", content=text.encode("latin-1"), headers=headers
    )
    problem(answer, 422, "loket/aanvraag-ongeldig")


@pytest.mark.parametrize("value", ["nul\0teken", 2**53])
def test_what_cannot_be_kept_exactly_is_refused(office: Office, value: object) -> None:
    body = {**DRAFT, "velden": {"bestuursorgaan": value}}
    assert office.aalst.ask(new(), "besluit-opstellen", body).status_code == 422


def test_another_media_type_is_refused(office: Office) -> None:
    answer = office.aalst.ask(new(), "besluit-opstellen", DRAFT, Content_Type="text/plain")
    problem(answer, 415, "loket/mediatype-niet-ondersteund")


def test_a_command_without_fields_needs_no_body(office: Office) -> None:
    headers = {"Authorization": f"Bearer {office.aalst.token}"}
    assert office.http.post(f"/{office.draft()}/besluit-verzenden", headers=headers).is_success


def test_a_body_over_a_megabyte_is_refused(office: Office) -> None:
    body = {**DRAFT, "velden": {"bestuursorgaan": "x" * (1 << 20)}}
    answer = office.aalst.ask(new(), "besluit-opstellen", body)
    problem(answer, 413, "loket/aanvraag-te-groot")


@pytest.mark.parametrize(
    "path",
    [
        "/toezicht/geen-uuid/besluit-verzenden",
        "/toezicht/2F0C8D6E-6F6B-4F0A-9D53-8F1F0C1B7A11/besluit-verzenden",
        "/toezicht/2f0c8d6e-6f6b-4f0a-9d53-8f1f0c1b7a11/besluit-verbranden",
        "/toezicht/2f0c8d6e-6f6b-4f0a-9d53-8f1f0c1b7a11/ontvangstbewijs-registreren",
        "/onbestaand/2f0c8d6e-6f6b-4f0a-9d53-8f1f0c1b7a11/besluit-verzenden",
    ],
)
def test_what_is_no_command_is_not_found(office: Office, path: str) -> None:
    headers = {"Authorization": f"Bearer {office.aalst.token}"}
    problem(office.http.post(path, headers=headers), 404, "loket/niet-gevonden")


def test_a_command_is_given_with_post_only(office: Office) -> None:
    answer = office.aalst.get(f"/{new()}/besluit-verzenden")
    problem(answer, 405, "loket/methode-niet-toegelaten")
    assert answer.headers["allow"] == "POST"


def test_a_command_on_an_old_version_is_refused(office: Office) -> None:
    stream = office.draft()
    answer = office.aalst.ask(stream, "besluit-verzenden", If_Match='"1"')
    problem(answer, 412, "loket/versie-gewijzigd")
    assert accept(office.aalst.ask(stream, "besluit-verzenden", If_Match='"2"'))["versie"] == 4


def test_if_match_zero_makes_only_what_is_new(office: Office) -> None:
    stream = new()
    accept(office.aalst.ask(stream, "besluit-opstellen", DRAFT, If_Match='"0"'))
    again = office.aalst.ask(stream, "besluit-opstellen", DRAFT, If_Match='"0"')
    problem(again, 412, "loket/versie-gewijzigd")


@pytest.mark.parametrize(
    ("name", "value"),
    [("If-Match", "3"), ("If-Match", '"a"'), ("Idempotency-Key", "x" * 256)],
)
def test_a_header_of_another_form_is_refused(office: Office, name: str, value: str) -> None:
    answer = office.aalst.ask(new(), "besluit-opstellen", DRAFT, **{name.replace("-", "_"): value})
    found = problem(answer, 422, "loket/aanvraag-ongeldig")
    assert [f["veld"] for f in found["fouten"]] == [name]


def test_a_repeated_key_gives_the_first_answer(office: Office) -> None:
    key = str(uuid4())
    stream = office.draft()
    first = accept(office.aalst.ask(stream, "besluit-verzenden", Idempotency_Key=key))
    again = office.aalst.ask(stream, "besluit-verzenden", Idempotency_Key=f'"{key}"')
    assert again.status_code == 201
    assert again.json() == first


def test_a_repeated_key_gives_the_first_answer_after_a_restart(
    database: str, tmp_path: Path
) -> None:
    chosen = settings(database, tmp_path)
    with open_office(chosen) as before:
        stream = before.draft()
        first = accept(before.aalst.ask(stream, "besluit-verzenden", Idempotency_Key="k-1"))
    with open_office(chosen) as after:
        again = accept(after.aalst.ask(stream, "besluit-verzenden", Idempotency_Key="k-1"))
    assert again == first


def test_a_key_used_for_another_command_is_refused(office: Office) -> None:
    key = str(uuid4())
    stream = office.draft()
    accept(office.aalst.ask(stream, "besluit-valideren", Idempotency_Key=key))
    answer = office.aalst.ask(stream, "besluit-verzenden", Idempotency_Key=key)
    problem(answer, 422, "loket/sleutel-hergebruikt")


def test_a_key_belongs_to_its_bestuur(office: Office) -> None:
    key = str(uuid4())
    accept(office.aalst.ask(new(), "besluit-opstellen", DRAFT, Idempotency_Key=key))
    assert accept(office.gent.ask(new(), "besluit-opstellen", DRAFT, Idempotency_Key=key))


def test_a_sender_may_wait_for_the_time_stamp(office: Office) -> None:
    stream = office.draft()
    with office.sealing():
        answer = office.aalst.ask(stream, "besluit-verzenden", Prefer="respond-async, wait=30")
    assert accept(answer)["status"] == "gestempeld"
    assert answer.headers["preference-applied"] == "wait=30"


def test_waiting_ends_without_a_time_stamp(office: Office) -> None:
    stream = office.draft()
    began = time.monotonic()
    answer = office.aalst.ask(stream, "besluit-verzenden", Prefer="wait=1")
    assert accept(answer)["status"] == "geregistreerd"
    assert 0.9 < time.monotonic() - began < 5


def test_a_preference_that_is_not_understood_is_none(office: Office) -> None:
    answer = office.aalst.ask(office.draft(), "besluit-verzenden", Prefer="wait=lang")
    assert accept(answer)["status"] == "geregistreerd"
    assert "preference-applied" not in answer.headers


def test_a_refusal_names_the_fields_that_are_missing(office: Office) -> None:
    stream = new()
    accept(office.aalst.ask(stream, "besluit-opstellen", {"dossiertype": BESLUITENLIJST}))
    found = problem(
        office.aalst.ask(stream, "besluit-verzenden"), 422, "toezicht/onvolledig-dossier"
    )
    assert {"bestuursorgaan", "zittingsdatum", "publicatiedatum"} <= {
        f["veld"] for f in found["fouten"]
    }
    assert found["title"].startswith("Het dossier voldoet niet")


def test_two_clerks_cannot_both_send(office: Office) -> None:
    stream = office.sent()
    problem(office.aalst.ask(stream, "besluit-verzenden"), 409, "toezicht/al-verzonden")


@pytest.mark.parametrize(
    "before", [[], [{"type": "http.request", "body": b"{", "more_body": True}]]
)
def test_a_request_that_breaks_off_is_no_command(before: list[dict[str, Any]]) -> None:
    messages = iter([*before, {"type": "http.disconnect"}])

    async def receive() -> dict[str, Any]:
        return next(messages)

    with pytest.raises(ClientDisconnect):
        asyncio.run(read_body(receive))
