# SPDX-License-Identifier: EUPL-1.2
"""Who treats a dossier, and which form of supervision falls on it: rules as data.

The first rule that fits a `Zaak` counts. Where a jurist must still confirm a rule, it says so.
"""

from dataclasses import dataclass

from loket.reference.conditions import ALWAYS, Condition
from loket.reference.geldigheid import Geldigheid


@dataclass(frozen=True, slots=True)
class Team:
    """A team of a bestuur (URI) and the dossiers it treats: those that fit `als`."""

    id: str
    label: str
    bestuur: str
    geldig: Geldigheid
    als: Condition = ALWAYS


@dataclass(frozen=True, slots=True)
class Toezichtsvorm:
    """A form of supervision on what fits `als`, by which law; `regel` is the rule of its term.

    `vraag` is what a jurist must confirm.
    """

    omschrijving: str
    bron: str
    geldig: Geldigheid
    als: Condition
    regel: str = ""
    vraag: str = ""


@dataclass(frozen=True, slots=True)
class Zaak:
    """What work and terms depend on: a type of dossier, from a bestuur of this class in this
    province, received by this bestuur. All are URIs; unknown ones are empty."""

    dossiertype: str
    klasse: str
    provincie: str
    ontvanger: str
    ontvanger_klasse: str

    def fits(self, als: Condition) -> bool:
        """True when the condition holds for this case."""
        values = {
            "dossiertype": self.dossiertype,
            "provincie": self.provincie,
            "ontvanger_klasse": self.ontvanger_klasse,
        }
        return als.holds(values, self.klasse)
