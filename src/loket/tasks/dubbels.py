# SPDX-License-Identifier: EUPL-1.2
"""A dossier was sent whose content stands already in an earlier one: both sides are told so."""

from dataclasses import dataclass
from uuid import UUID

from loket.domain.toezicht import MODULE
from loket.domain.toezicht.state import inhoud_sleutel
from loket.domain.toezicht.words import BesluitVerzonden, DubbelMelden
from loket.evidence.store import connect_async
from loket.kernel import StreamId
from loket.tasks.reaction import Cause, Reaction, Tools, TryLater, answer, history

NAME = "dubbels"
_FOLLOWED = "SELECT position FROM projections WHERE name = 'inhouden'"
_EARLIER = """SELECT id::text FROM inhouden
              WHERE sleutel = %s AND position < %s ORDER BY position LIMIT 1"""


@dataclass(frozen=True, slots=True)
class Inhouden:
    """Looks for content that stands as sent."""

    dsn: str

    async def earlier(self, sleutel: str, position: int) -> str | None:
        """The first dossier that holds this content, sent before a position of the log.

        Raises TryLater while the read model has not come that far.
        """
        async with await connect_async(self.dsn) as conn:
            followed = await (await conn.execute(_FOLLOWED)).fetchone()
            if followed is None or followed[0] <= position:
                raise TryLater("De inhoud van dit dossier is nog niet opgenomen.")
            found = await (await conn.execute(_EARLIER, (sleutel, position))).fetchone()
        return found[0] if found else None


async def run(tools: Tools, cause: Cause, last: bool) -> None:  # noqa: ARG001
    """Submits DubbelMelden when an earlier dossier stands with the content of this sending."""
    recorded = (await history(tools, cause))[cause.seq]
    fact = recorded.fact
    if tools.earlier is None or not isinstance(fact, BesluitVerzonden):
        return
    sleutel = inhoud_sleutel(
        fact.bestuur, fact.dossiertype, fact.velden, fact.documenten, fact.links
    )
    ander = await tools.earlier(sleutel, recorded.position)
    if ander is not None and UUID(ander) != cause.id:
        await answer(tools, cause, NAME, MODULE, cause.id, DubbelMelden(StreamId(ander)))


REACTION = Reaction(NAME, frozenset({"toezicht.BesluitVerzonden"}), run)
