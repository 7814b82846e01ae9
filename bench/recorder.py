# SPDX-License-Identifier: EUPL-1.2
"""append_N: events a second at the recorder, N writers at once, each in a stream of its own.

Drafts are prepared; what is measured is leaf, hash, chain, position and a durable commit.
"""

import asyncio
import os
import time
from collections.abc import Sequence
from functools import partial
from uuid import uuid4

from bench.content import CLERK, DRAFT, LIFE
from bench.results import Result, Tell, beside, interleaved
from bench.server import Pgbench, database, quiet_gc, run
from loket.domain import MODULES
from loket.evidence.append import Append
from loket.evidence.canonical import Codec
from loket.evidence.entry import Draft, Entry, LeafMapper
from loket.evidence.keys import KeyRing
from loket.evidence.store import GroupCommit

ORIGIN = "bench.localhost/log"
ROUNDS = 5
EVENTS = {1: 1_500, 8: 8_000, 32: 16_000, 256: 25_600}
AGAINST = "pgbench INSERT+COMMIT, {} clients"

Writer = Sequence[Append]
"""The appends of one writer; what links each to the one before is filled in at writing."""


def measure(tell: Tell) -> list[Result]:
    """append_1, append_8, append_32 and append_256."""
    results = []
    with database() as server:
        pgbench = Pgbench(server)
        mapper = LeafMapper(Codec(MODULES), KeyRing(os.urandom(32)))
        _ours(server.dsn("loket_app"), mapper, 32, EVENTS[32])
        pgbench(32)
        for writers, events in EVENTS.items():
            ours, theirs = f"append_{writers}", f"pgbench_{writers}"
            values = interleaved(
                {
                    ours: partial(_ours, server.dsn("loket_app"), mapper, writers, events),
                    theirs: partial(pgbench, writers),
                },
                tell,
                ROUNDS,
            )
            against = AGAINST.format(writers)
            results.append(beside(ours, values[ours], "events/s", values[theirs], against))
    return results


def _ours(dsn: str, mapper: LeafMapper, writers: int, events: int) -> float:
    prepared = [_prepare(mapper, events // writers) for _ in range(writers)]
    with quiet_gc():
        return run(_write(dsn, prepared))


def _prepare(mapper: LeafMapper, count: int) -> Writer:
    """A stream that starts as a dossier does and then keeps growing."""
    stream = f"toezicht/{uuid4()}"
    key = mapper.keys.create(stream)
    drafts: list[Draft] = [
        mapper.to_stored_event(
            Entry(stream, n, LIFE[n % len(LIFE)] if n else DRAFT[0], CLERK, uuid4(), 0, key)
        )
        for n in range(count + 1)
    ]
    return [
        Append([draft], None, None if n else key, urgent=False) for n, draft in enumerate(drafts)
    ]


async def _write(dsn: str, prepared: Sequence[Writer]) -> float:
    commit = GroupCommit(dsn, ORIGIN)
    last = [(await commit.append(writer[0]))[-1].leaf_hash for writer in prepared]

    async def write(writer: Writer, prev: bytes) -> None:
        for append in writer[1:]:
            placed = await commit.append(Append(append.drafts, prev, None, urgent=False))
            prev = placed[-1].leaf_hash

    began = time.perf_counter()
    await asyncio.gather(*(map(write, prepared, last)))
    seconds = time.perf_counter() - began
    await commit.close()
    return sum(len(writer) - 1 for writer in prepared) / seconds
