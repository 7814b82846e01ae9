# SPDX-License-Identifier: EUPL-1.2
"""A bundle taken apart into typed values; says nothing yet about whether they are true."""

import json
import re
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from loket.evidence.merkle import leaf_hash
from loket.evidence.note import NoteError, TlogProof
from loket.evidence.verify_zip import DOCUMENTS, Broken, SafeZip

FORMAT = "loket-bewijs/1"
EVENTS = "gebeurtenissen/"
_LEAF_NAME = re.compile(re.escape(EVENTS) + r"(0|[1-9][0-9]{0,8})\.leaf")
_TOKEN_NAME = re.compile(r"(tijd/[0-9]+(?:-[0-9]+)?)\.tsr")
_RECORD_NAME = re.compile(r"etsi/(0|[1-9][0-9]{0,8})-[a-z]+\.json")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_LEAF_KEYS = {
    "actor", "beacon", "cause", "command", "docs", "log", "payload", "prev", "seq", "stream",
    "time", "type", "v",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class LeafRead:
    """The fields of a leaf (version 1) that verification needs, and its hash."""

    hash: bytes
    log: str
    stream: str
    seq: int
    prev: str
    type: str
    time: datetime
    payload: str
    actor: str
    docs: tuple[tuple[str, int], ...]
    beacon: tuple[str, int] | None


@dataclass(frozen=True, slots=True)
class EventRead:
    """The files of one event; what is absent is None."""

    number: int
    leaf: LeafRead
    payload: bytes | None
    payload_salt: bytes | None
    actor: bytes | None
    actor_salt: bytes | None
    document_salts: tuple[bytes, ...]
    proof: TlogProof | None


@dataclass(frozen=True, slots=True)
class Line:
    """What stroom.jsonl says of one event: hashes as leaves carry them, and its position."""

    hash: str
    prev: str
    type: str
    position: int


@dataclass(frozen=True, slots=True)
class TokenRead:
    """One time stamp: query, response (DER) and the note it is said to be over."""

    name: str
    query: bytes
    response: bytes
    note: bytes


@dataclass(frozen=True, slots=True)
class DocumentRead:
    """What bewijs.json says of one document of one event."""

    sha256: str
    size: int
    name: str
    file: str | None


@dataclass(frozen=True, slots=True)
class Index:
    """What bewijs.json says; nothing of it is believed."""

    stream: str
    types: Mapping[int, str]
    documents: Mapping[int, tuple[DocumentRead, ...]]


@dataclass
class Parts:
    """A bundle's content. `records` are the ERDS records by event; `problems` are (name, why) of
    what could not be read."""

    index: Index
    events: list[EventRead]
    expected: int
    lines: Mapping[int, Line]
    tokens: list[TokenRead]
    newest: bytes | None
    consistency: Mapping[tuple[int, int], tuple[bytes, ...]]
    vkey_hint: str
    records: Mapping[int, Any] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)


class Malformed(ValueError):
    """A file that has not the form it must have."""


def b64url(data: bytes) -> str:
    """base64url without padding, as leaves carry hashes."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def read_json(data: bytes) -> Any:
    """JSON without duplicate names. Raises Malformed."""
    try:
        return json.loads(data, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"geen geldige JSON: {error}") from error


def read_object(data: bytes | None) -> dict[str, Any]:
    """A JSON object; an empty one when the bytes are not that, or there are none."""
    try:
        found = read_json(data or b"null")
    except Malformed:
        return {}
    return found if isinstance(found, dict) else {}


def payload_of(event: EventRead) -> dict[str, Any]:
    """The opened payload; empty when it is not there or cannot be read."""
    return read_object(event.payload)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("een naam komt twee keer voor")
    return found


def read_leaf(data: bytes) -> LeafRead:
    """The fields of a leaf. Raises Malformed for anything but version 1."""
    content = read_json(data)
    if not isinstance(content, dict) or set(content) != _LEAF_KEYS:
        raise Malformed("geen blad van versie 1")
    match content:
        case {
            "v": 1,
            "log": str(log),
            "stream": str(stream),
            "seq": int(seq),
            "prev": str(prev),
            "type": str(kind),
            "time": str(time),
            "payload": str(payload),
            "actor": str(actor),
            "docs": list(docs),
        } if _TIME.fullmatch(time) and seq is not True and seq is not False:
            pass
        case _:
            raise Malformed("geen blad van versie 1")
    return LeafRead(
        hash=leaf_hash(data),
        log=log,
        stream=stream,
        seq=seq,
        prev=prev,
        type=kind,
        time=_moment(time),
        payload=payload,
        actor=actor,
        docs=tuple(_pair(doc, "commit", "size") for doc in docs),
        beacon=None if content["beacon"] is None else _pair(content["beacon"], "hash", "size"),
    )


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Malformed(f"geen tijdstip: {text}") from error


def _pair(value: Any, text: str, number: str) -> tuple[str, int]:
    if isinstance(value, dict) and set(value) == {text, number}:
        found = value[text], value[number]
        if isinstance(found[0], str) and type(found[1]) is int and found[1] >= 0:
            return found
    raise Malformed("geen blad van versie 1")


def read_parts(archive: SafeZip) -> Parts:
    """Everything in the bundle. Raises Malformed or Broken when it has no usable bewijs.json."""
    names = set(archive.names)
    parts = Parts(
        index=_index(read_json(archive.read("bewijs.json"))),
        events=[],
        expected=0,
        lines={},
        tokens=[],
        newest=archive.read("log/checkpoint") if "log/checkpoint" in names else None,
        consistency={},
        vkey_hint="",
    )
    numbers = sorted(int(m[1]) for name in names if (m := _LEAF_NAME.fullmatch(name)))
    for number in numbers:
        with _noting(parts, f"{EVENTS}{number}.leaf"):
            parts.events.append(_event(archive, names, number))
    for stem in sorted(m[1] for name in names if (m := _TOKEN_NAME.fullmatch(name))):
        with _noting(parts, f"{stem}.tsr"):
            files = (archive.read(f"{stem}{end}") for end in (".tsq", ".tsr", ".note"))
            parts.tokens.append(TokenRead(stem, *files))
    records: dict[int, Any] = {}
    for name in sorted(names):
        if match := _RECORD_NAME.fullmatch(name):
            with _noting(parts, name):
                records[int(match[1])] = read_json(archive.read(name))
    parts.records = records
    with _noting(parts, "stroom.jsonl"):
        parts.lines = _lines(archive.read("stroom.jsonl"))
    with _noting(parts, "log/consistentie.txt"):
        parts.consistency = _consistency(archive.read("log/consistentie.txt"))
    with _noting(parts, "log/log.vkey"):
        parts.vkey_hint = archive.read("log/log.vkey").decode("utf-8", "replace").strip()
    parts.expected = max(-1, *parts.lines, *parts.index.types, *numbers) + 1
    return parts


class _noting:  # noqa: N801 - reads as a statement
    """Turns what cannot be read into a problem of the bundle."""

    def __init__(self, parts: Parts, name: str) -> None:
        self._parts = parts
        self._name = name

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, Malformed | Broken | NoteError):
            self._parts.problems.append((self._name, str(error)))
            return True
        return False


def _event(archive: SafeZip, names: set[str], number: int) -> EventRead:
    stem = f"{EVENTS}{number}"

    def optional(name: str) -> bytes | None:
        return archive.read(name) if name in names else None

    proof = optional(f"log/{number}.tlog-proof")
    leaf = read_leaf(archive.read(f"{stem}.leaf"))
    salts = (optional(f"{stem}.document-{k}.zout") for k in range(len(leaf.docs)))
    return EventRead(
        number=number,
        leaf=leaf,
        payload=optional(f"{stem}.inhoud.json"),
        payload_salt=optional(f"{stem}.inhoud.zout"),
        actor=optional(f"{stem}.actor.json"),
        actor_salt=optional(f"{stem}.actor.zout"),
        document_salts=tuple(salt for salt in salts if salt is not None),
        proof=TlogProof.parse(proof) if proof is not None else None,
    )


def _index(content: Any) -> Index:
    match content:
        case {"formaat": str(form), "stroom": str(stream), "gebeurtenissen": list(events)}:
            pass
        case _:
            raise Malformed("bewijs.json heeft niet de juiste vorm")
    if form != FORMAT:
        raise UnknownVersion(form)
    types: dict[int, str] = {}
    documents: dict[int, tuple[DocumentRead, ...]] = {}
    for event in events:
        match event:
            case {"volgnummer": int(number), "type": str(kind), "documenten": list(docs)}:
                types[number] = kind
                documents[number] = tuple(_document(doc) for doc in docs)
            case _:
                raise Malformed("bewijs.json heeft niet de juiste vorm")
    return Index(stream, types, documents)


class UnknownVersion(Malformed):
    """A bundle of a format this verifier does not know."""


def _document(content: Any) -> DocumentRead:
    match content:
        case {
            "sha256": str(digest),
            "grootte": int(size),
            "naam": str(name),
            "bestand": str() | None as file,
        } if re.fullmatch(r"[0-9a-f]{64}", digest) and (file is None or file.startswith(DOCUMENTS)):
            return DocumentRead(digest, size, name, file)
    raise Malformed("bewijs.json noemt een document zonder de juiste vorm")


def _lines(data: bytes) -> dict[int, Line]:
    found: dict[int, Line] = {}
    for line in data.splitlines():
        match read_json(line):
            case {
                "volgnummer": int(number),
                "blad": str(digest),
                "vorige": str(prev),
                "type": str(kind),
                "positie": int(position),
            } if number not in found:
                found[number] = Line(digest, prev, kind, position)
            case _:
                raise Malformed("een regel heeft niet de juiste vorm")
    return found


def _consistency(data: bytes) -> dict[tuple[int, int], tuple[bytes, ...]]:
    found: dict[tuple[int, int], tuple[bytes, ...]] = {}
    for block in data.decode("ascii", "replace").split("\n\n"):
        match [line.split(" ") for line in block.split("\n") if line]:
            case []:
                continue
            case [["old", old], ["new", new], *path] if old.isdecimal() and new.isdecimal():
                found[_number(old), _number(new)] = tuple(_hash(words) for words in path)
            case _:
                raise Malformed("een blok heeft niet de juiste vorm")
    return found


def _number(text: str) -> int:
    if len(text) > 19:
        raise Malformed("een getal is te groot")
    return int(text)


def _hash(words: list[str]) -> bytes:
    try:
        data = b64decode(words[0], validate=True) if len(words) == 1 else b""
    except ValueError as error:
        raise Malformed("geen base64") from error
    if len(data) != 32 or b64encode(data).decode() != words[0]:
        raise Malformed("geen hash")
    return data
