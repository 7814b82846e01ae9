# SPDX-License-Identifier: EUPL-1.2
"""Reactions without a broker: what follows from the facts of an installation, one by one."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from loket import tasks
from loket.evidence.store import connect
from loket.mail import Mailer, NoMail
from loket.tasks.reaction import Cause, Reaction, TryLater
from loket.wiring import Loket

_FACTS = """SELECT stream, seq, type, position FROM events
            WHERE position >= %s ORDER BY position"""


@dataclass
class Reactor:
    """Runs reactions to the facts of an installation from where it came last.

    `project` brings the read models up to the log before each; `late` keeps what has to be tried
    again, with its delay (milliseconds).
    """

    loket: Loket
    reactions: Sequence[Reaction]
    project: Any = lambda: None
    mailer: Mailer = field(default_factory=NoMail)
    now: datetime | None = None
    position: int = 0

    def __post_init__(self) -> None:
        self.late: list[tuple[Reaction, Cause, int | None]] = []

    def run(self) -> None:
        """Reacts until nothing new follows."""
        while facts := self._facts():
            self.position = facts[-1][3] + 1
            self.project()
            for stream, seq, kind, _ in facts:
                for reaction in self.reactions:
                    if kind in reaction.on or kind.rpartition(".")[0] in reaction.on:
                        self.attempt(reaction, Cause(stream, seq))

    def again(self) -> None:
        """Tries again what was too early or failed, then what follows from it."""
        waiting, self.late = self.late, []
        for reaction, cause, _ in waiting:
            self.attempt(reaction, cause)
        self.run()

    def attempt(self, reaction: Reaction, cause: Cause, last: bool = False) -> None:
        """One attempt."""
        asyncio.run(self._attempt(reaction, cause, last))

    async def _attempt(self, reaction: Reaction, cause: Cause, last: bool) -> None:
        tools = replace(tasks.tools(self.loket), mailer=self.mailer)
        if self.now:
            moment = self.now
            tools = replace(tools, write=replace(tools.write, now=lambda: moment))
        try:
            await reaction.run(tools, cause, last)
        except TryLater as later:
            self.late.append((reaction, cause, later.delay))
        finally:
            await tools.write.aclose()

    def _facts(self) -> list[Any]:
        with connect(self.loket.dsn) as conn:
            return conn.execute(_FACTS, (self.position,)).fetchall()
