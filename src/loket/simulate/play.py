# SPDX-License-Identifier: EUPL-1.2
"""Plays stories in the order of a clock that is not real, many at once where they do not meet."""

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Callable, Generator, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from loket.kernel import Actor, Module, Refused
from loket.submit import Accepted, Submission, WriteSide, submit

AT_ONCE = 256
"""Commands in flight: one group commit."""

WINDOW = timedelta(hours=1)
"""What happens within this time happens at once."""

Answer = Accepted | Refused
Story = Generator["Act", Answer, None]
"""Tells one act after another, and hears what came of each."""

React = Callable[[], Awaitable[int]]
"""Does what follows from the newest events; answers the size of the log."""


@dataclass(frozen=True, slots=True)
class Act:
    """A command that somebody gives at a moment (UTC)."""

    at: datetime
    actor: Actor
    module: Module[Any, Any, Any]
    stream: UUID
    command: Any


class SimulatedClock:
    """A clock that only moves when told, by a microsecond each time it is read."""

    def __init__(self, start: datetime) -> None:
        self._at = start

    def now(self) -> datetime:
        """The moment."""
        self._at += timedelta(microseconds=1)
        return self._at

    def microseconds(self) -> int:
        """The moment in microseconds since 1970 (UTC)."""
        passed = self.now() - datetime(1970, 1, 1, tzinfo=UTC)
        return passed // timedelta(microseconds=1)

    def move(self, to: datetime) -> None:
        """Go on to a later moment; never back."""
        self._at = max(self._at, to)


@dataclass(slots=True)
class Played:
    """What came of it: events in the log, and commands refused by the name of the refusal."""

    events: int
    refused: dict[str, int] = field(default_factory=dict)


async def play(
    write: WriteSide,
    clock: SimulatedClock,
    stories: Iterable[Story],
    react: React,
    advance: Callable[[int], None],
) -> Played:
    """Plays all stories to their end; `advance` is told how many events more there are."""
    played = Played(await react())
    order = itertools.count()
    waiting: list[tuple[datetime, int, Story, Act]] = []

    def wait_for(story: Story, answer: Answer | None) -> None:
        try:
            act = next(story) if answer is None else story.send(answer)
        except StopIteration:
            return
        heapq.heappush(waiting, (act.at, next(order), story, act))

    for story in stories:
        wait_for(story, None)
    while waiting:
        batch = list(_batch(waiting))
        clock.move(batch[-1][0])
        answers = await asyncio.gather(*(_answer(write, act) for _, _, _, act in batch))
        size = await react()
        advance(size - played.events)
        played.events = size
        for (_, _, story, _), answer in zip(batch, answers, strict=True):
            if isinstance(answer, Refused):
                name = type(answer).__name__
                played.refused[name] = played.refused.get(name, 0) + 1
            wait_for(story, answer)
    return played


def _batch(
    waiting: list[tuple[datetime, int, Story, Act]],
) -> Iterable[tuple[datetime, int, Story, Act]]:
    """What is to be done within the window, each stream once."""
    until = waiting[0][0] + WINDOW
    streams: set[UUID] = set()
    while waiting and len(streams) < AT_ONCE and waiting[0][0] <= until:
        if waiting[0][3].stream in streams:
            return
        found = heapq.heappop(waiting)
        streams.add(found[3].stream)
        yield found


async def _answer(write: WriteSide, act: Act) -> Answer:
    submission = Submission(act.module, act.stream, act.command, act.actor)
    try:
        return await submit(write, submission)
    except Refused as refusal:
        return refusal
