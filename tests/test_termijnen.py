# SPDX-License-Identifier: EUPL-1.2
"""How terms count: by hand over holidays, and whatever the day."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from loket.cli import app
from loket.reference import belgian_day, load
from loket.reference.feestdagen import BRUSSEL, Feestdag, Kalender, pasen
from loket.reference.geldigheid import Geldigheid
from loket.reference.termijnen import (
    Berekening,
    OnberekenbareTermijn,
    Termijnregel,
    Verschuiving,
    bereken,
)

REFERENCE = load()
KALENDER = REFERENCE.kalender
REGELS = REFERENCE.termijnregels
TOEZICHT = REGELS["toezicht-30"]

hours = st.integers(0, 24 * 3_600_000_000 - 1).map(lambda n: timedelta(microseconds=n))


def moments_in(first: int, last: int) -> st.SearchStrategy[datetime]:
    days = st.dates(date(first, 1, 1), date(last, 12, 31))
    return st.builds(
        lambda day, hour: datetime(day.year, day.month, day.day, tzinfo=UTC) + hour, days, hours
    )


days = st.dates(date(1900, 1, 1), date(2300, 1, 1))
moments = moments_in(1900, 2299)
rules = st.builds(
    Termijnregel,
    id=st.just("proef"),
    label=st.just("Proef"),
    soort=st.just("plicht"),
    dagen=st.integers(1, 400),
    bron=st.text(),
    vanaf_dag_na=st.booleans(),
    schuift=st.sets(st.sampled_from(["weekend", "feestdag"])).map(frozenset),
    vraag=st.just(""),
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# By hand


@pytest.mark.parametrize(
    ("rule", "start", "first", "last", "due"),
    [
        # 2026: Easter is 5 April. 6 March + 30 days ends on it; Easter Monday is passed over too.
        ("toezicht-30", "2026-03-06", "2026-03-07", "2026-04-05", "2026-04-07"),
        # 1 November 2026 is a Sunday and Allerheiligen.
        ("toezicht-30", "2026-10-02", "2026-10-03", "2026-11-01", "2026-11-02"),
        # Friday 25 December 2026, then a weekend.
        ("toezicht-30", "2026-11-25", "2026-11-26", "2026-12-25", "2026-12-28"),
        # Over the end of the year: 1 January 2027 is a Friday.
        ("toezicht-30", "2026-12-02", "2026-12-03", "2027-01-01", "2027-01-04"),
        # A leap day counts: 2028 has one, 2027 has none.
        ("publicatie-10", "2028-02-21", "2028-02-22", "2028-03-02", "2028-03-02"),
        ("publicatie-10", "2027-02-21", "2027-02-22", "2027-03-03", "2027-03-03"),
        # Hemelvaart is Thursday 14 May 2026; the Friday after it is no holiday.
        ("publicatie-10", "2026-05-04", "2026-05-05", "2026-05-14", "2026-05-15"),
        # Pinkstermaandag is 25 May 2026, after a weekend.
        ("notulen-20", "2026-05-03", "2026-05-04", "2026-05-23", "2026-05-26"),
        # The same day, even on a Sunday.
        ("melding-zelfde-dag", "2026-03-08", "2026-03-08", "2026-03-08", "2026-03-08"),
    ],
)
def test_counted_by_hand(rule: str, start: str, first: str, last: str, due: str) -> None:
    term = bereken(REGELS[rule], date.fromisoformat(start), KALENDER)
    found = (term.eerste, term.laatste, term.vervaldag)
    assert found == tuple(map(date.fromisoformat, (first, last, due)))


def test_every_day_passed_over_is_named() -> None:
    term = bereken(TOEZICHT, date(2026, 3, 6), KALENDER)
    assert term.verschuivingen == (
        Verschuiving(date(2026, 4, 5), "zondag"),
        Verschuiving(date(2026, 4, 6), "Paasmaandag"),
    )
    assert term.stappen == (
        "De handeling gebeurde op vrijdag 6 maart 2026 (Belgische tijd).",
        "De termijn van 30 dagen begint op zaterdag 7 maart 2026, de dag erna.",
        "Alle dagen tellen mee; de laatste is zondag 5 april 2026.",
        "Zondag 5 april 2026 kan de laatste dag niet zijn: dat wordt de dag erna.",
        "Maandag 6 april 2026 (Paasmaandag) kan de laatste dag niet zijn: dat wordt de dag erna.",
        "De termijn loopt tot dinsdag 7 april 2026 om 24 uur (7 april 2026 om 22:00 UTC).",
    )


def test_an_act_just_after_belgian_midnight_counts_from_that_day() -> None:
    before, after = utc("2026-03-05 22:59:59.999999"), utc("2026-03-05 23:00")
    assert bereken(TOEZICHT, before, KALENDER).dag == date(2026, 3, 5)
    assert bereken(TOEZICHT, after, KALENDER).dag == date(2026, 3, 6)


def test_a_term_ends_at_belgian_midnight_in_summer_and_in_winter() -> None:
    one = Termijnregel("een", "Eén dag", "plicht", 1, "geen")
    ends = {
        day: bereken(one, date.fromisoformat(day), KALENDER).vervalt_op
        for day in ("2026-03-26", "2026-03-30", "2026-10-22", "2026-10-26")
    }
    assert ends == {
        "2026-03-26": utc("2026-03-27 23:00"),
        "2026-03-30": utc("2026-03-31 22:00"),
        "2026-10-22": utc("2026-10-23 22:00"),
        "2026-10-26": utc("2026-10-27 23:00"),
    }


def test_the_day_on_which_the_clock_changes_has_another_length() -> None:
    one = Termijnregel("een", "Eén dag", "plicht", 1, "geen", schuift=frozenset())
    starts = (date(2026, 3, 27), date(2026, 3, 28), date(2026, 10, 24))
    spring, changed, autumn = (bereken(one, day, KALENDER).vervalt_op for day in starts)
    assert changed - spring == timedelta(hours=23)
    friday = bereken(one, date(2026, 10, 23), KALENDER).vervalt_op
    assert autumn - friday == timedelta(hours=25)


def test_a_term_is_over_at_its_last_midnight_and_not_before() -> None:
    term = bereken(TOEZICHT, utc("2026-03-05 23:30"), KALENDER)
    assert not term.verstreken(utc("2026-04-07 21:59:59.999999"))
    assert term.verstreken(utc("2026-04-07 22:00"))


def test_a_new_term_after_an_answer_counts_from_the_day_after_it() -> None:
    answered = bereken(TOEZICHT, utc("2026-03-28 22:30"), KALENDER)
    again = bereken(TOEZICHT, utc("2026-03-28 23:30"), KALENDER)
    assert (answered.eerste, again.eerste) == (date(2026, 3, 29), date(2026, 3, 30))


# Whatever the day


@given(rules, days)
def test_the_last_day_is_one_on_which_something_can_be_done(rule: Termijnregel, day: date) -> None:
    term = bereken(rule, day, KALENDER)
    assert not KALENDER.vrij(term.vervaldag, rule.schuift)
    assert all(KALENDER.vrij(shift.dag, rule.schuift) for shift in term.verschuivingen)
    assert term.vervaldag - term.laatste == timedelta(days=len(term.verschuivingen))


@given(rules, days)
def test_a_term_has_as_many_days_as_its_rule_says(rule: Termijnregel, day: date) -> None:
    term = bereken(rule, day, KALENDER)
    assert (term.laatste - term.eerste).days + 1 == rule.dagen
    assert (term.eerste - term.dag).days == int(rule.vanaf_dag_na)


@given(rules, moments, st.timedeltas(timedelta(0), timedelta(days=400)))
def test_who_acts_later_is_never_due_earlier(
    rule: Termijnregel, start: datetime, later: timedelta
) -> None:
    one, other = bereken(rule, start, KALENDER), bereken(rule, start + later, KALENDER)
    assert one.vervalt_op <= other.vervalt_op


@given(rules, days, st.integers(1, 30))
def test_more_days_never_end_earlier(rule: Termijnregel, day: date, more: int) -> None:
    longer = bereken(rule.met_dagen(rule.dagen + more), day, KALENDER)
    assert bereken(rule, day, KALENDER).vervaldag <= longer.vervaldag


@given(rules, moments)
def test_a_term_ends_at_a_local_midnight_after_the_act(rule: Termijnregel, at: datetime) -> None:
    term = bereken(rule, at, KALENDER)
    local = term.vervalt_op.astimezone(BRUSSEL)
    assert local.date() == term.vervaldag + timedelta(days=1)
    assert local.time().isoformat() == "00:00:00"
    assert term.vervalt_op > at


@given(rules, moments)
def test_a_moment_counts_as_its_belgian_day(rule: Termijnregel, at: datetime) -> None:
    by_moment, by_day = bereken(rule, at, KALENDER), bereken(rule, KALENDER.dag(at), KALENDER)
    assert replace(by_moment, moment=None) == by_day


@given(rules, st.one_of(days, moments))
def test_a_computation_survives_its_record(rule: Termijnregel, start: Any) -> None:
    term = bereken(replace(rule, bron="Decreet", vraag="Ja?"), start, KALENDER)
    record = term.as_record()
    assert all(type(value) is str for value in record.values())
    assert Berekening.from_record(record) == term


@given(moments_in(1997, 2037))
def test_the_time_zone_tables_and_the_directive_agree(at: datetime) -> None:
    assert KALENDER.dag(at) == belgian_day(at)


# What cannot be counted


@pytest.mark.parametrize("day", [date.min, date(1899, 12, 31), date(2400, 12, 31), date.max])
def test_years_far_away_are_refused(day: date) -> None:
    with pytest.raises(OnberekenbareTermijn):
        bereken(TOEZICHT, day, KALENDER)
    with pytest.raises(OnberekenbareTermijn):
        bereken(TOEZICHT, datetime(day.year, day.month, day.day, tzinfo=UTC), KALENDER)


@pytest.mark.parametrize("dagen", [-1, 0, 3661])
def test_an_impossible_length_is_refused(dagen: int) -> None:
    with pytest.raises(OnberekenbareTermijn):
        TOEZICHT.met_dagen(dagen)


# Holidays


def test_easter_in_years_people_remember() -> None:
    known = {
        1943: (4, 25),
        2000: (4, 23),
        2008: (3, 23),
        2024: (3, 31),
        2026: (4, 5),
        2038: (4, 25),
    }
    assert {jaar: (pasen(jaar).month, pasen(jaar).day) for jaar in known} == known


@given(st.integers(1900, 2400))
def test_easter_is_a_sunday_between_22_march_and_25_april(jaar: int) -> None:
    assert pasen(jaar).weekday() == 6
    assert date(jaar, 3, 22) <= pasen(jaar) <= date(jaar, 4, 25)


def test_the_ten_holidays_of_2026() -> None:
    year = (date(2026, 1, 1) + timedelta(days=n) for n in range(365))
    assert {
        day.strftime("%m-%d"): KALENDER.feestdag(day) for day in year if KALENDER.feestdag(day)
    } == {
        "01-01": "Nieuwjaar",
        "04-06": "Paasmaandag",
        "05-01": "Dag van de Arbeid",
        "05-14": "Onze-Lieve-Heer-Hemelvaart",
        "05-25": "Pinkstermaandag",
        "07-21": "Nationale feestdag",
        "08-15": "Onze-Lieve-Vrouw-Hemelvaart",
        "11-01": "Allerheiligen",
        "11-11": "Wapenstilstand",
        "12-25": "Kerstmis",
    }


def test_a_holiday_holds_from_the_year_it_was_given() -> None:
    once = Feestdag("Nieuw", 11, 15, geldig=Geldigheid(date(2030, 1, 1)))
    kalender = Kalender("proef", (once,))
    assert kalender.feestdag(date(2030, 11, 15)) == "Nieuw"
    assert not kalender.feestdag(date(2029, 11, 15))


def test_two_holidays_on_one_day_are_both_named() -> None:
    assert KALENDER.feestdag(date(2008, 5, 1)) == "Dag van de Arbeid en Onze-Lieve-Heer-Hemelvaart"


# What is shipped


def test_every_rule_has_a_source_and_says_what_it_is() -> None:
    for rule in REGELS.values():
        assert rule.bron, rule.id
        assert rule.label, rule.id
        assert rule.omschrijving, rule.id


def test_the_table_of_holidays_and_the_time_zone_tables_are_named() -> None:
    term = bereken(TOEZICHT, date(2026, 3, 6), KALENDER)
    assert len(term.feestdagen) == 16
    assert term.tzdata[:2] == "20"


# At the command line


def test_a_term_is_shown_at_the_command_line() -> None:
    shown = CliRunner().invoke(app, ["termijn", "toezicht-30", "2026-03-06"])
    assert shown.exit_code == 0, shown.output
    assert "\n".join(f"  {s}" for s in bereken(TOEZICHT, date(2026, 3, 6), KALENDER).stappen) in (
        shown.output
    )
    assert "Door een jurist te bevestigen" in shown.output
    moment = CliRunner().invoke(app, ["termijn", "reactie", "2026-03-05T23:30Z", "--dagen", "7"])
    assert "De termijn van 7 dagen begint op zaterdag 7 maart 2026" in moment.output


@pytest.mark.parametrize(
    "arguments",
    [
        ["onbekend", "2026-03-06"],
        ["reactie", "morgen"],
        ["reactie", "2026-03-06T10:00"],
        ["reactie", "2026-03-06", "--dagen", "0"],
        ["reactie", "0001-01-01"],
    ],
)
def test_what_cannot_be_counted_is_told_in_a_sentence(arguments: list[str]) -> None:
    refused = CliRunner().invoke(app, ["termijn", *arguments])
    assert refused.exit_code == 2
    assert "Traceback" not in refused.output
