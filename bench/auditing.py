# SPDX-License-Identifier: EUPL-1.2
"""audit_1m_s: checking every leaf, chain, tile, checkpoint and token of a log of a million events.

The log is made by `place` and `log_append` as the recorder does it, in large batches, while the
real sealer seals and stamps it. Openings are those of a few real drafts over and over: an audit
does not open them.
"""

import dataclasses
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from uuid import uuid4

from bench.content import CLERK, LIFE
from bench.results import ROUNDS, Result, Tell, alone
from bench.site import LOKET, Site, database_alone, running
from loket.evidence.append import APPEND, LOCK, Append, Head, place
from loket.evidence.audit import audit
from loket.evidence.entry import Draft, Entry, LeafMapper
from loket.evidence.store import connect

EVENTS = 1_000_000
BATCH = 500
"""Dossiers appended at once."""

SEALED = """SELECT h.size = (SELECT max(size) FROM checkpoints)
               AND h.size = (SELECT max(size) FROM timestamps) FROM log_head AS h"""


def measure(tell: Tell) -> list[Result]:
    """audit_1m_s."""
    with database_alone() as site:
        with running([*LOKET, "seal"], env=site.environment()):
            _generate(site, tell)
            site.wait_until(SEALED)
        return [alone("audit_1m_s", [_audit(site, tell) for _ in range(ROUNDS)], "s")]


def _audit(site: Site, tell: Tell) -> float:
    loket = site.loket
    began = time.perf_counter()
    found = audit(loket.dsn, loket.signer.verifier, loket.tsas())
    seconds = time.perf_counter() - began
    assert found.clean, found.findings[:3]
    assert found.events >= EVENTS
    tell(
        f"audit of {found.events:,} events, {found.checkpoints} checkpoints and "
        f"{found.timestamps} time stamps: {seconds:.1f} s"
    )
    return seconds


def _generate(site: Site, tell: Tell) -> None:
    loket = site.loket
    dossiers = _dossiers(loket.mapper)
    done = 0
    with connect(loket.dsn) as conn:
        while done < EVENTS:
            appends = list(islice(dossiers, BATCH))
            with conn.transaction():
                head = Head(*(conn.execute(LOCK).fetchone() or ()))
                arguments, _ = place(head, appends, loket.signer.name, loket.clock())
                conn.execute(APPEND, arguments)
            done += BATCH * len(LIFE)
            if done % 100_000 == 0:
                tell(f"{done:,} events made")


def _dossiers(mapper: LeafMapper) -> Iterator[Append]:
    """Whole lives of dossiers; each is an append with legal effect, as its sending has."""
    stream = "toezicht/voorbeeld"
    key = mapper.keys.create(stream)
    examples: Sequence[Draft] = [
        mapper.to_stored_event(Entry(stream, n, fact, CLERK, uuid4(), n, key))
        for n, fact in enumerate(LIFE)
    ]
    while True:
        stream = f"toezicht/{uuid4()}"
        key = mapper.keys.create(stream)
        command = uuid4()
        drafts = [
            dataclasses.replace(draft, originator_id=stream, key_id=key.id, command=command)
            for draft in examples
        ]
        yield Append(drafts, None, key, urgent=True)
