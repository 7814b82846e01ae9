# SPDX-License-Identifier: EUPL-1.2
"""Reads besturen from the turtle files that ABB's applications publish.

Classes and areas come as `besluit:Bestuurseenheid` and `prov:Location`, identifiers and state as
`adms:identifier` and `regorg:orgStatus` (model of the organisation portal). What the files leave
out of a bestuur that ships with the product is filled in from there.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from rdflib import RDF, RDFS, Graph, Namespace, URIRef
from rdflib.term import Node

from loket.domain.besturen import BestuurRegistreren, stream_of
from loket.kernel import StreamId
from loket.reference import Bestuur, Reference

ADMS = Namespace("http://www.w3.org/ns/adms#")
BESLUIT = Namespace("http://data.vlaanderen.be/ns/besluit#")
EXT = Namespace("http://mu.semte.ch/vocabularies/ext/")
GENERIEK = Namespace("https://data.vlaanderen.be/ns/generiek#")
REGORG = Namespace("http://www.w3.org/ns/regorg#")
SKOS = Namespace("http://www.w3.org/2004/02/skos/core#")

SCHEMES = {"kbo": "KBO nummer", "ovo": "OVO-nummer", "nis": "NIS code"}
"""The notation by which the files name each kind of identifier."""


class GeenBesturen(Exception):
    """The files hold no bestuurseenheid."""


def commands_from(
    paths: Iterable[Path], reference: Reference
) -> Iterator[tuple[StreamId, BestuurRegistreren]]:
    """Per bestuur in these turtle files its stream and the command that registers it, by URI.

    The files are read together: one may hold the names, another the areas or identifiers.
    Raises GeenBesturen when there is nothing to register, and what rdflib raises on bad turtle.
    """
    graph = Graph()
    for path in paths:
        graph.parse(path, format="turtle")
    besturen = sorted(graph.subjects(RDF.type, BESLUIT.Bestuurseenheid), key=str)
    if not besturen:
        raise GeenBesturen("De bestanden bevatten geen bestuurseenheden.")
    for node in besturen:
        bestuur = _completed(_bestuur(graph, node), reference)
        yield stream_of(bestuur.uri), BestuurRegistreren.of(bestuur)


def _bestuur(graph: Graph, node: Node) -> Bestuur:
    identifiers = _identifiers(graph, node)
    area, province = (
        graph.value(node, predicate, any=True)
        for predicate in (BESLUIT.werkingsgebied, EXT.inProvincie)
    )
    return Bestuur(
        uri=str(node),
        naam=_text(graph, node, SKOS.prefLabel).strip(),
        klasse=_text(graph, node, BESLUIT.classificatie),
        status=_text(graph, node, REGORG.orgStatus),
        kbo=identifiers.get(SCHEMES["kbo"], ""),
        ovo=identifiers.get(SCHEMES["ovo"], ""),
        nis=identifiers.get(SCHEMES["nis"], ""),
        werkingsgebied=str(area or ""),
        provincie=str(province or ""),
        werkingsgebied_naam=_text(graph, area, RDFS.label),
        provincie_naam=_text(graph, province, RDFS.label),
    )


def _text(graph: Graph, node: Node | None, predicate: URIRef) -> str:
    """The first value in alphabetical order, so that reading twice gives the same."""
    return min(map(str, graph.objects(node, predicate)), default="") if node else ""


def _identifiers(graph: Graph, node: Node) -> dict[str, str]:
    return {
        _text(graph, identifier, SKOS.notation): str(value)
        for identifier in graph.objects(node, ADMS.identifier)
        for structured in graph.objects(identifier, GENERIEK.gestructureerdeIdentificator)
        for value in graph.objects(structured, GENERIEK.lokaleIdentificator)
    }


def _completed(found: Bestuur, reference: Reference) -> Bestuur:
    known = reference.besturen.get(found.uri)
    if known is None:
        return found
    values = {name: getattr(found, name) or getattr(known, name) for name in Bestuur.__slots__}
    return Bestuur(**values)
