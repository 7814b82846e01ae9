# SPDX-License-Identifier: EUPL-1.2
"""The life of a dossier, in sentences."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import hypothesis
import pytest
from given import AALST, ABB, ABB_ADMIN, GENT, MACHINE, REFERENCE, SENDER, actor, given, klasse
from hypothesis import strategies as st

from filled import filled
from loket.domain import MODULES
from loket.domain.agendas import AgendaAangemaakt
from loket.domain.toezicht import MODULE
from loket.domain.toezicht.refusals import (
    AlIngetrokken,
    AlOpgesteld,
    AlToegevoegd,
    AlVerbeterd,
    AlVerworpen,
    AlVerzonden,
    AnderBestuur,
    EerderVerzonden,
    GeenDubbel,
    GeenOntvanger,
    GeenWaarschuwing,
    MagDitTypeNietVerzenden,
    NietGeadresseerd,
    NietVerzonden,
    OnbekendBestand,
    OnbekendDossier,
    OnbekendDossiertype,
    OnbekendeLink,
    OnbekendVeld,
    OngeldigBestand,
    OngeldigeLink,
    OngeldigeMelding,
    OngeldigeReden,
    OnvolledigDossier,
    TeGroot,
    VerbetertOnbekendDossier,
    VerwijstNiet,
    WaarschuwingNietBevestigd,
)
from loket.domain.toezicht.words import (
    BesluitAfgeleverd,
    BesluitDoorsturen,
    BesluitGeopend,
    BesluitGevalideerd,
    BesluitHeropend,
    BesluitHeropenen,
    BesluitIngetrokken,
    BesluitIntrekken,
    BesluitOpenen,
    BesluitOpgesteld,
    BesluitOpstellen,
    BesluitValideren,
    BesluitVerbeterd,
    BesluitVervangen,
    BesluitVerwerpen,
    BesluitVerworpen,
    BesluitVerzenden,
    BesluitVerzonden,
    BestandToegevoegd,
    BestandToevoegen,
    BestandVerwijderd,
    BestandVerwijderen,
    DubbelMelden,
    LinkToegevoegd,
    LinkToevoegen,
    LinkVerwijderd,
    LinkVerwijderen,
    OntvangstbewijsGemaild,
    OntvangstbewijsMislukt,
    OntvangstbewijsNietGemaild,
    OntvangstbewijsRegistreren,
    OntvangstbewijsTeruggekomen,
    OntvangstbewijsTerugkomst,
    VeldenGewijzigd,
    VeldenWijzigen,
    WaarschuwingBevestigd,
    WaarschuwingBevestigen,
)
from loket.kernel import Digest, Document, Refused, StreamId

TYPES = {t.label: t for t in REFERENCE.dossiertypes.values()}
LIJST = TYPES["Besluitenlijst"]
MOTIE = TYPES["Collectieve motie van wantrouwen"]
ORGANEN = REFERENCE.codelijsten["bestuursorgaan-classificatie"]
GEM = klasse("GEM")
SHA = Digest("a" * 64)
PDF = Document(SHA, 12, "lijst.pdf", "application/pdf")
LINK = "https://aalst.example/lijst"
OTHER = StreamId("11111111-1111-1111-1111-111111111111")
HASH = "b" * 64


def organ(label: str) -> str:
    concept = ORGANEN.find(label)
    assert concept, label
    return concept.uri


VELDEN = filled(LIJST, GEM, {"bestuursorgaan": organ("Gemeenteraad")})
opgesteld = BesluitOpgesteld(LIJST.uri, AALST.bestuur, GEM, VELDEN, "")
gelinkt = LinkToegevoegd(LINK)
verzonden = BesluitVerzonden(
    verzending=1,
    dossiertype=LIJST.uri,
    bestuur=AALST.bestuur,
    klasse=GEM,
    velden=VELDEN,
    documenten=(),
    links=(LINK,),
    verbetert="",
    waarschuwingen=(),
    ontvangers=(ABB.bestuur,),
    meldingsregel=LIJST.meldingsregels[0].uri,
    routeringsregel="abb-standaard-1",
    referentie_versie=REFERENCE.version,
)
afgeleverd = BesluitAfgeleverd(1, ABB.bestuur)
geopend = BesluitGeopend(1, ABB.bestuur)
ingetrokken = BesluitIngetrokken("fout")
heropend = BesluitHeropend("op vraag van Aalst")
verbeterd = BesluitVerbeterd(OTHER)
verworpen = BesluitVerworpen()
DOUBT = ("publicatiedatum", "vandaag")
bevestigd = WaarschuwingBevestigd(*DOUBT)

DRAFT = (opgesteld, gelinkt)
SENT = (*DRAFT, verzonden, afgeleverd)
OPENED = (*SENT, geopend)
WITHDRAWN = (*SENT, ingetrokken)
CORRECTED = (*SENT, verbeterd)
REOPENED = (*OPENED, heropend)
DISCARDED = (opgesteld, verworpen)


# Drafting


def test_a_gemeente_drafts_a_besluitenlijst() -> None:
    given().when(BesluitOpstellen(LIJST.uri, VELDEN), by=AALST).then(opgesteld)


def test_a_draft_may_be_empty() -> None:
    [fact] = given().when(BesluitOpstellen(LIJST.uri), by=AALST).gives(BesluitOpgesteld)
    assert fact.velden == {}


def test_a_second_draft_in_the_same_stream_is_refused() -> None:
    given(opgesteld).when(BesluitOpstellen(LIJST.uri), by=AALST).refuses(AlOpgesteld)
    given(opgesteld).when(BesluitOpstellen(LIJST.uri), by=GENT).refuses(AnderBestuur)


def test_a_type_that_does_not_exist_is_refused() -> None:
    given().when(BesluitOpstellen("http://x"), by=AALST).refuses(OnbekendDossiertype)


def test_a_class_that_may_not_send_a_type_is_refused_when_drafting() -> None:
    ocmw = actor("http://ocmw", "OCMW", SENDER)
    refusal = given().when(BesluitOpstellen(MOTIE.uri), by=ocmw).refuses(MagDitTypeNietVerzenden)
    assert "Collectieve motie" in refusal.detail


def test_a_type_is_not_offered_before_its_first_day() -> None:
    before = datetime(2022, 4, 30, 21, 59, tzinfo=UTC)
    midnight_in_belgium = datetime(2022, 4, 30, 22, 0, tzinfo=UTC)
    draft = BesluitOpstellen(MOTIE.uri)
    given(at=before).when(draft, by=AALST).refuses(MagDitTypeNietVerzenden)
    given(at=midnight_in_belgium).when(draft, by=AALST).gives(BesluitOpgesteld)


def test_fields_the_form_does_not_have_are_refused_by_name() -> None:
    command = BesluitOpstellen(LIJST.uri, {"kleur": "rood"})
    refusal = given().when(command, by=AALST).refuses(OnbekendVeld)
    assert [f.veld for f in refusal.findings] == ["kleur"]
    given(opgesteld).when(VeldenWijzigen({"kleur": "rood"}), by=AALST).refuses(OnbekendVeld)


def test_changing_fields_records_what_was_sent() -> None:
    change = {"publicatiedatum": "2026-02-28"}
    given(*DRAFT).when(VeldenWijzigen(change), by=AALST).then(VeldenGewijzigd(change))


def test_changing_nothing_records_nothing() -> None:
    given(*DRAFT).when(VeldenWijzigen(VELDEN), by=AALST).then()
    given(*DRAFT).when(VeldenWijzigen({}), by=AALST).then()


def test_none_clears_a_field() -> None:
    cleared = VeldenGewijzigd({"publicatiedatum": None})
    state = MODULE.replay([opgesteld, cleared])
    assert "publicatiedatum" not in state.velden
    given(opgesteld, cleared).when(VeldenWijzigen(cleared.velden), by=AALST).then()


def test_true_and_one_are_different_values() -> None:
    tax = TYPES["Reglementen en verordeningen"]
    draft = BesluitOpgesteld(tax.uri, AALST.bestuur, GEM, {"meerdere_tarieven": True}, "")
    given(draft).when(VeldenWijzigen({"meerdere_tarieven": 1}), by=AALST).gives(VeldenGewijzigd)


@pytest.mark.parametrize("value", ["x" * 10_001, 2**53, -(2**53), ("x" * 2_001,), ("x",) * 501])
def test_values_too_large_for_a_dossier_are_refused(value: Any) -> None:
    command = VeldenWijzigen({"bestuursorgaan": value})
    refusal = given(opgesteld).when(command, by=AALST).refuses(TeGroot)
    assert refusal.findings[0].veld == "bestuursorgaan"


def test_all_fields_together_are_bounded() -> None:
    large = ("x" * 2_000,) * 101
    given(opgesteld).when(VeldenWijzigen({"bestuursorgaan": large}), by=AALST).refuses(TeGroot)


def test_only_the_owner_edits_a_draft() -> None:
    for command in (VeldenWijzigen({}), BesluitVerzenden(), BesluitVerwerpen()):
        given(*DRAFT).when(command, by=GENT).refuses(AnderBestuur)


# Attachments


def test_an_uploaded_file_is_attached_with_its_size() -> None:
    add = BestandToevoegen(SHA, PDF.naam, PDF.formaat)
    given(opgesteld, documents={SHA: 12}).when(add, by=AALST).then(BestandToegevoegd(PDF))


def test_attaching_the_same_file_twice_changes_nothing() -> None:
    add = BestandToevoegen(SHA, PDF.naam, PDF.formaat)
    facts = (opgesteld, BestandToegevoegd(PDF))
    given(*facts, documents={SHA: 12}).when(add, by=AALST).then()


@pytest.mark.parametrize(
    "add",
    [
        BestandToevoegen(SHA, "anders.pdf", PDF.formaat),
        BestandToevoegen(Digest("c" * 64), PDF.naam, PDF.formaat),
    ],
)
def test_one_name_and_one_content_per_file(add: BestandToevoegen) -> None:
    facts = (opgesteld, BestandToegevoegd(PDF))
    given(*facts, documents={add.sha256: 12}).when(add, by=AALST).refuses(AlToegevoegd)


def test_a_file_that_was_not_uploaded_is_refused() -> None:
    add = BestandToevoegen(SHA, PDF.naam, PDF.formaat)
    given(opgesteld).when(add, by=AALST).refuses(OnbekendBestand)


@pytest.mark.parametrize(
    ("naam", "formaat", "size"),
    [
        ("", "application/pdf", 1),
        ("..", "application/pdf", 1),
        ("a/b.pdf", "application/pdf", 1),
        ("a\\b.pdf", "application/pdf", 1),
        ("a\nb.pdf", "application/pdf", 1),
        ("fdp.\u202eexe", "application/pdf", 1),
        (" a.pdf", "application/pdf", 1),
        ("x" * 256, "application/pdf", 1),
        ("a.pdf", "pdf", 1),
        ("a.pdf", "", 1),
        ("a.pdf", "application/pdf", 0),
    ],
)
def test_unfit_names_formats_and_empty_files_are_refused(
    naam: str, formaat: str, size: int
) -> None:
    add = BestandToevoegen(SHA, naam, formaat)
    given(opgesteld, documents={SHA: size}).when(add, by=AALST).refuses(OngeldigBestand)


def test_a_file_is_detached() -> None:
    remove = BestandVerwijderen(SHA)
    given(opgesteld, BestandToegevoegd(PDF)).when(remove, by=AALST).then(BestandVerwijderd(SHA))
    given(opgesteld).when(remove, by=AALST).refuses(OnbekendBestand)
    assert MODULE.replay([opgesteld, BestandToegevoegd(PDF), BestandVerwijderd(SHA)]) == (
        MODULE.replay([opgesteld])
    )


def test_a_dossier_takes_so_many_attachments() -> None:
    files = [BestandToegevoegd(replace(PDF, sha256=str(n), naam=str(n))) for n in range(200)]
    links = [LinkToegevoegd(f"http://a/{n}") for n in range(200)]
    add = BestandToevoegen(SHA, PDF.naam, PDF.formaat)
    given(opgesteld, *files, documents={SHA: 1}).when(add, by=AALST).refuses(TeGroot)
    given(opgesteld, *links).when(LinkToevoegen(LINK), by=AALST).refuses(TeGroot)


def test_a_link_is_attached_once_and_detached() -> None:
    given(opgesteld).when(LinkToevoegen(LINK), by=AALST).then(gelinkt)
    given(*DRAFT).when(LinkToevoegen(LINK), by=AALST).then()
    given(*DRAFT).when(LinkVerwijderen(LINK), by=AALST).then(LinkVerwijderd(LINK))
    given(opgesteld).when(LinkVerwijderen(LINK), by=AALST).refuses(OnbekendeLink)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "aalst.be",
        "ftp://aalst.be/lijst",
        "javascript:alert(1)",
        "http://",
        "http://[::1",
        "http://a:99999/",
        "https://user:secret@aalst.be/",
        "https://aalst.be/een lijst",
        "https://aalst.be/\u0000",
        "https://aalst.be/" + "x" * 2_000,
    ],
)
def test_only_plain_http_addresses_are_links(url: str) -> None:
    given(opgesteld).when(LinkToevoegen(url), by=AALST).refuses(OngeldigeLink)


# Validating and sending


def test_validating_a_complete_draft_records_no_findings() -> None:
    outcome = BesluitGevalideerd((), (), REFERENCE.version)
    given(*DRAFT).when(BesluitValideren(), by=AALST).then(outcome)
    given(*DRAFT, outcome).when(BesluitValideren(), by=AALST).then()


def test_validating_an_incomplete_draft_records_what_is_missing() -> None:
    [outcome] = given(opgesteld).when(BesluitValideren(), by=AALST).gives(BesluitGevalideerd)
    assert [b["regel"] for b in outcome.bevindingen] == ["link-verplicht"]


def test_a_change_makes_validating_worthwhile_again() -> None:
    outcome = BesluitGevalideerd((), (), REFERENCE.version)
    facts = (*DRAFT, outcome, VeldenGewijzigd({"zittingsdatum": "2026-02-27T20:00:00+01:00"}))
    given(*facts).when(BesluitValideren(), by=AALST).then(outcome)


def test_sending_records_everything_and_delivers_at_once() -> None:
    given(*DRAFT).when(BesluitVerzenden(), by=AALST).then(verzonden, afgeleverd)


def test_sending_without_a_required_field_names_it_and_how_to_meet_it() -> None:
    facts = (*DRAFT, VeldenGewijzigd({"publicatiedatum": None}))
    refusal = given(*facts).when(BesluitVerzenden(), by=AALST).refuses(OnvolledigDossier)
    [finding] = refusal.findings
    assert (finding.veld, finding.regel) == ("publicatiedatum", "verplicht")
    assert "2026-01-31" in finding.melding


def test_a_doubt_stops_a_sending_until_it_is_confirmed_and_is_recorded() -> None:
    facts = (*DRAFT, VeldenGewijzigd({"publicatiedatum": "2026-03-01"}))
    refusal = given(*facts).when(BesluitVerzenden(), by=AALST).refuses(WaarschuwingNietBevestigd)
    assert [(f.veld, f.regel) for f in refusal.findings] == [DOUBT]
    given(*facts).when(WaarschuwingBevestigen(*DOUBT), by=AALST).then(bevestigd)
    given(*facts, bevestigd).when(WaarschuwingBevestigen(*DOUBT), by=AALST).then()
    sent, _ = (
        given(*facts, bevestigd)
        .when(BesluitVerzenden(), by=AALST)
        .gives(BesluitVerzonden, BesluitAfgeleverd)
    )
    assert [w["regel"] for w in sent.waarschuwingen] == ["vandaag"]


def test_a_confirmed_doubt_is_about_the_value_it_was_confirmed_for() -> None:
    facts = (*DRAFT, VeldenGewijzigd({"publicatiedatum": "2026-03-01"}), bevestigd)
    other = VeldenGewijzigd({"zittingsdatum": "2026-02-25T20:00:00+01:00"})
    given(*facts, other).when(BesluitVerzenden(), by=AALST).gives(
        BesluitVerzonden, BesluitAfgeleverd
    )
    earlier = VeldenGewijzigd({"publicatiedatum": "2026-02-28"})
    decision = given(*facts, other, earlier).when(BesluitVerzenden(), by=AALST)
    decision.refuses(WaarschuwingNietBevestigd)


def test_only_a_doubt_that_there_is_can_be_confirmed() -> None:
    confirm = WaarschuwingBevestigen(*DOUBT)
    given(*DRAFT).when(confirm, by=AALST).refuses(GeenWaarschuwing)
    given(*SENT).when(confirm, by=AALST).refuses(AlVerzonden)
    given(*DRAFT).when(confirm, by=GENT).refuses(AnderBestuur)


def test_what_nobody_receives_is_refused() -> None:
    eredienst = actor("http://eb", "EB", SENDER)
    form = TYPES["Jaarrekening"]
    velden = filled(form, eredienst.klasse, {"bestuursorgaan": organ("Kerkraad")})
    draft = BesluitOpgesteld(form.uri, eredienst.bestuur, eredienst.klasse, velden, "")
    given(draft, gelinkt).when(BesluitVerzenden(), by=eredienst).refuses(GeenOntvanger)


def test_a_type_that_lapsed_since_drafting_is_refused() -> None:
    early = datetime(2020, 1, 1, tzinfo=UTC)
    given(*DRAFT, at=early).when(BesluitVerzenden(), by=AALST).refuses(MagDitTypeNietVerzenden)


# Opening


def test_the_first_consultation_is_registered_once() -> None:
    given(*SENT).when(BesluitOpenen(), by=ABB).then(geopend)
    given(*OPENED).when(BesluitOpenen(), by=ABB).then()


def test_who_did_not_receive_it_cannot_open_it() -> None:
    stranger = actor("http://elders", "ABB", *ABB.rollen)
    given(*SENT).when(BesluitOpenen(), by=stranger).refuses(NietGeadresseerd)
    given(*DRAFT).when(BesluitOpenen(), by=ABB).refuses(NietGeadresseerd)


def test_withdrawn_and_corrected_dossiers_can_still_be_consulted() -> None:
    given(*WITHDRAWN).when(BesluitOpenen(), by=ABB).then(geopend)
    given(*CORRECTED).when(BesluitOpenen(), by=ABB).then(geopend)


def test_recipients_know_from_delivery_and_read_from_opening() -> None:
    draft, sent, opened = (MODULE.scope(MODULE.replay(f)) for f in (DRAFT, SENT, OPENED))
    assert not draft.may_see(ABB.bestuur)
    assert sent.may_see(ABB.bestuur)
    assert not sent.may_read(ABB.bestuur)
    assert opened.may_read(ABB.bestuur)
    assert draft.may_read(AALST.bestuur)
    assert not opened.may_see(GENT.bestuur)


# Afterwards


def test_a_sent_dossier_is_withdrawn_with_a_reason() -> None:
    given(*OPENED).when(BesluitIntrekken("fout"), by=AALST).then(ingetrokken)
    for reden in ("", "  ", "x" * 2_001):
        given(*SENT).when(BesluitIntrekken(reden), by=AALST).refuses(OngeldigeReden)


def test_a_reopened_dossier_can_still_be_withdrawn_but_not_discarded() -> None:
    given(*REOPENED).when(BesluitIntrekken("fout"), by=AALST).then(ingetrokken)
    given(*REOPENED).when(BesluitVerwerpen(), by=AALST).refuses(EerderVerzonden)


def test_a_draft_is_discarded_once() -> None:
    given(*DRAFT).when(BesluitVerwerpen(), by=AALST).then(verworpen)
    given(*DISCARDED).when(BesluitVerwerpen(), by=AALST).then()


def test_the_supervisor_reopens_and_the_sender_sends_again() -> None:
    given(*OPENED).when(BesluitHeropenen(heropend.reden), by=ABB_ADMIN).then(heropend)
    sent, delivered = given(*REOPENED).when(BesluitVerzenden(), by=AALST).facts
    assert (sent.verzending, delivered) == (2, BesluitAfgeleverd(2, ABB.bestuur))
    again = BesluitGeopend(2, ABB.bestuur)
    given(*REOPENED, sent, delivered).when(BesluitOpenen(), by=ABB).then(again)


def test_what_was_delivered_stays_within_reach_of_its_recipient_after_reopening() -> None:
    given(*REOPENED).when(BesluitOpenen(), by=ABB).then()
    given(*SENT, heropend).when(BesluitOpenen(), by=ABB).then(geopend)
    scope = MODULE.scope(MODULE.replay(REOPENED))
    assert scope.may_read(ABB.bestuur)


def test_who_is_no_recipient_of_a_later_sending_reads_the_earlier_one_only() -> None:
    second = replace(verzonden, verzending=2, ontvangers=(GENT.bestuur,))
    facts = (*REOPENED, second, BesluitAfgeleverd(2, GENT.bestuur))
    state = MODULE.replay(facts)
    assert MODULE.scope(state).may_read(ABB.bestuur)
    assert not MODULE.scope(state).may_read(GENT.bestuur)
    assert state.leest(ABB.bestuur) == 1
    assert MODULE.discloses(state, verzonden, ABB.bestuur)
    assert not MODULE.discloses(state, second, ABB.bestuur)
    assert MODULE.discloses(state, second, AALST.bestuur)
    given(*facts).when(BesluitHeropenen("x"), by=ABB_ADMIN).refuses(NietGeadresseerd)
    given(*facts).when(BesluitOpenen(), by=GENT).then(BesluitGeopend(2, GENT.bestuur))


def test_the_opening_of_one_recipient_says_nothing_of_another() -> None:
    both = replace(verzonden, ontvangers=(ABB.bestuur, GENT.bestuur))
    facts = (*DRAFT, both, afgeleverd, BesluitAfgeleverd(1, GENT.bestuur), geopend)
    scope = MODULE.scope(MODULE.replay(facts))
    assert (scope.may_read(ABB.bestuur), scope.may_read(GENT.bestuur)) == (True, False)
    given(*facts).when(BesluitOpenen(), by=GENT).then(BesluitGeopend(1, GENT.bestuur))


def test_reopening_needs_a_reason_and_an_addressee() -> None:
    given(*SENT).when(BesluitHeropenen(" "), by=ABB_ADMIN).refuses(OngeldigeReden)
    itself = actor(AALST.bestuur, "GEM", "LoketLB-admin")
    given(*SENT).when(BesluitHeropenen("x"), by=itself).refuses(NietGeadresseerd)


# Correcting


def test_a_correction_is_a_new_dossier_that_names_the_sent_one() -> None:
    command = BesluitOpstellen(LIJST.uri, VELDEN, OTHER)
    correction = replace(opgesteld, verbetert=OTHER)
    given(related={OTHER: SENT}).when(command, by=AALST).then(correction)
    facts = given(correction, gelinkt).when(BesluitVerzenden(), by=AALST).facts
    assert facts[0].verbetert == OTHER


@pytest.mark.parametrize(
    ("facts", "by", "refusal"),
    [
        ((), AALST, VerbetertOnbekendDossier),
        (DRAFT, AALST, VerbetertOnbekendDossier),
        (SENT, GENT, VerbetertOnbekendDossier),
        (WITHDRAWN, AALST, AlIngetrokken),
        (CORRECTED, AALST, AlVerbeterd),
        (DISCARDED, AALST, AlVerworpen),
    ],
)
def test_only_an_own_standing_dossier_can_be_corrected(
    facts: tuple[Any, ...], by: Any, refusal: type[Refused]
) -> None:
    command = BesluitOpstellen(LIJST.uri, {}, OTHER)
    given(related={OTHER: facts}).when(command, by=by).refuses(refusal)


@pytest.mark.parametrize(
    "other",
    [
        (),
        SENT,
        (AgendaAangemaakt(AALST.bestuur, "p-1", (), HASH, "2027-03-02"),),
    ],
)
@pytest.mark.parametrize("module", ["toezicht", "agendas", "tijdstempels"])
def test_what_is_no_dossier_by_its_own_id_is_none(other: tuple[Any, ...], module: str) -> None:
    stream = StreamId(f"{module}/{OTHER}")
    facts = tuple(fact for fact in other if type(fact) in MODULES[module].events)
    known = {"related": {stream: facts}}
    draft = BesluitOpstellen(LIJST.uri, {}, stream)
    given(**known).when(draft, by=AALST).refuses(VerbetertOnbekendDossier)
    replaced, forwarded = BesluitVervangen(stream), BesluitDoorsturen(stream)
    given(*SENT, **known).when(replaced, by=MACHINE).refuses(VerbetertOnbekendDossier)
    given(*SENT, **known).when(forwarded, by=MACHINE).refuses(VerwijstNiet)
    given(*SENT, **known).when(DubbelMelden(stream), by=MACHINE).refuses(GeenDubbel)


def test_a_stream_that_was_not_looked_up_cannot_be_corrected() -> None:
    command = BesluitOpstellen(LIJST.uri, {}, OTHER)
    given().when(command, by=AALST).refuses(VerbetertOnbekendDossier)


def test_the_machine_marks_the_corrected_dossier_once() -> None:
    command = BesluitVervangen(OTHER)
    given(*SENT, related={OTHER: SENT}).when(command, by=MACHINE).then(verbeterd)
    given(*CORRECTED, related={OTHER: SENT}).when(command, by=MACHINE).then()


@pytest.mark.parametrize("facts", [WITHDRAWN, REOPENED])
def test_a_correction_that_was_sent_is_recorded_whatever_happened_meanwhile(
    facts: tuple[Any, ...],
) -> None:
    given(*facts, related={OTHER: SENT}).when(BesluitVervangen(OTHER), by=MACHINE).then(verbeterd)


def test_only_a_sent_dossier_corrects_another() -> None:
    command = BesluitVervangen(OTHER)
    given(*SENT, related={OTHER: DRAFT}).when(command, by=MACHINE).refuses(VerbetertOnbekendDossier)
    given(*SENT).when(command, by=MACHINE).refuses(VerbetertOnbekendDossier)
    given(*DRAFT, related={OTHER: SENT}).when(command, by=MACHINE).refuses(NietVerzonden)


# The receipt by mail


def test_the_mailed_receipt_is_registered_once() -> None:
    command = OntvangstbewijsRegistreren(HASH, "<1@loket>")
    mailed = OntvangstbewijsGemaild(HASH, "<1@loket>")
    given(*SENT).when(command, by=MACHINE).then(mailed)
    given(*SENT, mailed).when(command, by=MACHINE).then()


def test_a_failed_receipt_is_registered_once() -> None:
    command = OntvangstbewijsMislukt(HASH, "geen postbus")
    failed = OntvangstbewijsNietGemaild(HASH, "geen postbus")
    given(*SENT).when(command, by=MACHINE).then(failed)
    given(*SENT, failed).when(command, by=MACHINE).then()


def test_a_receipt_that_comes_back_is_registered_once() -> None:
    mailed = OntvangstbewijsGemaild(HASH, "1@loket")
    back = OntvangstbewijsTerugkomst("1@loket", "5.1.1")
    came = OntvangstbewijsTeruggekomen("1@loket", HASH, "5.1.1")
    given(*SENT, mailed).when(back, by=MACHINE).then(came)
    given(*SENT, mailed, came).when(back, by=MACHINE).then()
    given(*SENT).when(back, by=MACHINE).refuses(OngeldigeMelding)
    wrong = OntvangstbewijsTerugkomst("1@loket", "vol")
    given(*SENT, mailed).when(wrong, by=MACHINE).refuses(OngeldigeMelding)


@pytest.mark.parametrize(
    "command",
    [
        OntvangstbewijsRegistreren("jan@aalst.be", "<1@loket>"),
        OntvangstbewijsRegistreren(HASH, ""),
        OntvangstbewijsMislukt(HASH, ""),
        OntvangstbewijsMislukt(HASH, "x" * 2_001),
    ],
)
def test_an_address_never_enters_the_log(command: Any) -> None:
    given(*SENT).when(command, by=MACHINE).refuses(OngeldigeMelding)


def test_without_a_sending_there_is_no_receipt() -> None:
    command = OntvangstbewijsRegistreren(HASH, "<1@loket>")
    given(*DRAFT).when(command, by=MACHINE).refuses(NietVerzonden)


# Every command in every state

EDITS = (
    VeldenWijzigen({"publicatiedatum": "2026-02-28"}),
    BestandToevoegen(SHA, PDF.naam, PDF.formaat),
    BestandVerwijderen(SHA),
    LinkToevoegen("https://aalst.example/2"),
    LinkVerwijderen(LINK),
    BesluitValideren(),
    BesluitVerzenden(),
)


@pytest.mark.parametrize("command", EDITS, ids=lambda c: type(c).__name__)
@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        (SENT, AlVerzonden),
        (WITHDRAWN, AlIngetrokken),
        (CORRECTED, AlVerbeterd),
        (DISCARDED, AlVerworpen),
    ],
)
def test_only_a_draft_can_be_edited(
    command: Any, facts: tuple[Any, ...], refusal: type[Refused]
) -> None:
    given(*facts, documents={SHA: 12}).when(command, by=AALST).refuses(refusal)


@pytest.mark.parametrize(
    ("facts", "command", "by", "refusal"),
    [
        (DRAFT, BesluitIntrekken("x"), AALST, NietVerzonden),
        (WITHDRAWN, BesluitIntrekken("x"), AALST, AlIngetrokken),
        (CORRECTED, BesluitIntrekken("x"), AALST, AlVerbeterd),
        (DISCARDED, BesluitIntrekken("x"), AALST, AlVerworpen),
        (SENT, BesluitVerwerpen(), AALST, AlVerzonden),
        (WITHDRAWN, BesluitVerwerpen(), AALST, AlIngetrokken),
        (CORRECTED, BesluitVerwerpen(), AALST, AlVerbeterd),
        (REOPENED, BesluitHeropenen("x"), ABB_ADMIN, NietVerzonden),
        (WITHDRAWN, BesluitHeropenen("x"), ABB_ADMIN, AlIngetrokken),
        (CORRECTED, BesluitHeropenen("x"), ABB_ADMIN, AlVerbeterd),
        (SENT, BesluitIntrekken("x"), GENT, AnderBestuur),
    ],
)
def test_what_the_state_no_longer_allows(
    facts: tuple[Any, ...], command: Any, by: Any, refusal: type[Refused]
) -> None:
    given(*facts).when(command, by=by).refuses(refusal)


@pytest.mark.parametrize(
    "command",
    [c for c in MODULE.commands if c is not BesluitOpstellen],
    ids=lambda c: c.__name__,
)
def test_a_dossier_that_does_not_exist_is_not_found(command: type[Any]) -> None:
    values = {name: {} if name == "velden" else OTHER for name in command.__dataclass_fields__}
    by = actor("http://x", "", *MODULE.rights[command])
    given().when(command(**values), by=by).refuses(OnbekendDossier)


# Any order of sensible commands

ACTS = [
    (BesluitOpstellen(LIJST.uri, VELDEN), AALST),
    *((command, AALST) for command in EDITS),
    (VeldenWijzigen(VELDEN), AALST),
    (BesluitVerzenden(), AALST),
    (BesluitOpenen(), ABB),
    (BesluitIntrekken("x"), AALST),
    (BesluitVerwerpen(), AALST),
    (BesluitHeropenen("x"), ABB_ADMIN),
    (BesluitVervangen(OTHER), MACHINE),
    (OntvangstbewijsRegistreren(HASH, "<1@loket>"), MACHINE),
]


@hypothesis.given(st.lists(st.sampled_from(ACTS), max_size=30))
@hypothesis.settings(max_examples=200, deadline=None)
def test_whatever_the_order_the_moments_stay_in_order(acts: list[tuple[Any, Any]]) -> None:
    facts: tuple[Any, ...] = (opgesteld, gelinkt)
    for command, by in acts:
        decision = given(*facts, documents={SHA: 12}, related={OTHER: SENT}).when(command, by=by)
        facts += decision.facts
    kinds = [type(fact) for fact in facts]
    sent = [fact for fact in facts if isinstance(fact, BesluitVerzonden)]
    assert [fact.verzending for fact in sent] == list(range(1, len(sent) + 1))
    for n, fact in enumerate(facts):
        if isinstance(fact, BesluitVerzonden):
            assert facts[n + 1] == BesluitAfgeleverd(fact.verzending, ABB.bestuur)
        if isinstance(fact, BesluitGeopend):
            assert BesluitAfgeleverd(fact.verzending, fact.ontvanger) in facts[:n]
            assert fact not in facts[:n]
    if BesluitVerworpen in kinds:
        assert kinds[-1] is BesluitVerworpen
        assert not sent
