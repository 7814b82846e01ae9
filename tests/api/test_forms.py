# SPDX-License-Identifier: EUPL-1.2
"""Forms over HTTP: what a class may send is sent, and what breaks a rule is refused by name."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from office import ABB, ADMIN, FIELDS, SENDER, Office, Person, accept, problem

from filled import example, filled
from loket.domain.besturen import stream_of
from loket.kernel import Value
from loket.reference import Dossiertype, belgian_day
from loket.reference.values import DATATYPES

TODAY = belgian_day(datetime.now(UTC))
SENDERS = (
    "Gemeente Aalst", "Gemeente Gent", "OCMW Aalst", "Oost-Vlaanderen", "District Antwerpen",
    "Stadsontwikkeling Gent (sogent)", "APB Provinciaal Onderwijs Antwerpen",
    "Zorgbedrijf Antwerpen", "INTERCOMMUNALE LEIEDAL",
    "Opdrachthoudend samenwerkingsverband Land van Aalst voor Milieu",
    "Intergemeentelijke Projectvereniging Erfgoed Denderland", "Politiezone van Aalst",
    "HULPVERLENINGSZONE ZUID-OOST", "Voorbeeldkerkfabriek Sint-Jozef",
    "Voorbeeld-centraal kerkbestuur", "Voorbeeldbisdom",
)  # fmt: skip


def draft(by: Person, form: Dossiertype, velden: dict[str, Value]) -> str:
    """A draft of this type with these values and a link; its stream."""
    stream = f"toezicht/{uuid4()}"
    accept(by.ask(stream, "besluit-opstellen", {"dossiertype": form.uri, "velden": velden}))
    accept(by.ask(stream, "link-toevoegen", {"url": "https://bestuur.example/publicatie"}))
    return stream


def found(answer: Any) -> set[tuple[str, str]]:
    """Field and rule of every finding of a dossier that is not complete."""
    body = problem(answer, 422, "toezicht/onvolledig-dossier")
    return {(each["veld"], each["regel"]) for each in body["fouten"]}


@pytest.mark.parametrize("name", SENDERS)
def test_what_is_offered_to_a_bestuur_is_filled_from_its_form_and_sent(
    office: Office, name: str
) -> None:
    bestuur, by = office.bestuur(name), office.person(name, SENDER)
    offered = by.get("/toezicht/dossiertypes").json()["dossiertypes"]
    forms = [office.loket.reference.dossiertypes[each["uri"]] for each in offered]
    assert forms == office.loket.reference.dossiertypes_for(bestuur.klasse, TODAY, bestuur.status)
    plain = [f for f in forms if not any(DATATYPES[v.datatype].verwijst_naar for v in f.velden)]
    for form in plain[:4]:
        stream = draft(by, form, filled(form, bestuur.klasse, op=TODAY))
        accept(by.ask(stream, "besluit-verzenden"))


def test_a_required_field_left_out_is_named(office: Office) -> None:
    form = _form(office, "Reglementen en verordeningen")
    velden = filled(form, office.bestuur("Gemeente Aalst").klasse, op=TODAY)
    stream = draft(office.aalst, form, velden)
    for naam in velden:
        accept(office.aalst.ask(stream, "velden-wijzigen", {"velden": {naam: None}}))
        assert found(office.aalst.ask(stream, "besluit-verzenden")) >= {(naam, "verplicht")}
        accept(office.aalst.ask(stream, "velden-wijzigen", {"velden": {naam: velden[naam]}}))
    accept(office.aalst.ask(stream, "besluit-verzenden"))


def test_a_type_of_the_past_is_shown_and_not_sent(office: Office) -> None:
    form = _form(office, "LEKP-rapport - Fietspaden")
    key = form.uri.rpartition("/")[2]
    shown = office.aalst.get(f"/toezicht/dossiertypes/{key}").json()
    assert shown["mag_verzenden"] is False
    assert len(shown["velden"]) == len(form.velden) == 18
    answer = office.aalst.ask(
        f"toezicht/{uuid4()}", "besluit-opstellen", {"dossiertype": form.uri, "velden": {}}
    )
    problem(answer, 422, "toezicht/mag-dit-type-niet-verzenden")


def test_a_type_of_which_the_form_is_gone_can_still_be_read(office: Office) -> None:
    form = _form(office, "Uittreksel")
    shown = office.aalst.get(f"/toezicht/dossiertypes/{form.uri.rpartition('/')[2]}").json()
    assert (shown["label"], shown["velden"]) == ("Uittreksel", [])
    assert shown["mag_verzenden"] is False


def test_dates_that_cannot_be_are_refused_and_others_doubted(office: Office) -> None:
    tomorrow, early = (TODAY + timedelta(days=n) for n in (1, -60))
    for day, rule in ((tomorrow, "in-verleden"), (early, "publicatie-voor-zitting")):
        stream = office.draft(publicatiedatum=day.isoformat())
        answer = office.aalst.ask(stream, "besluit-verzenden")
        assert found(answer) == {("publicatiedatum", rule)}
    yesterday = (TODAY - timedelta(days=1)).isoformat()
    session = f"{TODAY - timedelta(days=2)}T20:00:00+01:00"
    stream = office.draft(publicatiedatum=yesterday, zittingsdatum=session)
    answer = office.aalst.ask(stream, "besluit-verzenden")
    body = problem(answer, 422, "toezicht/waarschuwing-niet-bevestigd")
    [doubt] = body["fouten"]
    asked = {"veld": doubt["veld"], "regel": doubt["regel"]}
    assert asked == {"veld": "publicatiedatum", "regel": "vandaag"}
    accept(office.aalst.ask(stream, "waarschuwing-bevestigen", asked))
    accept(office.aalst.ask(stream, "besluit-verzenden"))


def test_an_organ_of_another_class_is_refused(office: Office) -> None:
    form = _form(office, "Besluitenlijst")
    organ = next(veld for veld in form.velden if veld.naam == "bestuursorgaan")
    provincie = office.bestuur("Oost-Vlaanderen").klasse
    stream = office.draft(bestuursorgaan=example(organ, provincie, TODAY))
    answer = office.aalst.ask(stream, "besluit-verzenden")
    assert ("bestuursorgaan", "orgaan-van-klasse") in found(answer)


def test_a_kbo_number_has_a_right_check_number(office: Office) -> None:
    form = _form(office, "Oprichting IGS")
    velden = filled(form, office.bestuur("Gemeente Aalst").klasse, op=TODAY)
    stream = draft(office.aalst, form, {**velden, "betreft_kbo": "0207437469"})
    answer = office.aalst.ask(stream, "besluit-verzenden")
    assert found(answer) == {("betreft_kbo", "datatype")}


def test_a_merged_bestuur_sends_what_it_decided_before_and_nothing_later(fresh: Office) -> None:
    admin, session = fresh.person(ABB, ADMIN), str(FIELDS["zittingsdatum"])[:10]
    for name in ("Gemeente Gent", "Gemeente Aalst"):
        entry = fresh.bestuur(name)
        stream = f"besturen/{stream_of(entry.uri)}"
        accept(admin.ask(stream, "bestuur-registreren", asdict(entry)))
    before = fresh.draft()
    merged = {"opvolger": fresh.bestuur("Gemeente Gent").uri, "datum": session}
    accept(admin.ask(stream, "bestuur-opgaan-in", merged))
    fresh.project()
    fresh.loket.references.refresh()
    answer = fresh.aalst.ask(before, "besluit-verzenden")
    assert found(answer) == {("zittingsdatum", "bestuur-gefuseerd")}
    earlier = {"velden": {"zittingsdatum": "2026-10-05T19:30:00+02:00"}}
    accept(fresh.aalst.ask(before, "velden-wijzigen", earlier))
    accept(fresh.aalst.ask(before, "besluit-verzenden"))


def _form(office: Office, label: str) -> Dossiertype:
    types = office.loket.reference.dossiertypes.values()
    return next(form for form in types if form.label == label)
