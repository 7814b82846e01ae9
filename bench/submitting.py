# SPDX-License-Identifier: EUPL-1.2
"""submit_32: whole commands a second, 32 at once: load, decide, append, durably.

Each of 32 senders takes one fresh dossier after another through its life. In submit_cold_32 the
process remembers no stream, so that every command reads and replays the history of its own.
"""

import asyncio
import os
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
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
from loket.recent import Recent
from loket.reference import load
from loket.submit import Submission, WriteSide, submit

SENDERS = 32
ROUNDS = 5
SECONDS = 2.5


class NoFiles:
    """These dossiers have links only."""

    async def sizes(self, digests: Sequence[str], _bestuur: str) -> Mapping[str, int]:
        """None of them."""
        return dict.fromkeys(digests, 0)


def measure(tell: Tell) -> list[Result]:
    """submit_32 and submit_cold_32."""
    with database() as server:
        pgbench = Pgbench(server)
        mapper = LeafMapper(Codec(MODULES), KeyRing(os.urandom(32)))
        dsn = server.dsn("loket_app")
        cases: Mapping[str, Callable[[], float]] = {
            "submit_32": lambda: _ours(dsn, mapper, Recent()),
            "submit_cold_32": lambda: _ours(dsn, mapper, Recent(0)),
            "pgbench_32": lambda: pgbench(SENDERS),
        }
        for warm_up in cases.values():
            warm_up()
        values = interleaved(cases, tell, ROUNDS)
    against = AGAINST.format(SENDERS)
    return [
        beside(name, values[name], "commands/s", values["pgbench_32"], against)
        for name in ("submit_32", "submit_cold_32")
    ]


def _ours(dsn: str, mapper: LeafMapper, recent: Recent) -> float:
    with quiet_gc():
        return run(_submit(dsn, mapper, recent))


async def _submit(dsn: str, mapper: LeafMapper, recent: Recent) -> float:
    reader, writer = StreamReader(dsn, mapper), GroupCommit(dsn, ORIGIN)
    reference = load()
    write = WriteSide(
        reader.read, writer.append, mapper, NoFiles(), lambda: reference, lambda: datetime.now(UTC),
        recent,
    )  # fmt: skip
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
