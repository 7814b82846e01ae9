# SPDX-License-Identifier: EUPL-1.2
"""The queue of each supervisor, as rows."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from dossiers import AALST, ABB, GEMEENTE, GENT, LIJST, Book, delivered, opened, registered, sent
from loket.domain.behandelingen.words import (
    AntwoordOntvangen,
    BehandelingAfgesloten,
    BehandelingGestart,
    BehandelingHeropend,
    BehandelingToegewezen,
    DossierIngetrokken,
    GeenMaatregelVastgesteld,
    InBehandelingGenomen,
    NieuweVerzendingOntvangen,
    NotitieGemaakt,
    OpvragingGesteld,
    Overgedragen,
    ToezichtsbesluitGenomen,
    stream_of,
)
from loket.domain.besturen import BestuurGewijzigd
from loket.domain.besturen import stream_of as bestuur_stream
from loket.domain.medewerkers.words import stream_of as medewerker_stream
from loket.domain.toezicht.words import (
    BesluitAfgeleverd,
    BesluitGeopend,
    BesluitHeropend,
    BesluitIngetrokken,
    BesluitVerbeterd,
)
from loket.evidence.store import connect
from loket.projections import PROJECTIONS
from loket.projections._runner import Projector

TERM = {
    "regel": "toezicht-30",
    "vervaldag": "2026-12-02",
    "vervalt_op": "2026-12-02T23:00:00+00:00",
}
ENDS = datetime(2026, 12, 2, 23, tzinfo=UTC)


@pytest.fixture
def book(database: str) -> Iterator[Book]:
    with Book(database) as open_book:
        yield open_book


def rows(book: Book, *columns: str) -> list[tuple[Any, ...]]:
    projector = Projector(book.dsn, book.mapper, {"behandelingen": PROJECTIONS["behandelingen"]})
    with connect(book.dsn) as conn:
        while projector.work(conn):
            pass
        projector.close()
        query = f"SELECT {', '.join(columns)} FROM behandelingen ORDER BY ontvanger, afgeleverd_op"
        return conn.execute(query).fetchall()  # type: ignore[call-overload, no-any-return]


def sent_dossier(book: Book) -> UUID:
    return book.dossier(opened(), sent(), delivered())


def treated(book: Book, dossier: UUID, *facts: Any) -> None:
    book.write(f"behandelingen/{stream_of(str(dossier), ABB)}", *facts)


def begun(dossier: UUID) -> BehandelingGestart:
    return BehandelingGestart(
        dossier=str(dossier),
        verzending=1,
        ontvanger=ABB,
        bestuur=AALST,
        klasse=GEMEENTE,
        dossiertype=LIJST,
        partijen=(ABB, AALST),
        team="financien",
        afgeleverd_op="2026-11-02T08:00:00+00:00",
        termijn=TERM,
        referentie_versie="v1",
    )


def test_what_is_delivered_is_in_the_queue_before_anything_else_happens(book: Book) -> None:
    dossier = sent_dossier(book)
    names = ("id", "dossier", "ontvanger", "bestuur", "dossiertype", "status", "versie")
    (row,) = rows(book, *names)
    key = UUID(stream_of(str(dossier), ABB))
    assert row == (key, dossier, ABB, AALST, LIJST, "ontvangen", 0)


def test_each_recipient_has_its_own_row(book: Book) -> None:
    dossier = sent_dossier(book)
    book.write(f"toezicht/{dossier}", BesluitAfgeleverd(1, GENT))
    treated(book, dossier, begun(dossier), InBehandelingGenomen())
    found = rows(book, "ontvanger", "status")
    assert found == [(ABB, "in-behandeling"), (GENT, "ontvangen")]


def test_a_later_aflevering_knows_what_was_sent(book: Book) -> None:
    dossier = book.dossier(opened(), sent())
    assert rows(book, "id") == []
    book.write(f"toezicht/{dossier}", BesluitAfgeleverd(1, GENT))
    assert rows(book, "ontvanger", "bestuur", "dossiertype") == [(GENT, AALST, LIJST)]


def test_team_term_and_person_come_from_the_treatment(book: Book) -> None:
    dossier = sent_dossier(book)
    treated(book, dossier, begun(dossier), BehandelingToegewezen("an", "An"), NotitieGemaakt("x"))
    names = ("team", "regel", "vervalt_op", "persoon", "medewerker", "versie")
    who = UUID(medewerker_stream(ABB, "an"))
    assert rows(book, *names) == [("financien", "toezicht-30", ENDS, "an", who, 3)]
    treated(book, dossier, Overgedragen("", "", "erediensten", "hoort daar"))
    assert rows(book, "team", "persoon", "medewerker") == [("erediensten", "", None)]


def test_an_opvraging_interrupts_until_it_is_answered(book: Book) -> None:
    dossier = sent_dossier(book)
    asked = OpvragingGesteld(1, "2026-11-10T08:00:00+00:00", "Waar?", (), 0, TERM)
    treated(book, dossier, begun(dossier), asked)
    names = ("status", "lopend", "gestuit", "vervaldag")
    assert rows(book, *names) == [("opvraging-gesteld", 1, True, "2026-12-02")]
    later = {**TERM, "vervaldag": "2026-12-20"}
    treated(book, dossier, AntwoordOntvangen(1, "b", "", "2026-11-20", later, "v1"))
    assert rows(book, *names) == [("antwoord-ontvangen", 0, False, "2026-12-20")]


def test_outcome_expiry_closing_and_reopening_show(book: Book) -> None:
    dossier = sent_dossier(book)
    names = ("status", "uitkomst", "verstreken")
    treated(book, dossier, begun(dossier), GeenMaatregelVastgesteld(TERM))
    assert rows(book, *names) == [("termijn-verstreken", "", True)]
    treated(book, dossier, ToezichtsbesluitGenomen("opmerking", "m", (), TERM, ()))
    assert rows(book, *names) == [("besluit-genomen", "opmerking", True)]
    treated(book, dossier, BehandelingAfgesloten(""))
    assert rows(book, *names) == [("afgesloten", "opmerking", True)]
    treated(book, dossier, BehandelingHeropend("nieuw"))
    assert rows(book, "status", "afgesloten_op") == [("in-behandeling", None)]


@pytest.mark.parametrize(
    ("fact", "status"),
    [
        (BesluitIngetrokken("fout"), "ingetrokken"),
        (BesluitHeropend("vraag"), "teruggegeven"),
        (BesluitVerbeterd("x"), "verbeterd"),
    ],
)
def test_what_the_sender_takes_back_shows_at_once(book: Book, fact: Any, status: str) -> None:
    dossier = sent_dossier(book)
    book.write(f"toezicht/{dossier}", fact)
    assert rows(book, "status") == [(status,)]


def test_a_new_sending_starts_over_with_the_same_person(book: Book) -> None:
    dossier = sent_dossier(book)
    treated(book, dossier, begun(dossier), BehandelingToegewezen("an", "An"))
    book.write(f"toezicht/{dossier}", BesluitGeopend(1, ABB), BesluitHeropend("vraag"))
    treated(book, dossier, DossierIngetrokken(1, "vraag"))
    book.write(f"toezicht/{dossier}", sent(verzending=2), delivered(2))
    names = ("verzending", "status", "persoon", "geopend_op", "vervalt_op")
    assert rows(book, *names) == [(2, "ontvangen", "an", None, None)]
    again = NieuweVerzendingOntvangen(2, "financien", "2026-11-20T08:00:00+00:00", TERM, "v1")
    treated(book, dossier, again)
    assert rows(book, "vervalt_op") == [(ENDS,)]


def test_names_and_provinces_follow_the_register(book: Book) -> None:
    sent_dossier(book)
    assert rows(book, "bestuur_naam", "provincie") == [("", "")]
    book.register(AALST, "Gemeente Aalst")
    assert rows(book, "bestuur_naam") == [("Gemeente Aalst",)]
    entry = registered(AALST, "Stad Aalst")
    values = {name: getattr(entry, name) for name in entry.__slots__ if name != "uri"}
    book.write(
        f"besturen/{bestuur_stream(AALST)}", BestuurGewijzigd(**values | {"provincie": "urn:ov"})
    )
    sent_dossier(book)
    assert rows(book, "bestuur_naam", "provincie") == [("Stad Aalst", "urn:ov")] * 2


def test_every_aflevering_is_kept_with_its_leaf(book: Book) -> None:
    dossier = sent_dossier(book)
    book.write(f"toezicht/{dossier}", BesluitHeropend("x"), sent(verzending=2), delivered(2))
    rows(book, "id")
    with connect(book.dsn) as conn:
        kept = conn.execute(
            """SELECT a.verzending, a.leaf_hash = e.leaf_hash
               FROM behandelingen_afleveringen AS a JOIN events AS e USING (position)
               ORDER BY position"""
        ).fetchall()
    assert kept == [(1, True), (2, True)]
