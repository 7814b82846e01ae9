# SPDX-License-Identifier: EUPL-1.2
"""The decisions on a draft: started, filled in, with files and links."""

from collections.abc import Mapping

from loket.domain.toezicht import limits
from loket.domain.toezicht.decide.ending import CLOSED
from loket.domain.toezicht.decide.form import acceptable, form_of, meldingsregel
from loket.domain.toezicht.decide.references import there
from loket.domain.toezicht.refusals import (
    AlOpgesteld,
    AlToegevoegd,
    AnderBestuur,
    OnbekendBestand,
    OnbekendeLink,
    VerbetertOnbekendDossier,
)
from loket.domain.toezicht.state import Dossier, Fase, merged
from loket.domain.toezicht.words import (
    BesluitOpgesteld,
    BesluitOpstellen,
    BestandToegevoegd,
    BestandToevoegen,
    BestandVerwijderd,
    BestandVerwijderen,
    Event,
    LinkToegevoegd,
    LinkToevoegen,
    LinkVerwijderd,
    LinkVerwijderen,
    VeldenGewijzigd,
    VeldenWijzigen,
)
from loket.kernel import Context, Document, StreamId, Value

Edit = VeldenWijzigen | BestandToevoegen | BestandVerwijderen | LinkToevoegen | LinkVerwijderen


def open_draft(command: BesluitOpstellen, state: Dossier, ctx: Context) -> list[Event]:
    """A new draft of a type that the actor's class may send."""
    if state.fase is not Fase.LEEG:
        raise AlOpgesteld if state.bestuur == ctx.actor.bestuur else AnderBestuur
    form = form_of(command.dossiertype, ctx)
    meldingsregel(form, ctx)
    acceptable(form, command.velden)
    limits.bounded(command.velden)
    if command.verbetert:
        _correctable(command.verbetert, ctx)
    actor = ctx.actor
    return [
        BesluitOpgesteld(form.uri, actor.bestuur, actor.klasse, command.velden, command.verbetert)
    ]


def _correctable(stream: StreamId, ctx: Context) -> None:
    other = there(stream, ctx)
    if other.bestuur != ctx.actor.bestuur:
        raise VerbetertOnbekendDossier
    if other.fase is Fase.CONCEPT:
        raise VerbetertOnbekendDossier("Dat dossier is nog een concept: wijzig het zelf.")
    if other.fase is not Fase.VERZONDEN:
        raise CLOSED[other.fase]("Het dossier dat u verbetert, is niet meer van kracht.")


def edit(command: Edit, state: Dossier, ctx: Context) -> list[Event]:
    """A change of the draft, or nothing when it is so already."""
    match command:
        case VeldenWijzigen(velden):
            return _set_fields(velden, state, ctx)
        case BestandToevoegen():
            return _attach(command, state, ctx)
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
    acceptable(form_of(state.dossiertype, ctx), velden)
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
