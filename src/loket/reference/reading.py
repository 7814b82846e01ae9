# SPDX-License-Identifier: EUPL-1.2
"""Reads the parts that definitions share: validity, names of concepts, conditions.

A name that does not exist, or a condition of no known form, raises KeyError or ValueError.
"""

from collections.abc import Iterable, Mapping
from datetime import date
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
from loket.reference.geldigheid import Geldigheid
from loket.reference.model import Codelijst, Veld

Json = Mapping[str, Any]
KLASSEN = "bestuurseenheid-classificatie"


def validity(data: Json) -> Geldigheid:
    """The days from `geldig_van` to `geldig_tot`, each of which may be absent."""
    van, tot = data.get("geldig_van"), data.get("geldig_tot")
    return Geldigheid(
        date.fromisoformat(van) if van else None, date.fromisoformat(tot) if tot else None
    )


def resolve(names: Iterable[Any], lijst: Codelijst | None) -> frozenset[Any]:
    """The URIs of these labels or codes; values of a field without code list as they are."""
    if lijst is None:
        return frozenset(names)
    found = {name: lijst.find(name) for name in names}
    if missing := [name for name, concept in found.items() if concept is None]:
        raise ValueError(f"{lijst.sleutel} heeft geen {missing}")
    return frozenset(concept.uri for concept in found.values() if concept)


def condition(
    data: Json | str | None,
    velden: Mapping[str, Veld],
    klassen: Codelijst,
    named: Mapping[str, Any] | None = None,
) -> Condition:
    """The condition that this JSON, or the named one, means for these fields (by name)."""

    def parts(found: Iterable[Any]) -> tuple[Condition, ...]:
        return tuple(condition(part, velden, klassen, named) for part in found)

    match data:
        case None:
            return ALWAYS
        case str(name):
            known = named or {}
            others = {key: known[key] for key in known if key != name}
            return condition(known[name], velden, klassen, others)
        case {"alle": [*delen]}:
            return Alle(parts(delen))
        case {"een_van": [*delen]}:
            return EenVan(parts(delen))
        case {"niet": dict() | str() as deel}:
            return Niet(condition(deel, velden, klassen, named))
        case {"klasse_in": [*names]}:
            return KlasseIn(resolve(names, klassen))
        case {"klasse_niet_in": [*names]}:
            return KlasseIn(resolve(names, klassen), wel=False)
        case _:
            return _on_fields(data, velden)


def _on_fields(data: Json, velden: Mapping[str, Veld]) -> Condition:
    match data:
        case {"veld": str(veld), "in": [*names]}:
            return VeldIn(veld, resolve(names, velden[veld].codelijst))
        case {"veld": str(veld), "niet_in": [*names]}:
            return VeldIn(veld, resolve(names, velden[veld].codelijst), wel=False)
        case {"veld": str(veld), "ingevuld": bool(wel)}:
            return Ingevuld(velden[veld].naam, wel)
        case {"veld": str(veld), "voor": str(ander)}:
            return Voor(velden[veld].naam, velden[ander].naam)
        case {"veld": str(veld), "jaren_na": str(ander), "meer_dan": int(jaren)}:
            return JarenNa(velden[veld].naam, velden[ander].naam, jaren)
        case {"geen_van": [*names], "groter_dan": int(grens)}:
            return GeenGroter(tuple(velden[naam].naam for naam in names), grens)
        case _:
            raise ValueError(f"geen voorwaarde: {data}")
