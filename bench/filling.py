# SPDX-License-Identifier: EUPL-1.2
"""Putting many dossiers in a log, through the recorder, past any decision."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from bench.content import CLERK
from bench.server import run
from loket.evidence.append import Append
from loket.evidence.entry import Draft, Entry, LeafMapper
from loket.evidence.store import GroupCommit

AT_ONCE = 500


def fill(dsn: str, origin: str, mapper: LeafMapper, facts: Sequence[Any], count: int) -> list[str]:
    """Ids of `count` new dossiers with these facts; 500 dossiers live side by side."""
    return run(_fill(dsn, origin, mapper, facts, count))


async def _fill(
    dsn: str, origin: str, mapper: LeafMapper, facts: Sequence[Any], count: int
) -> list[str]:
    commit = GroupCommit(dsn, origin)

    async def live(dossier: str) -> None:
        stream = f"toezicht/{dossier}"
        key = mapper.keys.create(stream)
        prev = None
        for n, fact in enumerate(facts):
            entry = Entry(stream, n, fact, CLERK, uuid4(), 0, key)
            drafts: list[Draft] = [mapper.to_stored_event(entry)]
            append = Append(drafts, prev, None if n else key, urgent=False)
            prev = (await commit.append(append))[-1].leaf_hash

    dossiers = [str(uuid4()) for _ in range(count)]
    for start in range(0, count, AT_ONCE):
        await asyncio.gather(*map(live, dossiers[start : start + AT_ONCE]))
    await commit.close()
    return dossiers
