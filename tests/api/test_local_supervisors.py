# SPDX-License-Identifier: EUPL-1.2
"""Supervisors beside ABB: a gemeente, a central board and a bishop, each with its own queue."""

import json
from datetime import UTC, datetime

from office import ABB, SENDER, Office, accept, problem
from supervising import LOCAL, begun, decide, editor, queue, read, treatment
from supervising import names as events
from test_toezicht_worship import (
    AALST,
    ALONE,
    BISHOP,
    GENT,
    KERKRAAD,
    NOTULEN,
    PROVINCE,
    SESSION,
    sent,
)

MINUTES = {"bestuursorgaan": KERKRAAD, "zittingsdatum": SESSION}


def minutes(office: Office) -> str:
    """Minutes of a church council, received by all who should; their stream."""
    dossier = sent(office.person(ALONE, SENDER), NOTULEN, MINUTES)
    begun(office)
    return dossier


def supervisor(office: Office, dossier: str) -> str:
    """The gemeente or provincie that supervises the council."""
    found = read(editor(office), f"/behandelingen?filter[dossier]={dossier.partition('/')[2]}")
    assert found["data"]
    return next(
        name
        for name in (AALST, GENT, PROVINCE)
        if queue(office.person(name, LOCAL), "filter[rol]=ontvanger")
    )


def test_each_recipient_has_the_term_that_is_its_own(fresh: Office) -> None:
    dossier = minutes(fresh)
    authority = supervisor(fresh, dossier)
    terms = {
        name: read(person, treatment(fresh, dossier, name))["data"]["attributes"]["termijnregel"]
        for name, person in (
            (authority, fresh.person(authority, LOCAL)),
            (ABB, editor(fresh)),
            (BISHOP, fresh.person(BISHOP, LOCAL)),
        )
    }
    assert terms == {authority: "toezicht-eredienst-30", ABB: "", BISHOP: ""}
    row = read(editor(fresh), treatment(fresh, dossier))["data"]["attributes"]
    assert row["team"] == "erediensten"


def test_an_authority_treats_what_a_council_sent(fresh: Office) -> None:
    dossier = minutes(fresh)
    authority = supervisor(fresh, dossier)
    clerk, stream = fresh.person(authority, LOCAL), treatment(fresh, dossier, authority)
    accept(clerk.ask(stream, "in-behandeling-nemen"))
    accept(clerk.ask(stream, "opvraging-stellen", {"tekst": "Waar is het verslag?"}))
    told = {"ontvangen_op": datetime.now(UTC).date().isoformat(), "toelichting": "aan de balie"}
    accept(clerk.ask(stream, "antwoord-vaststellen", told))
    accept(decide(clerk, stream, "schorsing"))
    fresh.project()
    council = fresh.person(ALONE, SENDER)
    seen = read(council, f"{stream}?include=termijnen,ontvanger,inzending")
    assert seen["data"]["attributes"]["uitkomst"] == "schorsing"
    kinds = [each["type"] for each in seen["included"]]
    assert kinds.count("termijnen") == 2
    assert {"besturen", "inzendingen"} <= set(kinds)


def test_the_supervisors_of_one_dossier_know_nothing_of_each_other(fresh: Office) -> None:
    dossier = minutes(fresh)
    authority = supervisor(fresh, dossier)
    people = {
        authority: fresh.person(authority, LOCAL),
        ABB: editor(fresh),
        BISHOP: fresh.person(BISHOP, LOCAL),
    }
    for name, person in people.items():
        stream = treatment(fresh, dossier, name)
        accept(person.ask(stream, "notitie-maken", {"tekst": f"geheim van {name}"}))
    fresh.project()
    fresh.seal()
    for name, person in people.items():
        own = treatment(fresh, dossier, name)
        assert [row["id"] for row in queue(person)] == [own.partition("/")[2]]
        assert "NotitieGemaakt" in events(read(person, own)["data"]["attributes"]["verloop"])
        for other in people.keys() - {name}:
            foreign = treatment(fresh, dossier, other)
            for path in (foreign, f"{foreign}/tijdlijn", f"bewijs/{foreign}"):
                problem(person.get(f"/{path}"), 404, "loket/niet-gevonden")
            answer = person.ask(foreign, "notitie-maken", {"tekst": "x"})
            assert answer.status_code in (403, 404), answer.text
    council = fresh.person(ALONE, SENDER)
    shown = [read(council, treatment(fresh, dossier, name)) for name in people]
    assert len(queue(council, "filter[rol]=verzender")) == len(people)
    assert "geheim van" not in json.dumps(shown)


def test_what_each_received_is_complete(fresh: Office) -> None:
    dossier = minutes(fresh)
    authority = supervisor(fresh, dossier)
    people = (
        (fresh.person(authority, LOCAL), "ontvangen", 1),
        (editor(fresh), "ontvangen", 1),
        (fresh.person(ALONE, SENDER), "verzonden", 3),
    )
    for person, kant, number in people:
        found = read(person, f"/behandelingen/volledigheid?kant={kant}")["data"]["attributes"]
        assert (found["gelijk"], found["logboek"]["aantal"]) == (True, number)
