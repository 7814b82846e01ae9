# SPDX-License-Identifier: EUPL-1.2
"""One sentence form for decisions: `given(facts).when(command, by=actor).then(facts)`.

`.refuses(Refusal)` instead of `.then` gives the refusal back, to look at its findings.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from loket.domain import MODULES
from loket.kernel import SYSTEM_ROLE, Actor, Context, Module, Refused, Related
from loket.reference import Reference, load

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
COMMAND_ID = UUID("6f9619ff-8b86-d011-b42d-00cf4fc964ff")
REFERENCE = load()


def klasse(notatie: str) -> str:
    """URI of a class of government by its short code."""
    concept = REFERENCE.codelijsten["bestuurseenheid-classificatie"].find(notatie)
    assert concept, notatie
    return concept.uri


def bestuur(naam: str, notatie: str) -> str:
    """URI of a bestuur that ships with the product."""
    found = [
        b.uri for b in REFERENCE.besturen.values() if b.naam == naam and b.klasse == klasse(notatie)
    ]
    assert len(found) == 1, (naam, notatie)
    return found[0]


def actor(uri: str, notatie: str, *rollen: str) -> Actor:
    """Somebody who acts for this bestuur in these roles."""
    return Actor(
        persoon="p-1",
        bestuur=uri,
        klasse=klasse(notatie) if notatie else "",
        rollen=frozenset(rollen),
    )


SENDER = "LoketLB-toezichtGebruiker"
AALST = actor(bestuur("Aalst", "GEM"), "GEM", SENDER)
GENT = actor(bestuur("Gent", "GEM"), "GEM", SENDER)
ABB = actor(
    "http://data.lblod.info/id/bestuurseenheden/141d9d6b-54af-4d17-b313-8d1c30bc3f5b",
    "ABB",
    "ABBDatabankToezicht-DatabankToezichtLezer",
)
ABB_ADMIN = actor(ABB.bestuur, "ABB", "LoketLB-admin")
MACHINE = actor("", "", SYSTEM_ROLE)


def module_of(command: Any) -> Module[Any, Any, Any]:
    """The module that knows this command."""
    return next(m for m in MODULES.values() if type(command) in m.commands)


def _other(stream: str, module: Module[Any, Any, Any]) -> Module[Any, Any, Any]:
    """The module of a related stream: it says so, or it is this one."""
    return MODULES[stream.partition("/")[0]] if "/" in stream else module


@dataclass(frozen=True)
class Decision:
    """What was decided: facts or a refusal."""

    facts: tuple[Any, ...]
    refusal: Refused | None

    def then(self, *expected: Any) -> "Decision":
        assert self.refusal is None, self.refusal
        assert self.facts == expected
        return self

    def gives(self, *kinds: type[Any]) -> tuple[Any, ...]:
        """As `then`, by the types of the facts only."""
        assert self.refusal is None, self.refusal
        assert tuple(map(type, self.facts)) == kinds
        return self.facts

    def refuses(self, kind: type[Refused]) -> Refused:
        if self.refusal is None:
            pytest.fail(f"not refused: {self.facts}")
        assert type(self.refusal) is kind, repr(self.refusal)
        return self.refusal


@dataclass(frozen=True)
class Given:
    """What happened before."""

    facts: tuple[Any, ...]
    documents: Mapping[str, int] = field(default_factory=dict)
    related: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    at: datetime = AT
    reference: Reference = REFERENCE
    stream: str = ""

    def when(self, command: Any, by: Actor) -> Decision:
        """The decision on this command; the pipeline's check of rights is assumed passed."""
        module = module_of(command)
        assert module.rights[type(command)] & by.rollen, f"{by.rollen} may not {command}"
        context = Context(
            actor=by,
            at=self.at,
            id=COMMAND_ID,
            reference=self.reference,
            stream=self.stream,
            documents=self.documents,
            related={
                name: Related(len(facts), _other(name, module).replay(facts))
                for name, facts in self.related.items()
            },
        )
        try:
            facts = module.decide(command, module.replay(self.facts), context)
        except module.refusals as refusal:
            return Decision((), refusal)
        return Decision(tuple(facts), None)


def given(*facts: Any, **context: Any) -> Given:
    """Start of a sentence; the context may hold documents, related facts, at, reference, stream."""
    return Given(facts, **context)
