# SPDX-License-Identifier: EUPL-1.2
"""Placing drafts in the log: leaves, chain, positions; pure, apart from the SQL it names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from loket.evidence.columns import INT2, INT4, INT8, Column
from loket.evidence.entry import Draft, from_microseconds
from loket.evidence.keys import DataKey
from loket.evidence.leaf import FIRST_PREV, MAX_LEAF, VERSION, Beacon, Leaf, b64, leaf_hash

APPEND = """
SELECT (s).* FROM log_append(
    %b::bigint, %b::text[], %b::integer[], %b::text[], %b::bigint[], %b::bytea[], %b::bytea[],
    %b::bytea[], %b::bytea[], %b::uuid[], %b::uuid[], %b::smallint[], %b::integer,
    %b::uuid[], %b::text[], %b::bytea[]) AS s
"""
LOCK = "SELECT (s).* FROM log_lock() AS s"


class Raced(Exception):
    """Another append came first to this stream, or this command was recorded already.

    Nothing of the append was written; read the stream again and decide again.
    """


class LeafTooLarge(ValueError):
    """A leaf would exceed 65,535 bytes, the limit of a C2SP entry bundle."""


class Head(NamedTuple):
    """Where the log stands: what the next append builds on. `conflicts` is the database's
    verdict on the last append: None appended, () the head had moved, else the rows that lost."""

    size: int
    registered_us: int
    beacon_size: int | None
    beacon_hash: bytes | None
    conflicts: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class Append:
    """Consecutive drafts for one stream.

    `prev` is the hash of the stream's last leaf (None for a new stream), `new_key` the data key
    of a new stream, `urgent` asks for a stamp at once.
    """

    drafts: Sequence[Draft]
    prev: bytes | None
    new_key: DataKey | None
    urgent: bool


class Placed(NamedTuple):
    """Where a draft came to stand."""

    position: int
    seq: int
    leaf_hash: bytes
    registered_us: int

    @property
    def registered(self) -> datetime:
        """The log's time for it (UTC)."""
        return from_microseconds(self.registered_us)


def place(
    head: Head, appends: Sequence[Append], origin: str, now_us: int
) -> tuple[tuple[Any, ...], list[list[Placed]]]:
    """The arguments of APPEND and the places of all drafts, when appended at `head`.

    Registered times rise by at least 1 µs an event, also when the clock does not.
    """
    beacon = (
        Beacon(b64(head.beacon_hash), head.beacon_size)
        if head.beacon_size is not None and head.beacon_hash is not None
        else None
    )
    position, time_us = head.size, max(now_us, head.registered_us + 1)
    rows: list[tuple[bytes | None, ...]] = []
    placed: list[list[Placed]] = []
    urgent_rows = 0
    for append in appends:
        prev = append.prev or FIRST_PREV
        places = []
        for n, draft in enumerate(append.drafts):
            leaf = _leaf(draft, origin, beacon, prev, time_us)
            digest = leaf_hash(leaf)
            rows.append(
                (
                    str(draft.originator_id).encode(), INT4(draft.originator_version),
                    draft.topic.encode(), INT8(time_us), append.prev if n == 0 else None,
                    leaf, digest, draft.state, draft.key_id.bytes, draft.command.bytes,
                    INT2(draft.ordinal),
                )
            )  # fmt: skip
            places.append(Placed(position, draft.originator_version, digest, time_us))
            prev, position, time_us = digest, position + 1, time_us + 1
        placed.append(places)
        if append.urgent:
            urgent_rows = position - head.size
    return (head.size, *_columns(rows), urgent_rows, *_new_keys(appends)), placed


ROW = ("text", "int4", "text", "int8", "bytea", "bytea", "bytea", "bytea", "uuid", "uuid", "int2")


def _columns(rows: Sequence[tuple[bytes | None, ...]]) -> list[Column]:
    return [Column(kind, values) for kind, values in zip(ROW, zip(*rows, strict=True), strict=True)]


def _new_keys(appends: Sequence[Append]) -> tuple[Column, Column, Column]:
    keys = [append.new_key for append in appends if append.new_key]
    return (
        Column("uuid", [key.id.bytes for key in keys]),
        Column("text", [key.subject.encode() for key in keys]),
        Column("bytea", [key.wrapped for key in keys]),
    )


@lru_cache(maxsize=8)
def _second(seconds: int) -> str:
    return from_microseconds(seconds * 1_000_000).strftime("%Y-%m-%dT%H:%M:%S")


def _leaf(draft: Draft, origin: str, beacon: Beacon | None, prev: bytes, time_us: int) -> bytes:
    leaf = Leaf(
        actor=draft.commitments.actor,
        beacon=beacon,
        cause=draft.cause,
        command=str(draft.command),
        docs=draft.commitments.docs,
        log=origin,
        payload=draft.commitments.payload,
        prev=b64(prev),
        seq=draft.originator_version,
        stream=str(draft.originator_id),
        time=f"{_second(time_us // 1_000_000)}.{time_us % 1_000_000:06d}Z",
        type=draft.topic,
        v=VERSION,
    ).encode()
    if len(leaf) > MAX_LEAF:
        raise LeafTooLarge(f"{draft.topic}: {len(leaf)} bytes")
    return leaf


def losers(appends: Sequence[Append], rows: Sequence[int]) -> set[int]:
    """Which appends the given row numbers (from 1) belong to."""
    if not rows:
        return set()
    bounds: list[int] = []
    total = 0
    for append in appends:
        total += len(append.drafts)
        bounds.append(total)
    return {next(i for i, bound in enumerate(bounds) if row <= bound) for row in rows}


def repeated(appends: Sequence[Append]) -> set[int]:
    """Appends that cannot share a transaction with an earlier one: same stream or command."""
    seen: set[str | UUID] = set()
    again = set()
    for i, append in enumerate(appends):
        first = append.drafts[0]
        names: set[str | UUID] = {str(first.originator_id), first.command}
        if names & seen:
            again.add(i)
        else:
            seen |= names
    return again
