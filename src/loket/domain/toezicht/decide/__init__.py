# SPDX-License-Identifier: EUPL-1.2
"""The decisions on a dossier, by who takes them: its sender, a recipient, the machine.

form → draft, references → sending → ending, recipient, machine → decide
"""

from loket.domain.toezicht.decide.draft import edit, open_draft
from loket.domain.toezicht.decide.ending import end, refuse_closed
from loket.domain.toezicht.decide.machine import as_machine
from loket.domain.toezicht.decide.recipient import as_recipient
from loket.domain.toezicht.decide.references import named
from loket.domain.toezicht.decide.sending import acknowledge, check, send
from loket.domain.toezicht.refusals import AnderBestuur, OnbekendDossier
from loket.domain.toezicht.state import Dossier, Fase
from loket.domain.toezicht.words import (
    BesluitDoorsturen,
    BesluitHeropenen,
    BesluitIntrekken,
    BesluitOpenen,
    BesluitOpstellen,
    BesluitValideren,
    BesluitVervangen,
    BesluitVerwerpen,
    BesluitVerzenden,
    BestandBeoordelen,
    Command,
    DubbelMelden,
    Event,
    OntvangstbewijsMislukt,
    OntvangstbewijsRegistreren,
    OntvangstbewijsTerugkomst,
    WaarschuwingBevestigen,
)
from loket.kernel import Context, StreamId

_MACHINE = (
    BesluitVervangen,
    BesluitDoorsturen,
    DubbelMelden,
    BestandBeoordelen,
    OntvangstbewijsRegistreren,
    OntvangstbewijsMislukt,
    OntvangstbewijsTerugkomst,
)


def needs(command: Command, state: Dossier) -> tuple[StreamId, ...]:
    """The dossiers that a dossier refers to, when it is judged."""
    if not isinstance(command, BesluitVerzenden | BesluitValideren):
        return ()
    return named(state.velden)


def decide(command: Command, state: Dossier, ctx: Context) -> list[Event]:
    """Facts, nothing when it was already so, or a refusal of this module."""
    if isinstance(command, BesluitOpstellen):
        return open_draft(command, state, ctx)
    if state.fase is Fase.LEEG:
        raise OnbekendDossier
    if isinstance(command, BesluitOpenen | BesluitHeropenen):
        return as_recipient(command, state, ctx)
    if isinstance(command, _MACHINE):
        return as_machine(command, state, ctx)
    if state.bestuur != ctx.actor.bestuur:
        raise AnderBestuur
    if isinstance(command, BesluitIntrekken | BesluitVerwerpen):
        return end(command, state)
    refuse_closed(state)
    match command:
        case BesluitValideren():
            return check(state, ctx)
        case BesluitVerzenden():
            return send(state, ctx)
        case WaarschuwingBevestigen():
            return acknowledge(command, state, ctx)
        case _:
            return edit(command, state, ctx)
