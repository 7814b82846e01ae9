# SPDX-License-Identifier: EUPL-1.2
"""The decisions of a recipient: to consult a dossier, or to give it back to its sender.

Each recipient has its own aflevering and opvraging. What was delivered stays within reach: who is
no recipient of a later sending may still consult the last one it received.
"""

from loket.domain.toezicht import limits
from loket.domain.toezicht.decide.ending import CLOSED
from loket.domain.toezicht.refusals import NietGeadresseerd, NietVerzonden
from loket.domain.toezicht.state import Dossier, Fase
from loket.domain.toezicht.words import (
    BesluitGeopend,
    BesluitHeropend,
    BesluitHeropenen,
    BesluitOpenen,
    Event,
)
from loket.kernel import Context


def as_recipient(
    command: BesluitOpenen | BesluitHeropenen, state: Dossier, ctx: Context
) -> list[Event]:
    """The first consultation of what was delivered, or the reopening of what stands."""
    bestuur = ctx.actor.bestuur
    delivered = state.bezorgd.get(bestuur)
    if delivered is None:
        raise NietGeadresseerd
    match command:
        case BesluitOpenen():
            if (bestuur, delivered) in state.gelezen:
                return []
            return [BesluitGeopend(delivered, bestuur)]
        case BesluitHeropenen(reden):
            if delivered != state.verzendingen:
                raise NietGeadresseerd("De laatste verzending is niet aan uw bestuur bezorgd.")
            if state.fase is Fase.CONCEPT:
                raise NietVerzonden("Het dossier is al heropend en nog niet opnieuw verzonden.")
            if state.fase is not Fase.VERZONDEN:
                raise CLOSED[state.fase]
            limits.checked_reason(reden)
            return [BesluitHeropend(reden)]
