# SPDX-License-Identifier: EUPL-1.2
"""A made-up year: the same for the same seed, in the order of its own clock, and really lived."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from loket.cli.care import register, shipped
from loket.evidence.store import connect
from loket.settings import Settings
from loket.simulate.play import Played, SimulatedClock
from loket.simulate.run import NotEmpty, check_empty, project, simulate
from loket.wiring import build

END = datetime(2026, 11, 25, tzinfo=UTC)
BEGIN = END - timedelta(days=365)
EVENTS = 240


def lived(database: str, directory: Path, seed: int) -> Played:
    """A year at the besturen we ship."""
    settings = Settings(database_url=database, data_dir=directory, development=True)
    clock = SimulatedClock(BEGIN)
    loket = build(settings, clock=clock.microseconds, now=clock.now)
    try:
        check_empty(loket)
        register(loket, shipped())
        project(loket)
        played = simulate(loket, clock, END, EVENTS, seed, lambda _: None)
        project(loket)
    finally:
        loket.close()
    return played


def rows(database: str, query: str) -> list[tuple[object, ...]]:
    with connect(database) as conn:
        return conn.execute(query).fetchall()


def test_a_year_is_lived_through_commands_on_its_own_clock(database: str, tmp_path: Path) -> None:
    played = lived(database, tmp_path, 7)
    assert not played.refused
    ((count, first, last),) = rows(
        database, "SELECT count(*), min(registered), max(registered) FROM events"
    )
    assert count == played.events > EVENTS * 0.6
    assert BEGIN <= first < last < END + timedelta(days=30)
    order = rows(database, "SELECT registered FROM events ORDER BY position")
    assert order == sorted(order)
    kinds = {kind for (kind,) in rows(database, "SELECT DISTINCT type FROM events")}
    assert {
        "behandelingen.BehandelingAfgesloten",
        "behandelingen.BehandelingGestart",
        "berichten.BerichtVerzonden",
        "toezicht.BesluitGeopend",
        "toezicht.BesluitVerzonden",
    } <= kinds
    sent = "SELECT count(*) FROM inzendingen WHERE verzonden_op IS NOT NULL"
    assert rows(database, sent)[0][0] >= 10
    assert rows(database, "SELECT DISTINCT position FROM reactions") == [(count,)]


def test_one_seed_tells_one_year(database: str, empty_database: str, tmp_path: Path) -> None:
    from loket.migrate import migrate

    migrate(empty_database)
    streams = "SELECT stream, seq, type FROM events ORDER BY stream, seq"
    for directory, dsn in (("a", database), ("b", empty_database)):
        lived(dsn, tmp_path / directory, 3)
    assert rows(database, streams) == rows(empty_database, streams)


def test_what_is_made_up_never_stands_among_what_is_real(database: str, tmp_path: Path) -> None:
    lived(database, tmp_path, 1)
    with pytest.raises(NotEmpty):
        lived(database, tmp_path, 1)
