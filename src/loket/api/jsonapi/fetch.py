# SPDX-License-Identifier: EUPL-1.2
"""Runs queries on resources: a page of them, one of them, and those they are linked to."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from loket.api.jsonapi.query import Query
from loket.api.jsonapi.resource import Relationship, Resource, Row, Single
from loket.api.jsonapi.select import Selection, bookmark, by_id, count, foreign, select
from loket.kernel import Actor

if TYPE_CHECKING:
    from loket.api.parts import Parts

Connection = AsyncConnection[TupleRow]
CATCH_UP = 2.0
"""Seconds for which a single read waits until the read model has followed its stream."""

_HOLDS = """SELECT p.position > e.position, e.seq + 1 FROM projections AS p, events AS e
            WHERE p.name = %s AND e.stream = %s ORDER BY e.seq DESC LIMIT 1"""


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a list, with the bookmarks of its ends where there is more, and the number of all
    rows when it was asked."""

    rows: list[Row]
    marks: list[str] = field(default_factory=list)
    before: str | None = None
    after: str | None = None
    total: int | None = None


async def page(conn: Connection, resource: Resource, query: Query, actor: Actor) -> Page:
    """A page of what this actor may see. Raises VraagOngeldig."""
    selection = select(resource, query, actor, query.size + 1)
    try:
        found = await _fetch(conn, selection)
    except psycopg.DataError as error:
        if query.after or query.before:
            raise foreign(query) from error
        raise
    more = len(found) > query.size
    found = found[: query.size]
    if query.before:
        found.reverse()
    width = len(selection.columns)
    rows: list[Row] = [dict(zip(selection.columns, v, strict=False)) for v in found]
    marks = [bookmark(query, values[width:]) for values in found]
    before, after = _ends(query, marks, more=more)
    total = None
    if query.total:
        [(total,)] = await _fetch(conn, count(resource, query, actor))
    return Page(rows, marks, before, after, total)


def _ends(query: Query, marks: Sequence[str], *, more: bool) -> tuple[str | None, str | None]:
    """The bookmarks for the previous page and the next one."""
    if not marks:
        return None, None
    earlier = more if query.before else query.after is not None
    later = True if query.before else more
    return marks[0] if earlier else None, marks[-1] if later else None


async def one(
    here: "Parts", resource: Resource, query: Query, actor: Actor, key: str
) -> Row | None:
    """The thing with this id, when this actor may see it; it holds what the log holds now."""
    found = await single(here, resource, query, actor, key)
    return found.row if found else None


async def single(
    here: "Parts", resource: Resource, query: Query, actor: Actor, key: str
) -> Single | None:
    """The thing with this id as `one`, and its version where its readers may know that."""
    version = None
    async with here.connection() as conn:
        if resource.projection and query.op is None:
            version = await followed(conn, resource.projection, f"{resource.module}/{key}")
        rows = await several(conn, here, resource, query, actor, (key,))
    return Single(rows[0], version=version if resource.versioned else None) if rows else None


async def followed(conn: Connection, projection: str, stream: str) -> int | None:
    """Waits until a read model holds this whole stream, and answers how many events that is;
    after `CATCH_UP`, or without a stream, None."""
    deadline = asyncio.get_running_loop().time() + CATCH_UP
    while asyncio.get_running_loop().time() < deadline:
        cursor = await conn.execute(_HOLDS, (projection, stream))
        found = await cursor.fetchone()
        if found is None or found[0]:
            return None if found is None else int(found[1])
        await asyncio.sleep(0.02)
    return None


async def several(
    conn: Connection,
    here: "Parts",
    resource: Resource,
    query: Query,
    actor: Actor,
    ids: Iterable[str],
) -> list[Row]:
    """The things with these ids, of those this actor may see, in no order."""
    wanted = list(ids)
    found: list[Row] = []
    if resource.table and wanted:
        when = query if resource.history else Query(nu=query.nu)
        selection = by_id(resource, when, actor, wanted)
        rows = await _fetch(conn, selection)
        found = [dict(zip(selection.columns, values, strict=True)) for values in rows]
    if resource.catalog and not (resource.history and query.op):
        known = {row["id"] for row in found}
        missing = [key for key in wanted if key not in known]
        found += resource.catalog(here.loket.reference, missing) if missing else ()
    return found


async def included(
    conn: Connection,
    here: "Parts",
    resource: Resource,
    query: Query,
    actor: Actor,
    rows: Sequence[Row],
) -> list[tuple[Resource, Row]]:
    """What the paths to include lead to from these rows: each thing once, and none of the rows."""
    known = {(resource.type, row["id"]): row for row in rows}
    primary = set(known)
    kinds = {resource.type: resource}
    for path in query.include:
        step, level = resource, list(rows)
        for name in path:
            relationship = step.relationships[name]
            step = here.resources[relationship.type]
            kinds[step.type] = step
            ids = list(
                dict.fromkeys(key for row in level for key in linked(relationship, row, name))
            )
            missing = [key for key in ids if (step.type, key) not in known]
            for row in await several(conn, here, step, query, actor, missing):
                known[step.type, row["id"]] = row
            level = [known[step.type, key] for key in ids if (step.type, key) in known]
    return [(kinds[kind], row) for (kind, key), row in known.items() if (kind, key) not in primary]


def linked(relationship: Relationship, row: Row, name: str) -> Iterator[str]:
    """The ids that a row is linked to by the relationship of this name."""
    value: Any = row.get(name)
    for each in value or () if relationship.many else (value,):
        if each:
            yield relationship.identify(str(each))


async def _fetch(conn: Connection, selection: Selection) -> list[TupleRow]:
    cursor = await conn.execute(selection.sql, selection.arguments)
    return await cursor.fetchall()
