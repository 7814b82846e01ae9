# SPDX-License-Identifier: EUPL-1.2
"""The decisions of the register: who stands in it, and as what."""

import re

from loket.domain.besturen.refusals import (
    AlGefuseerd,
    AlGeregistreerd,
    AndereStroom,
    OnbekendBestuur,
    OnbekendeKlasse,
    OnbekendeOpvolger,
    OngeldigeGegevens,
)
from loket.domain.besturen.relate import is_day, relate, unrelate
from loket.domain.besturen.state import Inschrijving, told, values_of
from loket.domain.besturen.words import (
    BestuurGefuseerd,
    BestuurGeregistreerd,
    BestuurGewijzigd,
    BestuurOpgaanIn,
    BestuurRegistreren,
    BestuurWijzigen,
    Command,
    Event,
    RelatieBeeindigen,
    RelatieLeggen,
    stream_of,
)
from loket.kernel import Context, Finding
from loket.reference import Bestuur, Reference, belgian_day
from loket.reference.identifiers import is_kbo, is_nis, is_ovo

MAX_NAAM = 500
MAX_GEBIED = 4000
_URI = re.compile(r"https?://[^\s<>\"{}|\\^`]{1,300}")


def decide(command: Command, state: Inschrijving, ctx: Context) -> list[Event]:
    """Facts, nothing when the register already says so, or a refusal of this module."""
    known = state.bestuur
    match command:
        case BestuurRegistreren():
            if ctx.stream and ctx.stream != stream_of(command.uri):
                raise AndereStroom(f"Gebruik stroom {stream_of(command.uri)}.")
            return _register(_checked(told(command, command.uri), ctx), state)
        case _ if known is None:
            raise OnbekendBestuur
        case BestuurWijzigen():
            return _change(_checked(told(command, known.uri), ctx), state)
        case BestuurOpgaanIn():
            return _merge(command, known, state, ctx)
        case RelatieLeggen():
            return relate(command, known, state, ctx)
        case RelatieBeeindigen():
            return unrelate(command, state)


def _register(asked: Bestuur, state: Inschrijving) -> list[Event]:
    if state.bestuur is None:
        return [BestuurGeregistreerd(**values_of(asked))]
    if different := _differences(asked, state.bestuur):
        raise AlGeregistreerd(f"Verschillend: {', '.join(different)}.")
    return []


def _change(asked: Bestuur, state: Inschrijving) -> list[Event]:
    if asked == state.bestuur:
        return []
    if state.opvolger:
        raise AlGefuseerd
    values = values_of(asked)
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
    if not is_day(command.datum):
        rule = Finding("datum", "datatype", "Geef een datum als 2026-01-31.")
        raise OngeldigeGegevens("", rule)
    return [BestuurGefuseerd(command.opvolger, command.datum)]


def _differences(one: Bestuur, other: Bestuur) -> list[str]:
    mine, theirs = values_of(one), values_of(other)
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
