# SPDX-License-Identifier: EUPL-1.2
"""A bestuur decides something, publishes it and sends it."""

from collections.abc import Generator
from datetime import datetime

from loket.domain import MODULES
from loket.domain.toezicht.refusals import WaarschuwingNietBevestigd
from loket.domain.toezicht.words import (
    BesluitIntrekken,
    BesluitOpstellen,
    BesluitValideren,
    BesluitVerzenden,
    BestandToevoegen,
    LinkToevoegen,
    VeldenWijzigen,
    WaarschuwingBevestigen,
)
from loket.kernel import Refused, Value
from loket.reference import Bestuur, Dossiertype, belgian_day
from loket.simulate.fill import SUBJECTS, Occasion, filled
from loket.simulate.play import Act, Answer, Story
from loket.simulate.stories.teller import Clerk, Teller
from loket.simulate.stories.treatments import treatment
from loket.submit import Accepted

TOEZICHT = MODULES["toezicht"]

FILES, INVALID, WITHDRAWN = 0.5, 0.1, 0.02
"""Shares of dossiers: with a file, checked too early, withdrawn."""


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
        if ontvanger in tell.world.staff:
            yield from treatment(tell, bestuur.uri, clerk.stream, ontvanger, clerk.at)


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
    while isinstance(sent, WaarschuwingNietBevestigd):
        for doubt in sent.findings:
            yield clerk.does(WaarschuwingBevestigen(doubt.veld, doubt.regel))
        sent = yield clerk.minutes(2).does(BesluitVerzenden())
    return sent if isinstance(sent, Accepted) else None


def _recipients(sent: Accepted) -> list[str]:
    found = [getattr(fact, "ontvangers", ()) for fact in sent.facts]
    return [uri for ontvangers in found for uri in ontvangers]
