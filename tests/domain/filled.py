# SPDX-License-Identifier: EUPL-1.2
"""Fills any form of the reference data with valid values, from its own definition."""

from collections.abc import Mapping
from datetime import date

from loket.kernel import Value
from loket.reference import Bijlagen, Dossiertype, Veld, validate

OP = date(2026, 3, 2)
EXAMPLES: Mapping[str, Value] = {
    "tekst": "Omschrijving",
    "datum": "2026-02-27",
    "datumtijd": "2026-02-24T20:00:00+01:00",
    "jaar": "2025",
    "getal": "7.5",
    "geheel": 3,
    "boolean": True,
    "kbo": "0207437468",
    "uri": "http://data.lblod.info/id/x",
    "uris": ("http://data.lblod.info/id/x",),
}


def example(veld: Veld) -> Value:
    """A valid value for one field."""
    if veld.codelijst is None:
        return EXAMPLES[veld.datatype]
    concept = next(uri for uri in veld.codelijst.concepten if veld.codelijst.concept(uri, OP))
    return (concept,) if veld.datatype == "concepten" else concept


def filled(
    form: Dossiertype, klasse: str, chosen: Mapping[str, Value] | None = None
) -> dict[str, Value]:
    """These choices, and a valid value for every field they make required."""
    values = dict(chosen or {})
    while missing := {
        finding.veld
        for finding in validate(form, values, klasse, Bijlagen(links=1), OP)
        if finding.regel == "verplicht"
    }:
        for veld in form.velden:
            if veld.naam in missing and veld.verplicht and veld.als.holds(values, klasse):
                values[veld.naam] = example(veld)
    return values
