# SPDX-License-Identifier: EUPL-1.2
"""Who receives a dossier: the first routing rule that fits, and who has its roles on that day."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from loket.kernel import Value
from loket.reference.model import Reference, Route
from loket.reference.relaties import (
    ADVIES,
    CENTRAAL_BESTUUR,
    MEDEFINANCIERING,
    REPRESENTATIEF_ORGAAN,
    TOEZICHT,
)

ABB = "http://data.lblod.info/id/bestuurseenheden/141d9d6b-54af-4d17-b313-8d1c30bc3f5b"
"""The Agentschap Binnenlands Bestuur."""

Wie = Callable[[Reference, str, date], tuple[str, ...]]
"""Who has a role for a bestuur (URI) on a day."""


@dataclass(frozen=True, slots=True)
class Rol:
    """A role in routing: what it is called when nobody has it, and who has it."""

    label: str
    wie: Wie


def _is(soort: str) -> Wie:
    return lambda reference, uri, op: reference.relaties.anderen(uri, op, soort)


def _centraal(reference: Reference, uri: str, op: date) -> tuple[str, ...]:
    found = reference.centraal_bestuur(uri, op)
    return (found,) if found else ()


ROLLEN: Mapping[str, Rol] = {
    "abb": Rol("Agentschap Binnenlands Bestuur", lambda _r, _uri, _op: (ABB,)),
    "eenheid": Rol("bestuur waarover het dossier gaat", lambda _r, uri, _op: (uri,)),
    "toezichthouder": Rol("toezichthoudende gemeente of provincie", _is(TOEZICHT)),
    "medefinancier": Rol("mede-financierende gemeente of provincie", _is(MEDEFINANCIERING)),
    "adviseur": Rol("adviserende gemeente of provincie", _is(ADVIES)),
    "centraal_bestuur": Rol("centraal bestuur", _centraal),
    "centraal_bestuur_of_eenheid": Rol(
        "centraal bestuur", lambda r, uri, op: _centraal(r, uri, op) or (uri,)
    ),
    "representatief_orgaan": Rol("representatief orgaan", _is(REPRESENTATIEF_ORGAAN)),
    "eredienstbesturen": Rol(
        "besturen van de eredienst onder het centraal bestuur",
        lambda r, uri, op: r.relaties.besturen(uri, op, CENTRAAL_BESTUUR),
    ),
}


@dataclass(frozen=True, slots=True)
class Verzending:
    """What routing looks at: the type, who sends it, its class, and the units it is about."""

    dossiertype: str
    bestuur: str
    klasse: str
    eenheden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bestemming:
    """The rule that fits, its recipients (URIs), and the roles that it needs but nobody has:
    each with the bestuur (URI) for which it is missing."""

    route: Route
    ontvangers: tuple[str, ...]
    ontbreekt: tuple[tuple[str, str], ...] = ()


def bestemming(reference: Reference, verzending: Verzending, op: date) -> Bestemming | None:
    """Where a dossier goes that is sent on that day; None when no rule fits."""
    values: Mapping[str, Value] = {"dossiertype": verzending.dossiertype}
    for route in reference.routering:
        if route.dossiertypes and verzending.dossiertype not in route.dossiertypes:
            continue
        if not (route.geldig.op(op) and route.als.holds(values, verzending.klasse)):
            continue
        units = verzending.eenheden if route.over == "eenheid" else (verzending.bestuur,)
        if _fits(route, units, reference, op):
            return _resolved(route, units, reference, verzending.bestuur, op)
    return None


def _fits(route: Route, units: tuple[str, ...], reference: Reference, op: date) -> bool:
    if route.centraal_bestuur is None:
        return True
    has = any(reference.centraal_bestuur(unit, op) for unit in units)
    return has is route.centraal_bestuur


def _resolved(
    route: Route, units: tuple[str, ...], reference: Reference, sender: str, op: date
) -> Bestemming:
    found: dict[str, None] = {}
    missing: list[tuple[str, str]] = []
    for name in (*route.rollen, *route.indien_bekend):
        for unit in units or ("",):
            who = ROLLEN[name].wie(reference, unit, op) if unit or name == "abb" else ()
            found.update(dict.fromkeys(who))
            if not who and name in route.rollen:
                missing.append((name, unit))
    found.pop(sender, None)
    return Bestemming(route, tuple(found), tuple(missing))
