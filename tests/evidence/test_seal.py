# SPDX-License-Identifier: EUPL-1.2
"""The sealer: checkpoints for everything, tokens in time, one at a time, through every fault."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from log_lab import AALST, Lab, StukGeopend, new_stream, run_until, utc_now

from loket.domain.tijdstempels import KlokafwijkingMelden, TsaHerstelMelden, TsaStoringMelden
from loket.evidence import stamper
from loket.evidence.merkle import root_of
from loket.evidence.note import open_checkpoint
from loket.evidence.sealed import leaf_hashes
from loket.evidence.stamper import BRUSSELS, EPOCH, Known, News, due, next_guard
from loket.evidence.store import connect, connect_async
from loket.evidence.timestamp import Failure, Stamped
from loket.evidence.token import Code

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)


def checkpoints(lab: Lab) -> list[tuple[int, bytes, str]]:
    with connect(lab.dsn) as conn:
        return conn.execute("SELECT size, root, note FROM checkpoints ORDER BY size").fetchall()


def stamped_sizes(lab: Lab) -> list[int]:
    with connect(lab.dsn) as conn:
        found = conn.execute("SELECT size FROM timestamps ORDER BY size, gen_time").fetchall()
    return [size for (size,) in found]


@pytest.mark.parametrize("count", [1, 255, 256, 257, 700])
def test_every_event_comes_under_a_signed_checkpoint(lab: Lab, count: int) -> None:
    lab.append_many(count)
    lab.seal()
    size, root, note = checkpoints(lab)[-1]
    with connect(lab.dsn) as conn:
        hashes = leaf_hashes(conn, 0, count)
    assert (size, root) == (count, root_of(hashes))
    opened = open_checkpoint(note.encode(), lab.signer.verifier)
    assert (opened.origin, opened.size, opened.root) == (lab.origin, count, root)


def test_a_log_sealed_in_many_rounds_has_the_same_root(lab: Lab) -> None:
    for count in (1, 3, 250, 10, 300):
        lab.append_many(count)
        lab.seal()
    with connect(lab.dsn) as conn:
        assert checkpoints(lab)[-1][1] == root_of(leaf_hashes(conn, 0, 564))


def test_it_hashes_the_leaves_itself(lab: Lab) -> None:
    lab.append_many(3)
    lab.sql("UPDATE events SET leaf_hash = '\\x00' WHERE position = 1")
    lab.seal()
    with connect(lab.dsn) as conn:
        assert checkpoints(lab)[-1][1] == root_of(leaf_hashes(conn, 0, 3))


def test_a_token_is_kept_with_its_query_and_verifies(lab: Lab) -> None:
    lab.append_many(2)
    lab.seal()
    name = new_stream()
    lab.send(name)
    lab.seal()
    evidence = lab.evidence(name)
    assert evidence.events[0].stamp
    assert evidence.events[0].stamp.stamp
    assert evidence.events[0].beacon
    assert evidence.events[0].beacon.size == 2


def test_only_the_newest_checkpoint_is_stamped(lab: Lab) -> None:
    lab.tsa_down = True
    for _ in range(3):
        lab.append_many(2)
        lab.seal(stamped=False)
    lab.tsa_down = False
    lab.seal()
    assert [size for size, *_ in checkpoints(lab)] == [2, 4, 6]
    assert stamped_sizes(lab) == [6]


def test_the_record_outside_the_database_holds_every_checkpoint(lab: Lab) -> None:
    for _ in range(3):
        lab.append_many(1)
        lab.seal()
    written = (lab.directory / "checkpoints").read_text()
    assert written == "".join(f"{note}\n" for _, _, note in checkpoints(lab))


def test_waiting_readers_are_told_what_is_sealed_and_stamped(lab: Lab) -> None:
    async def listen() -> list[dict[str, int]]:
        heard = []
        async with await connect_async(lab.dsn) as conn:
            await conn.execute("LISTEN sealed")
            task = asyncio.create_task(lab.sealer().run())
            async for news in conn.notifies(timeout=10):
                heard.append(json.loads(news.payload))
                if heard[-1] == {"size": 4, "stamped": 4}:
                    break
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        return heard

    lab.append_many(4)
    assert asyncio.run(listen()) == [{"size": 4, "stamped": 0}, {"size": 4, "stamped": 4}]


# When to stamp


def test_an_empty_log_is_not_stamped() -> None:
    assert due(Known()) is None


def test_legal_effect_is_stamped_at_once() -> None:
    known = Known(sealed=9, urgent=9, stamped=8, at=NOON)
    assert due(known) == EPOCH


def test_what_has_no_legal_effect_waits_a_minute() -> None:
    known = Known(sealed=9, urgent=8, stamped=8, at=NOON)
    assert due(known) == NOON + timedelta(seconds=60)


def test_a_quiet_log_is_stamped_every_hour() -> None:
    known = Known(sealed=8, urgent=8, stamped=8, at=NOON)
    assert due(known) == NOON + timedelta(hours=1)


def test_a_quiet_log_is_stamped_on_both_sides_of_midnight_in_brussels() -> None:
    before = datetime(2026, 11, 23, 23, 29, tzinfo=BRUSSELS)
    first = due(Known(sealed=8, stamped=8, at=before))
    assert first == datetime(2026, 11, 23, 23, 59, 30, tzinfo=BRUSSELS)
    second = due(Known(sealed=8, stamped=8, at=first))
    assert second == datetime(2026, 11, 24, 0, 0, 30, tzinfo=BRUSSELS)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_the_next_guard_is_always_ahead_and_within_a_day(after: datetime) -> None:
    guard = next_guard(after)
    assert timedelta(0) < guard - after <= timedelta(hours=25)
    assert guard.astimezone(BRUSSELS).strftime("%H:%M:%S") in {"23:59:30", "00:00:30"}


def test_a_heartbeat_gives_the_next_event_a_fresh_beacon(lab: Lab) -> None:
    lab.append_many(1)
    lab.seal()
    lab.ahead = timedelta(hours=2)
    lab.tsa_ahead = timedelta(hours=2)
    run_until(lab.sealer(), lambda: len(stamped_sizes(lab)) == 2)
    name = new_stream()
    lab.send(name)
    lab.seal()
    event = lab.evidence(name).events[0]
    assert event.beacon
    assert event.beacon.gen_time > utc_now() + timedelta(hours=1)
    assert lab.verify(lab.bundle(name)).exit_code == 0


def test_a_clock_that_was_set_back_does_not_hold_up_stamps(lab: Lab) -> None:
    lab.append_many(1)
    lab.seal()
    lab.ahead = -timedelta(days=1)
    lab.append_many(1)
    lab.seal()
    assert stamped_sizes(lab) == [1, 2]


# Outages


def test_an_outage_delays_tokens_but_not_checkpoints(lab: Lab) -> None:
    lab.tsa_down = True
    lab.append_many(3)
    lab.seal(stamped=False)
    assert [size for size, *_ in checkpoints(lab)] == [3]
    assert stamped_sizes(lab) == []
    assert lab.reports == [TsaStoringMelden("proef-TSA", "TSA_ONBEREIKBAAR: stil")]


def test_a_tsa_that_hangs_does_not_hold_up_checkpoints(lab: Lab) -> None:
    async def hang(note: bytes) -> Stamped:
        await asyncio.sleep(3600)
        raise AssertionError

    lab.stamp = hang  # type: ignore[method-assign]
    lab.append_many(3)
    lab.seal(stamped=False)
    lab.append_many(3)
    lab.seal(stamped=False)
    assert [size for size, *_ in checkpoints(lab)] == [3, 6]


def test_after_an_outage_the_newest_checkpoint_is_stamped_and_recovery_told(lab: Lab) -> None:
    lab.tsa_down = True
    lab.append_many(3)

    def recovered() -> bool:
        if lab.reports:
            lab.tsa_down = False
        return stamped_sizes(lab) == [3]

    run_until(lab.sealer(), recovered)
    assert [type(report) for report in lab.reports] == [TsaStoringMelden, TsaHerstelMelden]


def heard(*told: Callable[[News], None]) -> list[object]:
    """What reaches the log when all this is told."""
    reports: list[object] = []

    async def run() -> None:
        async def report(command: object) -> None:
            reports.append(command)

        news = News(report)
        for tell in told:
            tell(news)
        task = asyncio.create_task(news.run())
        await asyncio.sleep(0.01)
        task.cancel()

    asyncio.run(run())
    return reports


FAILED = (Failure("A", Code.TSA_ONBEREIKBAAR, "stil"),)


def test_an_outage_that_lasts_is_told_once() -> None:
    told = heard(*[lambda news: news.failed(FAILED)] * 5)
    assert told == [TsaStoringMelden("A", "TSA_ONBEREIKBAAR: stil")]


def test_a_clock_that_stays_off_is_told_once_and_again_when_it_returns() -> None:
    def off(news: News) -> None:
        news.answered("A", timedelta(seconds=-5))

    def right(news: News) -> None:
        news.answered("A", timedelta(seconds=1))

    told = heard(off, off, right, off)
    drift = KlokafwijkingMelden("A", -5000)
    assert told == [TsaHerstelMelden("A"), drift, drift]


def test_a_second_tsa_covers_for_the_first_which_is_told() -> None:
    told = heard(lambda news: news.failed(FAILED), lambda news: news.answered("B", timedelta()))
    assert told == [TsaStoringMelden("A", "TSA_ONBEREIKBAAR: stil"), TsaHerstelMelden("B")]


@pytest.mark.parametrize(
    ("sent", "received", "theirs", "expected"),
    [(0, 3, 1, 0), (0, 3, 4, -1), (2, 3, 0, 2), (0, 0, 0, 0)],
)
def test_drift_is_what_the_time_of_the_exchange_cannot_explain(
    sent: int, received: int, theirs: int, expected: int
) -> None:
    at = [NOON + timedelta(seconds=seconds) for seconds in (sent, received, theirs)]
    assert stamper.drift(*at) == timedelta(seconds=expected)


def test_what_the_sealer_reports_does_not_keep_it_going(lab: Lab) -> None:
    """Reports become events without legal effect: they ask for no stamp at once."""

    async def report(command: object) -> None:
        lab.reports.append(command)
        stream = new_stream()
        entry = lab.entries(stream, [], (StukGeopend(AALST),), lab_actor())
        await asyncio.to_thread(
            lab.log.chained.insert_events, entry.drafts, new_key=entry.new_key, urgent=False
        )

    lab.report = report  # type: ignore[method-assign]
    lab.tsa_ahead = timedelta(minutes=10)
    lab.append_many(1)
    run_until(lab.sealer(), lambda: len(lab.reports) == 2 and lab.is_sealed(stamped=False))
    assert stamped_sizes(lab) == [1]
    assert [type(each) for each in lab.reports] == [TsaHerstelMelden, KlokafwijkingMelden]


def lab_actor() -> object:
    from loket.kernel import SYSTEM

    return SYSTEM


# Processes


async def until(done: Callable[[], bool]) -> None:
    for _ in range(500):
        if await asyncio.to_thread(done):
            return
        await asyncio.sleep(0.02)
    raise TimeoutError


def run_two(lab: Lab, then: Callable[[asyncio.Task[None]], Awaitable[None]]) -> list[str]:
    """Two sealers on one database; says which of them came to work."""
    started: list[str] = []

    async def run() -> None:
        first = asyncio.create_task(lab.sealer().run(lambda: started.append("first")))
        await until(lambda: bool(started))
        second = asyncio.create_task(lab.sealer().run(lambda: started.append("second")))
        await then(first)
        for task in (first, second):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    asyncio.run(asyncio.wait_for(run(), 20))
    return started


def test_a_second_sealer_waits(lab: Lab) -> None:
    async def then(first: asyncio.Task[None]) -> None:
        await asyncio.sleep(1.2)

    assert run_two(lab, then) == ["first"]


def test_a_second_sealer_takes_over(lab: Lab) -> None:
    async def then(first: asyncio.Task[None]) -> None:
        first.cancel()
        with suppress(asyncio.CancelledError):
            await first
        await asyncio.to_thread(lab.append_many, 3)
        await until(lambda: lab.is_sealed(stamped=True))

    assert run_two(lab, then) == ["first", "second"]


def test_it_survives_the_loss_of_all_its_connections(lab: Lab) -> None:
    lost = False

    def done() -> bool:
        nonlocal lost
        if not lost:
            with psycopg.connect(lab.dsn, autocommit=True) as conn:
                conn.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid() "
                    "AND usename = current_user"
                )
            lost = True
            lab.append_many(2)
        return lab.is_sealed(stamped=True)

    lab.append_many(1)
    run_until(lab.sealer(), done)
    assert checkpoints(lab)[-1][0] == 3
