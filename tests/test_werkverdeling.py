# SPDX-License-Identifier: EUPL-1.2
"""Who treats what, and which form of supervision falls on it."""

import json
from datetime import date
from importlib.resources import files

import pytest

from loket.reference import Zaak, load, parse
from loket.reference.loader import FILES

REFERENCE = load()
DAY = date(2026, 3, 2)
ABB = "http://data.lblod.info/id/bestuurseenheden/141d9d6b-54af-4d17-b313-8d1c30bc3f5b"
OOST_VLAANDEREN = next(b.provincie for b in REFERENCE.besturen.values() if b.naam == "Aalst")
RULES = [*REFERENCE.toezichttermijnen, *REFERENCE.goedkeuringen]


def klasse(notatie: str) -> str:
    concept = REFERENCE.codelijsten["bestuurseenheid-classificatie"].find(notatie)
    assert concept
    return concept.uri


_DOCUMENT = "https://data.vlaanderen.be/id/concept/BesluitDocumentType/"
TYPES = {
    "Besluitenlijst": _DOCUMENT + "3fa67785-ffdc-4b30-8880-2b99d97b4dee",
    "Notulen": _DOCUMENT + "8e791b27-7600-4577-b24e-c7c29e0eb773",
}
STATUTEN = "https://data.vlaanderen.be/id/concept/BesluitType/dbc58656-b0a5-4e43-8e9e-701acb75f9b0"


def zaak(sender: str, recipient: str = "ABB", kind: str = "Besluitenlijst") -> Zaak:
    ontvanger = ABB if recipient == "ABB" else "http://gemeente.example"
    return Zaak(TYPES[kind], klasse(sender), OOST_VLAANDEREN, ontvanger, klasse(recipient))


@pytest.mark.parametrize(
    ("sender", "team"),
    [
        ("GEM", "toezicht-oost-vlaanderen"),
        ("EB", "erediensten"),
        ("RO", "erediensten"),
        ("DV", "intergemeentelijk"),
    ],
)
def test_a_dossier_goes_to_a_team_by_class_and_province(sender: str, team: str) -> None:
    found = REFERENCE.team(zaak(sender), DAY)
    assert found is not None
    assert found.id == team


def test_what_fits_no_other_team_goes_to_the_last() -> None:
    found = REFERENCE.team(Zaak("urn:x", klasse("GEM"), "", ABB, klasse("ABB")), DAY)
    assert found is not None
    assert found.id == "algemeen"


def test_teams_treat_what_their_own_bestuur_received_while_they_exist() -> None:
    assert REFERENCE.team(zaak("EB", "GEM"), DAY) is None
    assert REFERENCE.team(zaak("GEM"), date(2017, 12, 31)) is None


@pytest.mark.parametrize(
    ("sender", "recipient", "kind", "rule"),
    [
        ("GEM", "ABB", "Besluitenlijst", "toezicht-30"),
        ("EB", "GEM", "Notulen", "toezicht-eredienst-30"),
        ("CKB", "PROV", "Notulen", "toezicht-eredienst-30"),
        ("EB", "ABB", "Notulen", ""),
        ("EB", "RO", "Notulen", ""),
        ("RO", "ABB", "Besluitenlijst", ""),
    ],
)
def test_supervision_is_limited_in_time_by_type_sender_and_recipient(
    sender: str, recipient: str, kind: str, rule: str
) -> None:
    assert REFERENCE.toezichttermijn(zaak(sender, recipient, kind), DAY) == rule


def test_only_some_types_need_approval() -> None:
    assert not REFERENCE.goedkeuring(zaak("GEM"), DAY)
    statutes = Zaak(STATUTEN, klasse("DV"), "", ABB, klasse("ABB"))
    assert REFERENCE.goedkeuring(statutes, DAY)


def test_every_form_of_supervision_names_its_source_and_an_existing_rule() -> None:
    assert all(form.bron and form.omschrijving for form in RULES)
    assert all(form.regel in REFERENCE.termijnregels for form in REFERENCE.toezichttermijnen)


def test_a_rule_that_does_not_exist_is_not_read() -> None:
    raw = {name: (files("loket.reference") / f"{name}.json").read_bytes() for name in FILES}
    forms = json.loads(raw["toezichtsvormen"])
    forms["termijnen"][0]["regel"] = "weg"
    with pytest.raises(ValueError, match="weg"):
        parse({**raw, "toezichtsvormen": json.dumps(forms).encode()})
