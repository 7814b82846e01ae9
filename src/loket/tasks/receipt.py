# SPDX-License-Identifier: EUPL-1.2
"""The text of an ontvangstbewijs: what was sent, the three times apart, and how to check it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from loket.domain.toezicht.words import BesluitAfgeleverd, BesluitVerzonden
from loket.evidence.entry import Recorded
from loket.reference import Reference
from loket.tasks.reaction import Stamp

UNQUALIFIED = """\
NIET-GEKWALIFICEERD: deze tijdstempel komt van een ontwikkelomgeving en bewijst niets
tegenover derden.
"""

TEXT = """\
Dit is het ontvangstbewijs van uw verzending. Bewaar dit bericht.

Dossier          {dossier}
Type             {dossiertype}
Bestuur          {bestuur}
Verzending       nummer {nummer}
Ontvanger        {ontvangers}

TIJDSTIPPEN (UTC; opgegeven, geregistreerd en bewezen tijd staan los van elkaar)

Opgegeven        {opgegeven}
Geregistreerd    verzonden   {verzonden}
                 afgeleverd  {afgeleverd}
Bewezen          uiterlijk   {bewezen}
                 door tijdstempeldienst {tsa}
{waarschuwing}
BEWIJS

Plaats in het logboek       {position}
Volgnummer in het dossier   {seq}
SHA-256 van het logboekblad {leaf_hash}

Het volledige bewijs, te controleren zonder ons:
{url}/bewijs/{stream}

De tijdlijn van het dossier, met ook de opvraging door de ontvanger:
{url}/{stream}/tijdlijn

Dit bericht is automatisch verstuurd; antwoorden worden niet gelezen.
"""


@dataclass(frozen=True, slots=True)
class Sending:
    """What a receipt tells of one sending; names in Dutch, moments in UTC."""

    stream: str
    seq: int
    position: int
    leaf_hash: bytes
    dossiertype: str
    bestuur: str
    nummer: int
    ontvangers: tuple[str, ...]
    opgegeven: str
    verzonden: datetime
    afgeleverd: tuple[datetime, ...]
    stamp: Stamp

    @classmethod
    def of(
        cls, sending: Recorded, past: Sequence[Recorded], stamp: Stamp, reference: Reference
    ) -> "Sending":
        """The receipt of a recorded sending, given its stream and the first stamp over it."""
        fact: BesluitVerzonden = sending.fact
        claimed = fact.velden.get("zittingsdatum")
        return cls(
            stream=sending.stream,
            seq=sending.seq,
            position=sending.position,
            leaf_hash=sending.leaf_hash,
            dossiertype=reference.label(fact.dossiertype),
            bestuur=reference.label(fact.bestuur),
            nummer=fact.verzending,
            ontvangers=tuple(map(reference.label, fact.ontvangers)),
            opgegeven=f"zitting van {claimed}" if claimed else "geen tijdstip",
            verzonden=sending.registered,
            afgeleverd=tuple(
                recorded.registered
                for recorded in past
                if isinstance(recorded.fact, BesluitAfgeleverd)
                and recorded.fact.verzending == fact.verzending
            ),
            stamp=stamp,
        )


def text(sending: Sending, url: str, qualified: bool) -> str:
    """The body of the mail; `url` is where the API is reached."""
    return TEXT.format(
        dossier=sending.stream.partition("/")[2],
        dossiertype=sending.dossiertype,
        bestuur=sending.bestuur,
        nummer=sending.nummer,
        ontvangers=", ".join(sending.ontvangers),
        opgegeven=sending.opgegeven,
        verzonden=_moment(sending.verzonden),
        afgeleverd=", ".join(map(_moment, sending.afgeleverd)) or "nog niet",
        bewezen=_moment(sending.stamp.gen_time),
        tsa=sending.stamp.tsa,
        waarschuwing="" if qualified else f"\n{UNQUALIFIED}",
        position=sending.position,
        seq=sending.seq,
        leaf_hash=sending.leaf_hash.hex(),
        url=url,
        stream=sending.stream,
    )


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(sep=" ", timespec="milliseconds")[:-6] + " UTC"
