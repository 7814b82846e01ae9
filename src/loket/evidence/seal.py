# SPDX-License-Identifier: EUPL-1.2
"""The sealer: leaves → tiles → signed checkpoint → time stamp, one at a time for an installation.

Life of an event: registered (in `events`), sealed (a checkpoint covers it), stamped (a token
covers that checkpoint). Sealing waits for nothing but the database; stamping is done beside it.

One process holds an advisory lock; others wait for it and take over when it dies. Whoever gets
the lock passes the start-up gate before it signs anything.

A round reads the new leaves in order and hashes them itself, extends the tiles, signs, writes the
checkpoint to the record outside the database, and only then commits. A crash in between leaves the
record ahead of the tiles, never behind; the gate understands that.
"""

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import psycopg
import structlog
from psycopg.rows import TupleRow

from loket.evidence import gate
from loket.evidence.leaf import leaf_hash
from loket.evidence.note import Checkpoint, Signer
from loket.evidence.published import Published
from loket.evidence.sealed import Tree
from loket.evidence.stamper import Clock, Report, Stamp, Stamper
from loket.evidence.store import connect, connect_async

LOCK = int.from_bytes(b"loketsea")
COALESCE_SECONDS = 0.1
"""Between the starts of two rounds: what arrives in between shares a checkpoint."""

LOCK_SECONDS = 0.5
"""Between attempts to get the lock, or to reach a lost database."""

POLL_SECONDS = 2.0
"""A round is tried at least this often, should a notification get lost."""

LEAVES = 10_000
"""Leaves a round takes at most."""

TILES = """
INSERT INTO tiles (level, index, hashes)
SELECT * FROM unnest(%b::smallint[], %b::bigint[], %b::bytea[])
ON CONFLICT (level, index) DO UPDATE SET hashes = EXCLUDED.hashes
"""

log = structlog.get_logger()

Connection = psycopg.AsyncConnection[TupleRow]


def wall_clock() -> datetime:
    """The server's clock (UTC)."""
    return datetime.now(UTC)


class Sealer:
    """Seals and stamps the log at `dsn`.

    `signer` holds the log's key and origin; `stamp` asks a token over a note; `report` submits a
    system command of the module tijdstempels.
    """

    def __init__(
        self,
        dsn: str,
        signer: Signer,
        published: Published,
        stamp: Stamp,
        report: Report,
        clock: Clock = wall_clock,
    ) -> None:
        self._dsn = dsn
        self._signer = signer
        self._published = published
        self._stamp = stamp
        self._report = report
        self._clock = clock

    async def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Seals until cancelled; `ready` is called each time the gate has been passed.

        Raises gate.GateClosed when nothing may be signed. A lost database is waited for.
        """
        while True:
            try:
                await self._session(ready)
            except psycopg.OperationalError as error:
                log.warning("seal.databank_weg", error=str(error))
            except ExceptionGroup as group:
                log.warning("seal.databank_weg", error=str(_database_lost(group)))
            await asyncio.sleep(LOCK_SECONDS)

    async def _session(self, ready: Callable[[], None]) -> None:
        async with await connect_async(self._dsn) as conn:
            await _lock(conn)
            tree = await asyncio.to_thread(self._pass_gate)
            ready()
            stamper = Stamper(self._dsn, self._stamp, self._report, self._clock)
            work = asyncio.Event()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(_listen(self._dsn, work))
                tasks.create_task(stamper.run())
                tasks.create_task(self._seal(conn, tree, work, stamper))

    def _pass_gate(self) -> Tree:
        with connect(self._dsn) as conn:
            return gate.check(conn, self._published, self._signer.verifier)

    async def _seal(
        self, conn: Connection, tree: Tree, work: asyncio.Event, stamper: Stamper
    ) -> None:
        await self._offer_newest(conn, stamper)
        while True:
            started = time.monotonic()
            work.clear()
            tree, more = await self.round(conn, tree, stamper)
            if more:
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await work.wait()
            await asyncio.sleep(max(0.0, started + COALESCE_SECONDS - time.monotonic()))

    async def round(self, conn: Connection, tree: Tree, stamper: Stamper) -> tuple[Tree, bool]:
        """The tree after one round, and whether there is more to seal at once."""
        async with conn.transaction():
            hashes = await _new_leaf_hashes(conn, tree.size)
            if not hashes:
                return tree, False
            grown, changed = tree.extend(hashes)
            root = grown.root()
            note = self._signer.sign(Checkpoint(self._signer.name, grown.size, root).text())
            await conn.execute(
                TILES,
                ([k[0] for k in changed], [k[1] for k in changed], list(changed.values())),
            )
            await conn.execute(
                "INSERT INTO checkpoints (size, root, note, signed) VALUES (%s, %s, %s, %s)",
                (grown.size, root, note.decode(), self._clock()),
            )
            cursor = await conn.execute(
                "SELECT urgent, (SELECT coalesce(max(size), 0) FROM timestamps) FROM log_head"
            )
            urgent, stamped = await cursor.fetchone() or (0, 0)
            news = json.dumps({"size": grown.size, "stamped": stamped})
            await conn.execute("SELECT pg_notify('sealed', %s)", (news,))
            await asyncio.to_thread(self._published.append, note)
        stamper.offer(grown.size, note.decode(), urgent)
        return grown, len(hashes) == LEAVES

    async def _offer_newest(self, conn: Connection, stamper: Stamper) -> None:
        """A checkpoint that an earlier process left without its token."""
        cursor = await conn.execute(
            "SELECT c.size, c.note, h.urgent FROM checkpoints AS c, log_head AS h "
            "ORDER BY c.size DESC LIMIT 1"
        )
        if newest := await cursor.fetchone():
            stamper.offer(*newest)


async def _lock(conn: Connection) -> None:
    # Asked again and again: a statement that waits for the lock would hold a snapshot all the
    # while, and no version of the busiest row of all (log_head) could be cleaned up.
    while True:
        cursor = await conn.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,))
        if (await cursor.fetchone() or (False,))[0]:
            return
        await asyncio.sleep(LOCK_SECONDS)


def _database_lost(group: ExceptionGroup[Exception]) -> psycopg.OperationalError:
    """The loss of the database behind a failed session; raises any other cause."""
    lost: psycopg.OperationalError | None = None
    for error in group.exceptions:
        found = _database_lost(error) if isinstance(error, ExceptionGroup) else error
        if not isinstance(found, psycopg.OperationalError):
            raise found from group
        lost = found
    assert lost is not None
    return lost


async def _new_leaf_hashes(conn: Connection, size: int) -> list[bytes]:
    """Hashes of the leaves after the first `size`, computed here: `leaf_hash` is not trusted."""
    cursor = conn.cursor(binary=True)
    await cursor.execute(
        "SELECT position, leaf FROM events WHERE position >= %s ORDER BY position LIMIT %s",
        (size, LEAVES),
    )
    hashes = []
    for expected, (position, leaf) in enumerate(await cursor.fetchall(), start=size):
        if position != expected:
            raise gate.RolledBack(
                f"Event {expected} has disappeared from the log. Run loket audit."
            )
        hashes.append(leaf_hash(leaf))
    return hashes


async def _listen(dsn: str, work: asyncio.Event) -> None:
    async with await connect_async(dsn) as conn:
        await conn.execute("LISTEN appended")
        work.set()
        async for _ in conn.notifies():
            work.set()
