# SPDX-License-Identifier: EUPL-1.2
"""The decisions on a behandeling that its recipient takes."""

from collections.abc import Mapping
from datetime import date

from loket.bounds import MAX_TEKST, attached, is_text
from loket.domain.behandelingen import machine
from loket.domain.behandelingen.oordeel import judged
from loket.domain.behandelingen.refusals import (
    AlAfgesloten,
    AlBeslist,
    AlleenLezen,
    AnderBestuur,
    GeenOpvraging,
    GeenUitkomst,
    IsIngetrokken,
    IsTeruggegeven,
    IsVerbeterd,
    NiemandGekozen,
    NietAfgesloten,
    OnbekendeBehandeling,
    OnbekendeMedewerker,
    OnbekendTeam,
    OngeldigeBijlage,
    OngeldigeOntvangst,
    OngeldigeTekst,
    OngeldigeTermijn,
    OpvragingLoopt,
    TermijnVerstreken,
)
from loket.domain.behandelingen.state import Behandeling, Fase
from loket.domain.behandelingen.words import (
    AntwoordRegistreren,
    AntwoordVaststellen,
    BehandelingAfgesloten,
    BehandelingAfsluiten,
    BehandelingHeropend,
    BehandelingHeropenen,
    BehandelingStarten,
    BehandelingToegewezen,
    BehandelingToewijzen,
    Command,
    DossierOverdragen,
    Event,
    GeenMaatregelVaststellen,
    InBehandelingGenomen,
    InBehandelingNemen,
    IntrekkingRegistreren,
    NotitieGemaakt,
    NotitieMaken,
    OpvragingGesteld,
    OpvragingStellen,
    Overgedragen,
    TeruggaveRegistreren,
    ToezichtsbesluitNemen,
    VerbeteringRegistreren,
)
from loket.kernel import Context, Finding, Refused, StreamId
from loket.reference import Reference, belgian_day

EDITOR = "ABBDatabankToezicht-DatabankToezichtEditeur"
LOCAL = "LoketLB-databankEredienstenGebruiker"
ABB_KLASSE = (
    "http://data.vlaanderen.be/id/concept/BestuurseenheidClassificatieCode/"
    "52cc9d8d-1c9a-4d92-9936-da9d4a622ec4"
)
MEDEWERKERS = "medewerkers/"
MAX_DAGEN = 365

_CLOSED: Mapping[Fase, type[Refused]] = {
    Fase.AFGESLOTEN: AlAfgesloten,
    Fase.INGETROKKEN: IsIngetrokken,
    Fase.TERUGGEGEVEN: IsTeruggegeven,
    Fase.VERBETERD: IsVerbeterd,
}


def decide(command: Command, state: Behandeling, ctx: Context) -> list[Event]:
    """Facts, nothing when it was already so, or a refusal of this module."""
    if isinstance(command, BehandelingStarten):
        return machine.opened(command, state, ctx)
    if state.fase is Fase.LEEG:
        raise OnbekendeBehandeling
    match command:
        case AntwoordRegistreren():
            return machine.answered(command, state, ctx)
        case GeenMaatregelVaststellen():
            return machine.established(state, ctx)
        case IntrekkingRegistreren() | TeruggaveRegistreren() | VerbeteringRegistreren():
            return machine.ended(command, state)
        case _:
            _treats(state, ctx)
            return _as_recipient(command, state, ctx)


def _treats(state: Behandeling, ctx: Context) -> None:
    """Raises AnderBestuur or AlleenLezen for who may not treat this dossier."""
    actor = ctx.actor
    if actor.bestuur != state.ontvanger:
        raise AnderBestuur
    if actor.klasse == ABB_KLASSE and EDITOR not in actor.rollen:
        raise AlleenLezen


def _as_recipient(command: Command, state: Behandeling, ctx: Context) -> list[Event]:
    match command:
        case NotitieMaken(tekst):
            _text(tekst, "tekst", MAX_TEKST)
            return [NotitieGemaakt(tekst)]
        case BehandelingHeropenen(reden):
            if state.fase is not Fase.AFGESLOTEN:
                raise _CLOSED.get(state.fase, NietAfgesloten)
            _text(reden, "reden")
            return [BehandelingHeropend(reden)]
        case _:
            if refusal := _CLOSED.get(state.fase):
                raise refusal
            return _treat(command, state, ctx)


def _treat(command: Command, state: Behandeling, ctx: Context) -> list[Event]:
    match command:
        case BehandelingToewijzen(medewerker):
            persoon, naam = _colleague(medewerker, "medewerker", ctx)
            assigned = BehandelingToegewezen(persoon, naam)
            return [] if persoon == state.persoon else [assigned]
        case InBehandelingNemen():
            return _take(state, ctx)
        case DossierOverdragen():
            return _hand_over(command, state, ctx)
        case OpvragingStellen():
            return _ask(command, state, ctx)
        case AntwoordVaststellen():
            return _answered(command, state, ctx)
        case ToezichtsbesluitNemen():
            return judged(command, state, ctx)
        case BehandelingAfsluiten(reden):
            return _close(reden, state)
        case _:
            raise AnderBestuur


# Who


def _take(state: Behandeling, ctx: Context) -> list[Event]:
    """Starts treating; an assignment to another stays, so that a substitute may act for them."""
    if state.fase not in {Fase.ONTVANGEN, Fase.ANTWOORD}:
        return []
    if state.persoon:
        return [InBehandelingGenomen()]
    actor = ctx.actor
    return [BehandelingToegewezen(actor.persoon, actor.naam), InBehandelingGenomen()]


def _hand_over(command: DossierOverdragen, state: Behandeling, ctx: Context) -> list[Event]:
    _text(command.reden, "reden")
    if not command.aan and not command.team:
        raise NiemandGekozen
    reference: Reference = ctx.reference
    team = reference.teams.get(command.team)
    if command.team and (team is None or team.bestuur != state.ontvanger):
        own = sorted(t.id for t in reference.teams.values() if t.bestuur == state.ontvanger)
        choices = f"Kies uit: {', '.join(own)}." if own else "Uw bestuur heeft geen teams."
        raise OnbekendTeam("", Finding("team", "bekend-team", choices))
    persoon, naam = _colleague(command.aan, "aan", ctx) if command.aan else ("", "")
    if persoon == state.persoon and command.team in {"", state.team}:
        return []
    return [Overgedragen(persoon, naam, command.team, command.reden)]


def _colleague(medewerker: StreamId, veld: str, ctx: Context) -> tuple[str, str]:
    """Id and name of a known colleague of the actor. Raises OnbekendeMedewerker."""
    related = ctx.related.get(medewerker) if medewerker.startswith(MEDEWERKERS) else None
    if related is None or related.state.bestuur != ctx.actor.bestuur:
        melding = "Geef de stroom (medewerkers/<id>) van een collega uit de lijst van medewerkers."
        raise OnbekendeMedewerker("", Finding(veld, "bekende-collega", melding))
    return related.state.persoon, related.state.persoon_naam


# Questions and answers


def _ask(command: OpvragingStellen, state: Behandeling, ctx: Context) -> list[Event]:
    if state.lopend:
        raise OpvragingLoopt(f"Opvraging {state.lopend} wacht nog op een antwoord.")
    if state.verstreken or machine.is_over(state.termijn, ctx.at):
        day = state.termijn.get("vervaldag", "")
        raise TermijnVerstreken(
            f"De termijn (regel {state.regel}) liep tot en met {day}: een opvraging kan ze niet "
            "meer stuiten. Start een gesprek als u nog iets wil vragen."
        )
    if state.fase is Fase.BESLIST and not state.awaits_decision:
        raise AlBeslist
    _text(command.tekst, "tekst", MAX_TEKST)
    if not 0 <= command.dagen <= MAX_DAGEN:
        raise OngeldigeTermijn
    documents, findings = attached(command.bijlagen, ctx.documents)
    if findings:
        raise OngeldigeBijlage("", *findings)
    reference: Reference = ctx.reference
    rule = reference.termijnregels.get(state.regel)
    return [
        OpvragingGesteld(
            nummer=state.opvragingen + 1,
            gesteld_op=ctx.at.isoformat(),
            tekst=command.tekst,
            documenten=documents,
            dagen=command.dagen,
            gestuit=state.termijn if rule and rule.stuit else {},
        )
    ]


def _answered(command: AntwoordVaststellen, state: Behandeling, ctx: Context) -> list[Event]:
    if not state.lopend:
        raise GeenOpvraging
    _text(command.toelichting, "toelichting")
    try:
        day = date.fromisoformat(command.ontvangen_op)
    except ValueError:
        day = None
    asked = machine.moment(state.gesteld_op)
    first = belgian_day(asked) if asked else date.min
    if day is None or day.isoformat() != command.ontvangen_op:
        raise OngeldigeOntvangst("Geef een dag als 2026-01-31.")
    if not first <= day <= belgian_day(ctx.at):
        raise OngeldigeOntvangst(f"Geef een dag van {first.isoformat()} tot en met vandaag.")
    text, told = command.ontvangen_op, command.toelichting
    return [machine.answer(state, ctx, day, text, toelichting=told)]


def _close(reden: str, state: Behandeling) -> list[Event]:
    if not (state.beslist or state.verstreken):
        if not reden.strip():
            raise GeenUitkomst
        _text(reden, "reden")
    elif reden:
        _text(reden, "reden")
    return [BehandelingAfgesloten(reden)]


def _text(text: str, veld: str, most: int = 2_000) -> None:
    if not is_text(text, most):
        raise OngeldigeTekst("", Finding(veld, "lengte", f"Geef 1 tot {most} tekens."))
