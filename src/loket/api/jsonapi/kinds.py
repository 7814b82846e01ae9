# SPDX-License-Identifier: EUPL-1.2
"""The kinds of values that attributes hold, filters take and lists are sorted by."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

Json = Mapping[str, Any]
"""JSON Schema, as OpenAPI 3.1 has it."""


def _same(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value: its JSON Schema, its type in PostgreSQL, how it is read from a parameter
    (ValueError when it cannot be) and shown in a document, and what to ask for, in Dutch."""

    schema: Json
    sql: str
    parse: Callable[[str], Any]
    hint: str
    show: Callable[[Any], Any] = _same


_URI = re.compile(r"https?://[!-~]+")
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)", re.IGNORECASE
)
_INTEGER = re.compile(r"-?\d{1,15}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _matching(pattern: re.Pattern[str], most: int = 500) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if len(text) > most or not pattern.fullmatch(text):
            raise ValueError(text)
        return text

    return parse


def _text(text: str) -> str:
    if not text or len(text) > 200 or _CONTROL.search(text):
        raise ValueError(text)
    return text


def _moment(text: str) -> datetime:
    if not _MOMENT.fullmatch(text):
        raise ValueError(text)
    return datetime.fromisoformat(text.upper())


def _day(text: str) -> str:
    if len(text) != 10:
        raise ValueError(text)
    return date.fromisoformat(text).isoformat()


def _integer(text: str) -> int:
    return int(_matching(_INTEGER)(text))


def _boolean(text: str) -> bool:
    return {"true": True, "false": False}[text]


def _utc(value: datetime | None) -> datetime | None:
    return value.astimezone(UTC) if value else None


TEXT = Kind({"type": "string", "minLength": 1, "maxLength": 200}, "text", _text, "Geef een tekst.")
URI = Kind(
    {"type": "string", "pattern": "^https?://[!-+\\--~]+$", "maxLength": 500},
    "text",
    _matching(_URI),
    "Geef een URI die begint met http:// of https://.",
)
ID = Kind(
    {"type": "string", "format": "uuid", "pattern": f"^{_UUID.pattern}$"},
    "uuid",
    lambda text: str(UUID(_matching(_UUID)(text))),
    "Geef een UUID in kleine letters.",
    str,
)
MOMENT = Kind(
    {"type": "string", "format": "date-time"},
    "timestamptz",
    _moment,
    "Geef een moment met tijdzone, als 2026-11-23T14:00:00Z.",
    _utc,
)
DAY = Kind({"type": "string", "format": "date"}, "text", _day, "Geef een dag als 2026-11-23.")
INTEGER = Kind({"type": "integer"}, "bigint", _integer, "Geef een geheel getal.")
BOOLEAN = Kind({"type": "boolean"}, "boolean", _boolean, "Geef true of false.")
TEXTS = Kind(
    {"type": "array", "items": {"type": "string"}}, "text[]", _text, "Geef een tekst.", list
)
OBJECT = Kind({"type": "object"}, "jsonb", _text, "Dit kan niet gevraagd worden.")
OBJECTS = Kind(
    {"type": "array", "items": {"type": "object"}}, "jsonb", _text, "Dit kan niet gevraagd worden."
)


def choice(*values: str) -> Kind:
    """One of these words."""

    def parse(text: str) -> str:
        if text not in values:
            raise ValueError(text)
        return text

    schema = {"type": "string", "enum": list(values)}
    return Kind(schema, "text", parse, f"Kies uit {', '.join(values)}.")
