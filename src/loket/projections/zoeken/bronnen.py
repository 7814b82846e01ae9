# SPDX-License-Identifier: EUPL-1.2
"""The modules in which can be searched. One more is one more file and a line here."""

from collections.abc import Mapping

from loket.projections.zoeken import behandelingen, berichten, toezicht
from loket.projections.zoeken.vondst import Bron

BRONNEN: Mapping[str, Bron] = {
    "toezicht": toezicht.BRON,
    "berichten": berichten.BRON,
    "behandelingen": behandelingen.BRON,
}
"""Sources by the name of their module."""

SOORTEN = ("dossier", "bericht", "behandeling", "notitie")
"""What can be found in them."""
