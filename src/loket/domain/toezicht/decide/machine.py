# SPDX-License-Identifier: EUPL-1.2
"""What the machine records: a correction, a forwarding, a suspected duplicate, a mailed receipt.

Reactions only suggest; whether it is so is decided here, on the streams themselves.
"""

from loket.domain.toezicht import limits
from loket.domain.toezicht.decide.references import there
from loket.domain.toezicht.refusals import (
    GeenDubbel,
    NietVerzonden,
    OngeldigeMelding,
    VerbetertOnbekendDossier,
    VerwijstNiet,
)
from loket.domain.toezicht.state import Dossier, Fase, inhoud_sleutel
from loket.domain.toezicht.words import (
    BesluitAfgeleverd,
    BesluitDoorgestuurd,
    BesluitDoorsturen,
    BesluitVerbeterd,
    BesluitVervangen,
    BestandBeoordeeld,
    BestandBeoordelen,
    DubbelMelden,
    DubbelVermoed,
    Event,
    OntvangstbewijsGemaild,
    OntvangstbewijsMislukt,
    OntvangstbewijsNietGemaild,
    OntvangstbewijsRegistreren,
    OntvangstbewijsTeruggekomen,
    OntvangstbewijsTerugkomst,
)
from loket.kernel import Context, StreamId

Machine = (
    BesluitVervangen
    | BesluitDoorsturen
    | DubbelMelden
    | BestandBeoordelen
    | OntvangstbewijsRegistreren
    | OntvangstbewijsMislukt
    | OntvangstbewijsTerugkomst
)


def as_machine(command: Machine, state: Dossier, ctx: Context) -> list[Event]:
    """What follows for a dossier, most of it once it was sent."""
    if isinstance(command, BestandBeoordelen):
        return _judged(command, state)
    if not state.verzendingen:
        raise NietVerzonden
    match command:
        case BesluitVervangen(door):
            return _replaced(door, state, ctx)
        case BesluitDoorsturen(door):
            return _forwarded(door, state, ctx)
        case DubbelMelden(ander):
            return _doubled(ander, state, ctx)
        case OntvangstbewijsRegistreren(adres_hash, bericht_id):
            limits.checked_mail(adres_hash, bericht_id=bericht_id)
            mailed = OntvangstbewijsGemaild(adres_hash, bericht_id)
            return [] if mailed in state.ontvangstbewijzen else [mailed]
        case OntvangstbewijsMislukt(adres_hash, reden):
            limits.checked_mail(adres_hash, reden=reden)
            failed = OntvangstbewijsNietGemaild(adres_hash, reden)
            return [] if failed in state.ontvangstbewijzen else [failed]
        case OntvangstbewijsTerugkomst(bericht_id, status):
            return _returned(bericht_id, status, state)


def _returned(bericht_id: str, status: str, state: Dossier) -> list[Event]:
    """A receipt that was mailed came back; a second notice of it changes nothing."""
    limits.checked_status(status)
    mailed = next(
        (
            each
            for each in state.ontvangstbewijzen
            if isinstance(each, OntvangstbewijsGemaild) and each.bericht_id == bericht_id
        ),
        None,
    )
    if mailed is None:
        raise OngeldigeMelding("Dit ontvangstbewijs is niet gemaild.")
    known = any(
        isinstance(each, OntvangstbewijsTeruggekomen) and each.bericht_id == bericht_id
        for each in state.ontvangstbewijzen
    )
    return [] if known else [OntvangstbewijsTeruggekomen(bericht_id, mailed.adres_hash, status)]


def _judged(command: BestandBeoordelen, state: Dossier) -> list[Event]:
    """Nothing for a file that was detached meanwhile, or that is known to be so."""
    if not command.leesbaar:
        limits.checked_reason(command.reden)
    reason = "" if command.leesbaar else command.reden
    attached = any(document.sha256 == command.sha256 for document in state.documenten)
    if not attached or state.onleesbaar.get(command.sha256, "") == reason:
        return []
    return [BestandBeoordeeld(command.sha256, command.leesbaar, reason)]


def _replaced(door: StreamId, state: Dossier, ctx: Context) -> list[Event]:
    other = there(door, ctx)
    if not other.sent or other.bestuur != state.bestuur:
        raise VerbetertOnbekendDossier
    return [] if door in state.verbeterd_door else [BesluitVerbeterd(door)]


def _forwarded(door: StreamId, state: Dossier, ctx: Context) -> list[Event]:
    """Delivery to the recipients of the dossier that refers to this one, if both stand."""
    other = there(door, ctx)
    if not other.met_verwijzingen or ctx.stream not in other.verwijzingen:
        raise VerwijstNiet
    if state.fase is not Fase.VERZONDEN or other.fase is not Fase.VERZONDEN:
        return []
    new = tuple(sorted(other.ontvangers - state.ontvangers - {state.bestuur}))
    if not new:
        return []
    number = state.verzendingen
    forwarded = BesluitDoorgestuurd(number, door, other.routeringsregel, new)
    return [forwarded, *(BesluitAfgeleverd(number, ontvanger) for ontvanger in new)]


def _doubled(ander: StreamId, state: Dossier, ctx: Context) -> list[Event]:
    other = there(ander, ctx)
    if ander == ctx.stream or not other.verzendingen or _content(other) != _content(state):
        raise GeenDubbel
    stands = state.fase is Fase.VERZONDEN and other.fase is Fase.VERZONDEN
    if not stands or ander in state.dubbel_van or ander == state.verbetert:
        return []
    return [DubbelVermoed(ander)]


def _content(dossier: Dossier) -> str:
    return inhoud_sleutel(
        dossier.bestuur, dossier.dossiertype, dossier.velden, dossier.documenten, dossier.links
    )
