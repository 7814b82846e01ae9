# SPDX-License-Identifier: EUPL-1.2
"""Toezicht: a bestuur sends its decisions to the authority that supervises it.

Decreet over het lokaal bestuur, art. 330 and following (reporting duty and supervision), and the
besluit of 20 April 2018 on its exchange: the moments of verzending, aflevering and opvraging are
registered. One stream is one dossier: drafted, sent, delivered and opened; then perhaps
withdrawn, corrected by a later dossier, or reopened. A dossier that refers to others takes them
along where the routing rules say so. Nothing is overwritten.

words → state → refusals → limits → decide → MODULE
"""

from loket.domain.toezicht.decide import decide, needs
from loket.domain.toezicht.refusals import REFUSALS
from loket.domain.toezicht.state import Dossier, Fase, discloses, evolve, scope
from loket.domain.toezicht.terms import TERMS
from loket.domain.toezicht.words import (
    BesluitAfgeleverd,
    BesluitDoorgestuurd,
    BesluitDoorsturen,
    BesluitGeopend,
    BesluitHeropend,
    BesluitHeropenen,
    BesluitIngetrokken,
    BesluitIntrekken,
    BesluitOpenen,
    BesluitOpgesteld,
    BesluitOpstellen,
    BesluitValideren,
    BesluitVerbeterd,
    BesluitVervangen,
    BesluitVerwerpen,
    BesluitVerzenden,
    BesluitVerzonden,
    BestandBeoordeeld,
    BestandBeoordelen,
    BestandToevoegen,
    BestandVerwijderen,
    Command,
    DubbelMelden,
    Event,
    LinkToevoegen,
    LinkVerwijderen,
    OntvangstbewijsMislukt,
    OntvangstbewijsRegistreren,
    OntvangstbewijsTerugkomst,
    VeldenWijzigen,
    WaarschuwingBevestigen,
)
from loket.kernel import SYSTEM_ROLE, Module

__all__ = ["MODULE", "Command", "Dossier", "Event", "Fase"]

_SENDER = frozenset({"LoketLB-toezichtGebruiker"})
_SUPERVISOR = frozenset(
    {
        "ABBDatabankToezicht-DatabankToezichtLezer",
        "ABBDatabankToezicht-DatabankToezichtEditeur",
    }
)
_RECIPIENT = _SUPERVISOR | _SENDER | {"LoketLB-databankEredienstenGebruiker"}
_ADMIN = frozenset({"LoketLB-admin"})
_MACHINE = frozenset({SYSTEM_ROLE})

_RIGHTS: dict[type[Command], frozenset[str]] = {
    BesluitOpstellen: _SENDER,
    VeldenWijzigen: _SENDER,
    BestandToevoegen: _SENDER,
    BestandVerwijderen: _SENDER,
    LinkToevoegen: _SENDER,
    LinkVerwijderen: _SENDER,
    BesluitValideren: _SENDER,
    BesluitVerzenden: _SENDER,
    BesluitOpenen: _RECIPIENT,
    BesluitIntrekken: _SENDER,
    BesluitVervangen: _MACHINE,
    BesluitHeropenen: _ADMIN,
    BesluitVerwerpen: _SENDER,
    WaarschuwingBevestigen: _SENDER,
    BesluitDoorsturen: _MACHINE,
    DubbelMelden: _MACHINE,
    BestandBeoordelen: _MACHINE,
    OntvangstbewijsRegistreren: _MACHINE,
    OntvangstbewijsMislukt: _MACHINE,
    OntvangstbewijsTerugkomst: _MACHINE,
}

MODULE: Module[Command, Dossier, Event] = Module(
    name="toezicht",
    title="Besluiten bezorgen aan de toezichthoudende overheid",
    initial=Dossier(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    refusals=REFUSALS,
    rights=_RIGHTS,
    terms=TERMS,
    scope=scope,
    needs=needs,
    discloses=discloses,
    audience={BesluitOpgesteld: "bestuur", BesluitAfgeleverd: "ontvanger"},
    internal=frozenset({BestandBeoordeeld}),
    legal=frozenset(
        {
            BesluitVerzonden,
            BesluitAfgeleverd,
            BesluitDoorgestuurd,
            BesluitGeopend,
            BesluitIngetrokken,
            BesluitVerbeterd,
            BesluitHeropend,
        }
    ),
)
