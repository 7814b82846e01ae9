# SPDX-License-Identifier: EUPL-1.2
"""Conversations with everything a message can go through; about a dossier, and in a name."""

from given import AALST as SENDER
from given import ABB as READER
from given import GENT, MACHINE, REFERENCE, actor

from acts import SHA, STREAM, script
from loket.domain.berichten.words import (
    BerichtIntrekken,
    BerichtOngelezenMarkeren,
    BerichtSturen,
    GesprekHeropenen,
    GesprekOpenen,
    GesprekSluiten,
    GesprekStarten,
    GesprekStartenNamens,
    NotitieMaken,
    UitstelToestaan,
    UitstelVragen,
    UitstelWeigeren,
)
from loket.domain.toezicht.words import BesluitAfgeleverd, BesluitOpgesteld
from loket.kernel import Bijlage, Digest, Document, StreamId

AALST = actor(SENDER.bestuur, "GEM", "LoketLB-berichtenGebruiker")
ABB = actor(READER.bestuur, "ABB", "ABBDatabankToezicht-DatabankToezichtEditeur")
LETTER = Bijlage(Digest(SHA), "brief.pdf", "application/pdf")
DOCUMENT = Document(SHA, 12, "brief.pdf", "application/pdf")
SHARED, UNSHARED = (StreamId(f"toezicht/{n * 8}-1111-1111-1111-{n * 12}") for n in "12")
DOSSIERS = {
    SHARED: (
        BesluitOpgesteld("urn:type", AALST.bestuur, AALST.klasse, {}, ""),
        BesluitAfgeleverd(1, ABB.bestuur),
    ),
    UNSHARED: (BesluitOpgesteld("urn:type", GENT.bestuur, GENT.klasse, {}, ""),),
}


def _soort(notatie: str) -> str:
    found = REFERENCE.codelijsten["type-communicatie"].find(notatie)
    assert found
    return found.uri


VRAAG, OPVRAGING = _soort("vraag"), _soort("opvraging")

SCRIPTS = (
    script(
        (
            GesprekStarten(AALST.bestuur, "Reglement", OPVRAGING, "Graag.", reactietermijn=14),
            ABB,
        ),
        (GesprekOpenen(), AALST),
        (BerichtOngelezenMarkeren(1), AALST),
        (UitstelVragen(1, 7, "verlof"), AALST),
        (UitstelToestaan(1), ABB),
        (UitstelVragen(1, 7, "nog verlof"), AALST),
        (UitstelWeigeren(1, "genoeg"), ABB),
        (BerichtSturen("Zie bijlage.", (LETTER,)), AALST),
        (NotitieMaken("bel Bea"), AALST),
        (BerichtIntrekken(2, "verkeerde bijlage"), AALST),
        (BerichtSturen("Beter.", antwoord_op=1), AALST),
        (GesprekOpenen(), ABB),
        (GesprekSluiten("klaar"), ABB),
        (GesprekHeropenen(), AALST),
        related=DOSSIERS,
    ),
    script(
        (
            GesprekStarten(ABB.bestuur, "Vraag", VRAAG, "Mag dit?", dossier=SHARED),
            AALST,
        ),
        (GesprekOpenen(), ABB),
        (BerichtSturen("Ja.", reactietermijn=5), ABB),
        (BerichtIntrekken(1, "opgelost"), AALST),
        (GesprekOpenen(), AALST),
        (UitstelVragen(2, 7, "verlof"), AALST),
        (BerichtIntrekken(2, "vergissing"), ABB),
        (GesprekSluiten(), AALST),
        related=DOSSIERS,
    ),
    script(
        (
            GesprekStartenNamens(
                *(ABB.bestuur, AALST.bestuur, "Opvraging", OPVRAGING, "", (DOCUMENT,)),
                dossier=SHARED, behandeling=f"behandelingen/{STREAM}", reactietermijn=30,
            ),
            MACHINE,
        ),
        (GesprekOpenen(), AALST),
        (UitstelVragen(1, 7, "verlof"), AALST),
        (BerichtSturen("Zie bijlage.", (LETTER,)), AALST),
        related=DOSSIERS,
    ),
)  # fmt: skip
