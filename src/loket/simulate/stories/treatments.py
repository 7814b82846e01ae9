# SPDX-License-Identifier: EUPL-1.2
"""A recipient consults a dossier and treats it: usually nothing follows, sometimes a question."""

from datetime import datetime, timedelta
from uuid import UUID

from loket.domain import MODULES
from loket.domain.behandelingen.words import (
    BehandelingAfsluiten,
    GeenMaatregelVaststellen,
    InBehandelingNemen,
    OpvragingGesteld,
    OpvragingStellen,
    ToezichtsbesluitNemen,
    stream_of,
)
from loket.domain.berichten.words import BerichtSturen, GesprekOpenen
from loket.domain.toezicht.words import BesluitOpenen
from loket.kernel import SYSTEM
from loket.simulate.play import Act, Story
from loket.simulate.stories.teller import Clerk, Teller
from loket.submit import Accepted
from loket.tasks.opvraging import conversation_of
from loket.tasks.reaction import Cause

BEHANDELINGEN, BERICHTEN, TOEZICHT = (
    MODULES[name] for name in ("behandelingen", "berichten", "toezicht")
)

UNREAD, UNTREATED, QUESTION, ANSWERED, DECIDED = 0.04, 0.15, 0.06, 0.85, 0.6
"""Shares: never consulted, left to expire, asked about, answered when asked, decided on."""

LONG = timedelta(days=36)
"""After this every term of thirty days is over, whatever the holidays."""


def treatment(tell: Teller, bestuur: str, dossier: UUID, ontvanger: str, at: datetime) -> Story:
    """What one recipient (URI) does with a dossier of a bestuur (URI) that it received."""
    if tell.rng.random() < UNREAD:
        return
    reader = Clerk(tell, tell.one_of(ontvanger), TOEZICHT, dossier, at)
    yield reader.days(2).does(BesluitOpenen())
    stream = UUID(stream_of(str(dossier), ontvanger))
    treats = Clerk(tell, reader.actor, BEHANDELINGEN, stream, reader.at)
    if tell.rng.random() < UNTREATED:
        if at + LONG < tell.world.end:
            yield Act(at + LONG, SYSTEM, BEHANDELINGEN, stream, GeenMaatregelVaststellen())
        return
    yield treats.days(3).does(InBehandelingNemen())
    if tell.rng.random() < QUESTION:
        yield from _question(treats, bestuur)
    if tell.rng.random() < DECIDED:
        decided = ToezichtsbesluitNemen("geen-maatregel", "Het besluit schendt de wet niet.")
        yield treats.days(4).does(decided)
        yield treats.minutes(3).does(BehandelingAfsluiten())
    else:
        yield treats.days(4).does(BehandelingAfsluiten("Ter kennisgeving aangenomen."))


def _question(treats: Clerk, bestuur: str) -> Story:
    tell = treats.tell
    asked = yield treats.days(2).does(OpvragingStellen("Bezorg de ontbrekende bijlage.", 15))
    if not isinstance(asked, Accepted) or tell.rng.random() > ANSWERED:
        return
    number = next(p.seq for p, f in zip(asked.placed, asked.facts, strict=True) if _asks(f))
    gesprek = conversation_of(Cause(asked.stream, number))
    clerk = Clerk(tell, tell.one_of(bestuur), BERICHTEN, gesprek, treats.at)
    yield clerk.days(2).does(GesprekOpenen())
    yield clerk.days(4).does(BerichtSturen("De bijlage staat nu bij het besluit op onze website."))
    treats.at = clerk.at
    reader = Clerk(tell, treats.actor, BERICHTEN, gesprek, clerk.at)
    yield reader.days(1).does(GesprekOpenen())


def _asks(fact: object) -> bool:
    return isinstance(fact, OpvragingGesteld)
