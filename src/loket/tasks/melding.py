# SPDX-License-Identifier: EUPL-1.2
"""Something was delivered to a bestuur: whoever of it wants to know is mailed, or has it kept for
the mail of the day.

What became of the mail is a fact in a stream of that person. A mail server that is down is tried
again for days, for those who were not mailed yet; a crash between handing over and recording may
cause a second copy with the same Message-ID, never a second fact.
"""

import asyncio
import hashlib
from datetime import date
from uuid import UUID

from loket.domain.meldingen import (
    MODULE,
    Meldingen,
    MeldingMislukt,
    MeldingRegistreren,
    MeldingUitstellen,
    stream_of,
)
from loket.evidence.read import Question
from loket.mail import MailRefused, MailUnavailable, compose
from loket.projections.meldingen import Abonnee
from loket.reference import belgian_day
from loket.tasks.nieuws import Nieuws, nieuws
from loket.tasks.reaction import (
    Cause,
    Patience,
    Reaction,
    Tools,
    TryLater,
    answer,
    derived,
    history,
)

NAME = "melding"
ON = frozenset({"berichten.BerichtAfgeleverd", "toezicht.BesluitAfgeleverd"})
WEEK = Patience(retries=200, longest=3_600_000)
"""A mail server may be down for a week."""

TEXT = """\
{regels}

U krijgt deze melding omdat u dat zo gekozen hebt in uw voorkeuren.
Dit bericht is automatisch verstuurd; antwoorden worden niet gelezen.
"""


async def run(tools: Tools, cause: Cause, last: bool) -> None:
    """Tells everyone who wants to know; raises TryLater while somebody could not be told."""
    past = await history(tools, cause)
    told = nieuws(past, cause.seq, tools.write.reference())
    if told is None:
        return
    found = await tools.subscribers(told.bestuur, told.soort, past[cause.seq].position)
    if found is None:
        raise TryLater("Het leesmodel is nog niet zo ver als het logboek.")
    day = belgian_day(past[cause.seq].registered)
    problem: TryLater | None = None
    for each in found:
        try:
            await _tell(tools, cause, each, told, day, last=last)
        except TryLater as later:
            problem = later
    if problem is not None:
        raise problem


async def _tell(
    tools: Tools, cause: Cause, who: Abonnee, told: Nieuws, day: date, *, last: bool
) -> None:
    stream = stream_of(who.bestuur, who.persoon, day.isoformat())
    state = await meldingen(tools, stream)
    if str(cause) in state.afgehandeld or str(cause) in state.wachtend:
        return
    if who.wijze == "dagelijks":
        wait = MeldingUitstellen(who.bestuur, who.persoon, str(cause))
        await answer(tools, cause, f"{NAME}/uitstel/{who.id}", MODULE, stream, wait)
        return
    text = TEXT.format(regels=told.regels(tools.url))
    await deliver(tools, cause, who, stream, (str(cause),), told.kop, text, last=last)


async def meldingen(tools: Tools, stream: UUID) -> Meldingen:
    """The mail of one person on one day."""
    name = f"{MODULE.name}/{stream}"
    past = (await tools.write.read(Question((name,)))).streams[name]
    return MODULE.replay([recorded.fact for recorded in past if recorded.fact is not None])


async def deliver(
    tools: Tools,
    cause: Cause,
    who: Abonnee,
    stream: UUID,
    over: tuple[str, ...],
    subject: str,
    text: str,
    *,
    last: bool,
) -> None:
    """Mails somebody and records what became of it; raises TryLater for another attempt."""
    message_id = f"{derived(f'{NAME}/{who.id}', cause)}@{tools.host}"
    digest = hashlib.sha256(who.adres.encode()).hexdigest()
    try:
        if not who.adres:
            raise MailRefused("Er is geen e-mailadres bekend.")
        message = compose(tools.sender, who.adres, subject, text, message_id, tools.write.now())
        await asyncio.to_thread(tools.mailer.send, message)
    except (MailRefused, MailUnavailable) as problem:
        if isinstance(problem, MailUnavailable) and not last:
            raise TryLater(str(problem)) from None
        failed = MeldingMislukt(who.bestuur, who.persoon, over, digest, str(problem))
        await answer(tools, cause, f"{NAME}/mislukt/{who.id}", MODULE, stream, failed)
        return
    mailed = MeldingRegistreren(who.bestuur, who.persoon, over, digest, message_id)
    await answer(tools, cause, f"{NAME}/gemaild/{who.id}", MODULE, stream, mailed)


REACTION = Reaction(NAME, ON, run, patience=WEEK)
