# SPDX-License-Identifier: EUPL-1.2
"""What holds for every module, whatever it is about."""

import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, NewType, Union, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loket.domain import MODULES
from loket.evidence.canonical import Codec, OngeldigGetal, OngeldigTeken
from loket.evidence.moments import moment_of
from loket.kernel import (
    SYSTEM,
    Actor,
    Bijlage,
    Conflict,
    Context,
    Document,
    Invalid,
    Module,
    NotAllowed,
    NotFound,
    Refused,
    Related,
    kebab,
)
from loket.reference import load

AnyModule = Module[Any, Any, Any]
every_module = pytest.mark.parametrize("module", MODULES.values(), ids=MODULES.keys())
KINDS = (Invalid, NotAllowed, NotFound, Conflict)
ATOMS = (str, int, bool, NoneType, Document, Bijlage)


def _allowed(hint: Any) -> bool:
    """True for the types that have one canonical encoding: no floats, no dates, no objects."""
    if isinstance(hint, NewType):
        return _allowed(hint.__supertype__)
    origin, args = get_origin(hint), get_args(hint)
    if origin in {Union, UnionType}:
        return all(map(_allowed, args))
    if origin is tuple:
        return all(_allowed(arg) for arg in args if arg is not Ellipsis)
    if origin is Mapping:
        return args[0] is str and _allowed(args[1])
    return hint in ATOMS


def _defined_refusals(module: AnyModule) -> set[type[Refused]]:
    home = module.decide.__module__.removesuffix(".decide")
    return {
        thing
        for name, loaded in sys.modules.items()
        if name == home or name.startswith(f"{home}.")
        for thing in vars(loaded).values()
        if isinstance(thing, type) and issubclass(thing, Refused) and thing.__module__ == name
    }


@every_module
def test_commands_and_events_are_frozen_slotted_dataclasses(module: AnyModule) -> None:
    for kind in (*module.commands, *module.events):
        assert is_dataclass(kind)
        assert vars(kind)["__dataclass_params__"].frozen, kind
        assert "__slots__" in vars(kind), kind
        assert (kind.__doc__ or "").strip().endswith("."), kind


@every_module
def test_fields_have_types_with_one_encoding(module: AnyModule) -> None:
    for kind in (*module.commands, *module.events):
        for name, hint in get_type_hints(kind).items():
            assert _allowed(hint), f"{kind.__name__}.{name}: {hint}"
            assert name.isascii()


@every_module
def test_every_event_and_every_field_of_it_has_a_term(module: AnyModule) -> None:
    for event in module.events:
        for name in (event.__name__, *(f.name for f in fields(event))):
            iri = module.terms.get(f"{event.__name__}.{name}") or module.terms.get(name)
            assert iri, f"{event.__name__}: {name} has no term"
            assert urlsplit(iri).scheme in {"http", "https"}
            assert urlsplit(iri).netloc


@every_module
def test_terms_name_only_what_exists_and_never_two_things_alike(module: AnyModule) -> None:
    names = {event.__name__ for event in module.events}
    names |= {f.name for kind in (*module.events, Document) for f in fields(kind)}
    assert {term.rpartition(".")[2] for term in module.terms} <= names
    assert len(set(module.terms.values())) == len(module.terms)


@every_module
def test_every_command_has_rights_and_only_commands_do(module: AnyModule) -> None:
    assert set(module.rights) == set(module.commands)
    assert all(module.rights.values())


@every_module
def test_every_refusal_has_one_kind_and_a_sentence(module: AnyModule) -> None:
    for refusal in module.refusals:
        assert sum(issubclass(refusal, kind) for kind in KINDS) == 1
        assert vars(refusal).get("__doc__"), refusal
        assert refusal.title().endswith(".")
        assert len(refusal.title().splitlines()) == 1


@every_module
def test_every_refusal_that_is_defined_is_listed(module: AnyModule) -> None:
    assert _defined_refusals(module) == set(module.refusals)


@every_module
def test_legal_events_are_events(module: AnyModule) -> None:
    assert module.legal <= set(module.events)


@every_module
def test_what_is_named_as_a_moment_has_legal_effect(module: AnyModule) -> None:
    """The verifier knows moments by the ends of names (docs/reference/bewijs.md)."""
    moments = {event for event in module.events if moment_of(f"{module.name}.{event.__name__}")}
    assert moments <= module.legal


@every_module
def test_audiences_and_internal_events_are_of_its_events(module: AnyModule) -> None:
    for event, name in module.audience.items():
        assert event in module.events
        assert name in {f.name for f in fields(event)}
    assert module.internal <= set(module.events)
    assert not module.internal & module.legal


@every_module
def test_names_are_unique_in_urls_and_problem_types(module: AnyModule) -> None:
    for kinds in (module.commands, module.events, module.refusals):
        assert len({kebab(kind.__name__) for kind in kinds}) == len(kinds)
    assert module.name.isascii()
    assert module.title


@every_module
def test_every_module_has_its_test(module: AnyModule) -> None:
    assert (Path(__file__).parent / "domain" / f"test_{module.name}.py").is_file()


# Properties: any sequence of commands, drawn from the types of their fields

REFERENCE = load()
CODEC = Codec(MODULES)
AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
STREAM = "11111111-1111-1111-1111-111111111111"
SHA = "a" * 64
ABB = "http://data.lblod.info/id/bestuurseenheden/141d9d6b-54af-4d17-b313-8d1c30bc3f5b"
FORMS = list(REFERENCE.dossiertypes.values())
FIELD_NAMES = sorted({veld.naam for form in FORMS for veld in form.velden})
CONCEPTS = sorted({uri for c in REFERENCE.codelijsten.values() for uri in c.concepten})
KNOWN = [
    *REFERENCE.dossiertypes,
    *list(REFERENCE.besturen)[:4],
    *(STREAM, SHA, "2026-01-31", "2026-01-31T20:00:00+01:00", "2025", "7.5", "een reden"),
    *("https://aalst.example/x", "http://[", "a.pdf", "application/pdf", "0207437468"),
]
ACTORS = [
    SYSTEM,
    Actor("p", ABB, "", frozenset()),
    *(
        Actor("p", bestuur.uri, bestuur.klasse, frozenset())
        for bestuur in list(REFERENCE.besturen.values())[:4]
    ),
]

TEXTS = st.one_of(
    st.sampled_from(KNOWN), st.sampled_from(CONCEPTS), st.text(st.characters(), max_size=40)
)
VALUES = st.one_of(
    TEXTS, st.none(), st.booleans(), st.integers(), st.lists(TEXTS, max_size=3).map(tuple)
)
STRATEGIES: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXTS,
    int: st.integers(),
    bool: st.booleans(),
}


def _strategy(hint: Any) -> st.SearchStrategy[Any]:
    if isinstance(hint, NewType):
        return _strategy(hint.__supertype__)
    if hint is Bijlage:
        return st.builds(Bijlage, *(TEXTS,) * 3)
    if hint is Document:
        return st.builds(Document, TEXTS, st.integers(0, 2**40), TEXTS, TEXTS)
    if get_origin(hint) is tuple:
        return st.lists(_strategy(get_args(hint)[0]), max_size=3).map(tuple)
    if get_origin(hint) is Mapping:
        return st.dictionaries(st.one_of(st.sampled_from(FIELD_NAMES), TEXTS), VALUES, max_size=6)
    return STRATEGIES[hint]


def _commands(module: AnyModule) -> st.SearchStrategy[list[Any]]:
    builders = [
        st.builds(kind, **{name: _strategy(h) for name, h in get_type_hints(kind).items()})
        for kind in module.commands
    ]
    acts = st.tuples(st.one_of(builders), st.sampled_from(ACTORS))
    return st.lists(acts, min_size=1, max_size=12)


def _context(module: AnyModule, actor: Actor, n: int, facts: list[Any]) -> Context:
    return Context(
        actor=actor,
        at=AT + timedelta(minutes=n),
        id=UUID(int=n),
        reference=REFERENCE,
        documents={SHA: 12},
        related={STREAM: Related(len(facts), module.replay(facts))},
    )


Answer = list[Any] | tuple[type[Refused], str, Any]


def _answer(module: AnyModule, command: Any, state: Any, context: Context) -> Answer:
    """Facts, or what identifies a listed refusal; any other exception fails the test."""
    try:
        decided: list[Any] = module.decide(command, state, context)
    except module.refusals as refusal:
        return type(refusal), refusal.detail, refusal.findings
    assert all(type(fact) in module.events for fact in decided)
    return decided


def _play(module: AnyModule, acts: list[tuple[Any, Actor]]) -> tuple[list[Any], Any]:
    """The facts and the state after these commands, each decided twice."""
    facts: list[Any] = []
    state = module.initial
    for n, (command, actor) in enumerate(acts):
        context = _context(module, actor, n, facts)
        answer = _answer(module, command, state, context)
        assert answer == _answer(module, command, state, context)
        if isinstance(answer, list):
            facts += answer
            state = module.replay(answer, state)
    return facts, state


@every_module
@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_commands_give_facts_or_a_listed_refusal(
    module: AnyModule, data: st.DataObject
) -> None:
    acts = data.draw(_commands(module))
    facts, state = _play(module, acts)
    assert module.replay(facts) == state
    for fact in facts:
        _survives_its_bytes(fact)
    cut = data.draw(st.integers(0, len(facts)))
    assert module.replay(facts[cut:], module.replay(facts[:cut])) == state
    assert _audience(module, facts) | _in_sight(module, module.initial) == _in_sight(module, state)


def _survives_its_bytes(fact: Any) -> None:
    """A fact is the same after it was written and read; what cannot be written is refused."""
    try:
        data = CODEC.encode(fact)
    except (OngeldigGetal, OngeldigTeken):
        return
    again = CODEC.decode(CODEC.name(type(fact)), data.decode())
    assert again == fact
    assert CODEC.encode(again) == data


def _audience(module: AnyModule, facts: list[Any]) -> set[str]:
    """Who has learnt of a stream from its facts, one by one."""
    told = [
        getattr(fact, module.audience[type(fact)])
        for fact in facts
        if type(fact) in module.audience
    ]
    return {uri for each in told for uri in ((each,) if isinstance(each, str) else each)} - {""}


def _in_sight(module: AnyModule, state: Any) -> set[str]:
    scope = module.scope(state)
    return set() if scope.persoon else {scope.owner, *scope.addressees} - {""}
