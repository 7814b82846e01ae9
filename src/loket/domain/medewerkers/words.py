# SPDX-License-Identifier: EUPL-1.2
"""What somebody can tell of themselves, and what was told.

Days are ISO dates, both included. `vervanger` is the stream of a colleague of the same bestuur.
"""

from dataclasses import dataclass
from uuid import UUID, uuid5

from loket.kernel import StreamId

NO_STREAM = StreamId("")
_MEDEWERKERS = UUID("7d8c7b2a-55a4-5b0e-8c2f-9f5f0d5c2e44")

SOORTEN = ("nieuw-dossier", "nieuw-bericht", "herinnering")
"""What mail can be about."""

WIJZEN = ("geen", "direct", "dagelijks")
"""How mail about something is wanted: not, at once, or gathered once a day."""


def stream_of(bestuur: str, persoon: str) -> StreamId:
    """The stream of this person (id in the token) in this bestuur (URI)."""
    return StreamId(str(uuid5(_MEDEWERKERS, f"{bestuur}\n{persoon}")))


# Commands


@dataclass(frozen=True, slots=True)
class ProfielBijwerken:
    """Make yourself known to colleagues: name and address of the token, and your teams."""

    teams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AfwezigheidMelden:
    """Be absent from one day to another; a colleague, if named, sees your work meanwhile."""

    van: str
    tot: str
    vervanger: StreamId = NO_STREAM


@dataclass(frozen=True, slots=True)
class AfwezigheidBeeindigen:
    """Be back before the day that was told."""


@dataclass(frozen=True, slots=True)
class ZoekopdrachtBewaren:
    """Keep a search in a list (`bron`, such as behandelingen) under a name, or change it."""

    naam: str
    bron: str
    vraag: str


@dataclass(frozen=True, slots=True)
class ZoekopdrachtVerwijderen:
    """Forget the search with this name."""

    naam: str


@dataclass(frozen=True, slots=True)
class MailvoorkeurInstellen:
    """Choose how to be mailed about something, at the address of the token or another."""

    soort: str
    wijze: str
    adres: str = ""


Command = (
    ProfielBijwerken
    | AfwezigheidMelden
    | AfwezigheidBeeindigen
    | ZoekopdrachtBewaren
    | ZoekopdrachtVerwijderen
    | MailvoorkeurInstellen
)

# Events


@dataclass(frozen=True, slots=True)
class ProfielBijgewerkt:
    """This person works for this bestuur (URI), in these teams."""

    bestuur: str
    persoon: str
    persoon_naam: str
    email: str
    teams: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AfwezigheidGemeld:
    """Absent on these days; `vervanger` and `vervanger_naam` are a colleague's id and name."""

    van: str
    tot: str
    vervanger: str
    vervanger_naam: str


@dataclass(frozen=True, slots=True)
class AfwezigheidBeeindigd:
    """Back since this day."""

    op: str


@dataclass(frozen=True, slots=True)
class ZoekopdrachtBewaard:
    """A search was kept under a name."""

    naam: str
    bron: str
    vraag: str


@dataclass(frozen=True, slots=True)
class ZoekopdrachtVerwijderd:
    """A search was forgotten."""

    naam: str


@dataclass(frozen=True, slots=True)
class MailvoorkeurIngesteld:
    """How to be mailed about something, and where."""

    soort: str
    wijze: str
    adres: str


Event = (
    ProfielBijgewerkt
    | AfwezigheidGemeld
    | AfwezigheidBeeindigd
    | ZoekopdrachtBewaard
    | ZoekopdrachtVerwijderd
    | MailvoorkeurIngesteld
)
