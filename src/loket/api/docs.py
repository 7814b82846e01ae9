# SPDX-License-Identifier: EUPL-1.2
"""The documentation page: Swagger UI, served from here and not from a CDN.

Its files come from the package `fastapi-swagger`; nothing else of that package is used.
"""

from importlib.resources import files

from fastapi import APIRouter
from starlette.responses import HTMLResponse, RedirectResponse, Response

from loket.api.refusals import NietGevonden

router = APIRouter(include_in_schema=False)

_ASSETS = {
    "swagger-ui.css": "text/css; charset=utf-8",
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "favicon-32x32.png": "image/png",
}
_START = """
SwaggerUIBundle({url: "/openapi.json", dom_id: "#docs", deepLinking: true,
    persistAuthorization: false, tryItOutEnabled: true, filter: true});
"""
_PAGE = """<!doctype html><html lang="nl"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Loket: API</title>
<link rel="icon" href="/docs/favicon-32x32.png"><link rel="stylesheet" href="/docs/swagger-ui.css">
<div id="docs"></div><noscript>Zie <a href="/openapi.json">/openapi.json</a>.</noscript>
<script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></html>
"""
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@router.get("/", response_class=RedirectResponse)
async def root() -> Response:
    """The documentation is the front door."""
    return RedirectResponse("/docs")


@router.get("/docs")
async def docs() -> Response:
    """The page."""
    return HTMLResponse(_PAGE, headers={"Content-Security-Policy": _POLICY})


@router.get("/docs/{name}")
async def asset(name: str) -> Response:
    """One of its files."""
    headers = {"Cache-Control": "public, max-age=86400"}
    if name == "start.js":
        return Response(_START, headers=headers, media_type="text/javascript; charset=utf-8")
    if name not in _ASSETS:
        raise NietGevonden
    content = (files("fastapi_swagger") / "resources" / name).read_bytes()
    return Response(content, headers=headers, media_type=_ASSETS[name])
