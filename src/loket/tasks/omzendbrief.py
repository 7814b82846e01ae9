# SPDX-License-Identifier: EUPL-1.2
"""An omzendbrief was sent: each bestuur it is for gets a conversation of its own.

A crash halfway leaves the rest to the next attempt: each conversation is started once.
"""

import asyncio

from loket.domain.berichten import MODULE
from loket.domain.berichten.checks import LIJST, OMZENDBRIEF
from loket.domain.berichten.words import GesprekStartenNamens
from loket.domain.omzendbrieven import OmzendbriefVerstuurd
from loket.tasks.reaction import Cause, Patience, Reaction, Tools, answer, derived, history

NAME = "omzendbrief"
AT_ONCE = 64
"""Conversations that are started together: one group commit."""


async def run(tools: Tools, cause: Cause, last: bool) -> None:  # noqa: ARG001
    """Starts the conversations of one omzendbrief; raises what one of them raised, once the
    others are there."""
    fact = (await history(tools, cause))[cause.seq].fact
    if not isinstance(fact, OmzendbriefVerstuurd):
        return
    problems: list[BaseException] = []
    for start in range(0, len(fact.aan), AT_ONCE):
        chunk = fact.aan[start : start + AT_ONCE]
        each = (_start(tools, cause, fact, naar) for naar in chunk)
        found = await asyncio.gather(*each, return_exceptions=True)
        problems += [problem for problem in found if problem is not None]
    if problems:
        raise problems[0]


async def _start(tools: Tools, cause: Cause, fact: OmzendbriefVerstuurd, naar: str) -> None:
    concept = tools.write.reference().codelijsten[LIJST].find(OMZENDBRIEF)
    command = GesprekStartenNamens(
        van=fact.van,
        naar=naar,
        onderwerp=fact.onderwerp,
        type_communicatie=concept.uri if concept else "",
        tekst=fact.tekst,
        documenten=fact.documenten,
        omzendbrief=cause.stream,
        reactietermijn=fact.reactietermijn,
    )
    key = f"{NAME}/{naar}"
    await answer(tools, cause, key, MODULE, derived(key, cause), command)


REACTION = Reaction(
    NAME, frozenset({"omzendbrieven.OmzendbriefVerstuurd"}), run, patience=Patience(retries=50)
)
