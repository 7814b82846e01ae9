# SPDX-License-Identifier: EUPL-1.2
"""A form as SHACL shapes, in Turtle, on the RDF that `context` makes of it.

One node shape has what always holds; each condition has a shape of its own, broken or kept as a
whole, with the sentence that says how to meet it. What doubts is of severity `sh:Warning`. What a
shape cannot say (dates against today or against a date elsewhere, numbers of years, check digits,
what besturen are, which attachments there must be) stands in it as a comment.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from loket.reference import context
from loket.reference.conditions import (
    ALWAYS,
    Alle,
    Condition,
    EenVan,
    GeenGroter,
    Ingevuld,
    JarenNa,
    KlasseIn,
    Niet,
    VeldIn,
    Voor,
)
from loket.reference.model import Regel, Veld
from loket.reference.narrow import Form
from loket.reference.values import DATATYPES, ON_WHOLE

MEDIA_TYPE = "text/turtle"
PREFIXES = """\
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
_SUBMISSION = r"^http://data\\.lblod\\.info/submissions/"


def text(told: str, language: str = "") -> str:
    """A string as a Turtle literal."""
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    body = "".join(escapes.get(c, c) for c in told)
    return f'"{body}"@{language}' if language else f'"{body}"'


def path(steps: Sequence[str]) -> str:
    """An RDF path as a SHACL property path."""
    said = [f"[ sh:inversePath <{s[1:]}> ]" if s.startswith("^") else f"<{s}>" for s in steps]
    return said[0] if len(said) == 1 else f"( {' '.join(said)} )"


# The values of a field

Parts = list[str]


def _typed(datatype: str) -> Callable[[str], Parts]:
    return lambda _in: [f"sh:datatype xsd:{datatype}"]


def _matching(pattern: str) -> Callable[[str], Parts]:
    return lambda _in: ["sh:datatype xsd:string", f"sh:pattern {text(pattern)}"]


def _node(_in: str) -> Parts:
    return ["sh:nodeKind sh:IRI"]


def _dossier(_in: str) -> Parts:
    return ["sh:nodeKind sh:IRI", f'sh:pattern "{_SUBMISSION}"']


def _article(listed: str) -> Parts:
    kind = f"sh:path <{context.ELI}type_document> ; sh:minCount 1 ; sh:maxCount 1 ; {listed}"
    return [f"sh:property [ {kind} ]", *_bare_article(listed)]


def _bare_article(_in: str) -> Parts:
    refers = f'sh:path <{context.ELI}refers_to> ; sh:minCount 1 ; sh:pattern "{_SUBMISSION}"'
    return [f"sh:class <{context.ARTIKEL}>", f"sh:property [ {refers} ]"]


DATATYPE: Mapping[str, Callable[[str], Parts]] = {
    "tekst": _matching(r"\S"),
    "datum": _typed("date"),
    "datumtijd": _typed("dateTime"),
    "jaar": _typed("gYear"),
    "getal": _typed("decimal"),
    "geheel": _typed("integer"),
    "boolean": _typed("boolean"),
    "concept": lambda listed: [listed],
    "concepten": lambda listed: [listed],
    "kbo": _matching("^[01][0-9]{9}$"),
    "email": _matching("^[^ @]+@[^ @]+$"),
    "telefoon": _matching("^[+0-9 ./()-]+$"),
    "iban": _matching("^[A-Za-z0-9 ]+$"),
    "uri": _node,
    "uris": _node,
    "bestuur": _node,
    "besturen": _node,
    "verwijzingen": _dossier,
    "artikels": _article,
    "artikels_zonder_type": _bare_article,
}
"""What the nodes of each datatype are, given `sh:in` of its code list."""


def _literal(value: object, veld: Veld) -> str:
    kind = context.TYPES[veld.datatype]
    if kind == "@id":
        return f"<{value}>"
    told = str(value).lower() if isinstance(value, bool) else str(value)
    return text(told) if kind == f"{context.XSD}string" else f"{text(told)}^^<{kind}>"


def _bound(word: str) -> Callable[[Regel, Veld], str | None]:
    def said(regel: Regel, veld: Veld) -> str | None:
        if veld.datatype == "jaar":
            return None
        return f"sh:{word} {regel.waarde or 0}"

    return said


def _enum(regel: Regel, veld: Veld) -> str:
    known = regel.waarde if isinstance(regel.waarde, tuple) else (regel.waarde,)
    return f"sh:in ( {' '.join(_literal(each, veld) for each in known)} )"


RULE: Mapping[str, Callable[[Regel, Veld], str | None]] = {
    "max_lengte": lambda r, _v: f"sh:maxLength {r.waarde}",
    "in_verleden": lambda _r, _v: None,
    "vandaag": lambda _r, _v: None,
    "positief": _bound("minInclusive"),
    "minimum": _bound("minInclusive"),
    "maximum": _bound("maxInclusive"),
    "patroon": lambda r, _v: f"sh:pattern {text(f'^(?:{r.waarde})$')}",
    "exacte_waarde": _enum,
    "een_van": _enum,
    "bevat": lambda r, v: f"sh:hasValue {_literal(r.waarde, v)}",
    "max_aantal": lambda r, _v: f"sh:maxCount {r.waarde}",
    "orgaan_van_klasse": lambda _r, _v: "",
    "klasse_van": lambda _r, _v: None,
}
"""What each kind of rule asks; None when a shape cannot say it."""


def rule(regel: Regel, veld: Veld) -> str | None:
    """What this rule asks of the values of the field; None when a shape cannot say it."""
    some = DATATYPES[veld.datatype].meervoud and regel.groepering == "een"
    said = RULE[regel.soort](regel, veld)
    if not said or not some or regel.soort in ON_WHOLE:
        return said
    return f"sh:qualifiedValueShape [ {said} ] ; sh:qualifiedMinCount 1"


def _listed(veld: Veld, form: Form) -> str:
    """Its values; of a list with no value left, none."""
    return f"sh:in ( {' '.join(f'<{concept.uri}>' for concept in form.keuzes(veld))} )"


def _shared(veld: Veld) -> bool:
    """True for a path that leads to other values too: the types of the decision."""
    return veld.pad[-1] == context.RDF_TYPE


def _counts(least: int | None, most: int | None, shared: str) -> Parts:
    words = [("min", least), ("max", most)]
    if shared:
        told = [f"sh:qualified{w.title()}Count {n}" for w, n in words if n is not None]
        return [f"sh:qualifiedValueShape [ {shared} ]", *told]
    return [f"sh:{word}Count {n}" for word, n in words if n is not None]


def present(veld: Veld, form: Form, least: int | None, most: int | None = None) -> str:
    """A property shape: so many values of this field."""
    shared = _listed(veld, form) if _shared(veld) else ""
    return f"[ {' ; '.join([f'sh:path {path(veld.pad)}', *_counts(least, most, shared)])} ]"


def property_shape(veld: Veld, form: Form) -> str:
    """The property shape of a field that applies."""
    several = DATATYPES[veld.datatype].meervoud
    shared = _listed(veld, form) if _shared(veld) else ""
    least, most = (1 if veld.verplicht else None), (None if several else 1)
    parts = [
        f"sh:path {path(veld.pad)}",
        f"sh:name {text(veld.label, 'nl')}",
        *_counts(least, most, shared),
    ]
    if not shared:
        parts += DATATYPE[veld.datatype](_listed(veld, form))
    parts += _rules(veld)
    message = f"Geef voor '{veld.label}' {DATATYPES[veld.datatype].eis}."
    parts.append(f"sh:message {text(message, 'nl')}")
    return f"[ {' ; '.join(parts)} ]"


def _rules(veld: Veld) -> Iterator[str]:
    for regel in veld.regels:
        said = rule(regel, veld)
        if said and regel.ernst == "fout":
            yield said
        elif said is None or said:
            yield f"rdfs:comment {text(_told(regel), 'nl')}"


def _told(regel: Regel) -> str:
    bound = f" {regel.waarde}" if regel.waarde not in ("", ()) else ""
    return f"{regel.ernst}: {regel.melding or regel.soort.replace('_', ' ') + bound}"


# Conditions, as shapes that the decision fits exactly when they hold


def _in(condition: VeldIn, form: Form) -> str | None:
    veld = form.fields.get(condition.veld)
    if veld is None:
        return _NEVER
    values = " ".join(_literal(each, veld) for each in sorted(condition.waarden, key=str))
    of = f"sh:path {path(veld.pad)} ; sh:qualifiedValueShape [ sh:in ( {values} ) ]"
    has = f"[ sh:property [ {of} ; sh:qualifiedMinCount 1 ] ]"
    if condition.wel:
        return has
    return f"[ sh:property {present(veld, form, 1)} ; sh:not {has} ]"


def _filled(condition: Ingevuld, form: Form) -> str | None:
    veld = form.fields.get(condition.veld)
    if veld is None:
        return _NEVER if condition.wel else _ALWAYS
    filled = f"[ sh:property {present(veld, form, 1)} ]"
    return filled if condition.wel else f"[ sh:not {filled} ]"


def _before(condition: Voor, form: Form) -> str | None:
    one, other = form.fields.get(condition.veld), form.fields.get(condition.ander)
    if one is None or other is None:
        return _NEVER
    direct = len(one.pad) == len(other.pad) == 1 and one.datatype == other.datatype == "datum"
    if not direct or "^" in one.pad[0] + other.pad[0]:
        return None
    later = f"[ sh:property [ sh:path <{one.pad[0]}> ; sh:lessThan <{other.pad[0]}> ] ]"
    both = [f"[ sh:property {present(veld, form, 1)} ]" for veld in (one, other)]
    return f"[ sh:and ( {' '.join([*both, later])} ) ]"


def _none_greater(condition: GeenGroter, form: Form) -> str:
    known = [form.fields[naam] for naam in condition.velden if naam in form.fields]
    parts = [
        f"sh:property [ sh:path {path(v.pad)} ; sh:maxInclusive {condition.dan} ]" for v in known
    ]
    return f"[ {' ; '.join(parts)} ]"


def _each(word: str, empty: str) -> Callable[[Any, Form], str | None]:
    def said(condition: Alle | EenVan, form: Form) -> str | None:
        parts = [part for deel in condition.delen if (part := when(deel, form)) is not None]
        if len(parts) < len(condition.delen):
            return None
        return f"[ sh:{word} ( {' '.join(parts)} ) ]" if parts else empty

    return said


def _not(condition: Niet, form: Form) -> str | None:
    part = when(condition.deel, form)
    return None if part is None else f"[ sh:not {part} ]"


_ALWAYS = "[ ]"
_NEVER = "[ sh:not [ ] ]"

CONDITION: Mapping[type[Any], Callable[[Any, Form], str | None]] = {
    Alle: _each("and", _ALWAYS),
    EenVan: _each("or", _NEVER),
    Niet: _not,
    VeldIn: _in,
    Ingevuld: _filled,
    Voor: _before,
    JarenNa: lambda _c, _f: None,
    GeenGroter: _none_greater,
    KlasseIn: lambda c, form: _ALWAYS if c.holds({}, form.klasse) else _NEVER,
}
"""Each kind of condition as a shape; None when a shape cannot say it."""


def when(condition: Condition, form: Form) -> str | None:
    """The shape that a decision fits exactly when the condition holds."""
    return CONDITION[type(condition)](condition, form)


# The form


def shapes(form: Form) -> str:
    """The SHACL shapes of this form, in Turtle."""
    about = f"Voor {form.klasse_label} op {form.op.isoformat()}; versie {form.versie}."
    parts = [
        f"sh:targetClass <{form.type.uri}>",
        f"sh:name {text(form.type.label, 'nl')}",
        f"rdfs:comment {text(about, 'nl')}",
        *(f"rdfs:comment {text(told, 'nl')}" for told in _unsaid(form)),
        *(f"sh:property {property_shape(veld, form)}" for veld in _always(form)),
    ]
    found = [" ;\n    ".join([f"<{form.type.uri}#vorm> a sh:NodeShape", *parts]) + " ."]
    for n, (said, melding, ernst) in enumerate(_conditional(form), 1):
        severity = "sh:Warning" if ernst == "waarschuwing" else "sh:Violation"
        parts = [
            f"<{form.type.uri}#vorm-{n}> a sh:NodeShape",
            f"sh:targetClass <{form.type.uri}>",
            f"sh:severity {severity}",
            f"sh:message {text(melding, 'nl')}",
            said,
        ]
        found.append(" ;\n    ".join(parts) + " .")
    return "\n".join([PREFIXES, *found, ""])


def _always(form: Form) -> list[Veld]:
    return [uses[0] for uses in form.velden.values() if len(uses) == 1 and uses[0].als == ALWAYS]


def _conditional(form: Form) -> Iterator[tuple[str, str, str]]:
    """What holds under a condition: the constraint, how to meet it, and its weight."""
    always = {veld.naam for veld in _always(form)}
    for naam, uses in form.velden.items():
        if naam not in always:
            yield from _uses(uses, form)
    for verbod in form.type.regels:
        if (said := when(verbod.als, form)) is not None:
            yield f"sh:not {said}", verbod.melding, verbod.ernst


def _uses(uses: Sequence[Veld], form: Form) -> Iterator[tuple[str, str, str]]:
    said = [(use, when(use.als, form)) for use in uses]
    for use, condition in said:
        if condition is not None:
            kept = f"[ sh:property {property_shape(use, form)} ]"
            eis = f"'{use.label}': {DATATYPES[use.datatype].eis}."
            told = f"Vul in {eis}" if use.verplicht else f"Controleer {eis}"
            yield _unless(condition, kept), told, "fout"
    conditions = [condition for _, condition in said if condition is not None]
    if len(conditions) == len(said):
        for veld in _by_path(uses):
            other = [c for use, c in zip(uses, conditions, strict=True) if use.pad == veld.pad]
            none = f"[ sh:property {present(veld, form, None, 0)} ]"
            applies = f"[ sh:or ( {' '.join(other)} ) ]"
            told = f"Laat '{veld.label}' weg: het geldt hier niet."
            yield f"sh:or ( {applies} {none} )", told, "fout"


def _by_path(uses: Iterable[Veld]) -> list[Veld]:
    return list({use.pad: replace(use, verplicht=False) for use in uses}.values())


def _unless(condition: str, kept: str) -> str:
    return f"sh:or ( [ sh:not {condition} ] {kept} )"


def _unsaid(form: Form) -> Iterator[str]:
    for verbod in form.type.regels:
        if when(verbod.als, form) is None:
            yield f"{verbod.ernst}: {verbod.melding}"
    for uses in form.velden.values():
        for use in uses:
            if when(use.als, form) is None:
                yield f"'{use.label}' geldt onder een voorwaarde die hier niet uitgedrukt is."
