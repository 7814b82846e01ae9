# SPDX-License-Identifier: EUPL-1.2
"""Mail to people, in sentences."""

from dataclasses import replace

import pytest
from given import MACHINE, given

from loket.domain.meldingen import (
    MODULE,
    AnderePersoon,
    MeldingGemaild,
    MeldingMislukt,
    MeldingNietGemaild,
    MeldingRegistreren,
    MeldingTeruggekomen,
    MeldingUitgesteld,
    MeldingUitstellen,
    OnbekendeMail,
    OngeldigeMelding,
    TerugkomstRegistreren,
    stream_of,
)

OVER = "berichten/11111111-1111-1111-1111-111111111111/2"
LATER = "berichten/11111111-1111-1111-1111-111111111111/5"
HASH = "a" * 64
WHO = ("urn:aalst", "p-1")
MAILED = MeldingGemaild(*WHO, (OVER,), HASH, "id@loket")
REGISTER = MeldingRegistreren(*WHO, (OVER,), HASH, "id@loket")
FAILED = MeldingNietGemaild(*WHO, (OVER,), HASH, "SMTP 550")


def test_mail_is_recorded_once() -> None:
    given().when(REGISTER, by=MACHINE).then(MAILED)
    given(MAILED).when(REGISTER, by=MACHINE).then()


@pytest.mark.parametrize("who", [("", "p-1"), ("urn:aalst", ""), ("u" * 1_001, "p-1")])
def test_mail_is_for_a_person_of_a_bestuur(who: tuple[str, str]) -> None:
    given().when(MeldingUitstellen(*who, OVER), by=MACHINE).refuses(OngeldigeMelding)


def test_a_failure_is_recorded_once() -> None:
    fail = MeldingMislukt(*WHO, (OVER,), HASH, "SMTP 550")
    given().when(fail, by=MACHINE).then(FAILED)
    given(FAILED).when(fail, by=MACHINE).then()


def test_what_is_wanted_once_a_day_waits_until_it_is_mailed() -> None:
    wait = MeldingUitstellen(*WHO, OVER)
    waiting = MeldingUitgesteld(*WHO, OVER)
    given().when(wait, by=MACHINE).then(waiting)
    given(waiting).when(wait, by=MACHINE).then()
    given(waiting, MAILED).when(wait, by=MACHINE).then()
    state = MODULE.replay([waiting, MeldingUitgesteld(*WHO, LATER), MAILED])
    assert state.wachtend == (LATER,)


def test_mail_that_comes_back_is_recorded_once() -> None:
    back = TerugkomstRegistreren("id@loket", "5.1.1")
    came = MeldingTeruggekomen("id@loket", HASH, "5.1.1")
    given(MAILED).when(back, by=MACHINE).then(came)
    given(MAILED, came).when(back, by=MACHINE).then()
    given(MAILED).when(replace(back, bericht_id="x@y"), by=MACHINE).refuses(OnbekendeMail)
    given(MAILED).when(replace(back, status="vol"), by=MACHINE).refuses(OngeldigeMelding)


def test_a_stream_is_of_one_person() -> None:
    other = replace(REGISTER, persoon="p-2", bericht_id="ander@loket")
    given(MAILED).when(other, by=MACHINE).refuses(AnderePersoon)
    assert MODULE.scope(MODULE.replay([MAILED])).persoon == "p-1"
    assert stream_of(*WHO, "2026-03-02") != stream_of(*WHO, "2026-03-03")


@pytest.mark.parametrize(
    "wrong",
    [
        replace(REGISTER, adres_hash="jan@aalst.example"),
        replace(REGISTER, bericht_id="a b"),
        replace(REGISTER, over=()),
        replace(REGISTER, over=("nergens",)),
        replace(REGISTER, persoon=""),
        MeldingMislukt(*WHO, (OVER,), HASH, ""),
    ],
)
def test_only_what_fits_is_recorded(wrong: object) -> None:
    given().when(wrong, by=MACHINE).refuses(OngeldigeMelding)
