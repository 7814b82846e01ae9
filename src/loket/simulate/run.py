# SPDX-License-Identifier: EUPL-1.2
"""Fills an empty installation with a simulated year."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime
from random import Random

from loket.demo.pdf import pdf
from loket.evidence.follow import Connection
from loket.evidence.store import connect
from loket.kernel import Digest, Document
from loket.mail import NoMail
from loket.projections._runner import Projector
from loket.simulate.fill import SUBJECTS
from loket.simulate.play import Played, SimulatedClock, play
from loket.simulate.stories import world, year
from loket.tasks import tools
from loket.tasks.reaction import Cause, Reaction, Tools
from loket.tasks.table import REACTIONS
from loket.wiring import Loket

FILES = 40
"""Different files there are, and how many of them each bestuur has uploaded."""
EACH = 4

ASIDE = frozenset({"ontvangstbewijs", "bestandstekst", "melding", "dagoverzicht", "dubbels"})
"""Reactions that tell people, or that look at read models, which follow at the end of the year."""

_NEW = "SELECT stream, seq, type, position FROM events WHERE position >= %s ORDER BY position"
_SIZE = "SELECT size FROM log_head"
_CAUGHT_UP = "UPDATE reactions SET position = (SELECT size FROM log_head)"


class NotEmpty(Exception):
    """A simulation fills an empty log only: what is made up never stands among what is real."""


def check_empty(loket: Loket) -> None:
    """Raises NotEmpty."""
    with connect(loket.dsn) as conn:
        if conn.execute(_SIZE).fetchone() != (0,):
            raise NotEmpty("het logboek is niet leeg: simuleer in een nieuwe map (--data-dir)")


def project(loket: Loket) -> None:
    """Brings the read models up to the log, and the reference data up to the register."""
    projector = Projector(loket.dsn, loket.mapper)
    try:
        with connect(loket.dsn) as conn:
            while projector.work(conn):
                pass
    finally:
        projector.close()
    loket.references.refresh()


def simulate(
    loket: Loket,
    clock: SimulatedClock,
    end: datetime,
    events: int,
    seed: int,
    advance: Callable[[int], None],
) -> Played:
    """Plays a year from the clock's moment to `end` at all besturen of the register.

    The log, the read models and the files are as the year leaves them; mails are not sent, and
    reactions will not look back at it.
    """
    return asyncio.run(_simulate(loket, clock, end, events, seed, advance))


async def _simulate(
    loket: Loket,
    clock: SimulatedClock,
    end: datetime,
    events: int,
    seed: int,
    advance: Callable[[int], None],
) -> Played:
    used = tools(loket)
    files = await _files(loket, used, Random(seed))
    there = world(loket.reference, clock.now(), end, seed, files)
    async with AsyncExitStack() as closing:
        closing.push_async_callback(used.write.aclose)
        closing.push_async_callback(loket.files.close)
        with connect(loket.dsn) as conn:
            react = _reacting(conn, replace(used, mailer=NoMail()))
            played = await play(used.write, clock, year(there, events, seed), react, advance)
            conn.execute(_CAUGHT_UP)
    return played


async def _files(
    loket: Loket, used: Tools, rng: Random
) -> Mapping[str, Sequence[tuple[str, Digest]]]:
    """Per bestuur (URI) the names and digests of what it has uploaded."""
    besturen = [bestuur.uri for bestuur in loket.reference.besturen.values()]
    kept = []
    for n in range(FILES):
        about = rng.sample(SUBJECTS, 3)
        lines = [f"Besluit {n + 1}", *(f"Gelet op {each}." for each in about), "Goedgekeurd."]

        async def chunks(data: bytes = pdf(lines)) -> AsyncIterator[bytes]:
            yield data

        stored = await loket.files.receive(chunks(), besturen[0])
        naam = f"besluit-{n + 1}.pdf"
        if used.texts is not None:
            await used.texts.take(Document(stored.sha256, stored.size, naam, "application/pdf"))
        kept.append((naam, stored))
    found = {uri: rng.sample(kept, EACH) for uri in besturen}
    await asyncio.gather(
        *(
            loket.files.uploads.record(stored, uri)
            for uri, chosen in found.items()
            for _, stored in chosen
        )
    )
    return {
        uri: [(naam, Digest(stored.sha256)) for naam, stored in chosen]
        for uri, chosen in found.items()
    }


def _reacting(conn: Connection, used: Tools) -> Callable[[], Awaitable[int]]:
    """Runs the reactions that answer with commands, until nothing follows any more."""
    seen = 0

    async def react() -> int:
        nonlocal seen
        while rows := conn.execute(_NEW, (seen,)).fetchall():
            seen = rows[-1][3] + 1
            await asyncio.gather(
                *(
                    reaction.run(used, Cause(stream, seq), True)
                    for stream, seq, kind, _ in rows
                    for reaction in _started_by(kind)
                )
            )
        return seen

    return react


def _started_by(kind: str) -> list[Reaction]:
    """Those that answer with a command, at once."""
    return [r for r in REACTIONS if kind in r.on and not r.stamped and r.name not in ASIDE]
