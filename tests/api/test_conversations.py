# SPDX-License-Identifier: EUPL-1.2
"""Conversations over HTTP: two sides, envelopes until opened, terms, recall, and no leaks."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from office import ABB, Office, Person, accept, open_office, problem, settings

from loket.domain.berichten.checks import LIJST

ROLE = "LoketLB-berichtenGebruiker"
EDITOR = "ABBDatabankToezicht-DatabankToezichtEditeur"
READER = "ABBDatabankToezicht-DatabankToezichtLezer"
SECRET = "Geheime inhoud van dit bericht"
FILE = b"%PDF-1.7 de bijlage"


@pytest.fixture(scope="module")
def office(
    postgres_server: Any, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    directory: Path = tmp_path_factory.mktemp("berichten")
    with (
        postgres_server.database(migrated_template) as dsn,
        open_office(settings(dsn, directory)) as found,
    ):
        yield found


@pytest.fixture
def abb(office: Office) -> Person:
    return office.person(ABB, EDITOR)


@pytest.fixture
def aalst(office: Office) -> Person:
    return office.person("Gemeente Aalst", ROLE)


@pytest.fixture
def gent(office: Office) -> Person:
    return office.person("Gemeente Gent", ROLE)


def soort(office: Office, name: str) -> str:
    found = office.loket.reference.codelijsten[LIJST].find(name)
    assert found
    return found.uri


def attachment(person: Person, content: bytes = FILE) -> dict[str, str]:
    uploaded = person.upload(content).json()
    return {"sha256": uploaded["sha256"], "naam": "brief.pdf", "formaat": "application/pdf"}


def started(office: Office, by: Person, **more: Any) -> str:
    """ABB asks Aalst something, with a file; the stream."""
    stream = f"berichten/{uuid4()}"
    body = {
        "naar": office.bestuur("Gemeente Aalst").uri,
        "onderwerp": "Reglement parkeren",
        "type_communicatie": soort(office, "opvraging"),
        "tekst": SECRET,
        "bijlagen": [attachment(by)],
        **more,
    }
    accept(by.ask(stream, "gesprek-starten", body))
    return stream


def read(office: Office, person: Person, path: str) -> Any:
    office.project()
    answer = person.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def messages(office: Office, person: Person, stream: str) -> list[dict[str, Any]]:
    document = read(office, person, f"/{stream}?include=berichten")
    found = [each["attributes"] for each in document["included"] if each["type"] == "berichten"]
    return sorted(found, key=lambda each: each["nummer"])


def conversation(office: Office, person: Person, stream: str) -> dict[str, Any]:
    found: dict[str, Any] = read(office, person, f"/{stream}")["data"]["attributes"]
    return found


# Sending and opening


def test_one_command_sends_a_message_with_its_attachment(
    office: Office, abb: Person, aalst: Person
) -> None:
    stream = f"berichten/{uuid4()}"
    body = {
        "naar": office.bestuur("Gemeente Aalst").uri,
        "onderwerp": "Reglement",
        "type_communicatie": soort(office, "opvraging"),
        "bijlagen": [attachment(abb)],
    }
    receipt = accept(abb.ask(stream, "gesprek-starten", body))
    kinds = [fact["type"].split(".")[1] for fact in receipt["gebeurtenissen"]]
    assert kinds == ["GesprekGestart", "BerichtVerzonden", "BerichtAfgeleverd"]
    [message] = messages(office, aalst, stream)
    assert message["verzonden_op"] <= message["afgeleverd_op"]
    assert message["geopend_op"] is None


def test_the_addressee_sees_the_envelope_until_it_opens(
    office: Office, abb: Person, aalst: Person
) -> None:
    stream = started(office, abb)
    sha256 = messages(office, abb, stream)[0]["bestanden"][0]["sha256"]
    [closed] = messages(office, aalst, stream)
    assert (closed["tekst"], closed["bestanden"]) == (None, None)
    assert closed["onderwerp"] == "Reglement parkeren"
    problem(aalst.get(f"/{stream}/bestanden/{sha256}"), 409, "loket/nog-niet-geopend")
    receipt = accept(aalst.ask(stream, "gesprek-openen"))
    assert [f["type"].split(".")[1] for f in receipt["gebeurtenissen"]] == [
        "BerichtGeopend",
        "BerichtGelezen",
    ]
    [opened] = messages(office, aalst, stream)
    assert opened["tekst"] == SECRET
    assert opened["geopend_op"]
    assert aalst.get(opened["bestanden"][0]["adres"]).content == FILE


def test_a_file_of_a_later_message_waits_for_its_own_opvraging(
    office: Office, abb: Person, aalst: Person
) -> None:
    stream = started(office, abb)
    accept(aalst.ask(stream, "gesprek-openen"))
    second = attachment(abb, b"een tweede bijlage")
    accept(abb.ask(stream, "bericht-sturen", {"bijlagen": [second]}))
    address = f"/{stream}/bestanden/{second['sha256']}"
    problem(aalst.get(address), 409, "loket/nog-niet-geopend")
    accept(aalst.ask(stream, "gesprek-openen"))
    assert aalst.get(address).content == b"een tweede bijlage"


def test_both_sides_start_and_answer(office: Office, abb: Person, aalst: Person) -> None:
    stream = f"berichten/{uuid4()}"
    body = {
        "naar": office.bestuur(ABB).uri,
        "onderwerp": "Vraag",
        "type_communicatie": soort(office, "vraag"),
        "tekst": "Mag dit?",
    }
    accept(aalst.ask(stream, "gesprek-starten", body))
    accept(abb.ask(stream, "gesprek-openen"))
    accept(abb.ask(stream, "bericht-sturen", {"tekst": "Ja."}))
    second = messages(office, abb, stream)[1]
    assert second["type_communicatie"] == soort(office, "reactie")
    assert second["type_naam"] == "Reactie"


def test_what_a_message_lacks_is_refused_by_name(
    office: Office, abb: Person, aalst: Person, gent: Person
) -> None:
    stream = f"berichten/{uuid4()}"
    body = {
        "naar": office.bestuur("Gemeente Aalst").uri,
        "onderwerp": "Reglement",
        "type_communicatie": soort(office, "opvraging"),
    }
    ask = "gesprek-starten"
    problem(abb.ask(stream, ask, body), 422, "berichten/leeg-bericht")
    text = {**body, "tekst": "x"}
    problem(
        abb.ask(stream, ask, {**text, "naar": "urn:x"}), 422, "berichten/onbekende-bestemmeling"
    )
    problem(
        abb.ask(stream, ask, {**text, "type_communicatie": "x"}), 422, "berichten/onbekend-type"
    )
    problem(gent.ask(stream, ask, text), 403, "berichten/geen-toezichtsrelatie")
    back = {**text, "naar": office.bestuur(ABB).uri}
    problem(gent.ask(stream, ask, back), 403, "berichten/type-voor-toezichthouder")
    other = {**text, "bijlagen": [attachment(aalst, b"van een ander")]}
    problem(abb.ask(stream, ask, other), 422, "berichten/ongeldige-bijlage")
    problem(
        office.person(ABB, READER).ask(stream, ask, text), 403, "loket/geen-recht"
    )  # a reader only reads
    accept(abb.ask(stream, ask, text))
    problem(abb.ask(stream, ask, text), 409, "berichten/al-gestart")


def test_a_message_is_sent_once_under_one_key(office: Office, abb: Person) -> None:
    stream = started(office, abb)
    first = accept(abb.ask(stream, "bericht-sturen", {"tekst": "nog iets"}, Idempotency_Key="k1"))
    again = accept(abb.ask(stream, "bericht-sturen", {"tekst": "nog iets"}, Idempotency_Key="k1"))
    assert first["positie"] == again["positie"]
    assert len(messages(office, abb, stream)) == 2


# About a dossier


def test_a_conversation_is_about_a_dossier_of_both(
    office: Office, abb: Person, gent: Person
) -> None:
    dossier = office.sent()
    stream = started(office, abb, dossier=dossier)
    found = read(office, abb, f"/berichten?filter[dossier]={dossier.rpartition('/')[2]}")
    assert [each["id"] for each in found["data"]] == [stream.rpartition("/")[2]]
    body = {
        "naar": office.bestuur(ABB).uri,
        "onderwerp": "x",
        "type_communicatie": soort(office, "vraag"),
        "tekst": "x",
    }
    for unseen in (dossier, f"toezicht/{uuid4()}"):
        answer = gent.ask(f"berichten/{uuid4()}", "gesprek-starten", {**body, "dossier": unseen})
        problem(answer, 404, "berichten/onbekend-dossier")


# Terms


def test_a_term_runs_is_extended_and_ends_with_the_reply(
    office: Office, abb: Person, aalst: Person
) -> None:
    stream = started(office, abb, reactietermijn=30)
    accept(aalst.ask(stream, "gesprek-openen"))
    [asked] = messages(office, aalst, stream)
    assert asked["termijn"] == "lopend"
    assert conversation(office, abb, stream)["uiterlijk"] == asked["uiterlijk"]
    wish = {"bericht": 1, "dagen": 10, "reden": "Secretaris ziek"}
    accept(aalst.ask(stream, "uitstel-vragen", wish))
    problem(aalst.ask(stream, "uitstel-toestaan", {"bericht": 1}), 403, "berichten/niet-verzonden")
    accept(abb.ask(stream, "uitstel-toestaan", {"bericht": 1}))
    [later] = messages(office, aalst, stream)
    assert later["uiterlijk"] > asked["uiterlijk"]
    assert later["verlengd"] == 10
    problem(abb.ask(stream, "gesprek-sluiten"), 409, "berichten/antwoord-verwacht")
    accept(aalst.ask(stream, "bericht-sturen", {"tekst": "Hier is het."}))
    first, reply = messages(office, abb, stream)
    assert (first["termijn"], first["beantwoord_door"]) == ("beantwoord", 2)
    assert conversation(office, abb, stream)["termijn"] == "geen"
    assert reply["tekst"] is None
    accept(abb.ask(stream, "gesprek-sluiten"))
    problem(
        aalst.ask(stream, "bericht-sturen", {"tekst": "x"}), 409, "berichten/gesprek-is-gesloten"
    )
    accept(aalst.ask(stream, "gesprek-heropenen"))


def test_more_time_can_be_refused(office: Office, abb: Person, aalst: Person) -> None:
    stream = started(office, abb, reactietermijn=5)
    wish = {"bericht": 1, "dagen": 10, "reden": "Druk"}
    problem(aalst.ask(stream, "uitstel-vragen", wish), 409, "berichten/nog-niet-geopend")
    accept(aalst.ask(stream, "gesprek-openen"))
    accept(aalst.ask(stream, "uitstel-vragen", wish))
    refused = {"bericht": 1, "reden": "Neen"}
    accept(abb.ask(stream, "uitstel-weigeren", refused))
    problem(abb.ask(stream, "uitstel-weigeren", refused), 409, "berichten/geen-uitstel-gevraagd")


# Recall


def test_a_recalled_message_is_nowhere_for_its_addressee(
    office: Office, abb: Person, aalst: Person
) -> None:
    stream = started(office, abb, tekst=f"{SECRET} ingetrokken")
    accept(aalst.ask(stream, "gesprek-openen"))
    [opened] = messages(office, aalst, stream)
    reason = {"bericht": 1, "reden": "Verkeerd bestuur"}
    problem(aalst.ask(stream, "bericht-intrekken", reason), 403, "berichten/niet-verzonden")
    accept(abb.ask(stream, "bericht-intrekken", reason))
    office.seal()
    [gone] = messages(office, aalst, stream)
    assert (gone["tekst"], gone["bestanden"]) == (None, None)
    assert gone["geopend_op"]
    assert gone["ingetrokken_reden"] == "Verkeerd bestuur"
    address = opened["bestanden"][0]["adres"]
    problem(aalst.get(address), 404, "loket/niet-gevonden")
    assert abb.get(address).content == FILE
    for path in ("/berichten", "/postvak"):
        found = read(office, aalst, f"{path}?filter[tekst]=ingetrokken")
        assert found["data"] == []
    assert SECRET not in opened_text(aalst, stream)
    assert SECRET in opened_text(abb, stream)
    problem(abb.ask(stream, "bericht-intrekken", reason), 409, "berichten/al-ingetrokken")


def opened_text(person: Person, stream: str) -> str:
    """All that the proof of a stream, with its files, opens for somebody."""
    answer = person.get(f"/bewijs/{stream}?documenten=true")
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as bundle:
        parts = {name: bundle.read(name) for name in bundle.namelist()}
    return "".join(f"{name}\n{data.decode('utf-8', 'replace')}" for name, data in parts.items())


def test_a_recalled_message_that_was_not_opened_stays_closed(
    office: Office, abb: Person, aalst: Person
) -> None:
    stream = started(office, abb)
    accept(abb.ask(stream, "bericht-intrekken", {"bericht": 1, "reden": "Fout"}))
    assert aalst.ask(stream, "gesprek-openen").status_code == 200  # nothing to open
    [gone] = messages(office, aalst, stream)
    assert (gone["tekst"], gone["geopend_op"]) == (None, None)


# Nobody else


def test_a_third_bestuur_sees_nothing(office: Office, abb: Person, gent: Person) -> None:
    stream = started(office, abb)
    office.project()
    for path in (f"/{stream}", f"/bewijs/{stream}", f"/{stream}/bestanden/{'a' * 64}"):
        problem(gent.get(path), 404, "loket/niet-gevonden")
    for path in ("/berichten", "/postvak"):
        assert stream.rpartition("/")[2] not in gent.get(path).text
    for command in ("gesprek-openen", "gesprek-sluiten"):
        problem(gent.ask(stream, command), 404, "berichten/onbekend-gesprek")
    answer = gent.ask(stream, "bericht-sturen", {"tekst": "x"})
    problem(answer, 404, "berichten/onbekend-gesprek")


def test_the_proof_of_an_unopened_message_opens_no_content(
    office: Office, abb: Person, aalst: Person
) -> None:
    stream = started(office, abb)
    office.seal()
    assert SECRET not in opened_text(aalst, stream)
    accept(aalst.ask(stream, "gesprek-openen"))
    office.seal()
    assert SECRET in opened_text(aalst, stream)


def test_notes_and_read_marks_stay_on_their_side(
    office: Office, abb: Person, aalst: Person
) -> None:
    stream = started(office, abb)
    accept(aalst.ask(stream, "gesprek-openen"))
    accept(aalst.ask(stream, "notitie-maken", {"tekst": "Bel de jurist van ABB niet terug"}))
    office.seal()
    own = conversation(office, aalst, stream)["notities"]
    assert [note["tekst"] for note in own] == ["Bel de jurist van ABB niet terug"]
    seen = read(office, abb, f"/{stream}?include=berichten")
    assert "jurist" not in str(seen)
    assert seen["data"]["attributes"]["notities"] == []
    assert [m["gelezen"] for m in messages(office, abb, stream)] == [None]
    opened = opened_text(abb, stream)
    assert "jurist" not in opened
    assert "gebeurtenissen/3.actor" in opened  # the opvraging is for both
    assert "gebeurtenissen/4.actor" not in opened  # the read mark
    assert "gebeurtenissen/5.actor" not in opened  # the note
    assert "jurist" in opened_text(aalst, stream)


def test_read_marks_are_of_a_person(office: Office, abb: Person, aalst: Person) -> None:
    stream = started(office, abb)
    colleague = office.person("Gemeente Aalst", ROLE, vo_id="collega")
    assert conversation(office, aalst, stream)["ongelezen"] == 1
    assert conversation(office, aalst, stream)["ongeopend"] == 1
    accept(aalst.ask(stream, "gesprek-openen"))
    assert conversation(office, aalst, stream)["ongelezen"] == 0
    assert conversation(office, colleague, stream)["ongelezen"] == 1
    assert conversation(office, colleague, stream)["ongeopend"] == 0
    receipt = accept(colleague.ask(stream, "gesprek-openen"))
    assert [f["type"].split(".")[1] for f in receipt["gebeurtenissen"]] == ["BerichtGelezen"]
    accept(aalst.ask(stream, "bericht-ongelezen-markeren", {"bericht": 1}))
    assert conversation(office, aalst, stream)["ongelezen"] == 1
    assert conversation(office, colleague, stream)["ongelezen"] == 0


# Lists


def test_lists_are_filtered_and_sorted(fresh: Office) -> None:
    abb, aalst = fresh.person(ABB, EDITOR), fresh.person("Gemeente Aalst", ROLE)
    first = started(fresh, abb, onderwerp="Alfa", reactietermijn=10)
    second = started(
        fresh, abb, onderwerp="Beta", type_communicatie=soort(fresh, "mededeling"), tekst="kermis"
    )
    accept(aalst.ask(second, "gesprek-openen"))

    def ids(query: str, path: str = "/berichten") -> list[str]:
        return [f"berichten/{e['id']}" for e in read(fresh, aalst, f"{path}?{query}")["data"]]

    assert ids("") == [second, first]
    assert ids("sort=onderwerp") == [first, second]
    assert ids(f"filter[type]={soort(fresh, 'mededeling')}") == [second]
    assert ids(f"filter[bestuur]={fresh.bestuur(ABB).uri}&sort=gestart") == [first, second]
    assert ids("filter[ongelezen]=true") == [first]
    assert ids("filter[ongeopend]=false") == [second]
    assert ids("filter[termijn]=lopend") == [first]
    assert ids("filter[termijn]=verstreken") == []
    assert ids("filter[tekst]=KERMIS") == [second]
    assert ids("filter[tekst]=Geheime") == []
    assert ids("filter[laatste][van]=2020-01-01T00:00:00Z&filter[gesloten]=false") == [
        second,
        first,
    ]
    assert ids("filter[laatste][tot]=2020-01-01T00:00:00Z") == []
    assert len(read(fresh, aalst, "/postvak?filter[ongelezen]=true")["data"]) == 1
    assert len(read(fresh, aalst, "/postvak?filter[termijn]=lopend")["data"]) == 1
    gesprek = second.rpartition("/")[2]
    assert len(read(fresh, aalst, f"/postvak?filter[gesprek]={gesprek}")["data"]) == 1
    assert len(read(fresh, aalst, "/postvak?filter[tekst]=kermis&include=gesprek")["included"]) == 1
    problem(aalst.get("/berichten?filter[kleur]=rood"), 400, "loket/vraag-ongeldig")


def test_who_has_no_role_for_messages_reads_none(office: Office) -> None:
    clerk = office.person("Gemeente Aalst", "LoketLB-toezichtGebruiker")
    problem(clerk.get("/berichten"), 403, "loket/geen-recht")
    problem(clerk.get("/postvak"), 403, "loket/geen-recht")
