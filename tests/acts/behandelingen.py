# SPDX-License-Identifier: EUPL-1.2
"""A dossier is treated to its end, its term expires, or its sender changes course."""

from dataclasses import replace
from datetime import timedelta

from given import AALST, ABB, MACHINE
from treating import BEA, COLLEAGUES, DOSSIER, EDITOR, LETTER, OPEN, OTHER, decision

from acts import script
from loket.domain.behandelingen.words import (
    AntwoordRegistreren,
    AntwoordVaststellen,
    BehandelingAfsluiten,
    BehandelingHeropenen,
    BehandelingToewijzen,
    DossierOverdragen,
    GeenMaatregelVaststellen,
    InBehandelingNemen,
    IntrekkingRegistreren,
    NotitieMaken,
    OpvragingStellen,
    TeruggaveRegistreren,
    VerbeteringRegistreren,
    stream_of,
)
from loket.domain.medewerkers.words import ProfielBijgewerkt
from loket.kernel import StreamId

STRANGER = StreamId("medewerkers/5a0cbb33-7c51-4f07-a7a8-0f1b4f2b2a12")
WORLD = {
    "stream": stream_of(DOSSIER, ABB.bestuur),
    "related": {**COLLEAGUES, STRANGER: (ProfielBijgewerkt(AALST.bestuur, "jan", "Jan", "", ()),)},
}
ANSWERED = "2026-03-02T12:00:00+00:00"
TERM = timedelta(days=40)

SCRIPTS = (
    script(
        (OPEN, MACHINE),
        (BehandelingToewijzen(BEA), EDITOR),
        (InBehandelingNemen(), EDITOR),
        (NotitieMaken("bel Bea"), EDITOR),
        (OpvragingStellen("Waar is het advies?", 10, (LETTER,)), EDITOR),
        (AntwoordRegistreren("bericht-2", ANSWERED), MACHINE),
        (InBehandelingNemen(), EDITOR),
        (decision("opmerking"), EDITOR),
        (decision("geen-maatregel"), EDITOR),
        (BehandelingAfsluiten(), EDITOR),
        (BehandelingHeropenen("nieuwe feiten"), EDITOR),
        (DossierOverdragen("verlof", team="financien"), EDITOR),
        **WORLD,
    ),
    script(
        (OPEN, MACHINE),
        (InBehandelingNemen(), EDITOR),
        (DossierOverdragen("verlof", BEA), EDITOR),
        (OpvragingStellen("Waar is het verslag?"), EDITOR),
        (AntwoordVaststellen("2026-03-02", "per brief"), EDITOR),
        (GeenMaatregelVaststellen(), MACHINE, TERM),
        (BehandelingAfsluiten(), EDITOR),
        **WORLD,
    ),
    script(
        (OPEN, MACHINE),
        (decision("schorsing"), EDITOR),
        (decision("vernietiging"), EDITOR),
        (TeruggaveRegistreren(1, "op vraag"), MACHINE),
        (replace(OPEN, verzending=2), MACHINE),
        (BehandelingAfsluiten("al gekend"), EDITOR),
        (IntrekkingRegistreren(2, "fout"), MACHINE),
        **WORLD,
    ),
    script((OPEN, MACHINE), (VerbeteringRegistreren(1, OTHER), MACHINE), **WORLD),
)
