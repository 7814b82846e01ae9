# SPDX-License-Identifier: EUPL-1.2
"""Worship dossiers, in sentences: who receives them, what they refer to, what goes along."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from given import ABB, MACHINE, REFERENCE, SENDER, actor, bestuur, given

from filled import filled
from loket.domain.toezicht import MODULE
from loket.domain.toezicht.decide.references import MAX_VERWIJZINGEN
from loket.domain.toezicht.refusals import (
    GeenDubbel,
    GeenOntvanger,
    NietVerzonden,
    OnvolledigDossier,
    VerwijstNiet,
)
from loket.domain.toezicht.words import (
    BesluitAfgeleverd,
    BesluitDoorgestuurd,
    BesluitDoorsturen,
    BesluitGeopend,
    BesluitGevalideerd,
    BesluitHeropend,
    BesluitIngetrokken,
    BesluitOpgesteld,
    BesluitOpstellen,
    BesluitValideren,
    BesluitVerzenden,
    BesluitVerzonden,
    DubbelMelden,
    DubbelVermoed,
    LinkToegevoegd,
)
from loket.kernel import Actor, Finding, StreamId, Value
from loket.reference import Dossiertype, Relaties

BASE = "https://voorbeeld.example/id/bestuurseenheden/"
BUNDLED = actor(BASE + "kerkfabriek-sint-martinus", "EB", SENDER)
SISTER = actor(BASE + "kerkfabriek-onze-lieve-vrouw", "EB", SENDER)
ALONE = actor(BASE + "kerkfabriek-sint-jozef", "EB", SENDER)
CENTRAL = actor(BASE + "centraal-kerkbestuur", "CKB", SENDER)
BISHOP = actor(BASE + "representatief-orgaan", "RO", SENDER)
AALST = actor(bestuur("Aalst", "GEM"), "GEM", SENDER)
GENT = actor(bestuur("Gent", "GEM"), "GEM", SENDER)
PROVINCE = actor(bestuur("Oost-Vlaanderen", "PROV"), "PROV", SENDER)

CHILD = StreamId("11111111-1111-1111-1111-111111111111")
PARENT = StreamId("22222222-2222-2222-2222-222222222222")
LINK = LinkToegevoegd("https://bestuur.example/publicatie")
ARTICLE = next(iter(REFERENCE.codelijsten["artikeltype"].concepten))


def form(key: str) -> Dossiertype:
    """The type whose id begins with this."""
    return next(t for t in REFERENCE.dossiertypes.values() if f"/{key}" in t.uri)


NOTULEN, JAARREKENING, JAARREKENINGEN = form("8e791b27"), form("e44c535d"), form("672bf096")
ADVIES, OPVRAGEN, BESLUIT = form("79414af4"), form("24743b26"), form("df261490")
BUDGET, BUDGETTEN, REGLEMENT = form("d85218e2"), form("ce569d3d"), form("67378dd0")


def address(stream: str) -> str:
    return f"http://data.lblod.info/submissions/{stream}"


def values(kind: Dossiertype, by: Actor, *streams: str) -> Mapping[str, Value]:
    """Valid values that refer to these dossiers."""
    addresses = tuple(map(address, streams))
    chosen: dict[str, Value] = {}
    for veld in kind.velden:
        if veld.datatype == "verwijzingen":
            chosen[veld.naam] = addresses
        elif veld.datatype == "artikels":
            chosen[veld.naam] = (" ".join((ARTICLE, *addresses)),)
        elif veld.datatype == "artikels_zonder_type":
            chosen[veld.naam] = (" ".join(addresses),)
    return filled(kind, by.klasse, chosen)


def drafted(kind: Dossiertype, by: Actor, *streams: str) -> tuple[Any, ...]:
    velden = values(kind, by, *streams)
    return BesluitOpgesteld(kind.uri, by.bestuur, by.klasse, velden, ""), LINK


def sent(
    kind: Dossiertype, by: Actor, to: tuple[str, ...], *streams: str, along: bool = False
) -> tuple[Any, ...]:
    """A dossier that was sent to these."""
    velden = values(kind, by, *streams)
    fact = BesluitVerzonden(
        verzending=1,
        dossiertype=kind.uri,
        bestuur=by.bestuur,
        klasse=by.klasse,
        velden=velden,
        documenten=(),
        links=(LINK.url,),
        verbetert="",
        waarschuwingen=(),
        ontvangers=to,
        meldingsregel="urn:regel",
        routeringsregel="regel-1",
        referentie_versie=REFERENCE.version,
        verwijzingen=streams,
        met_verwijzingen=along,
    )
    return (*drafted(kind, by, *streams), fact, *(BesluitAfgeleverd(1, each) for each in to))


ACCOUNT = sent(JAARREKENING, BUNDLED, (CENTRAL.bestuur,))
BUNDLE = sent(JAARREKENINGEN, CENTRAL, (AALST.bestuur, ABB.bestuur), CHILD, along=True)
SEEN = (
    *ACCOUNT,
    BesluitDoorgestuurd(1, PARENT, "regel-1", (AALST.bestuur,)),
    BesluitAfgeleverd(1, AALST.bestuur),
)
MINUTES = sent(NOTULEN, BUNDLED, (AALST.bestuur, ABB.bestuur))


def findings(facts: tuple[Any, ...], by: Actor, **related: Any) -> list[Finding]:
    """What is wrong with the references of this draft."""
    names = {"child": CHILD, "parent": PARENT}
    there = {names[name]: told for name, told in related.items()}
    decision = given(*facts, related=there).when(BesluitVerzenden(), by=by)
    return list(decision.refuses(OnvolledigDossier).findings)


def rule(facts: tuple[Any, ...], by: Actor, **related: Any) -> str:
    """The one rule that is broken."""
    [finding] = findings(facts, by, **related)
    assert CHILD in finding.melding or PARENT in finding.melding
    assert finding.veld in {"gerelateerde_dossiers", "artikels"}
    return finding.regel


# Who receives


def test_the_account_of_a_bundled_body_goes_to_its_central_board_only() -> None:
    facts = drafted(JAARREKENING, BUNDLED)
    fact, delivered = given(*facts).when(BesluitVerzenden(), by=BUNDLED).facts
    assert fact.ontvangers == (CENTRAL.bestuur,)
    assert fact.routeringsregel == "jaarrekening-met-centraal-bestuur-1"
    assert delivered == BesluitAfgeleverd(1, CENTRAL.bestuur)


def test_the_account_of_another_goes_to_its_supervisor_and_to_a_team_of_abb() -> None:
    fact, *delivered = given(*drafted(JAARREKENING, ALONE)).when(BesluitVerzenden(), by=ALONE).facts
    assert [each.ontvanger for each in delivered] == [PROVINCE.bestuur, ABB.bestuur]
    assert fact.subgroepen == ("LF",)


def test_without_a_known_supervisor_the_refusal_says_what_the_register_lacks() -> None:
    nobody = replace(REFERENCE, relaties=Relaties())
    decision = given(*drafted(NOTULEN, ALONE), reference=nobody).when(BesluitVerzenden(), by=ALONE)
    refusal = decision.refuses(GeenOntvanger)
    [finding] = refusal.findings
    assert "notulen-1" in refusal.detail
    assert finding.regel == "toezichthouder"
    assert "Sint-Jozef" in finding.melding


def test_what_is_about_a_body_that_the_sender_has_nothing_to_do_with_is_refused() -> None:
    kind = form("863caf68")
    velden = {**filled(kind, GENT.klasse), "betreft_bestuur": BUNDLED.bestuur}
    facts = (BesluitOpgesteld(kind.uri, GENT.bestuur, GENT.klasse, velden, ""), LINK)
    [finding] = findings(facts, GENT)
    assert (finding.veld, finding.regel) == ("betreft_bestuur", "betrokken-bestuur")
    mine = (BesluitOpgesteld(kind.uri, AALST.bestuur, AALST.klasse, velden, ""), LINK)
    fact, *_ = given(*mine).when(BesluitVerzenden(), by=AALST).facts
    assert fact.ontvangers == (BUNDLED.bestuur, ABB.bestuur)


def test_what_is_sent_again_goes_to_recipients_decided_anew() -> None:
    kept = tuple(r for r in REFERENCE.relaties.heen[BUNDLED.bestuur] if r.ander != CENTRAL.bestuur)
    since = REFERENCE.with_besturen({}, {BUNDLED.bestuur: kept})
    before = (*ACCOUNT, BesluitGeopend(1, CENTRAL.bestuur), BesluitHeropend("fout"))
    facts = given(*before, reference=since).when(BesluitVerzenden(), by=BUNDLED).facts
    assert [fact.ontvanger for fact in facts[1:]] == [AALST.bestuur, ABB.bestuur]
    state = MODULE.replay((*before, *facts))
    assert state.ontvangers == {AALST.bestuur, ABB.bestuur}
    assert (state.leest(CENTRAL.bestuur), state.leest(AALST.bestuur)) == (1, 0)
    assert MODULE.scope(state).may_read(CENTRAL.bestuur)
    assert not MODULE.discloses(state, facts[0], CENTRAL.bestuur)


# References


def test_a_central_board_bundles_the_accounts_it_received() -> None:
    facts = drafted(JAARREKENINGEN, CENTRAL, CHILD)
    decision = given(*facts, related={CHILD: ACCOUNT}).when(BesluitVerzenden(), by=CENTRAL)
    assert decision.facts[0].verwijzingen == (CHILD,)
    assert decision.facts[0].met_verwijzingen
    assert decision.facts[0].ontvangers == (AALST.bestuur, ABB.bestuur)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ((), "verwijzing-onbekend"),
        (sent(JAARREKENING, ALONE, (ABB.bestuur,)), "verwijzing-onbekend"),
        (drafted(JAARREKENING, BUNDLED), "verwijzing-onbekend"),
        ((*ACCOUNT, BesluitIngetrokken("fout")), "verwijzing-niet-verzonden"),
        ((*ACCOUNT, BesluitHeropend("fout")), "verwijzing-niet-verzonden"),
        (sent(NOTULEN, BUNDLED, (CENTRAL.bestuur,)), "verwijzing-type"),
        (sent(JAARREKENING, AALST, (CENTRAL.bestuur,)), "verwijzing-klasse"),
        (sent(JAARREKENING, ALONE, (CENTRAL.bestuur,)), "verwijzing-deelbestuur"),
        (drafted(JAARREKENINGEN, CENTRAL), "verwijzing-niet-verzonden"),
    ],
)
def test_each_reference_that_breaks_a_rule_is_named(told: tuple[Any, ...], expected: str) -> None:
    assert rule(drafted(JAARREKENINGEN, CENTRAL, CHILD), CENTRAL, child=told) == expected


def test_what_the_sender_may_not_see_answers_as_what_does_not_exist() -> None:
    facts = drafted(JAARREKENINGEN, CENTRAL, CHILD)
    hidden = findings(facts, CENTRAL, child=sent(NOTULEN, AALST, (ABB.bestuur,)))
    assert hidden == findings(facts, CENTRAL) == findings(facts, CENTRAL, child=())


def test_several_broken_references_are_several_findings() -> None:
    facts = drafted(JAARREKENINGEN, CENTRAL, CHILD, PARENT)
    found = findings(facts, CENTRAL, child=ACCOUNT, parent=MINUTES)
    assert [f.regel for f in found] == ["verwijzing-onbekend"]
    assert PARENT in found[0].melding


def test_a_gemeente_reaches_a_bundled_body_through_the_dossier_of_its_central_board() -> None:
    direct = drafted(ADVIES, AALST, CHILD)
    assert rule(direct, AALST, child=SEEN) == "verwijzing-langs-centraal-bestuur"
    both = drafted(ADVIES, AALST, PARENT, CHILD)
    related = {CHILD: SEEN, PARENT: BUNDLE}
    fact, *_ = given(*both, related=related).when(BesluitVerzenden(), by=AALST).facts
    assert set(fact.ontvangers) == {BUNDLED.bestuur, CENTRAL.bestuur, ABB.bestuur}
    central = drafted(ADVIES, AALST, PARENT)
    fact, *_ = given(*central, related=related).when(BesluitVerzenden(), by=AALST).facts
    assert set(fact.ontvangers) == {CENTRAL.bestuur, ABB.bestuur}


def test_minutes_are_asked_about_directly() -> None:
    facts = drafted(OPVRAGEN, AALST, CHILD)
    fact, *_ = given(*facts, related={CHILD: MINUTES}).when(BesluitVerzenden(), by=AALST).facts
    assert set(fact.ontvangers) == {BUNDLED.bestuur, CENTRAL.bestuur}


def test_a_gemeente_that_is_not_involved_does_not_decide_on_a_body() -> None:
    minutes = sent(NOTULEN, BUNDLED, (GENT.bestuur,))
    assert rule(drafted(OPVRAGEN, GENT, CHILD), GENT, child=minutes) == "verwijzing-betrokken"


def test_a_decision_on_a_budget_also_goes_to_who_finances_and_represents() -> None:
    budget = sent(BUDGET, ALONE, (PROVINCE.bestuur, ABB.bestuur))
    facts = drafted(BESLUIT, PROVINCE, CHILD)
    fact, *_ = given(*facts, related={CHILD: budget}).when(BesluitVerzenden(), by=PROVINCE).facts
    expected = {ALONE.bestuur, BISHOP.bestuur, AALST.bestuur, ABB.bestuur}
    assert set(fact.ontvangers) == expected


def test_checking_finds_what_sending_would() -> None:
    facts = drafted(JAARREKENINGEN, CENTRAL, CHILD)
    checked = given(*facts).when(BesluitValideren(), by=CENTRAL).gives(BesluitGevalideerd)
    assert [b["regel"] for b in checked[0].bevindingen] == ["verwijzing-onbekend"]


def test_only_judging_a_dossier_looks_at_others_and_at_so_many() -> None:
    state = MODULE.replay(drafted(JAARREKENINGEN, CENTRAL, CHILD, PARENT))
    assert MODULE.needs(BesluitVerzenden(), state) == (CHILD, PARENT)
    assert MODULE.needs(BesluitOpstellen(""), state) == ()
    assert MODULE.needs(BesluitVerzenden(), MODULE.replay(drafted(JAARREKENING, BUNDLED))) == ()
    streams = [f"11111111-1111-1111-1111-{n:012d}" for n in range(MAX_VERWIJZINGEN + 5)]
    many = drafted(JAARREKENINGEN, CENTRAL, *streams)
    assert len(MODULE.needs(BesluitVerzenden(), MODULE.replay(many))) == MAX_VERWIJZINGEN + 1
    assert [f.regel for f in findings(many, CENTRAL)] == ["aantal-verwijzingen"]


# Going along


def test_what_is_bundled_goes_to_the_recipients_of_the_bundle_once() -> None:
    forward = BesluitDoorsturen(PARENT)
    decision = given(*ACCOUNT, related={PARENT: BUNDLE}, stream=CHILD).when(forward, by=MACHINE)
    to = tuple(sorted((AALST.bestuur, ABB.bestuur)))
    decision.then(
        BesluitDoorgestuurd(1, PARENT, "regel-1", to),
        *(BesluitAfgeleverd(1, each) for each in to),
    )
    again = given(*ACCOUNT, *decision.facts, related={PARENT: BUNDLE}, stream=CHILD)
    again.when(forward, by=MACHINE).then()
    scope = MODULE.scope(MODULE.replay((*ACCOUNT, *decision.facts)))
    assert scope.may_see(AALST.bestuur)
    assert not scope.may_read(AALST.bestuur)


@pytest.mark.parametrize(
    ("child", "parent"),
    [
        ((*ACCOUNT, BesluitIngetrokken("fout")), BUNDLE),
        (ACCOUNT, (*BUNDLE, BesluitIngetrokken("fout"))),
        (ACCOUNT, (*BUNDLE, BesluitHeropend("fout"))),
    ],
)
def test_nothing_goes_along_with_or_as_what_no_longer_stands(
    child: tuple[Any, ...], parent: tuple[Any, ...]
) -> None:
    world = given(*child, related={PARENT: parent}, stream=CHILD)
    world.when(BesluitDoorsturen(PARENT), by=MACHINE).then()


@pytest.mark.parametrize(
    "parent",
    [(), drafted(JAARREKENINGEN, CENTRAL, CHILD), sent(JAARREKENINGEN, CENTRAL, (), CHILD)],
)
def test_nothing_goes_along_with_a_dossier_that_does_not_take_it(parent: tuple[Any, ...]) -> None:
    world = given(*ACCOUNT, related={PARENT: parent}, stream=CHILD)
    world.when(BesluitDoorsturen(PARENT), by=MACHINE).refuses(VerwijstNiet)


def test_a_draft_does_not_go_along() -> None:
    world = given(*drafted(JAARREKENING, BUNDLED), related={PARENT: BUNDLE}, stream=CHILD)
    world.when(BesluitDoorsturen(PARENT), by=MACHINE).refuses(NietVerzonden)


# Twice


def test_content_that_stands_already_is_suspected_once() -> None:
    report = DubbelMelden(PARENT)
    world = given(*ACCOUNT, related={PARENT: ACCOUNT}, stream=CHILD)
    world.when(report, by=MACHINE).then(DubbelVermoed(PARENT))
    known = given(*ACCOUNT, DubbelVermoed(PARENT), related={PARENT: ACCOUNT}, stream=CHILD)
    known.when(report, by=MACHINE).then()
    assert MODULE.replay((*ACCOUNT, DubbelVermoed(PARENT))).dubbel_van == {PARENT}


def test_what_was_withdrawn_or_corrected_may_be_sent_again() -> None:
    report = DubbelMelden(PARENT)
    gone = (*ACCOUNT, BesluitIngetrokken("fout"))
    given(*ACCOUNT, related={PARENT: gone}, stream=CHILD).when(report, by=MACHINE).then()
    correction = (replace(ACCOUNT[0], verbetert=PARENT), *ACCOUNT[1:])
    given(*correction, related={PARENT: ACCOUNT}, stream=CHILD).when(report, by=MACHINE).then()


@pytest.mark.parametrize(
    "other",
    [(), MINUTES, drafted(JAARREKENING, BUNDLED), sent(JAARREKENING, SISTER, (CENTRAL.bestuur,))],
)
def test_other_content_is_no_duplicate(other: tuple[Any, ...]) -> None:
    world = given(*ACCOUNT, related={PARENT: other}, stream=CHILD)
    world.when(DubbelMelden(PARENT), by=MACHINE).refuses(GeenDubbel)
