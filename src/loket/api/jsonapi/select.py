# SPDX-License-Identifier: EUPL-1.2
"""SQL for a query on a resource: constant text with arguments, one statement a page.

Pages are found by key, not counted off: a bookmark holds the values by which its row is sorted,
so that pages stay as they are while rows come and go.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from loket.api.jsonapi.query import Query
from loket.api.jsonapi.resource import Resource
from loket.api.refusals import VraagOngeldig
from loket.kernel import Actor, Finding

Arguments = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Selection:
    """A statement and its arguments; `columns` names the first columns of its rows, those after
    them are the keys of the order."""

    sql: str
    arguments: Arguments
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Key:
    sql: str
    type: str
    down: bool

    @property
    def direction(self) -> str:
        return "DESC" if self.down else "ASC"


def select(resource: Resource, query: Query, actor: Actor, limit: int | None = None) -> Selection:
    """The rows that fit, in order, of those this actor may see; from the bookmark on, if any.

    Before a bookmark the order is reversed. Raises VraagOngeldig for a bookmark of another list.
    """
    keys = _keys(resource, query)
    where, arguments = _where(query, actor)
    if bookmark := query.after or query.before:
        values = _bookmarked(bookmark, resource, query, len(keys))
        where.append(_beyond(keys))
        arguments |= {f"k{n}": value for n, value in enumerate(values)}
    columns = resource.columns()
    picked = [f"{sql} AS c{n}" for n, sql in enumerate(columns.values())]
    picked += [f"{key.sql} AS k{n}" for n, key in enumerate(keys)]
    order = f"ORDER BY {', '.join(f'{key.sql} {key.direction}' for key in keys)}"
    ordered = f"ORDER BY {', '.join(f'k{n} {key.direction}' for n, key in enumerate(keys))}"
    most = ""
    if limit is not None:
        most, arguments["limit"] = " LIMIT %(limit)s", limit
    # Apart, so that each can be read from its own index, in order.
    parts = [
        f"(SELECT {', '.join(picked)} FROM {_from(resource, query)}"
        f" WHERE {' AND '.join(((f'({scope})'), *where))} {order}{most})"
        for scope in resource.scope
    ]
    shown = [f"c{n}" for n in range(len(columns))]
    shown += [f"k{n}::text AS t{n}" for n in range(len(keys))]
    sql = f"SELECT {', '.join(shown)} FROM ({' UNION ALL '.join(parts)}) AS page {ordered}{most}"
    return Selection(sql, arguments, tuple(columns))


def count(resource: Resource, query: Query, actor: Actor) -> Selection:
    """How many rows fit."""
    where, arguments = _where(query, actor)
    counts = " + ".join(
        f"(SELECT count(*) FROM {_from(resource, query)}"
        f" WHERE {' AND '.join((f'({scope})', *where))})"
        for scope in resource.scope
    )
    return Selection(f"SELECT {counts}", arguments, ("count",))


def by_id(resource: Resource, query: Query, actor: Actor, ids: Iterable[str]) -> Selection:
    """The rows with these ids, of those this actor may see."""
    columns = resource.columns()
    scope = " OR ".join(f"({each})" for each in resource.scope)
    sql = (
        f"SELECT {', '.join(columns.values())} FROM {_from(resource, query)}"
        f" WHERE ({scope}) AND {resource.key} = ANY(%(ids)s::{resource.identity.sql}[])"
    )
    arguments = {**_reader(actor, query), "ids": list(ids)}
    return Selection(sql, arguments, tuple(columns))


def bookmark(query: Query, keys: Sequence[str]) -> str:
    """The bookmark of the row with these keys."""
    content = json.dumps([query.sort, list(keys)], separators=(",", ":"))
    return urlsafe_b64encode(content.encode()).rstrip(b"=").decode()


def _bookmarked(text: str, resource: Resource, query: Query, number: int) -> list[str]:
    try:
        sort, keys = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        fits = tuple(sort) == query.sort and len(keys) == number
        if fits and all(isinstance(key, str) for key in keys):
            return [*keys[:-1], str(resource.identity.parse(keys[-1]))]
    except (ValueError, TypeError, RecursionError):
        pass
    raise foreign(query)


def foreign(query: Query) -> VraagOngeldig:
    """The refusal of a bookmark that does not belong to this list."""
    name = "page[after]" if query.after else "page[before]"
    message = "Deze bladwijzer hoort niet bij deze lijst; begin bij de eerste bladzijde."
    return VraagOngeldig("", Finding(name, "bladwijzer", message))


def _keys(resource: Resource, query: Query) -> list[_Key]:
    """The expressions that order a list, the id last; backwards for what comes before."""
    back = query.before is not None
    found = []
    for name in query.sort:
        sort = resource.sorts[name.removeprefix("-")]
        found.append(_Key(sort.sql, sort.kind.sql, name.startswith("-") is not back))
    down = found[0].down if found else back
    return [*found, _Key(resource.key, resource.identity.sql, down)]


def _beyond(keys: Sequence[_Key]) -> str:
    """That a row comes after the bookmark."""
    values = [f"%(k{n})s::{key.type}" for n, key in enumerate(keys)]
    if len({key.down for key in keys}) == 1:
        sign = "<" if keys[0].down else ">"
        return f"({', '.join(key.sql for key in keys)}) {sign} ({', '.join(values)})"
    cases = []
    for n, key in enumerate(keys):
        same = [f"{keys[i].sql} = {values[i]}" for i in range(n)]
        cases.append(" AND ".join((*same, f"{key.sql} {'<' if key.down else '>'} {values[n]}")))
    # What is true of each case besides, so that an index can start there.
    first = f"{keys[0].sql} {'<=' if keys[0].down else '>='} {values[0]}"
    return f"{first} AND ({' OR '.join(f'({case})' for case in cases)})"


def _where(query: Query, actor: Actor) -> tuple[list[str], Arguments]:
    conditions = []
    arguments: Arguments = _reader(actor, query)
    for n, (each, values) in enumerate(query.filters):
        name, kind = f"f{n}", each.kind.sql
        if each.many:
            condition = each.condition.replace("{values}", f"%({name})s::{kind}[]")
            arguments[name] = list(values)
        else:
            condition = each.condition.replace("{value}", f"%({name})s::{kind}")
            arguments[name] = values[0]
        conditions.append(f"({condition})")
    return conditions, arguments


def _reader(actor: Actor, query: Query) -> Arguments:
    return {
        "bestuur": actor.bestuur,
        "persoon": actor.persoon,
        "rollen": sorted(actor.rollen),
        "op": query.op,
        "nu": query.nu,
    }


def _from(resource: Resource, query: Query) -> str:
    if query.op is None:
        return f"{resource.table} AS r"
    return (
        f"(SELECT * FROM {resource.history} AS h WHERE h.vanaf <= %(op)s"
        " AND (h.tot IS NULL OR h.tot > %(op)s)) AS r"
    )
