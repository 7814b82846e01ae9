# SPDX-License-Identifier: EUPL-1.2
"""Tries a change to reference data before it is decided: what is wrong with it, and what breaks?

The whole of the data is read with the change in it; nothing that does not read, and nothing that
leaves a form without a choice, is let through.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from loket.kernel import Finding
from loket.reference.model import Reference
from loket.reference.overlay import (
    SOORTEN,
    UNREADABLE,
    Soort,
    Wijziging,
    applied,
    canonical,
    definition,
    definitions,
    overlay,
)
from loket.reference.shape import VALIDITY, Shape, differences, learn, with_validity

PLACE = "inhoud"
ALSO: Mapping[str, dict[str, Any]] = {
    "dossiertype": {
        "velden": [{"veld": "", "verplicht": True, "als": ""}],
        "bijlagen": [{"vereist": "", "bestanden": True, "als": ""}],
        "regels": [{"regel": "", "als": "", "velden": [""], "melding": "", "ernst": ""}],
    },
    "veld": {
        "regels": [
            {"soort": "", "waarde": waarde, "ernst": "", "melding": "", "groepering": ""}
            for waarde in ("", 0, True, [""])
        ],
    },
}
"""Members that reading takes and that what ships may not have, by kind of definition."""

CONDITION = "voorwaarde"
"""Conditions have the shape that reading asks, as deep as one likes."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The change in canonical form, or what is wrong with it."""

    change: Wijziging
    findings: tuple[Finding, ...] = ()


def attempt(now: Reference, change: Wijziging, day: date) -> Outcome:
    """What is wrong with this change to the data as they are, decided on this day."""
    try:
        item = _read(change.inhoud) if change.inhoud else None
        return _attempt(now, change, item, day)
    except (ValueError, RecursionError):
        return Outcome(change, (Finding(PLACE, "json", "Geef één JSON-object als tekst."),))


def _attempt(now: Reference, change: Wijziging, item: dict[str, Any] | None, day: date) -> Outcome:
    soort = SOORTEN[change.soort]
    if findings := tuple(_findings(now, soort, change.sleutel, item)):
        return Outcome(change, findings)
    change = replace(change, inhoud="" if item is None else canonical(item))
    try:
        applied(now.bron, [change])
    except UNREADABLE:
        return Outcome(change, (_homeless(soort, change.sleutel),))
    result = overlay(now, [change])
    if result.left_out:
        return Outcome(change, (Finding(PLACE, "onleesbaar", result.left_out[0]),))
    return Outcome(change, tuple(_gaps(now, result.reference, _days(item, day))))


def _homeless(soort: Soort, sleutel: str) -> Finding:
    if not soort.binnen:
        return Finding("sleutel", "vorm", "Geef een sleutel die als tekst bewaard kan worden.")
    parent = sleutel.partition(" ")[0]
    melding = f"Geef de sleutel van een {soort.binnen}, een spatie en de eigen sleutel; {parent}"
    return Finding("sleutel", "onbekend", f"{melding} bestaat niet.")


def ended(content: str, soort: Soort, day: str) -> str:
    """The content of a definition that ends after this day (ISO); empty: it is taken away."""
    if soort.einde is None:
        return ""
    found = json.loads(content)
    if not soort.einde:
        return canonical(_until(found, day))
    members = [_until(member, day) for member in found.get(soort.einde, ())]
    return canonical({**found, soort.einde: members} if members else found)


def _until(content: Mapping[str, Any], day: str) -> dict[str, Any]:
    return {**content, "geldig_tot": min(content.get("geldig_tot") or day, day)}


def _read(text: str) -> dict[str, Any]:
    content = json.loads(text, parse_float=_refused, parse_constant=_refused)
    if not isinstance(content, dict):
        raise ValueError(text)
    return content


def _refused(number: str) -> None:
    raise ValueError(number)


def _findings(
    now: Reference, soort: Soort, sleutel: str, item: dict[str, Any] | None
) -> Iterator[Finding]:
    if item is None:
        return
    own = sleutel.partition(" ")[2] if soort.binnen else sleutel
    if soort.sleutel and item.get(soort.sleutel) != own:
        place = f"{PLACE}/{soort.sleutel}"
        yield Finding(place, "sleutel", f"Geef hier de sleutel van de definitie: {own}.")
    free = soort.naam == CONDITION
    found = [] if free else list(differences(shape_of(now, soort), item, PLACE))
    yield from found or (*_dates(item, PLACE), *_kept(now, soort, sleutel, item))


def shape_of(now: Reference, soort: Soort) -> Shape:
    """The shape of the definitions of a kind."""
    also = [ALSO[soort.naam]] if soort.naam in ALSO else []
    shape = learn([*definitions(now.bron, soort).values(), *also])
    if soort.einde == "":
        with_validity(shape)
    for part in SOORTEN.values():
        if part.binnen == soort.naam:
            shape.members.setdefault(part.lijst, Shape({"list"})).items = shape_of(now, part)
    return shape


def _dates(item: Any, place: str) -> Iterator[Finding]:
    """Days that are none, and periods that end before they begin."""
    if isinstance(item, list):
        for n, part in enumerate(item):
            yield from _dates(part, f"{place}/{n}")
    if not isinstance(item, dict):
        return
    for name in VALIDITY:
        if name in item and not is_day(item[name]):
            yield Finding(f"{place}/{name}", "datatype", "Geef een datum als 2026-01-31.")
    van, tot = (item.get(name) for name in VALIDITY)
    if van and tot and str(tot) < str(van):
        yield Finding(f"{place}/geldig_tot", "periode", "De laatste dag valt voor de eerste.")
    for name, part in item.items():
        yield from _dates(part, f"{place}/{name}")


def is_day(text: object) -> bool:
    """True for `2026-01-31`."""
    try:
        return isinstance(text, str) and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _kept(now: Reference, soort: Soort, sleutel: str, item: dict[str, Any]) -> Iterator[Finding]:
    """What a definition held stays in it: dossiers of the past refer to it."""
    before = definition(now.bron, soort, sleutel)
    if before is None:
        return
    for part in SOORTEN.values():
        if part.binnen == soort.naam:
            kept = {each.get(part.sleutel) for each in item.get(part.lijst, ())}
            for each in before.get(part.lijst, ()):
                if (key := each[part.sleutel]) not in kept:
                    melding = f"Behoud {key} en beëindig het met geldig_tot."
                    yield Finding(f"{PLACE}/{part.lijst}", "weggelaten", melding)


def _days(item: Any, day: date) -> set[date]:
    """This day and every day on which something in the definition begins or has ended."""
    days = {day}
    parts = item if isinstance(item, list) else []
    if isinstance(item, dict):
        parts = list(item.values())
        van, tot = (item.get(name) for name in VALIDITY)
        days |= {date.fromisoformat(van)} if isinstance(van, str) and van else set()
        last = date.fromisoformat(tot) if isinstance(tot, str) and tot else date.max
        days |= {last + timedelta(days=1)} if last < date.max else set()
    return days.union(*(_days(part, day) for part in parts))


def _gaps(before: Reference, after: Reference, days: set[date]) -> Iterator[Finding]:
    """What could be filled in or received before, and no longer can be."""
    for day in sorted(days):
        for broken in (_empty, _unreceived):
            had = set(broken(before, day))
            for gap in broken(after, day):
                if gap not in had:
                    yield Finding(PLACE, "in-gebruik", f"Op {day.isoformat()}: {gap}")


def _empty(reference: Reference, day: date) -> Iterator[str]:
    """Forms offered on this day with a field whose code list has no value then."""
    for form in reference.dossiertypes.values():
        if any(r.geldig.van is not None and r.geldig.op(day) for r in form.meldingsregels):
            for veld in form.velden:
                lijst = veld.codelijst
                if lijst and not any(c.geldig.op(day) for c in lijst.concepten.values()):
                    yield f"'{form.label}' vraagt uit '{lijst.label}', waarin niets meer staat."


def _unreceived(reference: Reference, day: date) -> Iterator[str]:
    """Types that a class may send on this day and for which no routing rule can fit."""
    routes = [route for route in reference.routering if route.geldig.op(day)]
    for form in reference.dossiertypes.values():
        values = {"dossiertype": form.uri}
        rules = [r for r in form.meldingsregels if r.geldig.van is not None and r.geldig.op(day)]
        for klasse in sorted({klasse for rule in rules for klasse in rule.klassen}):
            if not any(route.als.holds(values, klasse) for route in routes):
                yield f"niemand ontvangt '{form.label}' van een {reference.label(klasse)}."
