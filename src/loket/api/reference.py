# SPDX-License-Identifier: EUPL-1.2
"""Reading reference data: every kind of definition, as it is and as it was.

Documents have the shape of JSON:API 1.1. `?op=` a day gives what is valid on that day by what is
known now, `?op=` a moment what was known then, valid on its day; `?versie=` the content of a
version that a decision recorded.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from loket.api.identity import Wie
from loket.api.models import Model
from loket.api.parts import Parts, parts
from loket.api.refusals import AanvraagOngeldig, NietGevonden
from loket.kernel import Finding
from loket.projections.referentie import Row
from loket.reference import belgian_day
from loket.reference.overlay import SOORTEN, Files, Soort, definitions, stream_of
from loket.reference.shape import VALIDITY

MODULE = "referentie"
MEDIA_TYPE = "application/vnd.api+json"


class Document(JSONResponse):
    """A document of JSON:API."""

    media_type = MEDIA_TYPE

    def render(self, content: Any) -> bytes:
        """The document as JSON."""
        return msgspec.json.encode(content)


router = APIRouter(prefix=f"/{MODULE}", tags=[MODULE], default_response_class=Document)

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Vraag(BaseModel):
    """As of when definitions are asked. Unknown parameters are refused."""

    model_config = ConfigDict(extra="forbid")

    op: str | None = Field(
        default=None,
        max_length=40,
        description="Een dag: wat dan geldt. Een moment: wat toen gekend was en gold.",
        examples=["2026-01-31", "2026-01-31T20:00:00+01:00"],
    )
    versie: str | None = Field(
        default=None,
        max_length=60,
        description="De inhoud van deze versie (`referentie_versie`).",
    )


class Wijzigingsvraag(BaseModel):
    """Which changes are asked."""

    model_config = ConfigDict(extra="forbid")

    soort: Literal[tuple(SOORTEN)] | None = Field(  # type: ignore[valid-type]
        default=None, description="Enkel deze soort."
    )


Gevraagd = Annotated[Vraag, Query()]
Gewijzigd = Annotated[Wijzigingsvraag, Query()]


class Gegeven(Model):
    """Een definitie of wijziging als gegeven van JSON:API."""

    type: str
    id: str
    attributes: dict[str, Any]
    links: dict[str, str]


class Een(Model):
    """Een document van JSON:API met één gegeven."""

    jsonapi: dict[str, str]
    data: Gegeven
    links: dict[str, str]
    meta: dict[str, Any]


class Lijst(Model):
    """Een document van JSON:API met een lijst van gegevens."""

    jsonapi: dict[str, str]
    data: list[Gegeven]
    links: dict[str, str]
    meta: dict[str, Any]


@dataclass(frozen=True, slots=True)
class View:
    """The files as asked: valid on `day` (None: whenever), of this version."""

    files: Files
    version: str
    changes: tuple[Row, ...]
    day: date | None = None


async def _view(here: Parts, vraag: Vraag) -> View:
    references = here.loket.references
    day, moment = _moment(vraag.op)
    if vraag.versie is not None:
        if moment is not None:
            rule = Finding("versie", "samen", "Vraag een versie of een moment, niet allebei.")
            raise AanvraagOngeldig("", rule)
        found = await asyncio.to_thread(references.version, vraag.versie)
        if found is None:
            raise NietGevonden
        return View(found.files, found.name, tuple(found.changes), day)
    reference, changes = references(), references.changes
    if moment is not None:
        changes = [row for row in changes if row.registered <= moment]
        reference = await asyncio.to_thread(references.known_at, moment)
    return View(reference.bron, reference.version, tuple(changes), day)


def _moment(op: str | None) -> tuple[date | None, datetime | None]:
    """The day and the moment that `op` names."""
    if op is None:
        return None, None
    try:
        if _DAY.fullmatch(op):
            return date.fromisoformat(op), None
        # A plus sign in a query is a blank to most clients.
        moment = datetime.fromisoformat(op.replace(" ", "+"))
        if moment.tzinfo is not None:
            return belgian_day(moment), moment
    except (ValueError, OverflowError):
        pass
    rule = Finding("op", "vorm", "Geef een dag (2026-01-31) of een moment met tijdzone.")
    raise AanvraagOngeldig("", rule)


@router.get(
    "", summary="Referentiegegevens", operation_id="referentie", response_model=Lijst
)  # fmt: skip
async def kinds(request: Request, wie: Wie, vraag: Gevraagd) -> Response:
    """The kinds of definition there are, how many of each, and the version of them all."""
    del wie
    view = await _view(parts(request), vraag)
    data = [
        {
            "type": "soorten",
            "id": soort.naam,
            "attributes": {"bestand": soort.bestand, "aantal": len(_valid(view, soort))},
            "links": {"self": f"/{MODULE}/{soort.meervoud}"},
        }
        for soort in SOORTEN.values()
        if soort.bestand in view.files
    ]
    return _document(request, view, data)


@router.get(
    "/wijzigingen", summary="Wijzigingen van referentiegegevens",
    operation_id="referentie_wijzigingen", response_model=Lijst,
)  # fmt: skip
async def changes(
    request: Request, wie: Wie, vraag: Annotated[Wijzigingsvraag, Query()]
) -> Response:
    """Every change, the newest first: what, why, and from which version to which."""
    del wie
    here = parts(request)
    view = await _view(here, Vraag())
    data = [
        _change(here, row) for row in reversed(view.changes) if vraag.soort in {None, row.soort}
    ]
    return _document(request, view, data)


@router.get(
    "/versies/{versie}", summary="Een versie van de referentiegegevens",
    operation_id="referentie_versie", response_model=Een,
)  # fmt: skip
async def version(request: Request, wie: Wie, versie: str) -> Response:
    """What a decision relied on: the files that shipped and the changes laid over them."""
    del wie
    here = parts(request)
    found = await asyncio.to_thread(here.loket.references.version, versie)
    if found is None:
        raise NietGevonden
    data = {
        "type": "versies",
        "id": found.name,
        "attributes": {
            "uitgave": found.shipped,
            "draait_nu": found.running,
            "geldt_nu": found.name == here.loket.reference.version,
            "wijzigingen": [_change(here, row) for row in found.changes],
        },
        "links": {
            "self": f"/{MODULE}/versies/{found.name}",
            **{s.meervoud: f"/{MODULE}/{s.meervoud}?versie={found.name}" for s in SOORTEN.values()},
        },
    }
    return _document(request, View(found.files, found.name, tuple(found.changes)), data)


def _change(here: Parts, row: Row) -> dict[str, Any]:
    left_out = here.loket.references.left_out.get(row.position)
    return {
        "type": "wijzigingen",
        "id": str(row.position),
        "attributes": {
            "soort": row.soort,
            "sleutel": row.sleutel,
            "handeling": "beeindigd" if row.per else "vastgesteld",
            "inhoud": msgspec.json.decode(row.inhoud) if row.inhoud else None,
            "per": row.per or None,
            "reden": row.reden,
            "geregistreerd": row.registered,
            "vorige_versie": row.vorige_versie,
            "nieuwe_versie": row.nieuwe_versie,
            "telt_niet_omdat": left_out,
        },
        "links": {
            "definitie": f"/{MODULE}/{SOORTEN[row.soort].meervoud}/{row.stream}",
            "bewijs": f"/bewijs/{MODULE}/{row.stream}",
        },
    }


def _routes(soort: Soort) -> None:
    """`GET /referentie/{kind}` and `GET /referentie/{kind}/{key}`."""

    async def listed(request: Request, wie: Wie, vraag: Gevraagd) -> Response:
        """All definitions of this kind; those of the past too when no day is asked."""
        del wie
        view = await _view(parts(request), vraag)
        data = [_thing(soort, view, key, item) for key, item in _valid(view, soort).items()]
        return _document(request, view, data)

    async def one(request: Request, wie: Wie, sleutel: str, vraag: Gevraagd) -> Response:
        """A definition by its key or the id of its stream, with the changes made to it."""
        del wie
        here = parts(request)
        view = await _view(here, vraag)
        found = _valid(view, soort)
        keys = (k for k in found if sleutel in {k, stream_of(soort.naam, k)})
        key = next(keys, None)
        if key is None:
            raise NietGevonden
        data = _thing(soort, view, key, found[key])
        mine = [row for row in view.changes if row.stream == data["id"]]
        data["attributes"]["wijzigingen"] = [_change(here, row) for row in mine]
        return _document(request, view, data)

    ways: list[tuple[str, Callable[..., Awaitable[Response]], type[Model], str]] = [
        ("", listed, Lijst, "lijst"),
        ("/{sleutel:path}", one, Een, "een"),
    ]
    for path, endpoint, model, name in ways:
        router.get(
            f"/{soort.meervoud}{path}",
            summary=f"Referentiegegevens: {soort.meervoud}",
            operation_id=f"referentie_{soort.meervoud}_{name}",
            response_model=model,
        )(endpoint)


for _soort in SOORTEN.values():
    _routes(_soort)


def _valid(view: View, soort: Soort) -> dict[str, Any]:
    found = definitions(view.files, soort)
    if view.day is None:
        return dict(found)
    day = view.day.isoformat()
    return {key: _part(item, day) for key, item in found.items() if _holds(item, day)}


def _holds(item: Any, day: str) -> bool:
    van, tot = (item.get(name) for name in VALIDITY) if isinstance(item, dict) else (None, None)
    return (not van or van <= day) and (not tot or day <= tot)


def _part(item: Any, day: str) -> Any:
    """A definition without what it holds that is not valid on this day."""
    if isinstance(item, Mapping):
        return {name: _part(value, day) for name, value in item.items()}
    if isinstance(item, list):
        return [_part(value, day) for value in item if _holds(value, day)]
    return item


def _thing(soort: Soort, view: View, key: str, item: Any) -> dict[str, Any]:
    stream = stream_of(soort.naam, key)
    last = next((row for row in reversed(view.changes) if row.stream == stream), None)
    return {
        "type": soort.meervoud,
        "id": stream,
        "attributes": {
            "soort": soort.naam,
            "sleutel": key,
            "inhoud": item,
            "gewijzigd": last.registered if last else None,
        },
        "links": {"self": f"/{MODULE}/{soort.meervoud}/{UUID(stream)}"},
    }


def _document(request: Request, view: View, data: Any) -> Response:
    address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    meta: dict[str, Any] = {"versie": view.version, "op": view.day}
    if isinstance(data, list):
        meta["aantal"] = len(data)
    body = {"jsonapi": {"version": "1.1"}, "links": {"self": address}, "data": data, "meta": meta}
    headers = {"Cache-Control": "no-store", "Referentie-Versie": view.version}
    return Document(body, headers=headers)
