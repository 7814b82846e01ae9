# SPDX-License-Identifier: EUPL-1.2
"""The decisions that the machine brings: what happened to the dossier, its answer, its term."""

from datetime import date, datetime
from uuid import UUID

from loket.bounds import MAX_REDEN
from loket.domain.behandelingen.refusals import (
    AndereStroom,
    OngeldigeMelding,
    OngeldigeOntvangst,
    TermijnLoopt,
)
from loket.domain.behandelingen.state import ENDED, Behandeling, Fase
from loket.domain.behandelingen.words import (
    AntwoordOntvangen,
    AntwoordRegistreren,
    BehandelingGestart,
    BehandelingStarten,
    DossierIngetrokken,
    DossierTeruggegeven,
    DossierVerbeterd,
    Event,
    GeenMaatregelVastgesteld,
    IntrekkingRegistreren,
    NieuweVerzendingOntvangen,
    Termijn,
    TeruggaveRegistreren,
    VerbeteringRegistreren,
    stream_of,
)
from loket.kernel import Context
from loket.reference import Reference, Zaak, belgian_day
from loket.reference.termijnen import Berekening, OnberekenbareTermijn, bereken

MAX_URI = 500
MAX_NUMBER = 2**31
Ending = IntrekkingRegistreren | TeruggaveRegistreren | VerbeteringRegistreren


def opened(command: BehandelingStarten, state: Behandeling, ctx: Context) -> list[Event]:
    """The behandeling of a delivered sending, with its team and its term."""
    delivered = moment(command.afgeleverd_op)
    if delivered is None or not _is_case(command):
        raise OngeldigeMelding
    if ctx.stream and ctx.stream != stream_of(command.dossier, command.ontvanger):
        raise AndereStroom
    if state.fase is not Fase.LEEG and _case(state) != _case(command):
        raise AndereStroom
    if command.verzending <= state.verzending:
        return []
    reference: Reference = ctx.reference
    day = belgian_day(delivered)
    zaak = _zaak(command, reference)
    team = reference.team(zaak, day)
    found = team.id if team else ""
    termijn = computed(reference.toezichttermijn(zaak, day), delivered, ctx)
    if state.fase is not Fase.LEEG:
        return [
            NieuweVerzendingOntvangen(
                verzending=command.verzending,
                team=state.team if state.persoon else found,
                afgeleverd_op=command.afgeleverd_op,
                termijn=termijn,
                referentie_versie=reference.version,
            )
        ]
    return [
        BehandelingGestart(
            dossier=command.dossier,
            verzending=command.verzending,
            ontvanger=command.ontvanger,
            bestuur=command.bestuur,
            klasse=command.klasse,
            dossiertype=command.dossiertype,
            partijen=tuple(dict.fromkeys((command.ontvanger, command.bestuur))),
            team=found,
            afgeleverd_op=command.afgeleverd_op,
            termijn=termijn,
            referentie_versie=reference.version,
        )
    ]


def _is_case(command: BehandelingStarten) -> bool:
    uris = (command.ontvanger, command.bestuur, command.klasse, command.dossiertype)
    return (
        is_uuid(command.dossier)
        and 0 < command.verzending < MAX_NUMBER
        and all(0 < len(uri) <= MAX_URI for uri in uris)
    )


def _case(of: BehandelingStarten | Behandeling) -> tuple[str, str, str]:
    return of.dossier, of.ontvanger, of.bestuur


def _zaak(of: BehandelingStarten | Behandeling, reference: Reference) -> Zaak:
    return reference.zaak(of.dossiertype, of.bestuur, of.klasse, of.ontvanger)


def answered(command: AntwoordRegistreren, state: Behandeling, ctx: Context) -> list[Event]:
    """The running opvraging is answered; a message more or a later one changes nothing."""
    received = moment(command.ontvangen_op)
    if received is None or not 0 < len(command.bericht) <= MAX_URI:
        raise OngeldigeMelding
    known = command.bericht in state.berichten
    if known or not state.lopend or command.opvraging not in {0, state.lopend}:
        return []
    return [answer(state, ctx, received, command.ontvangen_op, bericht=command.bericht)]


def answer(
    state: Behandeling,
    ctx: Context,
    received: date | datetime,
    text: str,
    *,
    bericht: str = "",
    toelichting: str = "",
) -> AntwoordOntvangen:
    """The fact that the running opvraging is answered, with the term that starts by it.

    A term that was not interrupted goes on; after a last decision none starts.
    """
    reference: Reference = ctx.reference
    starts = state.awaits_decision and not state.termijn and not state.verstreken
    return AntwoordOntvangen(
        nummer=state.lopend,
        bericht=bericht,
        toelichting=toelichting,
        ontvangen_op=text,
        termijn=computed(state.regel, received, ctx) if starts else {},
        referentie_versie=reference.version,
    )


def established(state: Behandeling, ctx: Context) -> list[Event]:
    """No measure within the term: only when it is over, and nothing interrupts it."""
    if state.verstreken:
        return []
    if state.fase in ENDED - {Fase.AFGESLOTEN}:
        raise TermijnLoopt("Er is geen verzending meer waarop de termijn loopt.")
    if state.measured:
        raise TermijnLoopt(f"Er is een maatregel genomen: {state.uitkomst}.")
    if not is_over(state.termijn, ctx.at):
        raise TermijnLoopt(_why(state))
    return [GeenMaatregelVastgesteld(state.termijn)]


def _why(state: Behandeling) -> str:
    if state.termijn:
        return f"De termijn loopt tot en met {state.termijn.get('vervaldag', '')}."
    return "Een opvraging stuit de termijn." if state.lopend else "Er loopt geen termijn."


def ended(command: Ending, state: Behandeling) -> list[Event]:
    """What the sender did to the sending that is treated; of an earlier one, nothing."""
    told = command.door if isinstance(command, VerbeteringRegistreren) else command.reden
    if not 0 < command.verzending < MAX_NUMBER or len(told) > MAX_REDEN:
        raise OngeldigeMelding
    if command.verzending < state.verzending or state.fase in {Fase.INGETROKKEN, Fase.VERBETERD}:
        return []
    match command:
        case IntrekkingRegistreren(verzending, reden):
            return [DossierIngetrokken(verzending, reden)]
        case TeruggaveRegistreren(verzending, reden):
            back = state.fase is Fase.TERUGGEGEVEN
            return [] if back else [DossierTeruggegeven(verzending, reden)]
        case VerbeteringRegistreren(verzending, door):
            if not is_uuid(door):
                raise OngeldigeMelding
            return [DossierVerbeterd(verzending, door)]


# Terms


def computed(regel: str, start: date | datetime, ctx: Context) -> Termijn:
    """The term by this rule from this act, empty without a rule. Raises OngeldigeOntvangst."""
    reference: Reference = ctx.reference
    rule = reference.termijnregels.get(regel)
    if rule is None:
        return {}
    try:
        return bereken(rule, start, reference.kalender).as_record()
    except OnberekenbareTermijn as error:
        raise OngeldigeOntvangst("Deze dag ligt buiten de jaren waarin geteld wordt.") from error


def is_over(termijn: Termijn, at: datetime) -> bool:
    """True for a term that is over at this moment."""
    return bool(termijn) and Berekening.from_record(termijn).verstreken(at)


def moment(text: str) -> datetime | None:
    """The moment that a text tells, if it tells one with its time zone."""
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        return None
    return told if told.tzinfo else None


def is_uuid(text: str) -> bool:
    """True for the id of a stream as it is written."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
