# SPDX-License-Identifier: EUPL-1.2
"""Besturen: the register of local governments and their supervisor.

One stream per bestuur; its id follows from the URI (`stream_of`). The register follows the
organisation model of ABB (`besluit:Bestuurseenheid`, identifiers of KBO, Wegwijs and Statbel);
a merger is a change event of `org:ChangeEvent` (decreet lokaal bestuur, art. 343 and following).
"""

import re
from dataclasses import dataclass, replace
from datetime import date
from uuid import NAMESPACE_URL, uuid5

from loket.kernel import (
    SYSTEM_ROLE,
    Conflict,
    Context,
    Finding,
    Invalid,
    Module,
    NotFound,
    Scope,
    StreamId,
)
from loket.reference import Bestuur, Reference, belgian_day
from loket.reference.identifiers import is_kbo, is_nis, is_ovo

MAX_NAAM = 500
MAX_GEBIED = 4000
_URI = re.compile(r"https?://[^\s<>\"{}|\\^`]{1,300}")


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


Command = BestuurRegistreren | BestuurWijzigen | BestuurOpgaanIn

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


Event = BestuurGeregistreerd | BestuurGewijzigd | BestuurGefuseerd

# State


@dataclass(frozen=True, slots=True)
class Inschrijving:
    """What the register says now: nothing yet, a bestuur, or one merged into `opvolger`."""

    bestuur: Bestuur | None = None
    opvolger: str = ""
    datum: str = ""


# Refusals


class OnbekendBestuur(NotFound):
    """Dit bestuur staat niet in het register."""


class AlGeregistreerd(Conflict):
    """Dit bestuur staat al met andere gegevens in het register; gebruik bestuur-wijzigen."""


class AlGefuseerd(Conflict):
    """Dit bestuur is al opgegaan in een ander bestuur."""


class AndereStroom(Invalid):
    """De stroom van een bestuur volgt uit zijn URI; deze URI hoort bij een andere stroom."""


class OngeldigeGegevens(Invalid):
    """De gegevens van het bestuur voldoen niet aan de vorm die het register vraagt."""


class OnbekendeKlasse(Invalid):
    """De klasse staat niet in de codelijst BestuurseenheidClassificatieCode."""


class OnbekendeOpvolger(Invalid):
    """Het bestuur waarin dit bestuur opgaat, is onbekend of is dit bestuur zelf."""


# Decide


def decide(command: Command, state: Inschrijving, ctx: Context) -> list[Event]:
    """Facts, nothing when the register already says so, or a refusal of this module."""
    known = state.bestuur
    match command:
        case BestuurRegistreren():
            if ctx.stream and ctx.stream != stream_of(command.uri):
                raise AndereStroom(f"Gebruik stroom {stream_of(command.uri)}.")
            return _register(_checked(_told(command, command.uri), ctx), state)
        case _ if known is None:
            raise OnbekendBestuur
        case BestuurWijzigen():
            return _change(_checked(_told(command, known.uri), ctx), state)
        case BestuurOpgaanIn():
            return _merge(command, known, state, ctx)


def _register(asked: Bestuur, state: Inschrijving) -> list[Event]:
    if state.bestuur is None:
        return [BestuurGeregistreerd(**_values(asked))]
    if different := _differences(asked, state.bestuur):
        raise AlGeregistreerd(f"Verschillend: {', '.join(different)}.")
    return []


def _change(asked: Bestuur, state: Inschrijving) -> list[Event]:
    if asked == state.bestuur:
        return []
    if state.opvolger:
        raise AlGefuseerd
    values = _values(asked)
    del values["uri"]
    return [BestuurGewijzigd(**values)]


def _merge(
    command: BestuurOpgaanIn, known: Bestuur, state: Inschrijving, ctx: Context
) -> list[Event]:
    reference: Reference = ctx.reference
    if state.opvolger:
        if (state.opvolger, state.datum) == (command.opvolger, command.datum):
            return []
        raise AlGefuseerd
    if command.opvolger == known.uri or command.opvolger not in reference.besturen:
        raise OnbekendeOpvolger
    if not _is_day(command.datum):
        rule = Finding("datum", "datatype", "Geef een datum als 2026-01-31.")
        raise OngeldigeGegevens("", rule)
    return [BestuurGefuseerd(command.opvolger, command.datum)]


def _told(
    source: BestuurRegistreren | BestuurWijzigen | BestuurGeregistreerd | BestuurGewijzigd,
    uri: str,
) -> Bestuur:
    """The bestuur that a command asks for or an event states."""
    names = [name for name in Bestuur.__slots__ if name != "uri"]
    return Bestuur(uri=uri, **{name: getattr(source, name) for name in names})


def _values(bestuur: Bestuur) -> dict[str, str]:
    return {name: getattr(bestuur, name) for name in Bestuur.__slots__}


def _differences(one: Bestuur, other: Bestuur) -> list[str]:
    mine, theirs = _values(one), _values(other)
    return [name for name in mine if mine[name] != theirs[name]]


def _checked(bestuur: Bestuur, ctx: Context) -> Bestuur:
    """The same bestuur; raises OngeldigeGegevens or OnbekendeKlasse."""
    reference: Reference = ctx.reference
    if findings := _findings(bestuur):
        raise OngeldigeGegevens("", *findings)
    klassen = reference.codelijsten["bestuurseenheid-classificatie"]
    if klassen.concept(bestuur.klasse, belgian_day(ctx.at)) is None:
        rule = Finding("klasse", "codelijst", f"Kies een waarde uit '{klassen.label}'.")
        raise OnbekendeKlasse("", rule)
    return bestuur


def _findings(b: Bestuur) -> list[Finding]:
    rules = [
        ("uri", bool(_URI.fullmatch(b.uri)), "Geef een http(s)-URI van hoogstens 300 tekens."),
        (
            "naam",
            0 < len(b.naam.strip()) <= len(b.naam) <= MAX_NAAM,
            f"Geef een naam van 1 tot {MAX_NAAM} tekens.",
        ),
        ("status", _optional_uri(b.status), "Geef een http(s)-URI of laat leeg."),
        ("kbo", not b.kbo or is_kbo(b.kbo), "Geef tien cijfers met een juist controlegetal."),
        ("ovo", not b.ovo or is_ovo(b.ovo), "Geef OVO en zes cijfers."),
        ("nis", not b.nis or is_nis(b.nis), "Geef vijf cijfers."),
        ("werkingsgebied", _optional_uri(b.werkingsgebied), "Geef een http(s)-URI of laat leeg."),
        ("provincie", _optional_uri(b.provincie), "Geef een http(s)-URI of laat leeg."),
        ("werkingsgebied_naam", len(b.werkingsgebied_naam) <= MAX_GEBIED, "Verkort de naam."),
        ("provincie_naam", len(b.provincie_naam) <= MAX_NAAM, "Verkort de naam."),
    ]
    return [Finding(veld, "vorm", melding) for veld, fits, melding in rules if not fits]


def _optional_uri(text: str) -> bool:
    return not text or bool(_URI.fullmatch(text))


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


# Evolve


def evolve(state: Inschrijving, event: Event) -> Inschrijving:
    """The register after this fact."""
    match event:
        case BestuurGeregistreerd(uri):
            return Inschrijving(_told(event, uri))
        case BestuurGewijzigd():
            return replace(state, bestuur=_told(event, state.bestuur.uri if state.bestuur else ""))
        case BestuurGefuseerd():
            return replace(state, opvolger=event.opvolger, datum=event.datum)


def scope(state: Inschrijving) -> Scope:
    """The register is public; a bestuur owns its own entry."""
    return Scope(owner=state.bestuur.uri if state.bestuur else "", public=True)


_EXT = "http://mu.semte.ch/vocabularies/ext/"
_ADMIN = frozenset({"LoketLB-admin", SYSTEM_ROLE})

MODULE: Module[Command, Inschrijving, Event] = Module(
    name="besturen",
    title="Register van de lokale besturen",
    initial=Inschrijving(),
    decide=decide,
    evolve=evolve,
    commands=(BestuurRegistreren, BestuurWijzigen, BestuurOpgaanIn),
    events=(BestuurGeregistreerd, BestuurGewijzigd, BestuurGefuseerd),
    refusals=(
        AndereStroom,
        OnbekendBestuur,
        AlGeregistreerd,
        AlGefuseerd,
        OngeldigeGegevens,
        OnbekendeKlasse,
        OnbekendeOpvolger,
    ),
    rights=dict.fromkeys((BestuurRegistreren, BestuurWijzigen, BestuurOpgaanIn), _ADMIN),
    terms={
        "BestuurGeregistreerd": _EXT + "BestuurGeregistreerd",
        "BestuurGewijzigd": _EXT + "BestuurGewijzigd",
        "BestuurGefuseerd": "http://www.w3.org/ns/org#ChangeEvent",
        "uri": "http://purl.org/dc/terms/subject",
        "naam": "http://www.w3.org/2004/02/skos/core#prefLabel",
        "klasse": "http://data.vlaanderen.be/ns/besluit#classificatie",
        "status": "http://www.w3.org/ns/regorg#orgStatus",
        "kbo": _EXT + "kbonummer",
        "ovo": "http://purl.org/dc/terms/identifier",
        "nis": _EXT + "niscode",
        "werkingsgebied": "http://data.vlaanderen.be/ns/besluit#werkingsgebied",
        "provincie": _EXT + "inProvincie",
        "werkingsgebied_naam": _EXT + "werkingsgebiedNaam",
        "provincie_naam": _EXT + "provincieNaam",
        "opvolger": "http://www.w3.org/ns/org#resultingOrganization",
        "datum": "http://purl.org/dc/terms/date",
    },
    scope=scope,
    audience={BestuurGeregistreerd: "uri"},
)
