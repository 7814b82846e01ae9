# SPDX-License-Identifier: EUPL-1.2
"""The rows: a term as both sides see it, and what is remembered of the stream it runs in."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from loket.evidence.entry import Recorded
from loket.reference.termijnen import Berekening

TERMIJNEN = UUID("5a1f5d0e-3f07-5a39-8d0e-6a3c4f6f2b91")
LOPEND, GESTUIT, NAGELEEFD = "lopend", "gestuit", "nageleefd"
TE_LAAT, VERVALLEN, BEEINDIGD = "te_laat", "vervallen", "beeindigd"
TOESTANDEN = (LOPEND, GESTUIT, NAGELEEFD, TE_LAAT, VERVALLEN, BEEINDIGD)
"""Running; interrupted; met in time; met late, or over and not met; over without a measure; of no
more concern."""


@dataclass(slots=True)
class Termijn:
    """A term: `bestuur` (URI) must act, `partijen` may see it, those besides it are its others.

    `sleutel` names it within its stream (`stroom`), `nummer` counts the terms of that name, and
    `verwijzing` is the message it is about. `berekening` is the record of its computation; every
    change of it makes a `versie` more, `sinds` when the log registered that (UTC). `oorzaak` is
    the event (number in the stream) that made it. `opgegeven` is the day on which the sender says
    it was met, `beeindigd_op` when the log registered that it ended. With `vast_te_stellen` its end
    must be established once it is there. While `toestand` is lopend,
    whether it is over is for the reader's clock to say.
    """

    id: str
    stroom: str
    sleutel: str
    nummer: int
    regel: str
    soort: str
    bestuur: str
    partijen: list[str]
    dossier: str
    verwijzing: str
    toestand: str
    dag: date
    vervaldag: date
    vervalt_op: datetime
    opgegeven: str
    beeindigd_op: datetime | None
    berekening: dict[str, str]
    versie: int
    sinds: datetime
    oorzaak: int
    vast_te_stellen: bool
    position: int

    @property
    def open(self) -> bool:
        """True while it runs or is interrupted."""
        return self.toestand in {LOPEND, GESTUIT}


@dataclass(slots=True)
class Stroom:
    """What is remembered of a stream: `gegevens` as its module needs them, and its terms."""

    stroom: str
    gegevens: dict[str, Any] = field(default_factory=dict)
    termijnen: list[Termijn] = field(default_factory=list)

    def laatste(self, sleutel: str) -> Termijn | None:
        """The last term of this name."""
        return next((t for t in reversed(self.termijnen) if t.sleutel == sleutel), None)


@dataclass(frozen=True, slots=True)
class Wie:
    """Who a term concerns: who must act, who see it, the dossier and the message it is about."""

    bestuur: str
    partijen: tuple[str, ...]
    dossier: str = ""
    verwijzing: str = ""


def begin(
    stroom: Stroom,
    recorded: Recorded,
    sleutel: str,
    soort: str,
    berekening: Berekening,
    wie: Wie,
) -> Termijn:
    """A new term of this name begins to run."""
    nummer = sum(t.sleutel == sleutel for t in stroom.termijnen) + 1
    termijn = Termijn(
        id=str(uuid5(TERMIJNEN, f"{stroom.stroom}\n{sleutel}\n{nummer}")),
        stroom=stroom.stroom,
        sleutel=sleutel,
        nummer=nummer,
        regel=berekening.regel,
        soort=soort,
        bestuur=wie.bestuur,
        partijen=sorted(set(wie.partijen)),
        dossier=wie.dossier,
        verwijzing=wie.verwijzing,
        toestand=LOPEND,
        dag=berekening.dag,
        vervaldag=berekening.vervaldag,
        vervalt_op=berekening.vervalt_op,
        opgegeven="",
        beeindigd_op=None,
        berekening=berekening.as_record(),
        versie=0,
        sinds=recorded.registered,
        oorzaak=recorded.seq,
        vast_te_stellen=False,
        position=recorded.position,
    )
    stroom.termijnen.append(termijn)
    return termijn


def herbereken(termijn: Termijn, recorded: Recorded, berekening: Berekening) -> None:
    """The term counts otherwise from now on."""
    if berekening.as_record() == termijn.berekening:
        return
    termijn.dag, termijn.vervaldag = berekening.dag, berekening.vervaldag
    termijn.vervalt_op, termijn.berekening = berekening.vervalt_op, berekening.as_record()
    _changed(termijn, recorded)


def zet(termijn: Termijn, recorded: Recorded, toestand: str, opgegeven: str = "") -> None:
    """The term is in this state from now on; `opgegeven` is the day that its sender claims."""
    if (termijn.toestand, termijn.opgegeven) == (toestand, opgegeven):
        return
    termijn.toestand, termijn.opgegeven = toestand, opgegeven
    termijn.beeindigd_op = None if termijn.open else recorded.registered
    _changed(termijn, recorded)


def voldaan(termijn: Termijn, op: datetime) -> str:
    """The state of a term that was met at this moment."""
    return NAGELEEFD if op < termijn.vervalt_op else TE_LAAT


def _changed(termijn: Termijn, recorded: Recorded) -> None:
    termijn.versie += 1
    termijn.sinds, termijn.position = recorded.registered, recorded.position
