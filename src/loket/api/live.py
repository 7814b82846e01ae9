# SPDX-License-Identifier: EUPL-1.2
"""Server-sent events (WHATWG HTML): `GET /gebeurtenissen` tells what happens, as it happens.

An event says which stream changed and how, never its content. A reader that comes back says the
last id it had (`Last-Event-ID`) and gets all that it missed, each once. An answer ends after a
while, so that a reader shows a token that is still valid.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from uuid import UUID

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from loket.api.changes import Change, Changes, Reader
from loket.api.identity import Wie
from loket.api.parts import Parts, parts, roles_of
from loket.api.refusals import TijdelijkOnbeschikbaar, VraagOngeldig
from loket.kernel import Actor, Finding

router = APIRouter(tags=["gebeurtenissen"])

EVENT_STREAM = "text/event-stream"
HEARTBEAT = 15.0
LONGEST = 15 * 60.0
"""Seconds after which an answer ends, and the reader comes back."""
RETRY = 2_000
MOST = 1_000
"""Readers of one process at once."""

_ID = re.compile(r"\d{1,15}")
_SEVERAL = {"type": "array", "items": {"type": "string"}, "minItems": 1}
_PARAMETERS = [
    {
        "name": "filter[module]",
        "in": "query",
        "description": "Enkel van deze modules.",
        "schema": _SEVERAL,
        "style": "form",
        "explode": False,
    },
    {
        "name": "filter[stroom]",
        "in": "query",
        "description": "Enkel van deze stromen, als `toezicht/2f0c…`.",
        "schema": _SEVERAL,
        "style": "form",
        "explode": False,
    },
    {
        "name": "Last-Event-ID",
        "in": "header",
        "description": "De laatste id die u kreeg: u krijgt alles wat erna kwam.",
        "schema": {"type": "string", "pattern": "^[0-9]{1,15}$"},
    },
]
_DESCRIPTION = (
    "Een stroom van gebeurtenissen. `id` is de plaats in het logboek, `event` de naam, `data` "
    "JSON: `stroom`, `type`, `volgnummer`, `positie`, `geregistreerd` en `moment`."
)


@router.get(
    "/gebeurtenissen",
    summary="Gebeurtenissen zodra ze er zijn",
    operation_id="gebeurtenissen_volgen",
    response_class=Response,
    responses={
        200: {
            "description": _DESCRIPTION,
            "content": {EVENT_STREAM: {"schema": {"type": "string"}}},
        }
    },
    openapi_extra={"parameters": _PARAMETERS},
)
async def follow(request: Request, wie: Wie) -> Response:
    """Every new event of the streams you may know of (server-sent events)."""
    here = parts(request)
    reader = _reader(here, request, wie)
    start = _start(request)
    if here.changes.readers >= MOST or not await here.changes.ready(5):
        raise TijdelijkOnbeschikbaar
    position = here.changes.last if start is None else start
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    told = _told(here.changes, reader, position)
    return StreamingResponse(told, headers=headers, media_type=EVENT_STREAM)


async def _told(changes: Changes, reader: Reader, position: int) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    changes.readers += 1
    try:
        yield f"retry: {RETRY}\n\n".encode()
        end = loop.time() + LONGEST
        beat = loop.time() + HEARTBEAT
        while not changes.closed and loop.time() < end:
            found, position = await changes.beyond(position, reader)
            if found:
                yield b"".join(map(_event, found))
                beat = loop.time() + HEARTBEAT
            elif loop.time() >= beat:
                yield b":\n\n"
                beat = loop.time() + HEARTBEAT
            await changes.wait(position, max(0.0, beat - loop.time()))
    finally:
        changes.readers -= 1


def _event(change: Change) -> bytes:
    data = msgspec.json.encode(
        {
            "stroom": change.stream,
            "type": change.type,
            "volgnummer": change.seq,
            "positie": change.position,
            "geregistreerd": change.registered,
            "moment": change.moment,
        }
    )
    return f"id: {change.position}\nevent: {change.type}\ndata: {data.decode()}\n\n".encode()


def _reader(here: Parts, request: Request, actor: Actor) -> Reader:
    """What is asked, by whom. Raises VraagOngeldig."""
    known = {
        "filter[module]": lambda text: text in here.modules,
        "filter[stroom]": lambda text: _is_stream(here, text),
    }
    asked: dict[str, set[str]] = {name: set() for name in known}
    wrong = []
    for name, text in request.query_params.multi_items():
        fits = known.get(name)
        values = text.split(",")
        if fits is None:
            wrong.append(Finding(name[:100], "onbekend", f"Er zijn: {', '.join(known)}."))
        elif not all(map(fits, values)):
            wrong.append(Finding(name, "vorm", "Dit bestaat niet."))
        else:
            asked[name].update(values)
    if wrong:
        raise VraagOngeldig("", *wrong)
    mine = (name for name, module in here.modules.items() if roles_of(module) & actor.rollen)
    modules, streams = (frozenset(asked[name]) for name in known)
    return Reader(actor.bestuur, actor.persoon, frozenset(mine), modules, streams)


def _is_stream(here: Parts, text: str) -> bool:
    module, _, key = text.partition("/")
    try:
        return module in here.modules and str(UUID(key)) == key
    except ValueError:
        return False


def _start(request: Request) -> int | None:
    text = request.headers.get("last-event-id")
    if text is None:
        return None
    if not _ID.fullmatch(text):
        raise VraagOngeldig("", Finding("Last-Event-ID", "vorm", "Geef de id van een gebeurtenis."))
    return int(text)
