# SPDX-License-Identifier: EUPL-1.2
"""A letter to named besturen, and one with a file to a class."""

from given import AALST, ABB, GENT, actor, klasse

from acts import SHA, script
from loket.domain.omzendbrieven import OmzendbriefVersturen
from loket.kernel import Bijlage, Digest

EDITOR = actor(ABB.bestuur, "ABB", "ABBDatabankToezicht-DatabankToezichtEditeur")
LETTER = Bijlage(Digest(SHA), "brief.pdf", "application/pdf")

SCRIPTS = (
    script(
        (
            OmzendbriefVersturen(
                "Kerstverlof", "Wij zijn dicht.", aan=(AALST.bestuur, GENT.bestuur)
            ),
            EDITOR,
        )
    ),
    script(
        (
            OmzendbriefVersturen(
                "Nieuw decreet", bijlagen=(LETTER,), klassen=(klasse("GEM"),), reactietermijn=30
            ),
            EDITOR,
        )
    ),
)
