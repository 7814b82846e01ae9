# SPDX-License-Identifier: EUPL-1.2
"""Relations between besturen: who supervises a worship body, its central board, its RO.

A relation is told from the worship body: `soort` is what the other bestuur is to it. The kinds of
involvement are those of ABB's organisation model (`ext:BestuurseenheidBetrokkenheid`); the central
board is that of `org:hasSubOrganization`, the representative body that of `org:linkedTo`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

TOEZICHT = "http://lblod.data.gift/concepts/ac400cc9f135ac7873fb3e551ec738c1"
MEDEFINANCIERING = "http://lblod.data.gift/concepts/86fcbbbff764f1cba4c7e10dbbae578e"
ADVIES = "http://lblod.data.gift/concepts/0f845f00ee76099c89518cbaf6a7b77f"
CENTRAAL_BESTUUR = "http://www.w3.org/ns/org#hasSubOrganization"
REPRESENTATIEF_ORGAAN = "http://www.w3.org/ns/org#linkedTo"

BETROKKEN = (TOEZICHT, MEDEFINANCIERING, ADVIES)
"""The ways in which a gemeente or provincie is involved."""


@dataclass(frozen=True, slots=True)
class Relatiesoort:
    """A kind of relation: between which classes (short codes), and whether there can be one only.

    `heen` says what the other is to the worship body, `terug` what that is to the other.
    """

    uri: str
    heen: str
    terug: str
    klassen: frozenset[str]
    andere: frozenset[str]
    enig: bool


_EREDIENST = frozenset({"EB", "CKB"})
_OVERHEID = frozenset({"GEM", "PROV"})
SOORTEN: Mapping[str, Relatiesoort] = {
    soort.uri: soort
    for soort in (
        Relatiesoort(
            TOEZICHT, "toezichthoudende overheid", "onder toezicht", _EREDIENST, _OVERHEID, True
        ),
        Relatiesoort(
            MEDEFINANCIERING,
            "mede-financierende overheid",
            "medegefinancierd",
            _EREDIENST,
            _OVERHEID,
            False,
        ),
        Relatiesoort(ADVIES, "adviserende overheid", "geadviseerd", _EREDIENST, _OVERHEID, False),
        Relatiesoort(
            CENTRAAL_BESTUUR,
            "centraal bestuur",
            "bestuur van de eredienst",
            frozenset({"EB"}),
            frozenset({"CKB"}),
            True,
        ),
        Relatiesoort(
            REPRESENTATIEF_ORGAAN,
            "representatief orgaan",
            "erkend bestuur",
            _EREDIENST,
            frozenset({"RO"}),
            True,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Relatie:
    """What another bestuur (URI) is to this one, from one day to another (ISO, inclusive).

    An empty `tot` means that no end is known.
    """

    soort: str
    ander: str
    van: str
    tot: str = ""

    def op(self, dag: date) -> bool:
        """True when it holds on this day."""
        day = dag.isoformat()
        return self.van <= day and (not self.tot or day <= self.tot)

    def overlaps(self, other: "Relatie") -> bool:
        """True when there is a day on which both hold."""
        return (not self.tot or other.van <= self.tot) and (not other.tot or self.van <= other.tot)


@dataclass(frozen=True, slots=True)
class Relaties:
    """All relations, from the worship body and (`terug`) from the other end."""

    heen: Mapping[str, tuple[Relatie, ...]] = field(default_factory=dict)
    terug: Mapping[str, tuple[tuple[str, Relatie], ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, heen: Mapping[str, Iterable[Relatie]]) -> "Relaties":
        """These relations, by the URI of the worship body."""
        kept = {uri: tuple(each) for uri, each in heen.items()}
        terug: dict[str, tuple[tuple[str, Relatie], ...]] = {}
        for uri, relaties in sorted(kept.items()):
            for relatie in relaties:
                terug[relatie.ander] = (*terug.get(relatie.ander, ()), (uri, relatie))
        return cls(kept, terug)

    def joined(self, heen: Mapping[str, tuple[Relatie, ...]]) -> "Relaties":
        """The same, with these in the place of what was known of the same worship bodies."""
        return Relaties.of({**self.heen, **heen})

    def anderen(self, uri: str, op: date, *soorten: str) -> tuple[str, ...]:
        """Who is this to a worship body on that day, in order of URI."""
        found = {r.ander for r in self.heen.get(uri, ()) if r.soort in soorten and r.op(op)}
        return tuple(sorted(found))

    def besturen(self, ander: str, op: date, *soorten: str) -> tuple[str, ...]:
        """The worship bodies to which a bestuur is this on that day, in order of URI."""
        found = {uri for uri, r in self.terug.get(ander, ()) if r.soort in soorten and r.op(op)}
        return tuple(sorted(found))

    def all_of(self, uri: str) -> Iterator[tuple[str, str, Relatie]]:
        """Every relation of a bestuur at either end: what the other is to it, who, the relation."""
        for relatie in self.heen.get(uri, ()):
            yield SOORTEN[relatie.soort].heen, relatie.ander, relatie
        for other, relatie in self.terug.get(uri, ()):
            yield SOORTEN[relatie.soort].terug, other, relatie
