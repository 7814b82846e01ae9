# SPDX-License-Identifier: EUPL-1.2
"""What is internal to a supervisor stays there: not in a list, a read, a timeline or a proof."""

import io
import json
import zipfile
from typing import Any

from office import ABB, READER, SENDER, Office, Person, accept, problem
from supervising import LOCAL, decide, editor, letter, me, names, queue, read, received
from test_live import Loud, _until, loud  # noqa: F401

SECRET = "geheim-van-de-toezichthouder"
INTERNAL = {"BehandelingToegewezen", "Overgedragen", "NotitieGemaakt"}


def treated(office: Office) -> str:
    """A treatment with one of everything that is internal, and a question that is not."""
    an, stream = editor(office), received(office)
    accept(editor(office, "bea", SECRET).ask(me(office, "bea"), "profiel-bijwerken"))
    accept(an.ask(stream, "behandeling-toewijzen", {"medewerker": me(office, "bea")}))
    accept(an.ask(stream, "notitie-maken", {"tekst": SECRET}))
    accept(an.ask(stream, "dossier-overdragen", {"reden": SECRET, "team": "erediensten"}))
    accept(an.ask(stream, "in-behandeling-nemen"))
    accept(an.ask(stream, "opvraging-stellen", {"tekst": "Waar is het advies?"}))
    office.project()
    return stream


def clerk(office: Office, bestuur: str = "Gemeente Aalst") -> Person:
    return office.person(bestuur, SENDER, LOCAL)


def opened(answer: Any) -> str:
    """All that a proof opens, as one text."""
    with zipfile.ZipFile(io.BytesIO(answer.content)) as bundle:
        return "\n".join(
            bundle.read(name).decode(errors="replace")
            for name in bundle.namelist()
            if not name.endswith((".pdf", ".der", ".tsr", ".tsq"))
        )


def test_the_sender_follows_the_treatment_without_what_is_internal(fresh: Office) -> None:
    stream = treated(fresh)
    mine = read(clerk(fresh), stream)
    seen = mine["data"]["attributes"]
    assert names(seen["verloop"]) == [
        "BehandelingGestart",
        "InBehandelingGenomen",
        "OpvragingGesteld",
    ]
    assert seen["status"] == "opvraging-gesteld"
    assert seen["termijn"] == {"regel": "toezicht-30", "toestand": "gestuit"}
    for name in ("team", "team_naam", "behandelaar_naam", "namens", "versie"):
        assert seen[name] is None, name
    assert mine["data"]["relationships"]["behandelaar"]["data"] is None
    assert not {each["door"] for each in seen["verloop"]} - {None}
    assert SECRET not in json.dumps(mine)
    theirs = read(editor(fresh), stream)["data"]["attributes"]["verloop"]
    assert set(names(theirs)) >= INTERNAL
    assert SECRET in json.dumps(theirs)


def test_the_text_of_a_question_is_read_in_its_conversation(fresh: Office) -> None:
    stream = treated(fresh)
    (asked,) = [
        event
        for event in read(clerk(fresh), stream)["data"]["attributes"]["verloop"]
        if event["gebeurtenis"] == "OpvragingGesteld"
    ]
    assert set(asked["gegevens"]) == {"nummer", "gesteld_op", "dagen", "gestuit"}
    assert "gesprekken" in read(clerk(fresh), stream)["data"]["links"]


def test_the_sender_cannot_find_by_what_is_internal(fresh: Office) -> None:
    stream = treated(fresh)
    key = stream.partition("/")[2]
    who = me(fresh, "bea").partition("/")[2]
    for query in (
        "filter[team]=erediensten",
        "filter[van]=niemand",
        "filter[van]=mij,vervanging",
        f"filter[behandelaar]={who}",
        "filter[status]=toegewezen",
    ):
        assert queue(clerk(fresh), query) == [], query
    assert [row["id"] for row in queue(clerk(fresh), "filter[rol]=verzender")] == [key]
    included = read(clerk(fresh), f"/behandelingen/{key}?include=behandelaar")["included"]
    assert included == []


def test_a_sender_does_not_see_that_work_is_assigned(fresh: Office) -> None:
    stream = received(fresh)
    accept(editor(fresh, "bea").ask(me(fresh, "bea"), "profiel-bijwerken"))
    assign = {"medewerker": me(fresh, "bea")}
    accept(editor(fresh).ask(stream, "behandeling-toewijzen", assign))
    fresh.project()
    assert read(clerk(fresh), stream)["data"]["attributes"]["status"] == "ontvangen"
    assert read(editor(fresh), stream)["data"]["attributes"]["status"] == "toegewezen"


def test_a_timeline_tells_each_side_its_own(fresh: Office) -> None:
    stream = treated(fresh)

    def events(person: Person) -> set[str]:
        rows = read(person, f"/{stream}/tijdlijn")["data"]
        return {row["attributes"]["gebeurtenis"].partition(".")[2] for row in rows}

    assert not events(clerk(fresh)) & INTERNAL
    assert events(editor(fresh)) >= INTERNAL


def test_who_listens_hears_what_is_its_own(loud: Loud) -> None:  # noqa: F811
    office = loud.office
    stream = treated(office)
    last = "behandelingen.OpvragingGesteld"
    heard = {}
    for side, person in (("mine", clerk(office)), ("theirs", editor(office))):
        with loud.listening(person.token or "", since=0) as ear:
            heard[side] = {each["event"].partition(".")[2] for each in _until(ear, last)}
    assert stream
    assert not heard["mine"] & INTERNAL
    assert heard["theirs"] >= INTERNAL


def test_a_proof_opens_nothing_internal_to_the_sender(fresh: Office) -> None:
    stream = treated(fresh)
    accept(decide(editor(fresh), stream, motivering="De motivering staat in de brief."))
    fresh.seal()
    mine = clerk(fresh).get(f"/bewijs/{stream}")
    assert mine.status_code == 200, mine.text
    told = opened(mine)
    assert SECRET not in told
    assert "Waar is het advies?" not in told
    assert "De motivering staat" not in told
    theirs = opened(editor(fresh).get(f"/bewijs/{stream}"))
    assert SECRET in theirs
    assert "De motivering staat" in theirs


def test_a_table_and_a_search_tell_the_sender_no_more(fresh: Office) -> None:
    treated(fresh)
    table = clerk(fresh).get("/behandelingen?formaat=csv")
    assert table.status_code == 200, table.text
    assert "opvraging-gesteld" in table.text
    assert SECRET not in table.text
    assert "erediensten" not in table.text
    theirs = editor(fresh).get("/behandelingen?formaat=csv").text
    assert "erediensten" in theirs
    found = clerk(fresh).get(f"/zoeken?q={SECRET}")
    assert found.status_code == 200, found.text
    assert found.json()["data"] == []


def test_a_third_party_sees_nothing_at_all(fresh: Office) -> None:
    stream = treated(fresh)
    gent = clerk(fresh, "Gemeente Gent")
    assert queue(gent) == []
    for path in (stream, f"{stream}/tijdlijn", f"bewijs/{stream}"):
        problem(gent.get(f"/{path}"), 404, "loket/niet-gevonden")


def test_who_has_no_role_here_reads_nothing(fresh: Office) -> None:
    received(fresh)
    nobody = fresh.person("Gemeente Aalst", "LoketLB-iets")
    for path in ("/behandelingen", "/behandelingen/tellingen", "/behandelingen/volledigheid"):
        problem(nobody.get(path), 403, "loket/geen-recht")


def test_a_reader_of_abb_sees_all_of_its_side(fresh: Office) -> None:
    stream = treated(fresh)
    found = read(fresh.person(ABB, READER), stream)["data"]["attributes"]["verloop"]
    assert set(names(found)) >= INTERNAL


def test_the_letter_is_read_by_the_recipient_and_in_its_conversation(fresh: Office) -> None:
    an, stream = editor(fresh), received(fresh)
    brief = letter(an)
    accept(decide(an, stream, brief=[brief]))
    path = f"/{stream}/bestanden/{brief['sha256']}"
    assert an.get(path).status_code == 200
    problem(clerk(fresh).get(path), 404, "loket/niet-gevonden")
