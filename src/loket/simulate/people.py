# SPDX-License-Identifier: EUPL-1.2
"""Who works where: a few clerks for every bestuur, and the supervisors of ABB. Nobody is real."""

from collections.abc import Mapping
from random import Random
from uuid import NAMESPACE_URL, uuid5

from loket.kernel import Actor
from loket.reference import Bestuur

ABB = "http://data.lblod.info/id/bestuurseenheden/141d9d6b-54af-4d17-b313-8d1c30bc3f5b"
CLERK = frozenset({"LoketLB-toezichtGebruiker", "LoketLB-berichtenGebruiker"})
SUPERVISOR = frozenset(
    {
        "ABBDatabankToezicht-DatabankToezichtLezer",
        "ABBDatabankToezicht-DatabankToezichtEditeur",
        "LoketLB-berichtenGebruiker",
    }
)
CLERKS = 3
SUPERVISORS = 40
FIRST = ("An", "Bram", "Chloë", "Dirk", "Els", "Fatima", "Geert", "Hilde", "Ilse", "Jan")
LAST = ("Aerts", "Baert", "Claes", "De Smet", "El Amrani", "Goossens", "Hendrickx", "Jacobs")


def people(besturen: Mapping[str, Bestuur], rng: Random) -> Mapping[str, tuple[Actor, ...]]:
    """The people of every bestuur (URI); those of ABB may supervise."""
    return {
        uri: tuple(_person(bestuur, n, rng) for n in range(SUPERVISORS if uri == ABB else CLERKS))
        for uri, bestuur in besturen.items()
    }


def _person(bestuur: Bestuur, n: int, rng: Random) -> Actor:
    return Actor(
        persoon=str(uuid5(NAMESPACE_URL, f"{bestuur.uri}#{n}")),
        bestuur=bestuur.uri,
        klasse=bestuur.klasse,
        rollen=SUPERVISOR if bestuur.uri == ABB else CLERK,
        niveau="simulatie",
        naam=f"{rng.choice(FIRST)} {rng.choice(LAST)}",
    )
