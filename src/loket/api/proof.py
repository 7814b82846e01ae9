# SPDX-License-Identifier: EUPL-1.2
"""The proof of a stream as a zip: `GET /bewijs/{module}/{stream}`.

Its owner gets all of it. Whoever it was delivered to gets the openings of the events with legal
effect only, because drafts are their owner's; the leaves of the others prove the chain. What is
internal to a bestuur, or what its module no longer discloses, is opened to nobody else.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi import Path as PathParameter
from starlette.responses import Response, StreamingResponse

from loket.api.identity import Wie
from loket.api.parts import Parts, Stream, parts
from loket.api.refusals import NietGevonden, NogNietGeopend
from loket.evidence import bundle
from loket.evidence.canonical import documents_in
from loket.evidence.entry import Recorded
from loket.evidence.gather import Evidence, gather
from loket.evidence.store import connect
from loket.files import CHUNK
from loket.kernel import Actor, Module
from loket.reference import Reference

router = APIRouter(tags=["bewijs"])

ZIP = "application/zip"


@router.get(
    "/bewijs/{module}/{stroom}",
    summary="Bewijs van een stroom",
    operation_id="bewijs",
    response_class=Response,
    responses={
        200: {
            "description": "`bewijs-<id>.zip`: te controleren met openssl en sha256sum.",
            "content": {ZIP: {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def proof(
    request: Request,
    wie: Wie,
    module: Annotated[str, PathParameter(description="Naam van de module.", examples=["toezicht"])],
    stroom: UUID,
    documenten: Annotated[
        bool, Query(description="Neem ook de bestanden zelf op.", examples=[False])
    ] = False,
) -> Response:
    """Everything that proves this stream: leaves, openings, proofs, checkpoint, time stamps."""
    here = parts(request)
    if module not in here.modules:
        raise NietGevonden
    found = await here.stream(module, stroom, wie)
    if not found.scope.may_read(wie.bestuur):
        raise NogNietGeopend(f"Geef eerst de opdracht POST /{found.name}/besluit-openen.")
    file = await asyncio.to_thread(write_proof, here, found, wie, documents=documenten)
    size = file.seek(0, 2)
    file.seek(0)
    headers = {
        "Content-Disposition": f'attachment; filename="{bundle.file_name(found.name)}"',
        "Content-Length": str(size),
        "Cache-Control": "no-store",
    }
    return StreamingResponse(_chunks(file), headers=headers, media_type=ZIP)


def write_proof(here: Parts, stream: Stream, actor: Actor, *, documents: bool) -> IO[bytes]:
    """The proof of a stream, as far as this actor may read it, in a temporary file."""
    loket = here.loket
    with connect(loket.dsn) as conn:
        evidence = gather(
            conn,
            stream.name,
            loket.mapper,
            loket.signer.verifier,
            loket.tsa_roots(),
            names=_names(loket.reference),
        )
    evidence = _disclosed(evidence, here.modules[stream.module], stream, actor)
    with ExitStack() as undo:
        file = undo.enter_context(TemporaryFile())
        bundle.write(evidence, file, _documents(here, evidence) if documents else None)
        undo.pop_all()
    return file


def _disclosed(
    evidence: Evidence, module: Module[Any, Any, Any], stream: Stream, actor: Actor
) -> Evidence:
    """The same evidence, opened only for the events that this actor may read."""
    events = tuple(
        event
        if discloses(module, stream, event.recorded, actor.bestuur)
        else replace(
            event,
            recorded=replace(event.recorded, fact=None, actor=None, opening=None),
            documents=(),
        )
        for event in evidence.events
    )
    return replace(evidence, events=events)


def discloses(
    module: Module[Any, Any, Any], stream: Stream, recorded: Recorded, bestuur: str
) -> bool:
    """Whether this bestuur, which may read the stream, may read the content of one event."""
    kind, scope = type(recorded.fact), stream.scope
    if recorded.fact is None:
        return True
    if kind in module.internal:
        actor = recorded.actor
        return bestuur == (scope.owner if actor is None or actor.is_system else actor.bestuur)
    if kind not in module.legal and bestuur != scope.owner and not scope.public:
        return False
    return module.discloses(stream.state, recorded.fact, bestuur)


def _documents(here: Parts, evidence: Evidence) -> Mapping[str, Path]:
    """Where the files lie that the disclosed events speak of."""
    store = here.loket.files
    digests = {
        document.sha256
        for event in evidence.events
        for document in documents_in(event.recorded.fact)
    }
    paths = {digest: store.path(digest) for digest in digests}
    return {digest: path for digest, path in paths.items() if path.is_file()}


def _names(reference: Reference) -> Mapping[str, str]:
    """Names of besturen and dossiertypes, for the page that people read."""
    boards = {uri: reference.full_name(bestuur) for uri, bestuur in reference.besturen.items()}
    return {**boards, **{uri: form.label for uri, form in reference.dossiertypes.items()}}


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    try:
        while data := await asyncio.to_thread(file.read, CHUNK):
            yield data
    finally:
        file.close()
