# SPDX-License-Identifier: EUPL-1.2
"""Plausible values for any form, from its own definition and chance."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from random import Random

from loket.kernel import Value
from loket.reference import Bijlagen, Dossiertype, Reference, Veld, belgian_day, validate
from loket.reference.values import DATATYPES

SUBJECTS = (
    "parkeerbeleid in het centrum", "heraanleg van de markt", "aankoop van dienstvoertuigen",
    "subsidies voor verenigingen", "belasting op leegstand", "organisatie van de kermis",
    "sluiting van een buurtweg", "aanwerving van een deskundige", "renovatie van de sporthal",
    "retributie voor het containerpark", "schoolreglement", "rooilijnplan", "zonnepanelen",
    "speelpleinwerking", "verkeersveiligheid rond scholen", "uitbreiding van de begraafplaats",
)  # fmt: skip
ROUNDS = 6
"""How often fields may make other fields required."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a decision is about and when it was taken."""

    besloten: datetime
    onderwerp: str
    rng: Random


_CHOICES: Mapping[str, Callable[[Occasion], Value]] = {
    "tekst": lambda o: o.onderwerp.capitalize(),
    "datum": lambda o: belgian_day(o.besloten).isoformat(),
    "datumtijd": lambda o: local(o.besloten).isoformat(timespec="seconds"),
    "jaar": lambda o: str(o.besloten.year),
    "getal": lambda o: f"{o.rng.randint(1, 20)}.{o.rng.randint(1, 9)}",
    "geheel": lambda o: o.rng.randint(1, 40),
    "boolean": lambda o: o.rng.random() < 0.5,
    "kbo": lambda _: "0207437468",
    "uri": lambda _: "http://data.lblod.info/id/x",
    "uris": lambda _: ("http://data.lblod.info/id/x",),
    "email": lambda _: "griffie@bestuur.example",
    "telefoon": lambda _: "02 553 00 00",
    "iban": lambda _: "BE68 5390 0754 7034",
}


def local(at: datetime) -> datetime:
    """The same moment with the offset of Belgium."""
    summer = belgian_day(at.astimezone(UTC).replace(hour=22, minute=30)) > at.astimezone(UTC).date()
    return at.astimezone(timezone(timedelta(hours=2 if summer else 1)))


def filled(
    form: Dossiertype, klasse: str, about: Occasion, reference: Reference
) -> dict[str, Value]:
    """A value for every field that this form requires of this class (URI)."""
    values: dict[str, Value] = {}
    day = belgian_day(about.besloten)
    for _ in range(ROUNDS):
        findings = validate(form, values, klasse, Bijlagen(1, 1), day)
        missing = {f.veld for f in findings if f.regel == "verplicht"}
        if not missing:
            break
        for veld in form.velden:
            if veld.naam in missing and veld.als.holds(values, klasse):
                values[veld.naam] = _value(veld, klasse, about, reference)
    return values


def refers(form: Dossiertype) -> bool:
    """True when the form names dossiers or besturen of others, which no chance can make up."""
    return any(DATATYPES[veld.datatype].verwijst_naar for veld in form.velden)


def _value(veld: Veld, klasse: str, about: Occasion, reference: Reference) -> Value:
    if veld.codelijst is None:
        return _CHOICES[veld.datatype](about)
    day, lijst = belgian_day(about.besloten), veld.codelijst
    organs = any(regel.soort == "orgaan_van_klasse" for regel in veld.regels)
    own = reference.organen_van(klasse, day) if organs else None
    valid = [uri for uri in lijst.concepten if lijst.concept(uri, day)]
    concept = about.rng.choice([uri for uri in valid if own is None or uri in own])
    return (concept,) if veld.datatype == "concepten" else concept
