# SPDX-License-Identifier: EUPL-1.2
"""The body of a request as a command: its dataclass is its schema, and nothing else is let in."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from loket.api.refusals import AanvraagOngeldig, AanvraagTeGroot, MediatypeNietOndersteund
from loket.kernel import Finding

MAX_BODY = 1 << 20
"""Bytes in the largest command."""

_RULES = {
    "missing": ("verplicht", "Dit veld is verplicht."),
    "unexpected_keyword_argument": ("onbekend", "Dit veld bestaat niet; laat het weg."),
    "extra_forbidden": ("onbekend", "Dit veld bestaat niet; laat het weg."),
    "string_type": ("type", "Geef een tekst."),
    "int_type": ("type", "Geef een geheel getal."),
    "int_from_float": ("type", "Geef een geheel getal."),
    "int_parsing": ("type", "Geef een geheel getal."),
    "bool_type": ("type", "Geef true of false."),
    "tuple_type": ("type", "Geef een lijst."),
    "list_type": ("type", "Geef een lijst."),
    "mapping_type": ("type", "Geef een object."),
    "dict_type": ("type", "Geef een object."),
    "dataclass_type": ("type", "Geef een object."),
    "finite_number": ("type", "Geef een geheel getal."),
    "uuid_parsing": ("vorm", "Geef een UUID."),
    "json_invalid": ("json", "Dit is geen geldige JSON."),
}
_OTHER = ("vorm", "Deze waarde heeft niet de gevraagde vorm.")
_UNION = ("type", "Geen van de toegelaten types past: kommagetallen kunnen niet bewaard worden.")


class Body:
    """Decodes the JSON of one command class."""

    def __init__(self, kind: type[Any]) -> None:
        self.adapter: TypeAdapter[Any] = TypeAdapter(kind)

    def decode(self, data: bytes) -> Any:
        """The command in this JSON; nothing at all counts as `{}`.

        Raises AanvraagOngeldig, naming each wrong field by its JSON pointer (RFC 6901).
        """
        try:
            return self.adapter.validate_json(data or b"{}", strict=True, extra="forbid")
        except ValidationError as error:
            details = error.errors(include_url=False, include_context=False)
            raise AanvraagOngeldig("", *findings(details, data)) from None


def findings(errors: Sequence[Mapping[str, Any]], data: bytes | None) -> Iterator[Finding]:
    """What pydantic found as fields and rules; `data` is the JSON they speak of, if it is one."""
    try:
        content = json.loads(data) if data else {}
    except ValueError:
        content = None
    seen: dict[str, list[Mapping[str, Any]]] = {}
    for error in errors:
        seen.setdefault(_pointer(error, content), []).append(error)
    for pointer, found in seen.items():
        rule, message = _RULES.get(found[0]["type"], _OTHER) if len(found) == 1 else _UNION
        yield Finding(pointer, rule, message)


def _pointer(error: Mapping[str, Any], content: Any) -> str:
    """The part of the location that exists in the content (pydantic adds the types it tried)."""
    path: list[str] = []
    for step in error["loc"]:
        if _holds(content, step):
            content = content[step]
        elif error["type"] == "missing" and step == error["loc"][-1]:
            content = None
        else:
            break
        path.append(str(step).replace("~", "~0").replace("/", "~1"))
    return "".join(f"/{step}" for step in path)


def _holds(content: Any, step: int | str) -> bool:
    if isinstance(content, list):
        return isinstance(step, int) and step < len(content)
    return isinstance(content, dict) and step in content


async def read_body(receive: Receive, limit: int = MAX_BODY) -> bytes:
    """The whole body of a request.

    Raises AanvraagTeGroot beyond `limit` bytes, ClientDisconnect when it breaks off.
    """
    chunks: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > limit:
            raise AanvraagTeGroot(f"Ten hoogste {limit} bytes.")
        more = message.get("more_body", False)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def check_json(content_type: str, body: bytes) -> None:
    """Raises MediatypeNietOndersteund when there is a body that does not say it is JSON."""
    kind = content_type.partition(";")[0].strip().lower()
    if body and kind != "application/json":
        raise MediatypeNietOndersteund
