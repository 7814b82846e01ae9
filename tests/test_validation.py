# SPDX-License-Identifier: EUPL-1.2
"""The one validation that serves every form."""

from dataclasses import replace
from datetime import date

import pytest

from forms_at_hand import (
    DOSSIER,
    ID,
    OP,
    OTHER,
    OTHER_ID,
    REFERENCE,
    TYPES,
    klasse,
    rules,
    small_form,
    uri,
)
from loket.kernel import Value
from loket.reference import (
    Bijlagen,
    Veld,
    betrokken_besturen,
    dossier_ids,
    warnings,
)
from loket.reference.conditions import (
    GeenGroter,
)
from loket.reference.geldigheid import Geldigheid
from loket.reference.model import Bijlagenregel, Codelijst, Concept, Verbod

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


def test_one_of_several_numbers_has_to_be_greater() -> None:
    numbers = ("een", "twee")
    none = Verbod("minstens-een", GeenGroter(numbers, 0), numbers, "Geef minstens één getal.")
    velden = tuple(Veld(naam, naam, "getal", ()) for naam in numbers)
    form = replace(small_form(*velden), regels=(none,))
    assert rules(form, {"een": "0", "twee": "0"}) == {(n, "minstens-een") for n in numbers}
    assert rules(form, {"een": "0", "twee": "0.5"}) == set()


def test_every_sentence_of_the_data_says_how_to_meet_a_rule() -> None:
    for form in TYPES.values():
        said = [regel.melding for veld in form.velden for regel in veld.regels if regel.melding]
        said += [regel.melding for regel in form.regels]
        assert all(melding.endswith(".") and melding[0].isupper() for melding in said)
