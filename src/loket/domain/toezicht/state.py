# SPDX-License-Identifier: EUPL-1.2
"""What decisions need to remember of a dossier, folded from its facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from loket.domain.toezicht.words import (
    BesluitAfgeleverd,
    BesluitGeopend,
    BesluitGevalideerd,
    BesluitHeropend,
    BesluitIngetrokken,
    BesluitOpgesteld,
    BesluitVerbeterd,
    BesluitVerworpen,
    BesluitVerzonden,
    BestandToegevoegd,
    BestandVerwijderd,
    Event,
    LinkToegevoegd,
    LinkVerwijderd,
    OntvangstbewijsGemaild,
    OntvangstbewijsNietGemaild,
    VeldenGewijzigd,
)
from loket.kernel import Document, Scope, Value


class Fase(Enum):
    """Where a dossier is in its life; CONCEPT again after reopening."""

    LEEG = "leeg"
    CONCEPT = "concept"
    VERZONDEN = "verzonden"
    INGETROKKEN = "ingetrokken"
    VERBETERD = "verbeterd"
    VERWORPEN = "verworpen"


@dataclass(frozen=True, slots=True)
class Dossier:
    """One dossier.

    `velden`, `documenten` and `links` are the draft as it stands. `verzendingen` counts how often
    it was sent; `ontvangers` and `geopend` are about the last sending, `afgeleverd` about all.
    """

    fase: Fase = Fase.LEEG
    bestuur: str = ""
    klasse: str = ""
    dossiertype: str = ""
    velden: Mapping[str, Value] = field(default_factory=dict)
    documenten: tuple[Document, ...] = ()
    links: tuple[str, ...] = ()
    verbetert: str = ""
    verbeterd_door: frozenset[str] = frozenset()
    validatie: BesluitGevalideerd | None = None
    verzendingen: int = 0
    ontvangers: frozenset[str] = frozenset()
    afgeleverd: frozenset[str] = frozenset()
    geopend: frozenset[str] = frozenset()
    ontvangstbewijzen: frozenset[OntvangstbewijsGemaild | OntvangstbewijsNietGemaild] = frozenset()

    @property
    def sent(self) -> bool:
        """True when the last sending stands or stood: it is not (again) a draft."""
        return self.fase in {Fase.VERZONDEN, Fase.INGETROKKEN, Fase.VERBETERD}


def evolve(state: Dossier, event: Event) -> Dossier:
    """The dossier after this fact."""
    match event:
        case BesluitOpgesteld(dossiertype, bestuur, klasse, velden, verbetert):
            return Dossier(
                Fase.CONCEPT, bestuur, klasse, dossiertype, merged({}, velden), verbetert=verbetert
            )
        case BesluitGevalideerd():
            return replace(state, validatie=event)
        case BesluitVerzonden(verzending, ontvangers=ontvangers):
            return replace(
                state,
                fase=Fase.VERZONDEN,
                verzendingen=verzending,
                ontvangers=frozenset(ontvangers),
                geopend=frozenset(),
            )
        case BesluitAfgeleverd(_, ontvanger):
            return replace(state, afgeleverd=state.afgeleverd | {ontvanger})
        case BesluitGeopend(_, ontvanger):
            return replace(state, geopend=state.geopend | {ontvanger})
        case OntvangstbewijsGemaild() | OntvangstbewijsNietGemaild():
            return replace(state, ontvangstbewijzen=state.ontvangstbewijzen | {event})
        case BesluitIngetrokken() | BesluitVerbeterd() | BesluitHeropend() | BesluitVerworpen():
            return _ended(state, event)
        case _:
            return replace(_edited(state, event), validatie=None)


def _ended(
    state: Dossier,
    event: BesluitIngetrokken | BesluitVerbeterd | BesluitHeropend | BesluitVerworpen,
) -> Dossier:
    match event:
        case BesluitIngetrokken():
            return replace(state, fase=Fase.INGETROKKEN)
        case BesluitVerbeterd(door):
            return replace(state, fase=Fase.VERBETERD, verbeterd_door=state.verbeterd_door | {door})
        case BesluitHeropend():
            return replace(state, fase=Fase.CONCEPT, validatie=None, geopend=frozenset())
        case BesluitVerworpen():
            return replace(state, fase=Fase.VERWORPEN)


def _edited(
    state: Dossier,
    event: VeldenGewijzigd
    | BestandToegevoegd
    | BestandVerwijderd
    | LinkToegevoegd
    | LinkVerwijderd,
) -> Dossier:
    match event:
        case VeldenGewijzigd(velden):
            return replace(state, velden=merged(state.velden, velden))
        case BestandToegevoegd(document):
            return replace(state, documenten=(*state.documenten, document))
        case BestandVerwijderd(sha256):
            kept = tuple(d for d in state.documenten if d.sha256 != sha256)
            return replace(state, documenten=kept)
        case LinkToegevoegd(url):
            return replace(state, links=(*state.links, url))
        case LinkVerwijderd(url):
            return replace(state, links=tuple(link for link in state.links if link != url))


def merged(old: Mapping[str, Value], new: Mapping[str, Value]) -> Mapping[str, Value]:
    """The fields after a change: None clears."""
    return {name: value for name, value in {**old, **new}.items() if value is not None}


def scope(state: Dossier) -> Scope:
    """The sender owns it; recipients know of it from aflevering, read it from opvraging."""
    return Scope(owner=state.bestuur, addressees=state.afgeleverd, opened=state.geopend)
