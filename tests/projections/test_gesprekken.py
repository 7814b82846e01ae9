# SPDX-License-Identifier: EUPL-1.2
"""Conversations as their two sides see them in lists."""

from typing import Any
from uuid import uuid4

from psycopg.rows import dict_row

from dossiers import AALST, ABB, CLERK, SUPERVISOR, Book
from loket.domain.berichten.words import (
    BerichtAfgeleverd,
    BerichtGelezen,
    BerichtGeopend,
    BerichtIngetrokken,
    BerichtOngelezenGemarkeerd,
    BerichtVerzonden,
    GesprekGesloten,
    GesprekGestart,
    GesprekHeropend,
    NotitieGemaakt,
    UitstelGevraagd,
    UitstelToegestaan,
)
from loket.evidence.store import connect
from loket.kernel import Document
from loket.projections import PROJECTIONS
from loket.projections._rebuild import rebuild
from loket.projections._runner import Projector

LETTER = Document("ab" * 32, 12, "brief.pdf", "application/pdf")


def message(number: int, van: str, naar: str, term: int = 0, *answers: int) -> list[Any]:
    sent = BerichtVerzonden(number, van, naar, "urn:type", "tekst", (LETTER,), term, answers)
    return [sent, BerichtAfgeleverd(number, naar)]


def start(book: Book, term: int = 0) -> str:
    stream = f"berichten/{uuid4()}"
    begin = GesprekGestart(ABB, AALST, "Reglement", "urn:type", "", "", "", "v1")
    book.write(stream, begin, *message(1, ABB, AALST, term), actor=SUPERVISOR)
    return stream


def rows(book: Book, table: str) -> list[dict[str, Any]]:
    projector = Projector(book.dsn, book.mapper, {"gesprekken": PROJECTIONS["gesprekken"]})
    with connect(book.dsn) as conn:
        while projector.work(conn):
            pass
        projector.close()
        cursor = conn.cursor(row_factory=dict_row)
        return cursor.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()


def message_row(book: Book, number: int = 1) -> dict[str, Any]:
    return next(row for row in rows(book, "berichten") if row["nummer"] == number)


def test_a_conversation_and_its_messages_have_the_moments_of_the_log(database: str) -> None:
    with Book(database) as book:
        stream = start(book)
        placed = book.write(stream, BerichtGeopend(1, AALST), BerichtGelezen(1, "jan"))
        book.write(stream, *message(2, AALST, ABB))
        found, row = rows(book, "gesprekken")[0], message_row(book)
    assert (found["van"], found["naar"], found["berichten"]) == (ABB, AALST, 2)
    assert (found["laatste_van"], found["versie"]) == (AALST, 7)
    assert row["geopend_op"] == placed[0].registered
    assert row["gelezen_door"] == ["jan"]
    assert row["documenten"] == [
        {"sha256": "ab" * 32, "naam": "brief.pdf", "formaat": "application/pdf", "grootte": 12}
    ]


def test_days_are_asked_and_granted(database: str) -> None:
    with Book(database) as book:
        stream = start(book, term=30)
        book.write(stream, UitstelGevraagd(1, AALST, 10, "ziek"))
        assert message_row(book)["uitstel"] == 10
        book.write(stream, UitstelToegestaan(1, ABB, 10), actor=SUPERVISOR)
        row = message_row(book)
    assert (row["reactietermijn"], row["uitstel"], row["verlengd"]) == (30, 0, 10)


def test_a_reply_answers_until_it_is_recalled(database: str) -> None:
    with Book(database) as book:
        stream = start(book, term=30)
        book.write(stream, *message(2, AALST, ABB, 0, 1))
        assert message_row(book)["beantwoord_door"] == 2
        book.write(stream, BerichtIngetrokken(2, AALST, "fout", False))
        assert message_row(book)["beantwoord_op"] is None
        assert message_row(book)["beantwoord_door"] == 0
        assert message_row(book, 2)["ingetrokken_reden"] == "fout"


def test_notes_closing_and_marks_are_kept(database: str) -> None:
    with Book(database) as book:
        stream = start(book)
        book.write(stream, NotitieGemaakt(AALST, "Bellen"), BerichtGelezen(1, "jan"))
        book.write(stream, BerichtOngelezenGemarkeerd(1, "jan"), actor=CLERK)
        book.write(stream, GesprekGesloten(ABB, ""), actor=SUPERVISOR)
        assert rows(book, "gesprekken")[0]["gesloten"]
        book.write(stream, GesprekHeropend(AALST, "nog iets"))
        assert not rows(book, "gesprekken")[0]["gesloten"]
        assert message_row(book)["gelezen_door"] == []
        notes = rows(book, "gesprekken_notities")
    assert [(note["bestuur"], note["tekst"]) for note in notes] == [(AALST, "Bellen")]


def test_a_rebuild_gives_the_same_rows(database: str) -> None:
    with Book(database) as book:
        stream = start(book, term=30)
        book.write(stream, BerichtGeopend(1, AALST), BerichtGelezen(1, "jan"))
        book.write(stream, *message(2, AALST, ABB, 0, 1), NotitieGemaakt(AALST, "x"))
        tables = ("gesprekken", "berichten", "gesprekken_notities")
        before = [rows(book, table) for table in tables]
        rebuild(book.dsn, book.mapper, ["gesprekken"])
        assert [rows(book, table) for table in tables] == before


def test_who_has_read_all_there_is_stands_with_the_conversation(database: str) -> None:
    with Book(database) as book:
        stream = start(book)
        assert _up_to_date(book) == (None, [])
        book.write(stream, BerichtGeopend(1, AALST), BerichtGelezen(1, "jan"))
        assert _up_to_date(book) == (None, ["jan"])
        book.write(stream, *message(2, ABB, AALST), actor=SUPERVISOR)
        assert _up_to_date(book) == (None, [])
        book.write(stream, BerichtIngetrokken(2, ABB, "fout", False), actor=SUPERVISOR)
        assert _up_to_date(book) == (None, ["jan"])
        book.write(stream, *message(3, AALST, ABB))
        assert _up_to_date(book) == ([], ["jan"])


def _up_to_date(book: Book) -> tuple[object, object]:
    row = rows(book, "gesprekken")[0]
    return row["bij_van"], row["bij_naar"]
