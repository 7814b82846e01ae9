# SPDX-License-Identifier: EUPL-1.2
"""Medewerkers, in sentences."""

from dataclasses import replace

import pytest
from given import AALST, ABB, GENT, MACHINE, given

from loket.domain.agendas import AgendaAangemaakt
from loket.domain.medewerkers import Medewerker
from loket.domain.medewerkers.refusals import (
    NietAfwezig,
    NietUwGegevens,
    OnbekendeMedewerker,
    OnbekendeZoekopdracht,
    OnbekendTeam,
    OngeldigeAfwezigheid,
    OngeldigeVoorkeur,
    OngeldigeZoekopdracht,
    TeVeelZoekopdrachten,
)
from loket.domain.medewerkers.state import scope
from loket.domain.medewerkers.words import (
    AfwezigheidBeeindigd,
    AfwezigheidBeeindigen,
    AfwezigheidGemeld,
    AfwezigheidMelden,
    MailvoorkeurIngesteld,
    MailvoorkeurInstellen,
    ProfielBijgewerkt,
    ProfielBijwerken,
    ZoekopdrachtBewaard,
    ZoekopdrachtBewaren,
    ZoekopdrachtVerwijderd,
    ZoekopdrachtVerwijderen,
    stream_of,
)
from loket.kernel import StreamId

AN = replace(ABB, persoon="an", naam="An Peeters", email="an@abb.example")
BEA = replace(ABB, persoon="bea", naam="Bea Claes")
KNOWN = ProfielBijgewerkt(ABB.bestuur, "an", "An Peeters", "an@abb.example", ())
COLLEAGUE = ProfielBijgewerkt(ABB.bestuur, "bea", "Bea Claes", "", ())
BEA_STREAM = stream_of(ABB.bestuur, "bea")
AWAY = AfwezigheidGemeld("2026-03-02", "2026-03-09", "bea", "Bea Claes")
SEARCH = ZoekopdrachtBewaard("Mijn dossiers", "behandelingen", "filter[status]=ontvangen")


def test_a_profile_takes_name_and_address_from_the_login() -> None:
    expected = replace(KNOWN, teams=("erediensten", "financien"))
    given().when(ProfielBijwerken(("financien", "erediensten")), by=AN).then(expected)


def test_a_profile_that_says_nothing_new_changes_nothing() -> None:
    given(KNOWN).when(ProfielBijwerken(), by=AN).then()


def test_teams_are_those_of_the_own_bestuur() -> None:
    refusal = given().when(ProfielBijwerken(("financien",)), by=AALST).refuses(OnbekendTeam)
    assert refusal.findings[0].veld == "teams"


def test_whoever_says_something_first_becomes_known_by_it() -> None:
    keep = ZoekopdrachtBewaren(SEARCH.naam, SEARCH.bron, SEARCH.vraag)
    given().when(keep, by=AN).then(KNOWN, SEARCH)


def test_nobody_tells_for_another() -> None:
    given(KNOWN).when(AfwezigheidBeeindigen(), by=BEA).refuses(NietUwGegevens)
    given(stream=BEA_STREAM).when(ProfielBijwerken(), by=AN).refuses(NietUwGegevens)


def test_the_same_person_in_another_bestuur_is_somebody_else() -> None:
    elsewhere = replace(GENT, persoon="an")
    given(KNOWN).when(ProfielBijwerken(), by=elsewhere).refuses(NietUwGegevens)
    assert stream_of(GENT.bestuur, "an") != stream_of(ABB.bestuur, "an")


def test_the_machine_may_tell_for_who_is_known() -> None:
    off = MailvoorkeurInstellen("herinnering", "geen")
    given(KNOWN).when(off, by=MACHINE).then(MailvoorkeurIngesteld("herinnering", "geen", ""))
    given().when(off, by=MACHINE).refuses(OnbekendeMedewerker)


def test_an_absence_names_a_colleague() -> None:
    told = AfwezigheidMelden("2026-03-02", "2026-03-09", BEA_STREAM)
    given(KNOWN, related={BEA_STREAM: (COLLEAGUE,)}).when(told, by=AN).then(AWAY)
    given(KNOWN, AWAY, related={BEA_STREAM: (COLLEAGUE,)}).when(told, by=AN).then()


def test_an_absence_may_name_nobody() -> None:
    told = AfwezigheidMelden("2026-03-02", "2026-03-09")
    given(KNOWN).when(told, by=AN).then(AfwezigheidGemeld("2026-03-02", "2026-03-09", "", ""))


@pytest.mark.parametrize(
    ("van", "tot", "rule"),
    [
        ("2026-03-09", "2026-03-02", "volgorde"),
        ("2026-02-01", "2026-03-01", "voorbij"),
        ("2 maart", "2026-03-02", "datum"),
        ("2026-03-02", "20260309", "datum"),
    ],
)
def test_the_days_of_an_absence_make_sense(van: str, tot: str, rule: str) -> None:
    refusal = given(KNOWN).when(AfwezigheidMelden(van, tot), by=AN).refuses(OngeldigeAfwezigheid)
    assert [finding.regel for finding in refusal.findings] == [rule]


@pytest.mark.parametrize(
    ("other", "rule"),
    [
        (ProfielBijgewerkt(GENT.bestuur, "bea", "", "", ()), "bekende-collega"),
        (KNOWN, "zichzelf"),
        (None, "bekende-collega"),
    ],
)
def test_a_substitute_is_another_known_colleague(
    other: ProfielBijgewerkt | None, rule: str
) -> None:
    related = {"x": (other,)} if other else {}
    told = AfwezigheidMelden("2026-03-02", "2026-03-09", StreamId("x"))
    refusal = given(KNOWN, related=related).when(told, by=AN).refuses(OngeldigeAfwezigheid)
    assert refusal.findings[0].regel == rule


@pytest.mark.parametrize("module", ["agendas", "toezicht", "tijdstempels"])
def test_a_substitute_is_nothing_else_than_a_colleague(module: str) -> None:
    agenda = AgendaAangemaakt(ABB.bestuur, "bea", (), "a" * 64, "2027-03-02")
    stream = StreamId(f"{module}/{BEA_STREAM}")
    related = {stream: (agenda,) if module == "agendas" else ()}
    told = AfwezigheidMelden("2026-03-02", "2026-03-09", stream)
    refusal = given(KNOWN, related=related).when(told, by=AN).refuses(OngeldigeAfwezigheid)
    assert [finding.regel for finding in refusal.findings] == ["bekende-collega"]


def test_who_is_back_early_says_so_once() -> None:
    back = AfwezigheidBeeindigd("2026-03-02")
    given(KNOWN, AWAY).when(AfwezigheidBeeindigen(), by=AN).then(back)
    given(KNOWN, AWAY, back).when(AfwezigheidBeeindigen(), by=AN).refuses(NietAfwezig)


def test_an_absence_that_is_over_cannot_be_ended() -> None:
    past = replace(AWAY, van="2026-02-01", tot="2026-03-01")
    given(KNOWN, past).when(AfwezigheidBeeindigen(), by=AN).refuses(NietAfwezig)


def test_a_search_is_kept_changed_and_forgotten() -> None:
    changed = replace(SEARCH, vraag="")
    given(KNOWN, SEARCH).when(
        ZoekopdrachtBewaren(SEARCH.naam, SEARCH.bron, SEARCH.vraag), by=AN
    ).then()
    given(KNOWN, SEARCH).when(ZoekopdrachtBewaren(SEARCH.naam, SEARCH.bron, ""), by=AN).then(
        changed
    )
    forget = ZoekopdrachtVerwijderen(SEARCH.naam)
    gone = ZoekopdrachtVerwijderd(SEARCH.naam)
    given(KNOWN, SEARCH).when(forget, by=AN).then(gone)
    given(KNOWN, SEARCH, gone).when(forget, by=AN).refuses(OnbekendeZoekopdracht)


def test_a_search_has_a_name_a_list_and_a_question() -> None:
    wrong = ZoekopdrachtBewaren(" ", "Geen Lijst", "a\nb")
    refusal = given(KNOWN).when(wrong, by=AN).refuses(OngeldigeZoekopdracht)
    assert [finding.veld for finding in refusal.findings] == ["naam", "bron", "vraag"]


def test_nobody_keeps_more_than_a_hundred_searches() -> None:
    hundred = [replace(SEARCH, naam=str(n)) for n in range(100)]
    more = ZoekopdrachtBewaren("nog een", "toezicht", "")
    given(KNOWN, *hundred).when(more, by=AN).refuses(TeVeelZoekopdrachten)
    given(KNOWN, *hundred).when(replace(more, naam="5"), by=AN).gives(ZoekopdrachtBewaard)


def test_mail_comes_as_one_wants_it() -> None:
    daily = MailvoorkeurIngesteld("nieuw-dossier", "dagelijks", "team@abb.example")
    wanted = MailvoorkeurInstellen("nieuw-dossier", "dagelijks", "team@abb.example")
    given(KNOWN).when(wanted, by=AN).then(daily)
    given(KNOWN, daily).when(wanted, by=AN).then()


@pytest.mark.parametrize(
    ("soort", "wijze", "adres", "field"),
    [
        ("reclame", "direct", "", "soort"),
        ("herinnering", "per post", "", "wijze"),
        ("herinnering", "direct", "an", "adres"),
        ("herinnering", "direct", "an@abb.example\nBcc: x@y.example", "adres"),
        ("herinnering", "direct", "An <an@abb.example>", "adres"),
    ],
)
def test_a_preference_for_mail_is_one_of_those_there_are(
    soort: str, wijze: str, adres: str, field: str
) -> None:
    wanted = MailvoorkeurInstellen(soort, wijze, adres)
    refusal = given(KNOWN).when(wanted, by=AN).refuses(OngeldigeVoorkeur)
    assert [finding.veld for finding in refusal.findings] == [field]


def test_mail_needs_an_address() -> None:
    given(COLLEAGUE).when(MailvoorkeurInstellen("herinnering", "direct"), by=BEA).refuses(
        OngeldigeVoorkeur
    )
    given(COLLEAGUE).when(MailvoorkeurInstellen("herinnering", "geen"), by=BEA).gives(
        MailvoorkeurIngesteld
    )


def test_a_stream_is_for_one_person_of_one_bestuur() -> None:
    mine = scope(Medewerker(ABB.bestuur, "an"))
    assert mine.may_read(ABB.bestuur)
    assert not mine.may_read(AALST.bestuur)
    assert mine.is_for("an")
    assert not mine.is_for("bea")
