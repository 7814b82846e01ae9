# SPDX-License-Identifier: EUPL-1.2
"""Checking and sending: the rules of the form, of references and of routing, and the doubts.

Recipients are decided once, at sending, by the first routing rule that fits; the rule's id is
recorded. Every doubt must have been confirmed for the value that is sent.
"""

from loket.domain.toezicht.decide.form import broken, doubts, form_of, meldingsregel, recorded
from loket.domain.toezicht.decide.references import authors, judged
from loket.domain.toezicht.refusals import (
    GeenOntvanger,
    GeenWaarschuwing,
    OnvolledigDossier,
    WaarschuwingNietBevestigd,
)
from loket.domain.toezicht.state import Dossier
from loket.domain.toezicht.words import (
    BesluitAfgeleverd,
    BesluitGevalideerd,
    BesluitVerzonden,
    Event,
    WaarschuwingBevestigd,
    WaarschuwingBevestigen,
)
from loket.kernel import Context, Finding
from loket.reference import (
    Bestemming,
    Dossiertype,
    Reference,
    Verzending,
    belgian_day,
    bestemming,
    betrokken_besturen,
    dossier_ids,
)
from loket.reference.routering import ROLLEN


def check(state: Dossier, ctx: Context) -> list[Event]:
    """What stops a sending and what is doubtful, recorded when it differs from last time."""
    form = form_of(state.dossiertype, ctx)
    findings = [*broken(form, state, ctx), *judged(form, state, ctx)]
    reference: Reference = ctx.reference
    outcome = BesluitGevalideerd(
        recorded(findings), recorded(doubts(form, state, ctx)), reference.version
    )
    return [] if outcome == state.validatie else [outcome]


def acknowledge(command: WaarschuwingBevestigen, state: Dossier, ctx: Context) -> list[Event]:
    """The sender means the value that a rule doubts."""
    asked = (command.veld, command.regel)
    if asked in state.bevestigd:
        return []
    found = doubts(form_of(state.dossiertype, ctx), state, ctx)
    if asked not in {(f.veld, f.regel) for f in found}:
        raise GeenWaarschuwing("", *found)
    return [WaarschuwingBevestigd(*asked)]


def send(state: Dossier, ctx: Context) -> list[Event]:
    """The sending and its deliveries, or why not."""
    reference: Reference = ctx.reference
    actor = ctx.actor
    form = form_of(state.dossiertype, ctx)
    rule = meldingsregel(form, ctx)
    if findings := [*broken(form, state, ctx), *judged(form, state, ctx)]:
        count = "Eén regel is" if len(findings) == 1 else f"{len(findings)} regels zijn"
        raise OnvolledigDossier(f"{count} niet voldaan.", *findings)
    ids = dossier_ids(form, state.velden)
    target = target_of(form, state, ids, ctx)
    warned = doubts(form, state, ctx)
    if open_doubts := [f for f in warned if (f.veld, f.regel) not in state.bevestigd]:
        raise WaarschuwingNietBevestigd("", *open_doubts)
    number = state.verzendingen + 1
    sent = BesluitVerzonden(
        verzending=number,
        dossiertype=form.uri,
        bestuur=actor.bestuur,
        klasse=actor.klasse,
        velden=state.velden,
        documenten=state.documenten,
        links=state.links,
        verbetert=state.verbetert,
        waarschuwingen=recorded(warned),
        ontvangers=target.ontvangers,
        meldingsregel=rule,
        routeringsregel=target.route.id,
        referentie_versie=reference.version,
        subgroepen=target.route.subgroepen,
        verwijzingen=ids,
        met_verwijzingen=target.route.met_verwijzingen and bool(ids),
    )
    return [sent, *(BesluitAfgeleverd(number, ontvanger) for ontvanger in target.ontvangers)]


def target_of(form: Dossiertype, state: Dossier, ids: tuple[str, ...], ctx: Context) -> Bestemming:
    """Who receives it, and by which rule. Raises GeenOntvanger, naming what is missing."""
    reference: Reference = ctx.reference
    units = dict.fromkeys((*betrokken_besturen(form, state.velden), *authors(ids, ctx)))
    sending = Verzending(form.uri, ctx.actor.bestuur, ctx.actor.klasse, tuple(units))
    target = bestemming(reference, sending, belgian_day(ctx.at))
    if target is None:
        raise GeenOntvanger
    if target.ontbreekt or not target.ontvangers:
        regel = f"Regel {target.route.id}: {target.route.omschrijving}"
        raise GeenOntvanger(regel, *_missing(target, reference))
    return target


def _missing(target: Bestemming, reference: Reference) -> list[Finding]:
    """What the register must say before this can be sent."""
    return [
        Finding(
            "ontvangers",
            name.replace("_", "-"),
            f"Het register kent vandaag geen {ROLLEN[name].label} van {reference.label(unit)}."
            if unit
            else f"Het dossier noemt geen {ROLLEN[name].label}.",
        )
        for name, unit in target.ontbreekt
    ]
