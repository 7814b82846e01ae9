# SPDX-License-Identifier: EUPL-1.2
"""A dossier with its proofs in one zip, for who leaves the loket with it: `…/dossier.zip`.

In it: a page for people, the attachments under their names, and a proof of the dossier, of each
treatment and of each conversation about it, as far as the reader may read them.
"""

import asyncio
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, BinaryIO, cast
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Request
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.responses import Response, StreamingResponse

from loket.api.archive import Member, safe_names, streamed
from loket.api.identity import Wie
from loket.api.jsonapi.sheets import BELGIUM
from loket.api.parts import Parts, Stream, parts
from loket.api.proof import ZIP, discloses, write_proof
from loket.api.refusals import NietGevonden, NogNietGeopend
from loket.api.resources.toezicht import visible
from loket.domain import behandelingen
from loket.domain.behandelingen.words import stream_of
from loket.domain.toezicht.state import Dossier
from loket.domain.toezicht.words import BesluitAfgeleverd, BesluitVerzonden
from loket.evidence import bundle
from loket.evidence.entry import Recorded
from loket.evidence.moments import local_text
from loket.kernel import Actor, Document
from loket.projections.tijdlijn import label
from loket.reference import Reference
from loket.submit import GeenRecht

MODULE = "toezicht"
_CONVERSATIONS = """
SELECT id FROM gesprekken WHERE dossier = ANY(%s) AND %s IN (van, naar) ORDER BY gestart_op, id
"""

router = APIRouter(prefix=f"/{MODULE}", tags=[MODULE])


@router.get(
    "/{stroom}/dossier.zip",
    summary="Een dossier met zijn bewijzen",
    operation_id="toezicht_dossier_zip",
    response_class=Response,
    responses={
        200: {
            "description": "Een bladzijde om te lezen, de bijlagen, en de bewijzen van het "
            "dossier, de behandelingen en de gesprekken erover, voor zover u ze mag lezen.",
            "content": {ZIP: {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def dossier_zip(request: Request, wie: Wie, stroom: UUID) -> Response:
    """The dossier as this actor may read it; the opvraging must be registered first."""
    here = parts(request)
    stream = await here.stream(MODULE, stroom, wie)
    content = visible(stream, wie)
    if content is None:
        raise NogNietGeopend(f"Geef eerst de opdracht POST /{stream.name}/besluit-openen.")
    streams = [stream, *await _related(here, stream, wie)]
    members = await asyncio.to_thread(_members, here, streams, content, wie)
    now = here.loket.now().astimezone(BELGIUM)
    headers = {
        "Content-Disposition": f'attachment; filename="dossier-{stroom}.zip"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(streamed(members, now), 200, headers, ZIP)


async def _related(here: Parts, stream: Stream, actor: Actor) -> list[Stream]:
    """The treatments of the dossier and the conversations about it that this actor may read."""
    state: Dossier = stream.state
    key = stream.name.partition("/")[2]
    named = [
        (behandelingen.MODULE.name, UUID(stream_of(key, uri))) for uri in sorted(state.afgeleverd)
    ]
    async with here.connection() as conn:
        cursor = await conn.execute(_CONVERSATIONS, ([stream.name, key], actor.bestuur))
        named += [("berichten", found) for (found,) in await cursor.fetchall()]
    found = []
    for module, other in named:
        if module in here.modules:
            with suppress(NietGevonden, GeenRecht):
                found.append(await here.stream(module, other, actor))
    return [each for each in found if each.scope.may_read(actor.bestuur)]


@dataclass(frozen=True, slots=True)
class Bijlage:
    """An attachment on the page; `member` is its place in the zip, empty when it is gone."""

    naam: str
    grootte: int
    sha256: str
    member: str

    @property
    def adres(self) -> str:
        """The link to it."""
        return quote(self.member)


def _members(
    here: Parts, streams: Sequence[Stream], content: Dossier | BesluitVerzonden, actor: Actor
) -> list[Member]:
    """What goes into the zip; the proofs are made here, so that what fails is still an answer."""
    store = here.loket.files
    names = safe_names(document.naam for document in content.documenten)
    files = dict(zip(content.documenten, names, strict=True))
    here_now = {d: n for d, n in files.items() if store.path(d.sha256).is_file()}
    proofs = {
        f"bewijzen/{each.name.partition('/')[0]}-{bundle.file_name(each.name)}": each
        for each in streams
    }
    page = _page(here, streams[0], content, actor, files, here_now, list(proofs))
    members = [Member("dossier.html", lambda: io.BytesIO(page), packed=True)]
    members += [
        Member(f"bijlagen/{name}", _opener(store.path(document.sha256)))
        for document, name in here_now.items()
    ]
    with ExitStack() as undo:
        for name, each in proofs.items():
            # Letters and messages travel in their own proof; those of the dossier stand beside it.
            file = write_proof(here, each, actor, documents=each is not streams[0])
            undo.callback(file.close)
            members.append(Member(name, _rewound(file)))
        undo.pop_all()
    return members


def _opener(path: Path) -> Callable[[], BinaryIO]:
    return lambda: path.open("rb")


def _rewound(file: IO[bytes]) -> Callable[[], BinaryIO]:
    def opened() -> BinaryIO:
        file.seek(0)
        return cast(BinaryIO, file)

    return opened


@lru_cache(maxsize=1)
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("loket.api", "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["lokaal"] = local_text
    return environment


def _page(
    here: Parts,
    stream: Stream,
    content: Dossier | BesluitVerzonden,
    actor: Actor,
    files: Mapping[Document, str],
    present: Mapping[Document, str],
    proofs: Sequence[str],
) -> bytes:
    state, reference = cast(Dossier, stream.state), here.loket.reference
    text = _templates().get_template("dossier.html").render(
        titel=reference.label(content.dossiertype),
        bestuur=_name(state.bestuur, reference),
        lezer=_name(actor.bestuur, reference),
        stroom=stream.name,
        toestand=state.fase.value,
        ontvangers=[_name(uri, reference) for uri in sorted(state.ontvangers)],
        nu=here.loket.now(),
        velden=list(_fields(content, reference)),
        links=content.links,
        bijlagen=[
            Bijlage(d.naam, d.size, d.sha256, f"bijlagen/{name}" if d in present else "")
            for d, name in files.items()
        ],
        verloop=list(_course(here, stream, actor, reference)),
        bewijzen=[{"member": name, "wat": _what(name)} for name in proofs],
    )  # fmt: skip
    return text.encode()


def _name(uri: str, reference: Reference) -> str:
    bestuur = reference.besturen.get(uri)
    return reference.full_name(bestuur) if bestuur else uri


def _fields(
    content: Dossier | BesluitVerzonden, reference: Reference
) -> Iterator[tuple[str, list[str]]]:
    """Fields by their labels in the order of the form, values by their names."""
    form = reference.dossiertypes.get(content.dossiertype)
    labels = {veld.naam: veld.label for veld in form.velden} if form else {}
    order = {name: n for n, name in enumerate(labels)}
    for name in sorted(content.velden, key=lambda name: (order.get(name, len(order)), name)):
        value = content.velden[name]
        values = value if isinstance(value, tuple | list) else (value,)
        yield labels.get(name, name), [_shown(each, reference) for each in values]


def _shown(value: Any, reference: Reference) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nee"
    return reference.label(value) if isinstance(value, str) else str(value)


def _course(
    here: Parts, stream: Stream, actor: Actor, reference: Reference
) -> Iterator[dict[str, Any]]:
    """What happened, as far as this actor may read it."""
    module = here.modules[stream.module]
    for recorded in stream.history:
        if recorded.fact is not None and discloses(module, stream, recorded, actor.bestuur):
            who = _who(recorded)
            yield {
                "moment": recorded.registered,
                "wat": label(recorded.type),
                "wie": _name(who, reference) if who else "",
            }


def _who(recorded: Recorded) -> str:
    if isinstance(recorded.fact, BesluitAfgeleverd):
        return recorded.fact.ontvanger
    return recorded.actor.bestuur if recorded.actor else ""


def _what(member: str) -> str:
    kind = member.removeprefix("bewijzen/").partition("-")[0]
    return {
        "toezicht": "Bewijs van het dossier",
        "behandelingen": "Bewijs van een behandeling",
        "berichten": "Bewijs van een gesprek",
    }[kind]
