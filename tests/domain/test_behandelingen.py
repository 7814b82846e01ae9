# SPDX-License-Identifier: EUPL-1.2
"""Behandelingen, in sentences: what is received, and who treats it."""

from dataclasses import replace
from typing import Any

import pytest
from given import AALST, ABB, GENT, MACHINE, REFERENCE, given, klasse
from treating import (
    _TYPE,
    ASKED,
    BEA,
    COLLEAGUES,
    DELIVERED,
    DOSSIER,
    EDITOR,
    LATE,
    LEKP,
    LOCAL,
    NOTE,
    OPEN,
    OPENED,
    OTHER,
    first,
    outcome,
    state_of,
)

from loket.bounds import MAX_REDEN
from loket.domain.behandelingen import MODULE
from loket.domain.behandelingen.refusals import (
    AlleenLezen,
    AnderBestuur,
    AndereStroom,
    IsIngetrokken,
    IsTeruggegeven,
    IsVerbeterd,
    NiemandGekozen,
    OnbekendeBehandeling,
    OnbekendeMedewerker,
    OnbekendTeam,
    OngeldigeMelding,
    OngeldigeOntvangst,
    OngeldigeTekst,
    TermijnLoopt,
)
from loket.domain.behandelingen.state import Fase
from loket.domain.behandelingen.words import (
    BehandelingAfsluiten,
    BehandelingGestart,
    BehandelingHeropenen,
    BehandelingToegewezen,
    BehandelingToewijzen,
    DossierIngetrokken,
    DossierOverdragen,
    DossierTeruggegeven,
    DossierVerbeterd,
    GeenMaatregelVaststellen,
    InBehandelingGenomen,
    InBehandelingNemen,
    IntrekkingRegistreren,
    NieuweVerzendingOntvangen,
    NotitieGemaakt,
    NotitieMaken,
    Overgedragen,
    TeruggaveRegistreren,
    VerbeteringRegistreren,
    stream_of,
)
from loket.domain.medewerkers.words import ProfielBijgewerkt
from loket.kernel import Refused, StreamId

# The machine


def test_a_delivered_sending_is_opened_with_its_team_and_the_exact_term() -> None:
    assert OPENED.team == "toezicht-oost-vlaanderen"
    assert OPENED.partijen == (ABB.bestuur, AALST.bestuur)
    assert OPENED.termijn["regel"] == "toezicht-30"
    assert OPENED.termijn["moment"] == "2026-03-02T08:00:00Z"
    assert OPENED.termijn["vervaldag"] == "2026-04-01"
    assert OPENED.referentie_versie == REFERENCE.version


def test_a_type_without_a_term_is_opened_without_one() -> None:
    assert first(dossiertype=LEKP).termijn == {}


def test_what_a_local_supervisor_receives_has_no_team() -> None:
    notulen = _TYPE + "BesluitDocumentType/8e791b27-7600-4577-b24e-c7c29e0eb773"
    fact = first(ontvanger=GENT.bestuur, klasse=klasse("EB"), dossiertype=notulen)
    assert fact.team == ""
    assert fact.termijn["regel"] == "toezicht-eredienst-30"


def test_a_sending_is_opened_once() -> None:
    given(OPENED).when(OPEN, by=MACHINE).then()


def test_a_new_sending_starts_over_with_who_treated_it_before() -> None:
    again = replace(OPEN, verzending=2, afgeleverd_op="2026-03-20T08:00:00+00:00")
    assigned = BehandelingToegewezen("bea", "Bea Claes")
    moved = Overgedragen("bea", "Bea Claes", "financien", "te druk")
    (fact,) = (
        given(OPENED, assigned, moved).when(again, by=MACHINE).gives(NieuweVerzendingOntvangen)
    )
    assert fact.team == "financien"
    assert fact.termijn["vervaldag"] == "2026-04-20"
    after = state_of(OPENED, outcome("schorsing"), fact)
    assert (after.fase, after.verzending, after.uitkomst) == (Fase.ONTVANGEN, 2, "")


@pytest.mark.parametrize(
    "wrong",
    [
        {"dossier": "geen-nummer"},
        {"verzending": 0},
        {"ontvanger": ""},
        {"klasse": ""},
        {"afgeleverd_op": "2026-03-02T08:00:00"},
        {"afgeleverd_op": "gisteren"},
    ],
)
def test_what_the_machine_cannot_mean_is_refused(wrong: dict[str, Any]) -> None:
    given().when(replace(OPEN, **wrong), by=MACHINE).refuses(OngeldigeMelding)


def test_a_moment_outside_the_years_we_count_in_is_refused() -> None:
    far = replace(OPEN, afgeleverd_op="9000-01-01T00:00:00+00:00")
    given().when(far, by=MACHINE).refuses(OngeldigeOntvangst)


def test_a_behandeling_has_the_stream_of_its_dossier_and_recipient() -> None:
    own = stream_of(DOSSIER, ABB.bestuur)
    given(stream=own).when(OPEN, by=MACHINE).gives(BehandelingGestart)
    given(stream=OTHER).when(OPEN, by=MACHINE).refuses(AndereStroom)
    given(OPENED).when(replace(OPEN, dossier=OTHER, verzending=2), by=MACHINE).refuses(AndereStroom)


def test_nothing_can_be_done_before_it_is_opened() -> None:
    given().when(InBehandelingNemen(), by=EDITOR).refuses(OnbekendeBehandeling)
    given().when(IntrekkingRegistreren(1, "fout"), by=MACHINE).refuses(OnbekendeBehandeling)


@pytest.mark.parametrize(
    ("command", "fact", "fase", "refusal"),
    [
        (
            IntrekkingRegistreren(1, "fout"),
            DossierIngetrokken(1, "fout"),
            Fase.INGETROKKEN,
            IsIngetrokken,
        ),
        (
            TeruggaveRegistreren(1, "vraag"),
            DossierTeruggegeven(1, "vraag"),
            Fase.TERUGGEGEVEN,
            IsTeruggegeven,
        ),
        (VerbeteringRegistreren(1, OTHER), DossierVerbeterd(1, OTHER), Fase.VERBETERD, IsVerbeterd),
    ],
)
def test_what_the_sender_does_ends_the_treatment_visibly(
    command: Any, fact: Any, fase: Fase, refusal: type[Refused]
) -> None:
    given(OPENED, ASKED).when(command, by=MACHINE).then(fact)
    given(OPENED, fact).when(command, by=MACHINE).then()
    assert state_of(OPENED, fact).fase is fase
    for act in (InBehandelingNemen(), BehandelingAfsluiten("x"), BehandelingHeropenen("x")):
        given(OPENED, fact).when(act, by=EDITOR).refuses(refusal)
    given(OPENED, fact, at=LATE).when(GeenMaatregelVaststellen(), by=MACHINE).refuses(TermijnLoopt)
    given(OPENED, fact).when(NotitieMaken("weg"), by=EDITOR).gives(NotitieGemaakt)


def test_what_happened_to_an_earlier_sending_changes_nothing() -> None:
    again = NieuweVerzendingOntvangen(2, "", DELIVERED, {}, "")
    given(OPENED, again).when(TeruggaveRegistreren(1, "laat"), by=MACHINE).then()


def test_a_corrected_dossier_names_the_one_that_corrects_it() -> None:
    given(OPENED).when(VerbeteringRegistreren(1, "x"), by=MACHINE).refuses(OngeldigeMelding)
    given(OPENED).when(IntrekkingRegistreren(0, ""), by=MACHINE).refuses(OngeldigeMelding)


def test_a_reason_that_no_sender_can_give_is_not_passed_on() -> None:
    long = "x" * (MAX_REDEN + 1)
    for command in (IntrekkingRegistreren(1, long), TeruggaveRegistreren(1, long)):
        given(OPENED).when(command, by=MACHINE).refuses(OngeldigeMelding)
        fits = replace(command, reden=long[1:])
        assert given(OPENED).when(fits, by=MACHINE).facts


# Who treats it


def test_only_the_recipient_treats_a_dossier() -> None:
    given(OPENED).when(InBehandelingNemen(), by=LOCAL).refuses(AnderBestuur)


def test_a_reader_of_abb_does_not_treat() -> None:
    reader = replace(EDITOR, rollen=frozenset({"LoketLB-databankEredienstenGebruiker"}))
    given(OPENED).when(InBehandelingNemen(), by=reader).refuses(AlleenLezen)


def test_a_local_supervisor_treats_what_it_received() -> None:
    mine = first(ontvanger=GENT.bestuur)
    given(mine).when(InBehandelingNemen(), by=LOCAL).gives(
        BehandelingToegewezen, InBehandelingGenomen
    )


def test_who_starts_without_an_assignment_is_assigned() -> None:
    given(OPENED).when(InBehandelingNemen(), by=EDITOR).then(
        BehandelingToegewezen("an", "An Peeters"), InBehandelingGenomen()
    )


def test_a_substitute_starts_for_whom_it_is_assigned_to() -> None:
    assigned = BehandelingToegewezen("bea", "Bea Claes")
    given(OPENED, assigned).when(InBehandelingNemen(), by=EDITOR).then(InBehandelingGenomen())
    given(OPENED, assigned, InBehandelingGenomen()).when(InBehandelingNemen(), by=EDITOR).then()


def test_a_dossier_is_assigned_to_a_known_colleague() -> None:
    assigned = BehandelingToegewezen("bea", "Bea Claes")
    given(OPENED, related=COLLEAGUES).when(BehandelingToewijzen(BEA), by=EDITOR).then(assigned)
    given(OPENED, assigned, related=COLLEAGUES).when(BehandelingToewijzen(BEA), by=EDITOR).then()


@pytest.mark.parametrize("stream", [BEA, StreamId("medewerkers/x"), StreamId(OTHER)])
def test_a_dossier_is_assigned_to_nobody_else(stream: StreamId) -> None:
    elsewhere = {BEA: (ProfielBijgewerkt(GENT.bestuur, "bea", "Bea", "", ()),)}
    refusal = given(OPENED, related=elsewhere).when(BehandelingToewijzen(stream), by=EDITOR)
    assert refusal.refuses(OnbekendeMedewerker).findings[0].veld == "medewerker"


def test_a_dossier_is_handed_over_with_a_reason() -> None:
    hand = DossierOverdragen("met verlof", BEA, "erediensten")
    done = Overgedragen("bea", "Bea Claes", "erediensten", "met verlof")
    given(OPENED, related=COLLEAGUES).when(hand, by=EDITOR).then(done)
    given(OPENED, done, related=COLLEAGUES).when(hand, by=EDITOR).then()
    given(OPENED, related=COLLEAGUES).when(replace(hand, reden=" "), by=EDITOR).refuses(
        OngeldigeTekst
    )


def test_a_dossier_is_handed_over_to_a_team_without_a_person() -> None:
    hand = DossierOverdragen("hoort daar", team="financien")
    done = Overgedragen("", "", "financien", "hoort daar")
    given(OPENED, BehandelingToegewezen("an", "An")).when(hand, by=EDITOR).then(done)
    assert state_of(OPENED, BehandelingToegewezen("an", "An"), done).persoon == ""


def test_a_dossier_is_handed_over_to_somebody() -> None:
    given(OPENED).when(DossierOverdragen("weg"), by=EDITOR).refuses(NiemandGekozen)
    given(OPENED).when(DossierOverdragen("weg", team="x"), by=EDITOR).refuses(OnbekendTeam)
    given(OPENED).when(DossierOverdragen("weg", BEA), by=EDITOR).refuses(OnbekendeMedewerker)


def test_a_note_is_for_colleagues_and_says_something() -> None:
    given(OPENED).when(NotitieMaken("bel Bea"), by=EDITOR).then(NOTE)
    given(OPENED).when(NotitieMaken(" "), by=EDITOR).refuses(OngeldigeTekst)
    assert {BehandelingToegewezen, Overgedragen, NotitieGemaakt} == MODULE.internal
