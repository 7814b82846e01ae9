# SPDX-License-Identifier: EUPL-1.2
"""What decisions need to remember of somebody, folded from their facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from loket.domain.medewerkers.words import (
    AfwezigheidBeeindigd,
    AfwezigheidGemeld,
    Event,
    MailvoorkeurIngesteld,
    ProfielBijgewerkt,
    ZoekopdrachtBewaard,
    ZoekopdrachtVerwijderd,
)
from loket.kernel import Scope


@dataclass(frozen=True, slots=True)
class Medewerker:
    """Somebody in a bestuur, not known yet without `persoon`.

    Searches are by name, preferences by what the mail is about.
    """

    bestuur: str = ""
    persoon: str = ""
    persoon_naam: str = ""
    email: str = ""
    teams: tuple[str, ...] = ()
    afwezigheid: AfwezigheidGemeld | None = None
    zoekopdrachten: Mapping[str, ZoekopdrachtBewaard] = field(default_factory=dict)
    voorkeuren: Mapping[str, MailvoorkeurIngesteld] = field(default_factory=dict)


def evolve(state: Medewerker, event: Event) -> Medewerker:
    """The person after this fact."""
    match event:
        case ProfielBijgewerkt(bestuur, persoon, persoon_naam, email, teams):
            return replace(
                state,
                bestuur=bestuur,
                persoon=persoon,
                persoon_naam=persoon_naam,
                email=email,
                teams=teams,
            )
        case AfwezigheidGemeld():
            return replace(state, afwezigheid=event)
        case AfwezigheidBeeindigd():
            return replace(state, afwezigheid=None)
        case ZoekopdrachtBewaard(naam):
            return replace(state, zoekopdrachten={**state.zoekopdrachten, naam: event})
        case ZoekopdrachtVerwijderd(naam):
            rest = {key: kept for key, kept in state.zoekopdrachten.items() if key != naam}
            return replace(state, zoekopdrachten=rest)
        case MailvoorkeurIngesteld(soort):
            return replace(state, voorkeuren={**state.voorkeuren, soort: event})


def scope(state: Medewerker) -> Scope:
    """A person's own: what colleagues may know of it, the list of medewerkers tells."""
    return Scope(owner=state.bestuur, persoon=state.persoon)
