# SPDX-License-Identifier: EUPL-1.2
"""What happens in a year: how much each class of government decides, and how that goes.

A story is a generator: it yields an act, hears what came of it, and goes on. All chance comes from
the seed, so that one seed tells one year.
"""

from collections.abc import Iterator, Mapping, Sequence
from random import Random

from loket.reference import Bestuur, Dossiertype, Reference, belgian_day
from loket.simulate.fill import refers
from loket.simulate.people import ABB
from loket.simulate.play import Story
from loket.simulate.stories.conversations import conversation
from loket.simulate.stories.decisions import decision
from loket.simulate.stories.teller import Teller, World, world

__all__ = ["World", "world", "year"]

BUSY: Mapping[str, float] = {
    "GEM": 5.0, "OCMW": 1.6, "PROV": 9.0, "AGB": 0.8, "DIST": 1.2, "OV": 1.2, "DV": 1.2, "PZ": 1.0,
    "EB": 0.0, "CKB": 0.0, "RO": 0.0,
}  # fmt: skip
"""How many decisions a class takes, relative to the others (which count for a half); those of the
worship services hang together by references, which are not made up here."""

OFTEN: Mapping[str, float] = {"Besluitenlijst": 30.0, "Reglementen en verordeningen": 8.0}
"""How often a type is sent, relative to the others (which count for one)."""

TALKED = 0.1
"""Share of stories that are a conversation."""

EVENTS = 12
"""Events that a story makes, on average."""


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
