# SPDX-License-Identifier: EUPL-1.2
"""Searching: `GET /zoeken?q=…`, over everything the reader may read, the best first."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import psycopg
from fastapi import APIRouter, Request, Response

from loket.api.identity import Wie
from loket.api.jsonapi import describe, document, fetch
from loket.api.jsonapi.media import negotiate
from loket.api.jsonapi.query import Query, parse
from loket.api.jsonapi.resource import Row
from loket.api.jsonapi.routes import PROFILED, answer
from loket.api.parts import Parts, parts, roles_of
from loket.api.refusals import VraagOngeldig
from loket.api.resources import RESOURCES
from loket.api.resources.zoeken import ZOEKRESULTATEN
from loket.kernel import Actor, Finding
from loket.projections.zoeken.bronnen import BRONNEN
from loket.projections.zoeken.find import CANDIDATES, GeenZoekwoord, Treffer, Vraag, find
from loket.submit import GeenRecht

PATH = "/zoeken"
MAX_QUERY = 200
MAX_SIZE = 50
SIZE = 20
RESOURCE = replace(ZOEKRESULTATEN, path=PATH)

_Q = {
    "name": "q",
    "in": "query",
    "required": True,
    "description": 'Woorden die er alle in staan; `"…"` voor woorden na elkaar, `or` voor een '
    "keuze, `-` voor wat er niet in mag staan.",
    "schema": {"type": "string", "minLength": 1, "maxLength": MAX_QUERY},
    "example": "riolering",
}
_NOT_HERE = {"sort", "page[before]", "page[total]", "filter[id]", "formaat"}
_PARAMETERS = [
    each | ({"schema": {**each["schema"], "maximum": MAX_SIZE, "default": SIZE}}
            if each["name"] == "page[size]" else {})
    for each in describe.list_parameters(RESOURCE, RESOURCES)
    if each["name"] not in _NOT_HERE
]  # fmt: skip

router = APIRouter(tags=["zoeken"])


@router.get(
    PATH,
    summary="Zoeken",
    operation_id="zoeken",
    response_class=Response,
    responses=describe.page_responses(RESOURCE),
    openapi_extra={"parameters": [_Q, *_PARAMETERS]},
    description="Zoekt in velden, berichten, eigen notities en de tekst van bijlagen, binnen wat u "
    "mag lezen; van wat u nog niet opende enkel in de omslag. Alles wat past is geteld "
    f"(`meta.page.total`); de nieuwste {CANDIDATES} ervan worden gerangschikt en getoond.",
)
async def search(request: Request, wie: Wie) -> Response:
    """One page of what fits."""
    here = parts(request)
    negotiate(request.headers.get("content-type"), request.headers.get("accept"))
    modules = _modules(here, wie)
    asked = request.query_params.multi_items()
    q, query = _asked(asked)
    vraag = _vraag(q, query, modules)
    async with here.connection() as conn:
        try:
            found = await find(conn, wie.bestuur, vraag)
        except GeenZoekwoord as refusal:
            raise VraagOngeldig("", Finding("q", "woord", refusal.title())) from None
        except psycopg.DataError:
            raise _foreign() if query.after else _unusable() from None
        rows: list[Row] = [_row(treffer, here) for treffer in found.treffers]
        included = await fetch.included(conn, here, RESOURCE, query, wie, rows)
    marks = [_mark(treffer.key) for treffer in found.treffers]
    page = fetch.Page(rows, marks, None, marks[-1] if found.more else None, found.aantal)
    body = document.listed(here, RESOURCE, query, page, included, asked)
    for each, treffer in zip(body["data"], found.treffers, strict=True):
        each["links"] = {"self": f"/{treffer.stream}"}
    return answer(body, PROFILED)


def _modules(here: Parts, actor: Actor) -> list[str]:
    """The modules in which this actor may search. Raises GeenRecht when there is none."""
    roles = {name: roles_of(here.modules[name]) for name in BRONNEN if name in here.modules}
    found = [name for name, needed in roles.items() if needed & actor.rollen]
    if not found:
        raise GeenRecht(f"Nodig: {' of '.join(sorted(frozenset().union(*roles.values())))}.")
    return found


def _asked(items: Sequence[tuple[str, str]]) -> tuple[str, Query]:
    """The words that are asked, and all else. Raises VraagOngeldig."""
    words = [text for name, text in items if name == "q"]
    wrong = [
        Finding(name, "onbekend", "Deze parameter bestaat hier niet.")
        for name, _ in items
        if name in _NOT_HERE
    ]
    if len(words) != 1 or not words[0].strip() or len(words[0]) > MAX_QUERY:
        wrong.append(Finding("q", "vorm", f"Geef één keer q, met 1 tot {MAX_QUERY} tekens."))
    if wrong:
        raise VraagOngeldig("", *wrong)
    query = parse(RESOURCE, RESOURCES, [item for item in items if item[0] != "q"])
    if not any(name == "page[size]" for name, _ in items):
        query = replace(query, size=SIZE)
    if query.size > MAX_SIZE:
        rule = Finding("page[size]", "grootte", f"Geef een getal van 1 tot {MAX_SIZE}.")
        raise VraagOngeldig("", rule)
    return words[0], query


def _vraag(q: str, query: Query, modules: Sequence[str]) -> Vraag:
    names = {id(each): name for name, each in RESOURCE.filters.items()}
    asked: dict[str, Any] = {names[id(each)]: values for each, values in query.filters}
    if chosen := asked.get("module"):
        modules = [name for name in modules if name in chosen]
    return Vraag(
        q=q,
        modules=modules,
        soorten=asked.get("soort", ()),
        types=asked.get("typering", ()),
        besturen=asked.get("bestuur", ()),
        van=asked.get("moment.van", (None,))[0],
        tot=asked.get("moment.tot", (None,))[0],
        after=_key(query.after) if query.after else None,
        limit=query.size,
    )


def _row(treffer: Treffer, here: Parts) -> dict[str, Any]:
    label = here.loket.reference.label(treffer.type) if treffer.type else ""
    return {
        "id": treffer.id,
        "stroom": treffer.stream,
        "module": treffer.module,
        "soort": treffer.soort,
        "typering": treffer.type,
        "typering_naam": label,
        "bestuur": treffer.bestuur,
        "bestuur_naam": treffer.bestuur_naam,
        "moment": treffer.moment,
        "fragmenten": treffer.fragmenten,
        "bestanden": [
            {"sha256": file.sha256, "naam": file.naam, "fragment": file.fragment}
            for file in treffer.bestanden
        ],
    }


def _mark(key: Sequence[str]) -> str:
    return urlsafe_b64encode(json.dumps(list(key)).encode()).rstrip(b"=").decode()


def _key(mark: str) -> list[str]:
    try:
        key = json.loads(urlsafe_b64decode(mark + "=" * (-len(mark) % 4)))
        if len(key) == 3 and all(isinstance(part, str) for part in key):
            return list(key)
    except (ValueError, TypeError, RecursionError):
        pass
    raise _foreign()


def _foreign() -> VraagOngeldig:
    message = "Deze bladwijzer hoort niet bij deze lijst; begin bij de eerste bladzijde."
    return VraagOngeldig("", Finding("page[after]", "bladwijzer", message))


def _unusable() -> VraagOngeldig:
    return VraagOngeldig("", Finding("q", "vorm", "Met deze tekst kan niet gezocht worden."))
