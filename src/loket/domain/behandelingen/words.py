# SPDX-License-Identifier: EUPL-1.2
"""What can be asked of a behandeling, and what can have happened to it.

URIs name besturen, classes and dossiertypes; `dossier` is the stream (UUID) of a toezicht dossier,
a `medewerker` that of a colleague (`medewerkers/<UUID>`); moments are ISO 8601 in UTC; a `termijn`
is a computation as it was recorded, empty where no term holds (see `loket.reference.termijnen`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid5

from loket.kernel import Bijlage, Document, StreamId

NO_STREAM = StreamId("")
_BEHANDELINGEN = UUID("2b0f1c1e-7d0a-5c57-9a35-3d1f3f2f7a10")

Termijn = Mapping[str, str]
"""A term as it was computed: rule, start, end and what they follow from."""

Bevinding = Mapping[str, str]
"""A doubt as it is recorded: `veld`, `regel` and `melding`."""


def stream_of(dossier: str, ontvanger: str) -> StreamId:
    """The behandeling of this dossier (UUID) by this recipient (URI)."""
    return StreamId(str(uuid5(_BEHANDELINGEN, f"{dossier}/{ontvanger}")))


# Commands of the machine


@dataclass(frozen=True, slots=True)
class BehandelingStarten:
    """Start the treatment of a sending that was delivered to this recipient at that moment."""

    dossier: str
    verzending: int
    ontvanger: str
    bestuur: str
    klasse: str
    dossiertype: str
    afgeleverd_op: str


@dataclass(frozen=True, slots=True)
class AntwoordRegistreren:
    """Record that the answer to an opvraging (0: the running one) was received in a bericht."""

    bericht: str
    ontvangen_op: str
    opvraging: int = 0


@dataclass(frozen=True, slots=True)
class GeenMaatregelVaststellen:
    """Establish that the term expired without a measure."""


@dataclass(frozen=True, slots=True)
class IntrekkingRegistreren:
    """Record that the sender withdrew this sending."""

    verzending: int
    reden: str


@dataclass(frozen=True, slots=True)
class TeruggaveRegistreren:
    """Record that this sending went back to its sender as a draft."""

    verzending: int
    reden: str


@dataclass(frozen=True, slots=True)
class VerbeteringRegistreren:
    """Record that a later dossier (UUID) corrects this sending."""

    verzending: int
    door: str


# Commands of the supervisor


@dataclass(frozen=True, slots=True)
class BehandelingToewijzen:
    """Assign the treatment to a colleague."""

    medewerker: StreamId


@dataclass(frozen=True, slots=True)
class InBehandelingNemen:
    """Start treating; who does so without an assignment is assigned."""


@dataclass(frozen=True, slots=True)
class OpvragingStellen:
    """Ask the bestuur for information, to be given within a number of days (0: none)."""

    tekst: str
    dagen: int = 0
    bijlagen: tuple[Bijlage, ...] = ()


@dataclass(frozen=True, slots=True)
class AntwoordVaststellen:
    """Record an answer that came another way than by bericht, such as by post, on a day."""

    ontvangen_op: str
    toelichting: str


@dataclass(frozen=True, slots=True)
class ToezichtsbesluitNemen:
    """Decide on the dossier, with a letter; `bevestigd` acknowledges the doubts raised."""

    uitkomst: str
    motivering: str
    brief: tuple[Bijlage, ...] = ()
    bevestigd: bool = False


@dataclass(frozen=True, slots=True)
class BehandelingAfsluiten:
    """Close the treatment; without an outcome a reason is needed."""

    reden: str = ""


@dataclass(frozen=True, slots=True)
class BehandelingHeropenen:
    """Take up a closed treatment again."""

    reden: str


@dataclass(frozen=True, slots=True)
class DossierOverdragen:
    """Hand the treatment over to a colleague, to another team, or to both."""

    reden: str
    aan: StreamId = NO_STREAM
    team: str = ""


@dataclass(frozen=True, slots=True)
class NotitieMaken:
    """Write down something for colleagues only."""

    tekst: str


Command = (
    BehandelingStarten
    | AntwoordRegistreren
    | GeenMaatregelVaststellen
    | IntrekkingRegistreren
    | TeruggaveRegistreren
    | VerbeteringRegistreren
    | BehandelingToewijzen
    | InBehandelingNemen
    | OpvragingStellen
    | AntwoordVaststellen
    | ToezichtsbesluitNemen
    | BehandelingAfsluiten
    | BehandelingHeropenen
    | DossierOverdragen
    | NotitieMaken
)

# Events


@dataclass(frozen=True, slots=True)
class BehandelingGestart:
    """A dossier of a bestuur (URI, of this class) awaits treatment by its recipient.

    `partijen` are those two: the besturen that know of the treatment from now on. `team` is the
    team that treats it by the rule of work distribution; empty where the recipient has no teams.
    """

    dossier: str
    verzending: int
    ontvanger: str
    bestuur: str
    klasse: str
    dossiertype: str
    partijen: tuple[str, ...]
    team: str
    afgeleverd_op: str
    termijn: Termijn
    referentie_versie: str


@dataclass(frozen=True, slots=True)
class NieuweVerzendingOntvangen:
    """The dossier was sent again: the treatment starts over, with a new term."""

    verzending: int
    team: str
    afgeleverd_op: str
    termijn: Termijn
    referentie_versie: str


@dataclass(frozen=True, slots=True)
class BehandelingToegewezen:
    """A colleague is to treat the dossier."""

    persoon: str
    persoon_naam: str


@dataclass(frozen=True, slots=True)
class InBehandelingGenomen:
    """The supervisor started treating the dossier."""


@dataclass(frozen=True, slots=True)
class OpvragingGesteld:
    """The supervisor asked for information: `gestuit` is the term that this interrupted.

    `nummer` counts from 1; `dagen` is how many the bestuur has to react, 0 without a term.
    """

    nummer: int
    gesteld_op: str
    tekst: str
    documenten: tuple[Document, ...]
    dagen: int
    gestuit: Termijn


@dataclass(frozen=True, slots=True)
class AntwoordOntvangen:
    """The opvraging with this number was answered; a new term runs from the day after.

    `bericht` is the id of the message it came in, empty when it came another way: then
    `toelichting` tells how.
    """

    nummer: int
    bericht: str
    toelichting: str
    ontvangen_op: str
    termijn: Termijn
    referentie_versie: str


@dataclass(frozen=True, slots=True)
class ToezichtsbesluitGenomen:
    """The supervisor decided, relying on this term; `waarschuwingen` are the doubts acknowledged.

    `uitkomst` is one of geen-maatregel, opmerking, schorsing, vernietiging, goedkeuring and
    niet-goedkeuring; `documenten` are the letter.
    """

    uitkomst: str
    motivering: str
    documenten: tuple[Document, ...]
    termijn: Termijn
    waarschuwingen: tuple[Bevinding, ...]


@dataclass(frozen=True, slots=True)
class GeenMaatregelVastgesteld:
    """The term expired without a measure."""

    termijn: Termijn


@dataclass(frozen=True, slots=True)
class BehandelingAfgesloten:
    """The treatment was closed, with a reason when there was no outcome."""

    reden: str


@dataclass(frozen=True, slots=True)
class BehandelingHeropend:
    """A closed treatment was taken up again."""

    reden: str


@dataclass(frozen=True, slots=True)
class Overgedragen:
    """The treatment was handed over; an empty `aan` leaves it to the team."""

    aan: str
    aan_naam: str
    team: str
    reden: str


@dataclass(frozen=True, slots=True)
class NotitieGemaakt:
    """Something was written down for colleagues only."""

    tekst: str


@dataclass(frozen=True, slots=True)
class DossierIngetrokken:
    """The sender withdrew the dossier: there is nothing left to treat."""

    verzending: int
    reden: str


@dataclass(frozen=True, slots=True)
class DossierTeruggegeven:
    """The dossier went back to its sender as a draft: the treatment waits for a new sending."""

    verzending: int
    reden: str


@dataclass(frozen=True, slots=True)
class DossierVerbeterd:
    """A later dossier corrects this one, and is treated in its place."""

    verzending: int
    door: str


Event = (
    BehandelingGestart
    | NieuweVerzendingOntvangen
    | BehandelingToegewezen
    | InBehandelingGenomen
    | OpvragingGesteld
    | AntwoordOntvangen
    | ToezichtsbesluitGenomen
    | GeenMaatregelVastgesteld
    | BehandelingAfgesloten
    | BehandelingHeropend
    | Overgedragen
    | NotitieGemaakt
    | DossierIngetrokken
    | DossierTeruggegeven
    | DossierVerbeterd
)
