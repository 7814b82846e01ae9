# SPDX-License-Identifier: EUPL-1.2
"""Refusals as problem details (RFC 9457), one stable type for each class of refusal.

The type is `/problemen/{module}/{name}`; the same address explains it. Refusals of the pipeline
itself belong to `loket`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import msgspec
from starlette.responses import Response

from loket import auth, files, submit
from loket.api import refusals as api
from loket.evidence import canonical
from loket.kernel import Conflict, Invalid, Module, NotAllowed, NotFound, Refused, kebab

MEDIA_TYPE = "application/problem+json"
PIPELINE = "loket"

STATUS: Mapping[type[Refused], int] = {
    Invalid: 422,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    submit.VersieGewijzigd: 412,
    auth.NietAangemeld: 401,
    auth.AanmelddienstOnbereikbaar: 503,
    files.BestandTeGroot: 413,
    api.VraagOngeldig: 400,
    api.MethodeNietToegelaten: 405,
    api.NietAanvaardbaar: 406,
    api.AanvraagTeGroot: 413,
    api.MediatypeNietOndersteund: 415,
    api.BereikOngeldig: 416,
    api.InterneFout: 500,
    api.TijdelijkOnbeschikbaar: 503,
}
"""The HTTP status of each kind of refusal; a subclass has that of its nearest ancestor."""

SOURCES = (submit, canonical, auth, files, api)
"""Where the refusals of the pipeline are written."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A type of problem: its path, its one sentence and its HTTP status."""

    type: str
    module: str
    name: str
    title: str
    status: int


class Catalogue:
    """All types of problem of the modules and of the pipeline."""

    def __init__(self, modules: Mapping[str, Module[Any, Any, Any]]) -> None:
        self._problems: dict[type[Refused], Problem] = {}
        for kind in pipeline_refusals():
            self._add(PIPELINE, kind)
        for module in modules.values():
            for kind in module.refusals:
                self._add(module.name, kind)

    def _add(self, module: str, kind: type[Refused]) -> None:
        name = kebab(kind.__name__)
        path = f"/problemen/{module}/{name}"
        self._problems[kind] = Problem(path, module, name, kind.title(), status(kind))

    def __iter__(self) -> Iterator[Problem]:
        return iter(sorted(self._problems.values(), key=lambda p: p.type))

    def of(self, kind: type[Refused]) -> Problem:
        """The type of a refusal; for a class nobody declared, that of its nearest ancestor."""
        return next(self._problems[c] for c in kind.__mro__ if c in self._problems)

    def find(self, module: str, name: str) -> Problem | None:
        """The type with this path."""
        wanted = f"/problemen/{module}/{name}"
        return next((p for p in self._problems.values() if p.type == wanted), None)

    def kinds(self, *kinds: int) -> list[Problem]:
        """The types with these statuses."""
        return [p for p in self if p.status in kinds]


def pipeline_refusals() -> list[type[Refused]]:
    """The refusals that any command or read can meet, and the kinds they belong to."""
    found: dict[type[Refused], None] = dict.fromkeys((Invalid, NotAllowed, NotFound, Conflict))
    for source in SOURCES:
        for value in vars(source).values():
            if isinstance(value, type) and issubclass(value, Refused) and value is not Refused:
                found[value] = None
    return list(found)


def status(kind: type[Refused]) -> int:
    """The HTTP status of a class of refusal."""
    return next((STATUS[c] for c in kind.__mro__ if c in STATUS), 422)


def problem_response(
    catalogue: Catalogue, refusal: Refused, headers: Mapping[str, str] | None = None, **more: Any
) -> Response:
    """The answer that says why not; `more` are extension members."""
    problem = catalogue.of(type(refusal))
    body: dict[str, Any] = {
        "type": problem.type,
        "title": problem.title,
        "status": problem.status,
    }
    if refusal.detail:
        body["detail"] = refusal.detail
    body["fouten"] = [
        {"veld": f.veld, "regel": f.regel, "melding": f.melding} for f in refusal.findings
    ]
    body.update(more)
    extra = dict(headers or {})
    if problem.status == 401:
        extra["WWW-Authenticate"] = _challenge(refusal)
    if problem.status == 503:
        extra.setdefault("Retry-After", "5")
    extra["Cache-Control"] = "no-store"
    return Response(msgspec.json.encode(body), problem.status, extra, MEDIA_TYPE)


def _challenge(refusal: Refused) -> str:
    """RFC 6750, section 3: no error code when no token was given."""
    if isinstance(refusal, auth.GeenToken):
        return 'Bearer realm="loket"'
    return 'Bearer realm="loket", error="invalid_token"'


def page(problems: list[Problem], title: str) -> str:
    """A page for people that explains these types of problem."""
    rows = "".join(
        f"<tr><td><a href='{escape(p.type)}'><code>{escape(p.type)}</code></a></td>"
        f"<td>{p.status}</td><td>{escape(p.title)}</td></tr>"
        for p in problems
    )
    return (
        "<!doctype html><html lang='nl'><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width'>"
        f"<title>{escape(title)}</title>"
        "<style>body{font:1rem/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}"
        "td,th{text-align:left;padding:.3rem 1rem .3rem 0;vertical-align:top}</style>"
        f"<h1>{escape(title)}</h1><table><thead><tr><th>Type<th>Status<th>Betekenis</thead>"
        f"<tbody>{rows}</tbody></table><p><a href='/problemen'>Alle problemen</a></p></html>"
    )
