# SPDX-License-Identifier: EUPL-1.2
"""Reading: the list, a dossier, its timeline, the forms, the register."""

from datetime import datetime
from uuid import uuid4

import pytest
from office import ABB, BESLUITENLIJST, FIELDS, READER, Office, accept, problem


def test_the_sender_reads_its_own_draft(office: Office) -> None:
    stream = office.draft()
    found = office.aalst.get(f"/{stream}").json()
    assert found["toestand"] == "concept"
    assert found["bestuur"] == {"uri": office.bestuur("Gemeente Aalst").uri, "naam": "Aalst"}
    assert found["dossiertype"] == {"uri": BESLUITENLIJST, "naam": "Besluitenlijst"}
    assert found["inhoud"]["velden"] == FIELDS
    (file,) = found["inhoud"]["bestanden"]
    assert (file["naam"], file["formaat"]) == ("besluitenlijst.pdf", "application/pdf")
    assert office.aalst.get(file["link"]).status_code == 200
    assert found["verzonden_op"] is None
    assert found["verwijzingen"]["openen"] is None


def test_the_recipient_reads_the_envelope_until_it_opens(office: Office) -> None:
    stream = office.sent()
    envelope = office.abb.get(f"/{stream}").json()
    assert envelope["inhoud"] is None
    assert envelope["controle"] is None
    assert envelope["toestand"] == "verzonden"
    assert envelope["ontvangers"][0]["naam"] == ABB
    assert "Opgesteld door" not in office.abb.get(f"/{stream}").text
    accept(office.abb.ask(*envelope["verwijzingen"]["openen"].removeprefix("/").rsplit("/", 1)))
    opened = office.abb.get(f"/{stream}").json()
    assert opened["inhoud"]["velden"] == FIELDS
    assert opened["geopend_door"][0]["naam"] == ABB


def test_what_is_edited_after_reopening_stays_the_senders(office: Office) -> None:
    stream = office.opened()
    admin = office.person(ABB, "LoketLB-admin", READER)
    accept(admin.ask(stream, "besluit-heropenen", {"reden": "Verkeerde bijlage"}))
    changed = {"velden": {"publicatiedatum": "2026-11-21"}}
    accept(office.aalst.ask(stream, "velden-wijzigen", changed))
    assert office.aalst.get(f"/{stream}").json()["inhoud"]["velden"] == FIELDS | changed["velden"]
    assert office.abb.get(f"/{stream}").json()["inhoud"] is None
    assert office.abb.get(f"/{stream}").json()["toestand"] == "heropend"
    accept(office.aalst.ask(stream, "besluit-intrekken", {"reden": "Vervallen"}))
    office.abb.ask(stream, "besluit-openen")
    inhoud = office.abb.get(f"/{stream}").json()["inhoud"]
    assert inhoud is None or inhoud["velden"] == FIELDS


def test_a_draft_shows_what_was_found_when_it_was_checked(office: Office) -> None:
    stream = office.draft(publicatiedatum=None)
    accept(office.aalst.ask(stream, "besluit-valideren"))
    found = office.aalst.get(f"/{stream}").json()["controle"]
    assert [f["veld"] for f in found["bevindingen"]] == ["publicatiedatum"]


def test_the_timeline_has_the_three_moments_and_is_the_same_for_both(office: Office) -> None:
    stream = office.opened()
    office.project()
    office.seal()
    mine, theirs = (p.get(f"/{stream}/tijdlijn").json() for p in (office.aalst, office.abb))
    assert mine == theirs
    rows = mine["gebeurtenissen"]
    assert [row["moment"] for row in rows if row["moment"]] == [
        "verzending", "aflevering", "opvraging",
    ]  # fmt: skip
    assert [row["volgnummer"] for row in rows] == list(range(5))
    for row in rows:
        registered, stamped = (
            datetime.fromisoformat(row[k]) for k in ("geregistreerd", "gestempeld")
        )
        assert (stamped - registered).total_seconds() > -2
        assert row["omschrijving"]


def test_the_timeline_does_not_wait_for_ever_for_the_read_model(office: Office) -> None:
    assert office.aalst.get(f"/{office.draft()}/tijdlijn").json()["gebeurtenissen"] == []


def test_the_list_is_paged_sorted_and_counted(fresh: Office) -> None:
    streams = [fresh.sent() for _ in range(5)]
    fresh.project()
    seen, link, pages = [], "/toezicht?pagina[grootte]=2&sorteer=verzonden&aantal=true", 0
    while link:
        answer = fresh.aalst.get(link)
        page = answer.json()
        assert page["aantal"] == 5
        seen += [f"toezicht/{row['id']}" for row in page["inzendingen"]]
        link, pages = page["volgende"], pages + 1
        assert answer.headers.get("link") == (f'<{link}>; rel="next"' if link else None)
    assert seen == streams
    assert pages == 3


def test_the_list_is_filtered(fresh: Office) -> None:
    fresh.draft()
    sent = fresh.sent()
    fresh.project()

    def ids(query: str) -> list[str]:
        rows = fresh.aalst.get(f"/toezicht?{query}").json()["inzendingen"]
        return [f"toezicht/{row['id']}" for row in rows]

    assert ids("toestand=verzonden") == [sent]
    assert len(ids("toestand=verzonden&toestand=concept")) == 2
    assert ids("verzonden_van=2999-01-01T00:00:00Z") == []
    assert len(ids(f"dossiertype={BESLUITENLIJST}")) == 2
    assert ids(f"ontvanger={fresh.bestuur(ABB).uri}") == [sent]
    assert ids(f"bestuur={fresh.bestuur('Gemeente Gent').uri}") == []


@pytest.mark.parametrize(
    "query",
    [
        "toestand=weg", "sorteer=kleur", "pagina[grootte]=0", "pagina[grootte]=201", "kleur=rood",
        "bestuur=javascript:1", "verzonden_van=gisteren", "verzonden_van=2026-01-01T00:00:00",
        "pagina[na]=onzin", "pagina[na]=W10",
    ],
)  # fmt: skip
def test_a_question_the_list_does_not_know_is_refused(office: Office, query: str) -> None:
    assert office.aalst.get(f"/toezicht?{query}").status_code == 422


def test_the_dossiertypes_one_may_send_have_their_forms(office: Office) -> None:
    listed = office.aalst.get("/toezicht/dossiertypes").json()["dossiertypes"]
    assert "Besluitenlijst" in [each["label"] for each in listed]
    assert office.abb.get("/toezicht/dossiertypes").json()["dossiertypes"] == []
    for each in listed:
        form = office.aalst.get(each["link"]).json()
        assert form["mag_verzenden"] is True
        assert form["velden"]
        assert office.abb.get(each["link"]).json()["mag_verzenden"] is False
    problem(office.aalst.get(f"/toezicht/dossiertypes/{uuid4()}"), 404, "loket/niet-gevonden")


def test_conditions_of_a_form_read_as_they_are_written(office: Office) -> None:
    listed = office.aalst.get("/toezicht/dossiertypes").json()["dossiertypes"]
    link = next(each["link"] for each in listed if each["label"] == "Besluitenlijst")
    form = office.aalst.get(link).json()
    assert [each["vereist"] for each in form["bijlagen"]] == ["link", "link_of_bestand"]
    assert set(form["bijlagen"][1]["als"]) == {"niet"}
    organ = next(veld for veld in form["velden"] if veld["naam"] == "bestuursorgaan")
    assert FIELDS["bestuursorgaan"] in [keuze["uri"] for keuze in organ["codelijst"]["keuzes"]]
    assert organ["als"] is None


def test_the_register_is_searched_and_paged(office: Office) -> None:
    everything = office.gent.get("/besturen?pagina[grootte]=500").json()
    assert everything["aantal"] == len(everything["besturen"]) >= 20
    aalst = office.gent.get("/besturen?naam=aalst").json()["besturen"]
    assert {b["klasse"]["naam"] for b in aalst} >= {"Gemeente", "OCMW"}
    seen, link = [], "/besturen?pagina[grootte]=7"
    while link:
        page = office.gent.get(link).json()
        seen += page["besturen"]
        link = page["volgende"]
    assert seen == everything["besturen"]


def test_a_bestuur_is_read_before_and_after_it_is_registered(office: Office) -> None:
    shipped = office.gent.get("/besturen?naam=aalst").json()["besturen"][0]
    assert office.gent.get(f"/besturen/{shipped['id']}").json() == shipped
    admin = office.person(ABB, "LoketLB-admin")
    stream = f"besturen/{shipped['id']}"
    body = {**shipped, "klasse": shipped["klasse"]["uri"]}
    for name in ("id", "opvolger", "gefuseerd_op", "relaties"):
        del body[name]
    accept(admin.ask(stream, "bestuur-registreren", body))
    successor = office.bestuur("Gemeente Gent").uri
    accept(admin.ask(stream, "bestuur-opgaan-in", {"opvolger": successor, "datum": "2027-01-01"}))
    found = office.gent.get(f"/besturen/{shipped['id']}").json()
    assert found == {**shipped, "opvolger": successor, "gefuseerd_op": "2027-01-01"}
    problem(office.gent.get(f"/besturen/{uuid4()}"), 404, "loket/niet-gevonden")
