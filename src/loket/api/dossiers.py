# SPDX-License-Identifier: EUPL-1.2
"""The timeline of a dossier."""

import asyncio
from uuid import UUID

from fastapi import APIRouter, Request, Response

from loket.api import models
from loket.api.identity import Wie
from loket.api.parts import Parts, Stream, parts
from loket.projections import tijdlijn
from loket.reference import Reference

MODULE = "toezicht"
CATCH_UP = 2.0
"""Seconds for which a timeline waits until the read model has followed its stream."""

_STAMPED = """SELECT (SELECT gen_time FROM timestamps WHERE size > p
                      ORDER BY size, gen_time LIMIT 1)
              FROM unnest(%s::bigint[]) WITH ORDINALITY AS asked (p, n) ORDER BY n"""

router = APIRouter(prefix=f"/{MODULE}", tags=[MODULE])


@router.get(
    "/{stroom}/tijdlijn", summary="Tijdlijn van een dossier", operation_id="toezicht_tijdlijn"
)
async def timeline(request: Request, response: Response, wie: Wie, stroom: UUID) -> models.Tijdlijn:
    """Every event with the log's time and the time its stamp proves; no content, no persons."""
    here = parts(request)
    stream = await here.stream(MODULE, stroom, wie)
    response.headers["Cache-Control"] = "no-store"
    rows = await _rows(here, stream)
    async with here.connection() as conn:
        cursor = await conn.execute(_STAMPED, ([row.position for row in rows],))
        stamped = [moment for (moment,) in await cursor.fetchall()]
    reference = here.loket.reference
    return models.Tijdlijn(
        stroom=stream.name,
        gebeurtenissen=[
            models.Regel(
                volgnummer=row.seq,
                positie=row.position,
                type=row.type,
                omschrijving=row.label,
                moment=models.Moment(row.moment) if row.moment else None,
                wie=named(reference, row.wie) if row.wie else None,
                geregistreerd=row.registered,
                gestempeld=at,
                status=here.watch.status(row.position),
                leaf_hash=row.leaf_hash.hex(),
            )
            for row, at in zip(rows, stamped, strict=True)
        ],
    )


async def _rows(here: Parts, stream: Stream) -> list[tijdlijn.Regel]:
    """The timeline, at least as far as the stream was read; after `CATCH_UP` what there is."""
    deadline = asyncio.get_running_loop().time() + CATCH_UP
    while True:
        async with here.connection() as conn:
            rows = await tijdlijn.timeline(conn, stream.name, limit=len(stream.history))
        if len(rows) == len(stream.history) or asyncio.get_running_loop().time() > deadline:
            return rows
        await asyncio.sleep(0.05)


def named(reference: Reference, uri: str) -> models.Benoemd:
    """A URI with the name that the reference data give it."""
    return models.Benoemd(uri=uri, naam=reference.label(uri))
