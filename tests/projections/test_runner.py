# SPDX-License-Identifier: EUPL-1.2
"""Projecting: each event exactly once, whatever crashes; rebuilt tables are the same tables."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import Cursor
from psycopg.rows import TupleRow

from dossiers import AALST, ABB, GENT, Book, delivered, opened, sent
from loket.domain.berichten.words import (
    BerichtAfgeleverd,
    BerichtGeopend,
    BerichtVerzonden,
    GesprekGestart,
    NotitieGemaakt,
)
from loket.domain.besturen import BestuurGewijzigd, stream_of
from loket.domain.referentie import DefinitieVastgesteld
from loket.domain.toezicht.words import BesluitHeropend, BesluitIngetrokken, VeldenGewijzigd
from loket.evidence.entry import Recorded
from loket.evidence.follow import Ahead, Unreadable, batch, follow
from loket.evidence.store import connect
from loket.projections import PROJECTIONS, Projection
from loket.projections._rebuild import UnknownProjection, rebuild
from loket.projections._runner import ProjectionFailed, Projector

LATER = {"zittingsdatum": "2026-12-01T19:00:00Z"}
TABLES = [table for projection in PROJECTIONS.values() for table in projection.tables]

BUSY = (
    "besturen",
    "inzendingen",
    "inzendingen_namen",
    "tijdlijn",
    "gesprekken",
    "berichten",
    "termijnen",
)
"""The tables that a busy log fills."""


@pytest.fixture
def book(database: str) -> Iterator[Book]:
    with Book(database) as opened_book:
        yield opened_book


def project(
    book: Book, projections: dict[str, Projection] = PROJECTIONS, limit: int = 1000
) -> None:
    """Projects all there is."""
    projector = Projector(book.dsn, book.mapper, projections, limit)
    try:
        with connect(book.dsn) as conn:
            while projector.work(conn):
                pass
    finally:
        projector.close()


def contents(dsn: str, tables: Sequence[str] = TABLES) -> dict[str, list[Any]]:
    with connect(dsn) as conn:
        return {
            table: conn.execute(f"SELECT to_jsonb(t) FROM {table} AS t ORDER BY t::text").fetchall()  # type: ignore[call-overload]
            for table in tables
        }


def positions(dsn: str) -> dict[str, int]:
    with connect(dsn) as conn:
        return dict(conn.execute("SELECT name, position FROM projections").fetchall())


def busy(book: Book) -> int:
    """A log in which dossiers and the register change in each other's midst; its size."""
    book.register(AALST, "Gemeente Aalst")
    first = book.dossier(opened(), sent(), delivered())
    size = book.flood(12, [AALST, GENT])
    book.write(f"besturen/{stream_of(AALST)}", renamed("Stad Aalst"))
    book.write(
        f"toezicht/{first}", BesluitHeropend("fout"), VeldenGewijzigd({"zittingsdatum": "x"})
    )
    book.register(GENT, "Stad Gent")
    book.write(f"referentie/{uuid4()}", DefinitieVastgesteld("feestdag", "Proef", "{}", "", "", ""))
    book.write(f"toezicht/{first}", sent(verzending=2), delivered(2), BesluitIngetrokken("weg"))
    begin = GesprekGestart(ABB, AALST, "Vraag", "urn:type", "", "", "", "v1")
    message = BerichtVerzonden(1, ABB, AALST, "urn:type", "tekst", (), 30, ())
    conversation = f"berichten/{uuid4()}"
    book.write(conversation, begin, message, BerichtAfgeleverd(1, AALST))
    book.write(conversation, BerichtGeopend(1, AALST), NotitieGemaakt(AALST, "bellen"))
    return size + 3 + 4 + 5 + 5


def renamed(naam: str) -> BestuurGewijzigd:
    return BestuurGewijzigd(naam, "urn:klasse", "", "", "", "", "", "", "", "")


def test_all_projections_come_to_the_end_of_the_log(book: Book) -> None:
    size = busy(book)
    project(book)
    assert positions(book.dsn) == dict.fromkeys(PROJECTIONS, size)


@pytest.mark.parametrize("limit", [1, 2, 7, 1000])
def test_the_size_of_batches_makes_no_difference(book: Book, limit: int) -> None:
    busy(book)
    project(book, limit=limit)
    projected = contents(book.dsn)
    rebuild(book.dsn, book.mapper)
    assert contents(book.dsn) == projected
    assert all(projected[table] for table in BUSY)


def test_projections_that_stand_apart_meet_again(book: Book) -> None:
    busy(book)
    project(book, {"besturen": PROJECTIONS["besturen"]}, limit=5)
    book.flood(2)
    project(book, limit=4)
    together = contents(book.dsn)
    assert len(set(positions(book.dsn).values())) == 1
    rebuild(book.dsn, book.mapper)
    assert contents(book.dsn) == together


def test_one_projection_can_be_rebuilt_alone(book: Book) -> None:
    busy(book)
    project(book)
    whole = contents(book.dsn)
    with connect(book.dsn) as conn:
        conn.execute("UPDATE inzendingen SET toestand = 'verminkt'")
    told: list[tuple[int, int]] = []
    size = rebuild(book.dsn, book.mapper, ["inzendingen"], progress=lambda *done: told.append(done))
    assert contents(book.dsn) == whole
    assert told[-1] == (size, size)


def test_an_unknown_projection_is_named_with_those_there_are(book: Book) -> None:
    with pytest.raises(UnknownProjection, match=r"nergens; there are: .*besturen"):
        rebuild(book.dsn, book.mapper, ["nergens"])


def test_readers_never_see_an_empty_list_while_it_is_rebuilt(book: Book) -> None:
    busy(book)
    project(book)
    done = threading.Event()
    seen: set[int] = set()

    def read() -> None:
        with connect(book.dsn) as conn:
            while not done.is_set():
                seen.update(conn.execute("SELECT count(*) FROM inzendingen").fetchone() or ())

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(3):
        rebuild(book.dsn, book.mapper)
    done.set()
    reader.join()
    assert seen == {13}


def test_a_rebuild_beside_a_running_projector_loses_nothing(book: Book) -> None:
    busy(book)
    stop = threading.Event()
    projector = Projector(book.dsn, book.mapper, limit=3)
    thread = threading.Thread(target=projector.run, args=(stop,))
    thread.start()
    size = 0
    for _ in range(3):
        book.flood(3)
        size = rebuild(book.dsn, book.mapper, limit=10)
    eventually(lambda: set(positions(book.dsn).values()) == {size})
    stop.set()
    thread.join()
    running = contents(book.dsn)
    rebuild(book.dsn, book.mapper)
    assert contents(book.dsn) == running


def eventually(condition: Callable[[], Any], seconds: float = 15) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
    return found


def counting(fail_at: int | None = None) -> Projection:
    """Counts events by stream in `tijdlijn`; trips over one position."""

    def apply(cursor: Cursor[TupleRow], facts: Sequence[Recorded]) -> None:
        for recorded in facts:
            cursor.execute(
                "INSERT INTO tijdlijn VALUES (%s, 0, 1, '', now(), NULL, '', '') "
                "ON CONFLICT (stream, seq) DO UPDATE SET position = tijdlijn.position + 1",
                (recorded.stream,),
            )
            if recorded.position == fail_at:
                raise ZeroDivisionError

    return Projection("tellen", ("tijdlijn",), apply)


def counted(dsn: str) -> int:
    with connect(dsn) as conn:
        found = conn.execute("SELECT coalesce(sum(position), 0)::bigint FROM tijdlijn").fetchone()
    return int(found[0]) if found else 0


def test_a_fact_that_cannot_be_handled_stops_everything_and_is_named(book: Book) -> None:
    size = busy(book)
    with pytest.raises(ProjectionFailed) as failed:
        project(book, {"tellen": counting(fail_at=10)}, limit=8)
    assert (failed.value.name, failed.value.position) == ("tellen", 10)
    assert failed.value.kind.startswith("toezicht.")
    assert counted(book.dsn) == 8
    project(book, {"tellen": counting()}, limit=8)
    assert counted(book.dsn) == size


def test_a_projector_that_is_killed_at_any_moment_projects_each_event_once(
    book: Book, tmp_path: Path
) -> None:
    size = book.flood(60)
    script = tmp_path / "project.py"
    script.write_text(
        "import sys, threading, time\n"
        "from dataclasses import replace\n"
        f"sys.path[:0] = {[str(Path(__file__).parent), str(Path(__file__).parents[1])]!r}\n"
        "from dossiers import Book\n"
        "from test_runner import counting\n"
        "from loket.projections._runner import Projector\n"
        "book = Book(sys.argv[1])\n"
        "plain = counting()\n"
        "def slowly(cursor, batch):\n"
        "    time.sleep(0.02)\n"
        "    plain.apply(cursor, batch)\n"
        "slow = replace(plain, apply=slowly)\n"
        "projector = Projector(book.dsn, book.mapper, {'tellen': slow}, limit=20)\n"
        "projector.run(threading.Event())\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    kills = 0
    while counted(book.dsn) < size:
        before = counted(book.dsn)
        process = subprocess.Popen([sys.executable, str(script), book.dsn], env=environment)
        eventually(lambda before=before: counted(book.dsn) > min(before + 120, size - 1))
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += 1
    assert counted(book.dsn) == size
    assert kills > 1


def test_a_second_projector_waits_and_takes_over(book: Book) -> None:
    size = book.flood(3)
    first, second = (Projector(book.dsn, book.mapper, limit=7) for _ in range(2))
    with connect(book.dsn) as other:
        with connect(book.dsn) as conn:
            assert first.work(conn)
            assert not second.work(other)
        eventually(lambda: second.work(other))
        while second.work(other):
            pass
    first.close()
    second.close()
    assert set(positions(book.dsn).values()) == {size}


def test_a_projector_survives_the_loss_of_its_connection(book: Book) -> None:
    stop = threading.Event()
    projector = Projector(book.dsn, book.mapper)
    thread = threading.Thread(target=projector.run, args=(stop,))
    thread.start()
    size = book.flood(2)
    eventually(lambda: set(positions(book.dsn).values()) == {size})
    with psycopg.connect(book.dsn, autocommit=True) as owner:
        lost = owner.execute(
            "SELECT pg_terminate_backend(l.pid) FROM pg_locks AS l JOIN pg_database AS d "
            "ON d.oid = l.database WHERE l.locktype = 'advisory' AND d.datname = current_database()"
        )
        assert lost.fetchall() == [(True,)]
    book.flood(2)
    eventually(lambda: set(positions(book.dsn).values()) == {2 * size})
    stop.set()
    thread.join()


def test_whoever_listens_hears_how_far_the_read_models_are(book: Book) -> None:
    size = book.flood(1)
    with connect(book.dsn) as conn:
        conn.execute("LISTEN projected")
        project(book)
        [heard] = list(conn.notifies(timeout=5, stop_after=1))
    assert int(heard.payload) == size


# Following


def test_a_batch_ends_where_it_is_told(book: Book) -> None:
    book.flood(2)
    with connect(book.dsn) as conn:
        found = batch(conn, book.mapper, 3, limit=10, below=7)
    assert [recorded.position for recorded in found] == [3, 4, 5, 6]


def test_reading_ahead_gives_what_reading_gives(book: Book) -> None:
    size = book.flood(3)
    ahead = Ahead(book.dsn, book.mapper, limit=5)
    seen: list[int] = []
    with connect(book.dsn) as conn:
        while found := ahead.batch(conn, len(seen), below=13 if len(seen) < 13 else None):
            seen += [recorded.position for recorded in found]
    ahead.close()
    assert seen == list(range(size))


def test_an_event_that_was_tampered_with_is_named(book: Book) -> None:
    book.flood(2)
    with psycopg.connect(book.dsn, autocommit=True) as owner:
        owner.execute("ALTER TABLE events DISABLE TRIGGER ALL")
        owner.execute("UPDATE events SET opening = 'broken'::bytea || opening WHERE position = 5")
    with connect(book.dsn) as conn, pytest.raises(Unreadable) as unreadable:
        batch(conn, book.mapper, 0)
    assert unreadable.value.position == 5


def test_a_follower_is_woken_at_once(book: Book) -> None:
    stop, woken = threading.Event(), threading.Event()
    calls: list[float] = []

    def work(_conn: object) -> bool:
        calls.append(time.monotonic())
        woken.set()
        return False

    thread = threading.Thread(target=follow, args=(book.dsn, ("appended",), work, stop, 30))
    thread.start()
    woken.wait(10)
    woken.clear()
    appended = time.monotonic()
    book.flood(1)
    assert woken.wait(10)
    assert calls[1] - appended < 5
    stop.set()
    book.flood(1)
    thread.join()


# Destroyed contents


def test_destroyed_contents_do_not_stop_a_projection(book: Book) -> None:
    kept = book.dossier(opened(), sent(), delivered())
    gone = book.dossier(opened(), sent(), delivered())
    with psycopg.connect(book.dsn, autocommit=True) as owner:
        owner.execute("DELETE FROM data_keys WHERE subject = %s", (f"toezicht/{gone}",))
    project(book)
    found = contents(book.dsn, ["inzendingen", "tijdlijn"])
    assert [row["id"] for (row,) in found["inzendingen"]] == [str(kept)]
    moments = [row["moment"] for (row,) in found["tijdlijn"] if str(gone) in row["stream"]]
    assert sorted(m for m in moments if m) == ["aflevering", "verzending"]
    assert {row["wie"] for (row,) in found["tijdlijn"]} == {AALST, ABB, ""}


def test_a_projection_that_is_new_starts_at_the_beginning(book: Book) -> None:
    busy(book)
    project(book)
    again = replace(PROJECTIONS["tijdlijn"], name="nieuw", tables=())
    with connect(book.dsn) as conn:
        conn.execute("DELETE FROM tijdlijn")
    project(book, {"nieuw": again})
    assert len(contents(book.dsn, ["tijdlijn"])["tijdlijn"]) == positions(book.dsn)["nieuw"]
