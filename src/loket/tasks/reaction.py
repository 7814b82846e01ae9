# SPDX-License-Identifier: EUPL-1.2
"""What a reaction is: which facts start it, what it may use, how it ends.

A reaction may run twice and after a crash will; it reads what it needs from the log, and answers
only by submitting a command under a key that follows from the fact that started it.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from loket.evidence.entry import Recorded
from loket.evidence.read import Question
from loket.extraction.store import Texts
from loket.kernel import SYSTEM, Module
from loket.mail import Mailer
from loket.projections.meldingen import Abonnee
from loket.submit import SleutelHergebruikt, Submission, WriteSide, submit

MESSAGES = UUID("c3d6d9c2-3f0d-5a7e-8a51-0f7a6f6b7f42")
"""Namespace of the ids that reactions derive."""


class TryLater(Exception):
    """Not now; the text says why and may be logged. `delay` is in how many milliseconds, when
    that is known."""

    def __init__(self, why: str, delay: int | None = None) -> None:
        super().__init__(why)
        self.delay = delay


Subscribers = Callable[[str, str, int], Awaitable[list[Abonnee] | None]]
"""Who of a bestuur (URI) wants mail about something; None while that is not known yet as of the
fact at a position in the log."""


async def nobody(bestuur: str, soort: str, position: int) -> list[Abonnee] | None:  # noqa: ARG001
    """No subscribers."""
    return []


@dataclass(frozen=True, slots=True)
class Stamp:
    """The first token that covers an event: whose, when (UTC), and over how large a tree."""

    tsa: str
    gen_time: datetime
    size: int


@dataclass(frozen=True, slots=True)
class Tools:
    """What reactions may use; `write` and `stamp` in the event loop of the worker only.

    `url` is the public address of the API, `sender` that of our mail, `host` the domain of our
    message ids. `qualified` is False when the development TSA stamps. `texts` reads files; without
    it none are read. `earlier` finds the dossier in which content (its key) was sent before a
    position of the log; it may raise TryLater.
    """

    write: WriteSide
    stamp: Callable[[int], Awaitable[Stamp | None]]
    mailer: Mailer
    url: str
    sender: str
    host: str
    qualified: bool
    texts: Texts | None = None
    subscribers: Subscribers = nobody
    earlier: Callable[[str, int], Awaitable[str | None]] | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """The fact a reaction answers: number `seq` of a stream (`toezicht/<id>`)."""

    stream: str
    seq: int

    @property
    def id(self) -> UUID:
        """The id of the stream within its module."""
        return UUID(self.stream.partition("/")[2])

    def __str__(self) -> str:
        return f"{self.stream}/{self.seq}"


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a reaction tries again, and how many milliseconds apart at least and at most."""

    retries: int = 30
    shortest: int = 5_000
    longest: int = 3_600_000


@dataclass(frozen=True, slots=True)
class Reaction:
    """A name, the facts that start it, and what it does.

    `run` gets the cause and whether this is the last attempt. With `stamped` it is started only
    once a time-stamp token covers the fact. A name is for ever: it has a row in `reactions`,
    which a migration puts there.
    """

    name: str
    on: frozenset[str]
    run: Callable[[Tools, Cause, bool], Awaitable[None]]
    stamped: bool = False
    patience: Patience = Patience()


async def history(tools: Tools, cause: Cause) -> Sequence[Recorded]:
    """All facts of the stream of the cause."""
    return (await tools.write.read(Question((cause.stream,)))).streams[cause.stream]


async def answer(
    tools: Tools, cause: Cause, key: str, module: Module[Any, Any, Any], stream: UUID, command: Any
) -> None:
    """Submits what a reaction has to say, once for each `key` and cause. Raises as `submit`."""
    submission = Submission(
        module=module,
        stream=stream,
        command=command,
        actor=SYSTEM,
        key=f"{key}/{cause}",
        cause=str(cause),
    )
    try:
        await submit(tools.write, submission)
    except SleutelHergebruikt:
        return  # An earlier attempt said it already, in other words.


def derived(purpose: str, name: object) -> UUID:
    """The id that follows from what it is for and from what it is about."""
    return uuid5(MESSAGES, f"{purpose}\n{name}")
