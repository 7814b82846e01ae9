# SPDX-License-Identifier: EUPL-1.2
"""What can be asked of a conversation, and what can have happened in it.

`bericht` is a message's number within its conversation, from 1; `van`, `naar`, `ontvanger` and
`bestuur` are URIs of besturen; `type_communicatie` is a concept (URI) of the list of that name.
"""

from dataclasses import dataclass

from loket.kernel import Bijlage, Document, StreamId

NO_STREAM = StreamId("")

# Commands


@dataclass(frozen=True, slots=True)
class GesprekStarten:
    """Start a conversation with another bestuur by its first message.

    `dossier` is the stream (`toezicht/<id>`) it is about, of which both sides must be a party.
    `reactietermijn` is within how many days after aflevering an answer is asked; 0 is no term.
    """

    naar: str
    onderwerp: str
    type_communicatie: str
    tekst: str = ""
    bijlagen: tuple[Bijlage, ...] = ()
    dossier: StreamId = NO_STREAM
    reactietermijn: int = 0


@dataclass(frozen=True, slots=True)
class GesprekStartenNamens:
    """Start a conversation in the name of `van`, for what it did in another module.

    `behandeling` or `omzendbrief` is the stream it follows from; its documents come along.
    """

    van: str
    naar: str
    onderwerp: str
    type_communicatie: str
    tekst: str = ""
    documenten: tuple[Document, ...] = ()
    dossier: str = ""
    behandeling: str = ""
    omzendbrief: str = ""
    reactietermijn: int = 0


@dataclass(frozen=True, slots=True)
class BerichtSturen:
    """Send a message in a conversation.

    It answers message `antwoord_op`, or every message of the other side that still waits for an
    answer when that is 0. Without `type_communicatie` an answer is of type Reactie.
    """

    tekst: str = ""
    bijlagen: tuple[Bijlage, ...] = ()
    type_communicatie: str = ""
    antwoord_op: int = 0
    reactietermijn: int = 0


@dataclass(frozen=True, slots=True)
class GesprekOpenen:
    """Consult all messages you received; until then you see their envelopes only."""


@dataclass(frozen=True, slots=True)
class BerichtOngelezenMarkeren:
    """Take back your own read mark of a message."""

    bericht: int


@dataclass(frozen=True, slots=True)
class UitstelVragen:
    """Ask for more days to answer a message."""

    bericht: int
    dagen: int
    reden: str


@dataclass(frozen=True, slots=True)
class UitstelToestaan:
    """Grant the days that were asked."""

    bericht: int


@dataclass(frozen=True, slots=True)
class UitstelWeigeren:
    """Refuse the days that were asked."""

    bericht: int
    reden: str


@dataclass(frozen=True, slots=True)
class BerichtIntrekken:
    """Recall a message you sent: its addressee can no longer read it."""

    bericht: int
    reden: str


@dataclass(frozen=True, slots=True)
class NotitieMaken:
    """Make a note that only your own bestuur sees."""

    tekst: str


@dataclass(frozen=True, slots=True)
class GesprekSluiten:
    """Close a conversation your side started, once nothing waits for an answer."""

    reden: str = ""


@dataclass(frozen=True, slots=True)
class GesprekHeropenen:
    """Open a closed conversation again."""

    reden: str = ""


Command = (
    GesprekStarten
    | GesprekStartenNamens
    | BerichtSturen
    | GesprekOpenen
    | BerichtOngelezenMarkeren
    | UitstelVragen
    | UitstelToestaan
    | UitstelWeigeren
    | BerichtIntrekken
    | NotitieMaken
    | GesprekSluiten
    | GesprekHeropenen
)

# Events


@dataclass(frozen=True, slots=True)
class GesprekGestart:
    """A conversation between two besturen began; what it is about and follows from."""

    van: str
    naar: str
    onderwerp: str
    type_communicatie: str
    dossier: str
    behandeling: str
    omzendbrief: str
    referentie_versie: str


@dataclass(frozen=True, slots=True)
class BerichtVerzonden:
    """Verzending: the whole content of a message as it was sent.

    `reactietermijn` counts days from aflevering, 0 is none; `beantwoordt` are the messages it
    answers, whose reaction terms end with it.
    """

    bericht: int
    van: str
    naar: str
    type_communicatie: str
    tekst: str
    documenten: tuple[Document, ...]
    reactietermijn: int
    beantwoordt: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class BerichtAfgeleverd:
    """Aflevering: from now on this recipient can open the message."""

    bericht: int
    ontvanger: str


@dataclass(frozen=True, slots=True)
class BerichtGeopend:
    """Opvraging: this recipient consulted the message for the first time."""

    bericht: int
    ontvanger: str


@dataclass(frozen=True, slots=True)
class BerichtGelezen:
    """A person of the recipient read the message."""

    bericht: int
    persoon: str


@dataclass(frozen=True, slots=True)
class BerichtOngelezenGemarkeerd:
    """A person of the recipient took back their read mark."""

    bericht: int
    persoon: str


@dataclass(frozen=True, slots=True)
class UitstelGevraagd:
    """The recipient asked for more days to answer a message."""

    bericht: int
    bestuur: str
    dagen: int
    reden: str


@dataclass(frozen=True, slots=True)
class UitstelToegestaan:
    """The sender granted these days on top of the term of a message."""

    bericht: int
    bestuur: str
    dagen: int


@dataclass(frozen=True, slots=True)
class UitstelGeweigerd:
    """The sender refused more days."""

    bericht: int
    bestuur: str
    reden: str


@dataclass(frozen=True, slots=True)
class BerichtIngetrokken:
    """The sender recalled a message; `geopend` tells whether its addressee had opened it."""

    bericht: int
    van: str
    reden: str
    geopend: bool


@dataclass(frozen=True, slots=True)
class NotitieGemaakt:
    """Somebody of this bestuur made a note for their own side."""

    bestuur: str
    tekst: str


@dataclass(frozen=True, slots=True)
class GesprekGesloten:
    """The side that started the conversation closed it."""

    bestuur: str
    reden: str


@dataclass(frozen=True, slots=True)
class GesprekHeropend:
    """One of the sides opened a closed conversation again."""

    bestuur: str
    reden: str


Event = (
    GesprekGestart
    | BerichtVerzonden
    | BerichtAfgeleverd
    | BerichtGeopend
    | BerichtGelezen
    | BerichtOngelezenGemarkeerd
    | UitstelGevraagd
    | UitstelToegestaan
    | UitstelGeweigerd
    | BerichtIngetrokken
    | NotitieGemaakt
    | GesprekGesloten
    | GesprekHeropend
)
