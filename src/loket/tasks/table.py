# SPDX-License-Identifier: EUPL-1.2
"""All reactions. One more is one more file, a line here, and a row in `reactions` by migration:
the row says from which position on it reacts, so that nobody is mailed about the past."""

from loket.tasks import (
    antwoord,
    behandeling,
    bestandstekst,
    dagoverzicht,
    doorsturen,
    dubbels,
    fusie,
    melding,
    omzendbrief,
    ontvangstbewijs,
    opvraging,
    vervanging,
)
from loket.tasks.reaction import Reaction

REACTIONS: tuple[Reaction, ...] = (
    ontvangstbewijs.REACTION,
    vervanging.REACTION,
    bestandstekst.REACTION,
    melding.REACTION,
    dagoverzicht.REACTION,
    *opvraging.REACTIONS,
    antwoord.REACTION,
    omzendbrief.REACTION,
    doorsturen.REACTION,
    dubbels.REACTION,
    fusie.REACTION,
    behandeling.REACTION,
)
