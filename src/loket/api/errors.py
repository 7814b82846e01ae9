# SPDX-License-Identifier: EUPL-1.2
"""Every error of every layer as a problem (RFC 9457), and headers that belong on every answer.

What went wrong inside is written to the log under an id, with the places in the code but without
messages, which may quote personal data; the answer carries the id and nothing else.
"""

import traceback
from uuid import uuid4

import psycopg
import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from psycopg_pool import PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from loket.api import refusals
from loket.api.bodies import findings
from loket.api.problems import Catalogue, problem_response
from loket.evidence.append import LeafTooLarge
from loket.kernel import Finding, Refused

_log = structlog.get_logger()

_KINDS: dict[int, type[Refused]] = {
    404: refusals.NietGevonden,
    405: refusals.MethodeNietToegelaten,
    413: refusals.AanvraagTeGroot,
    415: refusals.MediatypeNietOndersteund,
    416: refusals.BereikOngeldig,
    500: refusals.InterneFout,
    503: refusals.TijdelijkOnbeschikbaar,
}
_UNAVAILABLE = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout)


def install(app: FastAPI, catalogue: Catalogue) -> None:
    """Make this application answer all errors with problems of this catalogue."""

    async def handle(request: Request, error: Exception) -> Response:
        return respond(catalogue, error, request.scope)

    for kind in (Refused, HTTPException, RequestValidationError, LeafTooLarge, *_UNAVAILABLE):
        app.add_exception_handler(kind, handle)
    app.add_middleware(Guard, catalogue=catalogue)


def respond(catalogue: Catalogue, error: Exception, scope: Scope) -> Response:
    """The problem that this error is; one that nobody foresaw is logged under an id."""
    match error:
        case Refused():
            return problem_response(catalogue, error)
        case HTTPException():
            kind = _KINDS.get(error.status_code, refusals.AanvraagOngeldig)
            return problem_response(catalogue, kind(), error.headers)
        case RequestValidationError():
            return problem_response(catalogue, refusals.AanvraagOngeldig("", *_findings(error)))
        case LeafTooLarge():
            return problem_response(catalogue, refusals.InhoudTeGroot())
        case psycopg.OperationalError() | psycopg.InterfaceError() | PoolTimeout():
            _log.warning("database_unavailable", error=type(error).__name__)
            return problem_response(catalogue, refusals.TijdelijkOnbeschikbaar())
    kenmerk = str(uuid4())
    _report(kenmerk, scope, error)
    return problem_response(catalogue, refusals.InterneFout(), kenmerk=kenmerk)


def _findings(error: RequestValidationError) -> list[Finding]:
    """Parameters by their name, parts of a body by their JSON pointer."""
    found: list[Finding] = []
    for detail in error.errors():
        place, *steps = detail["loc"]
        if place == "body":
            found += findings([{**detail, "loc": tuple(steps)}], None)
        else:
            name = str(steps[0]) if steps else str(place)
            rule = "verplicht" if detail["type"] == "missing" else "vorm"
            found.append(Finding(name, rule, "Deze waarde heeft niet de gevraagde vorm."))
    return found


class Guard:
    """The outermost layer: turns what nobody handled into a problem and forbids sniffing."""

    def __init__(self, app: ASGIApp, catalogue: Catalogue) -> None:
        self._app = app
        self._catalogue = catalogue

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"].append((b"x-content-type-options", b"nosniff"))
            await send(message)

        try:
            await self._app(scope, receive, guarded)
        except ClientDisconnect:
            return
        except Exception as error:
            response = respond(self._catalogue, error, scope)
            if started:
                raise
            await response(scope, receive, guarded)


def _report(kenmerk: str, scope: Scope, error: Exception) -> None:
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    _log.error(
        "request_failed",
        kenmerk=kenmerk,
        method=scope["method"],
        route=getattr(scope.get("route"), "path", ""),
        error=type(error).__name__,
        at=[f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames],
    )
