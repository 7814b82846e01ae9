# SPDX-License-Identifier: EUPL-1.2
"""Dossiers that are filled in, sent, read, corrected, withdrawn, discarded, bundled."""

from given import AALST, ABB, ABB_ADMIN, MACHINE, REFERENCE
from test_toezicht import LIJST, VELDEN
from test_toezicht_eredienst import (
    ACCOUNT,
    BUNDLE,
    BUNDLED,
    CENTRAL,
    CHILD,
    JAARREKENING,
    JAARREKENINGEN,
    LINK,
    PARENT,
    SISTER,
    drafted,
    sent,
    values,
)

from acts import SHA, script
from loket.domain.toezicht.words import (
    BesluitAfgeleverd,
    BesluitDoorsturen,
    BesluitHeropenen,
    BesluitIntrekken,
    BesluitOpenen,
    BesluitOpgesteld,
    BesluitOpstellen,
    BesluitValideren,
    BesluitVervangen,
    BesluitVerwerpen,
    BesluitVerzenden,
    BesluitVerzonden,
    BestandBeoordelen,
    BestandToevoegen,
    BestandVerwijderen,
    DubbelMelden,
    LinkToevoegen,
    LinkVerwijderen,
    OntvangstbewijsMislukt,
    OntvangstbewijsRegistreren,
    OntvangstbewijsTerugkomst,
    VeldenWijzigen,
    WaarschuwingBevestigen,
)
from loket.kernel import Digest, StreamId

LATER, SAME, FOREIGN = (StreamId(f"{n * 8}-3333-3333-3333-{n * 12}") for n in "345")
LETTER = BestandToevoegen(Digest(SHA), "lijst.pdf", "application/pdf")
HASH, MAIL = "b" * 64, "id@loket"


def _sent_by_aalst() -> tuple[object, ...]:
    who = {"dossiertype": LIJST.uri, "bestuur": AALST.bestuur, "klasse": AALST.klasse}
    sending = BesluitVerzonden(
        **who, verzending=1, velden=VELDEN, documenten=(), links=(LINK.url,), verbetert="",
        waarschuwingen=(), ontvangers=(ABB.bestuur,), meldingsregel="urn:regel",
        routeringsregel="abb-standaard-1", referentie_versie=REFERENCE.version,
    )  # fmt: skip
    draft = BesluitOpgesteld(**who, velden=VELDEN, verbetert="")
    return draft, LINK, sending, BesluitAfgeleverd(1, ABB.bestuur)


OTHERS = {
    LATER: _sent_by_aalst(),
    SAME: ACCOUNT,
    FOREIGN: sent(JAARREKENING, SISTER, (CENTRAL.bestuur,)),
}
DRAFT = (
    (BesluitOpstellen(LIJST.uri, VELDEN), AALST),
    (LinkToevoegen(LINK.url), AALST),
)

SCRIPTS = (
    script(
        *DRAFT,
        (LETTER, AALST),
        (BestandVerwijderen(SHA), AALST),
        (LETTER, AALST),
        (BestandBeoordelen(SHA, leesbaar=False, reden="Het is een scan."), MACHINE),
        (LinkVerwijderen(LINK.url), AALST),
        (LinkToevoegen(LINK.url), AALST),
        (VeldenWijzigen({"publicatiedatum": "2026-03-01"}), AALST),
        (BesluitValideren(), AALST),
        (WaarschuwingBevestigen("publicatiedatum", "vandaag"), AALST),
        (WaarschuwingBevestigen(f"bestanden/{SHA}", "bestand-onleesbaar"), AALST),
        (BesluitVerzenden(), AALST),
        (OntvangstbewijsRegistreren(HASH, MAIL), MACHINE),
        (BesluitOpenen(), ABB),
        related=OTHERS,
    ),
    script(
        *DRAFT,
        (BesluitVerzenden(), AALST),
        (OntvangstbewijsRegistreren(HASH, MAIL), MACHINE),
        (OntvangstbewijsMislukt(HASH, "SMTP 550"), MACHINE),
        (OntvangstbewijsTerugkomst(MAIL, "5.1.1"), MACHINE),
        (BesluitOpenen(), ABB),
        (BesluitHeropenen("op vraag van Aalst"), ABB_ADMIN),
        (BesluitVerzenden(), AALST),
        (BesluitOpenen(), ABB),
        (BesluitVervangen(LATER), MACHINE),
        related=OTHERS,
    ),
    script(*DRAFT, (BesluitVerzenden(), AALST), (BesluitIntrekken("fout"), AALST), related=OTHERS),
    script(*DRAFT, (BesluitVerwerpen(), AALST), related=OTHERS),
    script(
        (BesluitOpstellen(LIJST.uri, VELDEN, LATER), AALST),
        (LinkToevoegen(LINK.url), AALST),
        (BesluitVerzenden(), AALST),
        related=OTHERS,
    ),
    script(
        (BesluitOpstellen(JAARREKENING.uri, values(JAARREKENING, BUNDLED)), BUNDLED),
        (LinkToevoegen(LINK.url), BUNDLED),
        (BesluitVerzenden(), BUNDLED),
        (DubbelMelden(SAME), MACHINE),
        (BesluitDoorsturen(PARENT), MACHINE),
        (BesluitOpenen(), CENTRAL),
        (BesluitOpenen(), AALST),
        stream=CHILD,
        related={**OTHERS, PARENT: BUNDLE},
    ),
    script(
        (BesluitOpstellen(JAARREKENINGEN.uri, values(JAARREKENINGEN, CENTRAL, CHILD)), CENTRAL),
        (LinkToevoegen(LINK.url), CENTRAL),
        (BesluitValideren(), CENTRAL),
        (BesluitVerzenden(), CENTRAL),
        (BesluitOpenen(), AALST),
        stream=PARENT,
        related={**OTHERS, CHILD: ACCOUNT, LATER: drafted(JAARREKENING, BUNDLED)},
    ),
)
