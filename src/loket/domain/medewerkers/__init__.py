# SPDX-License-Identifier: EUPL-1.2
"""Medewerkers: what the people of a bestuur tell of themselves for their work in the loket.

One stream is one person in one bestuur (`stream_of`): the name and address of their login, their
teams, when they are absent and who sees their work then, the searches they keep, and how they want
to be mailed. Nobody else may read or change the stream; colleagues see names, teams and absence in
the list of medewerkers.

words → state → refusals → decide → MODULE
"""

from loket.domain.medewerkers.decide import decide
from loket.domain.medewerkers.refusals import REFUSALS
from loket.domain.medewerkers.state import Medewerker, evolve, scope
from loket.domain.medewerkers.terms import TERMS
from loket.domain.medewerkers.words import Command, Event, ProfielBijwerken
from loket.kernel import SYSTEM_ROLE, Module

__all__ = ["MODULE", "Command", "Event", "Medewerker"]

_EVERYBODY = frozenset(
    {
        "ABBDatabankToezicht-DatabankToezichtEditeur",
        "ABBDatabankToezicht-DatabankToezichtLezer",
        "LoketLB-admin",
        "LoketLB-berichtenGebruiker",
        "LoketLB-databankEredienstenGebruiker",
        "LoketLB-toezichtGebruiker",
    }
)
_AND_MACHINE = _EVERYBODY | {SYSTEM_ROLE}

MODULE: Module[Command, Medewerker, Event] = Module(
    name="medewerkers",
    title="Medewerkers: teams, afwezigheid, zoekopdrachten en voorkeuren",
    initial=Medewerker(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    refusals=REFUSALS,
    rights={
        command: _EVERYBODY if command is ProfielBijwerken else _AND_MACHINE
        for command in Command.__args__
    },
    terms=TERMS,
    scope=scope,
)
