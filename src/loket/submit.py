# SPDX-License-Identifier: EUPL-1.2
"""The write side in one function: read, replay, decide, append.

Nothing else writes facts. A refusal is raised, a lost race is decided again on what came first,
and the same command id gives the same answer for ever.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from typing import Any, Protocol
from uuid import UUID, uuid4, uuid5

from loket.evidence.append import Append, Placed, Raced
from loket.evidence.canonical import encode
from loket.evidence.entry import Entry, LeafMapper, Recorded, microseconds
from loket.evidence.keys import DataKey
from loket.evidence.read import History, Question
from loket.kernel import (
    Actor,
    Conflict,
    Context,
    Invalid,
    Module,
    NotAllowed,
    Related,
)

ATTEMPTS = 8
COMMANDS = UUID("6f0c3bd5-6b0f-5d3e-9a4d-0d6a3e6e5c11")


class VersieGewijzigd(Conflict):
    """De stroom is intussen gewijzigd."""


class SleutelHergebruikt(Invalid):
    """Deze Idempotency-Key is al gebruikt voor een andere opdracht."""


class TeDruk(Conflict):
    """Te veel gelijktijdige wijzigingen op dezelfde stroom; probeer opnieuw."""


class GeenRecht(NotAllowed):
    """Uw rol geeft geen recht op deze opdracht."""


class Files(Protocol):
    """What a decision may know of uploaded files."""

    async def sizes(self, digests: Sequence[str], bestuur: str) -> Mapping[str, int]:
        """Sizes (bytes) of those digests that this bestuur has uploaded."""


Reader = Callable[[Question], Awaitable[History]]
"""Reads histories from the log."""

Writer = Callable[[Append], Awaitable[list[Placed]]]
"""Appends drafts to the log and tells where they came to stand; raises Raced."""


@dataclass(frozen=True, slots=True)
class Submission:
    """One command on its way in.

    `key` is the sender's own id for the command (Idempotency-Key), `expected` the version the
    sender decided on (If-Match), `cause` the event that made a reaction issue it.
    """

    module: Module[Any, Any, Any]
    stream: UUID
    command: Any
    actor: Actor
    key: str | None = None
    expected: int | None = None
    cause: str | None = None
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was recorded: the places of the new facts (none when nothing changed) and the
    stream's version, the number of its events. `repeated` is True for an earlier answer."""

    stream: str
    version: int
    placed: tuple[Placed, ...]
    facts: tuple[Any, ...]
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class WriteSide:
    """All `submit` needs from outside."""

    read: Reader
    append: Writer
    mapper: LeafMapper
    files: Files
    reference: Callable[[], Any]
    now: Callable[[], datetime]
    closing: tuple[Callable[[], Awaitable[None]], ...] = ()

    async def aclose(self) -> None:
        """Close the connections it was made with."""
        for close in self.closing:
            await close()


async def submit(write: WriteSide, submission: Submission) -> Accepted:
    """Record what a command means, or raise why not.

    Raises a module's own refusals, GeenRecht, VersieGewijzigd, SleutelHergebruikt, TeDruk, and
    what `canonical.encode` refuses. Nothing is written unless everything is.
    """
    module, command, actor = submission.module, submission.command, submission.actor
    if not module.rights[type(command)] & actor.rollen:
        raise GeenRecht(f"Nodig: {' of '.join(sorted(module.rights[type(command)]))}.")
    stream = f"{module.name}/{submission.stream}"
    command_id = uuid4() if submission.key is None else _command_id(actor, submission.key)
    request = _request(stream, command)
    related = _references(type(command), "StreamId", command)
    names = tuple(f"{module.name}/{other}" for other in related)
    question = Question((stream, *names), command_id if submission.key else None)
    documents = await _documents(write, command, actor)
    for _ in range(ATTEMPTS):
        history = await write.read(question)
        if history.command:
            return _earlier(history.command, stream, request)
        past = history.streams[stream]
        if submission.expected is not None and submission.expected != len(past):
            raise VersieGewijzigd(f"De stroom staat op versie {len(past)}.")
        context = Context(
            actor=actor,
            at=write.now(),
            id=command_id,
            reference=write.reference(),
            stream=str(submission.stream),
            documents=documents,
            related={
                other: _related(module, history.streams[name])
                for other, name in zip(related, names, strict=True)
            },
        )
        facts = module.decide(command, _state(module, past), context)
        if not facts:
            return Accepted(stream, len(past), (), ())
        append = _append(write.mapper, submission, stream, past, facts, command_id, request)
        try:
            placed = await write.append(append)
        except Raced:
            # Perhaps lost to itself: sent twice over a connection that broke after the commit.
            question = Question(question.streams, command_id)
            continue
        return Accepted(stream, placed[-1].seq + 1, tuple(placed), tuple(facts))
    raise TeDruk


def _append(
    mapper: LeafMapper,
    submission: Submission,
    stream: str,
    past: Sequence[Recorded],
    facts: Sequence[Any],
    command_id: UUID,
    request: bytes,
) -> Append:
    last = past[-1] if past else None
    new_key = None if last else mapper.keys.create(stream)
    key = new_key or _key_of(past)
    drafts = [
        mapper.to_stored_event(
            Entry(
                originator_id=stream,
                originator_version=len(past) + n,
                fact=fact,
                actor=submission.actor,
                command=command_id,
                ordinal=n,
                key=key,
                cause=submission.cause,
                request=request if n == 0 else None,
            )
        )
        for n, fact in enumerate(facts)
    ]
    urgent = submission.urgent or any(type(fact) in submission.module.legal for fact in facts)
    return Append(drafts, last.leaf_hash if last else None, new_key, urgent)


def _key_of(past: Sequence[Recorded]) -> DataKey:
    key = past[-1].key
    if key is None:
        raise InhoudVernietigd
    return key


class InhoudVernietigd(Conflict):
    """De inhoud van deze stroom is vernietigd; er kan niets meer aan toegevoegd worden."""


def _state(module: Module[Any, Any, Any], past: Sequence[Recorded]) -> Any:
    return module.replay([recorded.fact for recorded in past if recorded.fact is not None])


def _related(module: Module[Any, Any, Any], past: Sequence[Recorded]) -> Related[Any]:
    return Related(len(past), _state(module, past))


def _references(kind: Any, marker: str, command: Any) -> tuple[str, ...]:
    """The values of the fields that a command class marks as `marker`."""
    return tuple(value for name in _marked(kind, marker) if (value := getattr(command, name)))


@cache
def _marked(kind: Any, marker: str) -> tuple[str, ...]:
    return tuple(
        field.name
        for field in fields(kind)
        if marker in str(field.type) or getattr(field.type, "__name__", "") == marker
    )


async def _documents(write: WriteSide, command: Any, actor: Actor) -> Mapping[str, int]:
    digests = _references(type(command), "Digest", command)
    return await write.files.sizes(digests, actor.bestuur) if digests else {}


def _command_id(actor: Actor, key: str) -> UUID:
    return uuid5(COMMANDS, f"{actor.bestuur}\n{actor.persoon}\n{key}")


def _request(stream: str, command: Any) -> bytes:
    content = f"{stream}\n{type(command).__name__}\n".encode() + encode(command)
    return hashlib.sha256(content).digest()


def _earlier(recorded: Sequence[Recorded], stream: str, request: bytes) -> Accepted:
    opening = recorded[0].opening
    if opening is not None and opening.request != request:
        raise SleutelHergebruikt
    placed = tuple(
        Placed(r.position, r.seq, r.leaf_hash, microseconds(r.registered)) for r in recorded
    )
    return Accepted(
        stream, placed[-1].seq + 1, placed, tuple(r.fact for r in recorded), repeated=True
    )
