# SPDX-License-Identifier: EUPL-1.2
"""Datatypes of form fields and the rules their values may carry.

A datatype is a predicate and the sentence saying how to meet it. Numbers travel as text, so that
one value has one canonical encoding.

| datatype    | value                                                                       |
|-------------|-----------------------------------------------------------------------------|
| tekst       | text                                                                        |
| datum       | `2026-01-31`                                                                |
| datumtijd   | `2026-01-31T20:00:00+01:00` (the offset is required)                        |
| jaar        | `2026` as text                                                              |
| getal       | decimal number as text, with a point                                        |
| geheel      | integer                                                                     |
| boolean     | true or false                                                               |
| concept(en) | one URI, or a list of URIs, of the field's code list                        |
| kbo         | KBO number of ten digits                                                    |
| uri(s)      | one http(s) URI, or a list                                                  |
| artikels    | list; per article its type (URI of the code list), then what it refers to   |
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from loket.kernel import Value
from loket.reference.identifiers import is_kbo
from loket.reference.model import Regel

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{3}|\.[0-9]{6})?)?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})"
)
_YEAR = re.compile(r"[0-9]{4}")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
_URI = re.compile(r"https?://[^\s<>\"{}|\\^`\x00-\x20]{1,500}")


@dataclass(frozen=True, slots=True)
class Datatype:
    """A datatype: the test, how to meet it (Dutch), and whether it is a list."""

    test: Callable[[Value], bool]
    eis: str
    meervoud: bool = False


def _text(value: Value) -> bool:
    return isinstance(value, str)


def _day(value: Value) -> bool:
    return isinstance(value, str) and bool(_DAY.fullmatch(value)) and _parses(value)


def _moment(value: Value) -> bool:
    return isinstance(value, str) and bool(_MOMENT.fullmatch(value)) and _parses(value)


def _parses(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _year(value: Value) -> bool:
    return isinstance(value, str) and bool(_YEAR.fullmatch(value))


def _number(value: Value) -> bool:
    return isinstance(value, str) and bool(_NUMBER.fullmatch(value))


def _integer(value: Value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _boolean(value: Value) -> bool:
    return isinstance(value, bool)


def _kbo(value: Value) -> bool:
    return isinstance(value, str) and is_kbo(value)


def is_uri(value: Value) -> bool:
    """True for an absolute http(s) URI without blanks."""
    return isinstance(value, str) and bool(_URI.fullmatch(value))


def _uris(value: Value) -> bool:
    return (
        isinstance(value, tuple)
        and len(set(value)) == len(value)
        and all(is_uri(item) for item in value)
    )


def _articles(value: Value) -> bool:
    return isinstance(value, tuple) and all(
        len(item.split()) > 1 and all(is_uri(part) for part in item.split()) for item in value
    )


DATATYPES: Mapping[str, Datatype] = {
    "tekst": Datatype(_text, "een tekst"),
    "datum": Datatype(_day, "een datum als 2026-01-31"),
    "datumtijd": Datatype(_moment, "een datum en uur met tijdzone, als 2026-01-31T20:00:00+01:00"),
    "jaar": Datatype(_year, "een jaar van vier cijfers, als tekst"),
    "getal": Datatype(_number, 'een getal als tekst, met een punt, als "7.5"'),
    "geheel": Datatype(_integer, "een geheel getal"),
    "boolean": Datatype(_boolean, "true of false"),
    "concept": Datatype(is_uri, "één URI uit de codelijst"),
    "concepten": Datatype(_uris, "een lijst van verschillende URI's uit de codelijst", True),
    "kbo": Datatype(_kbo, "een geldig KBO-nummer van tien cijfers zonder punten"),
    "uri": Datatype(is_uri, "één URI die begint met http:// of https://"),
    "uris": Datatype(_uris, "een lijst van verschillende URI's", True),
    "artikels": Datatype(
        _articles, "een lijst met per artikel zijn type en waar het naar verwijst (URI's)", True
    ),
}


def concepts_in(datatype: str, value: Value) -> tuple[str, ...]:
    """The URIs in a value that must belong to the field's code list."""
    if not isinstance(value, tuple):
        return (str(value),)
    return tuple(item.split()[0] for item in value) if datatype == "artikels" else value


def _max_length(regel: Regel, value: Value, _: date) -> str:
    long = isinstance(value, str) and len(value) > int(regel.waarde)
    return f"Gebruik hoogstens {regel.waarde} tekens." if long else ""


def _in_past(_: Regel, value: Value, op: date) -> str:
    future = isinstance(value, str) and value[:10] > op.isoformat()
    return "Deze datum ligt in de toekomst; controleer hem." if future else ""


def _positive(_regel: Regel, value: Value, _op: date) -> str:
    number = Decimal(value) if isinstance(value, int | str) else Decimal(0)
    return "" if number >= 0 else "Geef een getal dat niet negatief is."


def _pattern(regel: Regel, value: Value, _: date) -> str:
    fits = isinstance(value, str) and re.fullmatch(str(regel.waarde), value)
    return "" if fits else f"Volg het patroon {regel.waarde}."


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of rule: the datatypes it fits and what it says of a value that breaks it."""

    datatypes: frozenset[str]
    broken: Callable[[Regel, Value, date], str]


RULES: Mapping[str, Rule] = {
    "max_lengte": Rule(frozenset({"tekst"}), _max_length),
    "in_verleden": Rule(frozenset({"datum", "datumtijd"}), _in_past),
    "positief": Rule(frozenset({"getal", "geheel"}), _positive),
    "patroon": Rule(frozenset({"tekst", "uri"}), _pattern),
}
"""Rules by kind; they see only values of a datatype they fit."""
