# SPDX-License-Identifier: EUPL-1.2
"""How a fact of a treatment changes its row."""

from collections.abc import Mapping
from datetime import datetime

from loket.domain.behandelingen.words import (
    AntwoordOntvangen,
    BehandelingAfgesloten,
    BehandelingGestart,
    BehandelingHeropend,
    BehandelingToegewezen,
    DossierIngetrokken,
    DossierTeruggegeven,
    DossierVerbeterd,
    GeenMaatregelVastgesteld,
    InBehandelingGenomen,
    NieuweVerzendingOntvangen,
    OpvragingGesteld,
    Overgedragen,
    Termijn,
    ToezichtsbesluitGenomen,
)
from loket.domain.medewerkers.words import stream_of
from loket.projections.behandelingen.rows import Behandeling

GONE: Mapping[type, str] = {
    DossierIngetrokken: "ingetrokken",
    DossierTeruggegeven: "teruggegeven",
    DossierVerbeterd: "verbeterd",
}
DONE = frozenset({"besluit-genomen", "afgesloten", *GONE.values()})


def fold(row: Behandeling, fact: object, registered: datetime) -> None:
    """The row after this fact, which the log registered then."""
    match fact:
        case BehandelingGestart() | NieuweVerzendingOntvangen():
            if isinstance(fact, NieuweVerzendingOntvangen):
                row.restart()
            row.team = fact.team
            _term(row, fact.termijn)
        case BehandelingToegewezen(persoon, naam):
            _assign(row, persoon, naam)
        case Overgedragen(persoon, naam, team):
            _assign(row, persoon, naam)
            row.team = team or row.team
        case InBehandelingGenomen():
            row.status = "in-behandeling"
        case OpvragingGesteld() | AntwoordOntvangen():
            _ask(row, fact, registered)
        case DossierIngetrokken() | DossierTeruggegeven() | DossierVerbeterd():
            row.status, row.lopend = GONE[type(fact)], 0
        case _:
            _decide(row, fact, registered)


def _decide(row: Behandeling, fact: object, registered: datetime) -> None:
    match fact:
        case ToezichtsbesluitGenomen(uitkomst):
            row.status, row.uitkomst, row.beslist_op = "besluit-genomen", uitkomst, registered
        case GeenMaatregelVastgesteld():
            row.verstreken = True
            if row.status not in DONE:
                row.status = "termijn-verstreken"
        case BehandelingAfgesloten():
            row.status, row.afgesloten_op = "afgesloten", registered
        case BehandelingHeropend():
            row.status = "opvraging-gesteld" if row.lopend else "in-behandeling"
            row.afgesloten_op = None


def _ask(
    row: Behandeling, fact: OpvragingGesteld | AntwoordOntvangen, registered: datetime
) -> None:
    match fact:
        case OpvragingGesteld(nummer):
            row.status, row.opvragingen, row.lopend = "opvraging-gesteld", nummer, nummer
            row.gesteld_op, row.gestuit = registered, bool(fact.gestuit)
        case AntwoordOntvangen():
            if row.status == "opvraging-gesteld":
                row.status = "antwoord-ontvangen"
            row.lopend, row.gestuit = 0, False
            if fact.termijn:
                _term(row, fact.termijn)


def _assign(row: Behandeling, persoon: str, naam: str) -> None:
    row.persoon, row.persoon_naam = persoon, naam
    row.medewerker = stream_of(row.ontvanger, persoon) if persoon else None


def _term(row: Behandeling, termijn: Termijn) -> None:
    row.regel, row.vervaldag = termijn.get("regel", ""), termijn.get("vervaldag", "")
    ends = termijn.get("vervalt_op")
    row.vervalt_op = datetime.fromisoformat(ends) if ends else None
