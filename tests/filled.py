# SPDX-License-Identifier: EUPL-1.2
"""Fills any form of the reference data with valid values, from its own definition."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from uuid import UUID

from loket.kernel import Value
from loket.reference import Bestuur, Bijlagen, Dossiertype, Reference, Veld, load, validate
from loket.reference.values import DATATYPES

OP = date(2026, 3, 2)
"""The day on which `given` decides, unless told otherwise."""

DOSSIER_ID = str(UUID(int=7))
DOSSIER = f"http://data.lblod.info/submissions/{DOSSIER_ID}"
BIJLAGEN = Bijlagen(links=1)
DECIDING = ("bestuursorgaan", "reglementtype", "belastingtype", "vaststelling", "wegprocedure")
"""The fields on which other fields, or attachments, depend."""


def _with_all_classes() -> Reference:
    """The reference data shipped, and a bestuur of each class that has none there."""
    reference = load()
    have = {bestuur.klasse for bestuur in reference.besturen.values()}
    made = {
        f"http://bestuur/{klasse.notatie}": Bestuur(
            f"http://bestuur/{klasse.notatie}", f"Bestuur {klasse.notatie}", klasse.uri
        )
        for klasse in reference.codelijsten["bestuurseenheid-classificatie"].concepten.values()
        if klasse.uri not in have
    }
    return reference.with_besturen(made)


REFERENCE = _with_all_classes()


def sender(form: Dossiertype, klasse: str, op: date = OP) -> Bestuur:
    """A bestuur of this class (URI) that may send the type, or any of that class."""
    of_class = [b for b in REFERENCE.besturen.values() if b.klasse == klasse]
    involved = {relatie.ander for relatie in REFERENCE.relaties.heen[_bestuur_of("EB")]}
    of_class.sort(key=lambda bestuur: bestuur.uri not in involved)
    able = (b for b in of_class if form.meldingsregel(klasse, op, b.status))
    return next(able, of_class[0])


def _bestuur_of(notatie: str) -> str:
    klasse = REFERENCE.codelijsten["bestuurseenheid-classificatie"].find(notatie)
    assert klasse
    return next(b.uri for b in REFERENCE.besturen.values() if b.klasse == klasse.uri)


def example(veld: Veld, klasse: str, op: date = OP) -> Value:
    """A valid value for one field, when a bestuur of this class (URI) sends on that day."""
    match veld.datatype:
        case "concept" | "concepten":
            concept = next(choices(veld, klasse, op))
            return (concept,) if veld.datatype == "concepten" else concept
        case "artikels":
            return (f"{next(choices(veld, klasse, op))} {DOSSIER}",)
        case "artikels_zonder_type" | "verwijzingen":
            return (DOSSIER,)
        case "bestuur" | "besturen":
            bestuur = _bestuur(veld)
            return (bestuur,) if veld.datatype == "besturen" else bestuur
        case _:
            return _plain(veld, op)


def choices(veld: Veld, klasse: str, op: date = OP) -> Iterator[str]:
    """The concepts that may be chosen."""
    organs = REFERENCE.organen_van(klasse, op) if veld.naam == "bestuursorgaan" else None
    if veld.codelijst:
        for uri in veld.codelijst.concepten:
            if veld.codelijst.concept(uri, op) and (organs is None or uri in organs):
                yield uri


def _bestuur(veld: Veld) -> str:
    allowed = {uri for rule in veld.regels if isinstance(rule.waarde, tuple) for uri in rule.waarde}
    return next(b.uri for b in REFERENCE.besturen.values() if b.klasse in allowed)


def _plain(veld: Veld, op: date) -> Value:
    session = op - timedelta(days=1)
    day = {"publicatiedatum": op, "geldig_vanaf": op, "geldig_tot": op + timedelta(days=365)}
    examples: Mapping[str, Value] = {
        "tekst": "Omschrijving",
        "datum": day.get(veld.naam, session).isoformat(),
        "datumtijd": f"{session.isoformat()}T20:00:00+01:00",
        "jaar": str(session.year),
        "getal": "7.5",
        "geheel": 3,
        "boolean": True,
        "kbo": "0207437468",
        "uri": "https://bestuur.example/meer",
        "uris": ("https://bestuur.example/meer",),
        "email": "griffie@bestuur.example",
        "telefoon": "02 553 00 00",
        "iban": "BE68 5390 0754 7034",
    }
    assert examples.keys() <= DATATYPES.keys()
    return examples[veld.datatype]


def filled(
    form: Dossiertype,
    klasse: str,
    chosen: Mapping[str, Value] | None = None,
    op: date = OP,
) -> dict[str, Value]:
    """These choices, and a valid value for every field they make required."""
    values = dict(chosen or {})
    while missing := {
        finding.veld
        for finding in validate(form, values, klasse, BIJLAGEN, op, REFERENCE)
        if finding.regel == "verplicht"
    }:
        for veld in form.velden:
            if veld.naam in missing and veld.verplicht and veld.als.holds(values, klasse):
                values[veld.naam] = example(veld, klasse, op)
    return values


def variants(form: Dossiertype, klasse: str, op: date = OP) -> Iterator[dict[str, Value]]:
    """Valid values, for every value of every field on which something else depends."""
    yield filled(form, klasse, op=op)
    for veld in form.velden:
        if veld.naam not in DECIDING or veld.codelijst is None:
            continue
        base = TAX if veld.naam == "belastingtype" else {}
        for uri in choices(veld, klasse, op):
            yield filled(form, klasse, {**base, veld.naam: uri}, op)


def complete(form: Dossiertype, klasse: str, op: date = OP) -> dict[str, Value]:
    """Valid values for every field that applies, those that may be left open included."""
    values = filled(form, klasse, op=op)
    for veld in form.velden:
        if veld.naam not in values and veld.als.holds(values, klasse):
            values[veld.naam] = example(veld, klasse, op)
    if values.get("meerdere_tarieven"):
        values.pop("tarief", None)
    return values


def _belasting() -> str:
    found = REFERENCE.codelijsten["reglementtype"].find("Belastingreglement")
    assert found
    return found.uri


TAX: Mapping[str, Value] = {"reglementtype": _belasting()}
