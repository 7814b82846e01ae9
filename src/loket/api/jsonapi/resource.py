# SPDX-License-Identifier: EUPL-1.2
"""What can be read, as data: a `Resource` says what is different about one kind of thing.

Everything else is derived from it: the list and the single read, filters, order, pages, included
resources, the OpenAPI description and exports. All SQL in a resource is constant text that is
composed, never filled in: values travel as arguments. In it `r` is the row, `%(bestuur)s`,
`%(persoon)s` and `%(rollen)s` are the reader's bestuur (URI), person and roles, and `%(nu)s` is the
server's clock.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from loket.api.jsonapi.kinds import ID, MOMENT, TEXT, Json, Kind
from loket.kernel import Actor
from loket.reference import Reference

if TYPE_CHECKING:
    from loket.api.parts import Parts

Row = Mapping[str, Any]
"""One thing: `id`, and values by the names of attributes and relationships."""


def _same(value: str) -> str:
    return value


@dataclass(frozen=True, slots=True)
class Attribute:
    """A value of a resource: its kind, and where it stands in the row (`r.<name>` if not said).

    It is null for whom the SQL condition `visible` does not hold; never sort or filter on it then.
    `show` makes the value that is told of the one that is stored. `detail` attributes are in
    single reads only: `Resource.one` gives them.
    """

    kind: Kind
    description: str = ""
    sql: str = ""
    nullable: bool = False
    visible: str = ""
    show: "Callable[[Any, Parts], Any] | None" = None
    schema: Json | None = None
    detail: bool = False


@dataclass(frozen=True, slots=True)
class Relationship:
    """A link to one resource of a type, or to several (`many`); empty values link to none.

    The column (`r.<name>` if not said) holds ids, or values that `identify` makes ids of. With
    `related` (an address with `{id}`) and `linked=False` it tells where to read them, not which.
    """

    type: str
    description: str = ""
    sql: str = ""
    many: bool = False
    identify: Callable[[str], str] = _same
    related: str = ""
    linked: bool = True
    detail: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on rows, with `{values}` (any of the values asked fits) or `{value}`."""

    condition: str
    kind: Kind
    description: str = ""
    wrap: Callable[[Any], Any] | None = None

    @property
    def many(self) -> bool:
        """True when several values may be asked, separated by commas."""
        return "{values}" in self.condition


@dataclass(frozen=True, slots=True)
class Sort:
    """An order: an SQL expression that is never null, and its kind. It needs an index on itself
    followed by the id; see `empty_last` for columns that may be null."""

    sql: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Single:
    """One thing as its own read finds it: the row, more links, and the version it has."""

    row: Row
    links: Mapping[str, str | None] = field(default_factory=dict)
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind of thing that can be read.

    It has rows in `table` (of the read model `projection`, when it is one), of which an actor may
    see those for which one of `scope` holds; these conditions exclude each other, so that each can
    use its own index. Where the table has none, `catalog` makes rows by id from reference data.
    `key` is the id, of kind `identity`. `history` is a table with the same columns and `vanaf` and
    `tot` (moments), for reads as of a moment. `roles` are those of which a reader needs one: None
    for the roles of its module, empty for anyone who is signed in. `path` is where it is read;
    without one it is only included. `versioned` are those whose readers may know how many events
    their stream has (ETag). `one` reads a single thing in its own way. `links` are
    addresses with `{id}`.
    """

    type: str
    title: str
    module: str
    attributes: Mapping[str, Attribute]
    table: str = ""
    path: str = ""
    relationships: Mapping[str, Relationship] = field(default_factory=dict)
    filters: Mapping[str, Filter] = field(default_factory=dict)
    sorts: Mapping[str, Sort] = field(default_factory=dict)
    order: str = ""
    scope: tuple[str, ...] = ("true",)
    roles: frozenset[str] | None = None
    links: Mapping[str, str] = field(default_factory=dict)
    description: str = ""
    projection: str = ""
    key: str = "r.id"
    identity: Kind = ID
    history: str = ""
    versioned: bool = False
    catalog: Callable[[Reference, Iterable[str]], Iterable[Row]] | None = None
    one: "Callable[[Parts, Actor, UUID], Awaitable[Single]] | None" = None

    @property
    def names(self) -> tuple[str, ...]:
        """Its fields, in the sense of JSON:API: attributes and relationships."""
        return (*self.attributes, *self.relationships)

    def columns(self) -> dict[str, str]:
        """What is selected of a row: names with their SQL expressions, the id first."""
        found = {"id": f"{self.key}::text"}
        for name, attribute in self.attributes.items():
            if not attribute.detail:
                sql = attribute.sql or f"r.{name}"
                seen = attribute.visible
                found[name] = f"CASE WHEN {seen} THEN {sql} END" if seen else sql
        for name, relationship in self.relationships.items():
            if relationship.linked and not relationship.detail:
                found[name] = relationship.sql or f"r.{name}"
        return found


# Ways to filter and to sort


def one_of(column: str, kind: Kind, description: str = "") -> Filter:
    """The column is one of the values."""
    return Filter(f"{column} = ANY({{values}})", kind, description)


def overlaps(column: str, kind: Kind, description: str = "") -> Filter:
    """The list in the column holds one of the values."""
    return Filter(f"{column} && {{values}}", kind, description)


def contains(column: str, description: str = "") -> Filter:
    """The column has one of the texts in it, in capitals or not."""
    return Filter(f"{column} ILIKE ANY({{values}})", TEXT, description, _pattern)


def holds(condition: str, kind: Kind, description: str = "") -> Filter:
    """The condition is as asked: of kind BOOLEAN."""
    return Filter(f"({condition}) = {{value}}", kind, description)


def between(name: str, column: str, description: str, kind: Kind = MOMENT) -> dict[str, Filter]:
    """Two filters, `filter[<name>][van]` (from then on) and `filter[<name>][tot]` (before then)."""
    return {
        f"{name}.van": Filter(f"{column} >= {{value}}", kind, f"{description} vanaf dan."),
        f"{name}.tot": Filter(f"{column} < {{value}}", kind, f"{description} voor dan."),
    }


def empty_last(column: str, kind: Kind = MOMENT) -> Sort:
    """Rows without a value count as higher than all others."""
    highest = {"timestamptz": "'infinity'::timestamptz", "bigint": "9223372036854775807"}
    return Sort(f"coalesce({column}, {highest[kind.sql]})", kind)


def empty_first(column: str, kind: Kind) -> Sort:
    """Rows without a value count as lower than all others."""
    lowest = {
        "timestamptz": "'-infinity'::timestamptz",
        "bigint": "(-9223372036854775808)",
        "text": "''",
    }
    return Sort(f"coalesce({column}, {lowest[kind.sql]})", kind)


def _pattern(text: str) -> str:
    escaped = text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%"
