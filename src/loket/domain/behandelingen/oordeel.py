# SPDX-License-Identifier: EUPL-1.2
"""The outcome: what the supervisor may decide, when, and what is doubtful about it."""

from loket.bounds import MAX_TEKST, attached, is_text
from loket.domain.behandelingen.machine import is_over
from loket.domain.behandelingen.refusals import (
    AlBeslist,
    OnbekendeUitkomst,
    OngeldigeBijlage,
    OngeldigeTekst,
    TermijnVerstreken,
    Twijfelachtig,
)
from loket.domain.behandelingen.state import UITKOMSTEN, VOORLOPIG, Behandeling, Uitkomst
from loket.domain.behandelingen.words import Event, ToezichtsbesluitGenomen, ToezichtsbesluitNemen
from loket.kernel import Context, Finding
from loket.reference import Reference, belgian_day


def judged(command: ToezichtsbesluitNemen, state: Behandeling, ctx: Context) -> list[Event]:
    """The outcome as a fact, with the doubts that were acknowledged."""
    kind = UITKOMSTEN.get(command.uitkomst)
    if kind is None:
        choices = f"Kies uit: {', '.join(UITKOMSTEN)}."
        raise OnbekendeUitkomst("", Finding("uitkomst", "keuze", choices))
    if state.beslist not in VOORLOPIG or state.beslist == command.uitkomst:
        raise AlBeslist(
            f"De uitkomst is {state.beslist}. Sluit de behandeling af en heropen ze met een reden "
            "om anders te beslissen."
        )
    if not is_text(command.motivering, MAX_TEKST):
        melding = f"Motiveer in 1 tot {MAX_TEKST} tekens."
        raise OngeldigeTekst("", Finding("motivering", "lengte", melding))
    documents, findings = attached(command.brief, ctx.documents)
    if kind.brief and not command.brief:
        findings += (Finding("brief", "verplicht", "Voeg de brief met het besluit toe."),)
    if findings:
        raise OngeldigeBijlage("", *findings)
    doubts = _doubts(command.uitkomst, kind, state, ctx)
    if doubts and not command.bevestigd:
        raise Twijfelachtig("", *doubts)
    return [
        ToezichtsbesluitGenomen(
            uitkomst=command.uitkomst,
            motivering=command.motivering,
            documenten=documents,
            termijn=state.termijn,
            waarschuwingen=tuple(
                {"veld": d.veld, "regel": d.regel, "melding": d.melding} for d in doubts
            ),
        )
    ]


def _doubts(uitkomst: str, kind: Uitkomst, state: Behandeling, ctx: Context) -> tuple[Finding, ...]:
    """What a jurist would question about this outcome. Raises TermijnVerstreken."""
    reference: Reference = ctx.reference
    zaak = reference.zaak(state.dossiertype, state.bestuur, state.klasse, state.ontvanger)
    doubts = []
    if kind.goedkeuring and not reference.goedkeuring(zaak, belgian_day(ctx.at)):
        melding = "Dit dossiertype staat niet in de lijst van het goedkeuringstoezicht."
        doubts.append(Finding("uitkomst", "goedkeuringstoezicht", melding))
    if kind.maatregel and not state.regel:
        melding = "Voor dit dossier loopt bij u geen termijn van toezicht."
        doubts.append(Finding("uitkomst", "geen-termijn", melding))
    if kind.maatregel and (state.verstreken or is_over(state.termijn, ctx.at)):
        if state.beslist != "schorsing":
            raise TermijnVerstreken(_too_late(uitkomst, state))
        melding = "De termijn verstreek na de schorsing; ga na of een nieuwe termijn loopt."
        doubts.append(Finding("uitkomst", state.regel, melding))
    return tuple(doubts)


def _too_late(uitkomst: str, state: Behandeling) -> str:
    term = state.termijn
    return (
        f"De termijn voor een maatregel (regel {state.regel}: {term.get('dagen', '')} dagen, "
        f"{term.get('bron', '')}) liep tot en met {term.get('vervaldag', '')}: {uitkomst} kan niet "
        "meer. Wel nog: geen maatregel, een opmerking of een goedkeuring."
    )
