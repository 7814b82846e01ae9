# SPDX-License-Identifier: EUPL-1.2
"""A range of the log, checked by itself: every leaf against its row, its stream and the clock.

Runs in a process of its own and imports little, so that it starts fast.
"""

from binascii import b2a_base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

import msgspec
import psycopg

from loket.evidence import merkle
from loket.evidence.leaf import FIRST_PREV, Beacon, b64
from loket.evidence.merkle import HASH_SIZE
from loket.evidence.tiles import WIDTH, width_at

ROWS = b"""
SELECT position, stream, seq, type, registered, leaf, leaf_hash
FROM events WHERE position >= %s AND position < %s ORDER BY position
"""
AT_ONCE = 4 * WIDTH
MOST = 1_000
"""Findings a range reports; after these it is plain that everything is wrong."""

TOLERANCE = timedelta(seconds=2)
"""How far the TSA's clock may be ahead of ours."""


class Code(StrEnum):
    """What an audit can find, beside the codes of `token.Code`."""

    POSITIE_ONTBREEKT = "POSITIE_ONTBREEKT"
    BLAD_GEWIJZIGD = "BLAD_GEWIJZIGD"
    BLAD_ONLEESBAAR = "BLAD_ONLEESBAAR"
    KOLOM_AFWIJKEND = "KOLOM_AFWIJKEND"
    KETEN_GEBROKEN = "KETEN_GEBROKEN"
    TIJD_LOOPT_TERUG = "TIJD_LOOPT_TERUG"
    BAKEN_ONBEKEND = "BAKEN_ONBEKEND"
    TEGENDATEERD = "TEGENDATEERD"
    TEGEL_BESCHADIGD = "TEGEL_BESCHADIGD"
    CHECKPOINT_ONJUIST = "CHECKPOINT_ONJUIST"
    HOOFD_AFWIJKEND = "HOOFD_AFWIJKEND"


class Finding(NamedTuple):
    """Something wrong at a position (an event, or the size of a checkpoint or token)."""

    position: int
    code: str
    detail: str


class Link(NamedTuple):
    """A stream's first leaf in a range, whose predecessor lies before it."""

    position: int
    seq: int
    prev: str


class Range(NamedTuple):
    """Which events to check, and what of the log is sealed. `beacons` maps (hash, size) as
    leaves carry them to the time of the token."""

    start: int
    end: int
    sealed: int
    origin: str
    beacons: Mapping[tuple[str, int], datetime]


@dataclass
class RangeResult:
    """What a range found, and what its neighbours need to know.

    `first` and `last` map streams to their first and last leaf in the range (`last` as sequence
    number and hash); `roots` are the hashes of its full tiles of level 0.
    """

    start: int
    count: int = 0
    findings: list[Finding] = field(default_factory=list)
    first: dict[str, Link] = field(default_factory=dict)
    last: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    first_time: datetime | None = None
    last_time: datetime | None = None
    roots: list[bytes] = field(default_factory=list)

    def add(self, position: int, code: str, detail: str) -> None:
        """Note a finding, unless there are too many."""
        if len(self.findings) < MOST:
            self.findings.append(Finding(position, code, detail))


class _Leaf(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A leaf with what need not be looked into left as it stands."""

    actor: msgspec.Raw
    beacon: Beacon | None
    cause: msgspec.Raw
    command: msgspec.Raw
    docs: msgspec.Raw
    log: str
    payload: msgspec.Raw
    prev: str
    seq: int
    stream: str
    time: datetime
    type: str
    v: int


_decode = msgspec.json.Decoder(_Leaf).decode
_FIRST = b64(FIRST_PREV)
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def _b64(digest: bytes) -> str:
    """`b64` of 32 bytes, in a third of the time."""
    return b2a_base64(digest, newline=False).translate(_URL_SAFE)[:43].decode()


Row = tuple[int, str, int, str, datetime, bytes, bytes]


def audit_range(dsn: str, options: str, task: Range) -> RangeResult:
    """Check the events of one range; `options` are those of the connection."""
    result = RangeResult(task.start)
    with psycopg.connect(dsn, autocommit=True, options=options) as conn:
        stored: dict[int, bytes] = dict(
            conn.execute(
                "SELECT index, hashes FROM tiles WHERE level = 0 AND index BETWEEN %s AND %s",
                (task.start // WIDTH, task.end // WIDTH),
                binary=True,
            ).fetchall()
        )
        with conn.transaction(), conn.cursor("leaves", binary=True) as cursor:
            cursor.itersize = AT_ONCE
            cursor.execute(ROWS, (task.start, task.end))
            hashes: list[bytes] = []
            while rows := cursor.fetchmany(AT_ONCE):
                hashes += _check_rows(rows, task, result)
                hashes = _check_tiles(hashes, stored, task, result)
        _check_tiles(hashes, stored, task, result, rest=True)
    if result.count != task.end - task.start:
        missing = task.end - task.start - result.count
        result.add(task.start, Code.POSITIE_ONTBREEKT, f"{missing} gebeurtenissen ontbreken")
    return result


def _hash_rows(rows: list[Row], expected: int, result: RangeResult) -> list[bytes]:
    """The hashes of these leaves, compared with those stored; positions have no gap."""
    hashes = [sha256(b"\0" + row[5]).digest() for row in rows]
    for row, digest in zip(rows, hashes, strict=True):
        if row[0] != expected:
            result.add(expected, Code.POSITIE_ONTBREEKT, f"gevolgd door {row[0]}")
        if row[6] != digest:
            result.add(row[0], Code.BLAD_GEWIJZIGD, "het blad heeft een andere hash")
        expected = row[0] + 1
    return hashes


def _check_rows(rows: list[Row], task: Range, result: RangeResult) -> list[bytes]:
    """The hashes of these leaves, each checked. Written out: a million rows pass here."""
    hashes = _hash_rows(rows, task.start + result.count, result)
    last, first, origin, at = result.last, result.first, task.origin, result.last_time
    beacon: Beacon | None = None
    for (position, stream, seq, kind, registered, leaf, _), digest in zip(
        rows, hashes, strict=True
    ):
        try:
            read = _decode(leaf)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            result.add(position, Code.BLAD_ONLEESBAAR, str(error))
            continue
        columns = (stream, seq, kind, registered, origin, 1)
        if (read.stream, read.seq, read.type, read.time, read.log, read.v) != columns:
            result.add(position, Code.KOLOM_AFWIJKEND, "een kolom zegt iets anders dan het blad")
        before = last.get(stream)
        if before is None:
            first[stream] = Link(position, read.seq, read.prev)
        elif read.seq != before[0] + 1 or read.prev != _b64(before[1]):
            result.add(position, Code.KETEN_GEBROKEN, f"{stream} na {before[0]}")
        last[stream] = (read.seq, digest)
        if at is None:
            result.first_time = registered
        elif registered <= at:
            result.add(position, Code.TIJD_LOOPT_TERUG, f"{registered} na {at}")
        at = registered
        if read.beacon is not None and read.beacon != beacon:
            beacon = read.beacon
            _check_beacon(position, beacon, registered, task, result)
    result.last_time = at
    result.count += len(rows)
    return hashes


def _check_beacon(
    position: int, beacon: Beacon, registered: datetime, task: Range, result: RangeResult
) -> None:
    gen_time = task.beacons.get((beacon.hash, beacon.size))
    if gen_time is None or beacon.size > position:
        result.add(position, Code.BAKEN_ONBEKEND, f"geen eerder tijdstempel over {beacon.size}")
    elif gen_time > registered + TOLERANCE:
        result.add(position, Code.TEGENDATEERD, f"noemt een tijdstempel van {gen_time}")


def _check_tiles(
    hashes: list[bytes],
    stored: Mapping[int, bytes],
    task: Range,
    result: RangeResult,
    *,
    rest: bool = False,
) -> list[bytes]:
    """Compare full tiles (and at the end the `rest`) with the stored ones; what is left over."""
    while len(hashes) >= WIDTH or (rest and hashes):
        tile, hashes = hashes[:WIDTH], hashes[WIDTH:]
        index = task.start // WIDTH + len(result.roots)
        sealed = width_at(0, index, task.sealed) * HASH_SIZE
        if b"".join(tile)[:sealed] != stored.get(index, b"")[:sealed]:
            result.add(index * WIDTH, Code.TEGEL_BESCHADIGD, f"tegel 0/{index}")
        if len(tile) == WIDTH:
            result.roots.append(merkle.root_of(tile))
    return hashes


def join_start(stream: str, link: Link, before: tuple[int, bytes] | None) -> Finding | None:
    """Is a stream's first leaf in a range the successor of its last leaf before that?"""
    seq, prev = (0, _FIRST) if before is None else (before[0] + 1, b64(before[1]))
    if (link.seq, link.prev) == (seq, prev):
        return None
    return Finding(link.position, Code.KETEN_GEBROKEN, f"{stream} na {seq - 1}")
