# SPDX-License-Identifier: EUPL-1.2
"""Every dossiertype × every class: who may send it when, and every required field by its name."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import pytest
from given import SENDER, Decision, actor, given

from filled import BIJLAGEN, DOSSIER_ID, REFERENCE, complete, filled, sender, variants
from loket.domain.toezicht.refusals import (
    MagDitTypeNietVerzenden,
    OnvolledigDossier,
)
from loket.domain.toezicht.words import (
    BesluitAfgeleverd,
    BesluitGevalideerd,
    BesluitOpgesteld,
    BesluitOpstellen,
    BesluitValideren,
    BesluitVerzenden,
    BesluitVerzonden,
    LinkToegevoegd,
)
from loket.kernel import Actor, Value
from loket.reference import (
    Bestuur,
    Dossiertype,
    Verwijsregel,
    dossier_ids,
    validate,
    warnings,
)
from loket.reference.relaties import BETROKKEN, CENTRAAL_BESTUUR
from loket.reference.values import DATATYPES

VANDAAG = date(2026, 11, 25)
KLASSEN = REFERENCE.codelijsten["bestuurseenheid-classificatie"].concepten.values()
TYPES = REFERENCE.dossiertypes.values()
AFSCHRIFT = "Afschrift erkenningszoekende besturen"
OFFERED = {
    "GEM": 33, "PROV": 19, "DV": 12, "OV": 12, "OVPD": 12, "OCMW": 12, "OCMWV": 10, "EB": 10,
    "RO": 9, "CKB": 8, "DIST": 7, "AGB": 6, "APB": 6, "PV": 4, "VGC": 2, "HVZ": 1, "PZ": 1,
}  # fmt: skip


def status(label: str) -> str:
    concept = REFERENCE.codelijsten["status-organisatie"].find(label)
    assert concept
    return concept.uri


FOUNDING = status("In oprichting")


class Case(NamedTuple):
    """One type, one class that may send it, and a day on which it may."""

    form: Dossiertype
    notatie: str
    op: date = VANDAAG

    @property
    def by(self) -> Actor:
        klasse = next(k.uri for k in KLASSEN if k.notatie == self.notatie)
        return actor(sender(self.form, klasse, self.op).uri, self.notatie, SENDER)

    def when(self, velden: Mapping[str, Value], command: Any) -> Decision:
        """The decision on this command about a draft with these values and a link."""
        draft = BesluitOpgesteld(self.form.uri, self.by.bestuur, self.by.klasse, velden, "")
        drafted = (draft, LinkToegevoegd("https://bestuur.example/publicatie"))
        context = {"at": morning(self.op), "reference": REFERENCE, "related": self.related()}
        return given(*drafted, **context).when(command, by=self.by)

    def related(self) -> dict[str, tuple[Any, ...]]:
        """A dossier that was sent to this sender, and to which the form may refer."""
        rules = (r for r in REFERENCE.verwijsregels if r.dossiertype == self.form.uri)
        rule = next((r for r in rules if self.by.klasse in r.klassen), None)
        if rule is None:
            return {}
        author = self.author(rule)
        draft = BesluitOpgesteld(rule.naar, author.uri, author.klasse, {}, "")
        sent = BesluitVerzonden(
            verzending=1,
            dossiertype=rule.naar,
            bestuur=author.uri,
            klasse=author.klasse,
            velden={},
            documenten=(),
            links=(),
            verbetert="",
            waarschuwingen=(),
            ontvangers=(self.by.bestuur,),
            meldingsregel="",
            routeringsregel="",
            referentie_versie="",
        )
        return {DOSSIER_ID: (draft, sent, BesluitAfgeleverd(1, self.by.bestuur))}

    def author(self, rule: Verwijsregel) -> Bestuur:
        """Who may have sent that dossier: of the right class, and tied to the sender."""
        bundles = rule.relatie == "deelbestuur"
        kinds = (CENTRAAL_BESTUUR,) if bundles else BETROKKEN
        tied = REFERENCE.relaties.besturen(self.by.bestuur, self.op, *kinds)
        return next(
            REFERENCE.besturen[uri]
            for uri in tied
            if REFERENCE.besturen[uri].klasse == rule.klasse
            and (bundles or not REFERENCE.centraal_bestuur(uri, self.op))
        )


def morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, 30, tzinfo=UTC)


def cases(op: date) -> list[Case]:
    return [
        Case(form, klasse.notatie, op)
        for form in TYPES
        for klasse in KLASSEN
        if form.meldingsregel(klasse.uri, op, FOUNDING)
    ]


def last_days() -> list[Case]:
    """What may no longer be sent, on the last day on which it could be."""
    ended = {r.geldig.tot for form in TYPES for r in form.meldingsregels if r.geldig.van}
    days = sorted(day for day in ended if day and day < VANDAAG)
    gone = {case.form.uri for case in cases(VANDAAG)}
    return [case for day in days for case in cases(day) if case.form.uri not in gone]


NOW, BEFORE = cases(VANDAAG), last_days()
every_case = pytest.mark.parametrize(
    "case", [*NOW, *BEFORE], ids=lambda c: f"{c.form.label}-{c.notatie}-{c.op}"
)
every_type = pytest.mark.parametrize("form", TYPES, ids=lambda f: f"{f.label}-{f.uri[-12:]}")


# What there is


def test_there_are_108_types_of_which_66_are_offered_today() -> None:
    assert len(TYPES) == 108
    assert len({case.form.uri for case in NOW}) == 66
    assert len({form.label for form in TYPES}) == 108


@pytest.mark.parametrize("klasse", KLASSEN, ids=lambda k: k.notatie)
def test_so_many_types_are_offered_to_a_class(klasse: Any) -> None:
    offered = REFERENCE.dossiertypes_for(klasse.uri, VANDAAG, FOUNDING)
    assert len(offered) == OFFERED.get(klasse.notatie, 0)


def test_only_a_bestuur_of_worship_being_founded_sends_the_afschriften() -> None:
    eb = next(k.uri for k in KLASSEN if k.notatie == "EB")
    labels = [
        {form.label for form in REFERENCE.dossiertypes_for(eb, VANDAAG, state)}
        for state in (FOUNDING, status("Actief"), "")
    ]
    assert [AFSCHRIFT in found for found in labels] == [True, False, False]


def test_a_rule_without_duty_to_report_offers_nothing() -> None:
    rpr = next(form for form in TYPES if form.label == "Rechtspositieregeling (RPR)")
    district = next(k.uri for k in KLASSEN if k.notatie == "DIST")
    assert any(district in rule.klassen for rule in rpr.meldingsregels)
    assert rpr.meldingsregel(district, VANDAAG) is None


@pytest.mark.parametrize(
    ("flag", "types"), [("kalliope", 47), ("openbaar", 18), ("erediensten", 30)]
)
def test_so_many_types_carry_a_flag(flag: str, types: int) -> None:
    assert sum(getattr(form.vlaggen, flag) for form in TYPES) == types


def test_what_is_kept_from_the_export_depends_on_the_class_of_the_sender() -> None:
    rekening = next(form for form in TYPES if form.label == "Jaarrekening")
    gemeente, eredienst = (
        next(k.uri for k in KLASSEN if k.notatie == notatie) for notatie in ("GEM", "EB")
    )
    assert eredienst in rekening.vlaggen.buiten_export
    assert gemeente not in rekening.vlaggen.buiten_export
    assert rekening.vlaggen.codes() == "K P W X"


@every_type
def test_a_type_can_be_read_whether_or_not_it_has_a_form(form: Dossiertype) -> None:
    assert REFERENCE.label(form.uri) == form.label
    assert form.formulier == bool(form.velden or form.bijlagen)
    if not form.formulier:
        assert not any(form.meldingsregel(k.uri, VANDAAG) for k in KLASSEN)


# Who may


@every_type
def test_a_class_may_draft_exactly_the_types_that_are_offered_to_it(form: Dossiertype) -> None:
    for klasse in KLASSEN:
        case = Case(form, klasse.notatie)
        command = BesluitOpstellen(form.uri)
        decision = given(at=morning(VANDAAG), reference=REFERENCE).when(command, by=case.by)
        if case in NOW:
            decision.gives(BesluitOpgesteld)
        else:
            decision.refuses(MagDitTypeNietVerzenden)


@every_case
def test_valid_data_is_sent_and_delivered(case: Case) -> None:
    for velden in variants(case.form, case.by.klasse, case.op):
        decision = case.when(velden, BesluitVerzenden())
        assert decision.refusal is None, decision.refusal.findings
        sent, *delivered = decision.facts
        assert type(sent) is BesluitVerzonden
        assert {type(fact) for fact in delivered} == {BesluitAfgeleverd}


@every_case
def test_what_is_filled_from_the_form_is_valid_and_not_doubtful(case: Case) -> None:
    form, klasse, op = case.form, case.by.klasse, case.op
    known = (REFERENCE, case.by.bestuur)
    for velden in (*variants(form, klasse, op), complete(form, klasse, op)):
        assert validate(form, velden, klasse, BIJLAGEN, op, *known) == []
        assert warnings(form, velden, klasse, op, *known) == []


@every_case
def test_every_required_field_left_out_is_found_by_name(case: Case) -> None:
    for velden in variants(case.form, case.by.klasse, case.op):
        for veld in case.form.velden:
            if not (veld.verplicht and veld.als.holds(velden, case.by.klasse)):
                continue
            rest = {name: value for name, value in velden.items() if name != veld.naam}
            [outcome] = case.when(rest, BesluitValideren()).gives(BesluitGevalideerd)
            found = {(b["veld"], b["regel"]) for b in outcome.bevindingen}
            assert (veld.naam, "verplicht") in found
            refusal = case.when(rest, BesluitVerzenden()).refuses(OnvolledigDossier)
            assert (veld.naam, "verplicht") in {(f.veld, f.regel) for f in refusal.findings}


@pytest.mark.parametrize("case", BEFORE, ids=lambda c: f"{c.form.label}-{c.notatie}-{c.op}")
def test_a_type_of_the_past_is_refused_today_and_was_sent_then(case: Case) -> None:
    velden = filled(case.form, case.by.klasse, op=case.op)
    case.when(velden, BesluitVerzenden()).gives(BesluitVerzonden, BesluitAfgeleverd)
    case._replace(op=VANDAAG).when(velden, BesluitVerzenden()).refuses(MagDitTypeNietVerzenden)


@every_type
def test_fields_that_refer_to_dossiers_give_their_streams(form: Dossiertype) -> None:
    for klasse in KLASSEN:
        if form.meldingsregel(klasse.uri, VANDAAG, FOUNDING):
            refers = any(DATATYPES[veld.datatype].verwijzing for veld in form.velden)
            assert len(dossier_ids(form, filled(form, klasse.uri, op=VANDAAG))) == refers
