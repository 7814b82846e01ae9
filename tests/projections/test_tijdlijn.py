# SPDX-License-Identifier: EUPL-1.2
"""The timeline of a dossier."""

import asyncio
from uuid import uuid4

import pytest

from dossiers import AALST, ABB, SUPERVISOR, Book, delivered, life, opened, sent
from loket.domain import MODULES
from loket.domain.toezicht.words import BesluitGeopend
from loket.evidence.store import connect, connect_async
from loket.projections import PROJECTIONS
from loket.projections._runner import Projector
from loket.projections.tijdlijn import Regel, timeline


def lines(book: Book, stream: str, **arguments: int) -> list[Regel]:
    projector = Projector(book.dsn, book.mapper, {"tijdlijn": PROJECTIONS["tijdlijn"]})
    with connect(book.dsn) as conn:
        while projector.work(conn):
            pass
    projector.close()

    async def ask() -> list[Regel]:
        async with await connect_async(book.dsn) as conn:
            return await timeline(conn, stream, **arguments)

    return asyncio.run(ask())


def test_a_timeline_tells_what_happened_when_and_by_whom(database: str) -> None:
    stream = f"toezicht/{uuid4()}"
    with Book(database) as book:
        book.register(AALST, "Gemeente Aalst")
        placed = book.write(stream, opened(), sent(), delivered())
        placed += book.write(stream, BesluitGeopend(1, ABB), actor=SUPERVISOR)
        found = lines(book, stream)
    assert [(line.label, line.moment, line.wie) for line in found] == [
        ("Concept opgesteld", None, AALST),
        ("Verzonden", "verzending", AALST),
        ("Afgeleverd bij de ontvanger", "aflevering", ABB),
        ("Voor het eerst geopend door de ontvanger", "opvraging", ABB),
    ]
    assert [(line.position, line.leaf_hash, line.registered) for line in found] == [
        (place.position, place.leaf_hash, place.registered) for place in placed
    ]


def test_a_timeline_names_no_person(database: str) -> None:
    stream = f"toezicht/{uuid4()}"
    with Book(database) as book:
        for fact, actor in life():
            book.write(stream, fact, actor=actor)
        found = lines(book, stream)
        with connect(database) as conn:
            kept = str(conn.execute("SELECT to_jsonb(t) FROM tijdlijn AS t").fetchall())
    assert len(found) == 8
    assert "persoon" not in kept
    assert "jan" not in kept


def test_a_timeline_is_read_in_pages(database: str) -> None:
    stream = f"toezicht/{uuid4()}"
    with Book(database) as book:
        book.write(stream, opened(), sent(), delivered())
        assert [line.seq for line in lines(book, stream, limit=2)] == [0, 1]
        assert [line.seq for line in lines(book, stream, after=1)] == [2]


@pytest.mark.parametrize("event", MODULES["toezicht"].events, ids=lambda event: event.__name__)
def test_every_event_has_words_of_its_own(event: type) -> None:
    name = event.__name__
    line = Regel(0, 0, f"toezicht.{name}", None, None, "", b"")  # type: ignore[arg-type]
    assert line.label
    assert line.label != name
    assert Regel(0, 0, f"toezicht.{name}.1", None, None, "", b"").label == line.label  # type: ignore[arg-type]
