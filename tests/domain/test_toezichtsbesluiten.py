# SPDX-License-Identifier: EUPL-1.2
"""Behandelingen, in sentences: questions, outcomes, expiry, closing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from given import AALST, ABB, GENT, MACHINE, given, klasse
from treating import (
    _TYPE,
    ASKED,
    CLOSED,
    EDITOR,
    EXPIRED,
    FILES,
    LATE,
    LEKP,
    LETTER,
    LETTER_KEPT,
    LOCAL,
    OPENED,
    STATUTEN,
    decision,
    first,
    outcome,
    state_of,
)

from loket.domain.behandelingen import MODULE
from loket.domain.behandelingen.refusals import (
    AlAfgesloten,
    AlBeslist,
    GeenOpvraging,
    GeenUitkomst,
    NietAfgesloten,
    OnbekendeUitkomst,
    OngeldigeBijlage,
    OngeldigeMelding,
    OngeldigeOntvangst,
    OngeldigeTekst,
    OngeldigeTermijn,
    OpvragingLoopt,
    TermijnLoopt,
    TermijnVerstreken,
    Twijfelachtig,
)
from loket.domain.behandelingen.state import Fase
from loket.domain.behandelingen.words import (
    AntwoordOntvangen,
    AntwoordRegistreren,
    AntwoordVaststellen,
    BehandelingAfgesloten,
    BehandelingAfsluiten,
    BehandelingHeropend,
    BehandelingHeropenen,
    GeenMaatregelVaststellen,
    InBehandelingNemen,
    OpvragingGesteld,
    OpvragingStellen,
    ToezichtsbesluitGenomen,
)
from loket.kernel import Refused

# Questions and answers


def test_an_opvraging_interrupts_the_term() -> None:
    ask = OpvragingStellen("Waar is het advies?", 14, (LETTER,))
    asked = replace(ASKED, dagen=14, documenten=(LETTER_KEPT,))
    given(OPENED, documents=FILES).when(ask, by=EDITOR).then(asked)
    after = state_of(OPENED, asked)
    assert (after.fase, after.lopend, after.termijn) == (Fase.OPVRAGING, 1, {})


def test_the_term_does_not_expire_while_an_answer_is_awaited() -> None:
    expire = given(OPENED, ASKED, at=LATE).when(GeenMaatregelVaststellen(), by=MACHINE)
    assert "stuit" in expire.refuses(TermijnLoopt).detail


def test_an_opvraging_after_the_term_is_refused_with_the_rule() -> None:
    ask = OpvragingStellen("Nog iets?")
    refusal = given(OPENED, at=LATE).when(ask, by=EDITOR).refuses(TermijnVerstreken)
    assert "toezicht-30" in refusal.detail
    assert "2026-04-01" in refusal.detail
    given(OPENED, EXPIRED).when(ask, by=EDITOR).refuses(TermijnVerstreken)


def test_an_opvraging_on_the_last_day_is_in_time() -> None:
    last = datetime(2026, 4, 1, 21, 59, tzinfo=UTC)
    given(OPENED, at=last).when(OpvragingStellen("Nog iets?"), by=EDITOR).gives(OpvragingGesteld)
    over = last + timedelta(minutes=1)
    given(OPENED, at=over).when(OpvragingStellen("Nog iets?"), by=EDITOR).refuses(TermijnVerstreken)


def test_one_opvraging_at_a_time() -> None:
    given(OPENED, ASKED).when(OpvragingStellen("En dit?"), by=EDITOR).refuses(OpvragingLoopt)


@pytest.mark.parametrize(
    ("ask", "refusal"),
    [
        (OpvragingStellen(" "), OngeldigeTekst),
        (OpvragingStellen("x", 366), OngeldigeTermijn),
        (OpvragingStellen("x", -1), OngeldigeTermijn),
        (OpvragingStellen("x", 0, (LETTER,)), OngeldigeBijlage),
    ],
)
def test_an_opvraging_says_something_usable(ask: OpvragingStellen, refusal: type[Refused]) -> None:
    given(OPENED).when(ask, by=EDITOR).refuses(refusal)


def test_an_answer_starts_a_new_term_the_day_after() -> None:
    received = AntwoordRegistreren("bericht-1", "2026-03-20T14:00:00+00:00")
    (fact,) = given(OPENED, ASKED).when(received, by=MACHINE).gives(AntwoordOntvangen)
    assert (fact.nummer, fact.bericht) == (1, "bericht-1")
    assert fact.termijn["eerste"] == "2026-03-21"
    assert fact.termijn["vervaldag"] == "2026-04-20"
    after = state_of(OPENED, ASKED, fact)
    assert (after.fase, after.lopend, after.termijn) == (Fase.ANTWOORD, 0, fact.termijn)
    given(OPENED, ASKED, fact).when(received, by=MACHINE).then()


def test_an_answer_that_nobody_awaits_changes_nothing() -> None:
    received = AntwoordRegistreren("bericht-1", "2026-03-20T14:00:00+00:00")
    given(OPENED).when(received, by=MACHINE).then()
    given(OPENED, ASKED).when(replace(received, opvraging=7), by=MACHINE).then()
    given(OPENED, ASKED).when(replace(received, bericht=""), by=MACHINE).refuses(OngeldigeMelding)
    given(OPENED, ASKED).when(replace(received, ontvangen_op="x"), by=MACHINE).refuses(
        OngeldigeMelding
    )


def test_without_a_term_an_answer_starts_none() -> None:
    free, asked = first(dossiertype=LEKP), replace(ASKED, gestuit={})
    (fact,) = (
        given(free, asked)
        .when(AntwoordRegistreren("b", "2026-03-20T14:00:00+00:00"), by=MACHINE)
        .gives(AntwoordOntvangen)
    )
    assert fact.termijn == {}


def test_a_term_that_is_not_interrupted_goes_on() -> None:
    plan = _TYPE + "BesluitType/f56c645d-b8e1-4066-813d-e213f5bc529f"
    hundred = first(ontvanger=GENT.bestuur, klasse=klasse("EB"), dossiertype=plan)
    assert hundred.termijn["dagen"] == "100"
    (asked,) = given(hundred).when(OpvragingStellen("x"), by=LOCAL).gives(OpvragingGesteld)
    assert asked.gestuit == {}
    assert state_of(hundred, asked).termijn == hundred.termijn
    answer = AntwoordRegistreren("b", "2026-03-20T14:00:00+00:00")
    (fact,) = given(hundred, asked).when(answer, by=MACHINE).gives(AntwoordOntvangen)
    assert fact.termijn == {}
    assert state_of(hundred, asked, fact).termijn == hundred.termijn


def test_an_answer_by_post_is_recorded_by_its_day() -> None:
    at = datetime(2026, 3, 25, 9, tzinfo=UTC)
    post = AntwoordVaststellen("2026-03-20", "per aangetekende brief")
    (fact,) = given(OPENED, ASKED, at=at).when(post, by=EDITOR).gives(AntwoordOntvangen)
    assert (fact.bericht, fact.toelichting) == ("", "per aangetekende brief")
    assert fact.termijn["eerste"] == "2026-03-21"


@pytest.mark.parametrize("day", ["2026-03-01", "2026-03-26", "20 maart", "20260320"])
def test_an_answer_by_post_came_after_the_question_and_before_tomorrow(day: str) -> None:
    at = datetime(2026, 3, 25, 9, tzinfo=UTC)
    post = AntwoordVaststellen(day, "per brief")
    given(OPENED, ASKED, at=at).when(post, by=EDITOR).refuses(OngeldigeOntvangst)


def test_an_answer_needs_a_question() -> None:
    post = AntwoordVaststellen("2026-03-02", "per brief")
    given(OPENED).when(post, by=EDITOR).refuses(GeenOpvraging)


# The outcome


@pytest.mark.parametrize("uitkomst", ["opmerking", "schorsing", "vernietiging"])
def test_an_outcome_has_a_motivation_and_a_letter(uitkomst: str) -> None:
    case = given(OPENED, documents=FILES)
    case.when(decision(uitkomst), by=EDITOR).then(outcome(uitkomst))
    case.when(decision(uitkomst, motivering=" "), by=EDITOR).refuses(OngeldigeTekst)
    refusal = case.when(decision(uitkomst, brief=()), by=EDITOR).refuses(OngeldigeBijlage)
    assert refusal.findings[0].veld == "brief"
    given(OPENED).when(decision(uitkomst), by=EDITOR).refuses(OngeldigeBijlage)


def test_no_measure_needs_no_letter() -> None:
    given(OPENED).when(decision("geen-maatregel", brief=()), by=EDITOR).then(
        outcome("geen-maatregel", documenten=())
    )


def test_an_outcome_is_one_of_those_there_are() -> None:
    given(OPENED).when(decision("berisping"), by=EDITOR).refuses(OnbekendeUitkomst)


@pytest.mark.parametrize("uitkomst", ["schorsing", "vernietiging", "niet-goedkeuring"])
def test_a_measure_after_the_term_is_refused_with_the_rule(uitkomst: str) -> None:
    late = decision(uitkomst, bevestigd=True)
    case = given(OPENED, documents=FILES, at=LATE)
    refusal = case.when(late, by=EDITOR).refuses(TermijnVerstreken)
    assert "toezicht-30" in refusal.detail
    assert "Decreet over het lokaal bestuur" in refusal.detail
    given(OPENED, EXPIRED, documents=FILES).when(late, by=EDITOR).refuses(TermijnVerstreken)


@pytest.mark.parametrize("uitkomst", ["geen-maatregel", "opmerking"])
def test_what_is_no_measure_may_come_after_the_term(uitkomst: str) -> None:
    case = given(OPENED, EXPIRED, documents=FILES, at=LATE)
    case.when(decision(uitkomst), by=EDITOR).gives(ToezichtsbesluitGenomen)


def test_a_measure_while_an_answer_is_awaited_is_in_time() -> None:
    case = given(OPENED, ASKED, documents=FILES, at=LATE)
    case.when(decision("schorsing"), by=EDITOR).then(outcome("schorsing", termijn={}))


def test_approval_of_a_type_that_needs_none_must_be_confirmed() -> None:
    case = given(OPENED, documents=FILES)
    refusal = case.when(decision("goedkeuring"), by=EDITOR).refuses(Twijfelachtig)
    assert refusal.findings[0].regel == "goedkeuringstoezicht"
    (fact,) = case.when(decision("goedkeuring", bevestigd=True), by=EDITOR).gives(
        ToezichtsbesluitGenomen
    )
    assert [w["regel"] for w in fact.waarschuwingen] == ["goedkeuringstoezicht"]


def test_approval_of_a_type_that_needs_it_is_simply_given() -> None:
    statutes = first(dossiertype=STATUTEN, klasse=klasse("DV"))
    (fact,) = (
        given(statutes, documents=FILES)
        .when(decision("goedkeuring"), by=EDITOR)
        .gives(ToezichtsbesluitGenomen)
    )
    assert fact.waarschuwingen == ()


def test_a_measure_where_no_term_runs_must_be_confirmed() -> None:
    case = given(first(dossiertype=LEKP), documents=FILES)
    refusal = case.when(decision("schorsing"), by=EDITOR).refuses(Twijfelachtig)
    assert refusal.findings[0].regel == "geen-termijn"


def test_after_a_suspension_an_annulment_may_follow_even_later() -> None:
    case = given(OPENED, outcome("schorsing"), documents=FILES)
    case.when(decision("vernietiging"), by=EDITOR).gives(ToezichtsbesluitGenomen)
    late = replace(case, at=LATE)
    late.when(decision("vernietiging"), by=EDITOR).refuses(Twijfelachtig)
    late.when(decision("vernietiging", bevestigd=True), by=EDITOR).gives(ToezichtsbesluitGenomen)


@pytest.mark.parametrize("uitkomst", ["geen-maatregel", "vernietiging", "goedkeuring"])
def test_a_last_outcome_stands_until_the_treatment_is_reopened(uitkomst: str) -> None:
    case = given(OPENED, outcome(uitkomst), documents=FILES)
    case.when(decision("schorsing"), by=EDITOR).refuses(AlBeslist)
    case.when(OpvragingStellen("x"), by=EDITOR).refuses(AlBeslist)
    reopened = (CLOSED, BehandelingHeropend("nieuw feit"))
    given(OPENED, outcome(uitkomst), *reopened, documents=FILES).when(
        decision("schorsing"), by=EDITOR
    ).gives(ToezichtsbesluitGenomen)


# Expiry


def test_no_measure_within_the_term_is_established_when_it_is_over() -> None:
    given(OPENED, at=LATE).when(GeenMaatregelVaststellen(), by=MACHINE).then(EXPIRED)
    given(OPENED, EXPIRED, at=LATE).when(GeenMaatregelVaststellen(), by=MACHINE).then()
    assert state_of(OPENED, EXPIRED).fase is Fase.VERSTREKEN


def test_nothing_is_established_before_the_term_is_over() -> None:
    early = given(OPENED).when(GeenMaatregelVaststellen(), by=MACHINE).refuses(TermijnLoopt)
    assert "2026-04-01" in early.detail
    free = given(first(dossiertype=LEKP), at=LATE)
    free.when(GeenMaatregelVaststellen(), by=MACHINE).refuses(TermijnLoopt)


@pytest.mark.parametrize("uitkomst", ["schorsing", "vernietiging", "niet-goedkeuring"])
def test_after_a_measure_nothing_is_established(uitkomst: str) -> None:
    given(OPENED, outcome(uitkomst), at=LATE).when(GeenMaatregelVaststellen(), by=MACHINE).refuses(
        TermijnLoopt
    )


@pytest.mark.parametrize("facts", [(outcome("opmerking"),), (outcome("opmerking"), CLOSED)])
def test_a_remark_is_no_measure(facts: tuple[Any, ...]) -> None:
    fase = state_of(OPENED, *facts).fase
    given(OPENED, *facts, at=LATE).when(GeenMaatregelVaststellen(), by=MACHINE).then(EXPIRED)
    assert state_of(OPENED, *facts, EXPIRED).fase is fase


# Closing and reopening


def test_a_treatment_with_an_outcome_is_closed_without_a_reason() -> None:
    for fact in (outcome("opmerking"), EXPIRED):
        given(OPENED, fact).when(BehandelingAfsluiten(), by=EDITOR).then(BehandelingAfgesloten(""))


def test_a_treatment_without_an_outcome_is_closed_with_a_reason() -> None:
    given(OPENED).when(BehandelingAfsluiten(), by=EDITOR).refuses(GeenUitkomst)
    given(OPENED).when(BehandelingAfsluiten("kennis genomen"), by=EDITOR).gives(
        BehandelingAfgesloten
    )
    given(OPENED).when(BehandelingAfsluiten("x" * 2001), by=EDITOR).refuses(OngeldigeTekst)


def test_a_closed_treatment_is_reopened_with_a_reason() -> None:
    given(OPENED, CLOSED).when(InBehandelingNemen(), by=EDITOR).refuses(AlAfgesloten)
    given(OPENED, CLOSED).when(BehandelingHeropenen(""), by=EDITOR).refuses(OngeldigeTekst)
    reopened = BehandelingHeropend("nieuw feit")
    given(OPENED, CLOSED).when(BehandelingHeropenen("nieuw feit"), by=EDITOR).then(reopened)
    given(OPENED).when(BehandelingHeropenen("nieuw feit"), by=EDITOR).refuses(NietAfgesloten)
    assert state_of(OPENED, CLOSED, reopened).fase is Fase.IN_BEHANDELING
    assert state_of(OPENED, ASKED, CLOSED, reopened).fase is Fase.OPVRAGING


def test_both_sides_know_of_it_and_nobody_else() -> None:
    seen = MODULE.scope(state_of(OPENED))
    assert seen.owner == ABB.bestuur
    assert seen.may_read(AALST.bestuur)
    assert not seen.may_see(GENT.bestuur)
