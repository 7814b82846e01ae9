# SPDX-License-Identifier: EUPL-1.2
"""Reading: the list, a dossier, its timeline, the forms, the register."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import uuid4

from httpx2 import Response
from office import ABB, BESLUITENLIJST, FIELDS, READER, Office, accept, problem

from loket.domain.besturen import stream_of
from loket.reference.relaties import ADVIES


def attributes(answer: Response) -> dict[str, Any]:
    """The attributes in a document of one thing."""
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["data"]["attributes"]
    return found


def names(answer: Response, kind: str = "besturen") -> list[str]:
    """The names of the besturen that a document includes."""
    included = answer.json()["included"]
    return [each["attributes"]["naam"] for each in included if each["type"] == kind]


def test_the_sender_reads_its_own_draft(office: Office) -> None:
    stream = office.draft()
    answer = office.aalst.get(f"/{stream}?include=bestuur,dossiertype")
    found = attributes(answer)
    assert (found["toestand"], found["bestuur_naam"]) == ("concept", "Aalst")
    bestuur, dossiertype = answer.json()["included"]
    assert bestuur["attributes"]["uri"] == office.bestuur("Gemeente Aalst").uri
    assert dossiertype["attributes"]["uri"] == BESLUITENLIJST
    assert dossiertype["attributes"]["label"] == "Besluitenlijst"
    assert found["inhoud"]["velden"] == FIELDS
    (file,) = found["inhoud"]["bestanden"]
    assert (file["naam"], file["formaat"]) == ("besluitenlijst.pdf", "application/pdf")
    assert office.aalst.get(file["adres"]).status_code == 200
    assert found["verzonden_op"] is None
    assert answer.json()["data"]["links"]["openen"] is None
    assert answer.headers["etag"] == f'"{found["versie"]}"'


def test_the_recipient_reads_the_envelope_until_it_opens(office: Office) -> None:
    stream = office.sent()
    answer = office.abb.get(f"/{stream}?include=ontvangers")
    envelope = attributes(answer)
    assert (envelope["inhoud"], envelope["controle"]) == (None, None)
    assert envelope["toestand"] == "verzonden"
    assert names(answer) == [ABB]
    link = answer.json()["data"]["links"]["openen"]
    accept(office.abb.ask(*link.removeprefix("/").rsplit("/", 1)))
    answer = office.abb.get(f"/{stream}?include=geopend_door")
    assert attributes(answer)["inhoud"]["velden"] == FIELDS
    assert names(answer) == [ABB]


def test_what_is_edited_after_reopening_stays_the_senders(office: Office) -> None:
    stream = office.opened()
    admin = office.person(ABB, "LoketLB-admin", READER)
    accept(admin.ask(stream, "besluit-heropenen", {"reden": "Verkeerde bijlage"}))
    changed = {"velden": {"publicatiedatum": "2026-11-21"}}
    accept(office.aalst.ask(stream, "velden-wijzigen", changed))
    mine, theirs = (attributes(p.get(f"/{stream}")) for p in (office.aalst, office.abb))
    assert mine["inhoud"]["velden"] == FIELDS | changed["velden"]
    assert theirs["inhoud"]["velden"] == FIELDS
    assert (theirs["toestand"], theirs["publicatiedatum"]) == (
        "heropend",
        FIELDS["publicatiedatum"],
    )
    accept(office.aalst.ask(stream, "besluit-intrekken", {"reden": "Vervallen"}))
    office.abb.ask(stream, "besluit-openen")
    inhoud = attributes(office.abb.get(f"/{stream}"))["inhoud"]
    assert inhoud is None or inhoud["velden"] == FIELDS


def test_a_draft_shows_what_was_found_when_it_was_checked(office: Office) -> None:
    stream = office.draft(publicatiedatum=None)
    accept(office.aalst.ask(stream, "besluit-valideren"))
    found = attributes(office.aalst.get(f"/{stream}"))["controle"]
    assert [f["veld"] for f in found["bevindingen"]] == ["publicatiedatum"]


def test_a_dossier_says_the_same_in_the_list_and_by_itself(office: Office) -> None:
    stream = office.opened()
    office.project()
    key = stream.removeprefix("toezicht/")
    [listed] = office.aalst.get(f"/toezicht?filter[id]={key}").json()["data"]
    alone = office.aalst.get(f"/{stream}").json()["data"]
    shared = set(listed["attributes"]) - {"bestuur_naam"}
    for name in shared:
        assert listed["attributes"][name] == alone["attributes"][name], name
    for name, each in listed["relationships"].items():
        assert each == alone["relationships"][name]


def test_the_timeline_has_the_three_moments_and_is_the_same_for_both(office: Office) -> None:
    stream = office.opened()
    office.project()
    office.seal()
    both = (office.aalst, office.abb)
    mine, theirs = (p.get(f"/{stream}/tijdlijn?include=wie").json() for p in both)
    assert mine == theirs
    assert {each["attributes"]["naam"] for each in mine["included"]} == {"Aalst", ABB}
    rows = [each["attributes"] for each in mine["data"]]
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
    assert office.aalst.get(f"/{office.draft()}/tijdlijn").json()["data"] == []


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
    assert [each["vereist"] for each in form["bijlagen"]] == ["link_of_bestand", "link"]
    assert set(form["bijlagen"][0]["als"]) == {"niet"}
    organ = next(veld for veld in form["velden"] if veld["naam"] == "bestuursorgaan")
    assert FIELDS["bestuursorgaan"] in [keuze["uri"] for keuze in organ["codelijst"]["keuzes"]]
    assert organ["als"] is None


def test_the_register_is_searched(fresh: Office) -> None:
    admin = fresh.person(ABB, "LoketLB-admin")
    for name in ("Gemeente Aalst", "OCMW Aalst", "Gemeente Gent"):
        bestuur = fresh.bestuur(name)
        accept(
            admin.ask(f"besturen/{stream_of(bestuur.uri)}", "bestuur-registreren", asdict(bestuur))
        )
    fresh.project()
    found = fresh.gent.get("/besturen?filter[naam]=AALST&page[total]=true").json()
    assert {each["attributes"]["klasse_naam"] for each in found["data"]} == {"Gemeente", "OCMW"}
    assert found["meta"]["page"]["total"] == 2
    klasse = fresh.bestuur("Gemeente Gent").klasse
    rows = fresh.gent.get(f"/besturen?filter[klasse]={klasse}&sort=-naam").json()["data"]
    assert [each["attributes"]["naam"] for each in rows] == ["Gent", "Aalst"]
    assert fresh.gent.get("/besturen?filter[naam]=a%25t").json()["data"] == []


def test_a_bestuur_is_read_before_and_after_it_is_registered(fresh: Office) -> None:
    aalst = fresh.bestuur("Gemeente Aalst")
    address = f"/besturen/{stream_of(aalst.uri)}"
    shipped = attributes(fresh.gent.get(address))
    assert (shipped["naam"], shipped["uri"], shipped["opvolger"]) == ("Aalst", aalst.uri, "")
    admin = fresh.person(ABB, "LoketLB-admin")
    accept(admin.ask(address[1:], "bestuur-registreren", asdict(aalst)))
    successor = fresh.bestuur("Gemeente Gent").uri
    body = {"opvolger": successor, "datum": "2027-01-01"}
    accept(admin.ask(address[1:], "bestuur-opgaan-in", body))
    fresh.project()
    found = attributes(fresh.gent.get(address))
    assert found == {**shipped, "opvolger": successor, "gefuseerd_op": "2027-01-01"}
    problem(fresh.gent.get(f"/besturen/{uuid4()}"), 404, "loket/niet-gevonden")


def test_the_register_is_read_as_of_a_moment(fresh: Office) -> None:
    admin = fresh.person(ABB, "LoketLB-admin")
    aalst = fresh.bestuur("Gemeente Aalst")
    address = f"/besturen/{stream_of(aalst.uri)}"
    first = accept(admin.ask(address[1:], "bestuur-registreren", asdict(aalst)))["geregistreerd"]
    changed = {**asdict(aalst), "naam": "Stad Aalst"}
    del changed["uri"]
    second = accept(admin.ask(address[1:], "bestuur-wijzigen", changed))["geregistreerd"]
    gent = fresh.bestuur("Gemeente Gent")
    third = accept(
        admin.ask(f"besturen/{stream_of(gent.uri)}", "bestuur-registreren", asdict(gent))
    )["geregistreerd"]
    fresh.project()

    def names(moment: str) -> list[str]:
        rows = fresh.gent.get(f"/besturen?op={moment}&sort=naam").json()["data"]
        return [each["attributes"]["naam"] for each in rows]

    def name(moment: str) -> str:
        return str(attributes(fresh.gent.get(f"{address}?op={moment}"))["naam"])

    assert names(first) == ["Aalst"] == [name(first)]
    assert names(second) == ["Stad Aalst"] == [name(second)]
    assert names(third) == ["Gent", "Stad Aalst"]
    assert names("2999-01-01T00:00:00Z") == ["Gent", "Stad Aalst"]
    assert names("2000-01-01T00:00:00Z") == []
    problem(fresh.gent.get(f"{address}?op=2000-01-01T00:00:00Z"), 404, "loket/niet-gevonden")
    problem(fresh.gent.get(f"{address}?op=gisteren"), 400, "loket/vraag-ongeldig")
    answer = fresh.gent.get(address)
    assert (answer.headers["etag"], attributes(answer)["naam"]) == ('"2"', "Stad Aalst")
    total = fresh.gent.get(f"/besturen?op={first}&page[total]=true&page[size]=1").json()
    assert total["meta"]["page"]["total"] == 1


def test_relations_as_of_a_moment_are_those_of_then(fresh: Office) -> None:
    admin = fresh.person(ABB, "LoketLB-admin")
    body = next(b for b in fresh.loket.reference.besturen.values() if "Sint-Martinus" in b.naam)
    other = fresh.bestuur("Gemeente Aalst")
    stream = f"besturen/{stream_of(other.uri)}"
    accept(admin.ask(stream, "bestuur-registreren", asdict(other)))
    address = f"/besturen/{stream_of(body.uri)}"
    before = accept(admin.ask(address[1:], "bestuur-registreren", asdict(body)))["geregistreerd"]
    relation = {"soort": ADVIES, "ander": other.uri, "van": "2026-01-01"}
    after = accept(admin.ask(address[1:], "relatie-leggen", relation))["geregistreerd"]
    fresh.project()
    assert attributes(fresh.gent.get(f"{address}?op={before}"))["relaties"] == []
    [found] = attributes(fresh.gent.get(f"{address}?op={after}"))["relaties"]
    assert (found["soort"], found["ander"], found["ander_naam"]) == (ADVIES, other.uri, "Aalst")
