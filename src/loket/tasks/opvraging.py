# SPDX-License-Identifier: EUPL-1.2
"""What a supervisor does in a behandeling is told to the bestuur in a conversation.

An opvraging becomes a conversation of that type, with its documents and its reaction term; a
toezichtsbesluit becomes a kennisgeving with the letter. The conversation is the supervisor's, as
if it had sent it itself; its causation names the fact it follows from.
"""

from uuid import UUID

from loket.bounds import MAX_TEKST
from loket.domain.behandelingen.words import (
    BehandelingGestart,
    OpvragingGesteld,
    ToezichtsbesluitGenomen,
)
from loket.domain.berichten import MODULE
from loket.domain.berichten.checks import KENNISGEVING, LIJST, MAX_ONDERWERP, OPVRAGING
from loket.domain.berichten.words import GesprekStartenNamens
from loket.kernel import Document
from loket.reference import Reference
from loket.tasks.reaction import Cause, Reaction, Tools, answer, derived, history

ASKED, DECIDED = "opvraging", "kennisgeving"


def conversation_of(cause: Cause) -> UUID:
    """The conversation (id) that an opvraging becomes."""
    return derived(ASKED, cause)


async def asked(tools: Tools, cause: Cause, last: bool) -> None:  # noqa: ARG001
    """Starts the conversation of one opvraging."""
    treated, fact = await _facts(tools, cause)
    if treated is None or not isinstance(fact, OpvragingGesteld):
        return
    reference = tools.write.reference()
    subject = f"Opvraging {fact.nummer}: {reference.label(treated.dossiertype)}"
    command = _command(
        reference, treated, cause, subject, OPVRAGING, fact.tekst, fact.documenten, fact.dagen
    )
    await answer(tools, cause, ASKED, MODULE, conversation_of(cause), command)


async def decided(tools: Tools, cause: Cause, last: bool) -> None:  # noqa: ARG001
    """Starts the conversation that tells of one toezichtsbesluit."""
    treated, fact = await _facts(tools, cause)
    if treated is None or not isinstance(fact, ToezichtsbesluitGenomen):
        return
    reference = tools.write.reference()
    subject = f"Toezichtsbeslissing ({fact.uitkomst}): {reference.label(treated.dossiertype)}"
    text = f"Beslissing van de toezichthouder: {fact.uitkomst}.\n\n{fact.motivering}".strip()
    if len(text) > MAX_TEKST:
        text = fact.motivering
    command = _command(reference, treated, cause, subject, KENNISGEVING, text, fact.documenten)
    await answer(tools, cause, DECIDED, MODULE, derived(DECIDED, cause), command)


async def _facts(tools: Tools, cause: Cause) -> tuple[BehandelingGestart | None, object]:
    """How the behandeling began, and the fact itself; nothing of destroyed content."""
    past = await history(tools, cause)
    began = next((r.fact for r in past if isinstance(r.fact, BehandelingGestart)), None)
    return began, past[cause.seq].fact


def _command(
    reference: Reference,
    treated: BehandelingGestart,
    cause: Cause,
    subject: str,
    kind: str,
    text: str,
    documents: tuple[Document, ...],
    days: int = 0,
) -> GesprekStartenNamens:
    concept = reference.codelijsten[LIJST].find(kind)
    return GesprekStartenNamens(
        van=treated.ontvanger,
        naar=treated.bestuur,
        onderwerp=" ".join(subject.split())[:MAX_ONDERWERP],
        type_communicatie=concept.uri if concept else "",
        tekst=text,
        documenten=documents,
        dossier=f"toezicht/{treated.dossier}",
        behandeling=cause.stream,
        reactietermijn=days,
    )


REACTIONS = (
    Reaction(ASKED, frozenset({"behandelingen.OpvragingGesteld"}), asked),
    Reaction(DECIDED, frozenset({"behandelingen.ToezichtsbesluitGenomen"}), decided),
)
