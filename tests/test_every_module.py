# SPDX-License-Identifier: EUPL-1.2
"""What holds for every module, whatever it is about."""

import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, NewType, Union, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

import hypothesis
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from acts import scripts_of
from drawing import neighbours, plays
from loket.domain import MODULES
from loket.evidence.moments import moment_of
from loket.kernel import (
    Bijlage,
    Conflict,
    Document,
    Invalid,
    NotAllowed,
    NotFound,
    Refused,
    kebab,
)
from playing import AnyModule, Play

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


# Properties: what is accepted, and anything near it


@every_module
def test_the_acts_of_a_module_are_accepted_and_give_every_event(module: AnyModule) -> None:
    """Those of tests/acts; a module without any is tried with arbitrary commands only."""
    seen: set[type[Any]] = set()
    scripts = [script for script in scripts_of(module.name) if script.acts]
    for script in scripts:
        play = Play(module, script)
        for act in script.acts:
            assert module.rights[type(act.command)] & act.by.rollen, act
            answer = play.do(act)
            assert isinstance(answer, list), (act, answer)
            assert answer, f"nothing came of {act}"
        seen |= set(map(type, play.facts))
    assert not scripts or seen == set(module.events), set(module.events) - seen


SLOW = {"referentie"}
"""Modules of which one decision reads all of the reference data again."""

quick_modules = pytest.mark.parametrize("name", sorted(MODULES.keys() - SLOW))
slow_modules = pytest.mark.parametrize("name", sorted(SLOW))
anything = settings(deadline=None, suppress_health_check=list(HealthCheck))


@quick_modules
def test_no_act_near_a_good_one_breaks_anything(name: str) -> None:
    """Each is tried where the good one is accepted: one value or the actor is another. What is
    then recorded does not stop the rest of the script from being answered."""
    for script in scripts_of(name):
        play = Play(MODULES[name], script)
        for n, act in enumerate(script.acts):
            for near in neighbours(name, act):
                fork = play.fork()
                if isinstance(recorded := fork.do(near), list) and recorded:
                    for later in script.acts[n:]:
                        fork.do(later)
            play.do(act)


@quick_modules
@given(data=st.data())
@settings(anything, max_examples=250)
def test_any_acts_give_facts_or_a_listed_refusal(name: str, data: st.DataObject) -> None:
    _whatever_is_done(MODULES[name], data)


@slow_modules
@given(data=st.data())
@settings(anything, max_examples=15)
def test_any_acts_that_take_longer_do_too(name: str, data: st.DataObject) -> None:
    _whatever_is_done(MODULES[name], data)


def _whatever_is_done(module: AnyModule, data: st.DataObject) -> None:
    """In whatever order: `Play` checks every step, this the whole.

    `--hypothesis-show-statistics` tells how often each event was reached.
    """
    script, acts = data.draw(plays(module.name))
    play = Play(module, script)
    for act in acts:
        play.do(act)
    for kind in sorted({type(fact).__name__ for fact in play.facts}):
        hypothesis.event(kind)
    assert module.replay(play.facts) == play.state
    cut = data.draw(st.integers(0, len(play.facts)))
    assert module.replay(play.facts[cut:], module.replay(play.facts[:cut])) == play.state
