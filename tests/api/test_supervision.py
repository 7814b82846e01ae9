# SPDX-License-Identifier: EUPL-1.2
"""The supervisor's side through HTTP: receiving, treating, asking, deciding, closing."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from office import ABB as ABB_NAAM
from office import ADMIN, READER, SENDER, Office, accept, problem
from supervising import (
    begun,
    decide,
    editor,
    letter,
    me,
    names,
    queue,
    read,
    received,
    treatment,
)

from loket.domain.behandelingen import MODULE
from loket.domain.behandelingen.words import GeenMaatregelVaststellen
from loket.evidence.store import connect
from loket.kernel import SYSTEM
from loket.submit import Submission, submit
from loket.tasks import behandeling, tools
from loket.tasks.reaction import Cause
from reacting import Reactor


def machine(office: Office, stream: str, command: Any, later: timedelta = timedelta(0)) -> None:
    """What the machine does in a treatment, so much later."""
    import asyncio
    from uuid import UUID

    async def run() -> None:
        used = tools(office.loket)
        write = replace(used.write, now=lambda: datetime.now(UTC) + later)
        try:
            key = UUID(stream.partition("/")[2])
            await submit(write, Submission(MODULE, key, command, SYSTEM))
        finally:
            await used.write.aclose()

    asyncio.run(run())


def test_what_was_sent_is_in_the_queue_before_any_reaction(fresh: Office) -> None:
    dossier = fresh.sent()
    fresh.project()
    (row,) = queue(editor(fresh))
    assert row["id"] == treatment(fresh, dossier).partition("/")[2]
    assert row["attributes"]["status"] == "ontvangen"
    assert row["attributes"]["geopend"] is False
    assert row["relationships"]["inzending"]["data"]["id"] == dossier.partition("/")[2]


def test_the_term_counts_from_the_aflevering_as_the_log_registered_it(fresh: Office) -> None:
    dossier = fresh.sent()
    begun(fresh)
    with connect(fresh.loket.dsn) as conn:
        query = "SELECT registered FROM events WHERE stream = %s AND type ~ 'BesluitAfgeleverd'"
        found = conn.execute(query, (dossier,)).fetchone()
    assert found is not None
    found_term = read(editor(fresh), treatment(fresh, dossier))["data"]["attributes"]["termijn"]
    assert datetime.fromisoformat(found_term["moment"]) == found[0]
    assert (found_term["regel"], found_term["toestand"]) == ("toezicht-30", "lopend")
    first = date.fromisoformat(found_term["eerste"])
    assert date.fromisoformat(found_term["laatste"]) == first + timedelta(days=29)


def test_a_dossier_is_taken_asked_about_decided_and_closed(fresh: Office) -> None:
    an, stream = editor(fresh), received(fresh)
    accept(an.ask(stream, "in-behandeling-nemen"))
    accept(an.ask(stream, "opvraging-stellen", {"tekst": "Waar is het advies?", "dagen": 14}))
    today = datetime.now(UTC).date().isoformat()
    told = {"ontvangen_op": today, "toelichting": "per aangetekende brief"}
    accept(an.ask(stream, "antwoord-vaststellen", told))
    accept(decide(an, stream))
    accept(an.ask(stream, "behandeling-afsluiten"))
    fresh.project()
    found = read(an, stream)["data"]["attributes"]
    assert (found["status"], found["uitkomst"]) == ("afgesloten", "opmerking")
    assert names(found["verloop"]) == [
        "BehandelingGestart",
        "BehandelingToegewezen",
        "InBehandelingGenomen",
        "OpvragingGesteld",
        "AntwoordOntvangen",
        "ToezichtsbesluitGenomen",
        "BehandelingAfgesloten",
    ]
    asked = found["verloop"][3]
    assert asked["gegevens"]["tekst"] == "Waar is het advies?"
    assert asked["gegevens"]["gestuit"]["regel"] == "toezicht-30"
    assert asked["door"] == "An Peeters"
    answered = found["verloop"][4]["gegevens"]["termijn"]
    assert answered["eerste"] == (date.fromisoformat(today) + timedelta(days=1)).isoformat()


def test_a_treatment_is_closed_with_a_reason_and_reopened_with_one(fresh: Office) -> None:
    an, stream = editor(fresh), received(fresh)
    problem(an.ask(stream, "behandeling-afsluiten"), 409, "behandelingen/geen-uitkomst")
    accept(an.ask(stream, "behandeling-afsluiten", {"reden": "kennis genomen"}))
    problem(an.ask(stream, "in-behandeling-nemen"), 409, "behandelingen/al-afgesloten")
    problem(
        an.ask(stream, "behandeling-heropenen", {"reden": ""}), 422, "behandelingen/ongeldige-tekst"
    )
    accept(an.ask(stream, "behandeling-heropenen", {"reden": "nieuw feit"}))
    problem(
        an.ask(stream, "behandeling-heropenen", {"reden": "x"}),
        409,
        "behandelingen/niet-afgesloten",
    )
    fresh.project()
    assert read(an, stream)["data"]["attributes"]["status"] == "in-behandeling"


@pytest.mark.parametrize("uitkomst", ["geen-maatregel", "opmerking", "schorsing", "vernietiging"])
def test_every_outcome_can_be_told(office: Office, uitkomst: str) -> None:
    an, stream = editor(office), received(office)
    accept(decide(an, stream, uitkomst))
    problem(decide(an, stream, uitkomst), 409, "behandelingen/al-beslist")


@pytest.mark.parametrize("uitkomst", ["goedkeuring", "niet-goedkeuring"])
def test_a_doubtful_outcome_is_confirmed(office: Office, uitkomst: str) -> None:
    an, stream = editor(office), received(office)
    found = problem(decide(an, stream, uitkomst), 422, "behandelingen/twijfelachtig")
    assert found["fouten"][0]["regel"] == "goedkeuringstoezicht"
    accept(decide(an, stream, uitkomst, bevestigd=True))


def test_a_decision_that_is_not_whole_is_refused_by_name(office: Office) -> None:
    an, stream = editor(office), received(office)
    problem(decide(an, stream, "berisping"), 422, "behandelingen/onbekende-uitkomst")
    problem(decide(an, stream, motivering=" "), 422, "behandelingen/ongeldige-tekst")
    problem(decide(an, stream, brief=[]), 422, "behandelingen/ongeldige-bijlage")
    unknown = {"sha256": "a" * 64, "naam": "x.pdf", "formaat": "application/pdf"}
    problem(decide(an, stream, brief=[unknown]), 422, "behandelingen/ongeldige-bijlage")


def test_questions_are_refused_when_they_cannot_be_put(office: Office) -> None:
    an, stream = editor(office), received(office)
    ask = {"tekst": "Waar is het advies?"}
    for body, name in (
        ({"tekst": ""}, "ongeldige-tekst"),
        ({**ask, "dagen": 366}, "ongeldige-termijn"),
        ({**ask, "bijlagen": [{**letter(an), "naam": "a/b"}]}, "ongeldige-bijlage"),
    ):
        problem(an.ask(stream, "opvraging-stellen", body), 422, f"behandelingen/{name}")
    told = {"ontvangen_op": "2026-01-31", "toelichting": "post"}
    problem(an.ask(stream, "antwoord-vaststellen", told), 409, "behandelingen/geen-opvraging")
    accept(an.ask(stream, "opvraging-stellen", ask))
    problem(an.ask(stream, "opvraging-stellen", ask), 409, "behandelingen/opvraging-loopt")
    problem(an.ask(stream, "antwoord-vaststellen", told), 422, "behandelingen/ongeldige-ontvangst")


def test_after_the_term_no_measure_and_no_question_can_come(fresh: Office) -> None:
    an, stream = editor(fresh), received(fresh)
    machine(fresh, stream, GeenMaatregelVaststellen(), timedelta(days=40))
    late = problem(decide(an, stream, "schorsing"), 409, "behandelingen/termijn-verstreken")
    assert "toezicht-30" in late["detail"]
    ask = an.ask(stream, "opvraging-stellen", {"tekst": "Nog iets?"})
    problem(ask, 409, "behandelingen/termijn-verstreken")
    fresh.project()
    found = read(an, stream)["data"]["attributes"]
    assert (found["status"], found["verstreken"]) == ("termijn-verstreken", True)
    assert found["termijn"]["toestand"] == "verstreken"
    accept(an.ask(stream, "behandeling-afsluiten"))


def test_the_machine_alone_says_what_the_machine_says(office: Office) -> None:
    an, stream = editor(office), received(office)
    for command, body in (
        ("geen-maatregel-vaststellen", {}),
        ("antwoord-registreren", {"bericht": "x", "ontvangen_op": "2026-01-31T00:00:00Z"}),
        ("intrekking-registreren", {"verzending": 1, "reden": "x"}),
    ):
        problem(an.ask(stream, command, body), 404, "loket/niet-gevonden")


def test_only_an_editor_of_the_recipient_treats(office: Office) -> None:
    stream = received(office)
    reader = office.person(ABB_NAAM, READER)
    problem(reader.ask(stream, "in-behandeling-nemen"), 403, "loket/geen-recht")
    worship = office.person(ABB_NAAM, "LoketLB-databankEredienstenGebruiker")
    problem(worship.ask(stream, "in-behandeling-nemen"), 403, "behandelingen/alleen-lezen")
    sender = office.person("Gemeente Aalst", "LoketLB-databankEredienstenGebruiker")
    problem(sender.ask(stream, "in-behandeling-nemen"), 403, "behandelingen/ander-bestuur")
    gent = office.person("Gemeente Gent", "LoketLB-databankEredienstenGebruiker")
    assert gent.ask(stream, "in-behandeling-nemen").status_code in (403, 404)
    unknown = f"behandelingen/{uuid4()}"
    problem(
        editor(office).ask(unknown, "in-behandeling-nemen"),
        404,
        "behandelingen/onbekende-behandeling",
    )


# Who treats what


def test_work_is_assigned_and_handed_over_to_colleagues(fresh: Office) -> None:
    an, bea, stream = editor(fresh), editor(fresh, "bea", "Bea Claes"), received(fresh)
    to_bea = {"medewerker": me(fresh, "bea")}
    problem(
        an.ask(stream, "behandeling-toewijzen", to_bea), 422, "behandelingen/onbekende-medewerker"
    )
    accept(bea.ask(me(fresh, "bea"), "profiel-bijwerken", {"teams": ["financien"]}))
    accept(an.ask(stream, "behandeling-toewijzen", to_bea))
    fresh.project()
    (row,) = queue(bea, "filter[van]=mij&include=behandelaar,bestuur")
    assert row["attributes"]["status"] == "toegewezen"
    assert row["attributes"]["behandelaar_naam"] == "Bea Claes"
    assert queue(an, "filter[van]=mij") == []
    problem(
        bea.ask(stream, "dossier-overdragen", {"reden": "weg"}),
        422,
        "behandelingen/niemand-gekozen",
    )
    problem(
        bea.ask(stream, "dossier-overdragen", {"reden": "weg", "team": "geen"}),
        422,
        "behandelingen/onbekend-team",
    )
    accept(bea.ask(stream, "dossier-overdragen", {"reden": "weg", "team": "erediensten"}))
    fresh.project()
    assert queue(bea, "filter[van]=mij") == []
    (row,) = queue(an, "filter[team]=erediensten&filter[van]=niemand")
    assert row["attributes"]["team_naam"] == "Erediensten"
    (note,) = [
        event["gegevens"]
        for event in read(an, stream)["data"]["attributes"]["verloop"]
        if event["gebeurtenis"] == "Overgedragen"
    ]
    assert note["reden"] == "weg"


def test_who_replaces_an_absent_colleague_sees_their_work(fresh: Office) -> None:
    an, bea, stream = editor(fresh), editor(fresh, "bea", "Bea Claes"), received(fresh)
    cas = editor(fresh, "cas", "Cas Maes")
    for person, key in ((an, "an"), (bea, "bea"), (cas, "cas")):
        accept(person.ask(me(fresh, key), "profiel-bijwerken"))
    accept(an.ask(stream, "behandeling-toewijzen", {"medewerker": me(fresh, "bea")}))
    away = {"van": "2020-01-01", "tot": "2099-12-31"}

    def absent(person: Any, key: str, substitute: str) -> None:
        body = {**away, "vervanger": me(fresh, substitute).partition("/")[2]}
        accept(person.ask(me(fresh, key), "afwezigheid-melden", body))

    absent(bea, "bea", "cas")
    fresh.project()
    (row,) = queue(cas, "filter[van]=mij,vervanging")
    assert row["attributes"]["namens"] == "Bea Claes"
    assert queue(an, "filter[van]=vervanging") == []
    absent(cas, "cas", "an")
    fresh.project()
    assert [r["attributes"]["namens"] for r in queue(an, "filter[van]=vervanging")] == ["Bea Claes"]
    absent(an, "an", "bea")
    fresh.project()
    assert [r["id"] for r in queue(bea, "filter[van]=mij,vervanging")] == [row["id"]]
    accept(cas.ask(stream, "in-behandeling-nemen"))
    accept(bea.ask(me(fresh, "bea"), "afwezigheid-beeindigen"))
    fresh.project()
    assert queue(cas, "filter[van]=vervanging") == []
    (row,) = queue(bea, "filter[van]=mij")
    assert row["attributes"]["status"] == "in-behandeling"


def test_the_queue_is_filtered_and_sorted(fresh: Office) -> None:
    an, first = editor(fresh), received(fresh)
    second = received(fresh, fresh.gent)
    accept(an.ask(second, "in-behandeling-nemen"))
    accept(decide(an, second, "schorsing"))
    fresh.project()
    ids = {each.partition("/")[2]: each for each in (first, second)}
    aalst, abb = fresh.bestuur("Gemeente Aalst"), fresh.bestuur(ABB_NAAM).uri
    for query, expected in (
        ("filter[status]=ontvangen", [first]),
        ("filter[status]=ontvangen,besluit-genomen&sort=afgeleverd", [first, second]),
        ("sort=-afgeleverd", [second, first]),
        ("filter[uitkomst]=schorsing", [second]),
        (f"filter[bestuur]={aalst.uri}", [first]),
        (f"filter[klasse]={aalst.klasse}&sort=vervalt,afgeleverd", [first, second]),
        ("filter[team]=toezicht-oost-vlaanderen&sort=afgeleverd", [first, second]),
        ("filter[team]=erediensten", []),
        ("filter[open]=true&filter[van]=mij", [second]),
        ("filter[vervalt][tot]=2020-01-01T00:00:00Z", []),
        ("filter[rol]=verzender", []),
        (f"filter[ontvanger]={abb}&sort=bestuur,afgeleverd", [first, second]),
    ):
        assert [ids[row["id"]] for row in queue(an, query)] == expected, query
    problem(an.get("/behandelingen?filter[status]=zoek"), 400, "loket/vraag-ongeldig")


def test_a_row_brings_its_dossier_and_besturen(fresh: Office) -> None:
    an = editor(fresh)
    received(fresh)
    found = read(an, "/behandelingen?include=inzending,bestuur,ontvanger,dossiertype")
    kinds = sorted(each["type"] for each in found["included"])
    assert kinds == ["besturen", "besturen", "dossiertypes", "inzendingen"]
    (dossier,) = [each for each in found["included"] if each["type"] == "inzendingen"]
    assert "inhoud" not in dossier["attributes"]


def test_the_work_is_counted(fresh: Office) -> None:
    an, stream = editor(fresh), received(fresh)
    received(fresh, fresh.gent)
    accept(an.ask(me(fresh, "an"), "profiel-bijwerken"))
    accept(an.ask(stream, "in-behandeling-nemen"))
    fresh.project()
    found = read(an, "/behandelingen/tellingen")["data"]["attributes"]
    assert found["alles"]["per_status"] == {"ontvangen": 1, "in-behandeling": 1}
    (team,) = found["per_team"]
    assert (team["waarde"], team["naam"], team["open"]) == (
        "toezicht-oost-vlaanderen",
        "Toezicht Oost-Vlaanderen",
        2,
    )
    load = {each["persoon"]: each["open"] for each in found["per_medewerker"]}
    assert load == {"": 1, "an": 1}
    clerk = fresh.person("Gemeente Aalst", SENDER)
    mine = read(clerk, "/behandelingen/tellingen")["data"]["attributes"]
    assert mine["alles"]["totaal"] == 0


# What the sender does


@pytest.mark.parametrize("act", ["intrekken", "heropenen"])
def test_a_dossier_that_is_taken_back_ends_its_treatment(fresh: Office, act: str) -> None:
    an, dossier = editor(fresh), fresh.sent()
    begun(fresh)
    stream = treatment(fresh, dossier)
    by = fresh.aalst if act == "intrekken" else fresh.person(ABB_NAAM, ADMIN)
    accept(by.ask(dossier, f"besluit-{act}", {"reden": "vergissing"}))
    begun(fresh)
    status, refusal = {
        "intrekken": ("ingetrokken", "is-ingetrokken"),
        "heropenen": ("teruggegeven", "is-teruggegeven"),
    }[act]
    found = read(an, stream)["data"]["attributes"]
    assert found["status"] == status
    assert found["verloop"][-1]["gegevens"]["reden"] == "vergissing"
    problem(an.ask(stream, "in-behandeling-nemen"), 409, f"behandelingen/{refusal}")


def test_a_dossier_that_is_sent_again_is_treated_again(fresh: Office) -> None:
    an, dossier = editor(fresh), fresh.sent()
    begun(fresh)
    stream = treatment(fresh, dossier)
    accept(an.ask(stream, "in-behandeling-nemen"))
    admin = fresh.person(ABB_NAAM, ADMIN)
    accept(admin.ask(dossier, "besluit-heropenen", {"reden": "vraag"}))
    begun(fresh)
    accept(fresh.aalst.ask(dossier, "besluit-verzenden"))
    begun(fresh)
    found = read(an, stream)["data"]["attributes"]
    assert (found["status"], found["verzending"]) == ("toegewezen", 2)
    assert names(found["verloop"])[-2:] == ["DossierTeruggegeven", "NieuweVerzendingOntvangen"]


def test_what_the_sender_does_waits_for_a_treatment_that_is_not_opened_yet(fresh: Office) -> None:
    dossier = fresh.sent()
    accept(fresh.aalst.ask(dossier, "besluit-intrekken", {"reden": "vergissing"}))
    reactor = Reactor(fresh.loket, [behandeling.REACTION])
    with connect(fresh.loket.dsn) as conn:
        query = "SELECT seq, type FROM events WHERE stream = %s ORDER BY seq"
        facts = conn.execute(query, (dossier,)).fetchall()
    withdrawn = next(seq for seq, kind in facts if "BesluitIngetrokken" in kind)
    reactor.attempt(behandeling.REACTION, Cause(dossier, withdrawn))
    assert [cause.seq for _, cause, _ in reactor.late] == [withdrawn]
    delivered = next(seq for seq, kind in facts if "BesluitAfgeleverd" in kind)
    reactor.attempt(behandeling.REACTION, Cause(dossier, delivered))
    reactor.again()
    assert not reactor.late
    fresh.project()
    found = read(editor(fresh), treatment(fresh, dossier))["data"]["attributes"]
    assert found["status"] == "ingetrokken"
    assert names(found["verloop"]) == ["BehandelingGestart", "DossierIngetrokken"]


def test_a_reaction_that_runs_twice_says_it_once(fresh: Office) -> None:
    stream = received(fresh)
    Reactor(fresh.loket, [behandeling.REACTION]).run()
    fresh.project()
    found = read(editor(fresh), stream)["data"]["attributes"]
    assert names(found["verloop"]) == ["BehandelingGestart"]


def test_a_dossier_leads_to_its_treatments(fresh: Office) -> None:
    stream = received(fresh)
    dossier = read(editor(fresh), stream)["data"]["relationships"]["inzending"]["data"]["id"]
    address = read(fresh.aalst, f"toezicht/{dossier}")["data"]["links"]["behandelingen"]
    assert [row["id"] for row in read(fresh.aalst, address)["data"]] == [stream.partition("/")[2]]
