# SPDX-License-Identifier: EUPL-1.2
"""The mail of the day: what waited for somebody goes out together, the next morning at seven.

Each fact that waits starts this, later; the first of them mails all that wait by then, and the
others see that nothing is left.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from loket.domain.meldingen import MAX_WACHTEND, MODULE, MeldingMislukt, MeldingUitgesteld
from loket.evidence.read import Question
from loket.projections.meldingen import Abonnee
from loket.reference import belgian_day
from loket.tasks.melding import WEEK, deliver, meldingen
from loket.tasks.nieuws import Nieuws, nieuws
from loket.tasks.reaction import Cause, Reaction, Tools, TryLater, answer, history

NAME = "dagoverzicht"
HOUR = time(7, tzinfo=ZoneInfo("Europe/Brussels"))
AGAIN = 600_000
"""Milliseconds after which a fact looks whether the first one has mailed it."""

TEXT = """\
Dit is nieuw voor uw bestuur:

{regels}

U krijgt dit overzicht eens per dag omdat u dat zo gekozen hebt in uw voorkeuren.
Dit bericht is automatisch verstuurd; antwoorden worden niet gelezen.
"""


async def run(tools: Tools, cause: Cause, last: bool) -> None:
    """Mails what waits, once it is the morning after; raises TryLater until then."""
    waiting = (await history(tools, cause))[cause.seq]
    fact = waiting.fact
    if not isinstance(fact, MeldingUitgesteld):
        return
    _not_before(_morning_after(waiting.registered), tools.write.now())
    over = (await meldingen(tools, cause.id)).wachtend[:MAX_WACHTEND]
    if fact.over not in over:
        return
    if fact.over != over[0] and not last:
        raise TryLater("Een ander bericht van die dag gaat voor.", AGAIN)
    told = await _told(tools, over)
    who = await _who(tools, fact, told, waiting.position)
    if who is None or not told:
        why = "Er is niets meer te melden." if not told else "De ontvanger wil geen mail meer."
        failed = MeldingMislukt(fact.bestuur, fact.persoon, over, "0" * 64, why)
        await answer(tools, cause, f"{NAME}/mislukt", MODULE, cause.id, failed)
        return
    text = TEXT.format(regels="\n\n".join(each.regels(tools.url) for each in told))
    subject = "Nieuw in uw loket: " + (told[0].kop if len(told) == 1 else f"{len(told)} meldingen")
    await deliver(tools, cause, who, cause.id, over, subject, text, last=last)


def _morning_after(at: datetime) -> datetime:
    return datetime.combine(belgian_day(at) + timedelta(days=1), HOUR).astimezone(UTC)


def _not_before(moment: datetime, now: datetime) -> None:
    left = (moment - now) / timedelta(milliseconds=1)
    if left > 0:
        raise TryLater("Het is nog geen tijd voor de mail van de dag.", int(left) + 1)


async def _told(tools: Tools, over: Sequence[str]) -> list[Nieuws]:
    """What the facts that wait have to tell, still."""
    causes = [Cause(stream, int(seq)) for stream, _, seq in (o.rpartition("/") for o in over)]
    names = tuple(dict.fromkeys(cause.stream for cause in causes))
    streams = (await tools.write.read(Question(names))).streams
    reference = tools.write.reference()
    found = (nieuws(streams[c.stream], c.seq, reference) for c in causes)
    return [each for each in found if each is not None]


async def _who(
    tools: Tools, fact: MeldingUitgesteld, told: Sequence[Nieuws], position: int
) -> Abonnee | None:
    """Where this person wants the mail now, if they still do."""
    for soort in dict.fromkeys(each.soort for each in told):
        found = await tools.subscribers(fact.bestuur, soort, position)
        if found is None:
            raise TryLater("Het leesmodel is nog niet zo ver als het logboek.")
        for each in found:
            if each.persoon == fact.persoon:
                return each
    return None


REACTION = Reaction(NAME, frozenset({"meldingen.MeldingUitgesteld"}), run, patience=WEEK)
