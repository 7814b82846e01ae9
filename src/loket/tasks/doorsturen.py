# SPDX-License-Identifier: EUPL-1.2
"""A dossier that takes others along was sent: those go to its recipients too.

So an annual account reaches the supervisor once the central board sends the dossier in which it is
bundled. A dossier that is sent again goes again to whom it was forwarded before.
"""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from loket.domain.toezicht import MODULE
from loket.domain.toezicht.refusals import VerwijstNiet
from loket.domain.toezicht.words import BesluitDoorgestuurd, BesluitDoorsturen, BesluitVerzonden
from loket.evidence.entry import Recorded
from loket.kernel import StreamId
from loket.tasks.reaction import Cause, Reaction, Tools, answer, history

NAME = "doorsturen"


async def run(tools: Tools, cause: Cause, last: bool) -> None:  # noqa: ARG001
    """Submits BesluitDoorsturen to every dossier this sending takes along, and to itself by
    those that took it along before."""
    facts = await history(tools, cause)
    fact = facts[cause.seq].fact
    if not isinstance(fact, BesluitVerzonden):
        return
    if fact.met_verwijzingen:
        command = BesluitDoorsturen(StreamId(str(cause.id)))
        for key in fact.verwijzingen:
            await answer(tools, cause, f"{NAME}/{key}", MODULE, UUID(key), command)
    for door in _before(facts[: cause.seq]):
        command = BesluitDoorsturen(StreamId(door))
        with suppress(VerwijstNiet):
            await answer(tools, cause, f"{NAME}/{door}", MODULE, cause.id, command)


def _before(facts: Sequence[Recorded]) -> list[str]:
    """The dossiers by which earlier sendings of this one were forwarded."""
    doors = (r.fact.door for r in facts if isinstance(r.fact, BesluitDoorgestuurd))
    return list(dict.fromkeys(doors))


REACTION = Reaction(NAME, frozenset({"toezicht.BesluitVerzonden"}), run)
