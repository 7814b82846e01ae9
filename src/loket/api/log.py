# SPDX-License-Identifier: EUPL-1.2
"""The log for everyone, without a token: C2SP tlog-tiles, and the time stamps beside it.

`/log/checkpoint`, `/log/tile/<L>/<N>[.p/<W>]` and `/log/tile/entries/<N>[.p/<W>]` follow
c2sp.org/tlog-tiles; `/log/timestamp/<size>.tsq` and `.tsr` (RFC 3161) and `/log/vkey` and
`/log/storingen` (what went wrong with time) are ours.
Leaves and tiles hold no personal data. Nothing beyond the last checkpoint is shown.
"""

from datetime import datetime
from typing import Annotated, Any
from uuid import NAMESPACE_URL, uuid5

import msgspec
from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from loket.api.models import Model
from loket.api.parts import parts
from loket.api.refusals import NietGevonden
from loket.evidence.merkle import HASH_SIZE
from loket.evidence.read import Question
from loket.evidence.tiles import (
    ENTRIES,
    WIDTH,
    TileError,
    TilePath,
    encode_bundle,
    parse_path,
    width_at,
)

router = APIRouter(prefix="/log", tags=["logboek"])

IMMUTABLE = "public, max-age=31536000, immutable"
SHORT = "public, max-age=1"
OCTETS = "application/octet-stream"
TEXT = "text/plain; charset=utf-8"
STAMPS = {"tsq": "application/timestamp-query", "tsr": "application/timestamp-reply"}

_CHECKPOINT = "SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1"
_TILE = "SELECT hashes FROM tiles WHERE level = %s AND index = %s"
_ENTRIES = "SELECT leaf FROM events WHERE position >= %s AND position < %s ORDER BY position"
_STAMP = "SELECT query, response FROM timestamps WHERE size = %s ORDER BY gen_time LIMIT 1"
_SEALED = "SELECT coalesce(max(size), 0) FROM checkpoints"


def _content(media_type: str, description: str) -> dict[int | str, dict[str, Any]]:
    shape = {"type": "string"} if media_type.startswith("text/") else {
        "type": "string", "format": "binary"
    }  # fmt: skip
    return {200: {"description": description, "content": {media_type: {"schema": shape}}}}


@router.get(
    "/checkpoint",
    summary="Laatste checkpoint",
    response_class=Response,
    responses=_content("text/plain", "Ondertekende nota (C2SP tlog-checkpoint)."),
)
async def checkpoint(request: Request) -> Response:
    """The newest signed checkpoint."""
    (note,) = await _one(request, _CHECKPOINT, ())
    return Response(note, headers={"Cache-Control": SHORT}, media_type=TEXT)


@router.get(
    "/vkey",
    summary="Sleutel van het logboek",
    response_class=Response,
    responses=_content("text/plain", "Verificatiesleutel (C2SP signed-note)."),
)
async def vkey(request: Request) -> Response:
    """The key that verifies checkpoints; compare it with the one you were given otherwise."""
    return Response(parts(request).loket.signer.vkey + "\n", media_type=TEXT)


@router.get(
    "/tile/{path:path}",
    summary="Tegel of bundel van ingangen",
    response_class=Response,
    responses=_content(OCTETS, "Hashes van een tegel, of ingangen met hun lengte ervoor."),
)
async def tile(
    request: Request,
    path: Annotated[
        str,
        Path(description="`<L>/<N>` of `entries/<N>`, eventueel met `.p/<W>`.", examples=["0/000"]),
    ],
) -> Response:
    """A tile of hashes or a bundle of entries, whole or partial."""
    try:
        asked = parse_path(f"tile/{path}")
    except TileError:
        raise NietGevonden from None
    (sealed,) = await _one(request, _SEALED, ())
    if asked.width > width_at(asked.level, asked.index, sealed):
        raise NietGevonden
    content = await (_bundle if asked.level == ENTRIES else _hashes)(request, asked)
    return Response(content, headers={"Cache-Control": IMMUTABLE}, media_type=OCTETS)


@router.get(
    "/timestamp/{size}.{kind}",
    summary="Tijdstempel van een checkpoint",
    response_class=Response,
    responses=_content(STAMPS["tsr"], "Vraag of antwoord volgens RFC 3161 (DER)."),
)
async def timestamp(
    request: Request,
    size: Annotated[int, Path(ge=1, lt=2**63, description="Grootte van het logboek.")],
    kind: Annotated[str, Path(description="`tsq` of `tsr`.", examples=["tsr"])],
) -> Response:
    """The RFC 3161 query or response over the checkpoint of this size."""
    if kind not in STAMPS:
        raise NietGevonden
    query, response = await _one(request, _STAMP, (size,))
    content = bytes(query if kind == "tsq" else response)
    return Response(content, headers={"Cache-Control": IMMUTABLE}, media_type=STAMPS[kind])


class Voorval(Model):
    """Iets wat met de tijdbronnen gebeurde."""

    type: str
    positie: int
    geregistreerd: datetime
    gegevens: dict[str, str | int]


class Voorvallen(Model):
    """Alle storingen, herstellingen en afwijkingen, oudste eerst."""

    logboek: str
    voorvallen: list[Voorval]


@router.get("/storingen", summary="Storingen van de tijdbronnen", operation_id="storingen")
async def outages(request: Request, response: Response) -> Voorvallen:
    """When time could not be proven, or clocks differed: facts of the log itself."""
    here = parts(request)
    origin = here.loket.signer.name
    stream = f"tijdstempels/{uuid5(NAMESPACE_URL, origin)}"
    history = (await here.write.read(Question((stream,)))).streams[stream]
    response.headers["Cache-Control"] = SHORT
    found = [
        Voorval(
            type=recorded.type,
            positie=recorded.position,
            geregistreerd=recorded.registered,
            gegevens=msgspec.to_builtins(recorded.fact),
        )
        for recorded in history
        if recorded.fact is not None
    ]
    return Voorvallen(logboek=origin, voorvallen=found)


async def _one(request: Request, query: str, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    async with parts(request).connection() as conn, conn.cursor(binary=True) as cursor:
        found = await (await cursor.execute(query, arguments)).fetchone()
    if found is None:
        raise NietGevonden
    return found


async def _hashes(request: Request, asked: TilePath) -> bytes:
    (hashes,) = await _one(request, _TILE, (asked.level, asked.index))
    return bytes(hashes[: asked.width * HASH_SIZE])


async def _bundle(request: Request, asked: TilePath) -> bytes:
    start = asked.index * WIDTH
    async with parts(request).connection() as conn, conn.cursor(binary=True) as cursor:
        await cursor.execute(_ENTRIES, (start, start + asked.width))
        return encode_bundle([leaf for (leaf,) in await cursor.fetchall()])
