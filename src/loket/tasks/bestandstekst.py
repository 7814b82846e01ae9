# SPDX-License-Identifier: EUPL-1.2
"""A file was attached: its text is read, so that it can be searched.

The text goes to a table by the digest of the file, not to the log: it follows from the file.
"""

from loket.evidence.canonical import documents_in
from loket.tasks.reaction import Cause, Reaction, Tools, TryLater, history

NAME = "bestandstekst"

ATTACHING = frozenset({"toezicht.BestandToegevoegd", "berichten.BerichtVerzonden"})
"""Facts that bring files with them, in any field."""


async def run(tools: Tools, cause: Cause, last: bool) -> None:  # noqa: ARG001
    """Reads the files of one fact; raises TryLater for one that is not here yet."""
    fact = (await history(tools, cause))[cause.seq].fact
    if fact is None or tools.texts is None:
        return  # Its content was destroyed, and the text with it.
    for document in documents_in(fact):
        try:
            await tools.texts.take(document)
        except FileNotFoundError:
            raise TryLater("Een bestand is hier nog niet.") from None


REACTION = Reaction(NAME, ATTACHING, run)
