# SPDX-License-Identifier: EUPL-1.2
"""The write side over HTTP: `POST /{module}/{stream}/{command}`, derived from the modules.

`Idempotency-Key` makes a repeated request give the first answer (IETF httpapi
idempotency-key-header), `If-Match` makes it depend on the stream's version (RFC 9110), and
`Prefer: wait=N` waits for the final time stamp (RFC 7240). This is the busiest path, so it stands
on ASGI itself, before the framework; its documentation is in `openapi.py`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from loket.api import errors
from loket.api.bodies import Body, check_json, read_body
from loket.api.parts import Parts
from loket.api.refusals import AanvraagOngeldig
from loket.evidence.append import Placed
from loket.kernel import SYSTEM_ROLE, Finding, Module, kebab
from loket.submit import Accepted, Submission, VersieGewijzigd, submit

MAX_WAIT = 60
"""Seconds for which `Prefer: wait` may hold a request."""

_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
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


class Commands:
    """Serves all commands: found by name, not by trying one route after another."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._opdrachten = {
            (each.module.name, each.name): (each, parts.scoped[each.module.name])
            for each in opdrachten(parts.modules)
        }

    def find(self, path: str) -> "Found | None":
        """The command and stream that a path names."""
        steps = path.split("/")
        if len(steps) != 4:
            return None
        found = self._opdrachten.get((steps[1], steps[3]))
        return (*found, steps[2]) if found and _UUID.fullmatch(steps[2]) else None

    async def serve(self, found: "Found", scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request, whatever happens."""
        try:
            response = await self._answer(found, scope, receive)
        except ClientDisconnect:
            return
        except Exception as error:
            response = errors.respond(self._parts.catalogue, error, scope)
        await response(scope, receive, send)

    async def _answer(self, found: "Found", scope: Scope, receive: Receive) -> Response:
        opdracht, module, stream = found
        if scope["method"] != "POST":
            raise HTTPException(405, headers={"Allow": "POST"})
        parts = self._parts
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        actor = await parts.authenticate(headers.get(b"authorization"))
        body = await read_body(receive)
        check_json(headers.get(b"content-type", ""), body)
        wait = _wait(headers.get(b"prefer"))
        submission = Submission(
            module=module,
            stream=UUID(stream),
            command=opdracht.body.decode(body),
            actor=actor,
            key=_key(headers.get(b"idempotency-key")),
            expected=_expected(headers.get(b"if-match")),
            urgent=bool(wait),
        )
        accepted = await _submit(parts, submission)
        if wait and accepted.placed:
            await parts.watch.wait(accepted.placed[-1].position, wait)
        return receipt(parts, accepted, wait)


Found = tuple[Opdracht, Module[Any, Any, Any], str]
"""A command, its module within the scope of the actor, and the id of the stream."""


async def _submit(parts: Parts, submission: Submission) -> Accepted:
    try:
        return await submit(parts.write, submission)
    except VersieGewijzigd:
        # The version of a stream is for those who may see it.
        await parts.stream(submission.module.name, submission.stream, submission.actor)
        raise


def receipt(parts: Parts, accepted: Accepted, wait: int | None = None) -> Response:
    """201 with where the new facts stand, or 200 when nothing changed."""
    placed = accepted.placed
    name = parts.write.mapper.codec.name
    facts = [
        {
            "type": None if fact is None else name(type(fact)),
            "volgnummer": place.seq,
            "positie": place.position,
            "leaf_hash": place.leaf_hash.hex(),
            "geregistreerd": moment(place),
        }
        for place, fact in zip(placed, accepted.facts, strict=True)
    ]
    last: Mapping[str, Any] = facts[-1] if facts else {}
    body = {
        "stroom": accepted.stream,
        "versie": accepted.version,
        "status": parts.watch.status(placed[-1].position) if placed else None,
        "volgnummer": last.get("volgnummer"),
        "positie": last.get("positie"),
        "leaf_hash": last.get("leaf_hash"),
        "geregistreerd": last.get("geregistreerd"),
        "gebeurtenissen": facts,
        "bewijs": f"/bewijs/{accepted.stream}",
    }
    headers = {"ETag": f'"{accepted.version}"', **_HEADERS}
    if placed:
        headers["Location"] = f"/{accepted.stream}"
    if wait is not None:
        headers["Preference-Applied"] = f"wait={wait}"
    return Response(msgspec.json.encode(body), 201 if placed else 200, headers, "application/json")


def moment(place: Placed) -> str:
    """The log's time for an event: RFC 3339, UTC, microseconds."""
    return place.registered.isoformat(timespec="microseconds")[:-6] + "Z"


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
