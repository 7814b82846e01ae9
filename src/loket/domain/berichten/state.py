# SPDX-License-Identifier: EUPL-1.2
"""What decisions need to remember of a conversation, folded from its facts; and who reads what."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from loket.domain.berichten.words import (
    BerichtAfgeleverd,
    BerichtGelezen,
    BerichtGeopend,
    BerichtIngetrokken,
    BerichtOngelezenGemarkeerd,
    BerichtVerzonden,
    Event,
    GesprekGesloten,
    GesprekGestart,
    GesprekHeropend,
    NotitieGemaakt,
    UitstelGevraagd,
    UitstelGeweigerd,
    UitstelToegestaan,
)
from loket.kernel import Scope


@dataclass(frozen=True, slots=True)
class Bericht:
    """One message without its content.

    `uitstel` are the days that were asked and wait for a decision, `verlengd` those granted;
    `beantwoord_door` is the message that answered it, 0 while it waits for one.
    """

    van: str
    naar: str
    reactietermijn: int
    beantwoordt: tuple[int, ...] = ()
    afgeleverd: bool = False
    geopend: bool = False
    ingetrokken: bool = False
    uitstel: int = 0
    verlengd: int = 0
    beantwoord_door: int = 0
    gelezen_door: frozenset[str] = frozenset()

    @property
    def waits(self) -> bool:
        """True while its reaction term runs, however late."""
        return bool(self.reactietermijn) and not (self.beantwoord_door or self.ingetrokken)

    def readable(self, bestuur: str) -> bool:
        """True when this bestuur may read the content: its sender always, its addressee from
        opvraging until it is recalled."""
        if bestuur == self.van:
            return True
        return bestuur == self.naar and self.geopend and not self.ingetrokken


@dataclass(frozen=True, slots=True)
class Gesprek:
    """One conversation between `van`, who started it, and `naar`; `berichten` by number."""

    van: str = ""
    naar: str = ""
    onderwerp: str = ""
    type_communicatie: str = ""
    dossier: str = ""
    behandeling: str = ""
    omzendbrief: str = ""
    gesloten: bool = False
    berichten: Mapping[int, Bericht] = field(default_factory=dict)
    notities: int = 0

    @property
    def parties(self) -> frozenset[str]:
        """The two sides; nobody as long as there is no conversation."""
        return frozenset({self.van, self.naar}) - {""}

    def other(self, bestuur: str) -> str:
        """The other side."""
        return self.naar if bestuur == self.van else self.van

    def unopened(self, bestuur: str) -> tuple[int, ...]:
        """The messages this side received, can open and has not opened."""
        return tuple(
            n
            for n, each in self.berichten.items()
            if each.naar == bestuur and not (each.geopend or each.ingetrokken)
        )

    def unread(self, bestuur: str, persoon: str) -> tuple[int, ...]:
        """The messages this side received that this person has not marked as read."""
        return tuple(
            n
            for n, each in self.berichten.items()
            if each.naar == bestuur and not each.ingetrokken and persoon not in each.gelezen_door
        )

    def waiting(self, bestuur: str) -> tuple[int, ...]:
        """The messages that wait for an answer of this side."""
        return tuple(n for n, e in self.berichten.items() if e.naar == bestuur and e.waits)


def evolve(state: Gesprek, event: Event) -> Gesprek:
    """The conversation after this fact."""
    match event:
        case GesprekGestart(van, naar, onderwerp, soort, dossier, behandeling, omzendbrief):
            return Gesprek(van, naar, onderwerp, soort, dossier, behandeling, omzendbrief)
        case BerichtVerzonden():
            return _sent(state, event)
        case BerichtIngetrokken(bericht):
            return _recalled(state, bericht)
        case NotitieGemaakt():
            return replace(state, notities=state.notities + 1)
        case GesprekGesloten() | GesprekHeropend():
            return replace(state, gesloten=isinstance(event, GesprekGesloten))
        case _:
            return _changed(state, event.bericht, **_change(state.berichten[event.bericht], event))


def _sent(state: Gesprek, event: BerichtVerzonden) -> Gesprek:
    number = event.bericht
    sent = Bericht(event.van, event.naar, event.reactietermijn, event.beantwoordt)
    for answered in event.beantwoordt:
        state = _changed(state, answered, beantwoord_door=number, uitstel=0)
    return replace(state, berichten={**state.berichten, number: sent})


def _recalled(state: Gesprek, number: int) -> Gesprek:
    """What a recalled message answered waits for an answer again."""
    for answered in state.berichten[number].beantwoordt:
        if state.berichten[answered].beantwoord_door == number:
            state = _changed(state, answered, beantwoord_door=0)
    return _changed(state, number, ingetrokken=True, uitstel=0)


def _change(
    bericht: Bericht,
    event: BerichtAfgeleverd
    | BerichtGeopend
    | BerichtGelezen
    | BerichtOngelezenGemarkeerd
    | UitstelGevraagd
    | UitstelToegestaan
    | UitstelGeweigerd,
) -> dict[str, Any]:
    match event:
        case BerichtAfgeleverd():
            return {"afgeleverd": True}
        case BerichtGeopend():
            return {"geopend": True}
        case BerichtGelezen(_, persoon):
            return {"gelezen_door": bericht.gelezen_door | {persoon}}
        case BerichtOngelezenGemarkeerd(_, persoon):
            return {"gelezen_door": bericht.gelezen_door - {persoon}}
        case UitstelGevraagd(dagen=dagen):
            return {"uitstel": dagen}
        case UitstelToegestaan(dagen=dagen):
            return {"uitstel": 0, "verlengd": bericht.verlengd + dagen}
        case UitstelGeweigerd():
            return {"uitstel": 0}


def _changed(state: Gesprek, number: int, **change: Any) -> Gesprek:
    changed = replace(state.berichten[number], **change)
    return replace(state, berichten={**state.berichten, number: changed})


def scope(state: Gesprek) -> Scope:
    """Two parties, neither of which owns it: each message decides who reads it (`discloses`)."""
    return Scope(addressees=state.parties, opened=state.parties)


def discloses(state: Gesprek, fact: Event, bestuur: str) -> bool:
    """Whether this side may read a fact: a message only as `Bericht.readable` says."""
    if isinstance(fact, BerichtVerzonden):
        return state.berichten[fact.bericht].readable(bestuur)
    return bestuur in state.parties
