# SPDX-License-Identifier: EUPL-1.2
"""A bestuur merged into another: what it was to worship bodies, its successor is from that day."""

from contextlib import suppress
from datetime import date, timedelta
from uuid import UUID

from loket.domain.besturen import (
    MODULE,
    BestuurGefuseerd,
    Inschrijving,
    OnbekendBestuur,
    RelatieBeeindigen,
    RelatieBestaatAl,
    RelatieLeggen,
    stream_of,
)
from loket.reference import Reference
from loket.reference.relaties import Relatie
from loket.tasks.reaction import Cause, Reaction, Tools, answer, history

NAME = "fusie"


async def run(tools: Tools, cause: Cause, last: bool) -> None:  # noqa: ARG001
    """Ends each relation with the merged bestuur on the day before, and lays it with the other."""
    facts = [recorded.fact for recorded in await history(tools, cause) if recorded.fact]
    state: Inschrijving = MODULE.replay(facts)
    fact = facts[cause.seq] if cause.seq < len(facts) else None
    if state.bestuur is None or not isinstance(fact, BestuurGefuseerd):
        return
    reference: Reference = tools.write.reference()
    for uri, relatie in reference.relaties.terug.get(state.bestuur.uri, ()):
        if relatie.van < fact.datum <= (relatie.tot or fact.datum):
            await _hand_over(tools, cause, uri, relatie, fact)


async def _hand_over(
    tools: Tools, cause: Cause, uri: str, relatie: Relatie, merger: BestuurGefuseerd
) -> None:
    stream, soort = UUID(stream_of(uri)), relatie.soort
    before = (date.fromisoformat(merger.datum) - timedelta(days=1)).isoformat()
    end = RelatieBeeindigen(soort, relatie.ander, before)
    lay = RelatieLeggen(soort, merger.opvolger, merger.datum, relatie.tot)
    # Besturen that ship with the product have relations before they are registered.
    with suppress(OnbekendBestuur, RelatieBestaatAl):
        await answer(tools, cause, f"{NAME}/{uri}/{soort}/einde", MODULE, stream, end)
        await answer(tools, cause, f"{NAME}/{uri}/{soort}/begin", MODULE, stream, lay)


REACTION = Reaction(NAME, frozenset({"besturen.BestuurGefuseerd"}), run)
