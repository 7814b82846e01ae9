# SPDX-License-Identifier: EUPL-1.2
"""What would a sending meet? Everything at once, by the functions that sending itself uses."""

from dataclasses import dataclass

from loket.domain.toezicht import limits
from loket.domain.toezicht.decide.form import broken, doubts, form_of, meldingsregel
from loket.domain.toezicht.decide.references import judged
from loket.domain.toezicht.decide.sending import target_of
from loket.domain.toezicht.refusals import (
    GeenOntvanger,
    MagDitTypeNietVerzenden,
    OnbekendDossiertype,
    OngeldigBestand,
    OngeldigeLink,
)
from loket.domain.toezicht.state import Dossier
from loket.kernel import Context, Finding, Refused
from loket.reference import Dossiertype, Route, dossier_ids


@dataclass(frozen=True, slots=True)
class Keuring:
    """What stops a sending, what is doubtful (and not yet confirmed), and where it would go.

    Without `route` nobody receives it; why stands among the findings.
    """

    fouten: tuple[Finding, ...]
    waarschuwingen: tuple[Finding, ...]
    te_bevestigen: tuple[Finding, ...]
    meldingsregel: str
    route: Route | None
    ontvangers: tuple[str, ...]


def appraise(state: Dossier, ctx: Context) -> Keuring:
    """What sending this dossier now would meet; raises OnbekendDossiertype."""
    form = _known(state, ctx)
    rule, refused = _sender(form, ctx)
    route, recipients, missing = _recipients(form, state, ctx)
    warned = tuple(doubts(form, state, ctx))
    return Keuring(
        fouten=(
            *refused,
            *broken(form, state, ctx),
            *judged(form, state, ctx),
            *_attachments(state),
            *missing,
        ),
        waarschuwingen=warned,
        te_bevestigen=tuple(f for f in warned if (f.veld, f.regel) not in state.bevestigd),
        meldingsregel=rule,
        route=route,
        ontvangers=recipients,
    )


def _known(state: Dossier, ctx: Context) -> Dossiertype:
    try:
        return form_of(state.dossiertype, ctx)
    except OnbekendDossiertype as refusal:
        melding = "Geef de URI van een dossiertype uit /toezicht/dossiertypes."
        raise OnbekendDossiertype("", Finding("dossiertype", "onbekend", melding)) from refusal


def _sender(form: Dossiertype, ctx: Context) -> tuple[str, tuple[Finding, ...]]:
    try:
        return meldingsregel(form, ctx), ()
    except MagDitTypeNietVerzenden as refusal:
        return "", (_told("dossiertype", "mag-dit-type-niet-verzenden", refusal),)


def _recipients(
    form: Dossiertype, state: Dossier, ctx: Context
) -> tuple[Route | None, tuple[str, ...], tuple[Finding, ...]]:
    try:
        target = target_of(form, state, dossier_ids(form, state.velden), ctx)
    except GeenOntvanger as refusal:
        why = refusal.findings or (_told("ontvangers", "geen-ontvanger", refusal),)
        return None, (), tuple(why)
    return target.route, target.ontvangers, ()


def _attachments(state: Dossier) -> list[Finding]:
    """Links and files that could not be added."""
    found = []
    for n, url in enumerate(state.links):
        try:
            limits.checked_link(url)
        except OngeldigeLink as refusal:
            found.append(_told(f"links/{n}", "ongeldige-link", refusal))
    for n, document in enumerate(state.documenten):
        try:
            limits.checked_file(document.naam, document.formaat, document.size)
        except OngeldigBestand as refusal:
            found.append(_told(f"bestanden/{n}", "ongeldig-bestand", refusal))
    return found


def _told(veld: str, regel: str, refusal: Refused) -> Finding:
    return Finding(veld, regel, refusal.detail or refusal.title())
