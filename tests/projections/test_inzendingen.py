# SPDX-License-Identifier: EUPL-1.2
"""The worklist: who sees which dossier, and what the list says of it."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from dossiers import AALST, ABB, GENT, LIJST, SUPERVISOR, Book, delivered, opened, sent
from loket.domain.besturen import BestuurGewijzigd, stream_of
from loket.domain.toezicht.words import (
    BesluitGeopend,
    BesluitHeropend,
    BesluitIngetrokken,
    BesluitVerbeterd,
    BesluitVerworpen,
    VeldenGewijzigd,
)
from loket.evidence.store import connect, connect_async
from loket.projections import PROJECTIONS
from loket.projections._runner import Projector
from loket.projections.inzendingen import (
    SORTS,
    Filters,
    Inzending,
    OngeldigeBladwijzer,
    OngeldigeSortering,
    Page,
    search,
)

FIRST, LATER = "2026-11-02T19:00:00Z", "2026-12-01T19:00:00Z"


@pytest.fixture
def book(database: str) -> Iterator[Book]:
    with Book(database) as opened_book:
        yield opened_book


def project(book: Book) -> None:
    projector = Projector(book.dsn, book.mapper, {"inzendingen": PROJECTIONS["inzendingen"]})
    with connect(book.dsn) as conn:
        while projector.work(conn):
            pass
    projector.close()


def listed(book: Book, scope: str, **arguments: Any) -> Page:
    """A page of the list, as this bestuur sees it."""
    project(book)

    async def ask() -> Page:
        async with await connect_async(book.dsn) as conn:
            return await search(conn, scope, **arguments)

    return asyncio.run(ask())


def only(book: Book, scope: str = AALST) -> Inzending:
    [row] = listed(book, scope).rows
    return row


# What the list says


def test_a_draft_shows_the_dates_of_its_form(book: Book) -> None:
    book.dossier(opened(zittingsdatum=FIRST), VeldenGewijzigd({"publicatiedatum": "2026-11-05"}))
    row = only(book)
    assert (row.toestand, row.zittingsdatum, row.publicatiedatum) == (
        "concept",
        FIRST,
        "2026-11-05",
    )
    assert (row.verzonden_op, row.ontvangers, row.versie) == (None, [], 2)


def test_a_cleared_date_is_gone(book: Book) -> None:
    book.dossier(opened(zittingsdatum=FIRST), VeldenGewijzigd({"zittingsdatum": None}))
    assert only(book).zittingsdatum == ""


def test_the_three_moments_are_those_the_log_registered(book: Book) -> None:
    key = uuid4()
    placed = book.write(f"toezicht/{key}", opened(), sent(), delivered())
    placed += book.write(f"toezicht/{key}", BesluitGeopend(1, ABB), actor=SUPERVISOR)
    row = only(book)
    moments = [row.verzonden_op, row.afgeleverd_op, row.geopend_op]
    assert moments == [place.registered for place in placed[1:]]
    assert (row.ontvangers, row.position) == ([ABB], 3)


@pytest.mark.parametrize(
    ("facts", "toestand"),
    [
        ((opened(), BesluitVerworpen()), "verworpen"),
        ((opened(), sent(), delivered()), "verzonden"),
        ((opened(), sent(), delivered(), BesluitIngetrokken("fout")), "ingetrokken"),
        ((opened(), sent(), delivered(), BesluitVerbeterd("ander")), "verbeterd"),
        ((opened(), sent(), delivered(), BesluitHeropend("fout")), "heropend"),
    ],
)
def test_each_end_has_its_word(book: Book, facts: tuple[Any, ...], toestand: str) -> None:
    book.dossier(*facts)
    assert only(book).toestand == toestand


def test_a_reopened_dossier_shows_what_was_sent_until_it_is_sent_again(book: Book) -> None:
    key = book.dossier(
        opened(), sent(zittingsdatum=FIRST), delivered(), BesluitGeopend(1, ABB),
        BesluitHeropend("fout"), VeldenGewijzigd({"zittingsdatum": LATER}),
    )  # fmt: skip
    assert only(book, ABB).zittingsdatum == FIRST
    again = sent(verzending=2, zittingsdatum=LATER)
    placed = book.write(f"toezicht/{key}", again, delivered(2))
    row = only(book, ABB)
    assert (row.zittingsdatum, row.toestand) == (LATER, "verzonden")
    moments = (row.verzonden_op, row.afgeleverd_op, row.geopend_op)
    assert moments == (placed[0].registered, placed[1].registered, None)


def test_the_name_of_the_sender_follows_the_register(book: Book) -> None:
    book.dossier(opened(AALST))
    assert only(book).bestuur_naam == ""
    book.register(AALST, "Gemeente Aalst")
    book.dossier(opened(AALST))
    assert {row.bestuur_naam for row in listed(book, AALST).rows} == {"Gemeente Aalst"}
    book.write(
        f"besturen/{stream_of(AALST)}",
        BestuurGewijzigd("Stad Aalst", "", "", "", "", "", "", "", "", ""),
    )
    assert {row.bestuur_naam for row in listed(book, AALST).rows} == {"Stad Aalst"}


# Who sees it


def test_a_bestuur_sees_its_own_dossiers_and_those_delivered_to_it(book: Book) -> None:
    mine = str(book.dossier(opened(AALST)))
    theirs = str(book.dossier(opened(GENT), sent(GENT), delivered()))
    assert [row.id for row in listed(book, AALST).rows] == [mine]
    assert [row.id for row in listed(book, GENT).rows] == [theirs]
    assert [row.id for row in listed(book, ABB).rows] == [theirs]


def test_a_draft_is_nobodys_but_its_senders(book: Book) -> None:
    book.dossier(opened(AALST), sent(AALST))
    assert listed(book, ABB, counted=True) == Page([], None, 0)


@pytest.mark.parametrize("scope", ["", "'; DROP TABLE inzendingen; --", "%", "{}"])
def test_a_stranger_sees_nothing(book: Book, scope: str) -> None:
    book.dossier(opened(AALST), sent(AALST), delivered())
    assert not listed(book, scope).rows


# Filters, order, pages


@pytest.fixture
def many(book: Book) -> Book:
    """For Aalst 10 dossiers: 4 drafts and 6 sent; 2 sent by Gent."""
    book.register(AALST, "Gemeente Aalst")
    for n in range(4):
        book.dossier(opened(zittingsdatum=f"2026-11-0{n + 1}T19:00:00Z"))
    for bestuur, n in ((AALST, 6), (GENT, 2)):
        for _ in range(n):
            book.dossier(opened(bestuur), sent(bestuur), delivered())
    return book


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(), 8),
        (Filters(besturen=(GENT,)), 2),
        (Filters(besturen=(AALST, GENT)), 8),
        (Filters(toestanden=("concept",)), 0),
        (Filters(toestanden=("verzonden", "ingetrokken")), 8),
        (Filters(dossiertypes=("urn:ander",)), 0),
        (Filters(dossiertypes=(LIJST,), ontvanger=ABB), 8),
        (Filters(ontvanger=AALST), 0),
        (Filters(klassen=("urn:ander",)), 0),
    ],
)
def test_filters_narrow_what_may_be_seen(many: Book, filters: Filters, found: int) -> None:
    page = listed(many, ABB, filters=filters, counted=True)
    assert len(page.rows) == page.count == found


def test_a_period_includes_its_beginning_and_not_its_end(many: Book) -> None:
    moments = [row.verzonden_op for row in listed(many, ABB, sort="verzonden").rows]
    period = Filters(verzonden_van=moments[2], verzonden_tot=moments[5])
    found = [row.verzonden_op for row in listed(many, ABB, filters=period, sort="verzonden").rows]
    assert found == moments[2:5]


KEYS: dict[str, Callable[[Inzending], Any]] = {
    "verzonden": lambda row: (row.verzonden_op is None, row.verzonden_op),
    "gewijzigd": lambda row: row.position,
    "zittingsdatum": lambda row: row.zittingsdatum,
    "bestuur": lambda row: row.bestuur_naam,
}


@pytest.mark.parametrize("sort", [sign + name for name in SORTS for sign in ("", "-")])
def test_pages_follow_on_each_other_in_every_order(many: Book, sort: str) -> None:
    rows: list[Inzending] = []
    after = None
    for size in (3, 3, 3, 3):
        page = listed(many, AALST, sort=sort, after=after, limit=size)
        rows += page.rows
        after = page.after
    assert after is None
    assert len({row.id for row in rows}) == len(rows) == 10
    keys = [KEYS[sort.removeprefix("-")](row) for row in rows]
    assert keys == sorted(keys, reverse=sort.startswith("-"))


def test_a_bookmark_holds_while_dossiers_come_and_go(many: Book) -> None:
    first = listed(many, ABB, limit=3)
    many.dossier(opened(), sent(), delivered())
    second = listed(many, ABB, after=first.after, limit=10)
    assert len(second.rows) == 5
    assert not {row.id for row in first.rows} & {row.id for row in second.rows}


def test_a_page_that_fits_exactly_has_no_next(many: Book) -> None:
    assert listed(many, ABB, limit=8).after is None
    assert listed(many, ABB, limit=7).after is not None


@pytest.mark.parametrize(
    "bookmark", ["", "x", "W10", "eyJ9", "WyItdmVyem9uZGVuIiwieCIsIjEiXQ", "é"]
)
def test_a_bookmark_of_ones_own_making_is_refused(many: Book, bookmark: str) -> None:
    with pytest.raises(OngeldigeBladwijzer):
        listed(many, ABB, after=bookmark)


def test_a_bookmark_of_another_order_is_refused(many: Book) -> None:
    after = listed(many, ABB, limit=3).after
    with pytest.raises(OngeldigeBladwijzer):
        listed(many, ABB, after=after, sort="gewijzigd")


@pytest.mark.parametrize("key", ["morgen", "\0", "9" * 30])
def test_a_bookmark_with_a_senseless_key_is_refused(many: Book, key: str) -> None:
    from loket.projections.inzendingen import _bookmark

    for sort in ("verzonden", "gewijzigd"):
        with pytest.raises(OngeldigeBladwijzer):
            listed(many, ABB, after=_bookmark(sort, key, str(uuid4())), sort=sort)


def test_an_unknown_order_is_refused_with_those_there_are(many: Book) -> None:
    with pytest.raises(OngeldigeSortering) as refused:
        listed(many, ABB, sort="id; DROP TABLE events")
    assert "verzonden, gewijzigd" in refused.value.detail


def test_rows_are_values(book: Book) -> None:
    book.dossier(opened())
    assert replace(only(book)) == only(book)
