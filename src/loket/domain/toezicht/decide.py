# SPDX-License-Identifier: EUPL-1.2
"""The decisions on a dossier: three sides, the sender's, the recipient's and the machine's."""

from collections.abc import Mapping

from loket.domain.toezicht import limits
from loket.domain.toezicht.refusals import (
    AlIngetrokken,
    AlOpgesteld,
    AlToegevoegd,
    AlVerbeterd,
    AlVerworpen,
    AlVerzonden,
    AnderBestuur,
    EerderVerzonden,
    GeenOntvanger,
    MagDitTypeNietVerzenden,
    NietGeadresseerd,
    NietVerzonden,
    OnbekendBestand,
    OnbekendDossier,
    OnbekendDossiertype,
    OnbekendeLink,
    OnbekendVeld,
    OnvolledigDossier,
    VerbetertOnbekendDossier,
)
from loket.domain.toezicht.state import Dossier, Fase, merged
from loket.domain.toezicht.words import (
    BesluitAfgeleverd,
    BesluitGeopend,
    BesluitGevalideerd,
    BesluitHeropend,
    BesluitHeropenen,
    BesluitIngetrokken,
    BesluitIntrekken,
    BesluitOpenen,
    BesluitOpgesteld,
    BesluitOpstellen,
    BesluitValideren,
    BesluitVerbeterd,
    BesluitVervangen,
    BesluitVerwerpen,
    BesluitVerworpen,
    BesluitVerzenden,
    BesluitVerzonden,
    BestandToegevoegd,
    BestandToevoegen,
    BestandVerwijderd,
    BestandVerwijderen,
    Bevinding,
    Command,
    Event,
    LinkToegevoegd,
    LinkToevoegen,
    LinkVerwijderd,
    LinkVerwijderen,
    OntvangstbewijsGemaild,
    OntvangstbewijsMislukt,
    OntvangstbewijsNietGemaild,
    OntvangstbewijsRegistreren,
    VeldenGewijzigd,
    VeldenWijzigen,
)
from loket.kernel import Context, Document, Finding, Refused, StreamId, Value
from loket.reference import (
    Bestemming,
    Bijlagen,
    Dossiertype,
    Reference,
    Verzending,
    belgian_day,
    bestemming,
    betrokken_besturen,
    unknown_fields,
    validate,
    warnings,
)
from loket.reference.routering import ROLLEN

Draft = (
    VeldenWijzigen
    | BestandToevoegen
    | BestandVerwijderen
    | LinkToevoegen
    | LinkVerwijderen
    | BesluitValideren
    | BesluitVerzenden
)

_CLOSED: Mapping[Fase, type[Refused]] = {
    Fase.VERZONDEN: AlVerzonden,
    Fase.INGETROKKEN: AlIngetrokken,
    Fase.VERBETERD: AlVerbeterd,
    Fase.VERWORPEN: AlVerworpen,
}


def decide(command: Command, state: Dossier, ctx: Context) -> list[Event]:
    """Facts, nothing when it was already so, or a refusal of this module."""
    if isinstance(command, BesluitOpstellen):
        return _open(command, state, ctx)
    if state.fase is Fase.LEEG:
        raise OnbekendDossier
    match command:
        case BesluitOpenen() | BesluitHeropenen():
            return _as_recipient(command, state, ctx)
        case BesluitVervangen() | OntvangstbewijsRegistreren() | OntvangstbewijsMislukt():
            return _as_machine(command, state, ctx)
        case BesluitIntrekken() | BesluitVerwerpen():
            _own(state, ctx)
            return _end(command, state)
        case _:
            _own(state, ctx)
            _draft(state)
            return _edit(command, state, ctx)


def _own(state: Dossier, ctx: Context) -> None:
    if state.bestuur != ctx.actor.bestuur:
        raise AnderBestuur


def _draft(state: Dossier) -> None:
    if refusal := _CLOSED.get(state.fase):
        raise refusal


# The sender


def _open(command: BesluitOpstellen, state: Dossier, ctx: Context) -> list[Event]:
    if state.fase is not Fase.LEEG:
        raise AlOpgesteld if state.bestuur == ctx.actor.bestuur else AnderBestuur
    form = _form(command.dossiertype, ctx)
    _meldingsregel(form, ctx)
    _acceptable(form, command.velden)
    limits.bounded(command.velden)
    if command.verbetert:
        _correctable(command.verbetert, ctx)
    actor = ctx.actor
    return [
        BesluitOpgesteld(form.uri, actor.bestuur, actor.klasse, command.velden, command.verbetert)
    ]


def _correctable(stream: StreamId, ctx: Context) -> None:
    related = ctx.related.get(stream)
    other: Dossier = related.state if related else Dossier()
    if other.bestuur != ctx.actor.bestuur:
        raise VerbetertOnbekendDossier
    if other.fase is Fase.CONCEPT:
        raise VerbetertOnbekendDossier("Dat dossier is nog een concept: wijzig het zelf.")
    if other.fase is not Fase.VERZONDEN:
        raise _CLOSED[other.fase]("Het dossier dat u verbetert, is niet meer van kracht.")


def _edit(command: Draft, state: Dossier, ctx: Context) -> list[Event]:
    match command:
        case VeldenWijzigen(velden):
            return _set_fields(velden, state, ctx)
        case BesluitValideren():
            return _validate(state, ctx)
        case BesluitVerzenden():
            return _send(state, ctx)
        case BestandToevoegen():
            return _attach(command, state, ctx)
        case _:
            return _edit_attachments(command, state)


def _edit_attachments(
    command: BestandVerwijderen | LinkToevoegen | LinkVerwijderen, state: Dossier
) -> list[Event]:
    match command:
        case BestandVerwijderen(sha256):
            if not any(d.sha256 == sha256 for d in state.documenten):
                raise OnbekendBestand
            return [BestandVerwijderd(sha256)]
        case LinkToevoegen(url):
            limits.checked_link(url)
            if url in state.links:
                return []
            limits.room_for(len(state.links))
            return [LinkToegevoegd(url)]
        case LinkVerwijderen(url):
            if url not in state.links:
                raise OnbekendeLink
            return [LinkVerwijderd(url)]


def _set_fields(velden: Mapping[str, Value], state: Dossier, ctx: Context) -> list[Event]:
    _acceptable(_form(state.dossiertype, ctx), velden)
    after = merged(state.velden, velden)
    limits.bounded(velden)
    limits.bounded(after)
    return [] if _same(after, state.velden) else [VeldenGewijzigd(velden)]


def _same(one: Mapping[str, Value], other: Mapping[str, Value]) -> bool:
    """Equal, and of equal types: true is not 1."""
    return one == other and all(type(one[name]) is type(other[name]) for name in one)


def _attach(command: BestandToevoegen, state: Dossier, ctx: Context) -> list[Event]:
    size = ctx.documents.get(command.sha256)
    if size is None:
        raise OnbekendBestand
    limits.checked_file(command.naam, command.formaat, size)
    document = Document(command.sha256, size, command.naam, command.formaat)
    if document in state.documenten:
        return []
    if any(document.sha256 == d.sha256 or document.naam == d.naam for d in state.documenten):
        raise AlToegevoegd
    limits.room_for(len(state.documenten))
    return [BestandToegevoegd(document)]


def _validate(state: Dossier, ctx: Context) -> list[Event]:
    findings, doubts = _findings(_form(state.dossiertype, ctx), state, ctx)
    reference: Reference = ctx.reference
    outcome = BesluitGevalideerd(_recorded(findings), _recorded(doubts), reference.version)
    return [] if outcome == state.validatie else [outcome]


def _send(state: Dossier, ctx: Context) -> list[Event]:
    reference: Reference = ctx.reference
    actor = ctx.actor
    form = _form(state.dossiertype, ctx)
    rule = _meldingsregel(form, ctx)
    target = _target(form, state, ctx)
    findings, doubts = _findings(form, state, ctx)
    if findings:
        broken = "Eén regel is" if len(findings) == 1 else f"{len(findings)} regels zijn"
        raise OnvolledigDossier(f"{broken} niet voldaan.", *findings)
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
        waarschuwingen=_recorded(doubts),
        ontvangers=target.ontvangers,
        meldingsregel=rule,
        routeringsregel=target.route.id,
        referentie_versie=reference.version,
    )
    return [sent, *(BesluitAfgeleverd(number, ontvanger) for ontvanger in target.ontvangers)]


def _target(form: Dossiertype, state: Dossier, ctx: Context) -> Bestemming:
    reference: Reference = ctx.reference
    units = betrokken_besturen(form, state.velden)
    sending = Verzending(form.uri, ctx.actor.bestuur, ctx.actor.klasse, units)
    target = bestemming(reference, sending, belgian_day(ctx.at))
    if target is None:
        raise GeenOntvanger
    if target.ontbreekt:
        raise GeenOntvanger("", *_missing(target, reference))
    if not target.ontvangers:
        raise GeenOntvanger(f"Regel {target.route.id}: {target.route.omschrijving}")
    return target


def _missing(target: Bestemming, reference: Reference) -> list[Finding]:
    """What the register must say before this can be sent."""
    regel = target.route.id
    return [
        Finding("ontvangers", regel, f"{reference.label(unit)}: geen {ROLLEN[name].label} bekend.")
        for name, unit in target.ontbreekt
    ]


def _end(command: BesluitIntrekken | BesluitVerwerpen, state: Dossier) -> list[Event]:
    match command:
        case BesluitVerwerpen():
            if state.fase is Fase.VERWORPEN:
                return []
            _draft(state)
            if state.verzendingen:
                raise EerderVerzonden
            return [BesluitVerworpen()]
        case BesluitIntrekken(reden):
            if state.fase not in {Fase.VERZONDEN, Fase.CONCEPT}:
                raise _CLOSED[state.fase]
            if not state.verzendingen:
                raise NietVerzonden("Een concept dat nooit verzonden is, kunt u verwerpen.")
            limits.checked_reason(reden)
            return [BesluitIngetrokken(reden)]


# The recipient


def _as_recipient(
    command: BesluitOpenen | BesluitHeropenen, state: Dossier, ctx: Context
) -> list[Event]:
    bestuur = ctx.actor.bestuur
    if bestuur not in state.ontvangers:
        raise NietGeadresseerd
    if not state.sent:
        raise NietVerzonden("Het dossier is heropend en nog niet opnieuw verzonden.")
    match command:
        case BesluitOpenen():
            if bestuur in state.geopend:
                return []
            return [BesluitGeopend(state.verzendingen, bestuur)]
        case BesluitHeropenen(reden):
            if state.fase is not Fase.VERZONDEN:
                raise _CLOSED[state.fase]
            limits.checked_reason(reden)
            return [BesluitHeropend(reden)]


# The machine


def _as_machine(
    command: BesluitVervangen | OntvangstbewijsRegistreren | OntvangstbewijsMislukt,
    state: Dossier,
    ctx: Context,
) -> list[Event]:
    if not state.verzendingen:
        raise NietVerzonden
    match command:
        case BesluitVervangen(door):
            related = ctx.related.get(door)
            if related is None or not related.state.sent or related.state.bestuur != state.bestuur:
                raise VerbetertOnbekendDossier
            return [] if door in state.verbeterd_door else [BesluitVerbeterd(door)]
        case OntvangstbewijsRegistreren(adres_hash, bericht_id):
            limits.checked_mail(adres_hash, bericht_id=bericht_id)
            mailed = OntvangstbewijsGemaild(adres_hash, bericht_id)
            return [] if mailed in state.ontvangstbewijzen else [mailed]
        case OntvangstbewijsMislukt(adres_hash, reden):
            limits.checked_mail(adres_hash, reden=reden)
            failed = OntvangstbewijsNietGemaild(adres_hash, reden)
            return [] if failed in state.ontvangstbewijzen else [failed]


# What the form says


def _form(dossiertype: str, ctx: Context) -> Dossiertype:
    reference: Reference = ctx.reference
    form = reference.dossiertypes.get(dossiertype)
    if form is None:
        raise OnbekendDossiertype
    return form


def _meldingsregel(form: Dossiertype, ctx: Context) -> str:
    reference: Reference = ctx.reference
    bestuur = reference.besturen.get(ctx.actor.bestuur)
    status = bestuur.status if bestuur else ""
    rule = form.meldingsregel(ctx.actor.klasse, belgian_day(ctx.at), status)
    if rule is None:
        klasse = reference.label(ctx.actor.klasse)
        raise MagDitTypeNietVerzenden(f"Klasse {klasse} mag {form.label} vandaag niet verzenden.")
    return rule.uri


def _acceptable(form: Dossiertype, velden: Mapping[str, Value]) -> None:
    if unknown := unknown_fields(form, velden):
        melding = f"Laat dit veld weg: {form.label} kent het niet."
        raise OnbekendVeld("", *(Finding(n, "onbekend-veld", melding) for n in unknown))


def _findings(
    form: Dossiertype, state: Dossier, ctx: Context
) -> tuple[list[Finding], list[Finding]]:
    klasse, day = ctx.actor.klasse, belgian_day(ctx.at)
    attached = Bijlagen(len(state.links), len(state.documenten))
    return (
        validate(form, state.velden, klasse, attached, day),
        warnings(form, state.velden, klasse, day),
    )


def _recorded(findings: list[Finding]) -> tuple[Bevinding, ...]:
    return tuple({"veld": f.veld, "regel": f.regel, "melding": f.melding} for f in findings)
