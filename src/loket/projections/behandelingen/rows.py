# SPDX-License-Identifier: EUPL-1.2
"""The rows: a dossier at one of its recipients, and what is remembered to make them."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any


@dataclass(slots=True)
class Behandeling:
    """A dossier (UUID) as it is treated by one recipient; `id` is the stream of the treatment.

    It is there from the aflevering on; `versie` is 0 until the treatment itself is opened.
    `afgeleverd_op` and `geopend_op` are those of the last sending, as registered (UTC).
    `status` is what both sides may know; `persoon`, `persoon_naam` and `medewerker` (stream) are
    for the recipient only. `lopend` is the number of the opvraging that awaits an answer, put at
    `gesteld_op`; `gestuit` tells that it interrupts the term. The term by `regel` ends at
    `vervalt_op`, of which `vervaldag` is the day; `verstreken` tells that this was established.
    """

    id: str
    dossier: str
    ontvanger: str
    bestuur: str
    klasse: str
    dossiertype: str
    verzending: int
    afgeleverd_op: datetime
    position: int
    bestuur_naam: str = ""
    provincie: str = ""
    geopend_op: datetime | None = None
    status: str = "ontvangen"
    team: str = ""
    persoon: str = ""
    persoon_naam: str = ""
    medewerker: str | None = None
    opvragingen: int = 0
    lopend: int = 0
    gesteld_op: datetime | None = None
    gestuit: bool = False
    regel: str = ""
    vervaldag: str = ""
    vervalt_op: datetime | None = None
    verstreken: bool = False
    uitkomst: str = ""
    beslist_op: datetime | None = None
    afgesloten_op: datetime | None = None
    versie: int = 0

    def resent(self, verzending: int, registered: datetime) -> None:
        """The dossier was delivered again."""
        self.verzending, self.afgeleverd_op, self.geopend_op = verzending, registered, None
        self.restart()

    def restart(self) -> None:
        """All but who treats it starts over."""
        self.status = "ontvangen"
        self.lopend, self.gesteld_op, self.gestuit = 0, None, False
        self.regel, self.vervaldag, self.vervalt_op, self.verstreken = "", "", None, False
        self.uitkomst, self.beslist_op, self.afgesloten_op = "", None, None


@dataclass(slots=True)
class Dossier:
    """What a sending says of itself, for afleveringen still to come."""

    id: str
    bestuur: str
    klasse: str
    dossiertype: str
    verzending: int


@dataclass(slots=True)
class Aflevering:
    """One aflevering: at this `position` of the log, with this leaf (hexadecimal after `\\x`)."""

    position: int
    behandeling: str
    verzending: int
    registered: datetime
    leaf_hash: str


@dataclass(slots=True)
class Bestuur:
    """What the register says of a bestuur, as far as rows show it."""

    id: str
    uri: str
    naam: str
    provincie: str
    position: int


def columns(row: type[Any]) -> str:
    """The columns of a row, its id as text."""
    names = [column.name for column in fields(row)]
    return ", ".join(f"{n}::text" if n in _UUIDS else n for n in names)


_UUIDS = {"id", "dossier", "medewerker"}
