# SPDX-License-Identifier: EUPL-1.2
"""What went wrong with trusted time, in sentences."""

from datetime import timedelta
from typing import Any

import pytest
from given import AT, MACHINE, given

from loket.domain.tijdstempels import (
    MODULE,
    KlokafwijkingMelden,
    KlokafwijkingVastgesteld,
    OngeldigeMelding,
    TsaHerstelMelden,
    TsaStoringBeeindigd,
    TsaStoringBegonnen,
    TsaStoringMelden,
)

TSA = "https://tsa.example"
begonnen = TsaStoringBegonnen(TSA, "geen antwoord", AT.isoformat())
beeindigd = TsaStoringBeeindigd(TSA, AT.isoformat(), 90)


def test_an_outage_is_recorded_when_it_begins() -> None:
    command = TsaStoringMelden(TSA, "geen antwoord")
    given().when(command, by=MACHINE).then(begonnen)
    given(begonnen, beeindigd).when(command, by=MACHINE).then(begonnen)


def test_an_outage_that_lasts_is_recorded_once() -> None:
    given(begonnen).when(TsaStoringMelden(TSA, "nog altijd"), by=MACHINE).then()


def test_recovery_says_how_long_the_outage_lasted() -> None:
    later = AT + timedelta(seconds=90, milliseconds=700)
    given(begonnen, at=later).when(TsaHerstelMelden(TSA), by=MACHINE).then(beeindigd)


def test_a_clock_that_went_back_gives_no_negative_outage() -> None:
    earlier = AT - timedelta(hours=1)
    [fact] = given(begonnen, at=earlier).when(TsaHerstelMelden(TSA), by=MACHINE).facts
    assert fact.duur_seconden == 0


def test_recovery_without_outage_changes_nothing() -> None:
    given().when(TsaHerstelMelden(TSA), by=MACHINE).then()
    given(begonnen, beeindigd).when(TsaHerstelMelden(TSA), by=MACHINE).then()
    given(begonnen).when(TsaHerstelMelden("https://ander"), by=MACHINE).then()


def test_a_drift_is_recorded_when_it_changes() -> None:
    drift = KlokafwijkingVastgesteld(TSA, -1500)
    given().when(KlokafwijkingMelden(TSA, -1500), by=MACHINE).then(drift)
    given(drift).when(KlokafwijkingMelden(TSA, -1500), by=MACHINE).then()
    back = KlokafwijkingVastgesteld(TSA, 0)
    given(drift).when(KlokafwijkingMelden(TSA, 0), by=MACHINE).then(back)


@pytest.mark.parametrize(
    "command",
    [
        TsaStoringMelden("", "x"),
        TsaStoringMelden("x" * 301, "x"),
        TsaStoringMelden("a\nb", "x"),
        TsaStoringMelden(TSA, ""),
        TsaStoringMelden(TSA, "x" * 2_001),
        TsaHerstelMelden(""),
        KlokafwijkingMelden(TSA, 2**53),
    ],
)
def test_what_does_not_fit_is_refused(command: Any) -> None:
    given().when(command, by=MACHINE).refuses(OngeldigeMelding)


def test_everyone_may_know_when_time_could_not_be_proven() -> None:
    assert MODULE.scope(MODULE.initial).public
