# SPDX-License-Identifier: EUPL-1.2
"""A dossier that corrects an earlier one was sent: the earlier one is told so."""

from uuid import UUID

from loket.domain.toezicht import MODULE
from loket.domain.toezicht.words import BesluitVervangen, BesluitVerzonden
from loket.kernel import StreamId
from loket.tasks.reaction import Cause, Reaction, Tools, answer, history

NAME = "vervanging"


async def run(tools: Tools, cause: Cause, last: bool) -> None:  # noqa: ARG001
    """Submits BesluitVervangen to the dossier that this sending corrects, if any."""
    fact = (await history(tools, cause))[cause.seq].fact
    if isinstance(fact, BesluitVerzonden) and fact.verbetert:
        command = BesluitVervangen(StreamId(str(cause.id)))
        await answer(tools, cause, NAME, MODULE, UUID(fact.verbetert), command)


REACTION = Reaction(NAME, frozenset({"toezicht.BesluitVerzonden"}), run)
