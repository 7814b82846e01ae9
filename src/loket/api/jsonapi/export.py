# SPDX-License-Identifier: EUPL-1.2
"""Any list as a table: the same rows, filters and order as the list itself, without pages.

Rows come from the database by a cursor and go to a temporary file one by one, so that memory does
not grow with the list and an error is still an answer.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any

from fastapi import Request
from starlette.responses import Response, StreamingResponse

from loket.api.jsonapi.kinds import MOMENT, URI
from loket.api.jsonapi.query import Query
from loket.api.jsonapi.resource import Attribute, Relationship, Resource, Row
from loket.api.jsonapi.select import Selection, count, select
from loket.api.jsonapi.sheets import SHEETS, Sheet
from loket.api.refusals import UitvoerTeGroot, VraagOngeldig
from loket.evidence.store import connect
from loket.files import CHUNK
from loket.kernel import Actor, Finding

if TYPE_CHECKING:
    from loket.api.parts import Parts

PARAMETER = "formaat"
AT_ONCE = 500
"""Rows that the database hands over at a time."""

_CURSOR = "uitvoer"
_PAGES = ("page[size]", "page[after]", "page[before]", "page[total]", "include")


def asked_sheet(request: Request) -> Sheet | None:
    """The table that is asked, by the parameter `formaat` or by Accept; None for a document.

    Raises VraagOngeldig.
    """
    names = request.query_params.getlist(PARAMETER)
    if not names:
        return _accepted(request.headers.get("accept", ""))
    if len(names) > 1 or names[0] not in SHEETS:
        raise VraagOngeldig("", Finding(PARAMETER, "keuze", f"Kies uit {', '.join(SHEETS)}."))
    return SHEETS[names[0]]


def _accepted(accept: str) -> Sheet | None:
    """The first media type in the header, when it is that of a table."""
    first = accept.partition(",")[0].partition(";")[0].strip().lower()
    return next((sheet for sheet in SHEETS.values() if sheet.bare == first), None)


async def respond_sheet(
    request: Request, here: "Parts", actor: Actor, resource: Resource, query: Query, sheet: Sheet
) -> Response:
    """The whole list as a table. Raises VraagOngeldig, UitvoerTeGroot."""
    if paged := [name for name in _PAGES if name in request.query_params]:
        message = "Een tabel heeft geen bladzijden en neemt niets op: laat dit weg."
        raise VraagOngeldig("", *(Finding(name, "tabel", message) for name in paged))
    number = count(resource, query, actor)
    async with here.connection() as conn:
        cursor = await conn.execute(number.sql, number.arguments)
        found = await cursor.fetchone()
    most = here.loket.settings.max_export
    if found and found[0] > most:
        raise UitvoerTeGroot(f"De lijst telt {found[0]} rijen; ten hoogste {most} kan.")
    selection = select(resource, query, actor, most)
    file = await asyncio.to_thread(_write, here, resource, query, selection, sheet)
    size = file.seek(0, 2)
    file.seek(0)
    name = f"{resource.type}-{here.loket.now():%Y-%m-%d}.{sheet.name}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Length": str(size),
        "Cache-Control": "no-store",
        "Vary": "Accept",
    }
    return StreamingResponse(_chunks(file), 200, headers, sheet.media_type)


def _write(
    here: "Parts", resource: Resource, query: Query, selection: Selection, sheet: Sheet
) -> IO[bytes]:
    columns = columns_of(resource, query, here)
    with ExitStack() as undo:
        file = undo.enter_context(TemporaryFile())
        rows = ([column.value(row) for column in columns] for row in _rows(here, selection))
        sheet.write(file, resource.title, [column.name for column in columns], rows)
        undo.pop_all()
    return file


def _rows(here: "Parts", selection: Selection) -> Iterator[Row]:
    """The rows by a cursor of the server, within one snapshot."""
    with (
        connect(here.loket.dsn) as conn,
        conn.transaction(),
        conn.cursor(_CURSOR) as cursor,
    ):
        cursor.itersize = AT_ONCE
        cursor.execute(selection.sql, selection.arguments)
        for values in cursor:
            yield dict(zip(selection.columns, values, strict=False))


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    try:
        while data := await asyncio.to_thread(file.read, CHUNK):
            yield data
    finally:
        file.close()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: its name, and its value in a row."""

    name: str
    value: Callable[[Row], Any]


def columns_of(resource: Resource, query: Query, here: "Parts") -> list[Column]:
    """The id, then each field that is asked; beside a URI, its name in a column of its own."""
    wanted = query.fields.get(resource.type)
    found = [Column("id", lambda row: row["id"])]
    asked = [name for name in resource.names if wanted is None or name in wanted]
    for name in asked:
        attribute = resource.attributes.get(name)
        if attribute is None:
            relationship = resource.relationships[name]
            if relationship.linked and not relationship.detail:
                found += _named(name, _stored(name), asked, resource, here)
        elif not attribute.detail:
            found += _named(name, _shown(name, attribute, here), asked, resource, here)
    return found


def _stored(name: str) -> Callable[[Row], Any]:
    return lambda row: row.get(name)


def _shown(name: str, attribute: Attribute, here: "Parts") -> Callable[[Row], Any]:
    def value(row: Row) -> Any:
        found = row.get(name)
        if attribute.show is not None:
            found = attribute.show(found, here)
        if found is None or attribute.kind is MOMENT:
            return found
        return attribute.kind.show(found)

    return value


def _named(
    name: str,
    value: Callable[[Row], Any],
    asked: Sequence[str],
    resource: Resource,
    here: "Parts",
) -> Sequence[Column]:
    """The column, and one with names when it holds URIs and no field asked names them already."""
    column, label = Column(name, value), f"{name}_naam"
    if label in asked or not _holds_uris(name, resource):
        return [column]

    def names(row: Row) -> str:
        found = value(row)
        uris = found if isinstance(found, list | tuple) else [found]
        return "; ".join(here.loket.reference.label(uri) for uri in uris if uri)

    return [column, Column(label, names)]


def _holds_uris(name: str, resource: Resource) -> bool:
    attribute = resource.attributes.get(name)
    if attribute is not None:
        return attribute.kind is URI
    return resource.relationships[name].identify is not Relationship("").identify
