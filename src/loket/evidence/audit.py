# SPDX-License-Identifier: EUPL-1.2
"""The whole log, checked from its bytes: leaves, chains, tree, checkpoints and time stamps.

Leaves are read in ranges by a few processes, since hashing and decoding them is most of the work.
Each range is checked by itself; what crosses ranges (streams, time, tree) is joined here.
"""

import hashlib
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from loket.evidence import merkle, tiles
from loket.evidence.audit_range import Code, Finding, Range, RangeResult, audit_range, join_start
from loket.evidence.leaf import b64
from loket.evidence.merkle import HASH_SIZE, Frontier
from loket.evidence.note import NoteError, Verifier, log_signed, open_checkpoint
from loket.evidence.sealed import Connection
from loket.evidence.store import ROLE, connect
from loket.evidence.tiles import WIDTH
from loket.evidence.timestamp import Tsa
from loket.evidence.token import TokenRefused, check

SPAN = WIDTH * WIDTH
"""Events in a range: one full tile of level 1."""

Progress = Callable[[int], object]
"""Called with how many more events have been checked."""


@dataclass
class Audit:
    """What was checked, and everything that was wrong."""

    events: int = 0
    checkpoints: int = 0
    timestamps: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """True when nothing was wrong."""
        return not self.findings

    def add(self, position: int, code: str, detail: str) -> None:
        """Note a finding."""
        self.findings.append(Finding(position, code, detail))


def audit(
    dsn: str,
    log: Verifier,
    tsas: Sequence[Tsa],
    *,
    progress: Progress = lambda _: None,
    processes: int | None = None,
    span: int = SPAN,
) -> Audit:
    """Check everything the log holds as it stands at the start.

    `log` is its key, `tsas` whose tokens are trusted; `processes` is one more than there
    are processors unless told otherwise, `span` the events in a range (whole tiles of level 0).
    """
    found = Audit()
    with connect(dsn) as conn:
        head, sealed = _sizes(conn, found)
        beacons = _check_tokens(conn, log, tsas, found)
        ranges = [
            Range(start, min(start + span, head), sealed, log.name, beacons)
            for start in range(0, head, span)
        ]
        found.events = head
        above = _join(_results(dsn, ranges, processes), found, progress)
        _check_above(conn, above, sealed, found)
        _check_checkpoints(conn, log, found)
    found.findings.sort(key=lambda finding: finding.position)
    return found


def _sizes(conn: Connection, found: Audit) -> tuple[int, int]:
    head, last, sealed = conn.execute(
        "SELECT size, (SELECT coalesce(max(position) + 1, 0) FROM events), "
        "(SELECT coalesce(max(size), 0) FROM checkpoints) FROM log_head"
    ).fetchone() or (0, 0, 0)
    if last < head or sealed > head:
        detail = f"hoofd {head}, laatste gebeurtenis {last - 1}, verzegeld {sealed}"
        found.add(head, Code.HOOFD_AFWIJKEND, detail)
    return head, sealed


def _results(dsn: str, ranges: list[Range], processes: int | None) -> Iterator[RangeResult]:
    work = partial(audit_range, dsn, ROLE)
    # One more than there are processors: each waits for the database part of the time.
    workers = min(processes or (os.cpu_count() or 1) + 1, len(ranges))
    with ExitStack() as stack:
        if workers < 2:
            yield from map(work, ranges)
            return
        # Not forked: a copy of a process with threads and connections would be unsafe.
        context = multiprocessing.get_context("spawn")
        pool = stack.enter_context(ProcessPoolExecutor(workers, mp_context=context))
        yield from pool.map(work, ranges)


def _join(results: Iterator[RangeResult], found: Audit, progress: Progress) -> list[bytes]:
    """The hashes of all full tiles of level 0, once the ranges have been laid end to end."""
    last: dict[str, tuple[int, bytes]] = {}
    time: datetime | None = None
    above: list[bytes] = []
    for result in results:
        found.findings += result.findings
        for stream, link in result.first.items():
            if finding := join_start(stream, link, last.get(stream)):
                found.findings.append(finding)
        last.update(result.last)
        if time and result.first_time and result.first_time <= time:
            detail = f"{result.first_time} na {time}"
            found.add(result.start, Code.TIJD_LOOPT_TERUG, detail)
        time = result.last_time or time
        above += result.roots
        progress(result.count)
    return above


def _check_above(conn: Connection, row: list[bytes], sealed: int, found: Audit) -> None:
    """Tiles of level 1 and higher follow from the leaves."""
    level = 1
    while row and sealed >> 8 * level:
        stored = dict(
            conn.execute(
                "SELECT index, hashes FROM tiles WHERE level = %s", (level,), binary=True
            ).fetchall()
        )
        above: list[bytes] = []
        for index in range(-(-(sealed >> 8 * level) // WIDTH)):
            tile = row[index * WIDTH : (index + 1) * WIDTH]
            width = tiles.width_at(level, index, sealed)
            if b"".join(tile[:width]) != stored.get(index, b"")[: width * HASH_SIZE]:
                position = index * WIDTH << 8 * level
                found.add(position, Code.TEGEL_BESCHADIGD, f"tegel {level}/{index}")
            if len(tile) == WIDTH:
                above.append(merkle.root_of(tile))
        row, level = above, level + 1


def _check_checkpoints(conn: Connection, log: Verifier, found: Audit) -> None:
    """Every checkpoint is signed, and its root follows from the (checked) tiles of level 0."""
    frontier = Frontier()
    hashes = _LeafHashes(conn)
    cursor = conn.execute("SELECT size, root, note FROM checkpoints ORDER BY size")
    for size, root, note in cursor:
        found.checkpoints += 1
        try:
            frontier = frontier.extend(hashes(frontier.size, size))
            checkpoint = open_checkpoint(note.encode(), log)
        except (NoteError, tiles.TileError) as error:
            found.add(size, Code.CHECKPOINT_ONJUIST, str(error))
            continue
        if not (checkpoint.size, checkpoint.root) == (size, root) == (size, frontier.root()):
            found.add(size, Code.CHECKPOINT_ONJUIST, "de wortel volgt niet uit de bladen")


class _LeafHashes:
    """Leaf hashes from the tiles of level 0, read a stretch at a time."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._from = 0
        self._data = b""

    def __call__(self, start: int, end: int) -> Iterator[bytes]:
        for position in range(start, end):
            at = (position - self._from) * HASH_SIZE
            if not 0 <= at < len(self._data):
                self._load(position)
                at = (position - self._from) * HASH_SIZE
            yield self._data[at : at + HASH_SIZE]

    def _load(self, position: int) -> None:
        first = position // WIDTH
        cursor = self._conn.cursor(binary=True)
        cursor.execute(
            "SELECT hashes FROM tiles WHERE level = 0 AND index >= %s AND index < %s "
            "ORDER BY index",
            (first, first + WIDTH),
        )
        self._from = first * WIDTH
        self._data = b"".join(bytes(hashes) for (hashes,) in cursor.fetchall())
        if len(self._data) <= (position - self._from) * HASH_SIZE:
            raise tiles.TileError(f"tegel 0/{first} is te kort")


def _check_tokens(
    conn: Connection, log: Verifier, tsas: Sequence[Tsa], found: Audit
) -> dict[tuple[str, int], datetime]:
    """Every token verifies over its checkpoint; the times by (hash, size) as leaves name them."""
    beacons: dict[tuple[str, int], datetime] = {}
    cursor = conn.execute(
        "SELECT t.size, t.query, t.response, t.sha256, t.gen_time, c.note "
        "FROM timestamps AS t JOIN checkpoints AS c USING (size) ORDER BY t.size, t.gen_time",
        binary=True,
    )
    for size, query, response, digest, gen_time, note in cursor:
        found.timestamps += 1
        beacons[b64(digest), size] = gen_time
        _check_token(size, query, response, digest, gen_time, note, log, tsas, found)
    return beacons


def _check_token(
    size: int, query: bytes, response: bytes, digest: bytes, gen_time: datetime, note: str,
    log: Verifier, tsas: Sequence[Tsa], found: Audit,
) -> None:  # fmt: skip
    roots = [root for tsa in tsas for root in tsa.roots]
    policies: set[str] | None = {p for tsa in tsas for p in tsa.policies or ()}
    if any(tsa.policies is None for tsa in tsas):
        policies = None
    try:
        data = log_signed(note.encode(), log)
        stamp: Any = check(response, query, data, roots, policies)
    except TokenRefused as refused:
        found.add(size, refused.code, refused.reason)
    except NoteError as error:
        found.add(size, Code.CHECKPOINT_ONJUIST, str(error))
    else:
        if hashlib.sha256(response).digest() != digest or stamp.gen_time != gen_time:
            found.add(size, "TSA_VERVALST", "de rij zegt iets anders dan het token")
