# SPDX-License-Identifier: EUPL-1.2
"""Whether the files of a dossier can be read, in sentences."""

from given import MACHINE, given
from test_toezicht import PDF, SHA, opgesteld

from loket.domain.toezicht import MODULE
from loket.domain.toezicht.refusals import OnbekendDossier, OngeldigeReden
from loket.domain.toezicht.words import (
    BestandBeoordeeld,
    BestandBeoordelen,
    BestandToegevoegd,
    BestandVerwijderd,
)

ATTACHED = (opgesteld, BestandToegevoegd(PDF))
JUDGE = BestandBeoordelen(SHA, leesbaar=False, reden="Het is een scan.")
JUDGED = BestandBeoordeeld(SHA, False, "Het is een scan.")


def test_an_unreadable_file_is_recorded_once() -> None:
    given(*ATTACHED).when(JUDGE, by=MACHINE).then(JUDGED)
    given(*ATTACHED, JUDGED).when(JUDGE, by=MACHINE).then()


def test_a_file_may_turn_out_to_be_readable() -> None:
    readable = BestandBeoordelen(SHA, leesbaar=True)
    given(*ATTACHED).when(readable, by=MACHINE).then()
    fact = BestandBeoordeeld(SHA, True, "")
    given(*ATTACHED, JUDGED).when(readable, by=MACHINE).then(fact)
    assert MODULE.replay([*ATTACHED, JUDGED, fact]).onleesbaar == {}


def test_a_file_that_was_detached_is_not_judged() -> None:
    given(*ATTACHED, BestandVerwijderd(SHA)).when(JUDGE, by=MACHINE).then()


def test_an_unreadable_file_needs_a_reason_and_a_dossier() -> None:
    without = BestandBeoordelen(SHA, leesbaar=False)
    given(*ATTACHED).when(without, by=MACHINE).refuses(OngeldigeReden)
    given().when(JUDGE, by=MACHINE).refuses(OnbekendDossier)
