# SPDX-License-Identifier: EUPL-1.2
"""Searching: everybody finds what they may read, and nothing else."""

from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from office import ABB, BESLUITENLIJST, FIELDS, READER, SENDER, Office, Person, accept, problem
from supervising import begun, treatment

from following import project, react
from loket.demo.pdf import pdf
from loket.extraction.store import forget
from loket.projections._rebuild import rebuild
from loket.tasks import bestandstekst

WRITER = "LoketLB-berichtenGebruiker"
COMMUNICATIE = "http://mu.semte.ch/vocabularies/ext/concept/TypeCommunicatie/mededeling"
EDITOR = "ABBDatabankToezicht-DatabankToezichtEditeur"


def search(person: Person, q: str, more: str = "") -> dict[str, Any]:
    answer = person.get(f"/zoeken?q={quote(q)}{more}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def streams(person: Person, q: str, more: str = "") -> list[str]:
    return [row["attributes"]["stroom"] for row in search(person, q, more)["data"]]


def dossier(office: Office, name: str, *lines: str, send: bool = True) -> str:
    """A dossier of Aalst with one PDF."""
    stream = f"toezicht/{uuid4()}"
    body = {"dossiertype": BESLUITENLIJST, "velden": FIELDS}
    accept(office.aalst.ask(stream, "besluit-opstellen", body))
    sha256 = office.aalst.upload(pdf(lines)).json()["sha256"]
    file = {"sha256": sha256, "naam": name, "formaat": "application/pdf"}
    accept(office.aalst.ask(stream, "bestand-toevoegen", file))
    if send:
        accept(office.aalst.ask(stream, "besluit-verzenden"))
    return stream


def follow(office: Office) -> None:
    """What the projector and the worker do."""
    react(office.loket, bestandstekst.REACTION)


def test_the_text_of_an_attachment_is_found_with_its_context(fresh: Office) -> None:
    stream = dossier(fresh, "nota-wegenwerken.pdf", "Vernieuwde rioleringen & kolken", "in de kern")
    follow(fresh)
    found = search(fresh.aalst, "riolering")
    [row] = found["data"]
    assert found["meta"]["page"]["total"] == 1
    assert row["links"]["self"] == f"/{stream}"
    assert row["attributes"]["soort"] == "dossier"
    assert row["attributes"]["typering_naam"] == "Besluitenlijst"
    assert row["attributes"]["bestuur_naam"] == "Aalst"
    [file] = row["attributes"]["bestanden"]
    assert file["naam"] == "nota-wegenwerken.pdf"
    assert "<mark>rioleringen</mark> &amp; kolken" in file["fragment"]
    [row] = search(fresh.aalst, "wegenwerken")["data"]
    assert "<mark>wegenwerken</mark>" in row["attributes"]["fragmenten"][0]


def test_words_may_stand_in_the_dossier_its_file_and_the_name_of_its_bestuur(
    fresh: Office,
) -> None:
    stream = dossier(fresh, "nota.pdf", "Riolering")
    follow(fresh)
    assert streams(fresh.aalst, "besluitenlijsten aalst riolering") == [stream]
    assert streams(fresh.aalst, "besluitenlijst gent") == []


def test_the_syntax_of_search_engines_is_understood(fresh: Office) -> None:
    one = dossier(fresh, "a.pdf", "Het groene café bij de kerk")
    two = dossier(fresh, "b.pdf", "De groene kerk bij het park")
    follow(fresh)
    assert set(streams(fresh.aalst, "groene kerk")) == {one, two}
    assert streams(fresh.aalst, '"groene kerk"') == [two]
    assert streams(fresh.aalst, "kerk -park") == [one]
    assert set(streams(fresh.aalst, "cafe or park")) == {one, two}
    assert streams(fresh.aalst, "CAFÉ") == [one]
    assert streams(fresh.aalst, "zwembad") == []
    assert search(fresh.aalst, "zwembad")["meta"]["page"]["total"] == 0


def test_a_recipient_finds_the_envelope_until_it_opens_and_never_a_draft(fresh: Office) -> None:
    sent = dossier(fresh, "nota.pdf", "Riolering")
    dossier(fresh, "concept.pdf", "Riolering geheim", send=False)
    follow(fresh)
    assert streams(fresh.abb, "riolering") == []
    assert streams(fresh.abb, "nota") == []
    [row] = search(fresh.abb, "besluitenlijst aalst")["data"]
    assert (row["attributes"]["stroom"], row["attributes"]["bestanden"]) == (sent, [])
    accept(fresh.abb.ask(sent, "besluit-openen"))
    follow(fresh)
    assert streams(fresh.abb, "riolering") == [sent]
    assert streams(fresh.abb, "geheim") == []
    assert len(streams(fresh.aalst, "riolering")) == 2
    assert streams(fresh.gent, "riolering or besluitenlijst or aalst") == []


def test_what_is_edited_after_reopening_is_found_by_its_sender_only(fresh: Office) -> None:
    stream = dossier(fresh, "nota.pdf", "Riolering")
    accept(fresh.abb.ask(stream, "besluit-openen"))
    admin = fresh.person(ABB, "LoketLB-admin", READER)
    accept(admin.ask(stream, "besluit-heropenen", {"reden": "Fout"}))
    accept(fresh.aalst.ask(stream, "link-toevoegen", {"url": "https://aalst.be/zwembad"}))
    follow(fresh)
    assert streams(fresh.aalst, "zwembad or aalst.be") == [stream]
    assert streams(fresh.abb, "aalst.be or zwembad") == []
    assert streams(fresh.abb, "riolering") == [stream]


def test_messages_are_found_by_who_may_read_them(fresh: Office) -> None:
    abb, aalst = fresh.person(ABB, EDITOR), fresh.person("Gemeente Aalst", WRITER)
    stream = f"berichten/{uuid4()}"
    body = {
        "naar": fresh.bestuur("Gemeente Aalst").uri, "onderwerp": "Vraag over het zwembad",
        "type_communicatie": COMMUNICATIE, "tekst": "Stuur de jaarrekening op.",
    }  # fmt: skip
    accept(abb.ask(stream, "gesprek-starten", body))
    accept(abb.ask(stream, "notitie-maken", {"tekst": "Argwaan blijft geboden"}))
    project(fresh.loket)
    assert streams(abb, "jaarrekening") == [stream]
    assert streams(abb, "argwaan") == [stream]
    assert streams(aalst, "zwembad") == [stream]
    assert streams(aalst, "jaarrekening or argwaan") == []
    accept(aalst.ask(stream, "gesprek-openen"))
    project(fresh.loket)
    assert streams(aalst, "jaarrekening") == [stream]
    assert streams(aalst, "argwaan") == []
    assert streams(fresh.aalst, "jaarrekening") == []  # Has no role in messages.
    accept(abb.ask(stream, "bericht-intrekken", {"bericht": 1, "reden": "Vergissing"}))
    project(fresh.loket)
    assert streams(aalst, "jaarrekening or zwembad") == []
    assert streams(abb, "jaarrekening") == [stream]


def test_results_are_filtered_paged_and_counted(fresh: Office) -> None:
    found = [dossier(fresh, f"nota-{n}.pdf", "Riolering") for n in range(5)]
    follow(fresh)
    seen, link = [], "/zoeken?q=riolering&page[size]=2"
    while link:
        page = fresh.aalst.get(link).json()
        assert page["meta"]["page"]["total"] == 5
        seen += [row["attributes"]["stroom"] for row in page["data"]]
        link = page["links"]["next"]
    assert seen == found[::-1]
    aalst = fresh.bestuur("Gemeente Aalst").uri
    for fits in (
        "module]=toezicht", "soort]=dossier", f"typering]={BESLUITENLIJST}", f"bestuur]={aalst}",
        "moment][van]=2020-01-01T00:00:00Z",
    ):  # fmt: skip
        assert len(streams(fresh.aalst, "riolering", f"&filter[{fits}")) == 5, fits
    for other in (
        "module]=berichten", "module]=behandelingen", "soort]=notitie",
        f"typering]={aalst}", f"bestuur]={BESLUITENLIJST}", "moment][tot]=2020-01-01T00:00:00Z",
    ):  # fmt: skip
        assert streams(fresh.aalst, "riolering", f"&filter[{other}") == [], other
    named = fresh.aalst.get("/zoeken?q=riolering&page[size]=1&include=bestuur").json()
    assert [each["attributes"]["naam"] for each in named["included"]] == ["Aalst"]


def test_the_name_weighs_more_than_a_file(fresh: Office) -> None:
    in_name = dossier(fresh, "riolering.pdf", "Niets bijzonders")
    dossier(fresh, "nota.pdf", "Riolering")
    follow(fresh)
    assert streams(fresh.aalst, "riolering")[0] == in_name


def test_the_list_of_inzendingen_is_filtered_by_words(fresh: Office) -> None:
    one = dossier(fresh, "a.pdf", "Riolering")
    dossier(fresh, "b.pdf", "Zwembad")
    follow(fresh)

    def ids(q: str) -> list[str]:
        answer = fresh.aalst.get(f"/toezicht?filter[q]={quote(q)}&page[total]=true").json()
        assert answer["meta"]["page"]["total"] == len(answer["data"])
        return [f"toezicht/{row['id']}" for row in answer["data"]]

    assert ids("riolering") == [one]
    assert len(ids("besluitenlijst")) == 2
    assert ids("de") == ids("autosnelweg") == []
    assert fresh.abb.get("/toezicht?filter[q]=riolering").json()["data"] == []


def test_a_text_that_comes_later_is_found_and_survives_a_rebuild(fresh: Office) -> None:
    stream = dossier(fresh, "nota.pdf", "Riolering")
    project(fresh.loket)
    assert streams(fresh.aalst, "riolering") == []
    follow(fresh)
    assert streams(fresh.aalst, "riolering") == [stream]
    rebuild(fresh.loket.dsn, fresh.loket.mapper, ["zoeken"])
    assert streams(fresh.aalst, "riolering") == [stream]
    accept(fresh.aalst.ask(stream, "besluit-intrekken", {"reden": "Fout"}))
    project(fresh.loket)
    assert streams(fresh.aalst, "riolering") == [stream]
    forget(fresh.loket.dsn)
    rebuild(fresh.loket.dsn, fresh.loket.mapper, ["zoeken"])
    assert streams(fresh.aalst, "riolering") == []
    follow(fresh)
    assert streams(fresh.aalst, "riolering") == [stream]


def test_a_file_that_is_taken_away_is_no_longer_found(fresh: Office) -> None:
    stream = dossier(fresh, "nota.pdf", "Riolering", send=False)
    follow(fresh)
    sha256 = search(fresh.aalst, "riolering")["data"][0]["attributes"]["bestanden"][0]["sha256"]
    accept(fresh.aalst.ask(stream, "bestand-verwijderen", {"sha256": sha256}))
    project(fresh.loket)
    assert streams(fresh.aalst, "riolering") == streams(fresh.aalst, "nota") == []


@pytest.mark.parametrize(
    "query",
    [
        "", "q=", "q=%20", "q=" + "a" * 201, "q=a&q=b", "q=-riolering", "q=...", "q=x&sort=moment",
        "q=x&page[size]=51", "q=x&page[size]=0", "q=x&page[after]=onzin", "q=x&page[after]=WzFd",
        "q=x&filter[kleur]=rood", "q=x&filter[module]=wegen", "q=x&filter[bestuur]=aalst",
        "q=x&filter[moment][van]=gisteren", "q=x&page[before]=abc", "q=x&include=kleur",
        "q=x&page[after]=WyJ4IiwieSIsInoiXQ",
    ],
)  # fmt: skip
def test_a_question_that_means_nothing_is_refused(office: Office, query: str) -> None:
    problem(office.aalst.get(f"/zoeken?{query}"), 400, "loket/vraag-ongeldig")


@pytest.mark.parametrize(
    "q",
    ["de", "het or een", "a & b | !c", "'; DROP TABLE zoeken; --", '"open', "x:*", "\0", "é" * 200],
)
def test_strange_questions_are_answered(office: Office, q: str) -> None:
    assert office.aalst.get(f"/zoeken?q={quote(q)}").status_code in {200, 400}
    assert office.aalst.get(f"/toezicht?filter[q]={quote(q)}").status_code in {200, 400}


def test_who_has_no_role_or_no_token_finds_nothing(office: Office) -> None:
    problem(office.person("Gemeente Aalst").get("/zoeken?q=x"), 403, "loket/geen-recht")
    problem(Person(office.http).get("/zoeken?q=x"), 401, "loket/geen-token")


def test_a_treatment_is_found_by_the_supervisor_only(fresh: Office) -> None:
    dossier_stream = dossier(fresh, "nota.pdf", "Riolering")
    abb = fresh.person(ABB, EDITOR)
    begun(fresh)
    stream = treatment(fresh, dossier_stream)
    accept(abb.ask(stream, "notitie-maken", {"tekst": "Argwaan blijft geboden"}))
    accept(abb.ask(stream, "in-behandeling-nemen"))
    ask = {"tekst": "Bezorg ons de offertes", "bijlagen": [], "dagen": 0}
    accept(abb.ask(stream, "opvraging-stellen", ask))
    project(fresh.loket)
    assert streams(abb, "argwaan") == streams(abb, "offertes aalst") == [stream]
    [row] = search(abb, "argwaan")["data"]
    assert row["attributes"]["soort"] == "notitie"
    aalst = fresh.person("Gemeente Aalst", SENDER, WRITER)
    assert streams(aalst, "argwaan or offertes") == []


def test_much_text_in_one_conversation_stops_nothing(fresh: Office) -> None:
    dossier_stream = dossier(fresh, "nota.pdf", "Riolering")
    abb = fresh.person(ABB, EDITOR)
    begun(fresh)
    stream = treatment(fresh, dossier_stream)
    for turn in range(15):
        text = " ".join(f"{turn}é{n:05d}" for n in range(1000))
        accept(abb.ask(stream, "notitie-maken", {"tekst": text}))
    project(fresh.loket)
    assert streams(abb, "14é00999") == [stream]
