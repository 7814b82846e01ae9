# SPDX-License-Identifier: EUPL-1.2
"""The register as it stands now."""

from collections.abc import Iterator

import pytest

from dossiers import AALST, GENT, Book
from loket.domain.besturen import (
    BestuurGefuseerd,
    BestuurGeregistreerd,
    BestuurGewijzigd,
    RelatieBeeindigd,
    RelatieGelegd,
    stream_of,
)
from loket.evidence.store import connect
from loket.projections import PROJECTIONS
from loket.projections._runner import Projector
from loket.projections.besturen import read_besturen, read_relaties
from loket.reference import Bestuur, Relatie
from loket.reference.relaties import MEDEFINANCIERING, TOEZICHT

ENTRY = Bestuur(
    AALST, "Gemeente Aalst", "urn:klasse", "urn:actief", "0207437468", "OVO001942", "41002",
    "urn:gebied", "urn:provincie", "Aalst", "Oost-Vlaanderen",
)  # fmt: skip
VALUES = {name: getattr(ENTRY, name) for name in Bestuur.__slots__}


@pytest.fixture
def book(database: str) -> Iterator[Book]:
    with Book(database) as opened:
        opened.write(f"besturen/{stream_of(AALST)}", BestuurGeregistreerd(**VALUES))
        yield opened


def register(book: Book) -> dict[str, Bestuur]:
    projector = Projector(book.dsn, book.mapper, {"besturen": PROJECTIONS["besturen"]})
    with connect(book.dsn) as conn:
        while projector.work(conn):
            pass
        projector.close()
        return dict(read_besturen(conn))


def test_a_registered_bestuur_is_read_back_whole(book: Book) -> None:
    assert register(book) == {AALST: ENTRY}


def test_a_change_replaces_what_the_register_says(book: Book) -> None:
    changed = {name: value for name, value in VALUES.items() if name != "uri"}
    changed["naam"] = "Stad Aalst"
    book.write(f"besturen/{stream_of(AALST)}", BestuurGewijzigd(**changed))
    assert register(book)[AALST].naam == "Stad Aalst"
    assert register(book)[AALST].uri == AALST


def test_a_merged_bestuur_stays_known_with_its_successor(book: Book) -> None:
    book.write(f"besturen/{stream_of(AALST)}", BestuurGefuseerd(GENT, "2027-01-01"))
    assert register(book) == {AALST: ENTRY}
    with connect(book.dsn) as conn:
        row = conn.execute("SELECT opvolger, gefuseerd_op, position FROM besturen").fetchone()
    assert row == (GENT, "2027-01-01", 1)


def test_a_second_registration_of_one_uri_does_not_stop_the_register(book: Book) -> None:
    again = BestuurGeregistreerd(**{**VALUES, "naam": "Nogmaals"})
    book.write("besturen/0a0a0a0a-0000-4000-8000-000000000000", again)
    assert register(book)[AALST].naam == "Nogmaals"


def test_relations_are_read_back_with_their_days(book: Book) -> None:
    eb = "https://voorbeeld.example/id/bestuurseenheden/kerkfabriek"
    stream = f"besturen/{stream_of(eb)}"
    laid = RelatieGelegd(TOEZICHT, GENT, "2020-01-01", "")
    book.write(
        stream,
        BestuurGeregistreerd(**{**VALUES, "uri": eb}),
        laid,
        RelatieGelegd(MEDEFINANCIERING, AALST, "2020-01-01", "2030-12-31"),
    )
    assert {uri: len(found) for uri, found in relations(book).items()} == {eb: 2}
    book.write(stream, RelatieBeeindigd(TOEZICHT, GENT, "2025-12-31"))
    assert relations(book)[eb] == (
        Relatie(TOEZICHT, GENT, "2020-01-01", "2025-12-31"),
        Relatie(MEDEFINANCIERING, AALST, "2020-01-01", "2030-12-31"),
    )


def relations(book: Book) -> dict[str, tuple[Relatie, ...]]:
    register(book)
    with connect(book.dsn) as conn:
        return dict(read_relaties(conn))


def test_each_version_lasts_until_the_next(book: Book) -> None:
    stream = f"besturen/{stream_of(AALST)}"
    rest = {name: value for name, value in VALUES.items() if name != "uri"}
    changed = [BestuurGewijzigd(**{**rest, "naam": name}) for name in ("Stad Aalst", "Aalst")]
    book.write(stream, changed[0])
    register(book)
    book.write(stream, changed[1], BestuurGefuseerd(GENT, "2027-01-01"))
    register(book)
    with connect(book.dsn) as conn:
        rows = conn.execute(
            "SELECT naam, opvolger, vanaf, tot FROM besturen_versies ORDER BY position"
        ).fetchall()
    assert [row[:2] for row in rows] == [
        ("Gemeente Aalst", ""), ("Stad Aalst", ""), ("Aalst", ""), ("Aalst", GENT),
    ]  # fmt: skip
    assert [row[3] for row in rows] == [*(row[2] for row in rows[1:]), None]
