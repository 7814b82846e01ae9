# SPDX-License-Identifier: EUPL-1.2
"""A bestuur answered an opvraging by a message: the behandeling is told, with the moment at which
the log registered its aflevering, from which a new term of supervision runs.

Where the opvraging has a reaction term, the answer is the message that ends it; where it has none,
any message of the bestuur in that conversation is.
"""

from collections.abc import Sequence
from uuid import UUID

from loket.domain.behandelingen import MODULE
from loket.domain.behandelingen.words import AntwoordRegistreren, OpvragingGesteld
from loket.domain.berichten.words import BerichtAfgeleverd, BerichtVerzonden, GesprekGestart
from loket.evidence.entry import Recorded
from loket.evidence.read import Question
from loket.tasks.opvraging import conversation_of
from loket.tasks.reaction import Cause, Reaction, Tools, answer, history

NAME = "antwoord"


async def run(tools: Tools, cause: Cause, last: bool) -> None:  # noqa: ARG001
    """Registers the answer in the behandeling, if this message is one."""
    past = await history(tools, cause)
    start = next((r.fact for r in past if isinstance(r.fact, GesprekGestart)), None)
    delivered = past[cause.seq].fact
    if start is None or not start.behandeling or not isinstance(delivered, BerichtAfgeleverd):
        return
    if delivered.ontvanger != start.van or not _answers(past, delivered.bericht):
        return
    number = await _opvraging(tools, start.behandeling, cause.id)
    if not number:
        return  # The conversation is about a decision, not a question.
    command = AntwoordRegistreren(
        f"{cause.stream}/{delivered.bericht}", past[cause.seq].registered.isoformat(), number
    )
    treatment = UUID(start.behandeling.partition("/")[2])
    await answer(tools, cause, NAME, MODULE, treatment, command)


def _answers(past: Sequence[Recorded], number: int) -> bool:
    """True when message `number` answers the first message of the conversation."""
    sent = {r.fact.bericht: r.fact for r in past if isinstance(r.fact, BerichtVerzonden)}
    question, message = sent.get(1), sent.get(number)
    if question is None or message is None:
        return False
    return not question.reactietermijn or 1 in message.beantwoordt


async def _opvraging(tools: Tools, behandeling: str, conversation: UUID) -> int:
    """The number of the opvraging that this conversation is about; 0 when there is none."""
    streams = (await tools.write.read(Question((behandeling,)))).streams
    return next(
        (
            recorded.fact.nummer
            for recorded in streams[behandeling]
            if isinstance(recorded.fact, OpvragingGesteld)
            and conversation_of(Cause(behandeling, recorded.seq)) == conversation
        ),
        0,
    )


REACTION = Reaction(NAME, frozenset({"berichten.BerichtAfgeleverd"}), run)
