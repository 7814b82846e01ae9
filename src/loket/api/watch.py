# SPDX-License-Identifier: EUPL-1.2
"""How far the log is sealed and stamped, followed once for each process.

Listens on `sealed` and asks the database every second besides, so that a lost notification costs
a second and no more.
"""

import asyncio
from collections.abc import Sequence
from enum import StrEnum

import msgspec
import psycopg
import structlog

from loket.evidence.store import connect_async

POLL = 1.0
RETRY = 0.5
_SEALED = """SELECT coalesce((SELECT max(size) FROM checkpoints), 0),
                    coalesce((SELECT max(size) FROM timestamps), 0)"""
_log = structlog.get_logger()


class Status(StrEnum):
    """How far an event is proven."""

    GEREGISTREERD = "geregistreerd"
    VERZEGELD = "verzegeld"
    GESTEMPELD = "gestempeld"


class _Sealed(msgspec.Struct):
    size: int = 0
    stamped: int = 0


class SealWatch:
    """The sizes up to which the log is sealed and stamped, and those who wait for more."""

    def __init__(self, dsn: str, poll: float = POLL) -> None:
        self._dsn = dsn
        self._poll = poll
        self.sealed = 0
        self.stamped = 0
        self._waiting: dict[asyncio.Future[None], int] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to follow, in the running event loop."""
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Stop following."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def status(self, position: int) -> Status:
        """How far the event at this position is proven, as far as this process knows."""
        if position < self.stamped:
            return Status.GESTEMPELD
        return Status.VERZEGELD if position < self.sealed else Status.GEREGISTREERD

    async def wait(self, position: int, seconds: float) -> None:
        """Until the event at this position is stamped, or this much time has passed."""
        if position < self.stamped or seconds <= 0:
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[future] = position
        try:
            await asyncio.wait((future,), timeout=seconds)
        finally:
            self._waiting.pop(future, None)

    async def _run(self) -> None:
        while True:
            try:
                async with await connect_async(self._dsn) as conn:
                    await conn.execute("LISTEN sealed")
                    while True:
                        cursor = await conn.execute(_SEALED)
                        self._take(await cursor.fetchone() or (0, 0))
                        async for notify in conn.notifies(timeout=self._poll):
                            told = msgspec.json.decode(notify.payload, type=_Sealed)
                            self._take((told.size, told.stamped))
            except (psycopg.Error, msgspec.MsgspecError) as error:
                _log.warning("seal_watch_interrupted", error=type(error).__name__)
                await asyncio.sleep(RETRY)

    def _take(self, sizes: Sequence[int]) -> None:
        self.sealed = max(self.sealed, sizes[0])
        self.stamped = max(self.stamped, sizes[1])
        for future, position in list(self._waiting.items()):
            if position < self.stamped and not future.done():
                future.set_result(None)
