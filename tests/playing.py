# SPDX-License-Identifier: EUPL-1.2
"""Plays acts on a module as `submit` does, and checks what holds after every one of them."""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import cache
from typing import Any, get_type_hints
from uuid import UUID

from given import AT, REFERENCE

from acts import FILES, STREAM, Act, Script, scripts_of
from loket.domain import MODULES
from loket.evidence.canonical import Codec, OngeldigGetal, OngeldigTeken, encode
from loket.evidence.leaf import MAX_LEAF, Beacon, DocumentCommitment, Leaf, b64
from loket.kernel import Context, Module, Refused, Related, StreamId

AnyModule = Module[Any, Any, Any]
Answer = list[Any] | tuple[type[Refused], str, Any]
CODEC = Codec(MODULES)
UNWRITABLE = (OngeldigGetal, OngeldigTeken)
MAX_FACT = 1_000_000
"""Bytes of a fact: more than any that these acts give needs."""

HASH = b64(bytes(32))


@dataclass
class Play:
    """One stream on which acts are played; `told` is who has learnt of it, fact by fact."""

    module: AnyModule
    script: Script
    facts: list[Any] = field(default_factory=list)
    at: datetime = AT
    acts: int = 0
    told: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.state = self.module.initial
        self.related = {
            _whole(name, self.module): _known(MODULES[_home(name, self.module)], facts)
            for name, facts in self.script.related.items()
        }

    def fork(self) -> "Play":
        """The same as it stands, to try something in."""
        other = copy(self)
        other.facts, other.told = list(self.facts), set(self.told)
        return other

    def do(self, act: Act) -> Answer:
        """What comes of an act: facts, which are kept, or a refusal, which leaves no trace."""
        self.at += act.after
        answer = self._decided(act)
        if not isinstance(answer, list):
            return answer
        self._keep(answer)
        repeated = self._decided(act)
        if isinstance(repeated, list):
            assert set(map(type, repeated)) <= set(map(type, answer)), act
            self._sees(self.told | _told(self.module, repeated), repeated)
        return answer

    def _decided(self, act: Act) -> Answer:
        """The same answer twice; nothing that it looked at is changed by it."""
        self.acts += 1
        try:
            encode(act.command)
            context = self._context(act)
            before = repr((act.command, self.state, context.related))
            answer = _answer(self.module, act.command, self.state, context)
            assert answer == _answer(self.module, act.command, self.state, context)
            assert repr((act.command, self.state, context.related)) == before
            if isinstance(answer, list):
                for fact in answer:
                    _survives_its_bytes(fact)
                    _fits_its_leaf(fact)
        except UNWRITABLE as refusal:
            return type(refusal), refusal.detail, ()
        return answer

    def _keep(self, facts: list[Any]) -> None:
        self.facts += facts
        self.state = self.module.replay(facts, self.state)
        self.told |= _told(self.module, facts)
        self._sees(self.told)

    def _sees(self, told: set[str], more: list[Any] | None = None) -> None:
        """Who has learnt of the stream is who `scope` lets see it."""
        state = self.module.replay(more or [], self.state)
        always = _in_sight(self.module, self.module.initial)
        assert told | always == _in_sight(self.module, state)

    def _context(self, act: Act) -> Context:
        named = (
            getattr(act.command, name)
            for name, hint in get_type_hints(type(act.command)).items()
            if hint is StreamId
        )
        needed = (*filter(None, named), *self.module.needs(act.command, self.state))
        return Context(
            actor=act.by,
            at=self.at,
            id=UUID(int=self.acts),
            reference=REFERENCE,
            stream=self.script.stream,
            documents=FILES,
            related=self._others(needed),
        )

    def _others(self, names: tuple[str, ...]) -> Mapping[str, Related[Any]]:
        """Other streams, and this one, as they are; none of a module that does not exist."""
        found = {}
        own = f"{self.module.name}/{self.script.stream}"
        for name in names:
            whole = _whole(name, self.module)
            home = MODULES.get(_home(name, self.module))
            if whole == own:
                found[name] = Related(len(self.facts), self.state)
            elif whole in self.related:
                found[name] = self.related[whole]
            elif home is not None:
                found[name] = _known(home, _elsewhere(whole))
        return found


@cache
def _elsewhere(stream: str) -> tuple[Any, ...]:
    """What a stream of any module holds: what its first script gives, or nothing."""
    module, _, key = stream.partition("/")
    if key != STREAM:
        return ()
    script = scripts_of(module)[0]
    play = Play(MODULES[module], script)
    for act in script.acts:
        play.do(act)
    return tuple(play.facts)


def _whole(stream: str, module: AnyModule) -> str:
    return stream if "/" in stream else f"{module.name}/{stream}"


def _home(stream: str, module: AnyModule) -> str:
    return stream.partition("/")[0] if "/" in stream else module.name


def _known(module: AnyModule, facts: tuple[Any, ...]) -> Related[Any]:
    return Related(len(facts), module.replay(facts))


def _answer(module: AnyModule, command: Any, state: Any, context: Context) -> Answer:
    """Facts, or what identifies a listed refusal; any other exception fails the test."""
    try:
        decided: list[Any] = module.decide(command, state, context)
    except module.refusals as refusal:
        return type(refusal), refusal.detail, refusal.findings
    assert all(type(fact) in module.events for fact in decided)
    return decided


def _survives_its_bytes(fact: Any) -> None:
    """A fact is the same after it was written and read."""
    data = CODEC.encode(fact)
    assert len(data) <= MAX_FACT, f"{type(fact).__name__} grows without limit"
    again = CODEC.decode(CODEC.name(type(fact)), data.decode())
    assert again == fact
    assert CODEC.encode(again) == data


def _fits_its_leaf(fact: Any) -> None:
    """A leaf with all that this fact commits to stays within what a log can hold."""
    leaf = Leaf(
        actor=HASH,
        beacon=Beacon(HASH, 2**53),
        cause="c" * 300,
        command=str(UUID(int=0)),
        docs=tuple(DocumentCommitment(HASH, size) for _, size in CODEC.documents(fact)),
        log="l" * 300,
        payload=HASH,
        prev=HASH,
        seq=2**31,
        stream="s" * 300,
        time=AT.isoformat(),
        type=CODEC.name(type(fact)),
        v=1,
    )
    assert len(leaf.encode()) <= MAX_LEAF, [f.name for f in fields(fact)]


def _told(module: AnyModule, facts: list[Any]) -> set[str]:
    """Who learns of a stream from these facts, one by one."""
    told = [
        getattr(fact, module.audience[type(fact)])
        for fact in facts
        if type(fact) in module.audience
    ]
    return {uri for each in told for uri in ((each,) if isinstance(each, str) else each)} - {""}


def _in_sight(module: AnyModule, state: Any) -> set[str]:
    scope = module.scope(state)
    return set() if scope.persoon else {scope.owner, *scope.addressees} - {""}
