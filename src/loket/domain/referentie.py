# SPDX-License-Identifier: EUPL-1.2
"""Referentie: the supervisor changes the rules it works by.

Code lists, dossiertypes, fields, routing rules, terms and holidays ship with the product as data.
ABB, the owner of these lists (decreet lokaal bestuur, art. 330 and following; besluit of 20 April
2018), changes one by a command: effective at once or from the day its content says, recorded with
its reason, never a migration. One stream is one definition; its id follows from kind and key.
"""

import re
from dataclasses import dataclass, replace

from loket.bounds import MAX_REDEN, is_text
from loket.kernel import Conflict, Context, Finding, Invalid, Module, NotAllowed, NotFound, Scope
from loket.reference import Reference, belgian_day
from loket.reference.overlay import (
    Soort,
    Wijziging,
    canonical,
    definition,
    next_version,
    offered,
    stream_of,
)
from loket.reference.trial import attempt, ended, is_day

MAX_SLEUTEL = 500
MAX_INHOUD = 300_000
_KEY = re.compile(r"[^\s\x00-\x1f\x7f\ud800-\udfff](?:[^\x00-\x1f\x7f\ud800-\udfff]*\S)?")
_KLASSEN = "bestuurseenheid-classificatie"

# Commands


@dataclass(frozen=True, slots=True)
class DefinitieVaststellen:
    """Lay down a definition, new or changed: its whole content as the text of a JSON object."""

    soort: str
    sleutel: str
    inhoud: str
    reden: str


@dataclass(frozen=True, slots=True)
class DefinitieBeeindigen:
    """End a definition: `per` (ISO date) is its last day."""

    soort: str
    sleutel: str
    per: str
    reden: str


Command = DefinitieVaststellen | DefinitieBeeindigen

# Events


@dataclass(frozen=True, slots=True)
class DefinitieVastgesteld:
    """A definition has this content (canonical JSON); the versions are of all reference data."""

    soort: str
    sleutel: str
    inhoud: str
    reden: str
    vorige_versie: str
    nieuwe_versie: str


@dataclass(frozen=True, slots=True)
class DefinitieBeeindigd:
    """A definition ends after `per`: its content from now on, empty when it is taken away."""

    soort: str
    sleutel: str
    per: str
    inhoud: str
    reden: str
    vorige_versie: str
    nieuwe_versie: str


Event = DefinitieVastgesteld | DefinitieBeeindigd

# State


@dataclass(frozen=True, slots=True)
class Definitie:
    """A definition as last changed; `soort` is empty as long as nobody changed what ships."""

    soort: str = ""
    sleutel: str = ""
    inhoud: str = ""
    per: str = ""


# Refusals


class AlleenToezichthouder(NotAllowed):
    """Alleen het Agentschap Binnenlands Bestuur wijzigt referentiegegevens."""


class AndereDefinitie(Invalid):
    """De stroom van een definitie volgt uit haar soort en sleutel; deze hoort bij een andere."""


class OnbekendeSoort(Invalid):
    """Deze soort van definitie bestaat niet."""


class OngeldigeDefinitie(Invalid):
    """De definitie is niet juist, of breekt iets wat in gebruik is."""


class OnbekendeDefinitie(NotFound):
    """Deze definitie bestaat niet."""


class AlBeeindigd(Conflict):
    """Deze definitie is al beëindigd."""


# Decide


def decide(command: Command, state: Definitie, ctx: Context) -> list[Event]:
    """Facts, nothing when it was already so, or a refusal of this module."""
    reference: Reference = ctx.reference
    if ctx.actor.klasse != _supervisor(reference):
        raise AlleenToezichthouder
    soort = _soort(command.soort, reference)
    if findings := _form(command, soort, belgian_day(ctx.at).isoformat()):
        raise OngeldigeDefinitie("", *findings)
    stream = stream_of(command.soort, command.sleutel)
    if ctx.stream and ctx.stream != stream:
        raise AndereDefinitie(f"Gebruik stroom {stream}.")
    match command:
        case DefinitieVaststellen():
            return _lay_down(command, soort, state, ctx)
        case DefinitieBeeindigen():
            return _end(command, soort, state, ctx)


def _supervisor(reference: Reference) -> str:
    """The class (URI) of ABB."""
    found = reference.codelijsten[_KLASSEN].find("ABB")
    return found.uri if found else ""


def _soort(naam: str, reference: Reference) -> Soort:
    known = {soort.naam: soort for soort in offered(reference)}
    if naam not in known:
        raise OnbekendeSoort("", Finding("soort", "onbekend", f"Kies uit: {', '.join(known)}."))
    return known[naam]


def _form(command: Command, soort: Soort, today: str) -> list[Finding]:
    fits = len(command.sleutel) <= MAX_SLEUTEL and _KEY.fullmatch(command.sleutel)
    rules = [
        ("sleutel", bool(fits), f"Geef 1 tot {MAX_SLEUTEL} leesbare tekens."),
        ("reden", is_text(command.reden), f"Geef een reden van 1 tot {MAX_REDEN} tekens."),
    ]
    match command:
        case DefinitieVaststellen(inhoud=inhoud):
            melding = f"Geef een JSON-object van hoogstens {MAX_INHOUD} tekens."
            rules.append(("inhoud", is_text(inhoud, MAX_INHOUD), melding))
        case DefinitieBeeindigen(per=per):
            rules.append(("per", is_day(per), "Geef een datum als 2026-01-31."))
            at_once = soort.einde is not None or per <= today
            melding = f"Een {soort.naam} kent geen geldigheid: geef een dag die al begonnen is."
            rules.append(("per", at_once, melding))
    return [Finding(veld, "vorm", melding) for veld, fits, melding in rules if not fits]


def _lay_down(
    command: DefinitieVaststellen, soort: Soort, state: Definitie, ctx: Context
) -> list[Event]:
    asked = Wijziging(command.soort, command.sleutel, command.inhoud)
    change = _attempted(asked, ctx)
    if change.inhoud == _current(asked, soort, state, ctx.reference):
        return []
    version = ctx.reference.version
    return [
        DefinitieVastgesteld(
            change.soort,
            change.sleutel,
            change.inhoud,
            command.reden,
            version,
            next_version(version, change),
        )
    ]


def _end(command: DefinitieBeeindigen, soort: Soort, state: Definitie, ctx: Context) -> list[Event]:
    asked = Wijziging(command.soort, command.sleutel, "")
    current = _current(asked, soort, state, ctx.reference)
    if state.per and state.per == command.per:
        return []
    if not current:
        raise AlBeeindigd if state.soort else OnbekendeDefinitie
    content = ended(current, soort, command.per)
    if content == current:
        raise AlBeeindigd
    change = _attempted(replace(asked, inhoud=content), ctx)
    version = ctx.reference.version
    return [
        DefinitieBeeindigd(
            change.soort,
            change.sleutel,
            command.per,
            change.inhoud,
            command.reden,
            version,
            next_version(version, change),
        )
    ]


def _attempted(change: Wijziging, ctx: Context) -> Wijziging:
    """The same change with its content in canonical form; raises OngeldigeDefinitie."""
    outcome = attempt(ctx.reference, change, belgian_day(ctx.at))
    if outcome.findings:
        raise OngeldigeDefinitie("", *outcome.findings)
    return outcome.change


def _current(change: Wijziging, soort: Soort, state: Definitie, reference: Reference) -> str:
    """The content as it stands, canonical; empty when there is none."""
    if state.soort:
        return state.inhoud
    found = definition(reference.bron, soort, change.sleutel)
    return "" if found is None else canonical(found)


# Evolve


def evolve(_: Definitie, event: Event) -> Definitie:
    """The definition after this fact."""
    match event:
        case DefinitieVastgesteld(soort, sleutel, inhoud):
            return Definitie(soort, sleutel, inhoud)
        case DefinitieBeeindigd(soort, sleutel, per, inhoud):
            return Definitie(soort, sleutel, inhoud, per)


def scope(_: Definitie) -> Scope:
    """The rules are public."""
    return Scope(public=True)


_EXT = "http://mu.semte.ch/vocabularies/ext/"
_ADMIN = frozenset({"LoketLB-admin"})

MODULE: Module[Command, Definitie, Event] = Module(
    name="referentie",
    title="Referentiegegevens: codelijsten, dossiertypes, routering en termijnen",
    initial=Definitie(),
    decide=decide,
    evolve=evolve,
    commands=(DefinitieVaststellen, DefinitieBeeindigen),
    events=(DefinitieVastgesteld, DefinitieBeeindigd),
    refusals=(
        AlleenToezichthouder,
        AndereDefinitie,
        OnbekendeSoort,
        OngeldigeDefinitie,
        OnbekendeDefinitie,
        AlBeeindigd,
    ),
    rights=dict.fromkeys((DefinitieVaststellen, DefinitieBeeindigen), _ADMIN),
    terms={
        "DefinitieVastgesteld": _EXT + "DefinitieVastgesteld",
        "DefinitieBeeindigd": _EXT + "DefinitieBeeindigd",
        "soort": "http://purl.org/dc/terms/type",
        "sleutel": "http://purl.org/dc/terms/identifier",
        "inhoud": "http://www.w3.org/1999/02/22-rdf-syntax-ns#value",
        "per": "http://purl.org/dc/terms/valid",
        "reden": "http://purl.org/dc/terms/description",
        "vorige_versie": "http://www.w3.org/ns/prov#wasRevisionOf",
        "nieuwe_versie": "http://www.w3.org/2002/07/owl#versionInfo",
    },
    scope=scope,
)
