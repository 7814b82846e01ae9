# SPDX-License-Identifier: EUPL-1.2
"""Files up and down, streamed: never a whole file in memory, never active content on our origin.

An upload may promise its digest (RFC 9530). A download is an attachment under the name the sender
gave, in whole or in one part (RFC 9110, section 14).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Header, Path, Request, Response
from starlette.responses import StreamingResponse

from loket.api import models
from loket.api.identity import Wie
from loket.api.parts import Parts, Stream, parts
from loket.api.refusals import AanvraagOngeldig, BereikOngeldig, NietGevonden, NogNietGeopend
from loket.api.resources.toezicht import visible
from loket.domain import MODULES, behandelingen
from loket.domain.berichten.state import Gesprek
from loket.domain.berichten.words import BerichtVerzonden
from loket.evidence.canonical import documents_in
from loket.files import BestandTeGroot, digest_from_header
from loket.kernel import Actor, Document, Finding, Module

router = APIRouter()

_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_SAFE = re.compile(r"[^A-Za-z0-9._ -]")
_BINARY = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}


@router.post(
    "/bestanden",
    status_code=201,
    summary="Bestand opladen",
    operation_id="bestand_opladen",
    tags=["bestanden"],
    openapi_extra={"requestBody": {"required": True, "content": {"*/*": _BINARY[
        "application/octet-stream"]}}},
)  # fmt: skip
async def upload(
    request: Request,
    response: Response,
    wie: Wie,
    content_digest: Annotated[
        str | None, Header(description="`sha-256=:…:` (RFC 9530): wordt gecontroleerd.")
    ] = None,
    digest: Annotated[str | None, Header(description="`SHA-256=…` (RFC 3230).")] = None,
) -> models.Opgeladen:
    """Store the raw body; use the `sha256` of the answer in bestand-toevoegen."""
    store = parts(request).loket.files
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > store.max_size:
        raise BestandTeGroot(f"Ten hoogste {store.max_size} bytes.")
    expected = _promised(content_digest or digest)
    stored = await store.receive(request.stream(), wie.bestuur, expected)
    response.headers["Cache-Control"] = "no-store"
    return models.Opgeladen(sha256=stored.sha256, grootte=stored.size)


def _promised(header: str | None) -> str | None:
    try:
        return digest_from_header(header) if header else None
    except ValueError:
        rule = Finding("Content-Digest", "vorm", "Geef `sha-256=:…:` met base64 (RFC 9530).")
        raise AanvraagOngeldig("", rule) from None


def _of_dossier(stream: Stream, actor: Actor) -> Iterable[Document]:
    """Files of the draft (for its sender) or of what was sent (for who opened it)."""
    content = visible(stream, actor)
    if content is None:
        raise NogNietGeopend(f"Geef eerst de opdracht POST /{stream.name}/besluit-openen.")
    return content.documenten


def _of_conversation(stream: Stream, actor: Actor) -> Iterator[Document]:
    """Files of the messages that this actor may read; any other may be in one still closed."""
    state: Gesprek = stream.state
    for recorded in stream.history:
        message = recorded.fact
        if not isinstance(message, BerichtVerzonden):
            continue
        if state.berichten[message.bericht].readable(actor.bestuur):
            yield from message.documenten
    if state.unopened(actor.bestuur):
        raise NogNietGeopend(f"Geef eerst de opdracht POST /{stream.name}/gesprek-openen.")


def _of_treatment(stream: Stream, actor: Actor) -> Iterable[Document]:
    """Files of questions and decisions, for who put them; the sender gets them in a message."""
    facts = [r.fact for r in stream.history if r.fact is not None]
    return (
        document
        for fact in facts
        if behandelingen.MODULE.discloses(stream.state, fact, actor.bestuur)
        for document in getattr(fact, "documenten", ())
    )


def _of_facts(stream: Stream, actor: Actor) -> Iterable[Document]:
    """Files of all that is not internal and that its module discloses, for who may read it."""
    module = MODULES[stream.module]
    if not stream.scope.may_read(actor.bestuur):
        raise NogNietGeopend
    facts = [r.fact for r in stream.history if r.fact and type(r.fact) not in module.internal]
    shown = (fact for fact in facts if module.discloses(stream.state, fact, actor.bestuur))
    return (document for fact in shown for document in documents_in(fact))


READABLE: Mapping[str, Callable[[Stream, Actor], Iterable[Document]]] = {
    "toezicht": _of_dossier,
    "berichten": _of_conversation,
    "behandelingen": _of_treatment,
}
"""Which files of a stream an actor may read, by module; `_of_facts` for any other. Raises
NogNietGeopend."""


def _downloads(module: str) -> None:
    async def download(
        request: Request,
        wie: Wie,
        stroom: UUID,
        sha256: Annotated[str, Path(pattern="^[0-9a-f]{64}$")],
        bereik: Annotated[
            str | None, Header(alias="Range", description="Eén deel: `bytes=0-99`.")
        ] = None,
        if_range: Annotated[str | None, Header(description="ETag van het bestand.")] = None,
    ) -> Response:
        """A file that this actor may read, once its opvraging is registered."""
        here = parts(request)
        stream = await here.stream(module, stroom, wie)
        found = (d for d in READABLE.get(module, _of_facts)(stream, wie) if d.sha256 == sha256)
        document = next(iter(found), None)
        if document is None:
            raise NietGevonden
        asked = None if if_range not in (None, _etag(document)) else bereik
        return _answer(here, document, asked)

    router.get(
        f"/{module}/{{stroom}}/bestanden/{{sha256}}",
        summary="Bestand downloaden",
        operation_id=f"{module}_bestand",
        tags=[module],
        response_class=Response,
        responses={
            200: {"description": "Het bestand.", "content": _BINARY},
            206: {"description": "Het gevraagde deel.", "content": _BINARY},
        },
    )(download)


def _carries(module: Module[Any, Any, Any]) -> bool:
    """True when files may hang on the events of a module."""
    return any(field.name == "documenten" for event in module.events for field in fields(event))


for each in MODULES.values():
    if each.name in READABLE or _carries(each):
        _downloads(each.name)


def _answer(here: Parts, document: Document, asked: str | None) -> Response:
    """The file, or the part of it that is asked."""
    headers = _headers(document)
    part = _part(asked, document.size)
    start, stop = part or (0, document.size)
    headers["Content-Length"] = str(stop - start)
    if part:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{document.size}"
    return StreamingResponse(
        here.loket.files.read(document.sha256, start, stop),
        206 if part else 200,
        headers,
        document.formaat if _MEDIA_TYPE.fullmatch(document.formaat) else next(iter(_BINARY)),
    )


def _part(header: str | None, size: int) -> tuple[int, int] | None:
    """The one range that is asked, as (first, end); None for the whole, also when several are.

    Raises BereikOngeldig when it lies outside the file.
    """
    match = _RANGE.fullmatch(header.strip()) if header else None
    if match is None or match[0] == "bytes=-":
        return None
    first, last = match[1], match[2]
    if not first:
        start, stop = max(0, size - int(last)), size
    else:
        start, stop = int(first), min(int(last) + 1 if last else size, size)
        if last and int(last) < int(first):
            return None
    if start >= size or start >= stop:
        raise BereikOngeldig(f"Het bestand telt {size} bytes.")
    return start, stop


def _headers(document: Document) -> dict[str, str]:
    """An attachment under its own name (RFC 6266), that no browser will run or guess at."""
    plain = _SAFE.sub("_", document.naam)
    return {
        "Content-Disposition": f'attachment; filename="{plain}"; '
        f"filename*=UTF-8''{quote(document.naam, safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "ETag": _etag(document),
    }


def _etag(document: Document) -> str:
    return f'"{document.sha256}"'
