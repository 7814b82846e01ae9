# SPDX-License-Identifier: EUPL-1.2
"""Draws what somebody might do: good acts in another order, changed in one thing, or anything."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from functools import cache
from typing import Any, NewType, get_args, get_origin, get_type_hints

from given import ABB, REFERENCE
from hypothesis import strategies as st

from acts import SHA, STREAM, Act, Script, scripts_of
from loket.domain import MODULES
from loket.kernel import SYSTEM, Actor, Bijlage, Digest, Document, StreamId

FIELD_NAMES = sorted({v.naam for form in REFERENCE.dossiertypes.values() for v in form.velden})
CONCEPTS = sorted({uri for c in REFERENCE.codelijsten.values() for uri in c.concepten})
BESTUREN = list(REFERENCE.besturen.values())
KNOWN = [
    *REFERENCE.dossiertypes,
    *(bestuur.uri for bestuur in BESTUREN[:4]),
    *(STREAM, SHA, "2026-01-31", "2026-01-31T20:00:00+01:00", "2025", "7.5", "een reden"),
    *("https://aalst.example/x", "http://[", "a.pdf", "application/pdf", "0207437468"),
]
STRANGERS = [
    SYSTEM,
    Actor("p", ABB.bestuur, "", frozenset()),
    *(Actor("p", bestuur.uri, bestuur.klasse, frozenset()) for bestuur in BESTUREN[:4]),
]
ELSEWHERE = "99999999-9999-9999-9999-999999999999"
LONG = ("x" * 301, "x" * 2_001, "x" * 10_001)
MANY = {
    Bijlage: tuple(Bijlage(Digest(f"{n:064x}"), f"{n}.pdf", "application/pdf") for n in range(201)),
    Document: tuple(Document(f"{n:064x}", 1, f"{n}.pdf", "application/pdf") for n in range(999)),
    str: tuple(f"https://bestuur.example/{n}" for n in range(3_001)),
}
"""More of them than fits anywhere."""

HUGE = "x" * 1_000_001
"""A text longer than any fact holds."""

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
    Bijlage: st.builds(Bijlage, *(TEXTS,) * 3),
    Document: st.builds(Document, TEXTS, st.integers(0, 2**40), TEXTS, TEXTS),
}


def _strategy(hint: Any) -> st.SearchStrategy[Any]:
    """Any value of a type."""
    if isinstance(hint, NewType):
        return _strategy(hint.__supertype__)
    if get_origin(hint) is tuple:
        return st.lists(_strategy(get_args(hint)[0]), max_size=3).map(tuple)
    if get_origin(hint) is Mapping:
        return st.dictionaries(st.one_of(st.sampled_from(FIELD_NAMES), TEXTS), VALUES, max_size=6)
    return STRATEGIES[hint]


@cache
def _anything(module: str) -> st.SearchStrategy[Act]:
    """Any command of a module by somebody: what fits its fields, or was said in its scripts."""
    commands = [
        st.builds(
            kind, **{name: _field(hint, module) for name, hint in get_type_hints(kind).items()}
        )
        for kind in MODULES[module].commands
    ]
    return st.builds(Act, st.one_of(commands), st.sampled_from([*_actors(module), *STRANGERS]))


def _field(hint: Any, module: str) -> st.SearchStrategy[Any]:
    """Any value of a field: texts are often those that mean something."""
    if hint is StreamId:
        return st.one_of(st.sampled_from(_streams(module)), TEXTS)
    text = hint is str or (isinstance(hint, NewType) and hint.__supertype__ is str)
    return st.one_of(st.sampled_from(_said(module)), TEXTS) if text else _strategy(hint)


@cache
def _streams(module: str) -> list[str]:
    """Streams of this module and of every other, by the names a command may give them."""
    scripts = scripts_of(module)
    told = (name for script in scripts for name in (*script.related, script.stream))
    bare = list(dict.fromkeys((*told, STREAM)))
    return [*bare, *(f"{module}/{n}" for n in bare), *(f"{m}/{STREAM}" for m in (*MODULES, "x"))]


@cache
def _said(module: str) -> list[str]:
    """The texts in the scripts of a module, and the names of streams."""
    acts = (act for script in scripts_of(module) for act in script.acts)
    texts = (text for act in acts for text in _texts(act.command))
    return list(dict.fromkeys((*texts, *_streams(module))))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | Mapping):
        items = value.values() if isinstance(value, Mapping) else value
        for item in items:
            yield from _texts(item)
    elif is_dataclass(value):
        for each in fields(value):
            yield from _texts(getattr(value, each.name))


@cache
def _actors(module: str) -> list[Actor]:
    return list({act.by: None for script in scripts_of(module) for act in script.acts})


# One thing changed


def _near(value: Any, hint: Any = None) -> list[Any]:
    """Values that differ a little from this one, or are its extremes."""
    match value:
        case bool():
            return [not value]
        case int():
            return [value - 1, value + 1, 0, -value, 2**31, 2**53]
        case str():
            near = [value[:-1], f"{value} ", value.upper(), value * 2, f"{value}\u202e", "", " "]
            return [*near, *LONG]
        case tuple():
            many = MANY.get(next(iter(get_args(hint)), str), ())
            return [(), value[:-1], value * 2, many]
        case _:
            return [value]


def _other_value(draw: Callable[..., Any], module: str, value: Any, hint: Any) -> Any:
    if isinstance(value, Mapping) and value and draw(st.booleans()):
        name = draw(st.sampled_from(sorted(value)))
        instead = draw(st.one_of(st.sampled_from(_near(value[name])), VALUES))
        return {**value, name: instead}
    if isinstance(value, tuple) and value and is_dataclass(value[0]) and draw(st.booleans()):
        return (_one_field(draw, module, value[0]), *value[1:])
    return draw(st.one_of(st.sampled_from(_near(value, hint)), _field(hint, module)))


def _one_field(draw: Callable[..., Any], module: str, of: Any) -> Any:
    """The same with another value in one field."""
    hints = get_type_hints(type(of))
    if not hints:
        return of
    name = draw(st.sampled_from(sorted(hints)))
    return replace(of, **{name: _other_value(draw, module, getattr(of, name), hints[name])})


def _somebody_else(draw: Callable[..., Any], module: str, by: Actor) -> Actor:
    others = [*_actors(module), *STRANGERS, replace(by, persoon="ander")]
    return draw(st.sampled_from([*others, replace(by, rollen=frozenset())]))


def neighbours(module: str, act: Act) -> Iterator[Act]:
    """Every act that differs from this one in who does it, or in one value, by a little."""
    for by in (*_actors(module), *STRANGERS, replace(act.by, persoon="ander")):
        yield replace(act, by=by)
    for command in _changed(module, act.command):
        yield replace(act, command=command)


def _changed(module: str, of: Any) -> Iterator[Any]:
    for name, hint in get_type_hints(type(of)).items():
        value = getattr(of, name)
        for other in _all_near(module, value, hint):
            yield replace(of, **{name: other})


def _all_near(module: str, value: Any, hint: Any) -> Iterator[Any]:
    """The values near this one, and near each of its parts."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            for other in (None, 0, HUGE, (HUGE,), *_near(part)):
                yield {**value, name: other}
        return
    yield from _near(value, hint)
    if isinstance(value, str):
        yield HUGE
    if hint is StreamId:
        yield from _streams(module)
    if isinstance(value, tuple) and value and is_dataclass(value[0]):
        for other in _changed(module, value[0]):
            yield (other, *value[1:])


# What becomes of a good act

WAITS = [timedelta(0), timedelta(hours=1), timedelta(days=1), timedelta(days=40)]
WAYS = (
    *(("kept",) * 12),
    *("field first", "field first", "actor first", "anything first", "late", "twice"),
    *("field", "actor", "dropped", "last"),
)


@st.composite
def plays(draw: Callable[..., Any], module: str) -> tuple[Script, list[Act]]:
    """A script, perhaps on another stream, and what is done instead of its acts."""
    script = draw(st.sampled_from(scripts_of(module)))
    if draw(st.sampled_from([*[False] * 15, True])):
        script = replace(script, stream=ELSEWHERE)
    if not script.acts:
        return script, draw(st.lists(_anything(module), min_size=1, max_size=12))
    done: list[Act] = []
    last: list[Act] = []
    for act in script.acts:
        way = draw(st.sampled_from(WAYS))
        (last if way == "last" else done).extend(_instead(draw, module, act, way))
    return script, [*done, *last]


def _instead(draw: Callable[..., Any], module: str, act: Act, way: str) -> list[Act]:
    what, _, first = way.partition(" ")
    match what:
        case "twice":
            return [act, act]
        case "dropped":
            return []
        case "late":
            return [replace(act, after=act.after + draw(st.sampled_from(WAITS)))]
        case "field":
            other = replace(act, command=_one_field(draw, module, act.command))
        case "actor":
            other = replace(act, by=_somebody_else(draw, module, act.by))
        case "anything":
            other = draw(_anything(module))
        case _:
            return [act]
    return [other, act] if first else [other]
