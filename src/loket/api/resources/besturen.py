# SPDX-License-Identifier: EUPL-1.2
"""Reading the register of besturen."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from loket.api.jsonapi.kinds import OBJECTS, TEXT, URI
from loket.api.jsonapi.resource import Attribute, Resource, Row, Sort, contains, one_of
from loket.api.parts import Parts
from loket.domain.besturen import stream_of
from loket.reference import Bestuur, Reference, Relatie
from loket.reference.relaties import SOORTEN

_SHOWN = (
    "uri", "naam", "klasse", "status", "kbo", "ovo", "nis", "werkingsgebied",
    "werkingsgebied_naam", "provincie", "provincie_naam",
)  # fmt: skip


def _known(reference: Reference, ids: Iterable[str]) -> Iterator[Row]:
    """Besturen that ship with the product are known before they are registered."""
    wanted = set(ids)
    for bestuur in reference.besturen.values():
        if (key := stream_of(bestuur.uri)) in wanted:
            yield _row(key, bestuur, reference)


def _row(key: str, bestuur: Bestuur, reference: Reference) -> Row:
    known = {name: getattr(bestuur, name) for name in _SHOWN}
    named = {"klasse_naam": reference.label(bestuur.klasse)}
    since = {"opvolger": "", "gefuseerd_op": "", "relaties": {"uri": bestuur.uri}}
    return {"id": key, **known, **named, **since}


def _relaties(known: Mapping[str, Any], here: Parts) -> list[dict[str, str]]:
    """What besturen are to each other, told from this one; as of a moment what it is told itself
    that others are to it."""
    reference = here.loket.reference
    told: Iterable[tuple[str, str, Relatie]] = reference.relaties.all_of(known["uri"])
    if known.get("op"):
        own = [Relatie(**relatie) for relatie in known["eigen"]]
        told = [(SOORTEN[relatie.soort].heen, relatie.ander, relatie) for relatie in own]
    return [
        {
            "soort": relatie.soort,
            "omschrijving": label,
            "ander": ander,
            "ander_naam": reference.label(ander),
            "van": relatie.van,
            "tot": relatie.tot,
        }
        for label, ander, relatie in told
    ]


BESTUREN = Resource(
    type="besturen",
    title="Register van besturen",
    description="De besturen met hun officiële URI's en codes, ook wie in een ander opging.",
    module="besturen",
    path="/besturen",
    table="besturen",
    projection="besturen",
    history="besturen_versies",
    versioned=True,
    roles=frozenset(),
    attributes={
        "uri": Attribute(URI),
        "naam": Attribute(TEXT),
        "klasse": Attribute(URI),
        "klasse_naam": Attribute(
            TEXT, sql="r.klasse", show=lambda uri, here: here.loket.reference.label(uri)
        ),
        "status": Attribute(TEXT, "URI van de status."),
        "kbo": Attribute(TEXT),
        "ovo": Attribute(TEXT),
        "nis": Attribute(TEXT),
        "werkingsgebied": Attribute(TEXT),
        "werkingsgebied_naam": Attribute(TEXT),
        "provincie": Attribute(TEXT),
        "provincie_naam": Attribute(TEXT),
        "opvolger": Attribute(TEXT, "URI van het bestuur waarin dit opging."),
        "gefuseerd_op": Attribute(TEXT, "Dag waarop het daarin opging."),
        "relaties": Attribute(
            OBJECTS,
            "Wat een ander bestuur voor dit bestuur is, van en tot en met een dag; en, buiten een "
            "vraag met `op`, wat dit bestuur voor andere is.",
            sql="jsonb_build_object('uri', r.uri, 'eigen', r.relaties, "
            "'op', %(op)s::timestamptz IS NOT NULL)",
            show=_relaties,
        ),
    },
    filters={
        "naam": contains("r.naam", "Deel van de naam."),
        "uri": one_of("r.uri", URI, "URI van het bestuur."),
        "klasse": one_of("r.klasse", URI, "URI van de klasse."),
        "provincie": one_of("r.provincie", URI, "URI van de provincie."),
        "status": one_of("r.status", URI, "URI van de status."),
        "kbo": one_of("r.kbo", TEXT, "Ondernemingsnummer."),
        "ovo": one_of("r.ovo", TEXT, "OVO-code."),
    },
    sorts={"naam": Sort("r.naam", TEXT), "kbo": Sort("r.kbo", TEXT)},
    order="naam",
    links={"tijdlijn": "/besturen/{id}/tijdlijn", "bewijs": "/bewijs/besturen/{id}"},
    catalog=_known,
)

RESOURCES = (BESTUREN,)
