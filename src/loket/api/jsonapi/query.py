# SPDX-License-Identifier: EUPL-1.2
"""The query parameters of JSON:API as a `Query`; what is not known is refused by name."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from loket.api.jsonapi.kinds import BOOLEAN, INTEGER, MOMENT, Kind
from loket.api.jsonapi.resource import Filter, Resource, one_of
from loket.api.refusals import VraagOngeldig
from loket.kernel import Finding

SIZE, MAX_SIZE = 50, 200
"""Rows on a page: when nothing is asked, and at most."""
DEPTH = 2
"""How far an include may reach: `dossier.bestuur` is two steps."""

_BOOKMARK = re.compile(r"[A-Za-z0-9_-]{1,1000}")


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked of a resource: conditions with their values, order (names, `-` before it is
    from high to low), a page of it, fields by type, paths to include, and as of which moment.
    `nu` is the server's clock."""

    filters: tuple[tuple[Filter, tuple[Any, ...]], ...] = ()
    sort: tuple[str, ...] = ()
    size: int = SIZE
    after: str | None = None
    before: str | None = None
    total: bool = False
    fields: Mapping[str, frozenset[str]] = field(default_factory=dict)
    include: tuple[tuple[str, ...], ...] = ()
    op: datetime | None = None
    nu: datetime = field(default_factory=lambda: datetime.now(UTC), compare=False)


Resources = Mapping[str, Resource]
"""All resources by type."""


def parse(
    resource: Resource,
    resources: Resources,
    items: Iterable[tuple[str, str]],
    *,
    single: bool = False,
) -> Query:
    """The query in these parameters, of a list or of a single thing.

    Raises VraagOngeldig, naming each parameter that does not exist or has no such value.
    """
    reading = _Reading(resource, resources, single=single)
    for name, text in items:
        reading.take(name, text)
    return reading.query()


def filters_of(resource: Resource) -> dict[str, Filter]:
    """The filters of a list by parameter: `filter[verzonden][van]`."""
    found = {"id": one_of(resource.key, resource.identity, "Id."), **resource.filters}
    return {f"filter{_path(name)}": each for name, each in found.items()}


def paths(resource: Resource, resources: Resources, depth: int = DEPTH) -> list[str]:
    """The paths that can be included."""
    found = []
    for name, each in resource.relationships.items():
        target = resources.get(each.type)
        if target and each.linked:
            found.append(name)
            if depth > 1:
                found += [f"{name}.{further}" for further in paths(target, resources, depth - 1)]
    return found


def types(resource: Resource, resources: Resources) -> dict[str, Resource]:
    """The resource itself and those that can be included with it, by type."""
    found = {resource.type: resource}
    for path in paths(resource, resources):
        step = resource
        for name in path.split("."):
            step = resources[step.relationships[name].type]
            found.setdefault(step.type, step)
    return found


def _path(name: str) -> str:
    return "".join(f"[{step}]" for step in name.split("."))


class _Wrong(ValueError):
    """What is wrong with a parameter: the rule, and what to do."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule


class _Reading:
    """Parameters read so far, and what was wrong with them."""

    def __init__(self, resource: Resource, resources: Resources, *, single: bool) -> None:
        self._resource = resource
        self._resources = resources
        self._found: dict[str, Any] = {}
        self._fields: dict[str, frozenset[str]] = {}
        self._filters: dict[str, tuple[Filter, tuple[Any, ...]]] = {}
        self._wrong: list[Finding] = []
        self._readers: dict[str, Callable[[str], None]] = {"include": self._include}
        if resource.history:
            self._readers["op"] = self._simple("op", MOMENT)
        if not single:
            self._known = filters_of(resource)
            self._readers |= {
                "sort": self._sort,
                "page[size]": self._size,
                "page[after]": self._bookmark("after"),
                "page[before]": self._bookmark("before"),
                "page[total]": self._simple("total", BOOLEAN),
            }
        else:
            self._known = {}
        self._types = types(resource, resources)

    def take(self, name: str, text: str) -> None:
        """Reads one parameter."""
        try:
            if name in self._known:
                self._filter(name, text)
            elif name.startswith("fields["):
                self._sparse(name, text)
            elif name in self._readers:
                self._once(name)
                self._readers[name](text)
            else:
                raise _Wrong("onbekend", f"Deze parameter bestaat hier niet. {self._names()}")
        except _Wrong as wrong:
            self._wrong.append(Finding(_printable(name), wrong.rule, str(wrong)))

    def query(self) -> Query:
        """All that was read. Raises VraagOngeldig."""
        if self._found.get("after") and self._found.get("before"):
            message = "Vraag wat na een bladwijzer komt of wat ervoor komt, niet allebei."
            self._wrong.append(Finding("page[before]", "bereik", message))
        if self._wrong:
            raise VraagOngeldig("", *self._wrong)
        order = () if not self._resource.order else (self._resource.order,)
        self._found.setdefault("sort", order)
        return Query(filters=tuple(self._filters.values()), fields=self._fields, **self._found)

    def _names(self) -> str:
        names = sorted((*self._known, *self._readers))
        return f"Er zijn: {', '.join(names)}, fields[…]."

    def _once(self, name: str) -> None:
        key = {"sort": "sort", "include": "include", "op": "op"}.get(name, name[5:-1])
        if key in self._found:
            raise _Wrong("dubbel", "Geef deze parameter één keer.")

    def _filter(self, name: str, text: str) -> None:
        known = self._known[name]
        texts = text.split(",") if known.many else [text]
        values = tuple(_value(known.kind, each) for each in texts)
        if known.wrap:
            values = tuple(map(known.wrap, values))
        _, before = self._filters.get(name, (known, ()))
        if before and not known.many:
            raise _Wrong("dubbel", "Geef deze parameter één keer.")
        if len(before) + len(values) > MAX_SIZE:
            raise _Wrong("aantal", f"Geef hoogstens {MAX_SIZE} waarden.")
        self._filters[name] = (known, (*before, *values))

    def _sparse(self, name: str, text: str) -> None:
        kind = name.removeprefix("fields[").removesuffix("]")
        known = self._types.get(kind)
        if known is None or not name.endswith("]"):
            raise _Wrong("onbekend", f"Kies uit {', '.join(sorted(self._types))}.")
        if kind in self._fields:
            raise _Wrong("dubbel", "Geef deze parameter één keer.")
        names = text.split(",") if text else []
        if strange := [each for each in names if each not in known.names]:
            raise _Wrong("onbekend", f"{_list(strange)}: kies uit {', '.join(known.names)}.")
        if len(names) > MAX_SIZE:
            raise _Wrong("aantal", f"Geef hoogstens {MAX_SIZE} waarden.")
        self._fields[kind] = frozenset(names)

    def _sort(self, text: str) -> None:
        known = self._resource.sorts
        found: dict[str, str] = {}
        for each in text.split(","):
            name = each.removeprefix("-")
            if name not in known:
                choices = f"kies uit {', '.join(known)}, met - ervoor voor dalend"
                raise _Wrong("onbekend", f"{_list([each])}: {choices}.")
            found.setdefault(name, each)
        self._found["sort"] = tuple(found.values())

    def _include(self, text: str) -> None:
        known = paths(self._resource, self._resources)
        asked = text.split(",") if text else []
        if strange := [each for each in asked if each not in known]:
            raise _Wrong("onbekend", f"{_list(strange)}: kies uit {', '.join(known)}.")
        self._found["include"] = tuple(tuple(each.split(".")) for each in dict.fromkeys(asked))

    def _size(self, text: str) -> None:
        size = _value(INTEGER, text)
        if not 1 <= size <= MAX_SIZE:
            raise _Wrong("grootte", f"Geef een getal van 1 tot {MAX_SIZE}.")
        self._found["size"] = size

    def _bookmark(self, key: str) -> Callable[[str], None]:
        def read(text: str) -> None:
            if not _BOOKMARK.fullmatch(text):
                raise _Wrong("bladwijzer", "Gebruik een bladwijzer uit de links van een bladzijde.")
            self._found[key] = text

        return read

    def _simple(self, key: str, kind: Kind) -> Callable[[str], None]:
        def read(text: str) -> None:
            self._found[key] = _value(kind, text)

        return read


def _value(kind: Kind, text: str) -> Any:
    try:
        return kind.parse(text)
    except (ValueError, KeyError, OverflowError):
        raise _Wrong("vorm", kind.hint) from None


def _list(names: Iterable[str]) -> str:
    return ", ".join(map(_printable, names))


def _printable(name: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in name)[:100]
