# SPDX-License-Identifier: EUPL-1.2
"""submit_32: whole commands a second, 32 at once: read, replay, decide, append, durably.

Each of 32 senders takes one fresh dossier after another through its life.
"""

import asyncio
import os
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

from bench.content import CLERK, COMMANDS
from bench.recorder import AGAINST, ORIGIN
from bench.results import Result, Tell, beside, interleaved
from bench.server import Pgbench, database, quiet_gc, run
from loket.domain import MODULES
from loket.evidence.canonical import Codec
from loket.evidence.entry import LeafMapper
from loket.evidence.keys import KeyRing
from loket.evidence.read import StreamReader
from loket.evidence.store import GroupCommit
from loket.reference import load
from loket.submit import Submission, WriteSide, submit

SENDERS = 32
ROUNDS = 5
SECONDS = 3.0


class NoFiles:
    """These dossiers have links only."""

    async def sizes(self, digests: Sequence[str], _bestuur: str) -> Mapping[str, int]:
        """None of them."""
        return dict.fromkeys(digests, 0)


def measure(tell: Tell) -> list[Result]:
    """submit_32."""
    with database() as server:
        pgbench = Pgbench(server)
        mapper = LeafMapper(Codec(MODULES), KeyRing(os.urandom(32)))
        ours = partial(_ours, server.dsn("loket_app"), mapper)
        theirs = partial(pgbench, SENDERS)
        ours()
        theirs()
        values = interleaved({"submit_32": ours, "pgbench_32": theirs}, tell, ROUNDS)
    against = AGAINST.format(SENDERS)
    return [beside("submit_32", values["submit_32"], "commands/s", values["pgbench_32"], against)]


def _ours(dsn: str, mapper: LeafMapper) -> float:
    with quiet_gc():
        return run(_submit(dsn, mapper))


async def _submit(dsn: str, mapper: LeafMapper) -> float:
    reader, writer = StreamReader(dsn, mapper), GroupCommit(dsn, ORIGIN)
    reference = load()
    write = WriteSide(
        reader.read, writer.append, mapper, NoFiles(), lambda: reference, lambda: datetime.now(UTC)
    )
    module = MODULES["toezicht"]
    began = time.perf_counter()
    done = 0

    async def send() -> None:
        nonlocal done
        while time.perf_counter() - began < SECONDS:
            dossier = uuid4()
            for command in COMMANDS:
                await submit(write, Submission(module, dossier, command, CLERK))
                done += 1

    await asyncio.gather(*(send() for _ in range(SENDERS)))
    seconds = time.perf_counter() - began
    await reader.close()
    await writer.close()
    return done / seconds
