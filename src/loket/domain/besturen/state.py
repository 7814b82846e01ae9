# SPDX-License-Identifier: EUPL-1.2
"""What the register remembers of a bestuur, folded from its facts."""

from dataclasses import dataclass, replace

from loket.domain.besturen.words import (
    BestuurGefuseerd,
    BestuurGeregistreerd,
    BestuurGewijzigd,
    BestuurRegistreren,
    BestuurWijzigen,
    Event,
    RelatieBeeindigd,
    RelatieGelegd,
)
from loket.kernel import Scope
from loket.reference import Bestuur
from loket.reference.relaties import Relatie


@dataclass(frozen=True, slots=True)
class Inschrijving:
    """What the register says now: nothing yet, a bestuur, or one merged into `opvolger`."""

    bestuur: Bestuur | None = None
    opvolger: str = ""
    datum: str = ""
    relaties: tuple[Relatie, ...] = ()


def evolve(state: Inschrijving, event: Event) -> Inschrijving:
    """The register after this fact."""
    match event:
        case BestuurGeregistreerd(uri):
            return Inschrijving(told(event, uri))
        case BestuurGewijzigd():
            return replace(state, bestuur=told(event, state.bestuur.uri if state.bestuur else ""))
        case BestuurGefuseerd():
            return replace(state, opvolger=event.opvolger, datum=event.datum)
        case RelatieGelegd(soort, ander, van, tot):
            return replace(state, relaties=(*state.relaties, Relatie(soort, ander, van, tot)))
        case RelatieBeeindigd(soort, ander, tot):
            return replace(state, relaties=ended(state.relaties, soort, ander, tot))


def ended(relaties: tuple[Relatie, ...], soort: str, ander: str, tot: str) -> tuple[Relatie, ...]:
    """The same relations, that of this kind which holds on that day ending there."""
    wanted = Relatie(soort, ander, tot, tot)
    return tuple(
        replace(r, tot=tot) if (r.soort, r.ander) == (soort, ander) and r.overlaps(wanted) else r
        for r in relaties
    )


def told(
    source: BestuurRegistreren | BestuurWijzigen | BestuurGeregistreerd | BestuurGewijzigd,
    uri: str,
) -> Bestuur:
    """The bestuur that a command asks for or an event states."""
    names = [name for name in Bestuur.__slots__ if name != "uri"]
    return Bestuur(uri=uri, **{name: getattr(source, name) for name in names})


def values_of(bestuur: Bestuur) -> dict[str, str]:
    return {name: getattr(bestuur, name) for name in Bestuur.__slots__}


def scope(state: Inschrijving) -> Scope:
    """The register is public; a bestuur owns its own entry."""
    return Scope(owner=state.bestuur.uri if state.bestuur else "", public=True)
