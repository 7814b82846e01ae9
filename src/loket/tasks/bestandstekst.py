# SPDX-License-Identifier: EUPL-1.2
"""A file was attached: its text is read, so that it can be searched.

The text goes to a table by the digest of the file, not to the log: it follows from the file. It is
added to what is searched once the read model has come as far as the log. That a file of a dossier
cannot be read is a fact: its sender is warned.
"""

import asyncio

from loket.domain.toezicht import MODULE
from loket.domain.toezicht.words import BestandBeoordelen, BestandToegevoegd
from loket.evidence.canonical import documents_in
from loket.evidence.store import connect_async
from loket.extraction import REDENEN, Status
from loket.projections.zoeken.fill import add_text
from loket.tasks.reaction import Cause, Reaction, Tools, TryLater, answer, history

NAME = "bestandstekst"

ATTACHING = frozenset(
    {
        "toezicht.BestandToegevoegd",
        "berichten.BerichtVerzonden",
        "behandelingen.OpvragingGesteld",
        "behandelingen.ToezichtsbesluitGenomen",
    }
)
"""Facts that bring files with them, in any field."""

LOOKS, PAUSE = 50, 0.1
"""How often we look whether the read model has come as far as the log, and seconds in between."""


async def run(tools: Tools, cause: Cause, last: bool) -> None:  # noqa: ARG001
    """Reads the files of one fact; raises TryLater for one that is not here yet."""
    fact = (await history(tools, cause))[cause.seq].fact
    if fact is None or tools.texts is None:
        return  # Its content was destroyed, and the text with it.
    for document in documents_in(fact):
        try:
            read = await tools.texts.take(document)
        except FileNotFoundError:
            raise TryLater("Een bestand is hier nog niet.") from None
        await _join(tools.texts.dsn, document.sha256)
        if read.status is Status.ONLEESBAAR and isinstance(fact, BestandToegevoegd):
            judged = BestandBeoordelen(document.sha256, leesbaar=False, reden=REDENEN[read.reden])
            await answer(tools, cause, f"{NAME}/{document.sha256}", MODULE, cause.id, judged)


async def _join(dsn: str, sha256: str) -> None:
    async with await connect_async(dsn) as conn:
        head = await (await conn.execute("SELECT size FROM log_head")).fetchone()
        size = head[0] if head else 0
        for _ in range(LOOKS):
            if await add_text(conn, sha256, size):
                return
            await asyncio.sleep(PAUSE)
    raise TryLater("Het leesmodel is nog niet zo ver als het logboek.")


REACTION = Reaction(NAME, ATTACHING, run)
