# SPDX-License-Identifier: EUPL-1.2
"""What happens in a year: how much each class of government decides, and how that goes.

A story is a generator: it yields an act, hears what came of it, and goes on. All chance comes from
the seed, so that one seed tells one year.
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from loket.domain import MODULES
from loket.domain.berichten.words import BerichtSturen, GesprekOpenen, GesprekStarten
from loket.domain.toezicht.words import (
    BesluitIntrekken,
    BesluitOpenen,
    BesluitOpstellen,
    BesluitValideren,
    BesluitVerzenden,
    BestandToevoegen,
    LinkToevoegen,
    VeldenWijzigen,
)
from loket.kernel import Actor, Digest, Module, Refused, Value
from loket.reference import Bestuur, Dossiertype, Reference, belgian_day
from loket.simulate.fill import SUBJECTS, Occasion, filled, refers
from loket.simulate.people import ABB, people
from loket.simulate.play import Act, Answer, Story
from loket.submit import Accepted

BERICHTEN, TOEZICHT = MODULES["berichten"], MODULES["toezicht"]

BUSY: Mapping[str, float] = {
    "GEM": 5.0, "OCMW": 1.6, "PROV": 9.0, "AGB": 0.8, "DIST": 1.2, "OV": 1.2, "DV": 1.2, "PZ": 1.0,
    "EB": 0.0, "CKB": 0.0, "RO": 0.0,
}  # fmt: skip
"""How many decisions a class takes, relative to the others (which count for a half); those of the
worship services hang together by references, which are not made up here."""

OFTEN: Mapping[str, float] = {"Besluitenlijst": 30.0, "Reglementen en verordeningen": 8.0}
"""How often a type is sent, relative to the others (which count for one)."""

FILES, INVALID, WITHDRAWN, NEVER_OPENED = 0.5, 0.1, 0.02, 0.04
"""Shares of dossiers: with a file, checked too early, withdrawn, left unread."""

TALKED, ASKED_BACK = 0.1, 0.4
"""Shares: of stories that are a conversation, and of messages that get an answer."""


@dataclass(frozen=True, slots=True)
class World:
    """What stories draw on: who is there, what may be sent, and the days it happens in.

    `files` are the names and digests of what each bestuur (URI) has uploaded.
    """

    reference: Reference
    staff: Mapping[str, Sequence[Actor]]
    begin: datetime
    end: datetime
    files: Mapping[str, Sequence[tuple[str, Digest]]]


@dataclass(frozen=True, slots=True)
class Teller:
    """One story's own chance and clock."""

    world: World
    rng: Random

    def id(self) -> UUID:
        """A new stream."""
        return UUID(int=self.rng.getrandbits(128), version=4)

    def later(self, at: datetime, days: float) -> datetime:
        """A moment in office hours, about so many days later."""
        moved = at + timedelta(days=self.rng.uniform(0.3, 1.7) * days)
        while moved.weekday() > 4:
            moved += timedelta(days=1)
        hour, minute, second = (self.rng.randrange(n) for n in (9, 60, 60))
        return moved.replace(hour=7 + hour, minute=minute, second=second)

    def one_of(self, bestuur: str) -> Actor:
        """Somebody of this bestuur (URI)."""
        return self.rng.choice(self.world.staff[bestuur])


@dataclass(slots=True)
class Clerk:
    """Somebody at work on one stream, at a moment."""

    tell: Teller
    actor: Actor
    module: Module[Any, Any, Any]
    stream: UUID
    at: datetime

    def does(self, command: Any) -> Act:
        """The act of giving this command now."""
        return Act(self.at, self.actor, self.module, self.stream, command)

    def minutes(self, most: int) -> "Clerk":
        """At most so many minutes later."""
        self.at += timedelta(minutes=self.tell.rng.uniform(1, most))
        return self

    def days(self, about: float) -> "Clerk":
        """About so many days later, in office hours."""
        self.at = self.tell.later(self.at, about)
        return self


def year(world: World, events: int, seed: int) -> Iterator[Story]:
    """Stories that make about so many events."""
    rng = Random(seed)
    senders = [b for b in world.reference.besturen.values() if b.uri != ABB]
    offered = {b.uri: _offered(world, b) for b in senders}
    senders = [b for b in senders if offered[b.uri] and _busy(world.reference, b)]
    weights = [_busy(world.reference, b) for b in senders]
    told = 0
    while told < events:
        bestuur = rng.choices(senders, weights)[0]
        form = rng.choices(*_weighted(offered[bestuur.uri]))[0]
        begin = world.begin + (world.end - world.begin) * rng.random()
        tell = Teller(world, Random(rng.getrandbits(64)))
        if rng.random() < TALKED:
            yield conversation(tell, bestuur, begin)
        else:
            yield decision(tell, bestuur, form, begin)
        told += EVENTS


EVENTS = 10
"""Events that a story makes, on average."""


def _busy(reference: Reference, bestuur: Bestuur) -> float:
    klasse = reference.codelijsten["bestuurseenheid-classificatie"].concepten.get(bestuur.klasse)
    return BUSY.get(klasse.notatie if klasse else "", 0.5)


def _offered(world: World, bestuur: Bestuur) -> list[Dossiertype]:
    """What this bestuur may send the whole year, to somebody."""
    day = belgian_day(world.begin)
    return [
        form
        for form in world.reference.dossiertypes_for(bestuur.klasse, day, bestuur.status)
        if form.meldingsregel(bestuur.klasse, belgian_day(world.end), bestuur.status)
        and not refers(form)
    ]


def _weighted(forms: Sequence[Dossiertype]) -> tuple[Sequence[Dossiertype], list[float]]:
    return forms, [OFTEN.get(form.label, 1.0) for form in forms]


def decision(tell: Teller, bestuur: Bestuur, form: Dossiertype, begin: datetime) -> Story:
    """A decision is drafted, published and sent, and treated by those who receive it."""
    clerk = Clerk(tell, tell.one_of(bestuur.uri), TOEZICHT, tell.id(), tell.later(begin, 1))
    velden = _fields(tell, bestuur, form, begin)
    sent = yield from _sending(clerk, form, velden)
    if sent is None or clerk.at > tell.world.end:
        return
    if tell.rng.random() < WITHDRAWN:
        yield clerk.days(2).does(BesluitIntrekken("Verkeerde versie van de bijlage."))
        return
    for ontvanger in _recipients(sent):
        if ontvanger in tell.world.staff and tell.rng.random() > NEVER_OPENED:
            reader = Clerk(tell, tell.one_of(ontvanger), TOEZICHT, clerk.stream, clerk.at)
            yield reader.days(2).does(BesluitOpenen())


def _fields(tell: Teller, bestuur: Bestuur, form: Dossiertype, begin: datetime) -> dict[str, Value]:
    evening = begin.replace(hour=18, minute=30)
    about = Occasion(evening, tell.rng.choice(SUBJECTS), tell.rng)
    return filled(form, bestuur.klasse, about, tell.world.reference)


def _sending(
    clerk: Clerk, form: Dossiertype, velden: dict[str, Value]
) -> Generator[Act, Answer, Accepted | None]:
    """Draft, attach, complete, send; the receipt, or None when it was refused."""
    rng = clerk.tell.rng
    early = {name: value for name, value in velden.items() if rng.random() < 0.6}
    late = {name: value for name, value in velden.items() if name not in early}
    if isinstance((yield clerk.does(BesluitOpstellen(form.uri, early))), Refused):
        return None
    if rng.random() < INVALID:
        yield clerk.minutes(20).does(BesluitValideren())
    yield clerk.minutes(20).does(LinkToevoegen(f"https://besluiten.example/{clerk.stream}"))
    if rng.random() < FILES:
        naam, sha256 = rng.choice(clerk.tell.world.files[clerk.actor.bestuur])
        yield clerk.minutes(5).does(BestandToevoegen(sha256, naam, "application/pdf"))
    clerk.days(rng.choice((1, 3, 3, 5, 9)))
    if "publicatiedatum" in velden:
        late["publicatiedatum"] = belgian_day(clerk.at).isoformat()
    if late:
        yield clerk.does(VeldenWijzigen(late))
    sent = yield clerk.minutes(5).does(BesluitVerzenden())
    return sent if isinstance(sent, Accepted) else None


def conversation(tell: Teller, bestuur: Bestuur, begin: datetime) -> Story:
    """A bestuur and ABB write to each other, one of them first, until one has nothing to add."""
    sides = [tell.one_of(bestuur.uri), tell.one_of(ABB)]
    tell.rng.shuffle(sides)
    stream, at = tell.id(), tell.later(begin, 1)
    here, there = (Clerk(tell, actor, BERICHTEN, stream, at) for actor in sides)
    onderwerp = tell.rng.choice(SUBJECTS)
    kind = tell.world.reference.codelijsten["type-communicatie"].find("vraag")
    assert kind is not None
    question = f"Graag uw toelichting over {onderwerp}."
    start = GesprekStarten(there.actor.bestuur, onderwerp.capitalize(), kind.uri, question)
    if isinstance((yield here.does(start)), Refused):
        return
    while here.at < tell.world.end:
        there.at = here.at
        yield there.days(2).does(GesprekOpenen())
        if tell.rng.random() > ASKED_BACK:
            return
        answer = f"Over {tell.rng.choice(SUBJECTS)}: zie onze eerdere mededeling."
        yield there.minutes(90).does(BerichtSturen(answer))
        here, there = there, here


def _recipients(sent: Accepted) -> list[str]:
    found = [getattr(fact, "ontvangers", ()) for fact in sent.facts]
    return [uri for ontvangers in found for uri in ontvangers]


def world(
    reference: Reference,
    begin: datetime,
    end: datetime,
    seed: int,
    files: Mapping[str, Sequence[tuple[str, Digest]]],
) -> World:
    """The world of a seed."""
    staff = people(reference.besturen, Random(seed))
    return World(reference, staff, begin, end, files)
