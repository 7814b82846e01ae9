# SPDX-License-Identifier: EUPL-1.2
"""Agendas, in sentences."""

from datetime import timedelta

import pytest
from given import AALST, AT, actor, given

from loket.domain.agendas import (
    DAGEN,
    AgendaAangemaakt,
    AgendaGesloten,
    AgendaNietOpen,
    AgendaOpenen,
    AgendaSluiten,
    AndereAgenda,
    OngeldigeSleutel,
)
from loket.reference import belgian_day

HASH, OTHER = "ab" * 32, "cd" * 32
TOT = (belgian_day(AT) + timedelta(days=DAGEN)).isoformat()
CLERK = actor(AALST.bestuur, "GEM", "LoketLB-toezichtGebruiker")


def opened(sleutel_hash: str = HASH, persoon: str = CLERK.persoon) -> AgendaAangemaakt:
    rollen = ("LoketLB-toezichtGebruiker",)
    return AgendaAangemaakt(AALST.bestuur, persoon, rollen, sleutel_hash, TOT)


def test_an_agenda_is_opened_for_a_year() -> None:
    given().when(AgendaOpenen(HASH), by=CLERK).then(opened())


def test_another_secret_takes_the_place_of_the_first() -> None:
    given(opened()).when(AgendaOpenen(OTHER), by=CLERK).then(opened(OTHER))
    given(opened()).when(AgendaOpenen(HASH), by=CLERK).then()


def test_an_agenda_is_closed_once() -> None:
    given(opened()).when(AgendaSluiten(), by=CLERK).then(AgendaGesloten())
    given(opened(), AgendaGesloten()).when(AgendaSluiten(), by=CLERK).refuses(AgendaNietOpen)
    given().when(AgendaSluiten(), by=CLERK).refuses(AgendaNietOpen)


def test_nobody_touches_the_agenda_of_somebody_else() -> None:
    theirs = opened(persoon="urn:ander")
    given(theirs).when(AgendaSluiten(), by=CLERK).refuses(AndereAgenda)
    given(theirs).when(AgendaOpenen(OTHER), by=CLERK).refuses(AndereAgenda)


@pytest.mark.parametrize("sleutel_hash", ["", "geheim", "AB" * 32, "ab" * 33, "ab" * 32 + "\n"])
def test_only_a_hash_is_taken(sleutel_hash: str) -> None:
    refusal = given().when(AgendaOpenen(sleutel_hash), by=CLERK).refuses(OngeldigeSleutel)
    assert refusal.findings[0].veld == "sleutel_hash"
