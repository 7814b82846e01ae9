# SPDX-License-Identifier: EUPL-1.2
"""All reactions. One more is one more file, a line here, and a row in `reactions` by migration:
the row says from which position on it reacts, so that nobody is mailed about the past."""

from loket.tasks import bestandstekst, ontvangstbewijs, vervanging
from loket.tasks.reaction import Reaction

REACTIONS: tuple[Reaction, ...] = (
    ontvangstbewijs.REACTION,
    vervanging.REACTION,
    bestandstekst.REACTION,
)
