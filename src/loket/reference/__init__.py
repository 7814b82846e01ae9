# SPDX-License-Identifier: EUPL-1.2
"""Code lists, dossiertypes, routing rules, terms, holidays, demo besturen: data, not code.

`load()` gives the `Reference` shipped with the product; `validate(form, values, klasse,
Bijlagen(links=1), op)` judges the values of one of its `dossiertypes`.
"""

from loket.reference.calendar import belgian_day
from loket.reference.forms import (
    Bijlagen,
    betrokken_besturen,
    dossier_ids,
    unknown_fields,
    validate,
    warnings,
)
from loket.reference.loader import load, parse
from loket.reference.model import (
    Bestuur,
    Codelijst,
    Concept,
    Dossiertype,
    Reference,
    Route,
    Veld,
    Verwijsregel,
)
from loket.reference.relaties import Relatie, Relaties
from loket.reference.routering import ABB, Bestemming, Verzending, bestemming
from loket.reference.werkverdeling import Team, Toezichtsvorm, Zaak

__all__ = [
    "ABB",
    "Bestemming",
    "Bestuur",
    "Bijlagen",
    "Codelijst",
    "Concept",
    "Dossiertype",
    "Reference",
    "Relatie",
    "Relaties",
    "Route",
    "Team",
    "Toezichtsvorm",
    "Veld",
    "Verwijsregel",
    "Verzending",
    "Zaak",
    "belgian_day",
    "bestemming",
    "betrokken_besturen",
    "dossier_ids",
    "load",
    "parse",
    "unknown_fields",
    "validate",
    "warnings",
]
