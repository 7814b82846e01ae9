# SPDX-License-Identifier: EUPL-1.2
"""Omzendbrieven, in sentences."""

from dataclasses import replace
from typing import Any

import pytest
from given import AALST, ABB, REFERENCE, actor, bestuur, given, klasse

from loket.domain.omzendbrieven import (
    AlVerstuurd,
    GeenOmzendbriefRecht,
    OmzendbriefVersturen,
    OmzendbriefVerstuurd,
    OnvolledigeOmzendbrief,
)
from loket.kernel import Bijlage, Digest, Document
from loket.reference.model import ACTIEF

EDITOR = actor(ABB.bestuur, "ABB", "ABBDatabankToezicht-DatabankToezichtEditeur")
GENT = bestuur("Gent", "GEM")
LETTER = OmzendbriefVersturen("Kerstverlof", "Wij zijn dicht.", aan=(AALST.bestuur, GENT))
SENT = OmzendbriefVerstuurd(
    ABB.bestuur, tuple(sorted((AALST.bestuur, GENT))), "Kerstverlof", "Wij zijn dicht.", (), 0,
    REFERENCE.version,
)  # fmt: skip


def test_an_omzendbrief_goes_to_those_it_names() -> None:
    given().when(LETTER, by=EDITOR).then(SENT)


def test_an_omzendbrief_goes_to_the_active_besturen_of_a_class() -> None:
    to_class = replace(LETTER, aan=(GENT,), klassen=(klasse("GEM"),))
    [fact] = given().when(to_class, by=EDITOR).gives(OmzendbriefVerstuurd)
    active = {
        b.uri
        for b in REFERENCE.besturen.values()
        if b.klasse == klasse("GEM") and b.status == ACTIEF
    }
    assert set(fact.aan) == active
    assert len(fact.aan) == len(active)


def test_files_come_along() -> None:
    files = (Bijlage(Digest("a" * 64), "brief.pdf", "application/pdf"),)
    letter = replace(LETTER, tekst="", bijlagen=files)
    [fact] = given(documents={"a" * 64: 12}).when(letter, by=EDITOR).gives(OmzendbriefVerstuurd)
    assert fact.documenten == (Document("a" * 64, 12, "brief.pdf", "application/pdf"),)
    refusal = given().when(letter, by=EDITOR).refuses(OnvolledigeOmzendbrief)
    assert refusal.findings[0].veld == "bijlagen/0"


def test_it_is_sent_once() -> None:
    given(SENT).when(LETTER, by=EDITOR).refuses(AlVerstuurd)


def test_only_the_agency_sends_one() -> None:
    other = replace(AALST, rollen=EDITOR.rollen)
    given().when(LETTER, by=other).refuses(GeenOmzendbriefRecht)


@pytest.mark.parametrize(
    ("change", "veld"),
    [
        ({"onderwerp": " "}, "onderwerp"),
        ({"onderwerp": "a\r\nb"}, "onderwerp"),
        ({"tekst": ""}, "tekst"),
        ({"tekst": "x" * 10_001}, "tekst"),
        ({"aan": ()}, "aan"),
        ({"aan": (ABB.bestuur,)}, "aan"),
        ({"aan": ("urn:x",)}, "aan"),
        ({"klassen": ("urn:x",)}, "klassen"),
        ({"reactietermijn": -1}, "reactietermijn"),
    ],
)
def test_what_is_missing_is_named(change: dict[str, Any], veld: str) -> None:
    refusal = given().when(replace(LETTER, **change), by=EDITOR).refuses(OnvolledigeOmzendbrief)
    assert veld in {finding.veld for finding in refusal.findings}
