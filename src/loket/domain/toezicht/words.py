# SPDX-License-Identifier: EUPL-1.2
"""What can be asked of a dossier, and what can have happened to it.

`velden` are form fields by name (see `loket.reference`); URIs name concepts, besturen and
organs; `sha256` is a file's digest in hexadecimal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from loket.kernel import Digest, Document, StreamId, Value

Bevinding = Mapping[str, str]
"""A broken rule as it is recorded: `veld`, `regel` and `melding`."""

NO_STREAM = StreamId("")

# Commands


@dataclass(frozen=True, slots=True)
class BesluitOpstellen:
    """Start a draft of this dossiertype (URI); `verbetert` is the sent dossier it corrects."""

    dossiertype: str
    velden: Mapping[str, Value] = field(default_factory=dict)
    verbetert: StreamId = NO_STREAM


@dataclass(frozen=True, slots=True)
class VeldenWijzigen:
    """Set these fields of a draft; None clears one, the others stay."""

    velden: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class BestandToevoegen:
    """Attach an uploaded file under this name; `formaat` is its media type."""

    sha256: Digest
    naam: str
    formaat: str


@dataclass(frozen=True, slots=True)
class BestandVerwijderen:
    """Detach a file from a draft."""

    sha256: str


@dataclass(frozen=True, slots=True)
class LinkToevoegen:
    """Attach the address (http or https) of a publication."""

    url: str


@dataclass(frozen=True, slots=True)
class LinkVerwijderen:
    """Detach an address from a draft."""

    url: str


@dataclass(frozen=True, slots=True)
class BesluitValideren:
    """Check a draft against its form and record the outcome."""


@dataclass(frozen=True, slots=True)
class BesluitVerzenden:
    """Send the dossier to those who receive it by the routing rules."""


@dataclass(frozen=True, slots=True)
class BesluitOpenen:
    """Consult the dossier as one of its recipients."""


@dataclass(frozen=True, slots=True)
class BesluitIntrekken:
    """Withdraw what was sent; the sending stays a fact."""

    reden: str


@dataclass(frozen=True, slots=True)
class BesluitVervangen:
    """Record that a later dossier, sent since, corrects this one."""

    door: StreamId


@dataclass(frozen=True, slots=True)
class BesluitHeropenen:
    """Give a sent dossier back to its sender as a draft; the sending stays a fact."""

    reden: str


@dataclass(frozen=True, slots=True)
class BesluitVerwerpen:
    """Discard a draft that was never sent."""


@dataclass(frozen=True, slots=True)
class OntvangstbewijsRegistreren:
    """Record that the receipt was mailed: hash of the address, id of the message."""

    adres_hash: str
    bericht_id: str


@dataclass(frozen=True, slots=True)
class OntvangstbewijsMislukt:
    """Record that the receipt could not be mailed to the address with this hash."""

    adres_hash: str
    reden: str


@dataclass(frozen=True, slots=True)
class OntvangstbewijsTerugkomst:
    """Record that the receipt with this message id came back: the status code (RFC 3463)."""

    bericht_id: str
    status: str


@dataclass(frozen=True, slots=True)
class WaarschuwingBevestigen:
    """Confirm that the value of a field is meant, although this rule doubts it."""

    veld: str
    regel: str


@dataclass(frozen=True, slots=True)
class BesluitDoorsturen:
    """Deliver the dossier to the recipients of a dossier, sent since, that refers to it."""

    door: StreamId


@dataclass(frozen=True, slots=True)
class DubbelMelden:
    """Record that the same content had been sent in an earlier dossier."""

    ander: StreamId


@dataclass(frozen=True, slots=True)
class BestandBeoordelen:
    """Record whether the text of an attached file could be read, and if not, why (Dutch)."""

    sha256: str
    leesbaar: bool
    reden: str = ""


Command = (
    BesluitOpstellen
    | VeldenWijzigen
    | BestandToevoegen
    | BestandVerwijderen
    | LinkToevoegen
    | LinkVerwijderen
    | BesluitValideren
    | BesluitVerzenden
    | BesluitOpenen
    | BesluitIntrekken
    | BesluitVervangen
    | BesluitHeropenen
    | BesluitVerwerpen
    | OntvangstbewijsRegistreren
    | OntvangstbewijsMislukt
    | OntvangstbewijsTerugkomst
    | WaarschuwingBevestigen
    | BesluitDoorsturen
    | DubbelMelden
    | BestandBeoordelen
)

# Events


@dataclass(frozen=True, slots=True)
class BesluitOpgesteld:
    """A bestuur (URI, of this class) started a draft."""

    dossiertype: str
    bestuur: str
    klasse: str
    velden: Mapping[str, Value]
    verbetert: str


@dataclass(frozen=True, slots=True)
class VeldenGewijzigd:
    """Fields of the draft were set, or cleared by None."""

    velden: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class BestandToegevoegd:
    """A file was attached."""

    document: Document


@dataclass(frozen=True, slots=True)
class BestandVerwijderd:
    """A file was detached."""

    sha256: str


@dataclass(frozen=True, slots=True)
class LinkToegevoegd:
    """An address was attached."""

    url: str


@dataclass(frozen=True, slots=True)
class LinkVerwijderd:
    """An address was detached."""

    url: str


@dataclass(frozen=True, slots=True)
class BesluitGevalideerd:
    """The draft was checked: fit to be sent when there are no `bevindingen`."""

    bevindingen: tuple[Bevinding, ...]
    waarschuwingen: tuple[Bevinding, ...]
    referentie_versie: str


@dataclass(frozen=True, slots=True)
class BesluitVerzonden:
    """Verzending: the whole content as it was sent, and what the decision relied on.

    `verzending` counts from 1 and grows when a dossier is sent again after reopening;
    `meldingsregel` is the rule (URI) by which this class may send the type, `routeringsregel`
    the rule that chose the `ontvangers` (URIs), with the `subgroepen` of ABB it concerns.
    `verwijzingen` are the dossiers (stream ids) the content refers to; those are forwarded to the
    same recipients when `met_verwijzingen`.
    """

    verzending: int
    dossiertype: str
    bestuur: str
    klasse: str
    velden: Mapping[str, Value]
    documenten: tuple[Document, ...]
    links: tuple[str, ...]
    verbetert: str
    waarschuwingen: tuple[Bevinding, ...]
    ontvangers: tuple[str, ...]
    meldingsregel: str
    routeringsregel: str
    referentie_versie: str
    subgroepen: tuple[str, ...] = ()
    verwijzingen: tuple[str, ...] = ()
    met_verwijzingen: bool = False


@dataclass(frozen=True, slots=True)
class BesluitAfgeleverd:
    """Aflevering: from now on this recipient (URI) can open the dossier."""

    verzending: int
    ontvanger: str


@dataclass(frozen=True, slots=True)
class BesluitGeopend:
    """Opvraging: this recipient (URI) consulted this sending for the first time."""

    verzending: int
    ontvanger: str


@dataclass(frozen=True, slots=True)
class BesluitIngetrokken:
    """The sender withdrew what was sent."""

    reden: str


@dataclass(frozen=True, slots=True)
class BesluitVerbeterd:
    """A later dossier, sent since, corrects this one."""

    door: str


@dataclass(frozen=True, slots=True)
class BesluitHeropend:
    """The dossier is a draft of its sender again."""

    reden: str


@dataclass(frozen=True, slots=True)
class BesluitVerworpen:
    """The draft was discarded."""


@dataclass(frozen=True, slots=True)
class OntvangstbewijsGemaild:
    """The receipt was mailed to the address with this hash."""

    adres_hash: str
    bericht_id: str


@dataclass(frozen=True, slots=True)
class OntvangstbewijsNietGemaild:
    """The receipt could not be mailed to the address with this hash."""

    adres_hash: str
    reden: str


@dataclass(frozen=True, slots=True)
class OntvangstbewijsTeruggekomen:
    """The receipt that was mailed before came back undelivered."""

    bericht_id: str
    adres_hash: str
    status: str


@dataclass(frozen=True, slots=True)
class WaarschuwingBevestigd:
    """The sender confirmed the value of a field that this rule doubts."""

    veld: str
    regel: str


@dataclass(frozen=True, slots=True)
class BesluitDoorgestuurd:
    """A dossier that refers to this one was sent: by its routing rule these receive it too.

    `door` is its stream id; the delivery to each of `ontvangers` (URIs) is a fact of its own.
    """

    verzending: int
    door: str
    routeringsregel: str
    ontvangers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DubbelVermoed:
    """The same content had been sent in another dossier (stream id) before."""

    ander: str


@dataclass(frozen=True, slots=True)
class BestandBeoordeeld:
    """The text of an attached file could be read, or could not for this reason."""

    sha256: str
    leesbaar: bool
    reden: str


Event = (
    BesluitOpgesteld
    | VeldenGewijzigd
    | BestandToegevoegd
    | BestandVerwijderd
    | LinkToegevoegd
    | LinkVerwijderd
    | BesluitGevalideerd
    | BesluitVerzonden
    | BesluitAfgeleverd
    | BesluitGeopend
    | BesluitIngetrokken
    | BesluitVerbeterd
    | BesluitHeropend
    | BesluitVerworpen
    | OntvangstbewijsGemaild
    | OntvangstbewijsNietGemaild
    | OntvangstbewijsTeruggekomen
    | WaarschuwingBevestigd
    | BesluitDoorgestuurd
    | DubbelVermoed
    | BestandBeoordeeld
)
