# SPDX-License-Identifier: EUPL-1.2
"""The write side over HTTP: `POST /{module}/{stream}/{command}`, derived from the modules.

`Idempotency-Key` makes a repeated request give the first answer (IETF httpapi
idempotency-key-header), `If-Match` makes it depend on the stream's version (RFC 9110), and
`Prefer: wait=N` waits for the final time stamp (RFC 7240). This is the busiest path, so it stands
on ASGI itself; its documentation is in `openapi.py`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Scope, Send

from loket.api.bodies import Body, check_json, read_body
from loket.api.parts import Parts
from loket.api.refusals import AanvraagOngeldig, MethodeNietToegelaten
from loket.evidence.append import Placed
from loket.evidence.canonical import Codec
from loket.kernel import SYSTEM_ROLE, Finding, Module, kebab
from loket.submit import Accepted, Submission, VersieGewijzigd, submit

MAX_WAIT = 60
"""Seconds for which `Prefer: wait` may hold a request."""

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ETAG = re.compile(r'"(\d{1,9})"')
_WAIT = re.compile(r"(?:^|,)\s*wait\s*=\s*\"?(\d{1,6})\"?\s*(?:;|,|$)", re.IGNORECASE)
_KEY = re.compile(r'"?([\x21\x23-\x7e][\x20\x21\x23-\x7e]{0,254})"?')


@dataclass(frozen=True, slots=True)
class Opdracht:
    """A command that can be given over HTTP: its module, class, path and body."""

    module: Module[Any, Any, Any]
    kind: type[Any]
    body: Body

    @property
    def name(self) -> str:
        """Its place in the path."""
        return kebab(self.kind.__name__)


def opdrachten(modules: Mapping[str, Module[Any, Any, Any]]) -> Iterator[Opdracht]:
    """All commands that someone who is not the machine itself can give."""
    for module in modules.values():
        for kind in module.commands:
            if module.rights[kind] - {SYSTEM_ROLE}:
                yield Opdracht(module, kind, Body(kind))


class CommandRoute(BaseRoute):
    """All commands as one route: found by name, not by trying patterns one after another."""

    def __init__(self, modules: Mapping[str, Module[Any, Any, Any]]) -> None:
        self.opdrachten = {(o.module.name, o.name): o for o in opdrachten(modules)}

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """A full match for any command on a well-formed stream id, whatever the method."""
        if scope["type"] != "http":
            return Match.NONE, {}
        found = self._find(scope["path"])
        return (Match.FULL, {"opdracht": found}) if found else (Match.NONE, {})

    def _find(self, path: str) -> tuple[Opdracht, str] | None:
        steps = path.split("/")
        if len(steps) != 4:
            return None
        opdracht = self.opdrachten.get((steps[1], steps[3]))
        return (opdracht, steps[2]) if opdracht and _UUID.fullmatch(steps[2]) else None

    def url_path_for(self, name: str, /, **path_params: Any) -> Any:
        """Commands have no names to be found by."""
        raise NoMatchFound(name, path_params)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request; refusals are left to the handlers of the application."""
        if scope["method"] != "POST":
            raise MethodeNietToegelaten("Een opdracht wordt met POST gegeven.")
        parts: Parts = scope["app"].state.parts
        opdracht, stream = scope["opdracht"]
        headers = _headers(scope)
        actor = await parts.authenticate(headers.get("authorization"))
        body = await read_body(receive)
        check_json(headers.get("content-type", ""), body)
        submission = Submission(
            module=parts.scoped[opdracht.module.name],
            stream=UUID(stream),
            command=opdracht.body.decode(body),
            actor=actor,
            key=_key(headers.get("idempotency-key")),
            expected=_expected(headers.get("if-match")),
        )
        accepted = await _submit(parts, submission)
        wait = _wait(headers.get("prefer"))
        if wait and accepted.placed:
            await parts.watch.wait(accepted.placed[-1].position, wait)
        response = answer(parts, accepted, wait)
        await response(scope, receive, send)


async def _submit(parts: Parts, submission: Submission) -> Accepted:
    try:
        return await submit(parts.write, submission)
    except VersieGewijzigd:
        # The version of a stream is for those who may see it.
        await parts.stream(submission.module.name, submission.stream, submission.actor)
        raise


def answer(parts: Parts, accepted: Accepted, wait: int | None = None) -> Response:
    """201 with where the new facts stand, or 200 when nothing changed."""
    placed = accepted.placed
    status = parts.watch.status(placed[-1].position) if placed else None
    body = {
        "stroom": accepted.stream,
        "versie": accepted.version,
        "status": status,
        "volgnummer": placed[-1].seq if placed else None,
        "positie": placed[-1].position if placed else None,
        "leaf_hash": placed[-1].leaf_hash.hex() if placed else None,
        "geregistreerd": moment(placed[-1]) if placed else None,
        "gebeurtenissen": [
            {
                "type": codec_name(parts, fact),
                "volgnummer": place.seq,
                "positie": place.position,
                "leaf_hash": place.leaf_hash.hex(),
                "geregistreerd": moment(place),
            }
            for place, fact in zip(placed, accepted.facts, strict=True)
        ],
        "bewijs": f"/bewijs/{accepted.stream}",
    }
    headers = {"ETag": f'"{accepted.version}"', "Cache-Control": "no-store"}
    if placed:
        headers["Location"] = f"/{accepted.stream}"
    if wait is not None:
        headers["Preference-Applied"] = f"wait={wait}"
    content = msgspec.json.encode(body)
    return Response(content, 201 if placed else 200, headers, "application/json")


def codec_name(parts: Parts, fact: Any) -> str | None:
    """The stable name of a fact; None when its content has been destroyed."""
    codec: Codec = parts.write.mapper.codec
    return None if fact is None else codec.name(type(fact))


def moment(place: Placed) -> str:
    """The log's time for an event: RFC 3339, UTC, microseconds."""
    return place.registered.isoformat(timespec="microseconds")[:-6] + "Z"


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def _key(value: str | None) -> str | None:
    if value is None:
        return None
    match = _KEY.fullmatch(value.strip())
    if match is None:
        rule = Finding("Idempotency-Key", "vorm", "Geef 1 tot 255 leesbare ASCII-tekens.")
        raise AanvraagOngeldig("", rule)
    return match[1]


def _expected(value: str | None) -> int | None:
    if value is None:
        return None
    match = _ETAG.fullmatch(value.strip())
    if match is None:
        rule = Finding("If-Match", "vorm", 'Geef één versie tussen aanhalingstekens, als "3".')
        raise AanvraagOngeldig("", rule)
    return int(match[1])


def _wait(value: str | None) -> int | None:
    """Seconds asked by Prefer; what is not understood is no preference (RFC 7240)."""
    match = _WAIT.search(value) if value else None
    return min(int(match[1]), MAX_WAIT) if match else None
