# SPDX-License-Identifier: EUPL-1.2
"""Behandelingen: a supervisor treats what was delivered to it.

Decreet over het lokaal bestuur, art. 330 to 333; for the besturen van de eredienst, decreet of 7
May 2004, art. 58 to 60. One stream is one dossier of toezicht at one of its recipients
(`stream_of`): opened by the aflevering with its team and its term, assigned, treated, asked about
(which interrupts the term), decided on with a letter, closed and perhaps reopened. When the term
ends without a measure, that is a fact too. The sender follows all of it but what is internal.

words → state → refusals → machine, oordeel → decide → MODULE
"""

from loket.domain.behandelingen.decide import EDITOR, LOCAL, decide
from loket.domain.behandelingen.refusals import REFUSALS
from loket.domain.behandelingen.state import Behandeling, Fase, discloses, evolve, scope
from loket.domain.behandelingen.terms import TERMS
from loket.domain.behandelingen.words import (
    AntwoordOntvangen,
    AntwoordRegistreren,
    BehandelingGestart,
    BehandelingStarten,
    BehandelingToegewezen,
    Command,
    Event,
    GeenMaatregelVastgesteld,
    GeenMaatregelVaststellen,
    IntrekkingRegistreren,
    NotitieGemaakt,
    OpvragingGesteld,
    Overgedragen,
    TeruggaveRegistreren,
    ToezichtsbesluitGenomen,
    VerbeteringRegistreren,
)
from loket.kernel import SYSTEM_ROLE, Module

__all__ = ["MODULE", "Behandeling", "Command", "Event", "Fase"]

_SUPERVISOR = frozenset({EDITOR, LOCAL})
_MACHINE = frozenset({SYSTEM_ROLE})
_OF_MACHINE = (
    BehandelingStarten,
    AntwoordRegistreren,
    GeenMaatregelVaststellen,
    IntrekkingRegistreren,
    TeruggaveRegistreren,
    VerbeteringRegistreren,
)

MODULE: Module[Command, Behandeling, Event] = Module(
    name="behandelingen",
    title="Behandeling van ontvangen dossiers door de toezichthouder",
    initial=Behandeling(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    refusals=REFUSALS,
    rights={
        command: _MACHINE if command in _OF_MACHINE else _SUPERVISOR for command in Command.__args__
    },
    readers=frozenset(
        {"LoketLB-toezichtGebruiker", "ABBDatabankToezicht-DatabankToezichtLezer", "LoketLB-admin"}
    ),
    terms=TERMS,
    scope=scope,
    audience={BehandelingGestart: "partijen"},
    discloses=discloses,
    internal=frozenset({BehandelingToegewezen, Overgedragen, NotitieGemaakt}),
    legal=frozenset(
        {
            OpvragingGesteld,
            AntwoordOntvangen,
            ToezichtsbesluitGenomen,
            GeenMaatregelVastgesteld,
        }
    ),
)
