# SPDX-License-Identifier: EUPL-1.2
"""The types of problem, explained at their own address, to people and to programs."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from loket.api import models
from loket.api.parts import parts
from loket.api.problems import Problem, page
from loket.api.refusals import NietGevonden

router = APIRouter(prefix="/problemen", tags=["problemen"])

_HTML: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/html": {}}, "description": "De uitleg, als JSON of als pagina."}
}


@router.get(
    "", summary="Alle problemen", operation_id="problemen",
    response_model=list[models.Probleemtype], responses=_HTML,
)  # fmt: skip
async def listed(request: Request) -> Response:
    """Every type of problem there is."""
    return _answer(request, list(parts(request).catalogue), "Problemen", single=False)


@router.get(
    "/{module}/{naam}", summary="Uitleg bij een probleem", operation_id="probleem",
    response_model=models.Probleemtype, responses=_HTML,
)  # fmt: skip
async def one(request: Request, module: str, naam: str) -> Response:
    """What a type of problem means."""
    found = parts(request).catalogue.find(module, naam)
    if found is None:
        raise NietGevonden
    return _answer(request, [found], found.title, single=True)


def _answer(request: Request, problems: list[Problem], title: str, *, single: bool) -> Response:
    headers = {"Vary": "Accept", "Cache-Control": "public, max-age=3600"}
    if "text/html" in request.headers.get("accept", ""):
        return HTMLResponse(page(problems, title), headers=headers)
    content = [{"type": p.type, "title": p.title, "status": p.status} for p in problems]
    return JSONResponse(content[0] if single else content, headers=headers)
