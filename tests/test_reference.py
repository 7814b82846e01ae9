# SPDX-License-Identifier: EUPL-1.2
"""The reference data and the one validation that serves every form."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib.resources import files
from typing import Any

import pytest

from loket.kernel import Value
from loket.reference import (
    Bestuur,
    Bijlagen,
    Dossiertype,
    Veld,
    belgian_day,
    betrokken_besturen,
    dossier_ids,
    load,
    parse,
    validate,
    warnings,
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
from loket.reference.identifiers import is_kbo
from loket.reference.loader import FILES
from loket.reference.model import Bijlagenregel, Codelijst, Concept, Geldigheid, Regel
from loket.reference.values import DATATYPES, RULES, Zicht, broken

REFERENCE = load()
OP = date(2026, 3, 2)
TYPES = {t.label: t for t in REFERENCE.dossiertypes.values()}
ABB = "http://data.lblod.info/id/bestuurseenheden/141d9d6b-54af-4d17-b313-8d1c30bc3f5b"


def uri(lijst: str, name: str) -> str:
    concept = REFERENCE.codelijsten[lijst].find(name)
    assert concept, name
    return concept.uri


def klasse(notatie: str) -> str:
    return uri("bestuurseenheid-classificatie", notatie)


def raw() -> dict[str, bytes]:
    return {name: (files("loket.reference") / f"{name}.json").read_bytes() for name in FILES}


def rules(form: Dossiertype, values: Mapping[str, Value], **more: Any) -> set[tuple[str, str]]:
    """Field and rule of every finding; a gemeente with one link unless told otherwise."""
    context = {"klasse": klasse("GEM"), "bijlagen": Bijlagen(links=1), "op": OP, **more}
    return {(f.veld, f.regel) for f in validate(form, values, **context)}


# What is shipped

SIZES = {
    "bestuurseenheid-classificatie": 26, "bestuursorgaan-classificatie": 39, "dossiertype": 97,
    "mar-code": 105, "reglementtype": 16, "belastingtype": 3, "authenticiteit": 2,
    "authenticiteit-eredienst": 2, "rapportperiode-eredienst": 2, "status-inzending": 5,
    "vaststellingstype": 2, "wegprocedure": 2, "artikeltype": 6, "inhoud-besluit-eredienst": 3,
    "type-beroepsprocedure": 3, "type-afschrift": 9, "type-kerkenbeleidsplan": 3,
    "authentieke-bron-lekp": 7, "doelstelling-lekp": 20, "type-toelichting-lekp": 2,
    "type-correctie-lekp": 3, "renovatietype-lekp": 2,
}  # fmt: skip


def test_the_code_lists_are_there_with_all_their_concepts() -> None:
    sizes = {key: len(c.concepten) for key, c in REFERENCE.codelijsten.items()}
    assert SIZES.items() <= sizes.items()
    assert all(c.uri for key, c in REFERENCE.codelijsten.items() if key in SIZES)


def test_the_types_of_the_code_list_are_the_dossiertypes() -> None:
    listed = REFERENCE.codelijsten["dossiertype"].concepten
    assert {uri: c.label for uri, c in listed.items()} == {
        uri: form.label for uri, form in REFERENCE.dossiertypes.items() if uri in listed
    }
    assert len(REFERENCE.dossiertypes) - len(listed) == 11


def test_the_version_changes_with_what_decides_and_only_then() -> None:
    data = raw()
    version = parse(data).version
    assert version == parse(data).version == REFERENCE.version
    assert parse({**data, "besturen": b'{"besturen": []}'}).version == version
    assert parse({**data, "routering": data["routering"] + b" "}).version != version


def test_codes_labels_and_uris_of_a_list_are_unique() -> None:
    for lijst in REFERENCE.codelijsten.values():
        labels = [c.label for c in lijst.concepten.values()]
        codes = [c.notatie for c in lijst.concepten.values() if c.notatie]
        assert len(set(labels)) == len(labels), lijst.sleutel
        assert len(set(codes)) == len(codes), lijst.sleutel


def test_the_demo_list_has_a_bestuur_of_every_class_the_loket_names() -> None:
    besturen = REFERENCE.besturen.values()
    local = ("GEM", "OCMW", "DIST", "PROV", "HVZ", "PZ", "ABB")
    around = ("AGB", "APB", "OCMWV", "DV", "OV", "PV")
    assert {klasse(notatie) for notatie in (*local, *around)} <= {b.klasse for b in besturen}
    worship = [b for b in besturen if b.klasse in map(klasse, ("EB", "CKB", "RO"))]
    assert len(besturen) - len(worship) == 20
    assert all(b.uri.startswith("https://voorbeeld.example/") for b in worship)
    assert all("voorbeeld" in b.naam.casefold() for b in worship)
    assert REFERENCE.besturen[ABB].naam == "Agentschap Binnenlands Bestuur"


def test_the_types_offered_to_a_gemeente_and_to_an_hvz() -> None:
    assert "Besluitenlijst" in {t.label for t in REFERENCE.dossiertypes_for(klasse("GEM"), OP)}
    assert [t.label for t in REFERENCE.dossiertypes_for(klasse("HVZ"), OP)] == ["Besluitenlijst"]
    assert REFERENCE.dossiertypes_for(klasse("GEM"), date(2022, 4, 30)) == []


def test_a_rule_may_be_limited_to_besturen_in_a_state() -> None:
    [rule] = TYPES["Jaarrekening"].meldingsregels
    starting = uri("status-organisatie", "In oprichting")
    limited = type(rule)(rule.uri, rule.klassen, rule.geldig, frozenset({starting}))
    assert limited.covers(klasse("EB"), OP, starting)
    assert not limited.covers(klasse("EB"), OP)


def test_labels_of_whatever_has_one() -> None:
    assert REFERENCE.label(TYPES["Jaarrekening"].uri) == "Jaarrekening"
    assert REFERENCE.label(klasse("GEM")) == "Gemeente"
    assert REFERENCE.label(ABB) == "Agentschap Binnenlands Bestuur"
    assert REFERENCE.label("http://x") == "http://x"


def test_besturen_of_the_register_join_those_shipped() -> None:
    other = Bestuur("http://x", "X", klasse("AGB"))
    joined = REFERENCE.with_besturen({other.uri: other})
    assert joined.besturen["http://x"] is other
    assert ABB in joined.besturen
    assert "http://x" not in REFERENCE.besturen


# Slips in the data are found when it is read


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("datatype", {"velden": {"ORG": {"datatype": "kleur"}}}),
        ("codelijst", {"velden": {"ORG": {"codelijst": "kleuren"}}}),
        ("prefix", {"velden": {"ORG": {"pad": ["kleur:x"]}}}),
        ("rule", {"velden": {"OMS": {"regels": [{"soort": "kleurig"}]}}}),
        ("class", {"velden": {"OVER-EB": {"regels": [{"soort": "klasse_van", "waarde": ["X"]}]}}}),
        ("rule of another type", {"velden": {"OMS": {"regels": [{"soort": "positief"}]}}}),
    ],
)
def test_a_field_that_names_what_is_not_there_is_refused(name: str, change: dict[str, Any]) -> None:
    forms = json.loads(raw()["dossiertypes"])
    for code, values in change["velden"].items():
        forms["velden"][code].update(values)
    with pytest.raises((KeyError, ValueError)):
        parse({**raw(), "dossiertypes": json.dumps(forms).encode()})


@pytest.mark.parametrize(
    "condition",
    [
        {"klasse_in": ["XYZ"]},
        {"veld": "bestuursorgaan", "in": ["Koffieraad"]},
        {"veld": "kleur", "in": ["rood"]},
        {"veld": "kleur", "ingevuld": True},
        {"soms": []},
        "eredienstorgaan-van-elders",
        {"niet": "eredienstorgaan-van-elders"},
        {"veld": "bestuursorgaan", "jaren_na": "kleur", "meer_dan": 1},
        {"geen_van": ["kleur"], "groter_dan": 0},
    ],
)
def test_a_condition_that_names_what_is_not_there_is_refused(condition: Any) -> None:
    forms = json.loads(raw()["dossiertypes"])
    forms["dossiertypes"][0]["velden"][0] = {"veld": "ORG", "als": condition}
    with pytest.raises((KeyError, ValueError)):
        parse({**raw(), "dossiertypes": json.dumps(forms).encode()})


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

ID, OTHER_ID = "6f9619ff-8b86-d011-b42d-00cf4fc964ff", "0a9619ff-8b86-d011-b42d-00cf4fc964ff"
DOSSIER = f"http://data.lblod.info/submissions/{ID}"
OTHER = f"http://data.lblod.info/submissions/{OTHER_ID}"
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


# Forms

LIJST = {
    "bestuursorgaan": uri("bestuursorgaan-classificatie", "Gemeenteraad"),
    "zittingsdatum": "2026-02-24T20:00:00+01:00",
    "publicatiedatum": "2026-03-02",
}
REGLEMENT = {**LIJST, "reglementtype": uri("reglementtype", "Belastingreglement")}
OPCENTIEM = {
    **REGLEMENT,
    "belastingtype": uri("belastingtype", "Aanvullende belasting of opcentiem"),
    "mar_code": uri("mar-code", "7301"),
    "geldig_vanaf": "2026-01-01",
    "geldig_tot": "2031-12-31",
}


def test_a_complete_besluitenlijst_breaks_no_rule() -> None:
    assert rules(TYPES["Besluitenlijst"], LIJST) == set()
    assert warnings(TYPES["Besluitenlijst"], LIJST, klasse("GEM"), OP) == []


@pytest.mark.parametrize(
    ("notatie", "orgaan", "file_suffices"),
    [
        ("GEM", "Gemeenteraad", False),
        ("GEM", "College van Burgemeester en Schepenen", True),
        ("GEM", "Burgemeester", True),
        ("OCMW", "Raad voor Maatschappelijk Welzijn", False),
        ("OCMW", "Vast Bureau", True),
        ("PROV", "Provincieraad", False),
        ("PROV", "Deputatie", True),
        ("AGB", "Algemene vergadering", True),
        ("AGB", "Raad van bestuur", False),
        ("DV", "Algemene vergadering", False),
        ("HVZ", "Zoneraad", True),
        ("PZ", "Politieraad", True),
        ("DIST", "Districtsraad", False),
        ("GEM", "Financieel directeur", True),
    ],
)
def test_a_besluitenlijst_needs_a_link_or_a_file_by_organ_and_class(
    notatie: str, orgaan: str, file_suffices: bool
) -> None:
    values = {**LIJST, "bestuursorgaan": uri("bestuursorgaan-classificatie", orgaan)}
    form = TYPES["Besluitenlijst"]
    file_only = rules(form, values, klasse=klasse(notatie), bijlagen=Bijlagen(bestanden=1))
    assert file_only == (set() if file_suffices else {("links", "link-verplicht")})
    assert rules(form, values, klasse=klasse(notatie), bijlagen=Bijlagen())
    assert not rules(form, values, klasse=klasse(notatie), bijlagen=Bijlagen(1, 1))


def test_a_belastingreglement_asks_for_the_kind_of_tax() -> None:
    form = TYPES["Reglementen en verordeningen"]
    assert rules(form, REGLEMENT) == {("belastingtype", "verplicht")}
    other = {**REGLEMENT, "reglementtype": uri("reglementtype", "Politiereglement")}
    assert rules(form, other) == set()


def test_an_opcentiem_asks_for_mar_code_and_validity() -> None:
    form = TYPES["Reglementen en verordeningen"]
    assert rules(form, OPCENTIEM) == set()
    bare = {k: OPCENTIEM[k] for k in (*REGLEMENT, "belastingtype")}
    names = {"mar_code", "geldig_vanaf", "geldig_tot"}
    assert rules(form, bare) == {(name, "verplicht") for name in names}
    kohier = {**bare, "belastingtype": uri("belastingtype", "Kohierbelasting")}
    assert rules(form, kohier) == set()


def test_fields_of_a_tax_do_not_belong_to_another_regulation() -> None:
    form = TYPES["Reglementen en verordeningen"]
    other = {**OPCENTIEM, "reglementtype": uri("reglementtype", "Politiereglement")}
    assert {regel for _, regel in rules(form, other)} == {"niet-van-toepassing"}


def test_vlabel_takes_one_rate_or_the_word_that_there_are_several() -> None:
    form = TYPES["Reglementen en verordeningen"]
    assert rules(form, {**OPCENTIEM, "tarief": "7.5"}) == set()
    assert rules(form, {**OPCENTIEM, "meerdere_tarieven": True}) == set()
    assert rules(form, {**OPCENTIEM, "tarief": "7.5", "meerdere_tarieven": False}) == set()
    both: dict[str, Value] = {**OPCENTIEM, "tarief": "7.5", "meerdere_tarieven": True}
    rule = "vlabel-tarief-of-meerdere-tarieven"
    assert rules(form, both) == {("tarief", rule), ("meerdere_tarieven", rule)}
    twice: dict[str, Value] = {**OPCENTIEM, "tarief": ("7.5", "8")}
    assert rules(form, twice) == {("tarief", "hoogstens-een")}


def test_a_regulation_does_not_end_before_it_begins() -> None:
    form = TYPES["Reglementen en verordeningen"]
    values = {**OPCENTIEM, "geldig_tot": "2025-12-31"}
    assert rules(form, values) == {("geldig_tot", "geldig-tot-voor-geldig-vanaf")}


def test_worship_organs_fill_in_another_jaarrekening_than_others() -> None:
    form = TYPES["Jaarrekening"]
    year = {**LIJST, "rapportjaar": "2025"}
    assert rules(form, year) == set()
    assert rules(form, year, bijlagen=Bijlagen(bestanden=1)) == {("links", "link-verplicht")}
    kerkraad = {**year, "bestuursorgaan": uri("bestuursorgaan-classificatie", "Kerkraad")}
    worship = {"klasse": klasse("EB"), "bijlagen": Bijlagen(bestanden=1)}
    assert rules(form, kerkraad, **worship) == {("publicatiedatum", "niet-van-toepassing")}
    del kerkraad["publicatiedatum"]
    assert rules(form, kerkraad, **worship) == set()


def test_origineel_of_wijziging_follows_the_organ() -> None:
    form = TYPES["Meerjarenplan(aanpassing)"]
    plan = {**LIJST, "rapportjaar": "2026"}
    revised = uri("authenticiteit", "Herziening")
    changed = uri("authenticiteit-eredienst", "Wijziging")
    assert rules(form, {**plan, "authenticiteit": revised}) == set()
    assert rules(form, {**plan, "authenticiteit": changed}) == {("authenticiteit", "codelijst")}
    worship = {
        "bestuursorgaan": uri("bestuursorgaan-classificatie", "Kerkraad"),
        "zittingsdatum": LIJST["zittingsdatum"],
        "rapportperiode": uri("rapportperiode-eredienst", "2026-2031"),
        "authenticiteit": changed,
    }
    assert rules(form, worship, klasse=klasse("EB")) == set()
    del worship["authenticiteit"]
    assert rules(form, worship, klasse=klasse("EB")) == {("authenticiteit", "verplicht")}


def test_lengths_are_bounded_by_the_form() -> None:
    form = TYPES["LEKP-rapport - Melding correctie authentieke bron"]
    source = {"authentieke_bron": uri("authentieke-bron-lekp", "Fluvius")}
    assert rules(form, {**source, "omschrijving": "x" * 500}) == set()
    too_long = {**source, "omschrijving": "x" * 501}
    assert rules(form, too_long) == {("omschrijving", "max-lengte")}


def test_unknown_fields_wrong_types_and_values_outside_the_list_are_named() -> None:
    form = TYPES["Besluitenlijst"]
    values = {**LIJST, "kleur": "rood", "publicatiedatum": "gisteren", "bestuursorgaan": "http://x"}
    assert rules(form, values) == {
        ("kleur", "onbekend-veld"),
        ("publicatiedatum", "datatype"),
        ("bestuursorgaan", "codelijst"),
    }


@pytest.mark.parametrize(
    ("change", "doubt"),
    [
        ({"publicatiedatum": "2026-03-01"}, "vandaag"),
        ({"rapportjaar": "2027"}, "rapportjaar-na-zitting"),
        ({"rapportjaar": "2022"}, "rapportjaar-ver-van-zitting"),
    ],
)
def test_what_is_only_doubtful_is_a_warning(change: dict[str, Value], doubt: str) -> None:
    form = TYPES["Jaarrekening"]
    values = {**LIJST, "rapportjaar": "2025", **change}
    assert rules(form, values) == set()
    assert {w.regel for w in warnings(form, values, klasse("GEM"), OP)} == {doubt}


def test_a_session_in_the_future_is_a_warning() -> None:
    form = TYPES["Collectieve motie van wantrouwen"]
    values = {k: LIJST[k] for k in ("bestuursorgaan", "zittingsdatum")}
    later = {**values, "zittingsdatum": "2026-03-03T20:00:00+01:00"}
    assert rules(form, later) == set()
    assert [w.regel for w in warnings(form, later, klasse("GEM"), OP)] == ["in-verleden"]


@pytest.mark.parametrize(
    ("day", "rule"),
    [("2026-03-03", "in-verleden"), ("2026-02-23", "publicatie-voor-zitting")],
)
def test_a_publication_is_neither_in_the_future_nor_before_the_session(day: str, rule: str) -> None:
    broken_rules = rules(TYPES["Besluitenlijst"], {**LIJST, "publicatiedatum": day})
    assert broken_rules == {("publicatiedatum", rule)}


def test_a_bestuur_that_merged_decides_nothing_afterwards() -> None:
    aalst = next(b.uri for b in REFERENCE.besturen.values() if b.naam == "Aalst")
    for day, found in (
        ("2026-02-24", {("zittingsdatum", "bestuur-gefuseerd")}),
        ("2026-02-25", set()),
    ):
        merged = replace(REFERENCE, gefuseerd={aalst: day})
        known = {"reference": merged, "bestuur": aalst}
        assert rules(TYPES["Besluitenlijst"], LIJST, **known) == found
    assert rules(TYPES["Besluitenlijst"], LIJST, reference=REFERENCE, bestuur=aalst) == set()


def test_a_bestuur_that_is_not_active_is_doubtful() -> None:
    aalst = next(b for b in REFERENCE.besturen.values() if b.naam == "Aalst")
    gone = replace(aalst, status=uri("status-organisatie", "Niet actief"))
    known = REFERENCE.with_besturen({gone.uri: gone})
    said = warnings(TYPES["Besluitenlijst"], LIJST, klasse("GEM"), OP, known, gone.uri)
    assert [w.regel for w in said] == ["bestuur-niet-actief"]


def test_an_organ_of_another_class_is_refused() -> None:
    values = {**LIJST, "bestuursorgaan": uri("bestuursorgaan-classificatie", "Provincieraad")}
    found = rules(TYPES["Besluitenlijst"], values, reference=REFERENCE)
    assert found == {("bestuursorgaan", "orgaan-van-klasse")}


def small_form(*velden: Veld, bijlagen: tuple[Bijlagenregel, ...] = ()) -> Dossiertype:
    return Dossiertype("http://type", "Type", (), velden, bijlagen)


def test_a_concept_is_valid_between_its_days() -> None:
    year = Geldigheid(date(2025, 1, 1), date(2025, 12, 31))
    lijst = Codelijst("l", "http://l", "Lijst", {"http://c": Concept("http://c", "C", "", year)})
    form = small_form(Veld("kleuren", "Kleuren", "concepten", (), lijst))
    values: dict[str, Value] = {"kleuren": ("http://c",)}
    for op in (date(2025, 1, 1), date(2025, 12, 31)):
        assert rules(form, values, op=op) == set()
    for op in (date(2024, 12, 31), date(2026, 1, 1)):
        assert rules(form, values, op=op) == {("kleuren", "niet-geldig-op-datum")}


def test_the_type_of_an_article_comes_from_the_code_list() -> None:
    lijst = Codelijst("l", "http://l", "Lijst", {"http://c": Concept("http://c", "C")})
    form = small_form(Veld("artikels", "Artikels", "artikels", (), lijst))
    assert rules(form, {"artikels": (f"http://c {DOSSIER}",)}) == set()
    assert rules(form, {"artikels": (f"http://d {DOSSIER}",)}) == {("artikels", "codelijst")}


def test_the_dossiers_and_besturen_a_form_refers_to_are_found() -> None:
    form = small_form(
        Veld("artikels", "Artikels", "artikels", ()),
        Veld("ook", "Ook", "artikels_zonder_type", ()),
        Veld("relaties", "Relaties", "verwijzingen", ()),
        Veld("over", "Over", "bestuur", ()),
        Veld("nog", "Nog", "besturen", ()),
    )
    values: dict[str, Value] = {
        "artikels": (f"http://type {DOSSIER}", f"http://type {OTHER} {DOSSIER}"),
        "ook": (f"{OTHER} http://data.lblod.info/submissions/geen-uuid",),
        "relaties": (OTHER, "http://x"),
        "over": "http://b/1",
        "nog": ("http://b/2", "http://b/1"),
    }
    assert dossier_ids(form, values) == (ID, OTHER_ID)
    assert betrokken_besturen(form, values) == ("http://b/1", "http://b/2")
    assert dossier_ids(form, {"artikels": "x"}) == betrokken_besturen(form, {}) == ()


def test_a_form_may_take_links_only() -> None:
    form = small_form(bijlagen=(Bijlagenregel("link", bestanden=False),))
    assert rules(form, {}) == set()
    assert rules(form, {}, bijlagen=Bijlagen(1, 1)) == {("bestanden", "bestand-niet-toegelaten")}


# The Belgian day


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 1, 31, 22, 59, tzinfo=UTC), date(2026, 1, 31)),
        (datetime(2026, 1, 31, 23, 0, tzinfo=UTC), date(2026, 2, 1)),
        (datetime(2026, 6, 30, 21, 59, tzinfo=UTC), date(2026, 6, 30)),
        (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 3, 28, 22, 30, tzinfo=UTC), date(2026, 3, 28)),
        (datetime(2026, 3, 29, 22, 30, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 10, 24, 22, 30, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 22, 30, tzinfo=UTC), date(2026, 10, 25)),
    ],
)
def test_the_day_in_belgium_follows_summer_time(moment: datetime, day: date) -> None:
    assert belgian_day(moment) == day


def test_the_belgian_day_agrees_with_the_time_zone_tables() -> None:
    zoneinfo = pytest.importorskip("zoneinfo")
    try:
        brussels = zoneinfo.ZoneInfo("Europe/Brussels")
    except zoneinfo.ZoneInfoNotFoundError:
        pytest.skip("no time zone tables here")
    for hour in range(0, 24 * 366 * 10, 7):
        moment = datetime.fromtimestamp(1_704_067_200 + hour * 3600, UTC)
        assert belgian_day(moment) == moment.astimezone(brussels).date()


@pytest.mark.parametrize("text", ["0207437468", "0316380841"])
def test_kbo_numbers_check(text: str) -> None:
    assert is_kbo(text)
    assert not is_kbo(text[:-1] + "x")
