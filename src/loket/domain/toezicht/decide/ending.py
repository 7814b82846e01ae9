# SPDX-License-Identifier: EUPL-1.2
"""The ends of a dossier: withdrawn by its sender, or discarded before it was ever sent."""

from collections.abc import Mapping

from loket.domain.toezicht import limits
from loket.domain.toezicht.refusals import (
    AlIngetrokken,
    AlVerbeterd,
    AlVerworpen,
    AlVerzonden,
    EerderVerzonden,
    NietVerzonden,
)
from loket.domain.toezicht.state import Dossier, Fase
from loket.domain.toezicht.words import (
    BesluitIngetrokken,
    BesluitIntrekken,
    BesluitVerwerpen,
    BesluitVerworpen,
    Event,
)
from loket.kernel import Refused

CLOSED: Mapping[Fase, type[Refused]] = {
    Fase.VERZONDEN: AlVerzonden,
    Fase.INGETROKKEN: AlIngetrokken,
    Fase.VERBETERD: AlVerbeterd,
    Fase.VERWORPEN: AlVerworpen,
}


def refuse_closed(state: Dossier) -> None:
    """Raises why this is no draft, unless it is one."""
    if refusal := CLOSED.get(state.fase):
        raise refusal


def end(command: BesluitIntrekken | BesluitVerwerpen, state: Dossier) -> list[Event]:
    """The end that the sender asks for."""
    match command:
        case BesluitVerwerpen():
            if state.fase is Fase.VERWORPEN:
                return []
            refuse_closed(state)
            if state.verzendingen:
                raise EerderVerzonden
            return [BesluitVerworpen()]
        case BesluitIntrekken(reden):
            if state.fase not in {Fase.VERZONDEN, Fase.CONCEPT}:
                raise CLOSED[state.fase]
            if not state.verzendingen:
                raise NietVerzonden("Een concept dat nooit verzonden is, kunt u verwerpen.")
            limits.checked_reason(reden)
            return [BesluitIngetrokken(reden)]
