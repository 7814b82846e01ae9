# SPDX-License-Identifier: EUPL-1.2
"""A form as JSON Schema (draft 2020-12), of the body that `POST /toezicht/validatie` takes.

What holds for one class of government on one day; a field that is not filled in is left out.
What a schema cannot say stands in it as an annotation, under the names below, and is judged by
the dry run: dates compared with today or with each other, numbers in text against a bound, check
digits, what besturen and other dossiers are.

| annotation        | holds                                                              |
|-------------------|--------------------------------------------------------------------|
| `x-waarschuwingen` | rules that warn                                                    |
| `x-regels`        | rules that stop a sending and that the schema does not express     |
| `x-als`           | the field applies under a condition that it does not express       |
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

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
from loket.reference.model import Regel, Veld, Verbod
from loket.reference.narrow import ORGAAN, Form
from loket.reference.values import DATATYPES, ON_WHOLE

Json = dict[str, Any]
MEDIA_TYPE = "application/schema+json"

_DAY = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{3}|\.[0-9]{6})?)?"
_DOSSIER = r"http://data\.lblod\.info/submissions/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_URI = r"^https?://[^\s<>\"{}|\\^`]{1,500}$"
_GAP = r"[ ./()\-]*"


def _text(pattern: str = r"\S", **more: Any) -> Json:
    return {"type": "string", "pattern": pattern, **more}


def _list(items: Json) -> Json:
    return {"type": "array", "items": items, "minItems": 1, "uniqueItems": True}


def _lines(first: str, least: int) -> Json:
    """A list of lines: what comes first, then dossiers, with blanks between."""
    dossiers = rf"{_DOSSIER}(\s+{_DOSSIER})*"
    line = rf"^\s*{first}{dossiers}\s*$" if least else rf"^\s*{dossiers}\s*$"
    return {"type": "array", "items": _text(line), "minItems": 1}


def _digits(least: int, most: int) -> str:
    return rf"({_GAP}[0-9]){{{least},{most}}}"


DATATYPE: Mapping[str, Callable[[Json, Sequence[str]], Json]] = {
    "tekst": lambda _c, _u: _text(),
    "datum": lambda _c, _u: _text(f"^{_DAY}$", format="date"),
    "datumtijd": lambda _c, _u: _text(rf"^{_DAY}T{_CLOCK}(Z|[+\-][0-9]{{2}}:[0-9]{{2}})$"),
    "jaar": lambda _c, _u: _text("^[0-9]{4}$"),
    "getal": lambda _c, _u: _text(r"^-?[0-9]{1,15}(\.[0-9]{1,6})?$"),
    "geheel": lambda _c, _u: {"type": "integer"},
    "boolean": lambda _c, _u: {"type": "boolean"},
    "concept": lambda choice, _u: {"type": "string", **choice},
    "concepten": lambda choice, _u: _list({"type": "string", **choice}),
    "kbo": lambda _c, _u: _text("^[01][0-9]{9}$"),
    "email": lambda _c, _u: _text(
        r"^[^\s@<>\"]{1,64}@[A-Za-z0-9]([A-Za-z0-9.\-]{0,250}[A-Za-z0-9])?\.[A-Za-z]{2,}$",
        maxLength=254,
    ),
    "telefoon": lambda _c, _u: _text(
        rf"^{_GAP}(\+{_GAP}[1-9]{_digits(7, 14)}|0{_GAP}[1-9]{_digits(7, 8)}){_GAP}$"
    ),
    "iban": lambda _c, _u: _text("^ *([A-Za-z] *){2}([0-9] *){2}([A-Za-z0-9] *){11,30}$"),
    "uri": lambda _c, _u: _text(_URI, format="uri"),
    "uris": lambda _c, _u: _list(_text(_URI)),
    "bestuur": lambda _c, _u: _text(_URI, format="uri"),
    "besturen": lambda _c, _u: _list(_text(_URI)),
    "verwijzingen": lambda _c, _u: _list(_text(f"^{_DOSSIER}$")),
    "artikels": lambda _c, uris: _lines(rf"({'|'.join(map(re.escape, uris))})\s+", 1),
    "artikels_zonder_type": lambda _c, _u: _lines("", 0),
}
"""The schema of each datatype, given the choice of its code list and the URIs in it."""


def _number(veld: Veld, text: str | None, **integer: int) -> Json | None:
    """A bound for numbers: in text it is a pattern, if there is one."""
    if veld.datatype == "geheel":
        return dict(integer)
    return None if text is None else {"pattern": text}


_NOT_NEGATIVE = r"^([0-9]|-0+(\.0+)?$)"

RULE: Mapping[str, Callable[[Regel, Veld], Json | None]] = {
    "max_lengte": lambda r, _v: {"maxLength": r.waarde},
    "in_verleden": lambda _r, _v: None,
    "vandaag": lambda _r, _v: None,
    "positief": lambda _r, v: _number(v, _NOT_NEGATIVE, minimum=0),
    "minimum": lambda r, v: _number(v, None, minimum=_int(r)),
    "maximum": lambda r, v: _number(v, None, maximum=_int(r)),
    "patroon": lambda r, _v: {"pattern": f"^(?:{r.waarde})$"},
    "exacte_waarde": lambda r, _v: {"const": r.waarde},
    "een_van": lambda r, _v: {"enum": _values(r)},
    "bevat": lambda r, _v: {"contains": {"const": r.waarde}},
    "max_aantal": lambda r, _v: {"maxItems": r.waarde},
    "orgaan_van_klasse": lambda _r, _v: {},
    "klasse_van": lambda _r, _v: None,
}
"""What each kind of rule adds to the schema of one value; None when a schema cannot say it."""


def _int(regel: Regel) -> int:
    return regel.waarde if isinstance(regel.waarde, int) else 0


def _values(regel: Regel) -> list[Any]:
    return list(regel.waarde) if isinstance(regel.waarde, tuple) else [regel.waarde]


def rule(regel: Regel, veld: Veld) -> Json | None:
    """What this rule asks of the whole value of the field; None when a schema cannot say it."""
    said = RULE[regel.soort](regel, veld)
    if not said or not DATATYPES[veld.datatype].meervoud or regel.soort in ON_WHOLE:
        return said
    return {"contains": said} if regel.groepering == "een" else {"items": said}


# Conditions, on the object that holds the fields


def _in(condition: VeldIn, form: Form) -> Json:
    allowed: Json = {"enum": sorted(condition.waarden, key=str)}
    veld = form.fields.get(condition.veld)
    if veld is not None and DATATYPES[veld.datatype].meervoud:
        allowed = {"contains": allowed}
    value = allowed if condition.wel else {"not": allowed}
    return {"required": [condition.veld], "properties": {condition.veld: value}}


def _filled(condition: Ingevuld, _: Form) -> Json:
    filled: Json = {"required": [condition.veld]}
    return filled if condition.wel else {"not": filled}


def _none_greater(condition: GeenGroter, _: Form) -> Json | None:
    if condition.dan != 0:
        return None
    text, number = _text("^[0-9.]*[1-9]"), {"type": "integer", "exclusiveMinimum": 0}
    positive = {"anyOf": [text, number]}
    return {"properties": {veld: {"not": positive} for veld in condition.velden}}


def _each(word: str) -> Callable[[Any, Form], Json | None]:
    def said(condition: Alle | EenVan, form: Form) -> Json | None:
        parts = [when(part, form) for part in condition.delen]
        return None if None in parts else {word: parts}

    return said


def _not(condition: Niet, form: Form) -> Json | None:
    part = when(condition.deel, form)
    return None if part is None else {"not": part}


_ALWAYS: Json = {}
_NEVER: Json = {"not": {}}

CONDITION: Mapping[type[Any], Callable[[Any, Form], Json | None]] = {
    Alle: lambda c, form: _each("allOf")(c, form) if c.delen else _ALWAYS,
    EenVan: lambda c, form: _each("anyOf")(c, form) if c.delen else _NEVER,
    Niet: _not,
    VeldIn: _in,
    Ingevuld: _filled,
    Voor: lambda _c, _f: None,
    JarenNa: lambda _c, _f: None,
    GeenGroter: _none_greater,
    KlasseIn: lambda c, form: _ALWAYS if c.holds({}, form.klasse) else _NEVER,
}
"""Each kind of condition as a schema; None when a schema cannot say it."""


def when(condition: Condition, form: Form) -> Json | None:
    """The schema that fields fit exactly when the condition holds."""
    return CONDITION[type(condition)](condition, form)


# The form


def json_schema(form: Form) -> Json:
    """The JSON Schema of a filled-in form of this type."""
    listed = {_key(veld): veld for uses in form.velden.values() for veld in uses if veld.codelijst}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"/toezicht/dossiertypes/{form.type.uri.rpartition('/')[2]}/formulier",
        "title": form.type.label,
        "$comment": f"Voor {form.klasse_label} op {form.op.isoformat()}; versie {form.versie}.",
        "type": "object",
        "properties": {
            "dossiertype": {"const": form.type.uri, "title": form.type.label},
            "velden": {"$ref": "#/$defs/velden"},
            "links": {
                "title": "Links naar de publicatie",
                "type": "array",
                "items": _text(_URI, format="uri"),
            },
            "bestanden": _files(),
        },
        "required": ["dossiertype", "velden"],
        "additionalProperties": False,
        **_some(allOf=_attachments(form)),
        "$defs": {"velden": _fields(form)} | _choices(form, listed),
    }


def _choices(form: Form, velden: Mapping[str, Veld]) -> Json:
    return {
        key: {
            "title": veld.codelijst.label if veld.codelijst else "",
            "oneOf": [{"const": c.uri, "title": c.label} for c in form.keuzes(veld)] or [False],
        }
        for key, veld in velden.items()
    }


def _key(veld: Veld) -> str:
    limited = any(regel.soort == ORGAAN for regel in veld.regels)
    key = veld.codelijst.sleutel if veld.codelijst else ""
    return f"codelijst-{key}-van-klasse" if limited else f"codelijst-{key}"


def _files() -> Json:
    one = {
        "type": "object",
        "properties": {
            "naam": {"type": "string"},
            "formaat": {"type": "string"},
            "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        },
    }
    several = {"type": "array", "items": one}
    return {"title": "Bestanden", "anyOf": [{"type": "integer", "minimum": 0}, several]}


def _fields(form: Form) -> Json:
    properties: Json = {}
    required: list[str] = []
    conditional: list[Json] = []
    for naam, uses in form.velden.items():
        properties[naam], always, rest = _field(naam, uses, form)
        required += [naam] if always else []
        conditional += rest
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
        **_some(
            allOf=[*conditional, *_across(form)],
            x_waarschuwingen=[_told(v) for v in form.type.regels if v.ernst == "waarschuwing"],
            x_regels=[_told(v) for v in form.type.regels if _unsaid(v, form)],
        ),
    }


def _some(**members: list[Any]) -> Json:
    """These members, as far as there is something in them."""
    return {name.replace("_", "-"): value for name, value in members.items() if value}


def _told(verbod: Verbod) -> Json:
    return {"regel": verbod.regel, "velden": list(verbod.velden), "melding": verbod.melding}


def _unsaid(verbod: Verbod, form: Form) -> bool:
    return verbod.ernst == "fout" and when(verbod.als, form) is None


def _field(naam: str, uses: Sequence[Veld], form: Form) -> tuple[Json, bool, list[Json]]:
    """What always holds for a field, whether it is always asked, and what else is asked when."""
    if len(uses) == 1 and uses[0].als == ALWAYS:
        return value(uses[0], form), uses[0].verplicht, []
    said = [(use, when(use.als, form)) for use in uses]
    shown: Json = {"title": uses[0].label}
    if any(condition is None for _, condition in said):
        shown["x-als"] = True
    rest = []
    for use, condition in said:
        if condition is not None:
            then: Json = {"properties": {naam: value(use, form)}}
            if use.verplicht:
                then["required"] = [naam]
            rest.append({"if": condition, "then": then} if condition else then)
    conditions = [condition for _, condition in said]
    if None not in conditions and {} not in conditions:
        rest.append({"if": {"anyOf": conditions}, "else": {"properties": {naam: False}}})
    return shown, False, rest


def value(veld: Veld, form: Form) -> Json:
    """The schema of the value of a field."""
    uris = [concept.uri for concept in form.keuzes(veld)]
    choice = {"$ref": f"#/$defs/{_key(veld)}"} if veld.codelijst else {}
    if "artikels" in veld.datatype:
        choice = {}
    said: Json = {"title": veld.label, **DATATYPE[veld.datatype](choice, uris)}
    extra: list[Json] = []
    for regel in veld.regels:
        asked = rule(regel, veld)
        told = {"regel": regel.soort.replace("_", "-"), "melding": regel.melding}
        if regel.ernst == "waarschuwing":
            said.setdefault("x-waarschuwingen", []).append(told)
        elif asked is None:
            said.setdefault("x-regels", []).append(told)
        elif asked:
            extra.append(asked)
    return {**said, "allOf": extra} if extra else said


def _across(form: Form) -> Iterable[Json]:
    for verbod in form.type.regels:
        condition = when(verbod.als, form) if verbod.ernst == "fout" else None
        if condition is not None:
            yield {"title": verbod.melding, "not": condition, "x-regel": verbod.regel}


def _attachments(form: Form) -> list[Json]:
    one_link: Json = {"required": ["links"], "properties": {"links": {"minItems": 1}}}
    counted, listed = {"type": "integer", "minimum": 1}, {"type": "array", "minItems": 1}
    some = {"bestanden": {"anyOf": [counted, listed]}}
    one_file: Json = {"required": ["bestanden"], "properties": some}
    asked = {"link": one_link, "link_of_bestand": {"anyOf": [one_link, one_file]}, "": {}}
    said = [(regel, when(regel.als, form)) for regel in form.bijlagen]
    found = [
        _lifted(condition, asked[regel.vereist])
        for regel, condition in said
        if condition is not None and regel.vereist
    ]
    if all(condition is not None for _, condition in said):
        barred = [condition for regel, condition in said if not regel.bestanden]
        allowed = [condition for regel, condition in said if regel.bestanden]
        if barred:
            no_other = {"not": {"anyOf": allowed}} if allowed else _ALWAYS
            found.append(_lifted({"anyOf": barred, **no_other}, {"not": one_file}))
    return found


def _lifted(condition: Json, then: Json) -> Json:
    """A condition on the fields, on the body that holds them."""
    return {"if": {"properties": {"velden": condition}}, "then": then} if condition else then
