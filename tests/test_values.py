# SPDX-License-Identifier: EUPL-1.2
"""Conditions, datatypes and kinds of rule."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from forms_at_hand import ABB, DOSSIER, OP, OTHER, REFERENCE, klasse, uri
from loket.kernel import Value
from loket.reference import (
    Bestuur,
)
from loket.reference.conditions import (
    Alle,
    EenVan,
    GeenGroter,
    Ingevuld,
    JarenNa,
    KlasseIn,
    Niet,
    VeldIn,
    Voor,
)
from loket.reference.geldigheid import Geldigheid
from loket.reference.model import Regel
from loket.reference.values import DATATYPES, RULES, Zicht, broken

# Conditions


def test_conditions_combine() -> None:
    red, class_a = VeldIn("kleur", frozenset({"rood"})), KlasseIn(frozenset({"a"}))
    values = {"kleur": "rood"}
    assert Alle((red, class_a)).holds(values, "a")
    assert not Alle((red, class_a)).holds(values, "b")
    assert EenVan((red, class_a)).holds(values, "b")
    assert Niet(red).holds({}, "a")
    assert KlasseIn(frozenset({"a"}), wel=False).holds({}, "b")


def test_a_field_left_open_is_neither_in_nor_outside_a_set() -> None:
    inside, outside = (VeldIn("kleur", frozenset({"rood"}), wel) for wel in (True, False))
    for empty in ({}, {"kleur": None}, {"kleur": " "}, {"kleur": ()}):
        assert not inside.holds(empty, "")
        assert not outside.holds(empty, "")
        assert Ingevuld("kleur", wel=False).holds(empty, "")
    assert outside.holds({"kleur": "geel"}, "")
    assert inside.holds({"kleur": ("geel", "rood")}, "")


@pytest.mark.parametrize(
    ("one", "other", "before"),
    [
        ("2026-01-31", "2026-02-01T00:00:00+01:00", True),
        ("2026-01-31", "2026-01-31T20:00:00+01:00", False),
        ("2026-01-31", "2027", True),
        ("2026-12-31", "2026", False),
        ("", "2026", False),
        (None, "2026", False),
        (2025, "2026", False),
    ],
)
def test_dates_compare_as_far_as_both_are_precise(one: Value, other: Value, before: bool) -> None:
    assert Voor("a", "b").holds({"a": one, "b": other}, "") is before


@pytest.mark.parametrize(
    ("one", "other", "holds"),
    [
        ("2030", "2026-03-01T20:00:00+01:00", True),
        ("2029", "2026-03-01", False),
        ("2026", "2030", False),
        ("", "2026", False),
        ("²026", "2020", False),
        (2030, "2026", False),
    ],
)
def test_years_apart(one: Value, other: Value, holds: bool) -> None:
    assert JarenNa("a", "b", 3).holds({"a": one, "b": other}, "") is holds


def test_one_number_of_several_must_be_greater() -> None:
    none = GeenGroter(("a", "b", "c"), 0)
    assert none.holds({}, "")
    assert none.holds({"a": "0", "b": 0, "c": "geen getal"}, "")
    assert not none.holds({"a": "0", "b": "0.5"}, "")
    assert not none.holds({"c": 1}, "")


# Values

VALID: dict[str, list[Value]] = {
    "tekst": ["een tekst"],
    "datum": ["2026-01-31", "2024-02-29"],
    "datumtijd": ["2026-01-31T20:00:00+01:00", "2026-01-31T20:00Z", "2026-01-31T20:00:00.123Z"],
    "jaar": ["2026"],
    "getal": ["7", "-7.25", "1900"],
    "geheel": [0, -3],
    "boolean": [True, False],
    "concept": ["http://x/1"],
    "concepten": [("http://x/1", "http://x/2")],
    "kbo": ["0207437468"],
    "uri": ["https://x.be/a?b=c#d"],
    "uris": [("http://x/1",)],
    "email": ["jan.peeters+loket@stad-aalst.be"],
    "telefoon": ["02 553 00 00", "+32 (2) 553.00.00", "0470/12.34.56"],
    "iban": ["BE68 5390 0754 7034", "BE68539007547034", "NL91ABNA0417164300"],
    "bestuur": ["http://x/1"],
    "besturen": [("http://x/1", "http://x/2")],
    "verwijzingen": [(DOSSIER, OTHER)],
    "artikels": [(f"http://x/type {DOSSIER} {OTHER}",)],
    "artikels_zonder_type": [(f"{DOSSIER} {OTHER}", DOSSIER)],
}
INVALID: dict[str, list[Value]] = {
    "tekst": [1, True, ("a",)],
    "datum": ["2026-02-30", "31-01-2026", "20260131", "2026-W05-6", "2026-01-31T20:00:00Z", 2026],
    "datumtijd": ["2026-01-31", "2026-01-31T20:00:00", "2026-01-31T25:00:00Z", "nu"],
    "jaar": ["26", 2026, "２０２６"],
    "getal": ["7,5", "1e5", "NaN", 7, "1" * 16, "."],
    "geheel": ["3", True],
    "boolean": ["true", 1],
    "concept": ["Gemeenteraad", ("http://x/1",)],
    "concepten": ["http://x/1", ("http://x/1", "http://x/1"), ("x",)],
    "kbo": ["0207437469", "0207.437.468", "BE0207437468", ""],
    "uri": ["x", "ftp://x", "http://x y", "javascript:alert(1)"],
    "uris": ["http://x/1", ("x",)],
    "email": ["jan", "jan@aalst", "jan @aalst.be", "@aalst.be", "jan@aalst.be\n", 3],
    "telefoon": ["553", "+32", "02 553 00 00 ext 3", "+0 12345678", ""],
    "iban": ["BE68539007547035", "BE6853900754703", "68539007547034", ""],
    "bestuur": ["x", ("http://x/1",)],
    "besturen": ["http://x/1", ("http://x/1", "http://x/1")],
    "verwijzingen": [DOSSIER, ("http://x/1",), (DOSSIER, DOSSIER), (DOSSIER + "/1",)],
    "artikels": [
        f"http://x/type {DOSSIER}",
        ("http://x/type",),
        (f"type {DOSSIER}",),
        ("http://x/type http://x/1",),
        ("",),
    ],
    "artikels_zonder_type": [DOSSIER, ("",), ("http://x/type",), (f"http://x/type {DOSSIER}",)],
}


@pytest.mark.parametrize("datatype", DATATYPES)
def test_every_datatype_knows_its_values(datatype: str) -> None:
    test = DATATYPES[datatype].test
    assert all(test(value) for value in VALID[datatype])
    assert not [value for value in INVALID[datatype] if test(value)]


@pytest.mark.parametrize(
    ("soort", "waarde", "good", "bad"),
    [
        ("max_lengte", 5, "vijf!", "zes!!!"),
        ("in_verleden", "", "2026-03-02", "2026-03-03"),
        ("in_verleden", "", "2026-03-02T23:59:00+01:00", "2026-03-03T00:30:00+01:00"),
        ("vandaag", "", "2026-03-02", "2026-03-01"),
        ("positief", "", "0", "-0.5"),
        ("positief", "", 4, -4),
        ("minimum", 1, "1", "0.9"),
        ("maximum", 2100, "2026", "2101"),
        ("patroon", "[A-Z]{2}", "AB", "ABC"),
        ("exacte_waarde", True, True, False),
        ("exacte_waarde", 1, 1, True),
        ("exacte_waarde", "ja", "ja", "Ja"),
        ("een_van", ("ja", "nee"), "nee", "misschien"),
        ("een_van", "ja", "ja", "nee"),
        ("bevat", "http://x/1", ("http://x/2", "http://x/1"), ("http://x/2",)),
        ("max_aantal", 1, ("http://x/1",), ("http://x/1", "http://x/2")),
    ],
)
def test_every_rule_says_how_to_meet_it(soort: str, waarde: Any, good: Value, bad: Value) -> None:
    regel = Regel(soort, waarde)
    assert broken(regel, good, Zicht(OP)) == ""
    assert broken(regel, bad, Zicht(OP)).endswith(".")
    assert broken(replace(regel, melding="Zo."), bad, Zicht(OP)) == "Zo."


def test_every_kind_of_rule_fits_datatypes_that_exist() -> None:
    assert all(rule.datatypes <= DATATYPES.keys() for rule in RULES.values())


@pytest.mark.parametrize(
    ("groepering", "values", "kept"),
    [
        ("elk", ("ja", "nee"), False),
        ("elk", ("ja", "ja"), True),
        ("een", ("ja", "nee"), True),
        ("een", ("nee",), False),
        ("geheel", ("ja",), False),
    ],
)
def test_a_rule_on_a_list_asks_all_one_or_the_whole(
    groepering: Any, values: Value, kept: bool
) -> None:
    regel = Regel("een_van", ("ja",), groepering=groepering)
    assert (broken(regel, values, Zicht(OP)) == "") is kept


def test_without_a_register_organs_and_besturen_are_not_judged() -> None:
    assert broken(Regel("orgaan_van_klasse"), "http://x", Zicht(OP, klasse("GEM"))) == ""
    assert broken(Regel("klasse_van", (klasse("EB"),)), "http://x", Zicht(OP)) == ""


def test_a_class_has_its_own_organs() -> None:
    regel = Regel("orgaan_van_klasse")
    gemeenteraad = uri("bestuursorgaan-classificatie", "Gemeenteraad")
    gemeente, provincie, polder = (
        Zicht(OP, klasse(code), REFERENCE) for code in ("GEM", "PROV", "POLD")
    )
    assert broken(regel, gemeenteraad, gemeente) == broken(regel, gemeenteraad, polder) == ""
    assert "Provincie" in broken(regel, gemeenteraad, provincie)


def test_organs_are_those_of_the_day() -> None:
    gone = replace(REFERENCE.organen[0], geldig=Geldigheid(tot=date(2025, 12, 31)))
    reference = replace(REFERENCE, organen=(gone,))
    organ = next(iter(gone.organen))
    for op, kept in ((date(2025, 12, 31), True), (date(2026, 1, 1), False)):
        zicht = Zicht(op, klasse("GEM"), reference)
        assert (broken(Regel("orgaan_van_klasse"), organ, zicht) == "") is kept


def test_a_dossier_is_about_a_known_bestuur_of_the_right_class() -> None:
    eb = Bestuur("http://eb", "Kerkfabriek", klasse("EB"))
    zicht = Zicht(OP, klasse("RO"), REFERENCE.with_besturen({eb.uri: eb}))
    regel = Regel("klasse_van", (klasse("EB"),))
    assert broken(regel, eb.uri, zicht) == broken(regel, (eb.uri,), zicht) == ""
    assert "niet bekend" in broken(regel, "http://nergens", zicht)
    assert "Bestuur van de eredienst" in broken(regel, (eb.uri, ABB), zicht)
