# SPDX-License-Identifier: EUPL-1.2
"""What a supervisor reads beside the lists: how much work there is, that nothing is missing, and
who one is oneself."""

import asyncio
from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from loket.api.identity import Wie
from loket.api.jsonapi import document, fetch
from loket.api.jsonapi.media import MEDIA_TYPE, negotiate
from loket.api.jsonapi.query import Query as Asked
from loket.api.jsonapi.resource import Row, Single
from loket.api.jsonapi.routes import answer, may_ask, respond
from loket.api.parts import Parts, parts
from loket.api.resources.behandelingen import BEHANDELINGEN
from loket.api.resources.medewerkers import MEDEWERKERS
from loket.domain.besturen import stream_of as bestuur_id
from loket.domain.medewerkers.words import stream_of
from loket.kernel import Actor
from loket.projections.behandelingen.tellingen import Telling, Tellingen, tellingen
from loket.projections.behandelingen.volledigheid import (
    Kant,
    Volledigheid,
    volledigheid,
)
from loket.projections.behandelingen.volledigheid import Tellingen as Geteld
from loket.reference import belgian_day

router = APIRouter()
_CONTENT: dict[int | str, dict[str, Any]] = {
    200: {"description": "Een document van JSON:API.", "content": {MEDIA_TYPE: {}}}
}


@router.get(
    "/behandelingen/tellingen",
    summary="Tellingen per wachtrij",
    operation_id="behandelingen_tellingen",
    tags=["behandelingen"],
    response_class=Response,
    responses=_CONTENT,
)
async def counts(request: Request, wie: Wie) -> Response:
    """What your bestuur received: by status, team, province, type and class; and who has how much.

    `open` is still to be treated; of that, `vervalt_weldra` has a term that ends within a week.
    """
    here = _enter(request, wie)
    now = here.loket.now()
    async with here.connection() as conn:
        found = await tellingen(conn, wie.bestuur, now, belgian_day(now).isoformat())
    reference = here.loket.reference

    def named(name: str, uri: str) -> str:
        team = reference.teams.get(uri) if name == "team" else None
        return team.label if team else reference.label(uri) if uri else ""

    attributes: dict[str, Any] = {"alles": asdict(found.alles)}
    for name in ("team", "provincie", "dossiertype", "klasse"):
        attributes[f"per_{name}"] = [
            {"waarde": value, "naam": named(name, value), **asdict(telling)}
            for value, telling in sorted(found.per[name].items())
        ]
    attributes["per_medewerker"] = _load(found, wie)
    return _document("tellingen", wie, attributes, "/behandelingen/tellingen")


def _load(found: Tellingen, actor: Actor) -> list[dict[str, Any]]:
    """The load of everybody known, and of who is not known but has work; nobody's work first."""
    counted = found.per["persoon"]
    people = sorted({*found.mensen, *counted}, key=lambda p: (p != "", p))
    rows = []
    for persoon in people:
        known = found.mensen.get(persoon)
        rows.append(
            {
                "persoon": persoon,
                "medewerker": stream_of(actor.bestuur, persoon) if persoon else None,
                "naam": known.naam if known else "",
                "teams": known.teams if known else [],
                "afwezig": bool(known and known.afwezig),
                "vervanger_naam": known.vervanger_naam if known and known.afwezig else "",
                **asdict(counted.get(persoon) or Telling()),
            }
        )
    return rows


@router.get(
    "/behandelingen/volledigheid",
    summary="Volledigheid: is alles wat verzonden is, aangekomen?",
    operation_id="behandelingen_volledigheid",
    tags=["behandelingen"],
    response_class=Response,
    responses=_CONTENT,
)
async def completeness(
    request: Request,
    wie: Wie,
    kant: Annotated[
        Kant, Query(description="Wat uw bestuur ontving, of wat het verzond.")
    ] = "ontvangen",
) -> Response:
    """The afleveringen in the log against those in the queues, at one position of the log.

    `bladeren` is the SHA-256 of the sorted leaf hashes of the afleveringen, as the log publishes
    them; `inhoud` also covers what a queue shows of each.
    """
    here = _enter(request, wie)
    found = await asyncio.to_thread(
        volledigheid, here.loket.dsn, here.afleveringen, kant, wie.bestuur
    )
    return _document("volledigheid", wie, _shown(found), f"/behandelingen/volledigheid?kant={kant}")


def _shown(found: Volledigheid) -> dict[str, Any]:
    return {
        "bestuur": found.bestuur,
        "kant": found.kant,
        "gelijk": found.gelijk,
        "positie": found.positie,
        "achterstand": found.grootte - found.positie,
        "vernietigd": found.vernietigd,
        "logboek": asdict(found.logboek.alles),
        "leesmodel": asdict(found.leesmodel.alles),
        "per_maand": _compared(found, lambda side: side.per_maand),
        "per_dossiertype": _compared(found, lambda side: side.per_dossiertype),
    }


def _compared(found: Volledigheid, of: Any) -> list[dict[str, Any]]:
    """Both sides for every value that one of them has."""
    log, held = of(found.logboek), of(found.leesmodel)
    empty = Geteld().alles
    return [
        {
            "waarde": value,
            "gelijk": log.get(value, empty) == held.get(value, empty),
            "logboek": asdict(log.get(value, empty)),
            "leesmodel": asdict(held.get(value, empty)),
        }
        for value in sorted({*log, *held})
    ]


@router.get(
    "/medewerkers/mij",
    summary="Uzelf als medewerker",
    operation_id="medewerkers_mij",
    tags=["medewerkers"],
    response_class=Response,
    responses=_CONTENT,
)
async def me(request: Request, wie: Wie) -> Response:
    """Who you are to the loket; `id` is your own stream, also before you told anything."""
    here = parts(request)
    negotiate(request.headers.get("content-type"), request.headers.get("accept"))
    may_ask(here, MEDEWERKERS, wie)
    key = stream_of(wie.bestuur, wie.persoon)
    row = await fetch.one(here, MEDEWERKERS, Asked(), wie, key)
    known = row or _unknown(key, wie)
    return await respond(request, wie, MEDEWERKERS, Asked(), Single(known, version=known["versie"]))


def _unknown(key: str, actor: Actor) -> Row:
    return {
        "id": key,
        "persoon": actor.persoon,
        "naam": actor.naam,
        "teams": [],
        "afwezig": False,
        "afwezig_van": None,
        "afwezig_tot": None,
        "vervanger": "",
        "vervanger_naam": "",
        "zelf": True,
        "email": actor.email,
        "mailvoorkeuren": [],
        "versie": 0,
    }


def _enter(request: Request, actor: Actor) -> Parts:
    here = parts(request)
    negotiate(request.headers.get("content-type"), request.headers.get("accept"))
    may_ask(here, BEHANDELINGEN, actor)
    return here


def _document(kind: str, actor: Actor, attributes: dict[str, Any], address: str) -> Response:
    data = {"type": kind, "id": str(UUID(bestuur_id(actor.bestuur))), "attributes": attributes}
    body: document.Document = {
        "jsonapi": {"version": "1.1"},
        "links": {"self": address},
        "data": data,
    }
    return answer(body, MEDIA_TYPE)
