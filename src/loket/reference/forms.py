# SPDX-License-Identifier: EUPL-1.2
"""One validation for every form: which rules do these values break?

`validate` gives what stops a sending, `warnings` what is only doubtful. Nothing is normalised:
what was sent is what is judged and recorded.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from loket.kernel import Finding, Value
from loket.reference.conditions import is_filled
from loket.reference.model import Bijlagenregel, Dossiertype, Ernst, Reference, Veld
from loket.reference.values import DATATYPES, Zicht, broken, concepts_in, dossiers_in

NIET_ACTIEF = "http://lblod.data.gift/concepts/d02c4e12bf88d2fdf5123b07f29c9311"


@dataclass(frozen=True, slots=True)
class Bijlagen:
    """How many links and files are attached."""

    links: int = 0
    bestanden: int = 0


def validate(
    form: Dossiertype,
    values: Mapping[str, Value],
    klasse: str,
    bijlagen: Bijlagen,
    op: date,
    reference: Reference | None = None,
    bestuur: str = "",
) -> list[Finding]:
    """The rules that stop the sending of these values by this class (URI) on that day.

    With the reference data, organs and besturen are judged as well, and with the sender's URI
    whether it still existed.
    """
    zicht = Zicht(op, klasse, reference)
    return [
        *_unknown(form, values),
        *_fields(form, values, zicht, "fout"),
        *_attachments(form, values, klasse, bijlagen),
        *_across(form, values, klasse, "fout"),
        *_merged(values, reference, bestuur),
    ]


def warnings(
    form: Dossiertype,
    values: Mapping[str, Value],
    klasse: str,
    op: date,
    reference: Reference | None = None,
    bestuur: str = "",
) -> list[Finding]:
    """What is doubtful about these values but does not stop a sending."""
    return [
        *_fields(form, values, Zicht(op, klasse, reference), "waarschuwing"),
        *_across(form, values, klasse, "waarschuwing"),
        *_inactive(reference, bestuur),
    ]


def unknown_fields(form: Dossiertype, names: Mapping[str, Value]) -> list[str]:
    """The names that no field of the form has."""
    known = {veld.naam for veld in form.velden}
    return [name for name in names if name not in known]


def dossier_ids(form: Dossiertype, values: Mapping[str, Value]) -> tuple[str, ...]:
    """The streams of the dossiers these values refer to, each once, in the order of the form."""
    return tuple(
        dict.fromkeys(
            key for veld in form.velden for key in dossiers_in(veld.datatype, values.get(veld.naam))
        )
    )


def betrokken_besturen(form: Dossiertype, values: Mapping[str, Value]) -> tuple[str, ...]:
    """The besturen (URIs) these values say the dossier is about, each once."""
    found: dict[str, None] = {}
    for veld in form.velden:
        value = values.get(veld.naam)
        if DATATYPES[veld.datatype].verwijst_naar == "bestuur" and is_filled(value):
            found.update(dict.fromkeys(value if isinstance(value, tuple) else (str(value),)))
    return tuple(found)


def _unknown(form: Dossiertype, values: Mapping[str, Value]) -> Iterator[Finding]:
    for name in unknown_fields(form, values):
        yield Finding(name, "onbekend-veld", f"Laat dit veld weg: {form.label} kent het niet.")


def _fields(
    form: Dossiertype, values: Mapping[str, Value], zicht: Zicht, ernst: Ernst
) -> Iterator[Finding]:
    applying = [veld for veld in form.velden if veld.als.holds(values, zicht.klasse)]
    if ernst == "fout":
        yield from _superfluous(form, values, {veld.naam for veld in applying})
    for veld in applying:
        value = values.get(veld.naam)
        if is_filled(value):
            yield from _value(veld, value, zicht, ernst)
        elif veld.verplicht and ernst == "fout":
            eis = DATATYPES[veld.datatype].eis
            yield Finding(veld.naam, "verplicht", f"Vul '{veld.label}' in: {eis}.")


def _superfluous(
    form: Dossiertype, values: Mapping[str, Value], applying: set[str]
) -> Iterator[Finding]:
    labels = {veld.naam: veld.label for veld in form.velden if veld.naam not in applying}
    for name, label in labels.items():
        if is_filled(values.get(name)):
            yield Finding(name, "niet-van-toepassing", f"Laat '{label}' weg: het geldt hier niet.")


def _value(veld: Veld, value: Value, zicht: Zicht, ernst: Ernst) -> Iterator[Finding]:
    datatype = DATATYPES[veld.datatype]
    if not datatype.test(value):
        if ernst == "fout":
            yield _wrong_type(veld, value)
        return
    if ernst == "fout":
        yield from _outside_list(veld, value, zicht.op)
    for regel in veld.regels:
        if regel.ernst == ernst and (melding := broken(regel, value, zicht)):
            yield Finding(veld.naam, regel.soort.replace("_", "-"), melding)


def _wrong_type(veld: Veld, value: Value) -> Finding:
    datatype = DATATYPES[veld.datatype]
    if isinstance(value, tuple) and not datatype.meervoud:
        return Finding(
            veld.naam, "hoogstens-een", f"Geef voor '{veld.label}' hoogstens één waarde."
        )
    return Finding(veld.naam, "datatype", f"Geef voor '{veld.label}' {datatype.eis}.")


def _outside_list(veld: Veld, value: Value, op: date) -> Iterator[Finding]:
    lijst = veld.codelijst
    for uri in concepts_in(veld.datatype, value) if lijst else ():
        if lijst is None or lijst.concept(uri, op):
            continue
        if uri in lijst.concepten:
            melding = f"Kies een waarde uit '{lijst.label}' die op {op.isoformat()} geldt."
            yield Finding(veld.naam, "niet-geldig-op-datum", melding)
        else:
            melding = f"Kies voor '{veld.label}' een waarde uit de codelijst '{lijst.label}'."
            yield Finding(veld.naam, "codelijst", melding)


def _attachments(
    form: Dossiertype, values: Mapping[str, Value], klasse: str, bijlagen: Bijlagen
) -> Iterator[Finding]:
    applying = [regel for regel in form.bijlagen if regel.als.holds(values, klasse)]
    seen = {finding for regel in applying if (finding := _attached(regel, bijlagen))}
    yield from sorted(seen, key=lambda finding: finding.regel)
    if bijlagen.bestanden and applying and not any(regel.bestanden for regel in applying):
        yield Finding(
            "bestanden", "bestand-niet-toegelaten", "Verwijder de bestanden: hier geldt een link."
        )


def _attached(regel: Bijlagenregel, bijlagen: Bijlagen) -> Finding | None:
    if regel.vereist == "link" and not bijlagen.links:
        melding = "Voeg een link toe naar de publicatie op uw webtoepassing."
        return Finding("links", "link-verplicht", melding)
    if regel.vereist == "link_of_bestand" and not (bijlagen.links or bijlagen.bestanden):
        melding = "Voeg minstens één link of één bestand toe."
        return Finding("bijlagen", "link-of-bestand-verplicht", melding)
    return None


def _across(
    form: Dossiertype, values: Mapping[str, Value], klasse: str, ernst: Ernst
) -> Iterator[Finding]:
    for verbod in form.regels:
        if verbod.ernst == ernst and verbod.als.holds(values, klasse):
            for naam in verbod.velden:
                yield Finding(naam, verbod.regel, verbod.melding)


def _merged(
    values: Mapping[str, Value], reference: Reference | None, bestuur: str
) -> Iterator[Finding]:
    """A bestuur that is merged decides nothing from that day on."""
    end = reference.gefuseerd.get(bestuur) if reference else None
    session = values.get("zittingsdatum")
    if end and isinstance(session, str) and session[:10] >= end:
        melding = f"Uw bestuur bestaat niet meer sinds {end}; de zitting kan niet van later zijn."
        yield Finding("zittingsdatum", "bestuur-gefuseerd", melding)


def _inactive(reference: Reference | None, bestuur: str) -> Iterator[Finding]:
    known = reference.besturen.get(bestuur) if reference else None
    if known and known.status == NIET_ACTIEF and reference and bestuur not in reference.gefuseerd:
        melding = "Uw bestuur staat als niet actief in het register; controleer de zittingsdatum."
        yield Finding("zittingsdatum", "bestuur-niet-actief", melding)
