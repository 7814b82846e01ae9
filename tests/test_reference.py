# SPDX-License-Identifier: EUPL-1.2
"""The reference data and the one validation that serves every form."""

import json
from collections.abc import Mapping
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
from loket.reference.conditions import Alle, EenVan, Ingevuld, KlasseIn, Niet, VeldIn, Voor
from loket.reference.identifiers import is_kbo
from loket.reference.loader import FILES
from loket.reference.model import Bijlagenregel, Codelijst, Concept, Geldigheid, Regel
from loket.reference.values import DATATYPES, RULES

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


def test_the_six_types_and_their_lists_are_there() -> None:
    assert set(TYPES) == {
        "Besluitenlijst",
        "Reglementen en verordeningen",
        "Jaarrekening",
        "Meerjarenplan(aanpassing)",
        "Andere documenten BBC",
        "Collectieve motie van wantrouwen",
    }
    sizes = {key: len(c.concepten) for key, c in REFERENCE.codelijsten.items()}
    assert sizes["bestuurseenheid-classificatie"] == 26
    assert sizes["bestuursorgaan-classificatie"] == 39
    assert sizes["mar-code"] == 105
    assert sizes["reglementtype"] == 16


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
    assert len(REFERENCE.dossiertypes_for(klasse("GEM"), OP)) == 6
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
    ],
)
def test_a_condition_that_names_what_is_not_there_is_refused(condition: Any) -> None:
    forms = json.loads(raw()["dossiertypes"])
    forms["dossiertypes"][0]["velden"][0]["als"] = condition
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
        ("positief", "", "0", "-0.5"),
        ("positief", "", 4, -4),
        ("patroon", "[A-Z]{2}", "AB", "ABC"),
    ],
)
def test_every_rule_says_how_to_meet_it(
    soort: str, waarde: str | int, good: Value, bad: Value
) -> None:
    regel = Regel(soort, waarde)
    assert RULES[soort].broken(regel, good, OP) == ""
    assert RULES[soort].broken(regel, bad, OP).endswith(".")


# Forms

LIJST = {
    "bestuursorgaan": uri("bestuursorgaan-classificatie", "Gemeenteraad"),
    "zittingsdatum": "2026-02-24T20:00:00+01:00",
    "publicatiedatum": "2026-02-27",
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
    form = TYPES["Andere documenten BBC"]
    assert rules(form, {"omschrijving": "x" * 100, "opmerking": "x" * 500}) == set()
    too_long = {"omschrijving": "x" * 101, "opmerking": "x" * 501}
    assert rules(form, too_long) == {("omschrijving", "max-lengte"), ("opmerking", "max-lengte")}


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
        ({"zittingsdatum": "2026-03-03T20:00:00+01:00"}, "in-verleden"),
        ({"publicatiedatum": "2026-02-23"}, "publicatie-voor-zitting"),
        ({"rapportjaar": "2027"}, "rapportjaar-na-zitting"),
    ],
)
def test_what_is_only_doubtful_is_a_warning(change: dict[str, Value], doubt: str) -> None:
    form = TYPES["Jaarrekening"]
    values = {**LIJST, "rapportjaar": "2025", **change}
    assert rules(form, values) == set()
    assert doubt in {w.regel for w in warnings(form, values, klasse("GEM"), OP)}


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
