# SPDX-License-Identifier: EUPL-1.2
"""Terms as both sides see them: what starts, interrupts, restarts and ends one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from dossiers import AALST, ABB, LIJST, SUPERVISOR, Book, delivered, opened, sent
from loket.domain.behandelingen.words import (
    AntwoordOntvangen,
    BehandelingAfgesloten,
    BehandelingGestart,
    BehandelingHeropend,
    DossierIngetrokken,
    DossierTeruggegeven,
    DossierVerbeterd,
    GeenMaatregelVastgesteld,
    NieuweVerzendingOntvangen,
    OpvragingGesteld,
    ToezichtsbesluitGenomen,
)
from loket.domain.berichten.words import (
    BerichtAfgeleverd,
    BerichtIngetrokken,
    BerichtVerzonden,
    GesprekGestart,
    UitstelToegestaan,
)
from loket.domain.referentie import DefinitieVastgesteld
from loket.domain.toezicht.words import (
    BesluitHeropend,
    BesluitIngetrokken,
    BesluitVerbeterd,
    BesluitVerworpen,
    VeldenGewijzigd,
)
from loket.evidence.store import connect
from loket.projections import PROJECTIONS
from loket.projections._rebuild import rebuild
from loket.projections._runner import Projector
from loket.projections.termijnen.rows import Termijn
from loket.reference import load
from loket.reference.termijnen import bereken

ZITTING = "2026-03-02T19:00:00Z"
"""A Monday: what was decided is to be published by Thursday 12 March."""


@pytest.fixture
def book(database: str) -> Iterator[Book]:
    with Book(database) as opened_book:
        yield opened_book


def project(book: Book) -> None:
    projector = Projector(book.dsn, book.mapper, {"termijnen": PROJECTIONS["termijnen"]})
    with connect(book.dsn) as conn:
        while projector.work(conn):
            pass
    projector.close()


def terms(book: Book) -> dict[str, dict[str, Any]]:
    """All terms, by name and number."""
    project(book)
    return rows(book)


def rows(book: Book) -> dict[str, dict[str, Any]]:
    with connect(book.dsn) as conn:
        cursor = conn.execute("SELECT * FROM termijnen ORDER BY stroom, sleutel, nummer")
        assert cursor.description
        names = [column.name for column in cursor.description]
        found = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
    return {f"{row['sleutel']}:{row['nummer']}": row for row in found}


# Duties of a sender


def test_a_draft_shows_by_when_it_must_be_published(book: Book) -> None:
    book.dossier(opened(zittingsdatum=ZITTING))
    [term] = terms(book).values()
    assert (term["regel"], term["soort"], term["bestuur"]) == ("publicatie-10", "plicht", AALST)
    assert (term["vervaldag"], term["toestand"]) == (date(2026, 3, 12), "lopend")
    assert term["vervalt_op"] == datetime(2026, 3, 12, 23, tzinfo=UTC)
    assert term["partijen"] == [AALST]
    assert term["berekening"]["eerste"] == "2026-03-03"


def test_a_draft_without_a_day_has_no_terms(book: Book) -> None:
    book.dossier(opened(bestuursorgaan="urn:orgaan"))
    assert not terms(book)


@pytest.mark.parametrize("value", ["morgen", "2026-03-02T19:00:00", "9999-12-31", "2026-13-01", 7])
def test_a_draft_with_a_senseless_day_has_no_terms(book: Book, value: Any) -> None:
    book.dossier(replace(opened(), velden={"zittingsdatum": value}))
    assert not terms(book)


def test_publication_in_time_or_late_is_judged_by_the_day_claimed(book: Book) -> None:
    stream = book.dossier(opened(zittingsdatum=ZITTING, publicatiedatum="2026-03-12"))
    first = terms(book)["publicatie-10:1"]
    assert (first["toestand"], first["opgegeven"]) == ("nageleefd", "2026-03-12")
    book.write(f"toezicht/{stream}", VeldenGewijzigd({"publicatiedatum": "2026-03-13"}))
    again = terms(book)["publicatie-10:1"]
    assert (again["toestand"], again["opgegeven"]) == ("te_laat", "2026-03-13")
    assert (again["id"], again["versie"]) == (first["id"], first["versie"] + 1)


def test_the_report_is_due_on_the_day_of_publication(book: Book) -> None:
    stream = book.dossier(opened(zittingsdatum=ZITTING, publicatiedatum="2026-03-12"))
    term = terms(book)["melding-zelfde-dag:1"]
    assert (term["vervaldag"], term["toestand"]) == (date(2026, 3, 12), "lopend")
    book.write(f"toezicht/{stream}", VeldenGewijzigd({"publicatiedatum": None}))
    assert terms(book)["melding-zelfde-dag:1"]["toestand"] == "beeindigd"


@pytest.mark.parametrize(
    ("day", "toestand"), [("2020-03-12", "te_laat"), ("2300-03-12", "nageleefd")]
)
def test_the_report_is_judged_by_the_moment_the_log_registered(
    book: Book, day: str, toestand: str
) -> None:
    fields = {"zittingsdatum": ZITTING, "publicatiedatum": day}
    book.dossier(opened(**fields), sent(**fields), delivered())
    term = terms(book)["melding-zelfde-dag:1"]
    assert term["toestand"] == toestand
    assert term["beeindigd_op"] == term["sinds"]


def test_a_recipient_sees_the_duties_from_aflevering_on(book: Book) -> None:
    stream = book.dossier(opened(zittingsdatum=ZITTING))
    book.write(f"toezicht/{stream}", sent(zittingsdatum=ZITTING), delivered())
    assert terms(book)["publicatie-10:1"]["partijen"] == sorted([AALST, ABB])


def test_a_reopened_dossier_keeps_its_terms_until_it_is_sent_again(book: Book) -> None:
    later = "2026-03-03T19:00:00Z"
    stream = book.dossier(
        opened(zittingsdatum=ZITTING), sent(zittingsdatum=ZITTING), delivered(),
        BesluitHeropend("fout"), VeldenGewijzigd({"zittingsdatum": later}),
    )  # fmt: skip
    assert terms(book)["publicatie-10:1"]["vervaldag"] == date(2026, 3, 12)
    book.write(f"toezicht/{stream}", sent(verzending=2, zittingsdatum=later), delivered(2))
    assert terms(book)["publicatie-10:1"]["vervaldag"] == date(2026, 3, 13)


@pytest.mark.parametrize(
    "end", [BesluitVerworpen(), BesluitIngetrokken("fout"), BesluitVerbeterd("ander")]
)
def test_what_is_withdrawn_discarded_or_corrected_is_no_longer_due(book: Book, end: Any) -> None:
    book.dossier(opened(zittingsdatum=ZITTING), end)
    assert terms(book)["publicatie-10:1"]["toestand"] == "beeindigd"


def test_a_dossier_that_corrects_another_has_no_duties_of_its_own(book: Book) -> None:
    book.dossier(opened(verbetert=str(uuid4()), zittingsdatum=ZITTING))
    assert not terms(book)


# Reaction terms of messages


def conversation(book: Book, dagen: int = 10, behandeling: str = "") -> str:
    stream = f"berichten/{uuid4()}"
    book.write(
        stream,
        GesprekGestart(ABB, AALST, "Vraag", "urn:type", "toezicht/1", behandeling, "", "v1"),
        BerichtVerzonden(1, ABB, AALST, "urn:type", "Wat?", (), dagen, ()),
        BerichtAfgeleverd(1, AALST),
        actor=SUPERVISOR,
    )
    return stream


def test_a_reaction_term_counts_from_aflevering(book: Book) -> None:
    stream = conversation(book)
    [term] = terms(book).values()
    assert (term["regel"], term["soort"], term["bestuur"]) == ("reactie", "reactie", AALST)
    assert (term["stroom"], term["verwijzing"]) == (stream, "1")
    assert (term["dossier"], term["partijen"]) == ("toezicht/1", sorted([AALST, ABB]))
    assert term["berekening"]["dagen"] == "10"
    assert term["berekening"]["moment"] == term["sinds"].isoformat().replace("+00:00", "Z")


def test_a_message_without_a_term_has_none(book: Book) -> None:
    conversation(book, dagen=0)
    assert not terms(book)


def test_an_answer_meets_it_and_its_recall_revives_it(book: Book) -> None:
    stream = conversation(book)
    book.write(stream, BerichtVerzonden(2, AALST, ABB, "urn:r", "Dit.", (), 0, (1,)))
    assert terms(book)["reactie/1:1"]["toestand"] == "nageleefd"
    book.write(stream, BerichtIngetrokken(2, AALST, "fout", False))
    again = terms(book)["reactie/1:1"]
    assert (again["toestand"], again["beeindigd_op"]) == ("lopend", None)


def test_a_recalled_message_is_no_longer_due(book: Book) -> None:
    book.write(conversation(book), BerichtIngetrokken(1, ABB, "fout", False), actor=SUPERVISOR)
    assert terms(book)["reactie/1:1"]["toestand"] == "beeindigd"


def test_more_days_lengthen_the_term_from_the_same_beginning(book: Book) -> None:
    stream = conversation(book, dagen=10)
    before = terms(book)["reactie/1:1"]
    book.write(stream, UitstelToegestaan(1, ABB, 5), actor=SUPERVISOR)
    after = terms(book)["reactie/1:1"]
    assert after["berekening"]["dagen"] == "15"
    assert after["berekening"]["moment"] == before["berekening"]["moment"]
    assert (after["id"], after["versie"]) == (before["id"], before["versie"] + 1)
    assert after["vervalt_op"] > before["vervalt_op"]


# Supervision


def record(day: str, regel: str = "toezicht-30") -> dict[str, str]:
    reference = load()
    rule = reference.termijnregels[regel]
    return bereken(rule, date.fromisoformat(day), reference.kalender).as_record()


def treated(book: Book, *facts: Any, day: str = "2200-03-03") -> dict[str, dict[str, Any]]:
    """The terms of a behandeling of which the term began on that day."""
    began = BehandelingGestart(
        "77", 1, ABB, AALST, "urn:k", LIJST, (ABB, AALST), "", "x", record(day), "v1"
    )
    book.write(f"behandelingen/{uuid4()}", began, *facts, actor=SUPERVISOR)
    return terms(book)


ASKED = OpvragingGesteld(1, "x", "Wat?", (), 0, {"regel": "toezicht-30"})
UNINTERRUPTED = replace(ASKED, gestuit={})
ANSWERED = AntwoordOntvangen(1, "b", "", "x", record("2200-05-05"), "v1")


def decision(uitkomst: str) -> ToezichtsbesluitGenomen:
    return ToezichtsbesluitGenomen(uitkomst, "want", (), {}, ())


def test_supervision_runs_as_the_event_counted_it(book: Book) -> None:
    [term] = treated(book).values()
    assert (term["soort"], term["bestuur"], term["toestand"]) == ("toezicht", ABB, "lopend")
    assert term["berekening"] == record("2200-03-03")
    assert (term["dossier"], term["partijen"]) == ("toezicht/77", sorted([AALST, ABB]))
    assert term["vast_te_stellen"]


def test_a_request_interrupts_and_the_answer_starts_a_new_term(book: Book) -> None:
    found = treated(book, ASKED, ANSWERED)
    assert [(t["toestand"], t["vast_te_stellen"]) for t in found.values()] == [
        ("gestuit", False),
        ("lopend", True),
    ]
    assert found["toezicht:2"]["berekening"] == record("2200-05-05")


def test_a_request_that_does_not_interrupt_leaves_the_term(book: Book) -> None:
    [term] = treated(book, UNINTERRUPTED, replace(ANSWERED, termijn={})).values()
    assert (term["toestand"], term["vast_te_stellen"]) == ("lopend", True)


@pytest.mark.parametrize(
    ("uitkomst", "toestand", "vast_te_stellen"),
    [
        ("opmerking", "lopend", True),
        ("geen-maatregel", "nageleefd", True),
        ("goedkeuring", "nageleefd", True),
        ("schorsing", "nageleefd", False),
        ("vernietiging", "nageleefd", False),
        ("niet-goedkeuring", "nageleefd", False),
    ],
)
def test_only_a_measure_settles_a_term_before_its_end(
    book: Book, uitkomst: str, toestand: str, vast_te_stellen: bool
) -> None:
    [term] = treated(book, decision(uitkomst)).values()
    assert (term["toestand"], term["vast_te_stellen"]) == (toestand, vast_te_stellen)


def test_a_decision_after_the_term_is_late(book: Book) -> None:
    [term] = treated(book, decision("geen-maatregel"), day="2020-03-03").values()
    assert term["toestand"] == "te_laat"


@pytest.mark.parametrize(
    "facts",
    [
        (),
        (decision("geen-maatregel"), BehandelingAfgesloten("")),
        (BehandelingAfgesloten("niets te doen"),),
    ],
)
def test_the_end_without_a_measure_is_established(book: Book, facts: tuple[Any, ...]) -> None:
    [term] = treated(book, *facts, GeenMaatregelVastgesteld({})).values()
    assert (term["toestand"], term["vast_te_stellen"]) == ("vervallen", False)


@pytest.mark.parametrize(
    ("fact", "toestand"),
    [(BehandelingAfgesloten("x"), "beeindigd"), (decision("geen-maatregel"), "nageleefd")],
)
def test_reopening_lets_the_term_run_again(book: Book, fact: Any, toestand: str) -> None:
    assert treated(book, fact)["toezicht:1"]["toestand"] == toestand
    treated(book, fact, BehandelingHeropend("x"))
    with connect(book.dsn) as conn:
        found = conn.execute("SELECT toestand FROM termijnen ORDER BY position DESC").fetchone()
    assert found == ("lopend",)


@pytest.mark.parametrize(
    "fact",
    [DossierIngetrokken(1, "x"), DossierTeruggegeven(1, "x"), DossierVerbeterd(1, str(uuid4()))],
)
def test_without_a_sending_nothing_runs(book: Book, fact: Any) -> None:
    [term] = treated(book, fact).values()
    assert (term["toestand"], term["vast_te_stellen"]) == ("beeindigd", False)


def test_a_new_sending_starts_over(book: Book) -> None:
    again = NieuweVerzendingOntvangen(2, "", "x", record("2200-06-03"), "v1")
    found = treated(book, again)
    assert [term["toestand"] for term in found.values()] == ["beeindigd", "lopend"]


@pytest.mark.parametrize(
    ("day", "toestand"), [("2026-01-01", "nageleefd"), ("2300-01-01", "te_laat")]
)
def test_an_answer_by_post_ends_the_reaction_term_too(book: Book, day: str, toestand: str) -> None:
    treatment = f"behandelingen/{uuid4()}"
    stream = conversation(book, behandeling=treatment)
    other = conversation(book)
    project(book)
    post = replace(ANSWERED, bericht="", ontvangen_op=day, termijn={})
    book.write(treatment, ANSWERED, post, actor=SUPERVISOR)
    project(book)
    with connect(book.dsn) as conn:
        found = conn.execute("SELECT stroom, toestand, opgegeven FROM termijnen").fetchall()
    reactions = {row[0]: row[1:] for row in found if row[0].startswith("berichten/")}
    assert reactions == {stream: (toestand, day), other: ("lopend", "")}


# The same from the log alone


def test_a_rebuild_gives_the_same_rows(book: Book) -> None:
    book.dossier(opened(zittingsdatum=ZITTING), sent(zittingsdatum=ZITTING), delivered())
    book.write(conversation(book), BerichtVerzonden(2, AALST, ABB, "urn:r", "Dit.", (), 3, (1,)))
    before = terms(book)
    rebuild(book.dsn, book.mapper, ["termijnen"], limit=1)
    assert rows(book) == before


def test_the_columns_are_those_of_a_term(book: Book) -> None:
    book.dossier(opened(zittingsdatum=ZITTING))
    [term] = terms(book).values()
    assert set(term) == set(Termijn.__slots__)


def test_a_changed_rule_counts_from_then_on(book: Book) -> None:
    stream = f"referentie/{uuid4()}"
    before = book.dossier(opened(zittingsdatum=ZITTING))
    rule = (
        '{"id": "publicatie-10", "label": "Bekendmaking", "soort": "plicht", "dagen": 12, '
        '"vanaf_dag_na": true, "schuift": [], "bron": "Proef", "herinneringen": [], '
        '"plicht": {"begint": "zittingsdatum", "voldaan": "publicatiedatum"}}'
    )
    book.write(stream, DefinitieVastgesteld("termijnregel", "publicatie-10", rule, "", "", ""))
    after = book.dossier(opened(zittingsdatum=ZITTING))
    project(book)
    with connect(book.dsn) as conn:
        found = dict(conn.execute("SELECT stroom, vervaldag FROM termijnen").fetchall())
    assert found == {
        f"toezicht/{before}": date(2026, 3, 12),
        f"toezicht/{after}": date(2026, 3, 14),
    }
