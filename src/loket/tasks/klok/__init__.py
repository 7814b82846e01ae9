# SPDX-License-Identifier: EUPL-1.2
"""The clock: what happens because time passes and nobody does anything.

It wakes up at the next end of a term and establishes it by a command (no measure within the
term), once a day plans reminders, and mails them. All by the server's clock. Any number may run:
commands have a key that follows from the term, and reminders a row of their own. What a
standstill held up is done at the next start.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from threading import Event
from typing import Any
from uuid import UUID

import psycopg
import structlog
from psycopg.rows import TupleRow

from loket.domain import behandelingen
from loket.domain.behandelingen.words import GeenMaatregelVaststellen
from loket.evidence.follow import DISCONNECTED
from loket.evidence.store import connect_async
from loket.kernel import SYSTEM, Module, Refused
from loket.projections.termijnen.reading import Einde, next_end, to_establish
from loket.reference import Reference
from loket.submit import Submission, TeDruk, submit
from loket.tasks.klok.plan import UUR, plan
from loket.tasks.klok.post import next_post, post
from loket.tasks.reaction import Tools

LONGEST = timedelta(minutes=10)
"""The clock looks again after this in any case: a server's clock may be set."""

AT_ONCE = 32
LOOK = 0.5
"""Seconds within which it notices that it must stop."""

SLOWEST = 5.0
"""Seconds between attempts to reconnect, at most."""

VASTSTELLEN: Mapping[str, tuple[Module[Any, Any, Any], Any]] = {
    "behandelingen": (behandelingen.MODULE, GeenMaatregelVaststellen()),
}
"""By which command the end of a term of a stream is established, by module."""

_log = structlog.get_logger()


class Klok:
    """Does what is due, on a connection of its own; for one event loop."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._refused: set[str] = set()
        self._round: datetime | None = None

    async def tick(self, conn: "psycopg.AsyncConnection[TupleRow]") -> datetime:
        """Does all that is due; answers when to come again, unless something happens first."""
        now = self._tools.write.now()
        await self._establish(await to_establish(conn, now))
        if self._round is None or now >= self._round:
            planned = await plan(conn, self._tools, now)
            self._round = self._next_round(now)
            if planned:
                _log.info("reminders_planned", count=planned)
        await post(conn, self._tools, now)
        moments = (await next_end(conn, now), await next_post(conn), self._round, now + LONGEST)
        return min(moment for moment in moments if moment is not None)

    def _next_round(self, now: datetime) -> datetime:
        reference: Reference = self._tools.write.reference()
        kalender = reference.kalender
        today = kalender.dag(now)
        first = kalender.moment(today, UUR)
        return first if now < first else kalender.moment(today + timedelta(days=1), UUR)

    async def _establish(self, ends: Sequence[Einde]) -> None:
        """Submits the command of each end; what was refused is not asked again by this process."""
        self._refused &= {end.id for end in ends}
        todo = [end for end in ends if end.id not in self._refused]
        for n in range(0, len(todo), AT_ONCE):
            await asyncio.gather(*map(self._establish_one, todo[n : n + AT_ONCE]))

    async def _establish_one(self, end: Einde) -> None:
        name, _, stream = end.stroom.partition("/")
        module, command = VASTSTELLEN[name]
        submission = Submission(
            module=module,
            stream=UUID(stream),
            command=command,
            actor=SYSTEM,
            key=f"klok/{end.id}",
            cause=f"{end.stroom}/{end.oorzaak}",
        )
        try:
            accepted = await submit(self._tools.write, submission)
        except TeDruk:
            return
        except Refused as refusal:
            _log.warning("end_refused", stream=end.stroom, refusal=type(refusal).__name__)
            accepted = None
        if accepted is None or not accepted.placed:
            self._refused.add(end.id)
        else:
            _log.info("end_established", stream=end.stroom, position=accepted.placed[-1].position)


async def keep(dsn: str, tools: Tools, stop: Event) -> None:
    """Keeps the clock until `stop` is set, whatever fails: ends of terms come first each time."""
    klok, failures = Klok(tools), 0
    while not stop.is_set():
        try:
            async with await connect_async(dsn) as conn, await connect_async(dsn) as listening:
                await listening.execute("LISTEN projected")
                while not stop.is_set():
                    until = await klok.tick(conn)
                    failures = 0
                    await _wait(listening, tools, until, stop)
        except Exception as error:
            lost = isinstance(error, DISCONNECTED)
            delay = min(SLOWEST, 0.1 * 2**failures) if lost else SLOWEST
            failures = min(failures + 1, 10)
            tell = _log.warning if lost else _log.error
            name = "database_lost" if lost else "clock_failed"
            tell(name, error=type(error).__name__, retry_in=delay)
            await asyncio.sleep(delay)


async def _wait(
    listening: "psycopg.AsyncConnection[TupleRow]", tools: Tools, until: datetime, stop: Event
) -> None:
    """Until that moment, or until read models changed: but never less than a moment."""
    await asyncio.sleep(LOOK)
    while not stop.is_set() and tools.write.now() < until:
        async for _ in listening.notifies(timeout=LOOK, stop_after=1):
            return
