# SPDX-License-Identifier: EUPL-1.2
"""Who receives what: the whole matrix of worship dossiers, and the default for all others."""

from dataclasses import replace
from datetime import date
from importlib.resources import files
from typing import Any

import pytest

from loket.reference import ABB, Relatie, Verzending, bestemming, load, parse
from loket.reference.loader import FILES
from loket.reference.relaties import CENTRAAL_BESTUUR, MEDEFINANCIERING, TOEZICHT

REFERENCE = load()
OP = date(2026, 3, 2)
BASE = "https://voorbeeld.example/id/bestuurseenheden/"
BUNDLED = BASE + "kerkfabriek-sint-martinus"
SISTER = BASE + "kerkfabriek-onze-lieve-vrouw"
ALONE = BASE + "kerkfabriek-sint-jozef"
STARTING = BASE + "geloofsgemeenschap-in-oprichting"
CENTRAL = BASE + "centraal-kerkbestuur"
BISHOP = BASE + "representatief-orgaan"


def _uri(naam: str, notatie: str) -> str:
    return next(
        b.uri
        for b in REFERENCE.besturen.values()
        if b.naam == naam and REFERENCE.klassecode(b.klasse) == notatie
    )


AALST = _uri("Aalst", "GEM")
PROVINCE = _uri("Oost-Vlaanderen", "PROV")
BY_ID = {
    uri.rpartition("/")[2][:8]: uri
    for route in REFERENCE.routering
    for part in getattr(route.als, "delen", ())
    for uri in getattr(part, "waarden", ())
}

NOTULEN, JAARREKENING, JAARREKENINGEN, EINDREKENING = [
    "8e791b27",
    "e44c535d",
    "672bf096",
    "54b61cbd",
]
BUDGET_CKB, BUDGET, BUDGETTEN, BUDGETTEN_RO = ["d463b6d1", "d85218e2", "ce569d3d", "18833df2"]
BUDGET_OUD, PLAN, PLANNEN = ["40831a2c", "f56c645d", "2c9ada23"]

MATRIX: list[tuple[str, str, str, set[str]]] = [
    (NOTULEN, BUNDLED, "", {AALST, ABB, BISHOP}),
    (NOTULEN, CENTRAL, "", {AALST, ABB, BISHOP}),
    (NOTULEN, AALST, "", {ABB}),
    (JAARREKENING, BUNDLED, "", {CENTRAL}),
    (JAARREKENING, ALONE, "", {PROVINCE, ABB}),
    (JAARREKENING, AALST, "", {ABB}),
    (JAARREKENINGEN, CENTRAL, "", {AALST, ABB}),
    (EINDREKENING, BUNDLED, "", {ABB}),
    (BUDGET_CKB, BUNDLED, "", {CENTRAL}),
    (BUDGET_CKB, ALONE, "", {BISHOP, ABB}),
    (BUDGET, BUNDLED, "", {AALST, ABB}),
    (BUDGET, ALONE, "", {PROVINCE, ABB}),
    (BUDGETTEN, CENTRAL, "", {AALST, ABB}),
    (BUDGETTEN_RO, CENTRAL, "", {BISHOP, ABB}),
    (BUDGET_OUD, BUNDLED, "", {CENTRAL}),
    (BUDGET_OUD, ALONE, "", {BISHOP, ABB}),
    (PLAN, BUNDLED, "", {CENTRAL}),
    (PLAN, ALONE, "", {PROVINCE, BISHOP, ABB}),
    (PLAN, AALST, "", {ABB}),
    (PLANNEN, CENTRAL, "", {AALST, BISHOP, ABB}),
    ("2b12630f", BISHOP, BUNDLED, {CENTRAL, ABB}),
    ("2b12630f", BISHOP, ALONE, {ALONE, ABB}),
    ("0fc2c27d", BISHOP, BUNDLED, {AALST}),
    ("0fc2c27d", BISHOP, CENTRAL, {AALST}),
    ("df261490", AALST, BUNDLED, {BUNDLED, CENTRAL, BISHOP, PROVINCE, ABB}),
    ("df261490", AALST, CENTRAL, {CENTRAL, BISHOP, ABB}),
    ("3fcf7dba", PROVINCE, ALONE, {ALONE, BISHOP, AALST, ABB}),
    ("79414af4", AALST, BUNDLED, {BUNDLED, ABB}),
    ("b25faa84", AALST, BUNDLED, {BUNDLED, CENTRAL, BISHOP, ABB}),
    ("b25faa84", AALST, CENTRAL, {CENTRAL, BUNDLED, SISTER, BISHOP, ABB}),
    ("24743b26", AALST, BUNDLED, {BUNDLED, CENTRAL}),
    ("24743b26", AALST, CENTRAL, {CENTRAL, BUNDLED, SISTER}),
    ("3a3ea43f", ALONE, "", {PROVINCE}),
    ("3a3ea43f", CENTRAL, "", {AALST}),
    ("41a09f6c", BUNDLED, "", {AALST, BISHOP, ABB}),
    ("863caf68", PROVINCE, ALONE, {ALONE, ABB}),
    ("4f938e44", AALST, "", {ABB}),
    *(
        (key, BISHOP, "", {ABB})
        for key in ["651525f8", "d611364b", "6d1a3aea", "14793940", "95a6c5a1"]
    ),
    ("95c671c2", BISHOP, BUNDLED, {BUNDLED}),
    *(("802a7e56", by, "", {ABB}) for by in (BUNDLED, CENTRAL, AALST, PROVINCE, BISHOP)),
    ("a970c99d", STARTING, "", {PROVINCE, AALST, ABB}),
]


def _target(key: str, by: str, about: str = "", op: date = OP, reference: Any = REFERENCE) -> Any:
    klasse = REFERENCE.besturen[by].klasse
    units = (about,) if about else ()
    return bestemming(reference, Verzending(BY_ID.get(key, key), by, klasse, units), op)


@pytest.mark.parametrize(("key", "by", "about", "recipients"), MATRIX)
def test_the_matrix(key: str, by: str, about: str, recipients: set[str]) -> None:
    found = _target(key, by, about)
    assert set(found.ontvangers) == recipients
    assert len(found.ontvangers) == len(recipients)
    assert not found.ontbreekt


def test_the_matrix_uses_every_rule_of_today() -> None:
    used = {_target(key, by, about).route.id for key, by, about, _ in MATRIX}
    assert used == {route.id for route in REFERENCE.routering}


def test_every_rule_has_an_id_of_its_own_a_first_day_and_an_explanation() -> None:
    ids = [route.id for route in REFERENCE.routering]
    assert len(set(ids)) == len(ids)
    assert all(route.geldig.van and route.omschrijving for route in REFERENCE.routering)


def test_what_has_no_rule_of_its_own_goes_to_abb_since_2018() -> None:
    assert _target("http://x", AALST).ontvangers == (ABB,)
    assert _target("http://x", BUNDLED).route.id == "abb-standaard-1"
    assert _target("http://x", AALST, op=date(2000, 1, 1)) is None


def test_the_team_for_local_finances_is_marked() -> None:
    assert _target(NOTULEN, BUNDLED).route.subgroepen == ("LF",)
    assert _target(NOTULEN, AALST).route.subgroepen == ()


def test_a_role_that_nobody_has_is_named_with_the_bestuur_that_lacks_it() -> None:
    nobody = replace(REFERENCE, relaties=type(REFERENCE.relaties)())
    found = _target(NOTULEN, BUNDLED, reference=nobody)
    assert found.ontbreekt == (("toezichthouder", BUNDLED),)
    assert _target("b25faa84", AALST, reference=nobody).ontbreekt == (("eenheid", ""),)


def test_relations_count_on_the_days_they_hold_only() -> None:
    ended = Relatie(CENTRAAL_BESTUUR, CENTRAL, "2018-01-01", "2025-12-31")
    kept = tuple(r for r in REFERENCE.relaties.heen[BUNDLED] if r.soort != CENTRAAL_BESTUUR)
    changed = REFERENCE.with_besturen({}, {BUNDLED: (*kept, ended)})
    before, after = date(2025, 12, 31), date(2026, 1, 1)
    assert _target(JAARREKENING, BUNDLED, op=before, reference=changed).ontvangers == (CENTRAL,)
    later = _target(JAARREKENING, BUNDLED, op=after, reference=changed)
    assert set(later.ontvangers) == {AALST, ABB}


def test_a_central_board_that_is_not_active_is_passed_over() -> None:
    closed = replace(REFERENCE.besturen[CENTRAL], status="http://x/niet-actief")
    changed = REFERENCE.with_besturen({CENTRAL: closed})
    assert set(_target(JAARREKENING, BUNDLED, reference=changed).ontvangers) == {AALST, ABB}


def test_relations_are_known_from_both_ends() -> None:
    relaties = REFERENCE.relaties
    assert relaties.anderen(BUNDLED, OP, TOEZICHT, MEDEFINANCIERING) == (
        tuple(sorted((AALST, PROVINCE)))
    )
    assert relaties.besturen(CENTRAL, OP, CENTRAAL_BESTUUR) == (SISTER, BUNDLED)
    assert {label for label, _, _ in relaties.all_of(CENTRAL)} == {
        "toezichthoudende overheid",
        "representatief orgaan",
        "bestuur van de eredienst",
    }


@pytest.mark.parametrize(
    ("name", "old"),
    [
        ("routering", '"toezichthouder"'),
        ("routering", '"eenheid"'),
        ("verwijsregels", '"betrokken"'),
        ("besturen", '"http://www.w3.org/ns/org#linkedTo"'),
    ],
)
def test_a_slip_in_the_data_is_found_when_it_is_read(name: str, old: str) -> None:
    data = {n: (files("loket.reference") / f"{n}.json").read_text() for n in FILES}
    assert old in data[name]
    slipped = {**data, name: data[name].replace(old, '"buurman"')}
    with pytest.raises(ValueError, match="buurman"):
        parse({n: text.encode() for n, text in slipped.items()})
