# SPDX-License-Identifier: EUPL-1.2
"""What decisions need to remember of a dossier, folded from its facts."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from loket.domain.toezicht.words import (
    BesluitAfgeleverd,
    BesluitDoorgestuurd,
    BesluitGeopend,
    BesluitGevalideerd,
    BesluitHeropend,
    BesluitIngetrokken,
    BesluitOpgesteld,
    BesluitVerbeterd,
    BesluitVerworpen,
    BesluitVerzonden,
    BestandBeoordeeld,
    BestandToegevoegd,
    BestandVerwijderd,
    DubbelVermoed,
    Event,
    LinkToegevoegd,
    LinkVerwijderd,
    OntvangstbewijsGemaild,
    OntvangstbewijsNietGemaild,
    OntvangstbewijsTeruggekomen,
    VeldenGewijzigd,
    WaarschuwingBevestigd,
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

    `velden`, `documenten` and `links` are the draft as it stands, `bevestigd` the warnings (field
    and rule) that were confirmed for it. `verzendingen` counts how often it was sent; `bezorgd`
    is the last sending that was delivered to each recipient, `gelezen` the sendings each opened.
    `verwijzingen`, `routeringsregel` and `met_verwijzingen` are those of the last sending, and
    `doorgestuurd` the dossiers by which it was forwarded. `onleesbaar` tells by digest why a file
    could not be read.
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
    bevestigd: frozenset[tuple[str, str]] = frozenset()
    bezorgd: Mapping[str, int] = field(default_factory=dict)
    gelezen: frozenset[tuple[str, int]] = frozenset()
    routeringsregel: str = ""
    verwijzingen: tuple[str, ...] = ()
    met_verwijzingen: bool = False
    doorgestuurd: frozenset[str] = frozenset()
    dubbel_van: frozenset[str] = frozenset()
    onleesbaar: Mapping[str, str] = field(default_factory=dict)
    ontvangstbewijzen: frozenset[
        OntvangstbewijsGemaild | OntvangstbewijsNietGemaild | OntvangstbewijsTeruggekomen
    ] = frozenset()

    @property
    def ontvangers(self) -> frozenset[str]:
        """Who received the last sending."""
        return frozenset(uri for uri, n in self.bezorgd.items() if n == self.verzendingen)

    @property
    def afgeleverd(self) -> frozenset[str]:
        """Who ever received a sending."""
        return frozenset(self.bezorgd)

    @property
    def geopend(self) -> frozenset[str]:
        """Who opened the last sending."""
        return frozenset(uri for uri, n in self.gelezen if n == self.verzendingen)

    def leest(self, bestuur: str) -> int:
        """The last sending that this recipient opened, and so may read; 0 for none."""
        return max((n for uri, n in self.gelezen if uri == bestuur), default=0)

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
        case BesluitVerzonden():
            return _sent(state, event)
        case BesluitAfgeleverd(verzending, ontvanger):
            return replace(state, bezorgd={**state.bezorgd, ontvanger: verzending})
        case BesluitGeopend(verzending, ontvanger):
            return replace(state, gelezen=state.gelezen | {(ontvanger, verzending)})
        case (
            BesluitDoorgestuurd() | WaarschuwingBevestigd() | DubbelVermoed() | BestandBeoordeeld()
        ):
            return _noted(state, event)
        case (
            OntvangstbewijsGemaild() | OntvangstbewijsNietGemaild() | OntvangstbewijsTeruggekomen()
        ):
            return replace(state, ontvangstbewijzen=state.ontvangstbewijzen | {event})
        case BesluitIngetrokken() | BesluitVerbeterd() | BesluitHeropend() | BesluitVerworpen():
            return _ended(state, event)
        case _:
            return replace(_edited(state, event), validatie=None)


def _sent(state: Dossier, event: BesluitVerzonden) -> Dossier:
    return replace(
        state,
        fase=Fase.VERZONDEN,
        verzendingen=event.verzending,
        routeringsregel=event.routeringsregel,
        verwijzingen=event.verwijzingen,
        met_verwijzingen=event.met_verwijzingen,
        doorgestuurd=frozenset(),
    )


def _noted(
    state: Dossier,
    event: BesluitDoorgestuurd | WaarschuwingBevestigd | DubbelVermoed | BestandBeoordeeld,
) -> Dossier:
    match event:
        case BesluitDoorgestuurd(_, door):
            return replace(state, doorgestuurd=state.doorgestuurd | {door})
        case WaarschuwingBevestigd(veld, regel):
            return replace(state, bevestigd=state.bevestigd | {(veld, regel)})
        case DubbelVermoed(ander):
            return replace(state, dubbel_van=state.dubbel_van | {ander})
        case BestandBeoordeeld(sha256, leesbaar, reden):
            others = {key: why for key, why in state.onleesbaar.items() if key != sha256}
            return replace(state, onleesbaar=others if leesbaar else {**others, sha256: reden})


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
            return replace(state, fase=Fase.CONCEPT, validatie=None)
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
            after = merged(state.velden, velden)
            meant = {(v, r) for v, r in state.bevestigd if _same(v, state.velden, after)}
            return replace(state, velden=after, bevestigd=frozenset(meant))
        case BestandToegevoegd(document):
            return replace(state, documenten=(*state.documenten, document))
        case BestandVerwijderd(sha256):
            kept = tuple(d for d in state.documenten if d.sha256 != sha256)
            return replace(state, documenten=kept)
        case LinkToegevoegd(url):
            return replace(state, links=(*state.links, url))
        case LinkVerwijderd(url):
            return replace(state, links=tuple(link for link in state.links if link != url))


def _same(name: str, one: Mapping[str, Value], other: Mapping[str, Value]) -> bool:
    return one.get(name) == other.get(name)


def merged(old: Mapping[str, Value], new: Mapping[str, Value]) -> Mapping[str, Value]:
    """The fields after a change: None clears."""
    return {name: value for name, value in {**old, **new}.items() if value is not None}


def scope(state: Dossier) -> Scope:
    """The sender owns it; recipients know of it from aflevering, read it from opvraging.

    What they opened they keep, also when it is sent again to others.
    """
    opened = frozenset(uri for uri, _ in state.gelezen)
    return Scope(owner=state.bestuur, addressees=state.afgeleverd, opened=opened)


def discloses(state: Dossier, event: Event, bestuur: str) -> bool:
    """Whether this bestuur may read a fact: of the sendings, those it received and opened."""
    if not isinstance(event, BesluitVerzonden) or bestuur == state.bestuur:
        return True
    return (bestuur, event.verzending) in state.gelezen


def inhoud_sleutel(
    bestuur: str,
    dossiertype: str,
    velden: Mapping[str, Value],
    documenten: tuple[Document, ...],
    links: tuple[str, ...],
) -> str:
    """A digest that two dossiers have in common when their sender, type and content are equal."""
    files = sorted(document.sha256 for document in documenten)
    parts = [bestuur, dossiertype, sorted(velden.items()), files, sorted(links)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
