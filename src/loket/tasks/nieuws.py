# SPDX-License-Identifier: EUPL-1.2
"""What there is to tell about a fact in a mail: kind, subject, sender and where to read on.

Never the content: whoever reads it must come to the loket, where the opvraging is registered.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from loket.domain.berichten.words import (
    BerichtAfgeleverd,
    BerichtIngetrokken,
    BerichtVerzonden,
    GesprekGestart,
)
from loket.domain.toezicht.words import BesluitAfgeleverd, BesluitVerzonden
from loket.evidence.entry import Recorded
from loket.reference import Reference


@dataclass(frozen=True, slots=True)
class Nieuws:
    """Something new for a bestuur (URI): what kind of mail it belongs to (`soort`), and one line
    about it: its type, its subject and its sender, in Dutch, and its address in the API."""

    soort: str
    bestuur: str
    type: str
    onderwerp: str
    van: str
    pad: str

    @property
    def kop(self) -> str:
        """The subject of a mail about it alone."""
        what = {"nieuw-bericht": "Nieuw bericht", "nieuw-dossier": "Nieuw dossier"}[self.soort]
        return " ".join(f"{what}: {self.type} van {self.van}".split())

    def regels(self, url: str) -> str:
        """What a mail says of it; `url` is where the API is reached."""
        subject = f"Onderwerp  {self.onderwerp}\n" if self.onderwerp else ""
        return f"Type       {self.type}\n{subject}Van        {self.van}\nLees       {url}{self.pad}"


def nieuws(past: Sequence[Recorded], seq: int, reference: Reference) -> Nieuws | None:
    """What fact number `seq` of a stream has to tell; None when that is nothing (any more)."""
    tell = _TELL.get(type(past[seq].fact))
    return tell(past, seq, reference) if tell else None


def _message(past: Sequence[Recorded], seq: int, reference: Reference) -> Nieuws | None:
    fact: BerichtAfgeleverd = past[seq].fact
    facts = [recorded.fact for recorded in past]
    start = next((f for f in facts if isinstance(f, GesprekGestart)), None)
    sent = next(
        (f for f in facts if isinstance(f, BerichtVerzonden) and f.bericht == fact.bericht), None
    )
    recalled = any(isinstance(f, BerichtIngetrokken) and f.bericht == fact.bericht for f in facts)
    if start is None or sent is None or recalled:
        return None
    return Nieuws(
        "nieuw-bericht",
        fact.ontvanger,
        reference.label(sent.type_communicatie),
        start.onderwerp,
        reference.label(sent.van),
        f"/{past[seq].stream}",
    )


def _dossier(past: Sequence[Recorded], seq: int, reference: Reference) -> Nieuws | None:
    fact: BesluitAfgeleverd = past[seq].fact
    sent = next(
        (
            r.fact
            for r in past
            if isinstance(r.fact, BesluitVerzonden) and r.fact.verzending == fact.verzending
        ),
        None,
    )
    if sent is None:
        return None
    return Nieuws(
        "nieuw-dossier",
        fact.ontvanger,
        reference.label(sent.dossiertype),
        "",
        reference.label(sent.bestuur),
        f"/{past[seq].stream}",
    )


_TELL: Mapping[type, Callable[[Sequence[Recorded], int, Reference], Nieuws | None]] = {
    BerichtAfgeleverd: _message,
    BesluitAfgeleverd: _dossier,
}
