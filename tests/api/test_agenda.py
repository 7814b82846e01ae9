# SPDX-License-Identifier: EUPL-1.2
"""The calendar of one's own terms: read back by a parser of others."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from office import ABB, SENDER, Office, Person, accept, open_office, problem, settings

from loket.api.calendar import FOLD, Entry, calendar
from loket.domain.agendas import stream_of
from loket.evidence.store import connect

AALST = "Gemeente Aalst"
NOW = [datetime.now(UTC)]


@pytest.fixture
def timed(database: str, tmp_path: Path) -> Iterator[Office]:
    NOW[0] = datetime.now(UTC)
    change = lambda loket: replace(loket, now=lambda: NOW[0])  # noqa: E731
    with open_office(settings(database, tmp_path), change) as found:
        yield found


def decided(days: int = 2) -> dict[str, Any]:
    at = (NOW[0] - timedelta(days=days)).strftime("%Y-%m-%dT12:00:00Z")
    return {"zittingsdatum": at, "publicatiedatum": None}


def post(person: Person, path: str) -> Any:
    return person.http.post(path, headers=person._headers({}))


def opened(office: Office, person: Person) -> str:
    """Open somebody's agenda; the path and query of its address."""
    answer = post(person, "/agenda")
    assert answer.status_code == 201, answer.text
    office.project()
    address = urlsplit(answer.json()["adres"])
    return f"{address.path}?{address.query}"


def read(office: Office, address: str) -> list[Any]:
    """The events of a calendar, read without signing in."""
    answer = office.http.get(address)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


# What a calendar program reads


def test_a_calendar_program_reads_what_is_due_without_signing_in(timed: Office) -> None:
    stream = timed.draft(**decided())
    [event] = read(timed, opened(timed, timed.aalst))
    timed.project()
    [term] = timed.aalst.get("/termijnen").json()["data"]
    told = term["attributes"]
    due = date.fromisoformat(told["vervaldag"])
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (due, due + timedelta(days=1))
    assert event["uid"].startswith(f"{term['id']}@")
    assert str(event["summary"]) == "Laatste dag: Bekendmaking van een besluit (Aalst)"
    assert "\n".join(told["berekening"]["stappen"]) in str(event["description"])
    assert str(event["url"]).endswith(f"/{stream}")
    assert event["status"] == "CONFIRMED"
    assert {alarm.decoded("trigger") for alarm in event.walk("VALARM")} == {
        -timedelta(days=n) + timedelta(hours=8) for n in (7, 3, 1)
    }


def test_a_change_keeps_the_name_and_counts_up(timed: Office) -> None:
    stream = timed.draft(**decided())
    address = opened(timed, timed.aalst)
    [before] = read(timed, address)
    accept(timed.aalst.ask(stream, "velden-wijzigen", {"velden": decided(1)}))
    timed.project()
    [after] = read(timed, address)
    assert before["uid"] == after["uid"]
    assert after["sequence"] == before["sequence"] + 1
    assert after.decoded("dtstart") >= before.decoded("dtstart")


def test_what_no_longer_runs_is_cancelled_and_then_gone(timed: Office) -> None:
    stream = timed.draft(**decided())
    address = opened(timed, timed.aalst)
    accept(timed.aalst.ask(stream, "besluit-verwerpen"))
    timed.project()
    [event] = read(timed, address)
    assert event["status"] == "CANCELLED"
    assert event.walk("VALARM") == []
    NOW[0] += timedelta(days=31)
    assert read(timed, address) == []


def test_nothing_of_others_is_in_it(timed: Office) -> None:
    timed.draft(**decided())
    assert read(timed, opened(timed, timed.gent)) == []
    assert read(timed, opened(timed, timed.abb)) == []
    messages = timed.person(AALST, "LoketLB-berichtenGebruiker", sub="urn:els")
    assert read(timed, opened(timed, messages)) == []


def test_an_unchanged_calendar_is_not_sent_again(timed: Office) -> None:
    timed.draft(**decided())
    address = opened(timed, timed.aalst)
    tag = timed.http.get(address).headers["etag"]
    again = timed.http.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


# The address


def test_the_secret_is_recorded_as_a_hash_only(timed: Office) -> None:
    address = opened(timed, timed.aalst)
    secret = address.partition("sleutel=")[2]
    with connect(timed.loket.dsn) as conn:
        dump = str(conn.execute("SELECT * FROM agendas").fetchall())
        [kept] = conn.execute("SELECT sleutel_hash FROM agendas").fetchall()
        kinds = conn.execute("SELECT type FROM events WHERE stream LIKE 'agendas/%'").fetchall()
    assert secret not in dump
    assert kept == (hashlib.sha256(secret.encode()).hexdigest(),)
    assert kinds == [("agendas.AgendaAangemaakt",)]


def test_a_closed_agenda_answers_no_more_at_once(timed: Office) -> None:
    address = opened(timed, timed.aalst)
    person = timed.aalst
    closed = timed.http.delete("/agenda", headers=person._headers({}))
    assert closed.status_code == 204
    problem(timed.http.get(address), 404, "loket/niet-gevonden")
    again = timed.http.delete("/agenda", headers=person._headers({}))
    problem(again, 409, "agendas/agenda-niet-open")


def test_opening_anew_ends_the_old_address(timed: Office) -> None:
    first = opened(timed, timed.aalst)
    second = opened(timed, timed.aalst)
    assert timed.http.get(first).status_code == 404
    assert timed.http.get(second).status_code == 200


def test_an_address_works_for_a_year(timed: Office) -> None:
    address = opened(timed, timed.aalst)
    NOW[0] += timedelta(days=364)
    assert timed.http.get(address).status_code == 200
    NOW[0] += timedelta(days=3)
    problem(timed.http.get(address), 404, "loket/niet-gevonden")


@pytest.mark.parametrize("secret", ["", "x", "a" * 43, "a" * 10_000, "%00", "é" * 43])
def test_a_guess_finds_nothing(timed: Office, secret: str) -> None:
    problem(timed.http.get(f"/termijnen.ics?sleutel={secret}"), 404, "loket/niet-gevonden")


def test_only_who_is_signed_in_opens_an_agenda(timed: Office) -> None:
    assert timed.http.post("/agenda").status_code == 401
    other = timed.person(AALST, "LoketLB-leidinggevendenGebruiker")
    problem(post(other, "/agenda"), 403, "loket/geen-recht")


def test_nobody_closes_the_agenda_of_a_colleague(timed: Office) -> None:
    opened(timed, timed.person(AALST, SENDER, sub="urn:els"))
    stream = stream_of(timed.bestuur(AALST).uri, "urn:els")
    refused = timed.aalst.ask(f"agendas/{stream}", "agenda-sluiten")
    assert refused.status_code in (403, 404), refused.text
    assert timed.person(ABB, SENDER).get(f"/agendas/{stream}").status_code in (403, 404)


# The form


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200)
ENTRIES = st.builds(
    Entry,
    uid=st.uuids().map(lambda key: f"{key}@loket.example"),
    dag=st.dates(date(1970, 1, 1), date(2399, 1, 1)),
    titel=TEXTS,
    tekst=st.lists(TEXTS, max_size=4).map("\n".join),
    adres=st.just("https://loket.example/x"),
    categorie=st.just("plicht"),
    sequence=st.integers(0, 1000),
    changed=st.just(datetime(2026, 3, 2, 9, 30, tzinfo=UTC)),
    vervallen=st.booleans(),
    alarmen=st.lists(st.integers(0, 60), max_size=4).map(tuple),
)


@given(st.lists(ENTRIES, max_size=3))
def test_any_text_survives_another_parser(entries: list[Entry]) -> None:
    content = calendar("Proef", entries)
    assert all(len(line) <= FOLD for line in content.split(b"\r\n"))
    assert b"\n" not in content.replace(b"\r\n", b"")
    found = Calendar.from_ical(content)
    assert str(found["name"]) == "Proef"
    for event, entry in zip(found.walk("VEVENT"), entries, strict=True):
        assert str(event["summary"]) == entry.titel
        assert str(event["description"]) == entry.tekst
        assert event.decoded("dtstart") == entry.dag
        alarms = [alarm.decoded("trigger") for alarm in event.walk("VALARM")]
        told = [timedelta(hours=8) - timedelta(days=n) for n in entry.alarmen]
        assert alarms == ([] if entry.vervallen else told)
