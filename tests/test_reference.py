# SPDX-License-Identifier: EUPL-1.2
"""The reference data: what ships, how it is read, and the Belgian day."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from forms_at_hand import (
    ABB,
    OP,
    REFERENCE,
    TYPES,
    klasse,
    raw,
    uri,
)
from loket.reference import (
    Bestuur,
    belgian_day,
    parse,
)
from loket.reference.identifiers import is_kbo

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
