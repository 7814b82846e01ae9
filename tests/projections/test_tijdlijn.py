# SPDX-License-Identifier: EUPL-1.2
"""The timeline of a stream, and who may know of it."""

from typing import Any
from uuid import uuid4

import pytest

from dossiers import AALST, ABB, CLERK, GENT, SUPERVISOR, Book, delivered, life, opened, sent
from loket.domain import MODULES
from loket.domain.berichten.words import (
    BerichtAfgeleverd,
    BerichtGeopend,
    BerichtVerzonden,
    GesprekGestart,
    NotitieGemaakt,
)
from loket.domain.besturen import stream_of
from loket.domain.medewerkers.words import ProfielBijgewerkt
from loket.domain.toezicht.words import BesluitGeopend
from loket.evidence.store import connect
from loket.projections import PROJECTIONS
from loket.projections._runner import Projector
from loket.projections.tijdlijn import label

LINES = "SELECT type, moment, wie, voor FROM tijdlijn WHERE stream = %s ORDER BY seq"
ACCESS = """SELECT bestuur, persoon, eigenaar, position FROM toegang WHERE stream = %s
            ORDER BY position, bestuur"""


def found(book: Book, query: Any, stream: str) -> list[Any]:
    projector = Projector(book.dsn, book.mapper, {"tijdlijn": PROJECTIONS["tijdlijn"]})
    with connect(book.dsn) as conn:
        while projector.work(conn):
            pass
        rows = conn.execute(query, (stream,)).fetchall()
    projector.close()
    return rows


def test_a_timeline_tells_what_happened_when_and_by_whom(database: str) -> None:
    stream = f"toezicht/{uuid4()}"
    with Book(database) as book:
        book.register(AALST, "Gemeente Aalst")
        book.write(stream, opened(), sent(), delivered())
        book.write(stream, BesluitGeopend(1, ABB), actor=SUPERVISOR)
        rows = found(book, LINES, stream)
    assert [(label(kind), moment, wie) for kind, moment, wie, _ in rows] == [
        ("Concept opgesteld", None, AALST),
        ("Verzonden", "verzending", AALST),
        ("Afgeleverd bij de ontvanger", "aflevering", ABB),
        ("Voor het eerst geopend door de ontvanger", "opvraging", ABB),
    ]
    assert {voor for *_, voor in rows} == {""}


def test_a_recipient_knows_of_a_dossier_from_aflevering_on(database: str) -> None:
    stream = f"toezicht/{uuid4()}"
    with Book(database) as book:
        book.write(stream, opened(), sent())
        assert found(book, ACCESS, stream) == [(AALST, "", True, 0)]
        book.write(stream, delivered(), BesluitGeopend(1, ABB))
        book.write(stream, delivered(2))
        assert found(book, ACCESS, stream) == [(AALST, "", True, 0), (ABB, "", False, 2)]


def test_what_is_internal_is_for_the_bestuur_that_did_it(database: str) -> None:
    stream = f"berichten/{uuid4()}"
    start = GesprekGestart(ABB, AALST, "Vraag", "urn:type", "", "", "", "v1")
    message = BerichtVerzonden(1, ABB, AALST, "urn:type", "tekst", (), 30, ())
    with Book(database) as book:
        book.write(stream, start, message, BerichtAfgeleverd(1, AALST), actor=SUPERVISOR)
        book.write(stream, BerichtGeopend(1, AALST), NotitieGemaakt(AALST, "bellen"), actor=CLERK)
        rows = found(book, LINES, stream)
        assert [voor for *_, voor in rows] == ["", "", "", "", AALST]
        assert [moment for _, moment, *_ in rows] == [
            None, "verzending", "aflevering", "opvraging", None,
        ]  # fmt: skip
        assert [row[:2] for row in found(book, ACCESS, stream)] == [(ABB, ""), (AALST, "")]


def test_what_is_public_is_for_everyone(database: str) -> None:
    with Book(database) as book:
        book.register(GENT, "Gent")
        rows = found(book, ACCESS, f"besturen/{stream_of(GENT)}")
    assert rows == [("", "", False, 0), (GENT, "", True, 0)]


def test_what_is_a_persons_own_is_for_no_colleague(database: str) -> None:
    stream = f"medewerkers/{uuid4()}"
    with Book(database) as book:
        book.write(stream, ProfielBijgewerkt(ABB, "urn:persoon:an", "An", "", ()))
        assert found(book, ACCESS, stream) == [(ABB, "urn:persoon:an", True, 0)]


def test_a_timeline_names_no_person(database: str) -> None:
    stream = f"toezicht/{uuid4()}"
    with Book(database) as book:
        for fact, actor in life():
            book.write(stream, fact, actor=actor)
        assert len(found(book, LINES, stream)) == 8
        with connect(database) as conn:
            kept = str(conn.execute("SELECT to_jsonb(t) FROM tijdlijn AS t").fetchall())
    assert "persoon" not in kept
    assert "jan" not in kept


EVENTS = [(module.name, event) for module in MODULES.values() for event in module.events]


@pytest.mark.parametrize(("module", "event"), EVENTS, ids=str)
def test_every_event_has_words_of_its_own(module: str, event: type) -> None:
    name = event.__name__
    assert label(f"{module}.{name}")
    assert label(f"{module}.{name}") != name
    assert label(f"{module}.{name}.1") == label(f"{module}.{name}")
