# SPDX-License-Identifier: EUPL-1.2
"""The log itself: chained, gapless, durable against races, and closed to every change."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from uuid import uuid4

import psycopg
import pytest
import rfc8785
from cryptography.exceptions import InvalidTag
from eventsourcing.persistence import IntegrityError
from log_lab import AALST, ABB, SENDER, Lab, StukGeopend, StukOpgesteld, StukVerzonden, new_stream

from loket.evidence.append import Append, LeafTooLarge, Placed, Raced
from loket.evidence.keys import KeyRing, WrongMasterKey
from loket.evidence.leaf import (
    FIRST_PREV,
    DocumentCommitment,
    b64,
    leaf_hash,
)
from loket.evidence.store import FRESH_SECONDS, GroupCommit, connect

Answer = list[Placed] | BaseException


def write(
    lab: Lab, *batches: Sequence[Append], clock: Callable[[], int] | None = None
) -> list[list[Answer]]:
    """Each batch through a writer of its own, all at the same time."""

    async def run() -> list[list[Answer]]:
        writers = [GroupCommit(lab.dsn, lab.origin, clock or lab.microseconds) for _ in batches]
        answers = await asyncio.gather(
            *(all_of(writer, batch) for writer, batch in zip(writers, batches, strict=True))
        )
        for writer in writers:
            await writer.close()
        return list(answers)

    return asyncio.run(run())


def all_of(writer: GroupCommit, batch: Sequence[Append]) -> Awaitable[list[Answer]]:
    return asyncio.gather(*(writer.append(append) for append in batch), return_exceptions=True)


def start(lab: Lab, *facts: object) -> Append:
    """The beginning of a stream."""
    return lab.entries(new_stream(), [], facts or (StukGeopend(AALST),), SENDER)


def leaves(lab: Lab) -> list[dict[str, object]]:
    return [json.loads(leaf) for leaf in raw_leaves(lab)]


def raw_leaves(lab: Lab) -> list[bytes]:
    with connect(lab.dsn) as conn:
        found = conn.execute("SELECT leaf FROM events ORDER BY position", binary=True).fetchall()
    return [leaf for (leaf,) in found]


def count(lab: Lab, table: str) -> int:
    with connect(lab.dsn) as conn:
        found = conn.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert found
    return int(found[0])


# Chain and order


def test_every_leaf_carries_the_hash_of_its_predecessor_in_the_stream(lab: Lab) -> None:
    one, other = new_stream(), new_stream()
    for name in (one, other, one, one, other):
        lab.append(name, StukGeopend(AALST), StukGeopend(ABB))
    for name in (one, other):
        chain = [leaf for leaf in raw_leaves(lab) if json.loads(leaf)["stream"] == name]
        read = [json.loads(leaf) for leaf in chain]
        assert [leaf["seq"] for leaf in read] == list(range(len(chain)))
        expected = [FIRST_PREV, *map(leaf_hash, chain[:-1])]
        assert [leaf["prev"] for leaf in read] == [b64(digest) for digest in expected]


def test_positions_have_no_gap_with_two_writers_at_once(lab: Lab) -> None:
    batches = [[start(lab) for _ in range(150)] for _ in range(2)]
    answers = [answer for batch in write(lab, *batches) for answer in batch]
    positions = [place.position for answer in answers for place in answer]  # type: ignore[union-attr]
    assert sorted(positions) == list(range(300))
    assert count(lab, "events") == 300


def test_a_place_in_the_log_is_what_was_promised(lab: Lab) -> None:
    append = start(lab, StukOpgesteld("a"), StukOpgesteld("b"))
    [[placed]] = write(lab, [append])
    assert isinstance(placed, list)
    with connect(lab.dsn) as conn:
        rows = conn.execute(
            "SELECT position, seq, leaf_hash, registered FROM events ORDER BY position"
        ).fetchall()
    assert [(p.position, p.seq, p.leaf_hash, p.registered) for p in placed] == rows


@pytest.mark.parametrize("step", [0, -1, -(10**9)])
def test_times_rise_also_when_the_clock_does_not(lab: Lab, step: int) -> None:
    now = lab.microseconds()

    def clock() -> int:
        nonlocal now
        now += step
        return now

    for _ in range(3):
        write(lab, [start(lab, StukGeopend(AALST), StukGeopend(ABB)), start(lab)], clock=clock)
    times = [leaf["time"] for leaf in leaves(lab)]
    assert len(times) == 9
    assert times == sorted(set(times))  # type: ignore[type-var]


def test_a_leaf_names_the_newest_token(lab: Lab) -> None:
    lab.append_many(2)
    lab.seal()
    lab.append_many(1)
    with connect(lab.dsn) as conn:
        token = conn.execute("SELECT response FROM timestamps", binary=True).fetchone()
    assert token
    first, _, last = leaves(lab)
    assert first["beacon"] is None
    assert last["beacon"] == {"hash": b64(hashlib.sha256(token[0]).digest()), "size": 2}


def test_a_writer_that_paused_names_the_token_of_meanwhile(lab: Lab) -> None:
    async def story() -> None:
        writer = GroupCommit(lab.dsn, lab.origin, lab.microseconds)
        await writer.append(start(lab))
        await asyncio.to_thread(lab.seal)
        await asyncio.sleep(FRESH_SECONDS)
        await writer.append(start(lab))
        await writer.close()

    asyncio.run(story())
    first, last = leaves(lab)
    assert first["beacon"] is None
    assert last["beacon"] is not None


# Races


def test_a_version_that_is_taken_fails_only_its_own_append(lab: Lab) -> None:
    name = new_stream()
    lab.append(name, StukGeopend(AALST))
    late = lab.entries(name, lab.past(name), (StukGeopend(ABB),), SENDER)
    lab.append(name, StukOpgesteld("was first"))
    [[before, lost, after]] = write(lab, [start(lab), late, start(lab)])
    assert isinstance(lost, Raced)
    assert [place.position for place in [*before, *after]] == [2, 3]  # type: ignore[misc]


def test_of_two_beginnings_of_one_stream_one_stays(lab: Lab) -> None:
    name = new_stream()
    rivals = [lab.entries(name, [], (StukGeopend(AALST),), SENDER) for _ in range(2)]
    answers = [answer for batch in write(lab, rivals[:1], rivals[1:]) for answer in batch]
    assert sorted(isinstance(answer, Raced) for answer in answers) == [False, True]
    assert (count(lab, "events"), count(lab, "data_keys")) == (1, 1)


def test_a_lost_race_leaves_no_trace(lab: Lab) -> None:
    name = new_stream()
    lab.append(name, StukGeopend(AALST))
    rival = lab.entries(name, [], (StukGeopend(ABB),), SENDER)
    [[lost]] = write(lab, [rival])
    assert isinstance(lost, Raced)
    assert (count(lab, "events"), count(lab, "data_keys")) == (1, 1)
    with connect(lab.dsn) as conn:
        assert conn.execute("SELECT size FROM log_head").fetchone() == (1,)
    assert lab.past(name)[0].fact == StukGeopend(AALST)


def test_a_predecessor_that_is_not_there_is_a_lost_race(lab: Lab) -> None:
    name = new_stream()
    lab.append(name, StukGeopend(AALST))
    append = lab.entries(name, lab.past(name), (StukGeopend(ABB),), SENDER)
    [[lost]] = write(lab, [replace(append, prev=bytes(32))])
    assert isinstance(lost, Raced)


def test_a_command_is_recorded_once(lab: Lab) -> None:
    append = start(lab)
    [[first, second]] = write(lab, [append, append])
    [[third]] = write(lab, [append])
    assert isinstance(first, list)
    assert isinstance(second, Raced)
    assert isinstance(third, Raced)
    assert count(lab, "events") == 1


def test_an_append_that_cannot_be_stored_fails_alone(lab: Lab) -> None:
    bad = start(lab)
    [draft] = bad.drafts
    refused = replace(bad, drafts=[replace(draft, originator_version=-1)])
    documents = DocumentCommitment("x" * 43, 1)
    huge = replace(draft.commitments, docs=(documents,) * 1000)
    large = replace(start(lab), drafts=[replace(draft, commitments=huge, command=uuid4())])
    [[before, one, two, after]] = write(lab, [start(lab), refused, large, start(lab)])
    assert isinstance(one, psycopg.IntegrityError)
    assert isinstance(two, LeafTooLarge)
    assert [place.position for place in [*before, *after]] == [0, 1]  # type: ignore[misc]


def test_a_writer_survives_the_loss_of_its_connection(lab: Lab) -> None:
    async def run() -> list[Placed]:
        writer = GroupCommit(lab.dsn, lab.origin, lab.microseconds)
        await writer.append(start(lab))
        with psycopg.connect(lab.dsn, autocommit=True) as conn:
            conn.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        placed = await writer.append(start(lab))
        await writer.close()
        return placed

    assert [place.position for place in asyncio.run(run())] == [1]


def test_a_payload_of_megabytes_goes_through(lab: Lab) -> None:
    text = "é" * 1_500_000
    append = start(lab, StukOpgesteld(text))
    [[placed]] = write(lab, [append])
    assert isinstance(placed, list)
    assert lab.past(str(append.drafts[0].originator_id))[0].fact == StukOpgesteld(text)


# The synchronous recorder of pyeventsourcing


def test_the_recorder_refuses_a_version_that_is_taken(lab: Lab) -> None:
    name = new_stream()
    lab.append(name, StukGeopend(AALST))
    stale = lab.entries(name, [], (StukGeopend(ABB),), SENDER)
    with pytest.raises(IntegrityError):
        lab.log.chained.insert_events(stale.drafts, new_key=stale.new_key)
    gap = replace(stale.drafts[0], originator_version=5, command=uuid4())
    with pytest.raises(IntegrityError):
        lab.log.chained.insert_events([gap])
    assert lab.log.chained.insert_events([]) == []
    assert lab.log.chained.max_notification_id() == 0


def test_the_recorder_reads_streams_and_the_whole_log_in_order(lab: Lab) -> None:
    assert lab.log.chained.max_notification_id() is None
    name = new_stream()
    lab.append(name, StukGeopend(AALST), StukOpgesteld("x"))
    lab.append_many(2)
    lab.append(name, StukGeopend(ABB))
    recorder = lab.log.chained
    assert [e.originator_version for e in recorder.select_events(name)] == [0, 1, 2]
    assert [e.originator_version for e in recorder.select_events(name, gt=0, lte=1)] == [1]
    newest = recorder.select_events(name, desc=True, limit=1)
    assert [e.originator_version for e in newest] == [2]
    assert [n.id for n in recorder.select_notifications(None, 10)] == [0, 1, 2, 3, 4]
    assert [n.id for n in recorder.select_notifications(1, 2)] == [1, 2]
    assert [n.id for n in recorder.select_notifications(1, 9, 3, inclusive_of_start=False)] == [
        2,
        3,
    ]
    drafts = recorder.select_notifications(0, 10, topics=["proef.StukOpgesteld"])
    assert [n.id for n in drafts] == [1]


def test_facts_come_back_as_they_went_in(lab: Lab) -> None:
    name = new_stream()
    facts = (StukVerzonden("Reglement “é” €\n", (), (ABB, AALST)), StukOpgesteld(""))
    lab.append(name, *facts)
    past = lab.past(name)
    assert tuple(recorded.fact for recorded in past) == facts
    assert all(recorded.actor == SENDER for recorded in past)
    assert [recorded.seq for recorded in past] == [0, 1]


# Encryption


def test_what_is_stored_of_a_content_cannot_be_read(lab: Lab) -> None:
    name = new_stream()
    lab.append(name, StukOpgesteld("geheim voornemen"))
    with psycopg.connect(lab.dsn) as conn:
        rows = conn.execute("SELECT e::text, k::text FROM events AS e, data_keys AS k").fetchall()
    for word in ("geheim", "Jef", "aalst"):
        assert word.encode().hex() not in str(rows)
        assert word not in str(rows)


def test_an_opening_that_was_changed_or_moved_is_refused(lab: Lab) -> None:
    name = new_stream()
    lab.append(name, StukOpgesteld("a"), StukOpgesteld("b"))
    lab.sql("UPDATE events SET opening = (SELECT opening FROM events WHERE seq = 0) WHERE seq = 1")
    with pytest.raises(InvalidTag):
        lab.past(name)


def test_another_master_key_opens_nothing(lab: Lab) -> None:
    name = new_stream()
    lab.append(name, StukOpgesteld("a"))
    lab.mapper.keys = KeyRing(bytes(32))
    with pytest.raises(WrongMasterKey):
        lab.past(name)


# Closed to change

CHANGES = [
    "UPDATE {} SET {} = {}",
    "DELETE FROM {}",
    "TRUNCATE {} CASCADE",
]
COLUMN = {"events": "seq", "checkpoints": "size", "timestamps": "size"}


@pytest.mark.parametrize("table", COLUMN)
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("role", ["application", "owner"])
def test_nobody_changes_the_log(lab: Lab, table: str, change: str, role: str) -> None:
    lab.append_many(1)
    lab.seal()
    statement = change.format(table, COLUMN[table], COLUMN[table])
    open_connection = connect if role == "application" else psycopg.connect
    with open_connection(lab.dsn) as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute(statement)
    assert count(lab, table) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO events SELECT * FROM events",
        "UPDATE log_head SET size = 0",
        "DELETE FROM data_keys",
        "INSERT INTO data_keys VALUES (gen_random_uuid(), 'x', 'x')",
        "DELETE FROM tiles",
        "ALTER TABLE events DISABLE TRIGGER ALL",
        "SET ROLE postgres",
    ],
)
def test_the_application_only_appends_through_the_front_door(lab: Lab, statement: str) -> None:
    with connect(lab.dsn) as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute(statement)


def test_every_leaf_in_the_log_is_canonical(lab: Lab) -> None:
    lab.append_many(2)
    lab.seal()
    lab.append_many(2)
    for leaf in raw_leaves(lab):
        assert rfc8785.dumps(json.loads(leaf)) == leaf
