# SPDX-License-Identifier: EUPL-1.2
"""The content that stands as sent."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from dossiers import AALST, GENT, Book, delivered, opened, sent
from loket.domain.toezicht.words import BesluitHeropend, BesluitIngetrokken, BesluitVerbeterd
from loket.evidence.store import connect
from loket.projections import PROJECTIONS
from loket.projections._runner import Projector


@pytest.fixture
def book(database: str) -> Iterator[Book]:
    with Book(database) as book:
        yield book


def standing(book: Book) -> dict[UUID, str]:
    """The key of what stands, by dossier."""
    projector = Projector(book.dsn, book.mapper, {"inhouden": PROJECTIONS["inhouden"]})
    with connect(book.dsn) as conn:
        while projector.work(conn):
            pass
        projector.close()
        return dict(conn.execute("SELECT id, sleutel FROM inhouden ORDER BY position").fetchall())


def test_equal_content_of_one_sender_has_one_key(book: Book) -> None:
    one = book.dossier(opened(), sent(), delivered())
    two = book.dossier(opened(), sent(), delivered())
    other = book.dossier(opened(), sent(zittingsdatum="2026-12-01"))
    elsewhere = book.dossier(opened(GENT), sent(GENT))
    book.dossier(opened(AALST))
    keys = standing(book)
    assert list(keys) == [one, two, other, elsewhere]
    assert keys[one] == keys[two]
    assert len(set(keys.values())) == 3


@pytest.mark.parametrize(
    "end", [BesluitIngetrokken("fout"), BesluitHeropend("fout"), BesluitVerbeterd("x")]
)
def test_what_no_longer_stands_is_left_out_until_it_is_sent_again(
    book: Book, end: BesluitIngetrokken | BesluitHeropend | BesluitVerbeterd
) -> None:
    key = book.dossier(opened(), sent(), delivered())
    assert list(standing(book)) == [key]
    book.write(f"toezicht/{key}", end)
    assert not standing(book)
    book.write(f"toezicht/{key}", sent(verzending=2))
    assert list(standing(book)) == [key]
