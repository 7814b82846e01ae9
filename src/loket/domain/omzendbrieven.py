# SPDX-License-Identifier: EUPL-1.2
"""Omzendbrieven: one message of a supervisor to many besturen at once.

One stream is one omzendbrief. What is recorded here is the text and whom it is for; each of them
then gets a conversation of its own (module berichten), in which verzending, aflevering and
opvraging are registered apart.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from loket.bounds import MAX_TEKST, attached, is_text
from loket.kernel import (
    Bijlage,
    Conflict,
    Context,
    Document,
    Finding,
    Invalid,
    Module,
    NotAllowed,
    Scope,
)
from loket.reference import Concept, Reference
from loket.reference.model import ACTIEF

MAX_AAN = 3_000
MAX_ONDERWERP = 300
MAX_DAGEN = 365
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

# Commands


@dataclass(frozen=True, slots=True)
class OmzendbriefVersturen:
    """Send a message to these besturen (URIs) and to all active besturen of these classes (URIs).

    `reactietermijn` is within how many days after aflevering an answer is asked; 0 is no term.
    """

    onderwerp: str
    tekst: str = ""
    bijlagen: tuple[Bijlage, ...] = ()
    aan: tuple[str, ...] = ()
    klassen: tuple[str, ...] = ()
    reactietermijn: int = 0


Command = OmzendbriefVersturen

# Events


@dataclass(frozen=True, slots=True)
class OmzendbriefVerstuurd:
    """A message was sent to each of these besturen (URIs)."""

    van: str
    aan: tuple[str, ...]
    onderwerp: str
    tekst: str
    documenten: tuple[Document, ...]
    reactietermijn: int
    referentie_versie: str


Event = OmzendbriefVerstuurd

# State


@dataclass(frozen=True, slots=True)
class Omzendbrief:
    """An omzendbrief; `van` is empty as long as there is none."""

    van: str = ""
    aan: tuple[str, ...] = ()


# Refusals


class AlVerstuurd(Conflict):
    """Deze omzendbrief is al verstuurd."""


class GeenOmzendbriefRecht(NotAllowed):
    """Alleen het Agentschap Binnenlands Bestuur verstuurt omzendbrieven."""


class OnvolledigeOmzendbrief(Invalid):
    """De omzendbrief is niet volledig."""


def decide(command: Command, state: Omzendbrief, ctx: Context) -> list[Event]:
    """The fact, or a refusal."""
    if state.van:
        raise AlVerstuurd
    reference: Reference = ctx.reference
    van = ctx.actor.bestuur
    klasse = _klassen(reference).get(ctx.actor.klasse)
    if klasse is None or klasse.notatie != "ABB":
        raise GeenOmzendbriefRecht
    documents, findings = attached(command.bijlagen, ctx.documents)
    aan = tuple(sorted(_besturen(command, reference) - {van}))
    if found := [*findings, *_findings(command, aan, reference)]:
        raise OnvolledigeOmzendbrief("", *found)
    return [
        OmzendbriefVerstuurd(
            van=van,
            aan=aan,
            onderwerp=command.onderwerp.strip(),
            tekst=command.tekst,
            documenten=documents,
            reactietermijn=command.reactietermijn,
            referentie_versie=reference.version,
        )
    ]


def _klassen(reference: Reference) -> Mapping[str, Concept]:
    return reference.codelijsten["bestuurseenheid-classificatie"].concepten


def _besturen(command: Command, reference: Reference) -> set[str]:
    """Who gets it: those named, and those of a class named that are active."""
    klassen = set(command.klassen)
    active = {
        uri
        for uri, each in reference.besturen.items()
        if each.klasse in klassen and each.status == ACTIEF
    }
    return active | set(command.aan)


def _findings(command: Command, aan: Sequence[str], reference: Reference) -> list[Finding]:
    onderwerp = command.onderwerp.strip()
    unknown = [uri for uri in command.aan if uri not in reference.besturen]
    rules = [
        (
            "onderwerp",
            is_text(onderwerp, MAX_ONDERWERP) and not _CONTROL.search(onderwerp),
            f"Geef een onderwerp van 1 tot {MAX_ONDERWERP} tekens op één regel.",
        ),
        (
            "tekst",
            bool(command.tekst.strip() or command.bijlagen),
            "Geef een tekst of een bijlage.",
        ),
        ("tekst", len(command.tekst) <= MAX_TEKST, f"Geef hoogstens {MAX_TEKST} tekens."),
        ("aan", not unknown, "Geef URI's van besturen uit het register."),
        ("aan", 0 < len(aan) <= MAX_AAN, f"Kies 1 tot {MAX_AAN} bestemmelingen."),
        (
            "klassen",
            set(command.klassen) <= set(_klassen(reference)),
            "Kies klassen uit de codelijst.",
        ),
        (
            "reactietermijn",
            0 <= command.reactietermijn <= MAX_DAGEN,
            f"Geef 0 (geen termijn) tot {MAX_DAGEN} dagen.",
        ),
    ]
    return [Finding(veld, "omzendbrief", melding) for veld, fits, melding in rules if not fits]


def evolve(state: Omzendbrief, event: Event) -> Omzendbrief:  # noqa: ARG001
    """The omzendbrief after this fact."""
    return Omzendbrief(event.van, event.aan)


def scope(state: Omzendbrief) -> Scope:
    """Its sender's; each bestuur it is for has a conversation of its own."""
    return Scope(owner=state.van)


_DCT = "http://purl.org/dc/terms/"
_EXT = "http://mu.semte.ch/vocabularies/ext/"
_NFO = "http://www.semanticdesktop.org/ontologies/2007/03/22/nfo#"
_SCHEMA = "http://schema.org/"

MODULE: Module[Command, Omzendbrief, Event] = Module(
    name="omzendbrieven",
    title="Omzendbrieven aan vele besturen",
    initial=Omzendbrief(),
    decide=decide,
    evolve=evolve,
    commands=(OmzendbriefVersturen,),
    events=(OmzendbriefVerstuurd,),
    refusals=(AlVerstuurd, GeenOmzendbriefRecht, OnvolledigeOmzendbrief),
    rights={OmzendbriefVersturen: frozenset({"ABBDatabankToezicht-DatabankToezichtEditeur"})},
    terms={
        "OmzendbriefVerstuurd": _EXT + "OmzendbriefVerstuurd",
        "van": _SCHEMA + "sender",
        "aan": _SCHEMA + "recipient",
        "onderwerp": _SCHEMA + "about",
        "tekst": _SCHEMA + "text",
        "documenten": _DCT + "hasPart",
        "sha256": "http://spdx.org/rdf/terms#checksumValue",
        "size": _NFO + "fileSize",
        "naam": _NFO + "fileName",
        "formaat": _DCT + "format",
        "reactietermijn": _SCHEMA + "processingTime",
        "referentie_versie": _EXT + "referentieVersie",
    },
    scope=scope,
    audience={OmzendbriefVerstuurd: "van"},
)
