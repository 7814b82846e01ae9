# SPDX-License-Identifier: EUPL-1.2
"""Tijdstempels: what went wrong with trusted time, kept as facts of the log itself.

One stream per log. Sending is never refused because a time-stamping authority (TSA) is out of
reach, so the outage, its recovery and a clock that drifts must be provable afterwards
(besluit of 20 April 2018; ETSI EN 319 421 for what a TSA owes).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from loket.kernel import SYSTEM_ROLE, Context, Invalid, Module, Scope

MAX_TSA = 300
MAX_REDEN = 2_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

# Commands


@dataclass(frozen=True, slots=True)
class TsaStoringMelden:
    """This TSA (name or address) gives no valid token, for this reason."""

    tsa: str
    reden: str


@dataclass(frozen=True, slots=True)
class TsaHerstelMelden:
    """This TSA gives valid tokens again."""

    tsa: str


@dataclass(frozen=True, slots=True)
class KlokafwijkingMelden:
    """Our clock differs this much (milliseconds, ours minus theirs) from this TSA's."""

    tsa: str
    milliseconden: int


Command = TsaStoringMelden | TsaHerstelMelden | KlokafwijkingMelden

# Events


@dataclass(frozen=True, slots=True)
class TsaStoringBegonnen:
    """An outage began; `vanaf` is the server's clock (ISO 8601, UTC)."""

    tsa: str
    reden: str
    vanaf: str


@dataclass(frozen=True, slots=True)
class TsaStoringBeeindigd:
    """The outage that began at `vanaf` is over after `duur_seconden`."""

    tsa: str
    vanaf: str
    duur_seconden: int


@dataclass(frozen=True, slots=True)
class KlokafwijkingVastgesteld:
    """Our clock differed this much (milliseconds, ours minus theirs) from this TSA's."""

    tsa: str
    milliseconden: int


Event = TsaStoringBegonnen | TsaStoringBeeindigd | KlokafwijkingVastgesteld

# State


@dataclass(frozen=True, slots=True)
class Tijdbronnen:
    """Per TSA the beginning of an outage that still lasts, and the last drift seen."""

    storingen: Mapping[str, str] = field(default_factory=dict)
    afwijkingen: Mapping[str, int] = field(default_factory=dict)


# Refusals


class OngeldigeMelding(Invalid):
    """De melding over een tijdstempeldienst heeft niet de vorm die het systeem verwacht."""


# Decide


def decide(command: Command, state: Tijdbronnen, ctx: Context) -> list[Event]:
    """Facts, or nothing when the log already says so; raises OngeldigeMelding."""
    tsa = command.tsa
    if not 0 < len(tsa) <= MAX_TSA or _CONTROL.search(tsa):
        raise OngeldigeMelding(f"Geef de dienst een naam van 1 tot {MAX_TSA} tekens.")
    match command:
        case TsaStoringMelden(reden=reden):
            if not 0 < len(reden) <= MAX_REDEN:
                raise OngeldigeMelding(f"Geef een reden van 1 tot {MAX_REDEN} tekens.")
            since = ctx.at.isoformat()
            return [] if tsa in state.storingen else [TsaStoringBegonnen(tsa, reden, since)]
        case TsaHerstelMelden():
            return _recovered(tsa, state.storingen.get(tsa), ctx.at)
        case KlokafwijkingMelden(milliseconden=drift):
            if abs(drift) >= 2**53:
                raise OngeldigeMelding("De afwijking is te groot om exact te bewaren.")
            return _drifted(tsa, drift, state)


def _recovered(tsa: str, since: str | None, at: datetime) -> list[Event]:
    if since is None:
        return []
    lasted = max(at - datetime.fromisoformat(since), timedelta(0))
    return [TsaStoringBeeindigd(tsa, since, int(lasted.total_seconds()))]


def _drifted(tsa: str, drift: int, state: Tijdbronnen) -> list[Event]:
    if state.afwijkingen.get(tsa) == drift:
        return []
    return [KlokafwijkingVastgesteld(tsa, drift)]


# Evolve


def evolve(state: Tijdbronnen, event: Event) -> Tijdbronnen:
    """The sources of time after this fact."""
    match event:
        case TsaStoringBegonnen(tsa, _, vanaf):
            return replace(state, storingen={**state.storingen, tsa: vanaf})
        case TsaStoringBeeindigd(tsa):
            rest = {name: since for name, since in state.storingen.items() if name != tsa}
            return replace(state, storingen=rest)
        case KlokafwijkingVastgesteld(tsa, milliseconden):
            return replace(state, afwijkingen={**state.afwijkingen, tsa: milliseconden})


def scope(_: Tijdbronnen) -> Scope:
    """Everyone may know when time could not be proven."""
    return Scope(public=True)


_EXT = "http://mu.semte.ch/vocabularies/ext/"
_MACHINE = frozenset({SYSTEM_ROLE})

MODULE: Module[Command, Tijdbronnen, Event] = Module(
    name="tijdstempels",
    title="Storingen en afwijkingen van de tijdbronnen",
    initial=Tijdbronnen(),
    decide=decide,
    evolve=evolve,
    commands=(TsaStoringMelden, TsaHerstelMelden, KlokafwijkingMelden),
    events=(TsaStoringBegonnen, TsaStoringBeeindigd, KlokafwijkingVastgesteld),
    refusals=(OngeldigeMelding,),
    rights=dict.fromkeys((TsaStoringMelden, TsaHerstelMelden, KlokafwijkingMelden), _MACHINE),
    terms={
        "TsaStoringBegonnen": _EXT + "TsaStoringBegonnen",
        "TsaStoringBeeindigd": _EXT + "TsaStoringBeeindigd",
        "KlokafwijkingVastgesteld": _EXT + "KlokafwijkingVastgesteld",
        "tsa": "http://www.w3.org/ns/prov#wasAssociatedWith",
        "reden": _EXT + "reden",
        "vanaf": "http://www.w3.org/ns/prov#startedAtTime",
        "duur_seconden": "http://schema.org/duration",
        "milliseconden": _EXT + "klokafwijking",
    },
    scope=scope,
)
