# SPDX-License-Identifier: EUPL-1.2
"""A treatment as sentences begin with it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from given import AALST, ABB, AT, GENT, MACHINE, actor, given

from loket.domain.behandelingen import MODULE
from loket.domain.behandelingen.words import (
    BehandelingAfgesloten,
    BehandelingGestart,
    BehandelingStarten,
    GeenMaatregelVastgesteld,
    NotitieGemaakt,
    OpvragingGesteld,
    ToezichtsbesluitGenomen,
    ToezichtsbesluitNemen,
)
from loket.domain.medewerkers.words import ProfielBijgewerkt
from loket.kernel import Bijlage, Digest, Document, StreamId

EDITOR = replace(
    actor(ABB.bestuur, "ABB", "ABBDatabankToezicht-DatabankToezichtEditeur"),
    persoon="an",
    naam="An Peeters",
)
LOCAL = actor(GENT.bestuur, "GEM", "LoketLB-databankEredienstenGebruiker")
DOSSIER = "0f8fad5b-d9cb-469f-a165-70867728950e"
OTHER = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
_TYPE = "https://data.vlaanderen.be/id/concept/"
BESLUITENLIJST = _TYPE + "BesluitDocumentType/3fa67785-ffdc-4b30-8880-2b99d97b4dee"
STATUTEN = _TYPE + "BesluitType/dbc58656-b0a5-4e43-8e9e-701acb75f9b0"
LEKP = _TYPE + "BesluitDocumentType/bea3944f-4f6d-4d2c-9a6e-23264859e1e5"
DELIVERED = "2026-03-02T08:00:00+00:00"
OPEN = BehandelingStarten(
    dossier=DOSSIER,
    verzending=1,
    ontvanger=ABB.bestuur,
    bestuur=AALST.bestuur,
    klasse=AALST.klasse,
    dossiertype=BESLUITENLIJST,
    afgeleverd_op=DELIVERED,
)
LETTER = Bijlage(Digest("a" * 64), "brief.pdf", "application/pdf")
LETTER_KEPT = Document("a" * 64, 12, "brief.pdf", "application/pdf")
FILES = {"a" * 64: 12}
BEA = StreamId("medewerkers/5a0cbb33-7c51-4f07-a7a8-0f1b4f2b2a11")
COLLEAGUES = {BEA: (ProfielBijgewerkt(ABB.bestuur, "bea", "Bea Claes", "", ()),)}
LATE = datetime(2026, 4, 2, 9, tzinfo=UTC)
"""The day after the last of the term of 30 days."""


def first(**changes: Any) -> BehandelingGestart:
    """What follows from the command that opens a behandeling, changed like this."""
    decided = given().when(replace(OPEN, **changes), by=MACHINE)
    (fact,) = decided.gives(BehandelingGestart)
    assert isinstance(fact, BehandelingGestart)
    return fact


OPENED = first()
ASKED = OpvragingGesteld(1, AT.isoformat(), "Waar is het advies?", (), 0, OPENED.termijn)
EXPIRED = GeenMaatregelVastgesteld(OPENED.termijn)
CLOSED = BehandelingAfgesloten("klaar")
NOTE = NotitieGemaakt("bel Bea")


def outcome(uitkomst: str, **changes: Any) -> ToezichtsbesluitGenomen:
    """An outcome with its letter, within the first term."""
    fact = ToezichtsbesluitGenomen(uitkomst, "daarom", (LETTER_KEPT,), OPENED.termijn, ())
    return replace(fact, **changes)


def decision(uitkomst: str, **changes: Any) -> ToezichtsbesluitNemen:
    """The command for an outcome with its letter."""
    return replace(ToezichtsbesluitNemen(uitkomst, "daarom", (LETTER,)), **changes)


def state_of(*facts: Any) -> Any:
    return MODULE.replay(list(facts))
