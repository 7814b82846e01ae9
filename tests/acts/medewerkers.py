# SPDX-License-Identifier: EUPL-1.2
"""Somebody of ABB makes themselves known, is away, keeps searches and chooses mail."""

from dataclasses import replace

from given import AALST, ABB

from acts import script
from loket.domain.medewerkers.words import (
    AfwezigheidBeeindigen,
    AfwezigheidMelden,
    MailvoorkeurInstellen,
    ProfielBijgewerkt,
    ProfielBijwerken,
    ZoekopdrachtBewaren,
    ZoekopdrachtVerwijderen,
    stream_of,
)

AN = replace(ABB, persoon="an", naam="An Peeters", email="an@abb.example")
BEA, STRANGER = stream_of(ABB.bestuur, "bea"), stream_of(AALST.bestuur, "jan")
OWN = stream_of(ABB.bestuur, "an")
KNOWN = {
    BEA: (ProfielBijgewerkt(ABB.bestuur, "bea", "Bea Claes", "", ()),),
    STRANGER: (ProfielBijgewerkt(AALST.bestuur, "jan", "Jan Maes", "", ()),),
}
SEARCH = ZoekopdrachtBewaren("Mijn dossiers", "behandelingen", "filter[status]=ontvangen")

SCRIPTS = (
    script(
        (ProfielBijwerken(("financien", "erediensten")), AN),
        (AfwezigheidMelden("2026-03-02", "2026-03-09", BEA), AN),
        (AfwezigheidMelden("2026-03-02", "2026-04-09"), AN),
        (AfwezigheidBeeindigen(), AN),
        (SEARCH, AN),
        (replace(SEARCH, vraag=""), AN),
        (ZoekopdrachtVerwijderen("Mijn dossiers"), AN),
        (MailvoorkeurInstellen("nieuw-dossier", "direct"), AN),
        (MailvoorkeurInstellen("nieuw-bericht", "dagelijks", "bea@abb.example"), AN),
        stream=OWN,
        related=KNOWN,
    ),
    script(
        (MailvoorkeurInstellen("herinnering", "geen"), AN),
        (ProfielBijwerken(("erediensten",)), AN),
        stream=OWN,
        related=KNOWN,
    ),
)
