# SPDX-License-Identifier: EUPL-1.2
"""A bestuur and its supervisor write to each other."""

from datetime import datetime

from loket.domain import MODULES
from loket.domain.berichten.words import BerichtSturen, GesprekOpenen, GesprekStarten
from loket.kernel import Refused
from loket.reference import Bestuur
from loket.simulate.fill import SUBJECTS
from loket.simulate.people import ABB
from loket.simulate.play import Story
from loket.simulate.stories.teller import Clerk, Teller

BERICHTEN = MODULES["berichten"]

ASKED_BACK = 0.4
"""Share of messages that get an answer."""


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
