# SPDX-License-Identifier: EUPL-1.2
"""What a form asks of one class of government: its conditions without the classes in them.

The forms that others read (`schema`, `context`, `shacl`) are made for one class, on one day.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from loket.reference.conditions import ALWAYS, Alle, Condition, EenVan, KlasseIn, Niet
from loket.reference.model import Bijlagenregel, Codelijst, Concept, Dossiertype, Reference, Veld

NEVER: Condition = EenVan(())


def for_klasse(condition: Condition, klasse: str) -> Condition:
    """The same condition for senders of this class (URI)."""
    match condition:
        case KlasseIn():
            return ALWAYS if condition.holds({}, klasse) else NEVER
        case Alle(delen):
            parts = [part for d in delen if (part := for_klasse(d, klasse)) != ALWAYS]
            if NEVER in parts:
                return NEVER
            return parts[0] if len(parts) == 1 else Alle(tuple(parts))
        case EenVan(delen):
            parts = [part for d in delen if (part := for_klasse(d, klasse)) != NEVER]
            if ALWAYS in parts:
                return ALWAYS
            return parts[0] if len(parts) == 1 else EenVan(tuple(parts))
        case Niet(deel):
            part = for_klasse(deel, klasse)
            return {ALWAYS: NEVER, NEVER: ALWAYS}.get(part, Niet(part))
        case _:
            return condition


@dataclass(frozen=True, slots=True)
class Form:
    """A form as one class of government fills it in on one day.

    `velden` has the uses of each field by name: those that can apply. `keuzes` are the values of
    the code lists (by key) that hold on that day, and of fields that have only some of them.
    """

    type: Dossiertype
    klasse: str
    klasse_label: str
    op: date
    versie: str
    velden: Mapping[str, tuple[Veld, ...]]
    bijlagen: tuple[Bijlagenregel, ...]
    organen: frozenset[str] | None = None

    @property
    def fields(self) -> Mapping[str, Veld]:
        """One use of each field, by name."""
        return {naam: uses[0] for naam, uses in self.velden.items()}

    def keuzes(self, veld: Veld) -> tuple[Concept, ...]:
        """The values of its code list that this field takes."""
        lijst: Codelijst | None = veld.codelijst
        found = (c for c in lijst.concepten.values() if c.geldig.op(self.op)) if lijst else ()
        if self.organen is None or not any(r.soort == ORGAAN for r in veld.regels):
            return tuple(found)
        return tuple(concept for concept in found if concept.uri in self.organen)


ORGAAN = "orgaan_van_klasse"
"""The kind of rule by which a class has only some of the organs."""


def narrowed(reference: Reference, type_: Dossiertype, klasse: str, op: date) -> Form:
    """The form of this type as senders of this class (URI) fill it in on that day."""
    uses: dict[str, list[Veld]] = {}
    for veld in type_.velden:
        als = for_klasse(veld.als, klasse)
        if als != NEVER:
            uses.setdefault(veld.naam, []).append(replace(veld, als=als))
    bijlagen = (replace(b, als=for_klasse(b.als, klasse)) for b in type_.bijlagen)
    regels = (replace(r, als=for_klasse(r.als, klasse)) for r in type_.regels)
    return Form(
        type=replace(type_, regels=tuple(r for r in regels if r.als != NEVER)),
        klasse=klasse,
        klasse_label=reference.label(klasse),
        op=op,
        versie=reference.version,
        velden={naam: tuple(found) for naam, found in uses.items()},
        bijlagen=tuple(b for b in bijlagen if b.als != NEVER),
        organen=reference.organen_van(klasse, op),
    )
