# SPDX-License-Identifier: EUPL-1.2
"""The people of each bestuur, as rows."""

import asyncio
from collections.abc import Iterator
from datetime import date

import psycopg
import pytest

from dossiers import ABB, GENT, Book
from loket.domain.medewerkers.words import (
    AfwezigheidBeeindigd,
    AfwezigheidGemeld,
    MailvoorkeurIngesteld,
    ProfielBijgewerkt,
    ZoekopdrachtBewaard,
    ZoekopdrachtVerwijderd,
    stream_of,
)
from loket.evidence.store import connect
from loket.projections import PROJECTIONS
from loket.projections._runner import Projector
from loket.projections.medewerkers import Wens, wanted

AN = f"medewerkers/{stream_of(ABB, 'an')}"
BEA = f"medewerkers/{stream_of(ABB, 'bea')}"
PROFILE = ProfielBijgewerkt(ABB, "an", "An Peeters", "an@abb.example", ("financien",))
SEARCH = ZoekopdrachtBewaard("Mijn", "behandelingen", "filter[van]=mij")


@pytest.fixture
def book(database: str) -> Iterator[Book]:
    with Book(database) as opened:
        opened.write(
            AN, ProfielBijgewerkt(ABB, "an", "An Peeters", "an@abb.example", ("financien",))
        )
        yield opened


def project(book: Book) -> None:
    projector = Projector(book.dsn, book.mapper, {"medewerkers": PROJECTIONS["medewerkers"]})
    with connect(book.dsn) as conn:
        while projector.work(conn):
            pass
    projector.close()


def rows(book: Book, query: str) -> list[tuple[object, ...]]:
    project(book)
    with connect(book.dsn) as conn:
        return conn.execute(query).fetchall()  # type: ignore[call-overload, no-any-return]


def test_a_profile_is_shown_as_it_stands(book: Book) -> None:
    book.write(AN, ProfielBijgewerkt(ABB, "an", "An Maes", "am@abb.example", ()))
    query = "SELECT bestuur, persoon, naam, email, teams, versie FROM medewerkers"
    assert rows(book, query) == [(ABB, "an", "An Maes", "am@abb.example", [], 2)]


def test_an_absence_comes_and_goes(book: Book) -> None:
    query = "SELECT afwezig_van, afwezig_tot, vervanger, vervanger_naam, teams FROM medewerkers"
    book.write(AN, AfwezigheidGemeld("2026-03-02", "2026-03-09", "bea", "Bea"))
    away = (date(2026, 3, 2), date(2026, 3, 9), "bea", "Bea", ["financien"])
    assert rows(book, query) == [away]
    book.write(AN, AfwezigheidBeeindigd("2026-03-04"))
    assert rows(book, query) == [(None, None, "", "", ["financien"])]


def test_searches_are_kept_until_they_are_forgotten(book: Book) -> None:
    query = "SELECT naam, bron, vraag FROM zoekopdrachten ORDER BY naam"
    book.write(AN, SEARCH)
    book.write(AN, ZoekopdrachtBewaard("Weg", "toezicht", ""))
    assert len(rows(book, query)) == 2
    book.write(AN, ZoekopdrachtVerwijderd("Weg"))
    book.write(AN, ZoekopdrachtBewaard("Mijn", "behandelingen", ""))
    assert rows(book, query) == [("Mijn", "behandelingen", "")]


def test_a_search_forgotten_and_kept_in_one_batch_is_kept(book: Book) -> None:
    for fact in (SEARCH, ZoekopdrachtVerwijderd("Mijn"), SEARCH):
        book.write(AN, fact)
    assert len(rows(book, "SELECT id FROM zoekopdrachten")) == 1


def test_who_wants_mail_is_found_with_the_address_that_counts(book: Book) -> None:
    gent = f"medewerkers/{stream_of(GENT, 'x')}"
    book.write(BEA, ProfielBijgewerkt(ABB, "bea", "Bea", "", ()))
    book.write(gent, ProfielBijgewerkt(GENT, "x", "X", "x@gent.example", ()))
    book.write(AN, MailvoorkeurIngesteld("nieuw-dossier", "direct", "team@abb.example"))
    book.write(AN, MailvoorkeurIngesteld("nieuw-dossier", "dagelijks", ""))
    book.write(AN, MailvoorkeurIngesteld("nieuw-bericht", "geen", ""))
    book.write(BEA, MailvoorkeurIngesteld("nieuw-dossier", "direct", ""))
    book.write(gent, MailvoorkeurIngesteld("nieuw-dossier", "direct", "team@gent.example"))
    project(book)

    async def ask(*besturen: str, soort: str) -> list[Wens]:
        async with await psycopg.AsyncConnection.connect(book.dsn) as conn:
            return await wanted(conn, besturen, soort)

    mine = Wens(ABB, "an", "An Peeters", "an@abb.example", "dagelijks", ("financien",))
    other = Wens(GENT, "x", "X", "team@gent.example", "direct", ())
    assert asyncio.run(ask(ABB, soort="nieuw-dossier")) == [mine]
    assert set(asyncio.run(ask(ABB, GENT, soort="nieuw-dossier"))) == {mine, other}
    assert asyncio.run(ask(ABB, soort="nieuw-bericht")) == []
