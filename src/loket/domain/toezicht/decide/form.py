# SPDX-License-Identifier: EUPL-1.2
"""What the form of a dossiertype says of a dossier."""

from collections.abc import Iterable, Mapping

from loket.domain.toezicht.refusals import (
    MagDitTypeNietVerzenden,
    OnbekendDossiertype,
    OnbekendVeld,
)
from loket.domain.toezicht.state import Dossier
from loket.domain.toezicht.words import Bevinding
from loket.kernel import Context, Finding, Value
from loket.reference import (
    Bijlagen,
    Dossiertype,
    Reference,
    belgian_day,
    unknown_fields,
    validate,
    warnings,
)


def form_of(dossiertype: str, ctx: Context) -> Dossiertype:
    """The form of this type (URI). Raises OnbekendDossiertype."""
    reference: Reference = ctx.reference
    form = reference.dossiertypes.get(dossiertype)
    if form is None:
        raise OnbekendDossiertype
    return form


def meldingsregel(form: Dossiertype, ctx: Context) -> str:
    """The rule (URI) by which the actor's class sends this type today.

    Raises MagDitTypeNietVerzenden.
    """
    reference: Reference = ctx.reference
    bestuur = reference.besturen.get(ctx.actor.bestuur)
    status = bestuur.status if bestuur else ""
    rule = form.meldingsregel(ctx.actor.klasse, belgian_day(ctx.at), status)
    if rule is None:
        klasse = reference.label(ctx.actor.klasse)
        raise MagDitTypeNietVerzenden(f"Klasse {klasse} mag {form.label} vandaag niet verzenden.")
    return rule.uri


def acceptable(form: Dossiertype, velden: Mapping[str, Value]) -> None:
    """Raises OnbekendVeld for fields that the form does not have."""
    if unknown := unknown_fields(form, velden):
        melding = f"Laat dit veld weg: {form.label} kent het niet."
        raise OnbekendVeld("", *(Finding(n, "onbekend-veld", melding) for n in unknown))


def broken(form: Dossiertype, state: Dossier, ctx: Context) -> list[Finding]:
    """The rules of the form that stop a sending."""
    attached = Bijlagen(len(state.links), len(state.documenten))
    actor, day = ctx.actor, belgian_day(ctx.at)
    known = (ctx.reference, actor.bestuur)
    return validate(form, state.velden, actor.klasse, attached, day, *known)


def doubts(form: Dossiertype, state: Dossier, ctx: Context) -> list[Finding]:
    """What is doubtful about the values and the files."""
    actor, day = ctx.actor, belgian_day(ctx.at)
    values = warnings(form, state.velden, actor.klasse, day, ctx.reference, actor.bestuur)
    return [*values, *unreadable(state)]


def unreadable(state: Dossier) -> list[Finding]:
    """The attached files whose text could not be read."""
    return [
        Finding(
            f"bestanden/{document.sha256}",
            "bestand-onleesbaar",
            f"{document.naam}: {state.onleesbaar[document.sha256]} "
            "Vervang het bestand, of bevestig dat u het zo bedoelt.",
        )
        for document in state.documenten
        if document.sha256 in state.onleesbaar
    ]


def recorded(findings: Iterable[Finding]) -> tuple[Bevinding, ...]:
    """Findings as facts hold them."""
    return tuple({"veld": f.veld, "regel": f.regel, "melding": f.melding} for f in findings)
