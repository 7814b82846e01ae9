# SPDX-License-Identifier: EUPL-1.2
"""The decisions in a conversation: starting one, sending, consulting, terms, and its ends."""

from loket.domain.berichten import checks
from loket.domain.berichten.refusals import (
    AlGestart,
    AlGevraagd,
    AlIngetrokken,
    AntwoordVerwacht,
    GeenPartij,
    GeenTermijn,
    GeenUitstelGevraagd,
    GesprekIsGesloten,
    GesprekIsOpen,
    GesprekIsVol,
    NietGestart,
    NietOntvangen,
    NietVerzonden,
    NogNietGeopend,
    OnbekendBericht,
    OnbekendGesprek,
)
from loket.domain.berichten.state import Bericht, Gesprek
from loket.domain.berichten.words import (
    BerichtAfgeleverd,
    BerichtGelezen,
    BerichtGeopend,
    BerichtIngetrokken,
    BerichtIntrekken,
    BerichtOngelezenGemarkeerd,
    BerichtOngelezenMarkeren,
    BerichtSturen,
    BerichtVerzonden,
    Command,
    Event,
    GesprekGesloten,
    GesprekGestart,
    GesprekHeropend,
    GesprekHeropenen,
    GesprekOpenen,
    GesprekSluiten,
    GesprekStarten,
    GesprekStartenNamens,
    NotitieGemaakt,
    NotitieMaken,
    UitstelGevraagd,
    UitstelGeweigerd,
    UitstelToegestaan,
    UitstelToestaan,
    UitstelVragen,
    UitstelWeigeren,
)
from loket.kernel import Context, Document
from loket.reference import Reference

MAX_BERICHTEN = 1_000
"""Messages in one conversation."""


def decide(command: Command, state: Gesprek, ctx: Context) -> list[Event]:
    """Facts, nothing when it was already so, or a refusal of this module."""
    match command:
        case GesprekStarten():
            return _start(command, state, ctx)
        case GesprekStartenNamens():
            return _start_for(command, state, ctx)
        case _:
            if not state.van:
                raise OnbekendGesprek
            if ctx.actor.bestuur not in state.parties:
                raise GeenPartij
            return _within(command, state, ctx)


# Starting


def _start(command: GesprekStarten, state: Gesprek, ctx: Context) -> list[Event]:
    if state.van:
        raise AlGestart
    van = ctx.actor.bestuur
    checks.pair(van, command.naar, ctx)
    checks.type_for(command.type_communicatie, van, command.naar, ctx)
    _startable(command)
    if command.dossier:
        checks.shared(command.dossier, van, command.naar, ctx)
    documents = checks.content(command.tekst, command.bijlagen, ctx)
    return _started(command, van, documents, ctx)


def _start_for(command: GesprekStartenNamens, state: Gesprek, ctx: Context) -> list[Event]:
    if state.van:
        raise AlGestart
    checks.known(command.van, ctx)
    checks.known(command.naar, ctx)
    checks.different(command.van, command.naar)
    checks.type_known(command.type_communicatie, ctx)
    _startable(command)
    checks.names(command.dossier, command.behandeling, command.omzendbrief)
    checks.text(command.tekst, command.documenten)
    checks.carried(command.documenten)
    return _started(
        command, command.van, command.documenten, ctx, command.behandeling, command.omzendbrief
    )


def _startable(command: GesprekStarten | GesprekStartenNamens) -> None:
    checks.subject(command.onderwerp)
    checks.term(command.reactietermijn)


def _started(
    command: GesprekStarten | GesprekStartenNamens,
    van: str,
    documents: tuple[Document, ...],
    ctx: Context,
    behandeling: str = "",
    omzendbrief: str = "",
) -> list[Event]:
    reference: Reference = ctx.reference
    naar, soort = command.naar, command.type_communicatie
    return [
        GesprekGestart(
            van=van,
            naar=naar,
            onderwerp=command.onderwerp.strip(),
            type_communicatie=soort,
            dossier=command.dossier,
            behandeling=behandeling,
            omzendbrief=omzendbrief,
            referentie_versie=reference.version,
        ),
        BerichtVerzonden(
            bericht=1,
            van=van,
            naar=naar,
            type_communicatie=soort,
            tekst=command.tekst,
            documenten=documents,
            reactietermijn=command.reactietermijn,
            beantwoordt=(),
        ),
        BerichtAfgeleverd(1, naar),
    ]


# Within a conversation


Within = (
    BerichtSturen
    | GesprekOpenen
    | BerichtOngelezenMarkeren
    | UitstelVragen
    | UitstelToestaan
    | UitstelWeigeren
    | BerichtIntrekken
    | NotitieMaken
    | GesprekSluiten
    | GesprekHeropenen
)


def _within(command: Within, state: Gesprek, ctx: Context) -> list[Event]:
    match command:
        case BerichtSturen():
            return _send(command, state, ctx)
        case GesprekOpenen():
            return _open(state, ctx)
        case BerichtOngelezenMarkeren(number):
            return _unread(number, state, ctx)
        case UitstelVragen() | UitstelToestaan() | UitstelWeigeren():
            return _extend(command, state, ctx)
        case BerichtIntrekken():
            return _recall(command, state, ctx)
        case NotitieMaken(tekst):
            checks.note(tekst)
            return [NotitieGemaakt(ctx.actor.bestuur, tekst)]
        case GesprekSluiten() | GesprekHeropenen():
            return _close(command, state, ctx)


def _send(command: BerichtSturen, state: Gesprek, ctx: Context) -> list[Event]:
    if state.gesloten:
        raise GesprekIsGesloten
    if len(state.berichten) >= MAX_BERICHTEN:
        raise GesprekIsVol
    van = ctx.actor.bestuur
    naar = state.other(van)
    soort = command.type_communicatie or checks.reply_type(ctx)
    if state.behandeling and van == state.van:
        checks.type_known(soort, ctx)  # It treats a dossier of the other, so it supervises.
    else:
        checks.type_for(soort, van, naar, ctx)
    checks.term(command.reactietermijn)
    documents = checks.content(command.tekst, command.bijlagen, ctx)
    number = len(state.berichten) + 1
    sent = BerichtVerzonden(
        bericht=number,
        van=van,
        naar=naar,
        type_communicatie=soort,
        tekst=command.tekst,
        documenten=documents,
        reactietermijn=command.reactietermijn,
        beantwoordt=_answered(command.antwoord_op, state, van),
    )
    return [sent, BerichtAfgeleverd(number, naar)]


def _answered(number: int, state: Gesprek, van: str) -> tuple[int, ...]:
    """The messages that a message of `van` answers."""
    if not number:
        return state.waiting(van)
    asked = _message(number, state)
    if asked.naar != van:
        raise NietOntvangen("U antwoordt alleen op een bericht dat u ontving.")
    if asked.ingetrokken:
        raise AlIngetrokken
    return () if asked.beantwoord_door else (number,)


def _open(state: Gesprek, ctx: Context) -> list[Event]:
    bestuur, persoon = ctx.actor.bestuur, ctx.actor.persoon
    return [
        *(BerichtGeopend(number, bestuur) for number in state.unopened(bestuur)),
        *(BerichtGelezen(number, persoon) for number in state.unread(bestuur, persoon)),
    ]


def _unread(number: int, state: Gesprek, ctx: Context) -> list[Event]:
    _received(number, state, ctx)
    persoon = ctx.actor.persoon
    if persoon not in state.berichten[number].gelezen_door:
        return []
    return [BerichtOngelezenGemarkeerd(number, persoon)]


def _extend(
    command: UitstelVragen | UitstelToestaan | UitstelWeigeren, state: Gesprek, ctx: Context
) -> list[Event]:
    number, bestuur = command.bericht, ctx.actor.bestuur
    if isinstance(command, UitstelVragen):
        asked = _received(number, state, ctx)
        if not asked.geopend:
            raise NogNietGeopend
        if not asked.waits:
            raise GeenTermijn
        if asked.uitstel:
            raise AlGevraagd
        checks.days(command.dagen, asked.verlengd)
        checks.reason(command.reden)
        return [UitstelGevraagd(number, bestuur, command.dagen, command.reden)]
    sent = _sent(number, state, ctx)
    if not sent.uitstel:
        raise GeenUitstelGevraagd
    if isinstance(command, UitstelWeigeren):
        checks.reason(command.reden)
        return [UitstelGeweigerd(number, bestuur, command.reden)]
    return [UitstelToegestaan(number, bestuur, sent.uitstel)]


def _recall(command: BerichtIntrekken, state: Gesprek, ctx: Context) -> list[Event]:
    sent = _sent(command.bericht, state, ctx)
    checks.reason(command.reden)
    return [BerichtIngetrokken(command.bericht, ctx.actor.bestuur, command.reden, sent.geopend)]


def _close(command: GesprekSluiten | GesprekHeropenen, state: Gesprek, ctx: Context) -> list[Event]:
    bestuur = ctx.actor.bestuur
    checks.optional_reason(command.reden)
    if isinstance(command, GesprekHeropenen):
        if not state.gesloten:
            raise GesprekIsOpen
        return [GesprekHeropend(bestuur, command.reden)]
    if bestuur != state.van:
        raise NietGestart
    if state.gesloten:
        raise GesprekIsGesloten("Het gesprek is al gesloten.")
    if any(each.waits for each in state.berichten.values()):
        raise AntwoordVerwacht("Wacht op het antwoord, of trek het bericht in.")
    return [GesprekGesloten(bestuur, command.reden)]


def _message(number: int, state: Gesprek) -> Bericht:
    found = state.berichten.get(number)
    if found is None:
        raise OnbekendBericht
    return found


def _received(number: int, state: Gesprek, ctx: Context) -> Bericht:
    """A standing message that the actor's side received."""
    found = _message(number, state)
    if found.naar != ctx.actor.bestuur:
        raise NietOntvangen
    if found.ingetrokken:
        raise AlIngetrokken
    return found


def _sent(number: int, state: Gesprek, ctx: Context) -> Bericht:
    """A standing message that the actor's side sent."""
    found = _message(number, state)
    if found.van != ctx.actor.bestuur:
        raise NietVerzonden
    if found.ingetrokken:
        raise AlIngetrokken
    return found
