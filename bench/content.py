# SPDX-License-Identifier: EUPL-1.2
"""Realistic dossiers: a besluitenlijst of Aalst, as a sender and as the log see it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from loket.domain.toezicht.words import (
    BesluitAfgeleverd,
    BesluitGeopend,
    BesluitGevalideerd,
    BesluitOpgesteld,
    BesluitOpstellen,
    BesluitVerzenden,
    BesluitVerzonden,
    BestandToegevoegd,
    LinkToegevoegd,
    LinkToevoegen,
    VeldenGewijzigd,
    VeldenWijzigen,
)
from loket.kernel import Actor, Document
from loket.reference import belgian_day

LIJST = (
    "https://data.vlaanderen.be/id/concept/BesluitDocumentType/3fa67785-ffdc-4b30-8880-2b99d97b4dee"
)
COLLEGE = (
    "http://data.vlaanderen.be/id/concept/BestuursorgaanClassificatieCode/5ab0e9b8a3b2ca7c5e000006"
)
GEMEENTE = (
    "http://data.vlaanderen.be/id/concept/BestuurseenheidClassificatieCode/5ab0e9b8a3b2ca7c5e000001"
)
AALST = "http://data.lblod.info/id/bestuurseenheden/974816591f269bb7d74aa1720922651529f3d3b2a787f5c60b73e5a0384950a4"
ABB = "http://data.lblod.info/id/bestuurseenheden/141d9d6b-54af-4d17-b313-8d1c30bc3f5b"
SENDER = "LoketLB-toezichtGebruiker"

CLERK = Actor(
    persoon="b5e2f0a4-4a57-4c0e-9d0b-6d6a2f4f7f11", bestuur=AALST, klasse=GEMEENTE,
    rollen=frozenset({SENDER}), niveau="urn:be:fedict:iam:fas:Level500", email="jan@aalst.example",
)  # fmt: skip
PUBLISHED = belgian_day(datetime.now(UTC)).isoformat()
"""A decision is reported on the day of its publication: today."""

VELDEN = {
    "bestuursorgaan": COLLEGE,
    "zittingsdatum": "2026-11-16T19:30:00+01:00",
    "publicatiedatum": PUBLISHED,
}
LINK = "https://www.aalst.be/bestuur/besluiten/2026-11-16/besluitenlijst"
DOCUMENT = Document("ab" * 32, 123_456, "besluitenlijst 16 november.pdf", "application/pdf")

COMMANDS: Sequence[Any] = (
    BesluitOpstellen(LIJST, {k: v for k, v in VELDEN.items() if k != "publicatiedatum"}),
    VeldenWijzigen({"publicatiedatum": PUBLISHED}),
    LinkToevoegen(LINK),
    BesluitVerzenden(),
)
"""The life of a dossier at its sender."""

DRAFT: Sequence[Any] = (
    BesluitOpgesteld(LIJST, AALST, GEMEENTE, VELDEN, ""),
    BestandToegevoegd(DOCUMENT),
    LinkToegevoegd(LINK),
)
"""The facts of a dossier that is ready to be sent."""

LIFE: Sequence[Any] = (
    *DRAFT,
    VeldenGewijzigd({"zittingsdatum": "2026-11-16T20:00:00+01:00"}),
    BesluitGevalideerd((), (), "0123456789abcdef"),
    BesluitVerzonden(
        verzending=1, dossiertype=LIJST, bestuur=AALST, klasse=GEMEENTE, velden=VELDEN,
        documenten=(DOCUMENT,), links=(LINK,), verbetert="", waarschuwingen=(), ontvangers=(ABB,),
        meldingsregel="http://data.lblod.info/id/meldingsplicht/besluitenlijst",
        routeringsregel="toezicht", referentie_versie="0123456789abcdef",
    ),
    BesluitAfgeleverd(1, ABB),
    BesluitGeopend(1, ABB),
)  # fmt: skip
"""All facts of an ordinary dossier."""
