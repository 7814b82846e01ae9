# SPDX-License-Identifier: EUPL-1.2
"""What stories share: the world they draw on, their own chance, and somebody at work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from loket.kernel import Actor, Digest, Module
from loket.reference import Reference
from loket.simulate.people import people
from loket.simulate.play import Act


@dataclass(frozen=True, slots=True)
class World:
    """What stories draw on: who is there, what may be sent, and the days it happens in.

    `files` are the names and digests of what each bestuur (URI) has uploaded.
    """

    reference: Reference
    staff: Mapping[str, Sequence[Actor]]
    begin: datetime
    end: datetime
    files: Mapping[str, Sequence[tuple[str, Digest]]]


@dataclass(frozen=True, slots=True)
class Teller:
    """One story's own chance and clock."""

    world: World
    rng: Random

    def id(self) -> UUID:
        """A new stream."""
        return UUID(int=self.rng.getrandbits(128), version=4)

    def later(self, at: datetime, days: float) -> datetime:
        """A moment in office hours, about so many days later."""
        moved = at + timedelta(days=self.rng.uniform(0.3, 1.7) * days)
        while moved.weekday() > 4:
            moved += timedelta(days=1)
        hour, minute, second = (self.rng.randrange(n) for n in (9, 60, 60))
        return moved.replace(hour=7 + hour, minute=minute, second=second)

    def one_of(self, bestuur: str) -> Actor:
        """Somebody of this bestuur (URI)."""
        return self.rng.choice(self.world.staff[bestuur])


@dataclass(slots=True)
class Clerk:
    """Somebody at work on one stream, at a moment."""

    tell: Teller
    actor: Actor
    module: Module[Any, Any, Any]
    stream: UUID
    at: datetime

    def does(self, command: Any) -> Act:
        """The act of giving this command now."""
        return Act(self.at, self.actor, self.module, self.stream, command)

    def minutes(self, most: int) -> "Clerk":
        """At most so many minutes later."""
        self.at += timedelta(minutes=self.tell.rng.uniform(1, most))
        return self

    def days(self, about: float) -> "Clerk":
        """About so many days later, in office hours."""
        self.at = self.tell.later(self.at, about)
        return self


def world(
    reference: Reference,
    begin: datetime,
    end: datetime,
    seed: int,
    files: Mapping[str, Sequence[tuple[str, Digest]]],
) -> World:
    """The world of a seed."""
    staff = people(reference.besturen, Random(seed))
    return World(reference, staff, begin, end, files)
