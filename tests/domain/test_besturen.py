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
    OngeldigeGegevens,
    stream_of,
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
