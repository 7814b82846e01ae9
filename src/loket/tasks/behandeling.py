# SPDX-License-Identifier: EUPL-1.2
"""A dossier was delivered to a recipient, or its sender took it back: its behandeling is told so.

The term of a behandeling is counted from the moment at which the log registered the aflevering.
"""

from collections.abc import Sequence
from uuid import UUID

from loket.domain.behandelingen import MODULE
from loket.domain.behandelingen.refusals import OnbekendeBehandeling
from loket.domain.behandelingen.words import (
    BehandelingStarten,
    Command,
    IntrekkingRegistreren,
    TeruggaveRegistreren,
    VerbeteringRegistreren,
    stream_of,
)
from loket.domain.toezicht.words import (
    BesluitAfgeleverd,
    BesluitHeropend,
    BesluitIngetrokken,
    BesluitVerbeterd,
    BesluitVerzonden,
)
from loket.evidence.entry import Recorded
from loket.tasks.reaction import Cause, Reaction, Tools, TryLater, answer, history

NAME = "behandeling"


async def run(tools: Tools, cause: Cause, last: bool) -> None:  # noqa: ARG001
    """Opens the behandeling of an aflevering, or tells those of a sending that it ended.

    Raises TryLater while a behandeling that is to be told is not opened yet.
    """
    past = (await history(tools, cause))[: cause.seq + 1]
    fact, sent = past[-1].fact, _sent(past)
    if fact is None or sent is None:
        return  # Its content was destroyed.
    if isinstance(fact, BesluitAfgeleverd):
        await _tell(tools, cause, fact.ontvanger, _opening(cause, past, fact))
        return
    command = _ended(fact, sent.verzending)
    for ontvanger in _delivered(past, sent.verzending):
        await _tell(tools, cause, ontvanger, command)


def _sent(past: Sequence[Recorded], number: int = 0) -> BesluitVerzonden | None:
    """The sending with this number, or the last one."""
    facts = [r.fact for r in past if isinstance(r.fact, BesluitVerzonden)]
    return next((f for f in reversed(facts) if number in {0, f.verzending}), None)


def _opening(cause: Cause, past: Sequence[Recorded], fact: BesluitAfgeleverd) -> BehandelingStarten:
    sent = _sent(past, fact.verzending)
    assert sent is not None, "an aflevering follows its verzending"
    return BehandelingStarten(
        dossier=str(cause.id),
        verzending=fact.verzending,
        ontvanger=fact.ontvanger,
        bestuur=sent.bestuur,
        klasse=sent.klasse,
        dossiertype=sent.dossiertype,
        afgeleverd_op=past[-1].registered.isoformat(),
    )


def _ended(
    fact: BesluitIngetrokken | BesluitHeropend | BesluitVerbeterd, verzending: int
) -> Command:
    match fact:
        case BesluitIngetrokken(reden):
            return IntrekkingRegistreren(verzending, reden)
        case BesluitHeropend(reden):
            return TeruggaveRegistreren(verzending, reden)
        case BesluitVerbeterd(door):
            return VerbeteringRegistreren(verzending, door)


def _delivered(past: Sequence[Recorded], verzending: int) -> list[str]:
    """The recipients to whom this sending was delivered."""
    facts = (r.fact for r in past)
    return [
        f.ontvanger
        for f in facts
        if isinstance(f, BesluitAfgeleverd) and f.verzending == verzending
    ]


async def _tell(tools: Tools, cause: Cause, ontvanger: str, command: Command) -> None:
    stream = UUID(stream_of(str(cause.id), ontvanger))
    try:
        await answer(tools, cause, f"{NAME}/{ontvanger}", MODULE, stream, command)
    except OnbekendeBehandeling:
        raise TryLater("De behandeling is nog niet geopend.") from None


REACTION = Reaction(
    NAME,
    frozenset(
        {
            "toezicht.BesluitAfgeleverd",
            "toezicht.BesluitIngetrokken",
            "toezicht.BesluitHeropend",
            "toezicht.BesluitVerbeterd",
        }
    ),
    run,
)
