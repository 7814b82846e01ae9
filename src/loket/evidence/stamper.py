# SPDX-License-Identifier: EUPL-1.2
"""When to ask for a time stamp, and what to do with the answer or the silence.

Runs beside the sealer, never in its way: a TSA that hangs delays stamps, not checkpoints. Only
the newest checkpoint is stamped, since its token covers every earlier event. A stamp over an
unchanged tree (the heartbeat) is a newer beacon: it narrows when the next event can have happened.
"""

import asyncio
import hashlib
import json
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import structlog
from psycopg.rows import TupleRow

from loket.domain.tijdstempels import KlokafwijkingMelden, TsaHerstelMelden, TsaStoringMelden
from loket.evidence.entry import EPOCH
from loket.evidence.store import connect_async
from loket.evidence.timestamp import Failure, NoTimestamp, Stamped

INTERVAL = timedelta(seconds=60)
"""Events without legal effect wait at most this long."""

HEARTBEAT = timedelta(hours=1)
GUARD = timedelta(seconds=30)
"""Stamps this long before and after midnight, so that events near it are proven to be of a day."""

BACK_OFF = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
"""Seconds between attempts while no TSA answers."""

DEVIATION = timedelta(seconds=2)
"""Between our clock and a TSA's: more is reported."""

BRUSSELS = ZoneInfo("Europe/Brussels")

Stamp = Callable[[bytes], Awaitable[Stamped]]
"""The bytes of a note → a verified token over them; raises NoTimestamp."""

Report = Callable[[Any], Awaitable[None]]
"""Submits a system command of the module tijdstempels."""

Clock = Callable[[], datetime]
"""The server's clock (aware)."""

MAX_REASON = 2_000

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Known:
    """Where stamping stands, in sizes of the log; `at` is when the last token was obtained."""

    sealed: int = 0
    note: str = ""
    urgent: int = 0
    stamped: int = 0
    at: datetime = EPOCH


def due(known: Known) -> datetime | None:
    """When the newest checkpoint is to be stamped; None when there is nothing to stamp.

    A moment in the past means now.
    """
    if not known.sealed:
        return None
    moments = [known.at + HEARTBEAT, next_guard(known.at)]
    if known.sealed > known.stamped:
        moments.append(known.at + INTERVAL)
        if known.urgent > known.stamped:
            return EPOCH
    return min(moments)


def next_guard(after: datetime) -> datetime:
    """The first moment past `after` that lies 30 s before or after a midnight in Brussels."""
    day = after.astimezone(BRUSSELS).date()
    midnights = [datetime.combine(day + timedelta(n), time.min, BRUSSELS) for n in range(3)]
    guards = [guard for m in midnights for guard in (m - GUARD, m + GUARD)]
    return min(guard for guard in guards if guard > after)


def drift(sent: datetime, received: datetime, theirs: datetime) -> timedelta:
    """How far our clock is ahead of theirs, as far as the time of the exchange cannot explain."""
    if theirs < sent:
        return sent - theirs
    return min(received - theirs, timedelta(0))


class Stamper:
    """Stamps what the sealer offers, stores the tokens, and reports outages and drift."""

    def __init__(self, dsn: str, stamp: Stamp, report: Report, clock: Clock) -> None:
        self._dsn = dsn
        self._stamp = stamp
        self._clock = clock
        self._changed = asyncio.Event()
        self._known = Known()
        self._news = News(report)

    def offer(self, sealed: int, note: str, urgent: int) -> None:
        """A newer checkpoint, and up to which size events with legal effect wait."""
        self._known = replace(self._known, sealed=sealed, note=note, urgent=urgent)
        self._changed.set()

    async def run(self) -> None:
        """Stamps until cancelled. Raises psycopg.OperationalError when the database is gone."""
        async with await connect_async(self._dsn) as conn, asyncio.TaskGroup() as tasks:
            tasks.create_task(self._news.run())
            await self._recall(conn)
            failed = 0
            while True:
                await self._until_due()
                if await self._attempt(conn):
                    failed = 0
                else:
                    await asyncio.sleep(BACK_OFF[min(failed, len(BACK_OFF) - 1)])
                    failed += 1

    async def _recall(self, conn: "psycopg.AsyncConnection[TupleRow]") -> None:
        cursor = await conn.execute(
            "SELECT size, gen_time FROM timestamps ORDER BY size DESC, gen_time DESC LIMIT 1"
        )
        if found := await cursor.fetchone():
            self._known = replace(self._known, stamped=found[0], at=found[1])

    async def _until_due(self) -> None:
        while True:
            self._changed.clear()
            now = self._clock()
            if self._known.at > now:
                # A clock that was set back must not make us wait until it has caught up.
                self._known = replace(self._known, at=now)
            moment = due(self._known)
            if moment is not None and moment <= now:
                return
            seconds = None if moment is None else (moment - now).total_seconds()
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._changed.wait()

    async def _attempt(self, conn: "psycopg.AsyncConnection[TupleRow]") -> bool:
        """True when the newest checkpoint has its token."""
        known, sent = self._known, self._clock()
        try:
            stamped = await self._stamp(known.note.encode())
        except NoTimestamp as error:
            self._news.failed(error.failures)
            return False
        received = self._clock()
        async with conn.transaction():
            await conn.execute(
                "INSERT INTO timestamps (size, tsa, query, response, sha256, gen_time) "
                "VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                (
                    known.sealed, stamped.tsa, stamped.query, stamped.response,
                    hashlib.sha256(stamped.response).digest(), stamped.stamp.gen_time,
                ),
            )  # fmt: skip
            news = {"size": self._known.sealed, "stamped": known.sealed}
            await conn.execute("SELECT pg_notify('sealed', %s)", (json.dumps(news),))
        self._known = replace(self._known, stamped=known.sealed, at=received)
        self._news.failed(stamped.failures)
        self._news.answered(stamped.tsa, drift(sent, received, stamped.stamp.gen_time))
        return True


class News:
    """Tells the log of outages, recoveries and drift: at every change, never twice the same.

    What is told becomes an event and so asks for a next stamp; were it told at every stamp, the
    two would keep each other going.
    """

    def __init__(self, report: Report) -> None:
        self._report = report
        self._down: dict[str, bool] = {}
        self._drifting: dict[str, bool] = {}
        self._untold: deque[Any] = deque()
        self._more = asyncio.Event()

    def failed(self, failures: Iterable[Failure]) -> None:
        """These TSAs gave nothing."""
        for tsa, code, reason in failures:
            if not self._down.get(tsa):
                self._down[tsa] = True
                self._tell(TsaStoringMelden(tsa, f"{code}: {reason}"[:MAX_REASON]))

    def answered(self, tsa: str, drift: timedelta) -> None:
        """This TSA gave a token, with our clock ahead of it by `drift`.

        After a start the first answer is always told: an earlier process may have left an outage
        open, and the module ignores a recovery from nothing.
        """
        if self._down.get(tsa, True):
            self._down[tsa] = False
            self._tell(TsaHerstelMelden(tsa))
        drifting = abs(drift) > DEVIATION
        if drifting and not self._drifting.get(tsa):
            self._tell(KlokafwijkingMelden(tsa, round(drift.total_seconds() * 1000)))
        self._drifting[tsa] = drifting

    async def run(self) -> None:
        """Passes on what is untold, in order, until it is accepted."""
        while True:
            await self._more.wait()
            self._more.clear()
            while self._untold:
                try:
                    await self._report(self._untold[0])
                except Exception as error:
                    log.warning("tijdstempels.melding_mislukt", error=repr(error))
                    await asyncio.sleep(BACK_OFF[-1])
                else:
                    self._untold.popleft()

    def _tell(self, command: Any) -> None:
        log.info("tijdstempels", melding=repr(command))
        self._untold.append(command)
        self._more.set()
