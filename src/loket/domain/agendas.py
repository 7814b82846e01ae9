# SPDX-License-Identifier: EUPL-1.2
"""Agendas: the secret address under which somebody's calendar program reads their terms.

Calendar programs cannot sign in: who knows the address may read what it shows (days, names of
rules and dossier numbers, no content) until its last day or until it is closed. Only a hash of the
secret is recorded. One stream is one person in one bestuur (`stream_of`).
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid5

from loket.kernel import Conflict, Context, Finding, Invalid, Module, NotAllowed, Scope
from loket.reference import belgian_day

_AGENDAS = UUID("c1a51a0e-52f5-5d0a-9c53-3ef3ad1a4e0b")
DAGEN = 365
"""How long an address works."""

_HASH = re.compile(r"[0-9a-f]{64}")


def stream_of(bestuur: str, persoon: str) -> UUID:
    """The agenda of this person (id in the token) in this bestuur (URI)."""
    return uuid5(_AGENDAS, f"{bestuur}\n{persoon}")


# Commands


@dataclass(frozen=True, slots=True)
class AgendaOpenen:
    """Open your agenda under a secret with this SHA-256 (hexadecimal); an earlier one closes."""

    sleutel_hash: str


@dataclass(frozen=True, slots=True)
class AgendaSluiten:
    """Close your agenda: its address answers no more."""


Command = AgendaOpenen | AgendaSluiten

# Events


@dataclass(frozen=True, slots=True)
class AgendaAangemaakt:
    """The agenda of a person answers under a secret with this hash, up to and including a day.

    It shows what these roles may see.
    """

    bestuur: str
    persoon: str
    rollen: tuple[str, ...]
    sleutel_hash: str
    tot: str


@dataclass(frozen=True, slots=True)
class AgendaGesloten:
    """The agenda answers no more."""


Event = AgendaAangemaakt | AgendaGesloten

# State


@dataclass(frozen=True, slots=True)
class Agenda:
    """Somebody's agenda; without `sleutel_hash` it is closed. `tot` is its last day (ISO)."""

    bestuur: str = ""
    persoon: str = ""
    rollen: frozenset[str] = frozenset()
    sleutel_hash: str = ""
    tot: str = ""

    def answers(self, sleutel_hash: str, dag: str) -> bool:
        """True when the agenda is open under this secret on that day (ISO)."""
        return bool(sleutel_hash) and sleutel_hash == self.sleutel_hash and dag <= self.tot


# Refusals


class AndereAgenda(NotAllowed):
    """Dit is de agenda van iemand anders; gebruik het adres van uw eigen agenda."""


class OngeldigeSleutel(Invalid):
    """De sleutel heeft niet de gevraagde vorm."""


class AgendaNietOpen(Conflict):
    """Uw agenda is niet open."""


def decide(command: Command, state: Agenda, ctx: Context) -> list[Event]:
    """Facts, nothing when it was already so, or a refusal of this module."""
    actor = ctx.actor
    mine = str(stream_of(actor.bestuur, actor.persoon))
    whose = (state.bestuur, state.persoon)
    if ctx.stream not in {"", mine} or (state.persoon and whose != (actor.bestuur, actor.persoon)):
        raise AndereAgenda(f"Uw agenda is stroom {mine}.")
    if isinstance(command, AgendaSluiten):
        if not state.sleutel_hash:
            raise AgendaNietOpen
        return [AgendaGesloten()]
    if not _HASH.fullmatch(command.sleutel_hash):
        rule = "Geef de SHA-256 van de sleutel als 64 hexadecimale cijfers in kleine letters."
        raise OngeldigeSleutel("", Finding("sleutel_hash", "vorm", rule))
    if state.sleutel_hash == command.sleutel_hash:
        return []
    return [
        AgendaAangemaakt(
            bestuur=actor.bestuur,
            persoon=actor.persoon,
            rollen=tuple(sorted(actor.rollen)),
            sleutel_hash=command.sleutel_hash,
            tot=(belgian_day(ctx.at) + timedelta(days=DAGEN)).isoformat(),
        )
    ]


def evolve(state: Agenda, event: Event) -> Agenda:
    """The agenda after this fact."""
    match event:
        case AgendaAangemaakt(bestuur, persoon, rollen, sleutel_hash, tot):
            return Agenda(bestuur, persoon, frozenset(rollen), sleutel_hash, tot)
        case AgendaGesloten():
            return Agenda(state.bestuur, state.persoon)


def scope(state: Agenda) -> Scope:
    """A person's own."""
    return Scope(owner=state.bestuur, persoon=state.persoon)


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
_EXT = "http://mu.semte.ch/vocabularies/ext/"

MODULE: Module[Command, Agenda, Event] = Module(
    name="agendas",
    title="Agenda's: termijnen in een kalenderprogramma",
    initial=Agenda(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    refusals=(AndereAgenda, OngeldigeSleutel, AgendaNietOpen),
    rights={AgendaOpenen: _EVERYBODY, AgendaSluiten: _EVERYBODY},
    terms={
        "AgendaAangemaakt": f"{_EXT}AgendaAangemaakt",
        "AgendaGesloten": f"{_EXT}AgendaGesloten",
        "bestuur": "http://www.w3.org/ns/org#memberOf",
        "persoon": "http://www.w3.org/ns/prov#agent",
        "rollen": "http://www.w3.org/ns/org#role",
        "sleutel_hash": "http://spdx.org/rdf/terms#checksumValue",
        "tot": "http://purl.org/dc/terms/valid",
    },
    scope=scope,
)
