# SPDX-License-Identifier: EUPL-1.2
"""The write side in one function: read, replay, decide, append.

Streams this process wrote to last are known without reading; what memory does not settle at once is
decided on the log.

Nothing else writes facts. A refusal is raised, a lost race is decided again on what came first,
and the same command id gives the same answer for ever.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import cache
from typing import Any, Protocol
from uuid import UUID, uuid4, uuid5

from loket.domain import MODULES
from loket.evidence.append import Append, Placed, Raced
from loket.evidence.canonical import encode
from loket.evidence.entry import Entry, LeafMapper, Recorded, microseconds
from loket.evidence.read import History, Question
from loket.kernel import (
    Actor,
    Bijlage,
    Conflict,
    Context,
    Invalid,
    Module,
    NotAllowed,
    Refused,
    Related,
)
from loket.recent import Known, Recent

ATTEMPTS = 8
COMMANDS = UUID("6f0c3bd5-6b0f-5d3e-9a4d-0d6a3e6e5c11")


class VersieGewijzigd(Conflict):
    """De stroom is intussen gewijzigd."""


class SleutelHergebruikt(Invalid):
    """Deze Idempotency-Key is al gebruikt voor een andere opdracht."""


class TeDruk(Conflict):
    """Te veel gelijktijdige wijzigingen op dezelfde stroom; probeer opnieuw."""


class InhoudVernietigd(Conflict):
    """De inhoud van deze stroom is vernietigd; er kan niets meer aan toegevoegd worden."""


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
    modules: Mapping[str, Module[Any, Any, Any]] = field(default_factory=lambda: MODULES)
    recent: Recent = field(default_factory=Recent)
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
    asked = _Asked(
        submission,
        stream=stream,
        id=uuid4() if submission.key is None else _command_id(actor, submission.key),
        request=_request(stream, command),
        related=_references(type(command), "StreamId", command),
        documents=await _documents(write, command, actor),
    )
    if (known := write.recent.get(stream)) and not asked.needs(known.state):
        with suppress(Refused, Raced):
            if accepted := await _settle(write, asked, known, {}):
                return accepted
        write.recent.forget(stream)
    # The command is looked for when it may be a repetition, by its sender or by us.
    looked_for = asked.id if submission.key or known else None
    for _ in range(ATTEMPTS):
        history = await write.read(
            Question((asked.stream, *asked.names(asked.related)), looked_for)
        )
        if history.command:
            return _earlier(history.command, asked)
        known = Known.of(module, history.streams[asked.stream])
        related = await _related(write, asked, known, history)
        try:
            accepted = await _settle(write, asked, known, related)
        except Raced:
            looked_for = asked.id
            continue
        return accepted or Accepted(asked.stream, known.version, (), ())
    raise TeDruk


@dataclass(frozen=True, slots=True)
class _Asked:
    """A submission with all that follows from it alone.

    `request` is the SHA-256 of what was asked, to tell a repetition from a key used twice.
    """

    submission: Submission
    stream: str
    id: UUID
    request: bytes
    related: tuple[str, ...]
    documents: Mapping[str, int]

    def names(self, related: Sequence[str]) -> tuple[str, ...]:
        """These streams by their whole names."""
        home = self.submission.module.name
        return tuple(other if "/" in other else f"{home}/{other}" for other in related)

    def needs(self, state: Any) -> tuple[str, ...]:
        """All other streams that a decision on this state looks at."""
        module, command = self.submission.module, self.submission.command
        return tuple(dict.fromkeys((*self.related, *module.needs(command, state))))


async def _related(
    write: WriteSide, asked: _Asked, known: Known, history: History
) -> dict[str, Related[Any]]:
    """The other streams as the log has them, by the names the decision gives them."""
    needed = asked.needs(known.state)
    names = dict(zip(needed, asked.names(needed), strict=True))
    streams = history.streams
    if missing := tuple(name for name in names.values() if name not in streams):
        streams = {**streams, **(await write.read(Question(missing))).streams}
    found = {}
    for other, name in names.items():
        module = write.modules.get(name.partition("/")[0])
        if module is not None:
            there = Known.of(module, streams[name])
            found[other] = Related(there.version, there.state)
    return found


async def _settle(
    write: WriteSide, asked: _Asked, known: Known, related: Mapping[str, Related[Any]]
) -> Accepted | None:
    """Decide on what is known and append it; None when nothing changes. Raises Raced."""
    submission, module = asked.submission, asked.submission.module
    if submission.expected is not None and submission.expected != known.version:
        raise VersieGewijzigd(f"De stroom staat op versie {known.version}.")
    context = Context(
        actor=submission.actor,
        at=write.now(),
        id=asked.id,
        reference=write.reference(),
        stream=str(submission.stream),
        documents=asked.documents,
        related=related,
    )
    facts = module.decide(submission.command, known.state, context)
    if not facts:
        return None
    new_key = write.mapper.keys.create(asked.stream) if known.prev is None else None
    key = new_key or known.key
    if key is None:
        raise InhoudVernietigd
    drafts = [
        write.mapper.to_stored_event(
            Entry(
                originator_id=asked.stream,
                originator_version=known.version + n,
                fact=fact,
                actor=submission.actor,
                command=asked.id,
                ordinal=n,
                key=key,
                cause=submission.cause,
                request=asked.request if n == 0 else None,
            )
        )
        for n, fact in enumerate(facts)
    ]
    urgent = submission.urgent or any(type(fact) in module.legal for fact in facts)
    placed = await write.append(Append(drafts, known.prev, new_key, urgent))
    write.recent.put(asked.stream, known.after(module, facts, placed, key))
    return Accepted(asked.stream, placed[-1].seq + 1, tuple(placed), tuple(facts))


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
    digests = (
        *_references(type(command), "Digest", command),
        *(
            bijlage.sha256
            for field in fields(command)
            for bijlage in _bijlagen(command, field.name)
        ),
    )
    return await write.files.sizes(digests, actor.bestuur) if digests else {}


def _bijlagen(command: Any, name: str) -> tuple[Bijlage, ...]:
    value = getattr(command, name)
    items = value if isinstance(value, tuple) else (value,)
    return tuple(item for item in items if isinstance(item, Bijlage))


def _command_id(actor: Actor, key: str) -> UUID:
    return uuid5(COMMANDS, f"{actor.bestuur}\n{actor.persoon}\n{key}")


def _request(stream: str, command: Any) -> bytes:
    content = f"{stream}\n{type(command).__name__}\n".encode() + encode(command)
    return hashlib.sha256(content).digest()


def _earlier(recorded: Sequence[Recorded], asked: _Asked) -> Accepted:
    opening = recorded[0].opening
    if opening is not None and opening.request != asked.request:
        raise SleutelHergebruikt
    placed = tuple(
        Placed(r.position, r.seq, r.leaf_hash, microseconds(r.registered)) for r in recorded
    )
    facts = tuple(r.fact for r in recorded)
    return Accepted(asked.stream, placed[-1].seq + 1, placed, facts, repeated=True)
