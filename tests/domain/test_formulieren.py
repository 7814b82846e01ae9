# SPDX-License-Identifier: EUPL-1.2
"""The forms that others read say what our validation says, by tools that others wrote."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from inspect import getmembers, isclass
from typing import Any, NamedTuple

import jsonschema_rs
import pyshacl
import pytest
from pyld import jsonld
from rdflib import Graph, Literal, URIRef
from rdflib.compare import isomorphic

from filled import OP, REFERENCE, complete, example, filled, variants
from loket.kernel import Finding, Value
from loket.reference import Bijlagen, Dossiertype, conditions, context, schema, shacl, validate
from loket.reference.conditions import ALWAYS, Condition, is_filled
from loket.reference.narrow import NEVER, Form, for_klasse, narrowed
from loket.reference.values import DATATYPES, RULES

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning:rdflib", "ignore::DeprecationWarning:pyshacl"
)

LINK = "https://bestuur.example/publicatie"
SUBJECT = "http://data.lblod.info/id/besluiten/proef"
UNSAID = {"klasse-van", "bestuur-gefuseerd"}
"""Rules that a JSON Schema does not express, beside those across fields that say so."""


class Case(NamedTuple):
    """A form, and a class that may send it."""

    form: Dossiertype
    klasse: str

    @property
    def narrow(self) -> Form:
        return narrowed(REFERENCE, self.form, self.klasse, OP)

    def judged(
        self, values: Mapping[str, Value], links: int = 1, bestanden: int = 0
    ) -> list[Finding]:
        attached = Bijlagen(links, bestanden)
        return validate(self.form, values, self.klasse, attached, OP, REFERENCE)


def _senders(form: Dossiertype) -> list[str]:
    known = REFERENCE.codelijsten["bestuurseenheid-classificatie"].concepten
    return [uri for uri in known if form.meldingsregel(uri, OP) or _by_status(form, uri)]


def _by_status(form: Dossiertype, klasse: str) -> bool:
    return any(r.covers(klasse, OP, s) for r in form.meldingsregels for s in r.statussen)


FORMS = [form for form in REFERENCE.dossiertypes.values() if _senders(form)]
CASES = [Case(form, klasse) for form in FORMS for klasse in _senders(form)]
ONE_EACH = [Case(form, _senders(form)[0]) for form in FORMS]
each_form = pytest.mark.parametrize("case", ONE_EACH, ids=lambda c: c.form.label)
each_case = pytest.mark.parametrize(
    "case", CASES, ids=lambda c: f"{c.form.label}-{REFERENCE.label(c.klasse)}"
)


# Nothing is left out: a new datatype, rule or condition fails here until each form has it


@pytest.mark.parametrize("table", [schema.DATATYPE, shacl.DATATYPE, context.TYPES])
def test_every_datatype_has_its_form(table: Mapping[str, Any]) -> None:
    assert set(table) == set(DATATYPES)


@pytest.mark.parametrize("table", [schema.RULE, shacl.RULE])
def test_every_kind_of_rule_has_its_form(table: Mapping[str, Any]) -> None:
    assert set(table) == set(RULES)


@pytest.mark.parametrize("table", [schema.CONDITION, shacl.CONDITION])
def test_every_kind_of_condition_has_its_form(table: Mapping[type[Any], Any]) -> None:
    kinds = {
        kind
        for _, kind in getmembers(conditions, isclass)
        if hasattr(kind, "holds") and kind is not Condition
    }
    assert set(table) == kinds


def test_all_types_that_are_sent_today_are_tried() -> None:
    assert len(FORMS) >= 60


# For one class of government


@each_case
def test_without_classes_a_condition_says_the_same(case: Case) -> None:
    for values in variants(case.form, case.klasse):
        for part in (*case.form.velden, *case.form.bijlagen, *case.form.regels):
            narrow = for_klasse(part.als, case.klasse)
            assert narrow.holds(values, "") == part.als.holds(values, case.klasse)
            assert "Klasse" not in repr(narrow)


def test_what_never_or_always_holds_is_recognised() -> None:
    here, there = conditions.KlasseIn(frozenset({"x"})), conditions.KlasseIn(frozenset())
    field = conditions.Ingevuld("a")
    cases = {
        conditions.Alle((here, field)): field,
        conditions.Alle((there, field)): NEVER,
        conditions.EenVan((here, field)): ALWAYS,
        conditions.EenVan((there, field)): field,
        conditions.Niet(here): NEVER,
        conditions.Niet(there): ALWAYS,
        conditions.Niet(field): conditions.Niet(field),
    }
    for condition, narrow in cases.items():
        assert for_klasse(condition, "x") == narrow


# JSON Schema


def _plain(values: Mapping[str, Value]) -> dict[str, Any]:
    return {name: list(v) if isinstance(v, tuple) else v for name, v in values.items()}


def _attempts(case: Case) -> Iterator[tuple[Mapping[str, Value], int, int]]:
    """Valid forms, and each of them with one fault."""
    for values in (*variants(case.form, case.klasse), complete(case.form, case.klasse)):
        yield from ((values, 1, 0), (values, 0, 1), (values, 0, 0), ({**values, "soep": "x"}, 1, 0))
        for name in values:
            yield {n: v for n, v in values.items() if n != name}, 1, 0
        for veld in case.form.velden:
            for other in (example(veld, case.klasse), "onzin", 7, True, ("http://x/y",), "x" * 600):
                yield {**values, veld.naam: other}, 1, 0


def _across(case: Case) -> set[str]:
    """Rules across fields of which the schema says that it does not express them."""
    told = schema.json_schema(case.narrow)["$defs"]["velden"].get("x-regels", ())
    return {rule["regel"] for rule in told}


def _within(case: Case) -> set[str]:
    """Rules on one field of which the schema says that it does not express them."""
    raw = json.dumps(schema.json_schema(case.narrow))
    return {"in-verleden", "minimum", "maximum"} & set(re.findall(r'"regel": "([a-z-]+)"', raw))


@each_case
def test_a_json_schema_accepts_what_we_accept_and_nothing_else(case: Case) -> None:
    validator = jsonschema_rs.validator_for(schema.json_schema(case.narrow))
    unsaid = UNSAID | _across(case) | _within(case)
    for values, links, files in _attempts(case):
        body = {
            "dossiertype": case.form.uri,
            "velden": _plain(values),
            "links": [LINK] * links,
            "bestanden": files,
        }
        found = {f.regel for f in case.judged(values, links, files)}
        accepted = validator.is_valid(body)
        if accepted:
            assert found <= unsaid, (values, found)
        else:
            assert found, (values, [e.message for e in validator.iter_errors(body)])


@each_form
def test_a_json_schema_has_labels_and_titles(case: Case) -> None:
    found = schema.json_schema(case.narrow)
    jsonschema_rs.meta.validate(found)
    fields = found["$defs"]["velden"]["properties"]
    for veld in case.narrow.fields.values():
        assert fields[veld.naam]["title"] == veld.label
    for name, choice in found["$defs"].items():
        if name.startswith("codelijst-"):
            assert all(option["title"] for option in choice["oneOf"])


def test_what_warns_is_told_and_does_not_refuse() -> None:
    case = next(c for c in ONE_EACH if c.form.label == "Jaarrekening")
    found = schema.json_schema(case.narrow)["$defs"]["velden"]
    assert "rapportjaar-na-zitting" in {rule["regel"] for rule in found["x-waarschuwingen"]}
    told = found["properties"]["zittingsdatum"]["x-waarschuwingen"]
    assert [rule["regel"] for rule in told] == ["in-verleden"]
    assert "publicatie-voor-zitting" in {rule["regel"] for rule in found["x-regels"]}


# JSON-LD


def _document(case: Case, values: Mapping[str, Value]) -> dict[str, Any]:
    narrow = case.narrow
    document = context.document(narrow, SUBJECT, values, [LINK])
    return {"@context": context.context(narrow)["@context"], **document}


def _graph(document: dict[str, Any]) -> Graph:
    return Graph().parse(data=json.dumps(document), format="json-ld")


@each_form
def test_a_filled_form_is_the_same_rdf_to_two_readers(case: Case) -> None:
    document = _document(case, complete(case.form, case.klasse))
    other = jsonld.to_rdf(document, {"format": "application/n-quads"})
    assert isomorphic(_graph(document), Graph().parse(data=other, format="nt"))


@each_form
def test_every_value_stands_where_its_path_leads(case: Case) -> None:
    values = complete(case.form, case.klasse)
    graph = _graph(_document(case, values))
    for naam, value in values.items():
        veld = case.narrow.fields[naam]
        nodes = {URIRef(SUBJECT)}
        for step in veld.pad:
            nodes = {found for node in nodes for found in _follow(graph, node, step)}
        assert nodes, (naam, veld.pad)
        if not veld.datatype.startswith("artikels"):
            items = value if isinstance(value, tuple) else (value,)
            told = {str(item).lower() if isinstance(item, bool) else str(item) for item in items}
            assert told <= {str(node) for node in nodes}


def _follow(graph: Graph, node: Any, step: str) -> Iterator[Any]:
    if step.startswith("^"):
        yield from graph.subjects(URIRef(step[1:]), node)
    else:
        yield from graph.objects(node, URIRef(step))


def test_a_field_that_stands_further_away_says_nothing_at_the_top() -> None:
    case = next(c for c in ONE_EACH if c.form.label == "Besluitenlijst")
    found = context.context(case.narrow)
    assert found["plaats"]["zittingsdatum"] == [
        "^generated", "subject", "^heeftBesluitenlijst", "zittingsdatum",
    ]  # fmt: skip
    flat = {
        "@context": found["@context"],
        "@id": SUBJECT,
        "dossiertype": case.form.uri,
        "velden": _plain(filled(case.form, case.klasse)),
    }
    graph = _graph(flat)
    assert len(graph) == len(filled(case.form, case.klasse)) - 1 + 1
    assert not list(graph.objects(None, URIRef("http://www.w3.org/ns/prov#startedAtTime")))


# SHACL


@cache
def _turtle(turtle: str) -> Graph:
    return Graph().parse(data=turtle, format="turtle")


def _shapes(case: Case) -> Graph:
    return _turtle(shacl.shapes(case.narrow))


def _reported(case: Case, values: Mapping[str, Value]) -> tuple[bool, str]:
    conforms, _, report = pyshacl.validate(
        _graph(_document(case, values)), shacl_graph=_shapes(case), allow_warnings=True
    )
    return bool(conforms), str(report)


@each_form
def test_shapes_accept_a_valid_form(case: Case) -> None:
    for values in (*variants(case.form, case.klasse), complete(case.form, case.klasse)):
        conforms, report = _reported(case, values)
        assert conforms, report


@each_form
def test_shapes_miss_what_is_required_by_its_label(case: Case) -> None:
    values = complete(case.form, case.klasse)
    for name in values:
        rest = {n: v for n, v in values.items() if n != name}
        labels = [
            veld.label
            for veld in case.form.velden
            for finding in case.judged(rest)
            if (finding.veld, finding.regel) == (veld.naam, "verplicht")
        ]
        conforms, report = _reported(case, rest)
        assert conforms == (not labels), report
        assert all(f"'{label}'" in report for label in labels), report


@each_form
def test_shapes_refuse_a_value_outside_its_list(case: Case) -> None:
    values = complete(case.form, case.klasse)
    for veld in case.narrow.fields.values():
        if veld.datatype == "concept" and is_filled(values.get(veld.naam)):
            conforms, report = _reported(case, {**values, veld.naam: "http://x/y"})
            assert not conforms, (veld.naam, report)


@each_form
def test_shapes_are_about_decisions_of_the_type(case: Case) -> None:
    found = _shapes(case)
    sh = "http://www.w3.org/ns/shacl#"
    targets = set(found.objects(None, URIRef(f"{sh}targetClass")))
    assert targets == {URIRef(case.form.uri)}
    names = {name for name in found.objects(None, URIRef(f"{sh}name")) if name.language == "nl"}
    assert {str(name) for name in names} >= {v.label for v in case.narrow.fields.values()}


def test_text_is_safe_in_turtle() -> None:
    told = 'a "b" \\ c\n\td\r'
    graph = Graph().parse(data=f"<http://x> <http://y> {shacl.text(told, 'nl')} .")
    assert list(graph.objects()) == [Literal(told, lang="nl")]
