# SPDX-License-Identifier: EUPL-1.2
"""Berichten: conversations between a supervisor and the bestuur it supervises.

Besluit of 20 April 2018 on this exchange: the moments of verzending, aflevering and opvraging are
registered, by the server's clock. One stream is one conversation between two besturen, started by
either; a message is sent, delivered and opened, perhaps answered within a term, perhaps recalled.
Read marks and notes are internal to a side.

words → state → refusals → checks → decide → MODULE
"""

from loket.domain.berichten.decide import decide
from loket.domain.berichten.refusals import REFUSALS
from loket.domain.berichten.state import Gesprek, discloses, evolve, scope
from loket.domain.berichten.terms import TERMS
from loket.domain.berichten.words import (
    BerichtAfgeleverd,
    BerichtGelezen,
    BerichtGeopend,
    BerichtIngetrokken,
    BerichtIntrekken,
    BerichtOngelezenGemarkeerd,
    BerichtOngelezenMarkeren,
    BerichtSturen,
    BerichtVerzonden,
    Command,
    Event,
    GesprekGestart,
    GesprekHeropenen,
    GesprekOpenen,
    GesprekSluiten,
    GesprekStarten,
    GesprekStartenNamens,
    NotitieGemaakt,
    NotitieMaken,
    UitstelGevraagd,
    UitstelGeweigerd,
    UitstelToegestaan,
    UitstelToestaan,
    UitstelVragen,
    UitstelWeigeren,
)
from loket.kernel import SYSTEM_ROLE, Module

__all__ = ["MODULE", "Command", "Event", "Gesprek"]

_WRITER = frozenset({"LoketLB-berichtenGebruiker", "ABBDatabankToezicht-DatabankToezichtEditeur"})
_READER = _WRITER | {"ABBDatabankToezicht-DatabankToezichtLezer"}
_MACHINE = frozenset({SYSTEM_ROLE})

_RIGHTS: dict[type[Command], frozenset[str]] = {
    GesprekStarten: _WRITER,
    GesprekStartenNamens: _MACHINE,
    BerichtSturen: _WRITER,
    GesprekOpenen: _READER,
    BerichtOngelezenMarkeren: _READER,
    UitstelVragen: _WRITER,
    UitstelToestaan: _WRITER,
    UitstelWeigeren: _WRITER,
    BerichtIntrekken: _WRITER,
    NotitieMaken: _WRITER,
    GesprekSluiten: _WRITER,
    GesprekHeropenen: _WRITER,
}

MODULE: Module[Command, Gesprek, Event] = Module(
    name="berichten",
    title="Berichten tussen toezichthouder en bestuur",
    initial=Gesprek(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    refusals=REFUSALS,
    rights=_RIGHTS,
    terms=TERMS,
    scope=scope,
    discloses=discloses,
    audience={GesprekGestart: "van", BerichtAfgeleverd: "ontvanger"},
    internal=frozenset({BerichtGelezen, BerichtOngelezenGemarkeerd, NotitieGemaakt}),
    legal=frozenset(
        {
            GesprekGestart,
            BerichtVerzonden,
            BerichtAfgeleverd,
            BerichtGeopend,
            BerichtIngetrokken,
            UitstelGevraagd,
            UitstelToegestaan,
            UitstelGeweigerd,
        }
    ),
)
