# SPDX-License-Identifier: EUPL-1.2
"""The shape every module has, and the words the write side speaks.

A module is pure: `decide` looks at a command, the state of one stream and a context, and gives
facts or raises a refusal; `evolve` folds one fact into the state. Routes, problem types, rights,
terms, docs and property tests are derived from its `Module`.

Refused                      every answer the domain can give instead of facts
├── Invalid      the content breaks a rule
├── NotAllowed   this actor may not
├── NotFound     there is nothing here for this actor
└── Conflict     the state no longer allows it
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, NewType, TypeVar
from uuid import UUID

C = TypeVar("C")
S = TypeVar("S")
E = TypeVar("E")

Value = str | int | bool | tuple[str, ...] | None
"""What a form field may hold: no floats, so that one value has one canonical encoding."""

Digest = NewType("Digest", str)
"""SHA-256 (64 hexadecimal digits) of a file its sender has uploaded; `submit` resolves every
command field of this type, and those of every `Bijlage`, to `Context.documents`."""

StreamId = NewType("StreamId", str)
"""Another stream: its id (UUID) when it is of the same module, else `module/id`. `submit` resolves
every command field of this type, and what `Module.needs` names, to `Context.related`."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file as the log knows it. Its leaf commits to `sha256` and states `size` (bytes)."""

    sha256: str
    size: int
    naam: str
    formaat: str


@dataclass(frozen=True, slots=True)
class Bijlage:
    """An uploaded file as a command names it: its name for people, and its media type."""

    sha256: Digest
    naam: str
    formaat: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, for which bestuur, with what authority; recorded with every event.

    `bestuur` is the URI of the bestuurseenheid acted for and `klasse` the URI of its
    classification; `persoon` is the id of the person who acts and `naam` their name; `rollen`
    holds only the roles that count for that bestuur. `namens` is the person really at the
    keyboard when someone acts on behalf of another. `niveau` is the level of assurance of the
    login (the OIDC `acr` claim).
    """

    persoon: str
    bestuur: str
    klasse: str
    rollen: frozenset[str]
    niveau: str = ""
    namens: str = ""
    email: str = ""
    naam: str = ""

    @property
    def is_system(self) -> bool:
        """True for the machine itself: reactions and the sealer."""
        return SYSTEM_ROLE in self.rollen


SYSTEM_ROLE = "systeem"
SYSTEM = Actor(
    persoon="systeem", bestuur="", klasse="", rollen=frozenset({SYSTEM_ROLE}), niveau="systeem"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that a field breaks: which field, which rule, and what to do about it (Dutch)."""

    veld: str
    regel: str
    melding: str


class Refused(Exception):
    """Base of every answer the domain can give instead of facts.

    The docstring of a subclass is the title of its problem type; `detail` explains this case
    and `findings` name the fields and rules involved.
    """

    def __init__(self, detail: str = "", *findings: Finding) -> None:
        super().__init__(detail or type(self).title())
        self.detail = detail
        self.findings = findings

    @classmethod
    def title(cls) -> str:
        """The one sentence that names this refusal."""
        return " ".join((cls.__doc__ or cls.__name__).split())


class Invalid(Refused):
    """De inhoud voldoet niet aan een regel."""


class NotAllowed(Refused):
    """U heeft hiervoor niet het nodige recht."""


class NotFound(Refused):
    """Hier is niets wat u mag zien."""


class Conflict(Refused):
    """De toestand laat dit niet meer toe."""


@dataclass(frozen=True, slots=True)
class Related(Generic[S]):
    """Another stream as it was when the decision was taken."""

    version: int
    state: S


@dataclass(frozen=True, slots=True)
class Context:
    """All a decision may know besides its stream and the command.

    `at` is the server's clock (UTC) at the edge; the log registers its own, later, time. `id` is
    the command's id: derive ids from it, never from chance. `reference` is versioned reference
    data; what a decision relied on is recorded in its facts. `stream` is the stream's own id
    (UUID), empty where none is given: modules whose ids are natural keys check it.
    """

    actor: Actor
    at: datetime
    id: UUID
    reference: Any
    stream: str = ""
    documents: Mapping[str, int] = field(default_factory=dict)
    related: Mapping[str, Related[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scope:
    """Who may read a stream: the bestuur that owns it and those it was delivered to (URIs).

    An addressee may read the content only once it has been opened (`opened`), so that no
    consultation goes unregistered. `public` streams may be read by everyone. A stream with a
    `persoon` is for that person of its owner only: colleagues are no audience.
    """

    owner: str = ""
    addressees: frozenset[str] = frozenset()
    opened: frozenset[str] = frozenset()
    public: bool = False
    persoon: str = ""

    def is_for(self, persoon: str) -> bool:
        """True when the stream is not that of another person."""
        return self.persoon in {"", persoon}

    def may_see(self, bestuur: str) -> bool:
        """True when this bestuur may know that the stream exists."""
        return self.public or bestuur == self.owner or bestuur in self.addressees

    def may_read(self, bestuur: str) -> bool:
        """True when this bestuur may read the content."""
        return self.public or bestuur == self.owner or bestuur in self.opened


@dataclass(frozen=True, slots=True)
class Module(Generic[C, S, E]):
    """Everything the machine derives routes, proofs, docs and tests from.

    `rights` names, per command, the roles of which the actor needs one; `readers` those that may
    read without any command. `legal` lists the events with legal effect: they are sealed and
    time-stamped at once. `terms` gives the IRI of every event and event field
    (`"BesluitVerzonden"`, `"BesluitVerzonden.ontvanger"` or, when the same everywhere, just the
    field name). `audience` names, per event, the field with the bestuur
    (URI) that knows of the stream from then on: together they are who `scope` lets see it.
    `internal` lists the events that only the bestuur of their actor may see, the machine's only
    the owner. `discloses` tells whether a bestuur that may read the stream may, as things stand,
    read this fact too. `needs` names the streams a decision looks at beside those in its
    command's own fields. `upcasts` turn the payload of an older event name into a current one.
    """

    name: str
    title: str
    initial: S
    decide: Callable[[C, S, Context], list[E]]
    evolve: Callable[[S, E], S]
    commands: tuple[type[C], ...]
    events: tuple[type[E], ...]
    refusals: tuple[type[Refused], ...]
    rights: Mapping[type[C], frozenset[str]]
    terms: Mapping[str, str]
    scope: Callable[[S], Scope]
    readers: frozenset[str] = frozenset()
    legal: frozenset[type[E]] = frozenset()
    audience: Mapping[type[E], str] = field(default_factory=dict)
    internal: frozenset[type[E]] = frozenset()
    discloses: Callable[[S, E, str], bool] = lambda _state, _fact, _bestuur: True
    needs: Callable[[C, S], tuple[StreamId, ...]] = lambda _command, _state: ()
    upcasts: Mapping[str, Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]] = field(
        default_factory=dict
    )

    def replay(self, facts: "list[E] | tuple[E, ...]", state: S | None = None) -> S:
        """The state after these facts, from the initial state or a given one."""
        result = self.initial if state is None else state
        for fact in facts:
            result = self.evolve(result, fact)
        return result


def kebab(name: str) -> str:
    """`BesluitVerzenden` → `besluit-verzenden`: the form of a class name in URLs."""
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")
