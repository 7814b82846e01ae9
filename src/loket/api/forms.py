# SPDX-License-Identifier: EUPL-1.2
"""Dossiertypes and their forms, as data a frontend or a vendor's software can build on."""

from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import Field

from loket.api.identity import Wie
from loket.api.models import Model
from loket.api.parts import may_enter, parts
from loket.api.refusals import NietGevonden
from loket.kernel import Actor
from loket.reference import Dossiertype, Reference, Veld, belgian_day
from loket.reference.conditions import (
    ALWAYS,
    Alle,
    Condition,
    EenVan,
    GeenGroter,
    Ingevuld,
    JarenNa,
    KlasseIn,
    Niet,
    VeldIn,
    Voor,
)
from loket.reference.model import Bijlagenregel, Verbod

MODULE = "toezicht"

router = APIRouter(prefix=f"/{MODULE}/dossiertypes", tags=[MODULE])

Voorwaarde = dict[str, Any]


class Keuze(Model):
    """Een waarde uit een codelijst."""

    uri: str
    label: str


class Lijst(Model):
    """Een codelijst met de waarden die vandaag gelden."""

    uri: str
    label: str
    keuzes: list[Keuze]


class Veldregel(Model):
    """Een regel voor de waarde van een veld; `ernst` is fout of waarschuwing."""

    soort: str
    waarde: str | int | bool | tuple[str, ...]
    ernst: str
    melding: str = Field(description="Hoe u eraan voldoet; leeg: wat de soort zegt.")
    groepering: str = Field(description="Op een lijst: `elk`, `een` of `geheel`.")


class Formulierveld(Model):
    """Een veld van het formulier."""

    naam: str
    label: str
    datatype: str
    verplicht: bool
    codelijst: Lijst | None
    regels: list[Veldregel]
    als: Voorwaarde | None = Field(description="Wanneer het veld geldt; leeg: altijd.")


class Bijlage(Model):
    """Wat er bij moet: `link`, `link_of_bestand`, of niets; en of bestanden mogen."""

    vereist: str
    bestanden: bool
    als: Voorwaarde | None


class Regel(Model):
    """Een regel over velden heen: gebroken als de voorwaarde geldt."""

    regel: str
    velden: list[str]
    melding: str
    ernst: str
    als: Voorwaarde | None


class Kort(Model):
    """Een dossiertype dat u kan verzenden."""

    id: UUID
    uri: str
    label: str
    link: str


class Lang(Kort):
    """Een dossiertype met zijn formulier."""

    mag_verzenden: bool = Field(description="Of uw bestuur het vandaag mag verzenden.")
    velden: list[Formulierveld]
    bijlagen: list[Bijlage]
    regels: list[Regel]


class Dossiertypes(Model):
    """De dossiertypes die uw bestuur vandaag kan verzenden."""

    dossiertypes: list[Kort]


@router.get("", summary="Dossiertypes die u kan verzenden", operation_id="dossiertypes_lijst")
async def listed(request: Request, wie: Wie) -> Dossiertypes:
    """The types that a bestuur of your class may send today."""
    here = parts(request)
    may_enter(here.modules[MODULE], wie)
    reference, today = here.loket.reference, belgian_day(here.loket.now())
    offered = reference.dossiertypes_for(wie.klasse, today, status(reference, wie))
    return Dossiertypes(dossiertypes=[Kort(**_short(form)) for form in offered])


@router.get("/{dossiertype}", summary="Dossiertype met zijn formulier", operation_id="dossiertype")
async def one(request: Request, wie: Wie, dossiertype: UUID) -> Lang:
    """The form of a type: fields, code lists, conditions, attachments."""
    here = parts(request)
    may_enter(here.modules[MODULE], wie)
    reference, today = here.loket.reference, belgian_day(here.loket.now())
    form = find(reference, dossiertype)
    if form is None:
        raise NietGevonden
    return long(form, wie.klasse, today, status(reference, wie))


def find(reference: Reference, dossiertype: UUID) -> Dossiertype | None:
    """The type with this id."""
    return next((t for t in reference.dossiertypes.values() if _id(t) == dossiertype), None)


def long(form: Dossiertype, klasse: str, op: date, toestand: str) -> Lang:
    """A type with its form, as a bestuur of this class and status sees it on that day."""
    return Lang(
        **_short(form),
        mag_verzenden=form.meldingsregel(klasse, op, toestand) is not None,
        velden=[_field(veld, op) for veld in form.velden],
        bijlagen=[_attachment(regel) for regel in form.bijlagen],
        regels=[_rule(regel) for regel in form.regels],
    )


def status(reference: Reference, actor: Actor) -> str:
    """The status (URI) of the bestuur of this actor."""
    bestuur = reference.besturen.get(actor.bestuur)
    return bestuur.status if bestuur else ""


def _id(form: Dossiertype) -> UUID:
    return UUID(form.uri.rpartition("/")[2])


def _short(form: Dossiertype) -> dict[str, Any]:
    key = _id(form)
    link = f"/{MODULE}/dossiertypes/{key}"
    return {"id": key, "uri": form.uri, "label": form.label, "link": link}


def _field(veld: Veld, today: date) -> Formulierveld:
    known = veld.codelijst
    return Formulierveld(
        naam=veld.naam,
        label=veld.label,
        datatype=veld.datatype,
        verplicht=veld.verplicht,
        codelijst=Lijst(
            uri=known.uri,
            label=known.label,
            keuzes=[
                Keuze(uri=concept.uri, label=concept.label)
                for concept in known.concepten.values()
                if concept.geldig.op(today)
            ],
        )
        if known
        else None,
        regels=[
            Veldregel(
                soort=r.soort,
                waarde=r.waarde,
                ernst=r.ernst,
                melding=r.melding,
                groepering=r.groepering,
            )
            for r in veld.regels
        ],
        als=as_json(veld.als),
    )


def _attachment(regel: Bijlagenregel) -> Bijlage:
    return Bijlage(vereist=regel.vereist, bestanden=regel.bestanden, als=as_json(regel.als))


def _rule(regel: Verbod) -> Regel:
    return Regel(
        regel=regel.regel,
        velden=list(regel.velden),
        melding=regel.melding,
        ernst=regel.ernst,
        als=as_json(regel.als),
    )


def as_json(condition: Condition) -> Voorwaarde | None:
    """A condition in the form of `reference/conditions.py`, concepts by URI; None for always."""
    return None if condition == ALWAYS else _condition(condition)


def _condition(condition: Condition) -> Voorwaarde:
    match condition:
        case Alle(delen):
            return {"alle": [_condition(deel) for deel in delen]}
        case EenVan(delen):
            return {"een_van": [_condition(deel) for deel in delen]}
        case Niet(deel):
            return {"niet": _condition(deel)}
        case VeldIn(veld, waarden, wel):
            return {"veld": veld, "in" if wel else "niet_in": sorted(waarden, key=str)}
        case Ingevuld(veld, wel):
            return {"veld": veld, "ingevuld": wel}
        case Voor(veld, ander):
            return {"veld": veld, "voor": ander}
        case JarenNa(veld, ander, meer_dan):
            return {"veld": veld, "jaren_na": ander, "meer_dan": meer_dan}
        case GeenGroter(velden, dan):
            return {"geen_van": list(velden), "groter_dan": dan}
        case KlasseIn(klassen, wel):
            return {"klasse_in" if wel else "klasse_niet_in": sorted(klassen)}
    raise TypeError(type(condition).__name__)
