# SPDX-License-Identifier: EUPL-1.2
"""Runs a reaction over the whole log, in this process and without a broker.

The read models catch up before each fact.
"""

import asyncio
from contextlib import aclosing

from loket.evidence.store import connect
from loket.projections._runner import Projector
from loket.tasks import tools
from loket.tasks.reaction import Cause, Reaction
from loket.wiring import Loket

FACTS = "SELECT stream, seq FROM events WHERE type = ANY(%s) ORDER BY position"


def react(loket: Loket, reaction: Reaction) -> int:
    """Starts the reaction for each of its facts once; answers for how many."""
    with connect(loket.dsn) as conn:
        facts = conn.execute(FACTS, (list(reaction.on),)).fetchall()

    async def run() -> None:
        used = tools(loket)
        async with aclosing(used.write):
            for stream, seq in facts:
                await asyncio.to_thread(project, loket)
                await reaction.run(used, Cause(stream, seq), False)

    asyncio.run(run())
    return len(facts)


def project(loket: Loket) -> None:
    """Brings the read models up to the log."""
    projector = Projector(loket.dsn, loket.mapper)
    try:
        with connect(loket.dsn) as conn:
            while projector.work(conn):
                pass
    finally:
        projector.close()
