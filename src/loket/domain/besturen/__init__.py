# SPDX-License-Identifier: EUPL-1.2
"""Besturen: the register of local governments and their supervisor.

One stream per bestuur; its id follows from the URI (`stream_of`). The register follows the
organisation model of ABB (`besluit:Bestuurseenheid`, identifiers of KBO, Wegwijs and Statbel);
a merger is a change event of `org:ChangeEvent` (decreet lokaal bestuur, art. 343 and following).
A worship body also tells who supervises, finances, advises, bundles and represents it, and when.

words → state → refusals → relate → decide → MODULE
"""

from loket.domain.besturen.decide import decide
from loket.domain.besturen.refusals import (
    AlGefuseerd,
    AlGeregistreerd,
    AndereStroom,
    OnbekendBestuur,
    OnbekendeKlasse,
    OnbekendeOpvolger,
    OnbekendeRelatie,
    OngeldigeGegevens,
    OngeldigeRelatie,
    RelatieBestaatAl,
)
from loket.domain.besturen.relate import needs
from loket.domain.besturen.state import Inschrijving, evolve, scope
from loket.domain.besturen.words import (
    BestuurGefuseerd,
    BestuurGeregistreerd,
    BestuurGewijzigd,
    BestuurOpgaanIn,
    BestuurRegistreren,
    BestuurWijzigen,
    Command,
    Event,
    RelatieBeeindigd,
    RelatieBeeindigen,
    RelatieGelegd,
    RelatieLeggen,
    stream_of,
)
from loket.kernel import SYSTEM_ROLE, Module

__all__ = [
    "MODULE",
    "AlGefuseerd",
    "AlGeregistreerd",
    "AndereStroom",
    "BestuurGefuseerd",
    "BestuurGeregistreerd",
    "BestuurGewijzigd",
    "BestuurOpgaanIn",
    "BestuurRegistreren",
    "BestuurWijzigen",
    "Command",
    "Event",
    "Inschrijving",
    "OnbekendBestuur",
    "OnbekendeKlasse",
    "OnbekendeOpvolger",
    "OnbekendeRelatie",
    "OngeldigeGegevens",
    "OngeldigeRelatie",
    "RelatieBeeindigd",
    "RelatieBeeindigen",
    "RelatieBestaatAl",
    "RelatieGelegd",
    "RelatieLeggen",
    "stream_of",
]

_EXT = "http://mu.semte.ch/vocabularies/ext/"
_ADMIN = frozenset({"LoketLB-admin", SYSTEM_ROLE})

MODULE: Module[Command, Inschrijving, Event] = Module(
    name="besturen",
    title="Register van de lokale besturen",
    initial=Inschrijving(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    refusals=(
        AndereStroom,
        OnbekendBestuur,
        AlGeregistreerd,
        AlGefuseerd,
        OngeldigeGegevens,
        OnbekendeKlasse,
        OnbekendeOpvolger,
        OngeldigeRelatie,
        RelatieBestaatAl,
        OnbekendeRelatie,
    ),
    rights=dict.fromkeys(Command.__args__, _ADMIN),
    terms={
        "BestuurGeregistreerd": _EXT + "BestuurGeregistreerd",
        "BestuurGewijzigd": _EXT + "BestuurGewijzigd",
        "BestuurGefuseerd": "http://www.w3.org/ns/org#ChangeEvent",
        "RelatieGelegd": _EXT + "RelatieGelegd",
        "RelatieBeeindigd": _EXT + "RelatieBeeindigd",
        "soort": "http://www.w3.org/ns/org#role",
        "ander": "http://www.w3.org/ns/org#organization",
        "van": "http://schema.org/validFrom",
        "tot": "http://schema.org/validThrough",
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
    needs=needs,
    audience={BestuurGeregistreerd: "uri"},
)
