# SPDX-License-Identifier: EUPL-1.2
"""Meldingen: which mail told a person of a bestuur what, and what became of it.

One stream is one person in one bestuur on one Belgian day (`stream_of`). Mail that is wanted once
a day waits in it until it goes out together. Addresses are recorded as hashes only. What comes
back later (RFC 3464) is matched by the id of the message.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid5

from loket.bounds import is_text
from loket.kernel import SYSTEM_ROLE, Conflict, Context, Invalid, Module, NotFound, Scope

_MELDINGEN = UUID("5f3c1b0e-6d52-5a0f-8d0d-2f1a7c0b9e31")
MAX_WACHTEND = 1_000
MAX_WIE = 1_000
"""Characters in the URI of a bestuur, or in the id of a person."""

_HASH = re.compile(r"[0-9a-f]{64}")
_MESSAGE_ID = re.compile(r"[\x21-\x7e]{1,255}")
_OVER = re.compile(r"[a-z]{1,40}/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/\d{1,9}")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}|")


def stream_of(bestuur: str, persoon: str, dag: str) -> UUID:
    """The stream of this person (id in the token) in this bestuur (URI) on this day (ISO)."""
    return uuid5(_MELDINGEN, f"{bestuur}\n{persoon}\n{dag}")


# Commands


@dataclass(frozen=True, slots=True)
class MeldingUitstellen:
    """Keep this for the mail of the day: `over` is the fact (`module/stream/seq`)."""

    bestuur: str
    persoon: str
    over: str


@dataclass(frozen=True, slots=True)
class MeldingRegistreren:
    """Record that mail about these facts was taken by the mail server under this message id."""

    bestuur: str
    persoon: str
    over: tuple[str, ...]
    adres_hash: str
    bericht_id: str


@dataclass(frozen=True, slots=True)
class MeldingMislukt:
    """Record that mail about these facts could not be sent to the address with this hash."""

    bestuur: str
    persoon: str
    over: tuple[str, ...]
    adres_hash: str
    reden: str


@dataclass(frozen=True, slots=True)
class TerugkomstRegistreren:
    """Record that mail came back: the status code (RFC 3463) that tells why."""

    bericht_id: str
    status: str


Command = MeldingUitstellen | MeldingRegistreren | MeldingMislukt | TerugkomstRegistreren

# Events


@dataclass(frozen=True, slots=True)
class MeldingUitgesteld:
    """A fact waits for the mail of the day."""

    bestuur: str
    persoon: str
    over: str


@dataclass(frozen=True, slots=True)
class MeldingGemaild:
    """Mail about these facts was taken by the mail server."""

    bestuur: str
    persoon: str
    over: tuple[str, ...]
    adres_hash: str
    bericht_id: str


@dataclass(frozen=True, slots=True)
class MeldingNietGemaild:
    """Mail about these facts could not be sent."""

    bestuur: str
    persoon: str
    over: tuple[str, ...]
    adres_hash: str
    reden: str


@dataclass(frozen=True, slots=True)
class MeldingTeruggekomen:
    """Mail that was taken before came back undelivered."""

    bericht_id: str
    adres_hash: str
    status: str


Event = MeldingUitgesteld | MeldingGemaild | MeldingNietGemaild | MeldingTeruggekomen

# State


@dataclass(frozen=True, slots=True)
class Meldingen:
    """The mail of one person on one day: what waits, what is done, and what went out or back.

    `gemaild` maps message ids to hashes of addresses.
    """

    bestuur: str = ""
    persoon: str = ""
    wachtend: tuple[str, ...] = ()
    afgehandeld: frozenset[str] = frozenset()
    gemaild: Mapping[str, str] = field(default_factory=dict)
    teruggekomen: frozenset[str] = frozenset()


# Refusals


class OngeldigeMelding(Invalid):
    """De melding heeft niet de vorm die het systeem verwacht."""


class AnderePersoon(Conflict):
    """Deze stroom hoort bij een andere persoon."""


class OnbekendeMail(NotFound):
    """Er is geen mail met dit kenmerk verstuurd."""


def decide(command: Command, state: Meldingen, ctx: Context) -> list[Event]:  # noqa: ARG001
    """The facts, nothing when it was already so, or a refusal."""
    if isinstance(command, TerugkomstRegistreren):
        return _back(command, state)
    if not all(0 < len(who) <= MAX_WIE for who in (command.bestuur, command.persoon)):
        raise OngeldigeMelding
    if state.persoon and (command.bestuur, command.persoon) != (state.bestuur, state.persoon):
        raise AnderePersoon
    match command:
        case MeldingUitstellen(bestuur, persoon, over):
            _check(over)
            if over in state.afgehandeld or over in state.wachtend:
                return []
            return [MeldingUitgesteld(bestuur, persoon, over)]
        case MeldingRegistreren(bestuur, persoon, over, adres_hash, bericht_id):
            _check(*over, adres_hash=adres_hash, bericht_id=bericht_id)
            if bericht_id in state.gemaild:
                return []
            return [MeldingGemaild(bestuur, persoon, over, adres_hash, bericht_id)]
        case MeldingMislukt(bestuur, persoon, over, adres_hash, reden):
            _check(*over, adres_hash=adres_hash, reden=reden)
            if set(over) <= state.afgehandeld:
                return []
            return [MeldingNietGemaild(bestuur, persoon, over, adres_hash, reden)]


def _back(command: TerugkomstRegistreren, state: Meldingen) -> list[Event]:
    adres_hash = state.gemaild.get(command.bericht_id)
    if adres_hash is None:
        raise OnbekendeMail
    if not _STATUS.fullmatch(command.status):
        raise OngeldigeMelding
    if command.bericht_id in state.teruggekomen:
        return []
    return [MeldingTeruggekomen(command.bericht_id, adres_hash, command.status)]


def _check(*over: str, adres_hash: str = "0" * 64, bericht_id: str = "-", reden: str = "-") -> None:
    """Raises OngeldigeMelding for what is no fact, SHA-256, message id or bounded reason."""
    fits = (
        0 < len(over) <= MAX_WACHTEND
        and len(set(over)) == len(over)
        and all(map(_OVER.fullmatch, over))
        and _HASH.fullmatch(adres_hash)
        and _MESSAGE_ID.fullmatch(bericht_id)
        and is_text(reden)
    )
    if not fits:
        raise OngeldigeMelding


def evolve(state: Meldingen, event: Event) -> Meldingen:
    """The mail of the day after this fact."""
    match event:
        case MeldingUitgesteld(bestuur, persoon, over):
            return replace(
                state, bestuur=bestuur, persoon=persoon, wachtend=(*state.wachtend, over)
            )
        case MeldingGemaild(adres_hash=adres_hash, bericht_id=bericht_id):
            done = _done(state, event)
            return replace(done, gemaild={**state.gemaild, bericht_id: adres_hash})
        case MeldingNietGemaild():
            return _done(state, event)
        case MeldingTeruggekomen(bericht_id):
            return replace(state, teruggekomen=state.teruggekomen | {bericht_id})


def _done(state: Meldingen, event: MeldingGemaild | MeldingNietGemaild) -> Meldingen:
    return replace(
        state,
        bestuur=event.bestuur,
        persoon=event.persoon,
        wachtend=tuple(each for each in state.wachtend if each not in event.over),
        afgehandeld=state.afgehandeld | set(event.over),
    )


def scope(state: Meldingen) -> Scope:
    """Of that person alone."""
    return Scope(owner=state.bestuur, persoon=state.persoon)


_EXT = "http://mu.semte.ch/vocabularies/ext/"
_MACHINE = frozenset({SYSTEM_ROLE})

MODULE: Module[Command, Meldingen, Event] = Module(
    name="meldingen",
    title="Meldingen per e-mail en hun afloop",
    initial=Meldingen(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    refusals=(OngeldigeMelding, AnderePersoon, OnbekendeMail),
    rights=dict.fromkeys(Command.__args__, _MACHINE),
    terms={
        "MeldingUitgesteld": _EXT + "MeldingUitgesteld",
        "MeldingGemaild": _EXT + "MeldingGemaild",
        "MeldingNietGemaild": _EXT + "MeldingNietGemaild",
        "MeldingTeruggekomen": _EXT + "MeldingTeruggekomen",
        "bestuur": "http://www.w3.org/ns/prov#actedOnBehalfOf",
        "persoon": "http://schema.org/recipient",
        "over": "http://schema.org/about",
        "adres_hash": _EXT + "adresHash",
        "bericht_id": "http://www.semanticdesktop.org/ontologies/2007/03/22/nmo#messageId",
        "status": _EXT + "afleverstatus",
        "reden": _EXT + "reden",
    },
    scope=scope,
)
