# SPDX-License-Identifier: EUPL-1.2
"""What decisions need to remember of a behandeling, folded from its facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from loket.domain.behandelingen.words import (
    AntwoordOntvangen,
    BehandelingAfgesloten,
    BehandelingGestart,
    BehandelingHeropend,
    BehandelingToegewezen,
    DossierIngetrokken,
    DossierTeruggegeven,
    DossierVerbeterd,
    Event,
    GeenMaatregelVastgesteld,
    InBehandelingGenomen,
    NieuweVerzendingOntvangen,
    NotitieGemaakt,
    OpvragingGesteld,
    Overgedragen,
    Termijn,
    ToezichtsbesluitGenomen,
)
from loket.kernel import Scope


class Fase(Enum):
    """Where a behandeling is in its life, as both sides may know it."""

    LEEG = "leeg"
    ONTVANGEN = "ontvangen"
    IN_BEHANDELING = "in-behandeling"
    OPVRAGING = "opvraging-gesteld"
    ANTWOORD = "antwoord-ontvangen"
    BESLIST = "besluit-genomen"
    VERSTREKEN = "termijn-verstreken"
    AFGESLOTEN = "afgesloten"
    INGETROKKEN = "ingetrokken"
    TERUGGEGEVEN = "teruggegeven"
    VERBETERD = "verbeterd"


@dataclass(frozen=True, slots=True)
class Uitkomst:
    """What an outcome is: a measure, one of approval, one that asks for a letter."""

    maatregel: bool = False
    goedkeuring: bool = False
    brief: bool = True


UITKOMSTEN: Mapping[str, Uitkomst] = {
    "geen-maatregel": Uitkomst(brief=False),
    "opmerking": Uitkomst(),
    "schorsing": Uitkomst(maatregel=True),
    "vernietiging": Uitkomst(maatregel=True),
    "goedkeuring": Uitkomst(goedkeuring=True),
    "niet-goedkeuring": Uitkomst(maatregel=True, goedkeuring=True),
}
"""All outcomes by name; a measure cannot be taken once the term is over."""

VOORLOPIG = frozenset({"", "opmerking", "schorsing"})
"""Outcomes after which another may come."""


@dataclass(frozen=True, slots=True)
class Behandeling:
    """One dossier as its recipient treats it.

    `termijn` is the term that runs or ran last, empty while an opvraging interrupts it; `regel` is
    its rule. `lopend` is the number of the opvraging that awaits an answer, 0 without, put at
    `gesteld_op`. `uitkomst` is the last outcome; `beslist` that since the last reopening.
    `verstreken` tells that the term was established to be over without a measure.
    """

    fase: Fase = Fase.LEEG
    dossier: str = ""
    verzending: int = 0
    ontvanger: str = ""
    bestuur: str = ""
    klasse: str = ""
    dossiertype: str = ""
    team: str = ""
    persoon: str = ""
    regel: str = ""
    termijn: Termijn = field(default_factory=dict)
    opvragingen: int = 0
    lopend: int = 0
    gesteld_op: str = ""
    berichten: frozenset[str] = frozenset()
    uitkomst: str = ""
    beslist: str = ""
    verstreken: bool = False

    @property
    def measured(self) -> bool:
        """True when a measure was taken on this sending."""
        return bool(self.uitkomst) and UITKOMSTEN[self.uitkomst].maatregel

    @property
    def awaits_decision(self) -> bool:
        """True while the supervisor may still decide."""
        return self.fase not in ENDED and self.beslist in VOORLOPIG


ENDED = frozenset({Fase.LEEG, Fase.AFGESLOTEN, Fase.INGETROKKEN, Fase.TERUGGEGEVEN, Fase.VERBETERD})
"""Where nothing is left to decide."""


def evolve(state: Behandeling, event: Event) -> Behandeling:
    """The behandeling after this fact."""
    match event:
        case BehandelingGestart():
            return Behandeling(
                fase=Fase.ONTVANGEN,
                dossier=event.dossier,
                verzending=event.verzending,
                ontvanger=event.ontvanger,
                bestuur=event.bestuur,
                klasse=event.klasse,
                dossiertype=event.dossiertype,
                team=event.team,
                regel=event.termijn.get("regel", ""),
                termijn=event.termijn,
            )
        case NieuweVerzendingOntvangen():
            return _sent_again(state, event)
        case BehandelingToegewezen(persoon):
            return replace(state, persoon=persoon)
        case InBehandelingGenomen():
            return replace(state, fase=Fase.IN_BEHANDELING)
        case OpvragingGesteld() | AntwoordOntvangen():
            return _asked(state, event)
        case Overgedragen(aan, _, team):
            return replace(state, persoon=aan, team=team or state.team)
        case NotitieGemaakt():
            return state
        case DossierIngetrokken() | DossierTeruggegeven() | DossierVerbeterd():
            return replace(state, fase=_GONE[type(event)], lopend=0)
        case _:
            return _decided(state, event)


_GONE: Mapping[type[Event], Fase] = {
    DossierIngetrokken: Fase.INGETROKKEN,
    DossierTeruggegeven: Fase.TERUGGEGEVEN,
    DossierVerbeterd: Fase.VERBETERD,
}


def _sent_again(state: Behandeling, event: NieuweVerzendingOntvangen) -> Behandeling:
    return replace(
        state,
        fase=Fase.ONTVANGEN,
        verzending=event.verzending,
        team=event.team,
        regel=event.termijn.get("regel", ""),
        termijn=event.termijn,
        lopend=0,
        uitkomst="",
        beslist="",
        verstreken=False,
    )


def _asked(state: Behandeling, event: OpvragingGesteld | AntwoordOntvangen) -> Behandeling:
    match event:
        case OpvragingGesteld(nummer, gesteld_op):
            return replace(
                state,
                fase=Fase.OPVRAGING,
                opvragingen=nummer,
                lopend=nummer,
                gesteld_op=gesteld_op,
                termijn={} if event.gestuit else state.termijn,
            )
        case AntwoordOntvangen(_, bericht):
            return replace(
                state,
                fase=Fase.ANTWOORD if state.fase is Fase.OPVRAGING else state.fase,
                lopend=0,
                berichten=state.berichten | ({bericht} if bericht else frozenset()),
                termijn=event.termijn or state.termijn,
            )


def _decided(
    state: Behandeling,
    event: ToezichtsbesluitGenomen
    | GeenMaatregelVastgesteld
    | BehandelingAfgesloten
    | BehandelingHeropend,
) -> Behandeling:
    match event:
        case ToezichtsbesluitGenomen(uitkomst):
            return replace(state, fase=Fase.BESLIST, uitkomst=uitkomst, beslist=uitkomst)
        case GeenMaatregelVastgesteld():
            stays = state.fase in ENDED or state.fase is Fase.BESLIST
            return replace(state, fase=state.fase if stays else Fase.VERSTREKEN, verstreken=True)
        case BehandelingAfgesloten():
            return replace(state, fase=Fase.AFGESLOTEN)
        case BehandelingHeropend():
            fase = Fase.OPVRAGING if state.lopend else Fase.IN_BEHANDELING
            return replace(state, fase=fase, beslist="")


def scope(state: Behandeling) -> Scope:
    """The recipient owns it; the sender of the dossier reads what is not internal."""
    other = frozenset({state.bestuur} if state.bestuur else ())
    return Scope(owner=state.ontvanger, addressees=other, opened=other)


def discloses(state: Behandeling, fact: Event, bestuur: str) -> bool:
    """The sender reads what an opvraging or a decision says in the conversation that brings it,
    where its opening is registered."""
    told = isinstance(fact, OpvragingGesteld | ToezichtsbesluitGenomen)
    return bestuur == state.ontvanger or not told
