# SPDX-License-Identifier: EUPL-1.2
"""The timeline: one row for every event of every stream, and who may know of each stream.

It names besturen, never persons, and holds nothing of the content. The three moments of the
besluit of 20 April 2018 (verzending, aflevering, opvraging) are marked. What is internal says for
which bestuur; all other rows are the same for everyone who may know of the stream. That is who is
in the audience of one of its events, from that event on: `toegang`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from psycopg import Cursor
from psycopg.rows import TupleRow

from loket.domain import MODULES
from loket.evidence.entry import Recorded
from loket.kernel import Module, Scope
from loket.projections import Projection

MOMENTS = {
    "BesluitVerzonden": "verzending",
    "BesluitAfgeleverd": "aflevering",
    "BesluitGeopend": "opvraging",
    "BerichtVerzonden": "verzending",
    "BerichtAfgeleverd": "aflevering",
    "BerichtGeopend": "opvraging",
}
LABELS = {
    "BesluitOpgesteld": "Concept opgesteld",
    "BesluitGevalideerd": "Concept gecontroleerd",
    "BesluitVerzonden": "Verzonden",
    "BesluitAfgeleverd": "Afgeleverd bij de ontvanger",
    "BesluitGeopend": "Voor het eerst geopend door de ontvanger",
    "BesluitIngetrokken": "Ingetrokken door de verzender",
    "BesluitVerbeterd": "Vervangen door een verbeterd dossier",
    "BesluitHeropend": "Heropend: opnieuw een concept van de verzender",
    "BesluitVerworpen": "Concept verworpen",
    "BesluitDoorgestuurd": "Doorgestuurd met een dossier dat ernaar verwijst",
    "BestandBeoordeeld": "Een bestand is gelezen of bleek onleesbaar",
    "DubbelVermoed": "Dezelfde inhoud is eerder verzonden",
    "OntvangstbewijsGemaild": "Ontvangstbewijs gemaild aan de verzender",
    "OntvangstbewijsNietGemaild": "Ontvangstbewijs kon niet gemaild worden",
    "OntvangstbewijsTeruggekomen": "Ontvangstbewijs kwam terug als onbestelbaar",
    "BehandelingGestart": "Behandeling gestart bij de ontvanger",
    "InBehandelingGenomen": "In behandeling genomen",
    "OpvragingGesteld": "Bijkomende informatie opgevraagd: de termijn is gestuit",
    "AntwoordOntvangen": "Antwoord ontvangen: een nieuwe termijn begint",
    "ToezichtsbesluitGenomen": "Besluit van de toezichthouder",
    "GeenMaatregelVastgesteld": "Geen maatregel binnen de termijn",
    "Overgedragen": "Overgedragen aan een ander",
    "BerichtVerzonden": "Bericht verzonden",
    "BerichtAfgeleverd": "Bericht afgeleverd",
    "BerichtGeopend": "Bericht voor het eerst geopend",
    "BerichtIngetrokken": "Bericht ingetrokken door de afzender",
    "BestuurGefuseerd": "Opgegaan in een ander bestuur",
}
"""Where the name of an event alone, with a space before each capital, does not say it."""

NOBODY = "-"
"""For whom an internal event is when its owner cannot be told any more."""

_COPY = "COPY tijdlijn FROM STDIN"
_OWNERS = "SELECT stream, bestuur FROM toegang WHERE eigenaar AND stream = ANY(%s)"
_ACCESS = """
INSERT INTO toegang (stream, bestuur, persoon, eigenaar, position)
SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::boolean[], %s::bigint[])
ON CONFLICT DO NOTHING
"""


@dataclass(slots=True)
class _Batch:
    """Who owns the streams of a batch, and who may know of them from which position on."""

    owners: dict[str, str] = field(default_factory=dict)
    access: dict[tuple[str, str, str], tuple[bool, int]] = field(default_factory=dict)


def label(kind: str) -> str:
    """What happened, in Dutch, by the type of an event (`toezicht.BesluitVerzonden.2`)."""
    name = _event(kind)
    return LABELS.get(name) or _spaced(name)


def _event(kind: str) -> str:
    """`toezicht.BesluitVerzonden.2` → `BesluitVerzonden`: known even when the content is not."""
    return kind.split(".")[1]


def _spaced(name: str) -> str:
    """`VeldenGewijzigd` → `Velden gewijzigd`."""
    words = re.findall(r"[A-Z][a-z0-9]*", name)
    return " ".join(words).capitalize() or name


def apply(cursor: Cursor[TupleRow], facts: Sequence[Recorded]) -> None:
    """Adds a row for every event, and lets in who learns of its stream."""
    if not facts:
        return
    found = _Batch()
    for recorded in facts:
        _let_in(found, recorded)
    _load_owners(cursor, found, facts)
    with cursor.copy(_COPY) as copy:
        for recorded in facts:
            copy.write_row(_row(recorded, found))
    if found.access:
        rows = [(*key, *value) for key, value in found.access.items()]
        cursor.execute(_ACCESS, [list(column) for column in zip(*rows, strict=True)])


def _let_in(found: _Batch, recorded: Recorded) -> None:
    module = _module(recorded)
    if module is None or recorded.fact is None:
        return
    if recorded.seq == 0:
        scope = module.scope(module.evolve(module.initial, recorded.fact))
        found.owners[recorded.stream] = scope.owner
        for bestuur, persoon in _first(scope):
            key = (recorded.stream, bestuur, persoon)
            found.access.setdefault(key, (bestuur == scope.owner, recorded.position))
    for bestuur in _audience(module, recorded.fact):
        owner = bestuur == found.owners.get(recorded.stream)
        found.access.setdefault((recorded.stream, bestuur, ""), (owner, recorded.position))


def _first(scope: Scope) -> Iterator[tuple[str, str]]:
    """Who may know of a stream from its beginning, beside the audience of its events."""
    if scope.public:
        yield "", ""
    elif scope.owner:
        yield scope.owner, scope.persoon


def _audience(module: Module[Any, Any, Any], fact: Any) -> Iterable[str]:
    name = module.audience.get(type(fact))
    if name is None:
        return ()
    value = getattr(fact, name)
    return [uri for uri in ((value,) if isinstance(value, str) else value) if uri]


def _load_owners(cursor: Cursor[TupleRow], found: _Batch, facts: Sequence[Recorded]) -> None:
    """The owners of streams in which the machine did something internal."""
    missing = {
        recorded.stream
        for recorded in facts
        if _internal(recorded) and not _acting(recorded) and recorded.stream not in found.owners
    }
    if missing:
        cursor.execute(_OWNERS, (list(missing),))
        found.owners.update(cursor.fetchall())


def _row(recorded: Recorded, found: _Batch) -> tuple[object, ...]:
    return (
        recorded.stream,
        recorded.seq,
        recorded.position,
        recorded.type,
        recorded.registered,
        MOMENTS.get(_event(recorded.type)),
        _who(recorded),
        recorded.leaf_hash,
        _for(recorded, found),
    )


def _who(recorded: Recorded) -> str:
    """Which bestuur an event is about: the one that learns of the stream, or the one that acts;
    empty when the machine did it or the content was destroyed."""
    module = _module(recorded)
    told = _audience(module, recorded.fact) if module and recorded.fact is not None else ()
    return next(iter(told)) if len([*told]) == 1 else _acting(recorded)


def _for(recorded: Recorded, found: _Batch) -> str:
    """The bestuur for which an event is; empty for all who may know of the stream."""
    if not _internal(recorded):
        return ""
    return _acting(recorded) or found.owners.get(recorded.stream) or NOBODY


def _internal(recorded: Recorded) -> bool:
    return _event(recorded.type) in _internals(recorded.stream.partition("/")[0])


@cache
def _internals(module: str) -> frozenset[str]:
    """The names of the events that are internal in a module."""
    declared = MODULES.get(module)
    return frozenset(event.__name__ for event in declared.internal) if declared else frozenset()


def _acting(recorded: Recorded) -> str:
    return recorded.actor.bestuur if recorded.actor else ""


def _module(recorded: Recorded) -> Module[Any, Any, Any] | None:
    return MODULES.get(recorded.stream.partition("/")[0])


PROJECTION = Projection("tijdlijn", ("tijdlijn", "toegang"), apply)
