# SPDX-License-Identifier: EUPL-1.2
"""A form as JSON-LD 1.1: a context that turns a filled-in form into RDF about the decision.

A context maps a name to one property. Many fields stand further away (the session that handles
the agenda item of the decision), some against the direction of the arrow. So such a field means
nothing at the top of a document (its term is null), and has its meaning below the steps that lead
to it, whose terms the context has too: `^generated` is followed backwards. `document` puts the
values of a form in their places.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from loket.kernel import Value
from loket.reference.conditions import is_filled
from loket.reference.model import Veld
from loket.reference.narrow import Form

Json = dict[str, Any]
MEDIA_TYPE = "application/ld+json"

XSD = "http://www.w3.org/2001/XMLSchema#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
ELI = "http://data.europa.eu/eli/ontology#"
DCT = "http://purl.org/dc/terms/"
NIE = "http://www.semanticdesktop.org/ontologies/2007/01/19/nie#"
ARTIKEL = "http://data.vlaanderen.be/ns/besluit#Artikel"

TYPES: Mapping[str, str] = {
    "tekst": f"{XSD}string",
    "datum": f"{XSD}date",
    "datumtijd": f"{XSD}dateTime",
    "jaar": f"{XSD}gYear",
    "getal": f"{XSD}decimal",
    "geheel": f"{XSD}integer",
    "boolean": f"{XSD}boolean",
    "concept": "@id",
    "concepten": "@id",
    "kbo": f"{XSD}string",
    "email": f"{XSD}string",
    "telefoon": f"{XSD}string",
    "iban": f"{XSD}string",
    "uri": "@id",
    "uris": "@id",
    "bestuur": "@id",
    "besturen": "@id",
    "verwijzingen": "@id",
    "artikels": "@id",
    "artikels_zonder_type": "@id",
}
"""What the values of each datatype are in RDF: nodes (`@id`) or literals of a type."""

_ARTICLE = {
    "type_document": {"@id": f"{ELI}type_document", "@type": "@id"},
    "verwijst_naar": {"@id": f"{ELI}refers_to", "@type": "@id", "@container": "@set"},
}
_LINK = {"url": {"@id": f"{NIE}url", "@type": "@id"}}


def steps(form: Form) -> Mapping[str, tuple[str, ...]]:
    """The terms below which each field stands, by name; none for a property of the decision."""
    return {naam: tuple(map(_term, veld.pad[:-1])) for naam, veld in form.fields.items()}


def _term(step: str) -> str:
    back, iri = ("^", step[1:]) if step.startswith("^") else ("", step)
    return back + iri.replace("#", "/").rpartition("/")[2]


def _iri(step: str) -> Json:
    return {"@reverse": step[1:]} if step.startswith("^") else {"@id": step}


def context(form: Form) -> Json:
    """The JSON-LD context of this form; `plaats` tells where the fields that are not at the top
    stand (a processor ignores it)."""
    places = steps(form)
    terms: Json = {
        "@version": 1.1,
        "dossiertype": "@type",
        "velden": "@nest",
        "links": {"@id": f"{DCT}hasPart", "@container": "@set", "@context": _LINK},
        "bestanden": None,
    }
    terms |= {naam: None for naam, place in places.items() if place}
    for veld in form.fields.values():
        _place(terms, veld.pad, veld)
    return {
        "@context": terms,
        "plaats": {naam: [*place, naam] for naam, place in places.items() if place},
    }


def _place(terms: Json, path: Sequence[str], veld: Veld) -> None:
    if len(path) == 1:
        terms[veld.naam] = _field(path[0], veld)
        return
    step = terms.setdefault(_term(path[0]), {**_iri(path[0]), "@context": {}})
    _place(step["@context"], path[1:], veld)


def _field(step: str, veld: Veld) -> Json | str:
    if step == RDF_TYPE:
        return "@type"
    found = _iri(step)
    if veld.datatype.startswith("artikels"):
        return {**found, "@container": "@set", "@context": _ARTICLE}
    kind = TYPES[veld.datatype]
    return found if kind == f"{XSD}string" else {**found, "@type": kind}


def document(form: Form, subject: str, values: Mapping[str, Value], links: Sequence[str]) -> Json:
    """A filled-in form about the decision `subject` (URI), for the context of this form."""
    root: Json = {"@id": subject, "dossiertype": form.type.uri}
    for naam, value in values.items():
        if is_filled(value) and (veld := _use(form, naam, values)):
            _put(root, veld, value)
    if links:
        root["links"] = [{"url": link} for link in links]
    return root


def _use(form: Form, naam: str, values: Mapping[str, Value]) -> Veld | None:
    uses = form.velden.get(naam, ())
    return next((use for use in uses if use.als.holds(values, form.klasse)), None)


def _put(node: Json, veld: Veld, value: Value) -> None:
    for step in veld.pad[:-1]:
        node = node.setdefault(_term(step), {})
    node[veld.naam] = list(_shown(veld, value))


def _shown(veld: Veld, value: Value) -> Iterator[Any]:
    items: Sequence[Any] = value if isinstance(value, tuple) else (value,)
    if not veld.datatype.startswith("artikels"):
        yield from items
        return
    for line in items:
        parts = line.split()
        kind = {"type_document": parts.pop(0)} if veld.datatype == "artikels" else {}
        yield {"@type": ARTIKEL, **kind, "verwijst_naar": parts}
