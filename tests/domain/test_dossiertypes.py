# SPDX-License-Identifier: EUPL-1.2
"""Every dossiertype × every class: who may sends it, and every required field is asked by name."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pytest
from filled import OP, example, filled
from given import REFERENCE, SENDER, actor, given

from loket.domain.toezicht.refusals import (
    GeenOntvanger,
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
from loket.reference import Dossiertype

KLASSEN = REFERENCE.codelijsten["bestuurseenheid-classificatie"].concepten.values()
EREDIENSTEN = {"EB", "CKB", "RO"}


class Case(NamedTuple):
    """One type and one class that may send it."""

    form: Dossiertype
    notatie: str

    @property
    def by(self) -> Actor:
        return actor(f"http://bestuur/{self.notatie}", self.notatie, SENDER)

    def drafted(self, velden: Mapping[str, Value]) -> tuple[Any, ...]:
        draft = BesluitOpgesteld(self.form.uri, self.by.bestuur, self.by.klasse, velden, "")
        return draft, LinkToegevoegd("https://bestuur.example/publicatie")

    def forms(self) -> Iterator[dict[str, Value]]:
        """Valid values, for every value of every code list on which another field depends."""
        yield filled(self.form, self.by.klasse)
        for veld in self.form.velden:
            if veld.naam not in DECIDING or veld.codelijst is None:
                continue
            base = TAX if veld.naam == "belastingtype" else {}
            for uri in veld.codelijst.concepten:
                yield filled(self.form, self.by.klasse, {**base, veld.naam: uri})


def _concept(lijst: str, name: str) -> str:
    concept = REFERENCE.codelijsten[lijst].find(name)
    assert concept, name
    return concept.uri


DECIDING = ("bestuursorgaan", "reglementtype", "belastingtype")
TAX: Mapping[str, Value] = {"reglementtype": _concept("reglementtype", "Belastingreglement")}
CASES = [
    Case(form, klasse.notatie)
    for form in REFERENCE.dossiertypes.values()
    for klasse in KLASSEN
    if form.meldingsregel(klasse.uri, OP)
]
every_case = pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.form.label}-{c.notatie}")


@every_case
def test_valid_data_is_sent_unless_nobody_receives_it(case: Case) -> None:
    for velden in case.forms():
        decision = given(*case.drafted(velden)).when(BesluitVerzenden(), by=case.by)
        if case.notatie in EREDIENSTEN:
            decision.refuses(GeenOntvanger)
        else:
            decision.gives(BesluitVerzonden, BesluitAfgeleverd)


@every_case
def test_every_required_field_left_out_is_found_by_name(case: Case) -> None:
    for velden in case.forms():
        for veld in case.form.velden:
            if not (veld.verplicht and veld.als.holds(velden, case.by.klasse)):
                continue
            rest = {name: value for name, value in velden.items() if name != veld.naam}
            drafted = given(*case.drafted(rest))
            [outcome] = drafted.when(BesluitValideren(), by=case.by).gives(BesluitGevalideerd)
            found = {(b["veld"], b["regel"]) for b in outcome.bevindingen}
            assert (veld.naam, "verplicht") in found
            if case.notatie not in EREDIENSTEN:
                drafted.when(BesluitVerzenden(), by=case.by).refuses(OnvolledigDossier)


@pytest.mark.parametrize("klasse", KLASSEN, ids=lambda k: k.notatie)
@pytest.mark.parametrize("form", REFERENCE.dossiertypes.values(), ids=lambda f: f.label)
def test_a_class_may_draft_exactly_the_types_that_are_offered_to_it(
    form: Dossiertype, klasse: Any
) -> None:
    by = actor("http://bestuur", klasse.notatie, SENDER)
    decision = given().when(BesluitOpstellen(form.uri), by=by)
    if form in REFERENCE.dossiertypes_for(klasse.uri, OP):
        decision.gives(BesluitOpgesteld)
    else:
        decision.refuses(MagDitTypeNietVerzenden)


@pytest.mark.parametrize("form", REFERENCE.dossiertypes.values(), ids=lambda f: f.label)
def test_every_field_of_every_form_has_an_example(form: Dossiertype) -> None:
    assert all(example(veld) for veld in form.velden)
