# SPDX-License-Identifier: EUPL-1.2
"""Conversations, in sentences."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from given import AALST as AALST_SENDER
from given import ABB as ABB_READER
from given import AT, COMMAND_ID, MACHINE, REFERENCE, actor, bestuur, given

from loket.bounds import MAX_BIJLAGEN
from loket.domain.berichten import MODULE, refusals
from loket.domain.berichten.words import (
    BerichtAfgeleverd,
    BerichtGelezen,
    BerichtGeopend,
    BerichtIngetrokken,
    BerichtIntrekken,
    BerichtOngelezenGemarkeerd,
    BerichtOngelezenMarkeren,
    BerichtSturen,
    BerichtVerzonden,
    GesprekGesloten,
    GesprekGestart,
    GesprekHeropend,
    GesprekHeropenen,
    GesprekOpenen,
    GesprekSluiten,
    GesprekStarten,
    GesprekStartenNamens,
    NotitieGemaakt,
    NotitieMaken,
    UitstelGevraagd,
    UitstelGeweigerd,
    UitstelToegestaan,
    UitstelToestaan,
    UitstelVragen,
    UitstelWeigeren,
)
from loket.domain.toezicht import MODULE as TOEZICHT
from loket.domain.toezicht.words import BesluitAfgeleverd, BesluitOpgesteld
from loket.kernel import Bijlage, Context, Digest, Document, Related, StreamId
from loket.reference.relaties import TOEZICHT as TOEZICHT_RELATIE

TODAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ROLE = "LoketLB-berichtenGebruiker"
AALST = actor(AALST_SENDER.bestuur, "GEM", ROLE)
GENT = actor(bestuur("Gent", "GEM"), "GEM", ROLE)
ABB = actor(ABB_READER.bestuur, "ABB", "ABBDatabankToezicht-DatabankToezichtEditeur")
READER = ABB_READER
VERSION = REFERENCE.version
SHA = "a" * 64
LETTER = Document(SHA, 12, "brief.pdf", "application/pdf")
DOSSIER = StreamId("toezicht/11111111-1111-1111-1111-111111111111")


def soort(notatie: str) -> str:
    found = REFERENCE.codelijsten["type-communicatie"].find(notatie)
    assert found
    return found.uri


VRAAG, OPVRAGING, REACTIE = soort("vraag"), soort("opvraging"), soort("reactie")


def started(term: int = 0, kind: str = OPVRAGING, **change: Any) -> tuple[Any, ...]:
    """ABB asked Aalst something."""
    begin = GesprekGestart(ABB.bestuur, AALST.bestuur, "Reglement", kind, "", "", "", VERSION)
    return (replace(begin, **change), *sent(1, ABB, AALST, kind, term))


def sent(
    number: int, van: Any, naar: Any, kind: str = REACTIE, term: int = 0, *answers: int
) -> tuple[Any, ...]:
    message = BerichtVerzonden(
        number, van.bestuur, naar.bestuur, kind, "Zie bijlage.", (), term, answers
    )
    return message, BerichtAfgeleverd(number, naar.bestuur)


OPENED = BerichtGeopend(1, AALST.bestuur)
START = GesprekStarten(AALST.bestuur, "Reglement", OPVRAGING, "Zie bijlage.")


# Starting


def test_a_supervisor_starts_a_conversation() -> None:
    given().when(START, by=ABB).then(*started())


def test_a_local_bestuur_starts_one_too() -> None:
    command = GesprekStarten(ABB.bestuur, "Vraag", VRAAG, "Mag dit?")
    start, message, delivered = (
        given().when(command, by=AALST).gives(GesprekGestart, BerichtVerzonden, BerichtAfgeleverd)
    )
    assert (start.van, message.naar, delivered.ontvanger) == (
        AALST.bestuur,
        ABB.bestuur,
        ABB.bestuur,
    )


def test_a_conversation_starts_once() -> None:
    given(*started()).when(START, by=ABB).refuses(refusals.AlGestart)


def test_two_sides_have_supervision_between_them() -> None:
    command = GesprekStarten(GENT.bestuur, "Dag buur", VRAAG, "Hoe doet u dit?")
    given().when(command, by=AALST).refuses(refusals.GeenToezichtsrelatie)


def test_a_local_supervisor_talks_to_a_worship_board() -> None:
    body, relations = next(iter(REFERENCE.relaties.heen.items()))
    supervisor = next(r.ander for r in relations if r.soort == TOEZICHT_RELATIE)
    command = GesprekStarten(body, "Notulen", OPVRAGING, "Bezorg ze ons.")
    given(at=TODAY).when(command, by=replace(AALST, bestuur=supervisor)).gives(
        GesprekGestart, BerichtVerzonden, BerichtAfgeleverd
    )
    stranger = next(
        uri for uri in (AALST.bestuur, GENT.bestuur) if uri not in {r.ander for r in relations}
    )
    given(at=TODAY).when(command, by=replace(AALST, bestuur=stranger)).refuses(
        refusals.GeenToezichtsrelatie
    )
    back = GesprekStarten(supervisor, "Vraag", VRAAG, "Tegen wanneer?")
    given(at=TODAY).when(back, by=replace(AALST, bestuur=body)).gives(
        GesprekGestart, BerichtVerzonden, BerichtAfgeleverd
    )


@pytest.mark.parametrize("naar", ["urn:onbekend", ABB.bestuur], ids=["unknown", "itself"])
def test_a_conversation_needs_another_known_bestuur(naar: str) -> None:
    refusal = (
        given()
        .when(replace(START, naar=naar), by=ABB)
        .refuses(refusals.OnbekendeBestemmeling)
    )  # fmt: skip
    assert refusal.findings[0].veld == "naar"


def test_the_type_is_of_the_code_list() -> None:
    wrong = replace(START, type_communicatie="Opvraging")
    given().when(wrong, by=ABB).refuses(refusals.OnbekendType)


@pytest.mark.parametrize("kind", ["opvraging", "kennisgeving", "omzendbrief"])
def test_some_types_are_for_the_supervisor(kind: str) -> None:
    command = GesprekStarten(ABB.bestuur, "Omgekeerd", soort(kind), "x")
    given().when(command, by=AALST).refuses(refusals.TypeVoorToezichthouder)


@pytest.mark.parametrize("onderwerp", ["", "  ", "x" * 301, "a\r\nBcc: b"])
def test_a_subject_is_one_line(onderwerp: str) -> None:
    given().when(replace(START, onderwerp=onderwerp), by=ABB).refuses(refusals.OngeldigOnderwerp)


def test_a_message_has_a_text_or_an_attachment() -> None:
    given().when(replace(START, tekst=" "), by=ABB).refuses(refusals.LeegBericht)
    letter = (Bijlage(Digest(SHA), "brief.pdf", "application/pdf"),)
    only_file = replace(START, tekst="", bijlagen=letter)
    facts = (
        given(documents={SHA: 12})
        .when(only_file, by=ABB)
        .gives(GesprekGestart, BerichtVerzonden, BerichtAfgeleverd)
    )
    assert facts[1].documenten == (LETTER,)
    refusal = given().when(only_file, by=ABB).refuses(refusals.OngeldigeBijlage)
    assert refusal.findings[0].veld == "bijlagen/0"


def test_a_text_is_bounded() -> None:
    given().when(replace(START, tekst="x" * 10_001), by=ABB).refuses(refusals.TekstTeLang)


@pytest.mark.parametrize("days", [-1, 366])
def test_a_term_is_bounded(days: int) -> None:
    given().when(replace(START, reactietermijn=days), by=ABB).refuses(refusals.OngeldigeTermijn)


# About a dossier

DRAFT = BesluitOpgesteld("urn:type", AALST.bestuur, AALST.klasse, {}, "")
DELIVERED = BesluitAfgeleverd(1, ABB.bestuur)


def _about(*facts: Any, by: Any = ABB, naar: Any = AALST, dossier: str = DOSSIER) -> Any:
    """The decision on a conversation about a dossier in which this happened."""
    context = Context(
        actor=by,
        at=AT,
        id=COMMAND_ID,
        reference=REFERENCE,
        related={DOSSIER: Related(len(facts), TOEZICHT.replay(facts))},
    )
    command = GesprekStarten(naar.bestuur, "Reglement", VRAAG, "x", dossier=StreamId(dossier))
    return MODULE.decide(command, MODULE.initial, context)


def test_a_conversation_is_about_a_dossier_of_both() -> None:
    facts = _about(DRAFT, DELIVERED)
    assert facts[0].dossier == DOSSIER


def test_who_is_no_party_of_the_dossier_learns_nothing_of_it() -> None:
    for facts in ((), (DRAFT,)):
        with pytest.raises(refusals.OnbekendDossier):
            _about(*facts)


def test_the_other_side_is_a_party_too() -> None:
    with pytest.raises(refusals.GeenGedeeldDossier):
        _about(DRAFT, by=AALST, naar=ABB)


def test_a_dossier_is_named_by_its_stream() -> None:
    with pytest.raises(refusals.OnbekendDossier):
        _about(DRAFT, DELIVERED, dossier="besturen/11111111-1111-1111-1111-111111111111")


# In the name of a bestuur


def test_the_machine_starts_one_for_what_happened_elsewhere() -> None:
    treatment = "behandelingen/22222222-2222-2222-2222-222222222222"
    command = GesprekStartenNamens(
        ABB.bestuur, AALST.bestuur, "Reglement", OPVRAGING, "", (LETTER,), DOSSIER, treatment,
        reactietermijn=30,
    )  # fmt: skip
    start, message, _ = (
        given().when(command, by=MACHINE).gives(GesprekGestart, BerichtVerzonden, BerichtAfgeleverd)
    )
    assert start.behandeling == treatment
    assert message.documenten == (LETTER,)
    assert message.van == ABB.bestuur


def test_no_more_files_come_along_than_a_message_holds() -> None:
    files = tuple(replace(LETTER, sha256=f"{n:064x}") for n in range(MAX_BIJLAGEN + 1))
    command = GesprekStartenNamens(ABB.bestuur, AALST.bestuur, "R", OPVRAGING, documenten=files)
    given().when(command, by=MACHINE).refuses(refusals.OngeldigeBijlage)
    fits = replace(command, documenten=files[1:])
    given().when(fits, by=MACHINE).gives(GesprekGestart, BerichtVerzonden, BerichtAfgeleverd)


# Messages


def test_a_reply_answers_what_waits() -> None:
    reply = BerichtSturen("Hier is het.")
    message, _ = (
        given(*started(30), OPENED).when(reply, by=AALST).gives(BerichtVerzonden, BerichtAfgeleverd)
    )
    assert message.type_communicatie == REACTIE
    assert message.beantwoordt == (1,)
    assert message.bericht == 2


def test_a_reply_may_say_what_it_answers() -> None:
    asked = (*started(30), *sent(2, ABB, AALST, OPVRAGING, 10))
    message, _ = (
        given(*asked)
        .when(BerichtSturen("x", antwoord_op=2), by=AALST)
        .gives(BerichtVerzonden, BerichtAfgeleverd)
    )
    assert message.beantwoordt == (2,)
    given(*asked).when(BerichtSturen("x", antwoord_op=9), by=AALST).refuses(
        refusals.OnbekendBericht
    )
    given(*asked).when(BerichtSturen("x", antwoord_op=2), by=ABB).refuses(refusals.NietOntvangen)


def test_a_third_bestuur_takes_no_part() -> None:
    for command in (BerichtSturen("x"), GesprekOpenen(), NotitieMaken("x")):
        given(*started()).when(command, by=GENT).refuses(refusals.GeenPartij)


def test_nothing_is_sent_where_nothing_began() -> None:
    given().when(BerichtSturen("x"), by=AALST).refuses(refusals.OnbekendGesprek)


def test_a_conversation_holds_a_bounded_number_of_messages() -> None:
    full = (*started(), *(fact for n in range(2, 1001) for fact in sent(n, AALST, ABB)))
    given(*full).when(BerichtSturen("x"), by=AALST).refuses(refusals.GesprekIsVol)


# Opvraging and read marks


def test_opening_registers_the_opvraging_and_who_read() -> None:
    given(*started()).when(GesprekOpenen(), by=AALST).then(OPENED, BerichtGelezen(1, "p-1"))


def test_a_colleague_leaves_a_read_mark_only() -> None:
    colleague = replace(AALST, persoon="p-2")
    given(*started(), OPENED, BerichtGelezen(1, "p-1")).when(GesprekOpenen(), by=colleague).then(
        BerichtGelezen(1, "p-2")
    )


def test_who_sent_opens_nothing() -> None:
    given(*started()).when(GesprekOpenen(), by=READER).then()


def test_a_read_mark_can_be_taken_back() -> None:
    read = (*started(), OPENED, BerichtGelezen(1, "p-1"))
    mark = BerichtOngelezenMarkeren(1)
    given(*read).when(mark, by=AALST).then(BerichtOngelezenGemarkeerd(1, "p-1"))
    given(*started()).when(mark, by=AALST).then()
    given(*read).when(mark, by=ABB).refuses(refusals.NietOntvangen)


def test_content_is_readable_by_its_sender_and_from_opvraging_by_its_addressee() -> None:
    facts = started()
    before, after = MODULE.replay(facts), MODULE.replay((*facts, OPENED))
    assert MODULE.discloses(before, facts[1], ABB.bestuur)
    assert not MODULE.discloses(before, facts[1], AALST.bestuur)
    assert MODULE.discloses(after, facts[1], AALST.bestuur)
    assert not MODULE.discloses(after, facts[1], GENT.bestuur)


# Terms

ASKED = (*started(30), OPENED)
REQUEST = UitstelVragen(1, 10, "De secretaris is ziek.")
REQUESTED = UitstelGevraagd(1, AALST.bestuur, 10, "De secretaris is ziek.")


def test_more_days_are_asked_and_granted() -> None:
    given(*ASKED).when(REQUEST, by=AALST).then(REQUESTED)
    granted = UitstelToegestaan(1, ABB.bestuur, 10)
    given(*ASKED, REQUESTED).when(UitstelToestaan(1), by=ABB).then(granted)
    assert MODULE.replay((*ASKED, REQUESTED, granted)).berichten[1].verlengd == 10


def test_more_days_are_refused_with_a_reason() -> None:
    asked = given(*ASKED, REQUESTED)
    asked.when(UitstelWeigeren(1, "Te laat."), by=ABB).then(
        UitstelGeweigerd(1, ABB.bestuur, "Te laat.")
    )
    asked.when(UitstelWeigeren(1, ""), by=ABB).refuses(refusals.OngeldigeReden)


def test_one_asks_once_at_a_time_and_the_other_side_decides() -> None:
    given(*ASKED, REQUESTED).when(REQUEST, by=AALST).refuses(refusals.AlGevraagd)
    given(*ASKED, REQUESTED).when(UitstelToestaan(1), by=AALST).refuses(refusals.NietVerzonden)
    given(*ASKED).when(REQUEST, by=ABB).refuses(refusals.NietOntvangen)
    given(*ASKED).when(UitstelToestaan(1), by=ABB).refuses(refusals.GeenUitstelGevraagd)


def test_there_is_something_to_extend() -> None:
    given(*started(), OPENED).when(REQUEST, by=AALST).refuses(refusals.GeenTermijn)
    answered = (*ASKED, *sent(2, AALST, ABB, REACTIE, 0, 1))
    given(*answered).when(REQUEST, by=AALST).refuses(refusals.GeenTermijn)
    given(*started(30)).when(REQUEST, by=AALST).refuses(refusals.NogNietGeopend)


@pytest.mark.parametrize("days", [0, -3, 366])
def test_an_extension_is_bounded(days: int) -> None:
    given(*ASKED).when(replace(REQUEST, dagen=days), by=AALST).refuses(refusals.OngeldigeTermijn)


def test_all_extensions_together_are_bounded() -> None:
    long = UitstelToegestaan(1, ABB.bestuur, 365)
    given(*ASKED, long, long).when(REQUEST, by=AALST).refuses(refusals.OngeldigeTermijn)


# Recall


@pytest.mark.parametrize("opened", [True, False])
def test_a_recall_tells_whether_it_was_opened(opened: bool) -> None:
    facts = (*started(), OPENED) if opened else started()
    given(*facts).when(BerichtIntrekken(1, "Verkeerd bestuur"), by=ABB).then(
        BerichtIngetrokken(1, ABB.bestuur, "Verkeerd bestuur", opened)
    )


RECALLED = BerichtIngetrokken(1, ABB.bestuur, "Verkeerd bestuur", True)


def test_recalled_content_is_readable_by_its_sender_only() -> None:
    facts = (*ASKED, RECALLED)
    state = MODULE.replay(facts)
    assert MODULE.discloses(state, facts[1], ABB.bestuur)
    assert not MODULE.discloses(state, facts[1], AALST.bestuur)
    assert not state.unopened(AALST.bestuur)
    assert state.berichten[1].geopend


def test_only_its_sender_recalls_once_with_a_reason() -> None:
    recall = BerichtIntrekken(1, "Verkeerd bestuur")
    given(*ASKED).when(recall, by=AALST).refuses(refusals.NietVerzonden)
    given(*ASKED, RECALLED).when(recall, by=ABB).refuses(refusals.AlIngetrokken)
    given(*ASKED).when(BerichtIntrekken(1, " "), by=ABB).refuses(refusals.OngeldigeReden)
    given(*ASKED).when(BerichtIntrekken(2, "x"), by=ABB).refuses(refusals.OnbekendBericht)


def test_a_recalled_answer_lets_the_term_run_again() -> None:
    answered = (*ASKED, *sent(2, AALST, ABB, REACTIE, 0, 1))
    assert not MODULE.replay(answered).waiting(AALST.bestuur)
    recalled = (*answered, BerichtIngetrokken(2, AALST.bestuur, "x", False))
    assert MODULE.replay(recalled).waiting(AALST.bestuur) == (1,)


def test_a_recalled_message_is_not_answered() -> None:
    reply = BerichtSturen("x", antwoord_op=1)
    given(*ASKED, RECALLED).when(reply, by=AALST).refuses(refusals.AlIngetrokken)


# Notes, and the end


def test_a_note_is_of_its_side() -> None:
    given(*started()).when(NotitieMaken("Bel ze op."), by=ABB).then(
        NotitieGemaakt(ABB.bestuur, "Bel ze op.")
    )
    given(*started()).when(NotitieMaken(" "), by=ABB).refuses(refusals.OngeldigeNotitie)
    assert NotitieGemaakt in MODULE.internal
    assert BerichtGelezen in MODULE.internal


CLOSED = GesprekGesloten(ABB.bestuur, "")


def test_who_started_closes_when_nothing_waits() -> None:
    given(*started()).when(GesprekSluiten(), by=ABB).then(CLOSED)
    given(*started()).when(GesprekSluiten(), by=AALST).refuses(refusals.NietGestart)
    given(*ASKED).when(GesprekSluiten(), by=ABB).refuses(refusals.AntwoordVerwacht)
    given(*started(), CLOSED).when(GesprekSluiten(), by=ABB).refuses(refusals.GesprekIsGesloten)


def test_either_side_reopens_and_writes_again() -> None:
    closed = given(*started(), CLOSED)
    closed.when(BerichtSturen("x"), by=AALST).refuses(refusals.GesprekIsGesloten)
    reopened = GesprekHeropend(AALST.bestuur, "Nog een vraag")
    closed.when(GesprekHeropenen("Nog een vraag"), by=AALST).then(reopened)
    given(*started()).when(GesprekHeropenen(), by=AALST).refuses(refusals.GesprekIsOpen)
    given(*started(), CLOSED, reopened).when(BerichtSturen("x"), by=AALST).gives(
        BerichtVerzonden, BerichtAfgeleverd
    )
