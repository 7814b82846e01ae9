# SPDX-License-Identifier: EUPL-1.2
"""Changing reference data, in sentences."""

import json
from dataclasses import replace
from typing import Any

import pytest
from given import AALST, ABB_ADMIN, REFERENCE, actor, bestuur, given

from loket.domain.referentie import (
    AlBeeindigd,
    AlleenToezichthouder,
    AndereDefinitie,
    DefinitieBeeindigd,
    DefinitieBeeindigen,
    DefinitieVastgesteld,
    DefinitieVaststellen,
    OnbekendeDefinitie,
    OnbekendeSoort,
    OngeldigeDefinitie,
)
from loket.reference import Reference
from loket.reference.overlay import (
    SOORTEN,
    Wijziging,
    canonical,
    definition,
    definitions,
    next_version,
    offered,
    overlay,
    stream_of,
)
from loket.reference.shape import differences
from loket.reference.trial import attempt, shape_of

LIJST = "authenticiteit"
URI = "http://data.vlaanderen.be/id/concept/Authenticiteit/nieuw"
SLEUTEL = f"{LIJST} {URI}"
NIEUW = canonical({"uri": URI, "label": "Vertaling", "geldig_van": "2027-01-01"})
REDEN = "Decreet van 1 december 2026"


def shipped(soort: str, sleutel: str) -> dict[str, Any]:
    found = definition(REFERENCE.bron, SOORTEN[soort], sleutel)
    assert found is not None, (soort, sleutel)
    return found


def lay_down(soort: str, sleutel: str, inhoud: object) -> DefinitieVaststellen:
    text = inhoud if isinstance(inhoud, str) else json.dumps(inhoud)
    return DefinitieVaststellen(soort, sleutel, text, REDEN)


def refused(command: DefinitieVaststellen | DefinitieBeeindigen, **context: Any) -> set[Any]:
    refusal = given(**context).when(command, by=ABB_ADMIN).refuses(OngeldigeDefinitie)
    return {(finding.veld, finding.regel) for finding in refusal.findings}


def with_change(*changes: Wijziging) -> Reference:
    found = overlay(REFERENCE, changes)
    assert not found.left_out
    return found.reference


def test_a_value_is_added_to_a_list_and_the_versions_are_recorded() -> None:
    before = REFERENCE.version
    change = Wijziging("concept", SLEUTEL, NIEUW)
    after = next_version(before, change)
    fact = DefinitieVastgesteld("concept", SLEUTEL, NIEUW, REDEN, before, after)
    given().when(lay_down("concept", SLEUTEL, NIEUW), by=ABB_ADMIN).then(fact)
    found = with_change(change)
    assert found.version == after == f"{before}.1.{after[-16:]}"
    assert found.codelijsten[LIJST].concepten[URI].label == "Vertaling"
    assert found.codelijsten[LIJST] is not REFERENCE.codelijsten[LIJST]


def test_the_same_content_in_other_words_is_no_change() -> None:
    fact = DefinitieVastgesteld("concept", SLEUTEL, NIEUW, REDEN, "a", "b")
    again = json.dumps(dict(reversed(json.loads(NIEUW).items())), indent=3)
    given(fact).when(lay_down("concept", SLEUTEL, again), by=ABB_ADMIN).then()
    for soort in offered(REFERENCE):
        for sleutel, content in list(definitions(REFERENCE.bron, soort).items())[:3]:
            given().when(lay_down(soort.naam, sleutel, content), by=ABB_ADMIN).then()


def test_every_definition_that_ships_has_the_shape_of_its_kind() -> None:
    for soort in offered(REFERENCE):
        shape = shape_of(REFERENCE, soort)
        for content in definitions(REFERENCE.bron, soort).values():
            assert not list(differences(shape, content, ""))


def test_every_file_that_ships_can_be_changed_and_every_key_is_used_once() -> None:
    assert {soort.bestand for soort in offered(REFERENCE)} == set(REFERENCE.bron) - {"besturen"}
    assert len({soort.meervoud for soort in SOORTEN.values()}) == len(SOORTEN)
    for soort in offered(REFERENCE):
        raw = json.loads(REFERENCE.bron[soort.bestand])
        if not soort.binnen:
            assert len(definitions(REFERENCE.bron, soort)) == len(raw[soort.lijst])


def test_only_the_supervisor_changes_the_rules() -> None:
    command = lay_down("concept", SLEUTEL, NIEUW)
    admin = replace(AALST, rollen=frozenset({"LoketLB-admin"}))
    given().when(command, by=admin).refuses(AlleenToezichthouder)
    nobody = actor(bestuur("Aalst", "GEM"), "", "LoketLB-admin")
    given().when(command, by=nobody).refuses(AlleenToezichthouder)


def test_a_definition_has_a_kind_and_its_own_stream() -> None:
    refusal = given().when(lay_down("lijstje", "x", "{}"), by=ABB_ADMIN).refuses(OnbekendeSoort)
    assert "codelijst, concept" in refusal.findings[0].melding
    command = lay_down("concept", SLEUTEL, NIEUW)
    stream = stream_of("concept", SLEUTEL)
    given(stream=stream).when(command, by=ABB_ADMIN).gives(DefinitieVastgesteld)
    other = stream_of("concept", "x")
    refusal = given(stream=other).when(command, by=ABB_ADMIN).refuses(AndereDefinitie)
    assert stream in refusal.detail


@pytest.mark.parametrize(
    ("soort", "sleutel", "inhoud", "veld", "regel"),
    [
        ("concept", SLEUTEL, "{", "inhoud", "json"),
        ("concept", SLEUTEL, "[]", "inhoud", "json"),
        ("concept", SLEUTEL, '{"uri": NaN}', "inhoud", "json"),
        ("concept", SLEUTEL, "[" * 200_000, "inhoud", "json"),
        ("concept", SLEUTEL, " ", "inhoud", "vorm"),
        ("concept", "\ud800", NIEUW, "sleutel", "vorm"),
        ("concept", SLEUTEL, {"uri": "http://x", "label": "x"}, "inhoud/uri", "sleutel"),
        ("concept", f"geen {URI}", NIEUW, "sleutel", "onbekend"),
        ("concept", SLEUTEL, {"uri": URI, "label": 5}, "inhoud/label", "type"),
        ("concept", SLEUTEL, {"uri": URI}, "inhoud", "onleesbaar"),
        (
            "concept",
            SLEUTEL,
            {"uri": URI, "label": "x", "geldig_vanaf": "2027-01-01"},
            "inhoud/geldig_vanaf",
            "onbekend",
        ),
        (
            "concept",
            SLEUTEL,
            {"uri": URI, "label": "x", "geldig_van": "morgen"},
            "inhoud/geldig_van",
            "datatype",
        ),
        (
            "concept",
            SLEUTEL,
            {"uri": URI, "label": "x", "geldig_van": "2027-01-02", "geldig_tot": "2027-01-01"},
            "inhoud/geldig_tot",
            "periode",
        ),
        ("veld", "X", {**shipped("veld", "ORG"), "datatype": "soep"}, "inhoud", "onleesbaar"),
        ("veld", "X", {**shipped("veld", "ORG"), "codelijst": "soep"}, "inhoud", "onleesbaar"),
    ],
)
def test_what_is_wrong_with_a_definition_is_told_by_place(
    soort: str, sleutel: str, inhoud: object, veld: str, regel: str
) -> None:
    assert (veld, regel) in refused(lay_down(soort, sleutel, inhoud))


def test_what_a_list_holds_is_ended_and_never_left_out() -> None:
    content = shipped("codelijst", LIJST)
    short = {**content, "concepten": content["concepten"][1:]}
    assert refused(lay_down("codelijst", LIJST, short)) == {("inhoud/concepten", "weggelaten")}


def test_a_value_that_a_condition_names_keeps_its_name() -> None:
    lijst, name = "reglementtype", "Belastingreglement"
    concept = REFERENCE.codelijsten[lijst].find(name)
    assert concept
    sleutel = f"{lijst} {concept.uri}"
    renamed = {**shipped("concept", sleutel), "label": "Fiscaal reglement"}
    assert refused(lay_down("concept", sleutel, renamed)) == {("inhoud", "onleesbaar")}


def test_a_field_that_a_form_uses_is_not_taken_away() -> None:
    command = DefinitieBeeindigen("veld", "ORG", "2026-03-01", REDEN)
    assert refused(command) == {("inhoud", "onleesbaar")}
    later = DefinitieBeeindigen("veld", "ORG", "2026-03-03", REDEN)
    assert refused(later) == {("per", "vorm")}


def test_a_list_that_a_form_asks_from_is_not_ended() -> None:
    command = DefinitieBeeindigen("codelijst", "reglementtype", "2026-12-31", REDEN)
    assert refused(command) == {("inhoud", "in-gebruik")}


def test_a_routing_rule_is_not_ended_while_nobody_else_receives_what_it_routes() -> None:
    soort = SOORTEN["routeringsregel"]
    last = list(definitions(REFERENCE.bron, soort))[-1]
    command = DefinitieBeeindigen("routeringsregel", last, "2026-12-31", REDEN)
    refusal = given().when(command, by=ABB_ADMIN).refuses(OngeldigeDefinitie)
    assert refusal.findings[0].regel == "in-gebruik"
    assert refusal.findings[0].melding.startswith("Op 2027-01-01: niemand ontvangt '")


def test_conditions_by_name_are_changed_and_kept_while_used() -> None:
    name, *_ = definitions(REFERENCE.bron, SOORTEN["voorwaarde"])
    command = DefinitieBeeindigen("voorwaarde", name, "2026-03-02", REDEN)
    assert refused(command) == {("inhoud", "onleesbaar")}
    deep = {"alle": [{"niet": {"een_van": [{"klasse_in": ["GEM"]}]}}]}
    given().when(lay_down("voorwaarde", name, deep), by=ABB_ADMIN).gives(DefinitieVastgesteld)
    wrong = {"alle": [{"klasse_in": ["SOEP"]}]}
    assert refused(lay_down("voorwaarde", name, wrong)) == {("inhoud", "onleesbaar")}


def test_a_value_is_ended_on_a_day_and_stays_known() -> None:
    uri = next(iter(REFERENCE.codelijsten["mar-code"].concepten))
    sleutel = f"mar-code {uri}"
    command = DefinitieBeeindigen("concept", sleutel, "2026-12-31", REDEN)
    [fact] = given().when(command, by=ABB_ADMIN).gives(DefinitieBeeindigd)
    content = {**shipped("concept", sleutel), "geldig_tot": "2026-12-31"}
    assert json.loads(fact.inhoud) == content
    found = with_change(Wijziging("concept", sleutel, fact.inhoud)).codelijsten["mar-code"]
    assert found.concepten[uri].geldig.tot
    given(fact).when(command, by=ABB_ADMIN).then()
    later = replace(command, per="2027-12-31")
    given(fact).when(later, by=ABB_ADMIN).refuses(AlBeeindigd)
    given(fact).when(replace(command, per="2026-06-30"), by=ABB_ADMIN).gives(DefinitieBeeindigd)


def test_a_type_is_ended_for_all_who_send_it() -> None:
    form = next(iter(REFERENCE.dossiertypes))
    command = DefinitieBeeindigen("dossiertype", form, "2026-12-31", REDEN)
    [fact] = given().when(command, by=ABB_ADMIN).gives(DefinitieBeeindigd)
    rules = json.loads(fact.inhoud)["meldingsregels"]
    assert rules
    assert all(rule["geldig_tot"] == "2026-12-31" for rule in rules)


def test_a_type_without_rules_or_fields_is_told_by_what_it_lacks_or_taken() -> None:
    """Whatever a content leaves out, it gives facts or findings, and what reads stays readable."""
    whole = shipped("dossiertype", next(iter(REFERENCE.dossiertypes)))
    key = "https://data.vlaanderen.be/id/concept/BesluitType/nieuw"
    for left_out in whole:
        content = {name: part for name, part in {**whole, "uri": key}.items() if name != left_out}
        text = canonical(content)
        outcome = attempt(REFERENCE, Wijziging("dossiertype", key, text), DAY)
        if not outcome.findings:
            after = with_change(outcome.change)
            for soort in offered(after):
                assert definitions(after.bron, soort)
            assert not attempt(after, Wijziging("dossiertype", key, text), DAY).findings


def test_what_does_not_exist_is_not_ended() -> None:
    command = DefinitieBeeindigen("concept", SLEUTEL, "2026-12-31", REDEN)
    given().when(command, by=ABB_ADMIN).refuses(OnbekendeDefinitie)
    gone = DefinitieBeeindigd("veld", "X", "2026-01-01", "", REDEN, "a", "b")
    command = DefinitieBeeindigen("veld", "X", "2026-01-02", REDEN)
    given(gone).when(command, by=ABB_ADMIN).refuses(AlBeeindigd)
    wrong = replace(command, per="overmorgen", reden="")
    assert {("per", "vorm"), ("reden", "vorm")} <= refused(wrong)


def test_a_change_that_no_longer_fits_is_left_out_and_the_others_count() -> None:
    good = Wijziging("concept", SLEUTEL, NIEUW)
    bad = Wijziging("veld", "ORG", "")
    found = overlay(REFERENCE, [bad, good])
    assert list(found.left_out) == [0]
    assert URI in found.reference.codelijsten[LIJST].concepten
    assert found.reference.version.startswith(f"{REFERENCE.version}.2.")


def test_a_new_routing_rule_goes_before_the_others() -> None:
    soort = SOORTEN["routeringsregel"]
    [key, *_] = definitions(REFERENCE.bron, soort)
    rule = {**shipped("routeringsregel", key), "id": "nieuw-1"}
    assert not attempt(REFERENCE, Wijziging(soort.naam, "nieuw-1", canonical(rule)), DAY).findings
    found = with_change(Wijziging(soort.naam, "nieuw-1", canonical(rule)))
    assert [r.id for r in found.routering][:2] == ["nieuw-1", key]


DAY = given().at.date()
