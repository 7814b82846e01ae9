# SPDX-License-Identifier: EUPL-1.2
"""The worklist: who sees which dossier, and what the list says of it."""

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from dossiers import AALST, ABB, GENT, SUPERVISOR, Book, delivered, opened, sent
from loket.api.jsonapi.fetch import page
from loket.api.jsonapi.query import Query
from loket.api.resources.toezicht import INZENDINGEN
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
from loket.kernel import Actor
from loket.projections import PROJECTIONS
from loket.projections._runner import Projector

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


def listed(book: Book, scope: str) -> list[SimpleNamespace]:
    """The list, as this bestuur sees it."""
    project(book)

    async def ask() -> list[SimpleNamespace]:
        async with await connect_async(book.dsn) as conn:
            reader = Actor("urn:persoon:x", scope, "", frozenset())
            found = await page(conn, INZENDINGEN, Query(), reader)
            return [SimpleNamespace(**row) for row in found.rows]

    return asyncio.run(ask())


def only(book: Book, scope: str = AALST) -> SimpleNamespace:
    [row] = listed(book, scope)
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
    assert (row.ontvangers, row.status) == ([ABB], 3)


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
    assert {row.bestuur_naam for row in listed(book, AALST)} == {"Gemeente Aalst"}
    book.write(
        f"besturen/{stream_of(AALST)}",
        BestuurGewijzigd("Stad Aalst", "", "", "", "", "", "", "", "", ""),
    )
    assert {row.bestuur_naam for row in listed(book, AALST)} == {"Stad Aalst"}


# Who sees it


def test_a_bestuur_sees_its_own_dossiers_and_those_delivered_to_it(book: Book) -> None:
    mine = str(book.dossier(opened(AALST)))
    theirs = str(book.dossier(opened(GENT), sent(GENT), delivered()))
    assert [row.id for row in listed(book, AALST)] == [mine]
    assert [row.id for row in listed(book, GENT)] == [theirs]
    assert [row.id for row in listed(book, ABB)] == [theirs]


def test_a_draft_is_nobodys_but_its_senders(book: Book) -> None:
    book.dossier(opened(AALST), sent(AALST))
    assert listed(book, ABB) == []


@pytest.mark.parametrize("scope", ["", "'; DROP TABLE inzendingen; --", "%", "{}"])
def test_a_stranger_sees_nothing(book: Book, scope: str) -> None:
    book.dossier(opened(AALST), sent(AALST), delivered())
    assert not listed(book, scope)
