# SPDX-License-Identifier: EUPL-1.2
"""The register of besturen, in sentences."""

from dataclasses import asdict, replace
from typing import Any

import pytest
from given import ABB_ADMIN, MACHINE, REFERENCE, bestuur, given, klasse

from loket.domain.besturen import (
    MODULE,
    AlGefuseerd,
    AlGeregistreerd,
    AndereStroom,
    BestuurGefuseerd,
    BestuurGeregistreerd,
    BestuurGewijzigd,
    BestuurOpgaanIn,
    BestuurRegistreren,
    BestuurWijzigen,
    OnbekendBestuur,
    OnbekendeKlasse,
    OnbekendeOpvolger,
    OnbekendeRelatie,
    OngeldigeGegevens,
    OngeldigeRelatie,
    RelatieBeeindigd,
    RelatieBeeindigen,
    RelatieBestaatAl,
    RelatieGelegd,
    RelatieLeggen,
    stream_of,
)
from loket.reference.relaties import (
    ADVIES,
    CENTRAAL_BESTUUR,
    MEDEFINANCIERING,
    REPRESENTATIEF_ORGAAN,
    TOEZICHT,
)

REGISTER = BestuurRegistreren.of(REFERENCE.besturen[bestuur("Aalst", "GEM")])
geregistreerd = BestuurGeregistreerd(**asdict(REGISTER))
RENAMED = {**asdict(REGISTER), "naam": "Aalst (stad)"}
CHANGE = {name: value for name, value in RENAMED.items() if name != "uri"}
gewijzigd = BestuurGewijzigd(**CHANGE)
GENT = bestuur("Gent", "GEM")
gefuseerd = BestuurGefuseerd(GENT, "2025-01-01")


def test_a_bestuur_is_registered_by_the_machine_or_an_administrator() -> None:
    given().when(REGISTER, by=MACHINE).then(geregistreerd)
    given().when(REGISTER, by=ABB_ADMIN).then(geregistreerd)


def test_a_bestuur_is_registered_in_its_own_stream() -> None:
    given(stream=stream_of(REGISTER.uri)).when(REGISTER, by=MACHINE).then(geregistreerd)
    given(stream=stream_of(GENT)).when(REGISTER, by=MACHINE).refuses(AndereStroom)


def test_registering_again_with_the_same_data_changes_nothing() -> None:
    given(geregistreerd).when(REGISTER, by=MACHINE).then()


def test_registering_again_with_other_data_is_refused_and_says_what_differs() -> None:
    other = BestuurRegistreren(**RENAMED)
    refusal = given(geregistreerd).when(other, by=MACHINE).refuses(AlGeregistreerd)
    assert "naam" in refusal.detail


def test_a_bestuur_changes() -> None:
    command = BestuurWijzigen(**CHANGE)
    given(geregistreerd).when(command, by=ABB_ADMIN).then(gewijzigd)
    given(geregistreerd, gewijzigd).when(command, by=ABB_ADMIN).then()
    given().when(command, by=ABB_ADMIN).refuses(OnbekendBestuur)


def test_the_uri_of_a_bestuur_never_changes() -> None:
    state = MODULE.replay([geregistreerd, gewijzigd])
    assert state.bestuur
    assert asdict(state.bestuur) == RENAMED


def test_a_bestuur_merges_into_another_once() -> None:
    command = BestuurOpgaanIn(GENT, "2025-01-01")
    given(geregistreerd).when(command, by=ABB_ADMIN).then(gefuseerd)
    given(geregistreerd, gefuseerd).when(command, by=ABB_ADMIN).then()
    later = BestuurOpgaanIn(GENT, "2026-01-01")
    given(geregistreerd, gefuseerd).when(later, by=ABB_ADMIN).refuses(AlGefuseerd)
    given().when(command, by=ABB_ADMIN).refuses(OnbekendBestuur)


def test_a_merged_bestuur_no_longer_changes() -> None:
    command = BestuurWijzigen(**CHANGE)
    given(geregistreerd, gefuseerd).when(command, by=ABB_ADMIN).refuses(AlGefuseerd)


@pytest.mark.parametrize("opvolger", ["", "http://onbekend", REGISTER.uri])
def test_a_bestuur_merges_only_into_another_that_is_known(opvolger: str) -> None:
    command = BestuurOpgaanIn(opvolger, "2025-01-01")
    given(geregistreerd).when(command, by=ABB_ADMIN).refuses(OnbekendeOpvolger)


@pytest.mark.parametrize("datum", ["", "1 januari", "2025-02-30", "20250101"])
def test_a_merger_has_a_day(datum: str) -> None:
    command = BestuurOpgaanIn(GENT, datum)
    given(geregistreerd).when(command, by=ABB_ADMIN).refuses(OngeldigeGegevens)


@pytest.mark.parametrize(
    ("veld", "waarde"),
    [
        ("uri", "aalst"),
        ("uri", "http://" + "x" * 301),
        ("naam", ""),
        ("naam", "   "),
        ("naam", "x" * 501),
        ("status", "Actief"),
        ("kbo", "0207437469"),
        ("kbo", "207437468"),
        ("kbo", "0207.437.468"),
        ("ovo", "OVO1992"),
        ("nis", "4100"),
        ("werkingsgebied", "Aalst"),
        ("werkingsgebied_naam", "x" * 4_001),
        ("provincie", "Oost-Vlaanderen"),
        ("provincie_naam", "x" * 501),
    ],
)
def test_data_of_the_wrong_form_is_refused_by_field(veld: str, waarde: str) -> None:
    command = replace(REGISTER, **{veld: waarde})
    refusal = given().when(command, by=MACHINE).refuses(OngeldigeGegevens)
    assert [f.veld for f in refusal.findings] == [veld]


def test_a_class_outside_the_code_list_is_refused() -> None:
    command = replace(REGISTER, klasse="http://data.vlaanderen.be/id/concept/x")
    given().when(command, by=MACHINE).refuses(OnbekendeKlasse)


def test_codes_and_areas_may_be_unknown() -> None:
    bare: Any = BestuurRegistreren("http://data.lblod.info/id/x", "X", klasse("AGB"))
    given().when(bare, by=MACHINE).gives(BestuurGeregistreerd)


def test_the_stream_follows_from_the_uri() -> None:
    assert stream_of(REGISTER.uri) == stream_of(REGISTER.uri) != stream_of(GENT)


def test_the_register_is_public() -> None:
    scope = MODULE.scope(MODULE.replay([geregistreerd]))
    assert scope.owner == REGISTER.uri
    assert scope.may_read("http://elders")
    assert MODULE.scope(MODULE.initial).public


# Relations

BASE = "https://voorbeeld.example/id/bestuurseenheden/"
EB, CKB, RO = (
    BestuurRegistreren.of(REFERENCE.besturen[BASE + name])
    for name in ("kerkfabriek-sint-martinus", "centraal-kerkbestuur", "representatief-orgaan")
)
kerkfabriek = BestuurGeregistreerd(**asdict(EB))
KNOWN = {
    stream_of(each.uri): (BestuurGeregistreerd(**asdict(each)),) for each in (REGISTER, CKB, RO, EB)
}
gelegd = RelatieGelegd(TOEZICHT, REGISTER.uri, "2020-01-01", "")
beeindigd = RelatieBeeindigd(TOEZICHT, REGISTER.uri, "2025-12-31")


@pytest.mark.parametrize(
    ("soort", "ander"),
    [
        (TOEZICHT, REGISTER.uri),
        (MEDEFINANCIERING, REGISTER.uri),
        (ADVIES, REGISTER.uri),
        (CENTRAAL_BESTUUR, CKB.uri),
        (REPRESENTATIEF_ORGAAN, RO.uri),
    ],
)
def test_a_worship_body_has_relations(soort: str, ander: str) -> None:
    command = RelatieLeggen(soort, ander, "2020-01-01")
    laid = RelatieGelegd(soort, ander, "2020-01-01", "")
    given(kerkfabriek, related=KNOWN).when(command, by=ABB_ADMIN).then(laid)
    given(kerkfabriek, laid, related=KNOWN).when(command, by=MACHINE).then()
    given(related=KNOWN).when(command, by=ABB_ADMIN).refuses(OnbekendBestuur)


@pytest.mark.parametrize(
    ("command", "veld"),
    [
        (RelatieLeggen("http://x", REGISTER.uri, "2020-01-01"), "soort"),
        (RelatieLeggen(TOEZICHT, CKB.uri, "2020-01-01"), "ander"),
        (RelatieLeggen(TOEZICHT, RO.uri, "2020-01-01"), "ander"),
        (RelatieLeggen(CENTRAAL_BESTUUR, REGISTER.uri, "2020-01-01"), "ander"),
        (RelatieLeggen(REPRESENTATIEF_ORGAAN, CKB.uri, "2020-01-01"), "ander"),
        (RelatieLeggen(TOEZICHT, "http://onbekend", "2020-01-01"), "ander"),
        (RelatieLeggen(TOEZICHT, REGISTER.uri, "1 januari"), "van"),
        (RelatieLeggen(TOEZICHT, REGISTER.uri, "2020-01-01", "ooit"), "tot"),
        (RelatieLeggen(TOEZICHT, REGISTER.uri, "2020-01-01", "2019-12-31"), "tot"),
    ],
)
def test_only_some_classes_can_be_something_to_a_worship_body(
    command: RelatieLeggen, veld: str
) -> None:
    refusal = given(kerkfabriek, related=KNOWN).when(command, by=ABB_ADMIN)
    assert [f.veld for f in refusal.refuses(OngeldigeRelatie).findings] == [veld]


def test_a_gemeente_is_not_supervised_this_way() -> None:
    command = RelatieLeggen(TOEZICHT, REGISTER.uri, "2020-01-01")
    refusal = given(geregistreerd, related=KNOWN).when(command, by=ABB_ADMIN)
    assert refusal.refuses(OngeldigeRelatie).findings[0].veld == "soort"


def test_there_is_one_supervisor_at_a_time_and_one_after_another() -> None:
    other = BestuurGeregistreerd(**asdict(BestuurRegistreren.of(REFERENCE.besturen[GENT])))
    known = {**KNOWN, stream_of(GENT): (other,)}
    facts = (kerkfabriek, gelegd)
    second = RelatieLeggen(TOEZICHT, GENT, "2026-01-01")
    given(*facts, related=known).when(second, by=ABB_ADMIN).refuses(RelatieBestaatAl)
    end = RelatieBeeindigen(TOEZICHT, REGISTER.uri, "2025-12-31")
    given(*facts).when(end, by=ABB_ADMIN).then(beeindigd)
    given(*facts, beeindigd).when(end, by=ABB_ADMIN).then()
    laid = RelatieGelegd(TOEZICHT, GENT, "2026-01-01", "")
    given(*facts, beeindigd, related=known).when(second, by=ABB_ADMIN).then(laid)
    third = RelatieLeggen(MEDEFINANCIERING, GENT, "2020-01-01")
    given(*facts, related=known).when(third, by=ABB_ADMIN).gives(RelatieGelegd)


def test_a_relation_that_is_not_there_does_not_end() -> None:
    for day in ("2019-12-31", "2025-12-31"):
        facts = (kerkfabriek, gelegd) if day < "2020" else (kerkfabriek,)
        end = RelatieBeeindigen(TOEZICHT, REGISTER.uri, day)
        given(*facts).when(end, by=ABB_ADMIN).refuses(OnbekendeRelatie)
    bad = RelatieBeeindigen(TOEZICHT, REGISTER.uri, "nooit")
    given(kerkfabriek, gelegd).when(bad, by=ABB_ADMIN).refuses(OngeldigeRelatie)


def test_laying_a_relation_looks_at_the_other_bestuur() -> None:
    state = MODULE.initial
    assert MODULE.needs(RelatieLeggen(TOEZICHT, GENT, ""), state) == (stream_of(GENT),)
    assert MODULE.needs(RelatieBeeindigen(TOEZICHT, GENT, ""), state) == ()
