# SPDX-License-Identifier: EUPL-1.2
"""Server-sent events: what happens is told once, to those who may know of it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from office import ABB, Office, accept, problem, served, settings
from test_timeline import MESSENGER, conversation, supervisor

from loket.api import live
from loket.api.app import create_app
from loket.api.changes import Change, Reader
from loket.devissuer import DevIssuer
from loket.reference import load
from loket.wiring import build


@dataclass
class Ear:
    """Someone who listens."""

    lines: Iterator[str]

    def events(self, number: int) -> list[dict[str, Any]]:
        """The next events."""
        found: list[dict[str, Any]] = []
        event: dict[str, Any] = {}
        for line in self.lines:
            name, _, value = line.partition(": ")
            if line and name in {"id", "event", "data"}:
                event[name] = json.loads(value) if name == "data" else value
            elif not line and event:
                found.append(event)
                event = {}
            if len(found) == number:
                break
        return found


@dataclass
class Loud:
    """An office that answers on a port, so that one can listen."""

    office: Office
    url: str

    @contextmanager
    def listening(self, token: str, query: str = "", since: int | None = None) -> Iterator[Ear]:
        headers = {"Authorization": f"Bearer {token}"}
        if since is not None:
            headers["Last-Event-ID"] = str(since)
        url = f"{self.url}/gebeurtenissen{query}"
        with httpx2.stream("GET", url, headers=headers, timeout=10) as answer:
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith("text/event-stream")
            lines = answer.iter_lines()
            assert next(lines).startswith("retry: ")
            yield Ear(lines)


@pytest.fixture
def loud(database: str, tmp_path: Any) -> Iterator[Loud]:
    loket = build(settings(database, tmp_path), besturen=load().besturen)
    issuer = DevIssuer(loket.settings.keys_dir, loket.settings.audience, embedded=True)
    with served(create_app(loket)) as url, httpx2.Client(base_url=url) as http:
        yield Loud(Office(loket, http, issuer), url)  # type: ignore[arg-type]
    loket.close()


def token(loud: Loud, name: str, *roles: str) -> str:
    return loud.office.token(name, roles)


def test_each_hears_what_it_may_know_of_as_it_happens(loud: Loud) -> None:
    office = loud.office
    aalst, abb = office.aalst.token or "", office.abb.token or ""
    gent = office.gent.token or ""
    with (
        loud.listening(aalst) as mine,
        loud.listening(abb) as theirs,
        loud.listening(gent) as nothing,
    ):
        stream = office.sent()
        office.project()
        heard = mine.events(4)
        assert [each["event"] for each in heard] == [
            "toezicht.BesluitOpgesteld", "toezicht.BestandToegevoegd",
            "toezicht.BesluitVerzonden", "toezicht.BesluitAfgeleverd",
        ]  # fmt: skip
        assert [each["id"] for each in heard] == ["0", "1", "2", "3"]
        assert {each["data"]["stroom"] for each in heard} == {stream}
        last = heard[-1]["data"]
        assert (last["volgnummer"], last["positie"], last["moment"]) == (3, 3, "aflevering")
        [delivered] = theirs.events(1)
        assert delivered == heard[-1]
        office.sent(office.gent)
        office.project()
        assert nothing.events(1)[0]["id"] == "4"
        assert theirs.events(1)[0]["id"] == "7"


def test_who_comes_back_misses_nothing_and_hears_nothing_twice(loud: Loud) -> None:
    office = loud.office
    mine = office.aalst.token or ""
    office.sent()
    office.project()
    with loud.listening(mine, since=1) as ear:
        assert [each["id"] for each in ear.events(2)] == ["2", "3"]
    office.sent()
    office.project()
    with loud.listening(mine, since=3) as ear:
        assert [each["id"] for each in ear.events(4)] == ["4", "5", "6", "7"]
        office.draft()
        office.project()
        assert [each["id"] for each in ear.events(2)] == ["8", "9"]


def test_what_is_internal_is_told_to_its_own_side_only(loud: Loud) -> None:
    office = loud.office
    aalst = token(loud, "Gemeente Aalst", MESSENGER)
    abb = supervisor(office).token or ""
    with loud.listening(aalst) as mine, loud.listening(abb) as theirs:
        stream = conversation(office)
        accept(office.person("Gemeente Aalst", MESSENGER).ask(stream, "gesprek-openen"))
        closing = office.person("Gemeente Aalst", MESSENGER)
        accept(closing.ask(stream, "gesprek-sluiten", {"reden": "Beantwoord"}))
        office.project()
        heard = {
            side: _until(ear, "berichten.GesprekGesloten")
            for side, ear in (("mine", mine), ("theirs", theirs))
        }
    for side in heard.values():
        assert [each["event"] for each in side].count("berichten.NotitieGemaakt") == 1
    ids = [{each["id"] for each in side} for side in heard.values()]
    assert ids[0] - ids[1]
    assert ids[1] - ids[0]


def _until(ear: Ear, name: str) -> list[dict[str, Any]]:
    found = ear.events(1)
    while found[-1]["event"] != name:
        found += ear.events(1)
    return found


def test_one_may_listen_to_a_module_or_a_stream(loud: Loud) -> None:
    office = loud.office
    mine = office.aalst.token or ""
    first, second = office.draft(), office.draft()
    office.project()
    with loud.listening(mine, f"?filter[stroom]={second}", since=0) as ear:
        assert {each["data"]["stroom"] for each in ear.events(2)} == {second}
    with loud.listening(mine, "?filter[module]=toezicht,besturen", since=0) as ear:
        assert [each["id"] for each in ear.events(3)] == ["1", "2", "3"]
    assert first != second


def test_without_the_role_of_a_module_one_hears_nothing_of_it(loud: Loud) -> None:
    office = loud.office
    other = token(loud, "Gemeente Aalst", MESSENGER)
    office.sent()
    stream = conversation(office)
    office.project()
    with loud.listening(other, since=0) as ear:
        assert ear.events(1)[0]["data"]["stroom"] == stream


def test_a_quiet_stream_has_a_heartbeat(loud: Loud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT", 0.05)
    with loud.listening(loud.office.aalst.token or "") as ear:
        assert "" in [next(ear.lines) for _ in range(3)]
        assert ":" in [next(ear.lines) for _ in range(3)]


def test_an_answer_ends_after_a_while(loud: Loud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LONGEST", 0.2)
    monkeypatch.setattr(live, "HEARTBEAT", 0.05)
    with loud.listening(loud.office.aalst.token or "") as ear:
        assert set(ear.lines) <= {"", ":"}


def test_a_question_that_makes_no_sense_is_refused(office: Office) -> None:
    for query in ("?filter[module]=weg", "?filter[stroom]=toezicht/1", "?kleur=rood"):
        answer = office.aalst.get(f"/gebeurtenissen{query}")
        problem(answer, 400, "loket/vraag-ongeldig")
    answer = office.aalst.get("/gebeurtenissen", Last_Event_ID="x")
    problem(answer, 400, "loket/vraag-ongeldig")
    problem(office.person(ABB).http.get("/gebeurtenissen"), 401, "loket/geen-token")


def test_a_person_hears_of_what_is_its_own_and_no_colleague_does() -> None:
    change = Change(0, "medewerkers/x", "t", 0, None, None, "", (("urn:b", "urn:p"),))  # type: ignore[arg-type]
    roles = frozenset({"medewerkers"})
    assert Reader("urn:b", "urn:p", roles).wants(change)
    assert not Reader("urn:b", "urn:q", roles).wants(change)
    assert not Reader("urn:c", "urn:p", roles).wants(change)
    assert not Reader("urn:b", "urn:p", frozenset()).wants(change)
