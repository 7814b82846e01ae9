# SPDX-License-Identifier: EUPL-1.2
"""Conditions as data: when a field applies, a rule is broken, a route fits.

| JSON                                         | holds when                                    |
|----------------------------------------------|-----------------------------------------------|
| `{"alle": [c, ...]}`, `{"een_van": [c, ...]}` | all, or at least one, of them hold            |
| `{"niet": c}`                                | it does not hold                              |
| `{"veld": v, "in": [...]}`                   | the field has one of these values             |
| `{"veld": v, "niet_in": [...]}`              | the field is filled in, with none of these    |
| `{"veld": v, "ingevuld": true}`              | the field is (or is not) filled in            |
| `{"veld": v, "voor": w}`                     | ISO date, moment or year v is before that of w |
| `{"veld": v, "jaren_na": w, "meer_dan": n}`  | the year of v is more than n after that of w  |
| `{"geen_van": [v, ...], "groter_dan": n}`    | none of the fields holds a number above n     |
| `{"klasse_in": [...]}`, `{"klasse_niet_in"}` | the sender's class is, or is not, one of these |
| `"naam"`                                     | the condition of that name among `voorwaarden` |
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Protocol

from loket.kernel import Value


class Condition(Protocol):
    """Something that holds or not for the values of a form and the sender's class (URI)."""

    def holds(self, values: Mapping[str, Value], klasse: str, /) -> bool:
        """True when it holds."""


def is_filled(value: Value) -> bool:
    """True for a value that says something: not None, not blank, not an empty list."""
    if isinstance(value, str):
        return bool(value.strip())
    return value is not None and value != ()


def _items(value: Value) -> tuple[str | int | bool | None, ...]:
    return value if isinstance(value, tuple) else (value,)


@dataclass(frozen=True, slots=True)
class Alle:
    """All of them; also when there are none."""

    delen: tuple[Condition, ...] = ()

    def holds(self, values: Mapping[str, Value], klasse: str, /) -> bool:
        return all(deel.holds(values, klasse) for deel in self.delen)


@dataclass(frozen=True, slots=True)
class EenVan:
    """At least one of them."""

    delen: tuple[Condition, ...]

    def holds(self, values: Mapping[str, Value], klasse: str, /) -> bool:
        return any(deel.holds(values, klasse) for deel in self.delen)


@dataclass(frozen=True, slots=True)
class Niet:
    """Not this one."""

    deel: Condition

    def holds(self, values: Mapping[str, Value], klasse: str, /) -> bool:
        return not self.deel.holds(values, klasse)


@dataclass(frozen=True, slots=True)
class VeldIn:
    """The field has (or, when not `wel`, is filled in with none) of these values."""

    veld: str
    waarden: frozenset[str | int | bool]
    wel: bool = True

    def holds(self, values: Mapping[str, Value], _: str, /) -> bool:
        value = values.get(self.veld)
        if not is_filled(value):
            return False
        return any(item in self.waarden for item in _items(value)) == self.wel


@dataclass(frozen=True, slots=True)
class Ingevuld:
    """The field is filled in, or is not."""

    veld: str
    wel: bool = True

    def holds(self, values: Mapping[str, Value], _: str, /) -> bool:
        return is_filled(values.get(self.veld)) == self.wel


@dataclass(frozen=True, slots=True)
class Voor:
    """One field is earlier than another, as far as both are precise (year or day)."""

    veld: str
    ander: str

    def holds(self, values: Mapping[str, Value], _: str, /) -> bool:
        one, other = values.get(self.veld), values.get(self.ander)
        if not (isinstance(one, str) and isinstance(other, str) and one and other):
            return False
        precision = min(len(one), len(other), len("2026-01-31"))
        return one[:precision] < other[:precision]


@dataclass(frozen=True, slots=True)
class JarenNa:
    """The year of one field lies more than so many years after that of another."""

    veld: str
    ander: str
    meer_dan: int

    def holds(self, values: Mapping[str, Value], _: str, /) -> bool:
        one, other = _year(values.get(self.veld)), _year(values.get(self.ander))
        return one is not None and other is not None and one - other > self.meer_dan


def _year(value: Value) -> int | None:
    text = value[:4] if isinstance(value, str) else ""
    return int(text) if text.isascii() and text.isdigit() else None


@dataclass(frozen=True, slots=True)
class GeenGroter:
    """None of the fields holds a number greater than the bound; those left open do not count."""

    velden: tuple[str, ...]
    dan: int

    def holds(self, values: Mapping[str, Value], _: str, /) -> bool:
        return not any(_exceeds(values.get(veld), self.dan) for veld in self.velden)


def _exceeds(value: Value, bound: int) -> bool:
    try:
        return isinstance(value, str | int) and Decimal(value) > bound
    except InvalidOperation:
        return False


@dataclass(frozen=True, slots=True)
class KlasseIn:
    """The sender's class is, or is not, one of these (URIs)."""

    klassen: frozenset[str]
    wel: bool = True

    def holds(self, _: Mapping[str, Value], klasse: str, /) -> bool:
        return (klasse in self.klassen) == self.wel


ALWAYS: Condition = Alle()
