# SPDX-License-Identifier: EUPL-1.2
"""What can be asked of the register, and what it can have recorded."""

from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from loket.kernel import StreamId
from loket.reference import Bestuur


def stream_of(uri: str) -> StreamId:
    """The stream of the bestuur with this URI."""
    return StreamId(str(uuid5(NAMESPACE_URL, uri)))


# Commands


@dataclass(frozen=True, slots=True)
class BestuurRegistreren:
    """Enter a bestuur in the register. Unknown codes and areas stay empty."""

    uri: str
    naam: str
    klasse: str
    status: str = ""
    kbo: str = ""
    ovo: str = ""
    nis: str = ""
    werkingsgebied: str = ""
    provincie: str = ""
    werkingsgebied_naam: str = ""
    provincie_naam: str = ""

    @classmethod
    def of(cls, bestuur: Bestuur) -> "BestuurRegistreren":
        """The command that registers this bestuur."""
        return cls(**{name: getattr(bestuur, name) for name in Bestuur.__slots__})


@dataclass(frozen=True, slots=True)
class BestuurWijzigen:
    """Replace what the register says of a bestuur; the URI stays."""

    naam: str
    klasse: str
    status: str = ""
    kbo: str = ""
    ovo: str = ""
    nis: str = ""
    werkingsgebied: str = ""
    provincie: str = ""
    werkingsgebied_naam: str = ""
    provincie_naam: str = ""

    @classmethod
    def of(cls, bestuur: "Bestuur | BestuurRegistreren") -> "BestuurWijzigen":
        """The command that makes the register say this."""
        return cls(**{name: getattr(bestuur, name) for name in cls.__slots__})


@dataclass(frozen=True, slots=True)
class BestuurOpgaanIn:
    """Record that a bestuur is merged into another (URI) from this day on."""

    opvolger: str
    datum: str


@dataclass(frozen=True, slots=True)
class RelatieLeggen:
    """Record what another bestuur is to this worship body from a day on.

    `soort` is the kind (URI, see `reference.relaties.SOORTEN`), `ander` the other's URI; `van` and
    `tot` are its first and last day, the last empty when no end is known.
    """

    soort: str
    ander: str
    van: str
    tot: str = ""


@dataclass(frozen=True, slots=True)
class RelatieBeeindigen:
    """Give a relation its last day; it stays known for the days before."""

    soort: str
    ander: str
    tot: str


Command = BestuurRegistreren | BestuurWijzigen | BestuurOpgaanIn | RelatieLeggen | RelatieBeeindigen

# Events


@dataclass(frozen=True, slots=True)
class BestuurGeregistreerd:
    """A bestuur stands in the register."""

    uri: str
    naam: str
    klasse: str
    status: str
    kbo: str
    ovo: str
    nis: str
    werkingsgebied: str
    provincie: str
    werkingsgebied_naam: str
    provincie_naam: str


@dataclass(frozen=True, slots=True)
class BestuurGewijzigd:
    """The register says something else of this bestuur."""

    naam: str
    klasse: str
    status: str
    kbo: str
    ovo: str
    nis: str
    werkingsgebied: str
    provincie: str
    werkingsgebied_naam: str
    provincie_naam: str


@dataclass(frozen=True, slots=True)
class BestuurGefuseerd:
    """This bestuur is merged into another from this day on."""

    opvolger: str
    datum: str


@dataclass(frozen=True, slots=True)
class RelatieGelegd:
    """Another bestuur is this to the worship body from this day on."""

    soort: str
    ander: str
    van: str
    tot: str


@dataclass(frozen=True, slots=True)
class RelatieBeeindigd:
    """The relation that holds on this day has it as its last."""

    soort: str
    ander: str
    tot: str


Event = (
    BestuurGeregistreerd | BestuurGewijzigd | BestuurGefuseerd | RelatieGelegd | RelatieBeeindigd
)
