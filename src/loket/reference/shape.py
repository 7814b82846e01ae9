# SPDX-License-Identifier: EUPL-1.2
"""The shape that definitions have: which members, of which type; learnt from the ones there are.

A slip in a name would otherwise go unnoticed (`geldig_vanaf` for `geldig_van`), because reading
takes only what it knows. Conditions (`als`) are not looked into: reading them is strict already.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from loket.kernel import Finding

OPAQUE = "als"
VALIDITY = ("geldig_van", "geldig_tot")
_NAMES = {
    "str": "een tekst", "int": "een geheel getal", "bool": "true of false", "list": "een lijst",
    "dict": "een object",
}  # fmt: skip


@dataclass(slots=True)
class Shape:
    """The JSON types seen at a place, the members of its objects and what is in its lists."""

    types: set[str] = field(default_factory=set)
    members: dict[str, "Shape"] = field(default_factory=dict)
    items: "Shape | None" = None


def learn(seen: Iterable[Any]) -> Shape:
    """The shape that all of these have."""
    shape = Shape()
    for value in seen:
        _add(shape, value)
    return shape


def _add(shape: Shape, value: Any) -> None:
    shape.types.add(type(value).__name__)
    if isinstance(value, dict):
        for name, member in value.items():
            _add(shape.members.setdefault(name, Shape()), member)
    elif isinstance(value, list):
        shape.items = shape.items or Shape()
        for item in value:
            _add(shape.items, item)


def with_validity(shape: Shape) -> None:
    """Let definitions of this shape hold from one day to another."""
    for name in VALIDITY:
        shape.members[name] = Shape({"str"})


def differences(shape: Shape, value: Any, place: str) -> Iterator[Finding]:
    """Where this value has another shape, by JSON pointer below `place`."""
    kind = type(value).__name__
    if kind not in shape.types:
        allowed = " of ".join(sorted(_NAMES.get(name, name) for name in shape.types))
        yield Finding(place, "type", f"Geef hier {allowed}.")
    elif isinstance(value, dict):
        for name, member in value.items():
            below = f"{place}/{name}"
            if name not in shape.members:
                known = ", ".join(sorted(shape.members))
                yield Finding(below, "onbekend", f"Laat dit weg; gekend zijn: {known}.")
            elif name != OPAQUE:
                yield from differences(shape.members[name], member, below)
    elif isinstance(value, list) and shape.items is not None and shape.items.types:
        for n, item in enumerate(value):
            yield from differences(shape.items, item, f"{place}/{n}")
