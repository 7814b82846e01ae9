# SPDX-License-Identifier: EUPL-1.2
"""The dry run: what would sending this meet? Nothing is written.

Judged by the functions that sending uses, for the bestuur that asks, at this moment.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from pydantic import Field

from loket.api.bodies import Body, check_json, read_body
from loket.api.identity import Wie
from loket.api.models import Model
from loket.api.parts import Parts, may_enter, parts
from loket.api.refusals import AanvraagOngeldig, NietGevonden
from loket.bounds import MAX_BIJLAGEN
from loket.domain.toezicht.decide.appraisal import Keuring, appraise
from loket.domain.toezicht.decide.references import named
from loket.domain.toezicht.limits import bounded
from loket.domain.toezicht.state import Dossier, Fase, merged
from loket.evidence.read import Question
from loket.kernel import Actor, Context, Document, Finding, Related, Value
from loket.projections.termijnen.plichten import begonnen
from loket.reference import Reference, belgian_day
from loket.reference.termijnen import bereken
from loket.reference.values import DATATYPES

MODULE = "toezicht"
_DOUBLES = """SELECT id::text, verzonden_op FROM inzendingen
              WHERE bestuur = %s AND dossiertype = %s AND zittingsdatum = %s
                AND toestand = 'verzonden' AND id <> %s
              ORDER BY verzonden_op DESC LIMIT 10"""
_NOBODY = UUID(int=0)
_SHA256 = re.compile(r"[0-9a-f]{64}")

router = APIRouter(prefix=f"/{MODULE}", tags=[MODULE])


@dataclass(frozen=True, slots=True)
class Bestand:
    """A file that would be attached; `sha256` when it was uploaded already."""

    naam: str = "bestand"
    formaat: str = "application/octet-stream"
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Proefverzending:
    """What would be sent: fields, links, and files or how many there will be."""

    dossiertype: str
    velden: Mapping[str, Value] = field(default_factory=dict)
    links: tuple[str, ...] = ()
    bestanden: int | tuple[Bestand, ...] = 0


BODY = Body(Proefverzending)


def _inline(schema: Any, defined: Mapping[str, Any]) -> Any:
    """A schema with what it refers to in its place."""
    if isinstance(schema, list):
        return [_inline(part, defined) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if name := schema.get("$ref"):
        return _inline(defined[name.rpartition("/")[2]], defined)
    return {key: _inline(part, defined) for key, part in schema.items() if key != "$defs"}


_SCHEMA = BODY.adapter.json_schema()
REQUEST = {**_inline(_SCHEMA, _SCHEMA.get("$defs", {})), "additionalProperties": False}


class Benoemd(Model):
    """Een URI met haar naam."""

    uri: str
    naam: str


class Bevinding(Model):
    """Een regel die een veld breekt of betwijfelt, en hoe u eraan voldoet."""

    veld: str
    regel: str
    melding: str


class Ontvanger(Benoemd):
    """Een bestuur dat het dossier zou krijgen, en de termijn die daar zou beginnen."""

    termijn: dict[str, str] | None = Field(
        description="De berekening van de toezichttermijn als het nu afgeleverd werd."
    )


class Plicht(Model):
    """Een termijn die uw bestuur na te leven heeft, berekend uit de velden."""

    regel: str
    label: str
    termijn: dict[str, str]


class Routering(Model):
    """De regel die de ontvangers kiest."""

    regel: str
    omschrijving: str


class Dubbel(Model):
    """Een dossier van dezelfde zitting dat uw bestuur al verzond."""

    dossier: str
    verzonden_op: str


class Keuringsverslag(Model):
    """Wat een verzending nu zou tegenkomen. Er is niets bewaard."""

    verzendbaar: bool = Field(description="Of `besluit-verzenden` nu aanvaard zou worden.")
    dossiertype: Benoemd
    fouten: list[Bevinding]
    waarschuwingen: list[Bevinding]
    te_bevestigen: list[Bevinding] = Field(description="Waarschuwingen die u nog bevestigt.")
    meldingsregel: str | None
    routering: Routering | None
    ontvangers: list[Ontvanger]
    plichten: list[Plicht]
    mogelijk_dubbel: list[Dubbel]
    referentie_versie: str


@router.post(
    "/validatie",
    summary="Proefverzending: controleer zonder te bewaren",
    operation_id="toezicht_validatie",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": REQUEST}},
        }
    },
)
async def tried(request: Request, wie: Wie) -> Keuringsverslag:
    """Judge a dossier that does not exist yet, for the bestuur of the caller."""
    here = parts(request)
    may_enter(here.modules[MODULE], wie)
    body = await read_body(request.receive)
    check_json(request.headers.get("content-type", ""), body)
    asked: Proefverzending = BODY.decode(body)
    bounded(asked.velden)
    files, missing = await _files(here, asked, wie)
    state = Dossier(
        fase=Fase.CONCEPT,
        bestuur=wie.bestuur,
        klasse=wie.klasse,
        dossiertype=asked.dossiertype,
        velden=merged({}, asked.velden),
        documenten=files,
        links=asked.links,
    )
    return await _report(here, wie, state, missing)


@router.get(
    "/{stroom}/validatie",
    summary="Controleer een concept zonder te bewaren",
    operation_id="toezicht_dossier_validatie",
)
async def draft(request: Request, wie: Wie, stroom: UUID) -> Keuringsverslag:
    """Judge a draft of the caller's bestuur as it stands."""
    here = parts(request)
    stream = await here.stream(MODULE, stroom, wie)
    state: Dossier = stream.state
    if state.bestuur != wie.bestuur or state.fase is not Fase.CONCEPT:
        raise NietGevonden("Hier is geen concept van uw bestuur.")
    return await _report(here, wie, state, (), stroom)


async def _files(
    here: Parts, asked: Proefverzending, wie: Actor
) -> tuple[tuple[Document, ...], tuple[Finding, ...]]:
    """The files as if they were attached, and which of them nobody uploaded."""
    given = asked.bestanden
    if isinstance(given, int):
        if not 0 <= given <= MAX_BIJLAGEN:
            rule = Finding("/bestanden", "aantal", f"Geef 0 tot {MAX_BIJLAGEN} bestanden.")
            raise AanvraagOngeldig("", rule)
        given = tuple(Bestand(f"bestand-{n}") for n in range(given))
    digests = [each.sha256 for each in given if _SHA256.fullmatch(each.sha256)]
    sizes = await here.loket.files.sizes(digests, wie.bestuur) if digests else {}
    melding = "Laad dit bestand eerst op: uw bestuur heeft het niet opgeladen."
    missing = tuple(
        Finding(f"bestanden/{n}", "onbekend-bestand", melding)
        for n, each in enumerate(given)
        if each.sha256 and each.sha256 not in sizes
    )
    documents = (
        Document(each.sha256, sizes.get(each.sha256, 1), each.naam, each.formaat) for each in given
    )
    return tuple(documents), missing


async def _report(
    here: Parts,
    wie: Actor,
    state: Dossier,
    missing: Sequence[Finding],
    stroom: UUID = _NOBODY,
) -> Keuringsverslag:
    reference = here.loket.reference
    context = Context(
        actor=wie,
        at=here.loket.now(),
        id=uuid4(),
        reference=reference,
        stream=str(stroom),
        related=await _related(here, state),
    )
    found = appraise(state, context)
    fouten = [*found.fouten, *missing]
    return Keuringsverslag(
        verzendbaar=not fouten and not found.te_bevestigen,
        dossiertype=_named(reference, state.dossiertype),
        fouten=_shown(fouten),
        waarschuwingen=_shown(found.waarschuwingen),
        te_bevestigen=_shown(found.te_bevestigen),
        meldingsregel=found.meldingsregel or None,
        routering=_routing(found),
        ontvangers=[_recipient(uri, state, context) for uri in found.ontvangers],
        plichten=_duties(state, reference),
        mogelijk_dubbel=await _doubles(here, state, stroom),
        referentie_versie=reference.version,
    )


async def _related(here: Parts, state: Dossier) -> dict[str, Related[Any]]:
    """The dossiers that this one refers to."""
    names = {f"{MODULE}/{key}": key for key in named(state.velden)}
    if not names:
        return {}
    streams = (await here.write.read(Question(tuple(names)))).streams
    module = here.modules[MODULE]
    return {
        key: Related(
            len(streams[name]), module.replay([r.fact for r in streams[name] if r.fact is not None])
        )
        for name, key in names.items()
    }


def _recipient(uri: str, state: Dossier, context: Context) -> Ontvanger:
    reference: Reference = context.reference
    case = reference.zaak(state.dossiertype, state.bestuur, state.klasse, uri)
    rule = reference.toezichttermijn(case, belgian_day(context.at))
    regel = reference.termijnregels.get(rule)
    term = bereken(regel, context.at, reference.kalender).as_record() if regel else None
    return Ontvanger(**_named(reference, uri).model_dump(), termijn=term)


def _duties(state: Dossier, reference: Reference) -> list[Plicht]:
    known = {"dossiertype": state.dossiertype, "klasse": state.klasse, "velden": state.velden}
    return [
        Plicht(regel=regel.id, label=regel.label, termijn=term.as_record())
        for regel, term in begonnen(known, reference)
    ]


def _routing(found: Keuring) -> Routering | None:
    route = found.route
    return Routering(regel=route.id, omschrijving=route.omschrijving) if route else None


async def _doubles(here: Parts, state: Dossier, stroom: UUID) -> list[Dubbel]:
    """What this bestuur sent of the same type about the same session."""
    session = state.velden.get("zittingsdatum")
    if not isinstance(session, str) or not DATATYPES["datumtijd"].test(session):
        return []
    async with here.connection() as conn:
        cursor = await conn.execute(_DOUBLES, (state.bestuur, state.dossiertype, session, stroom))
        found = await cursor.fetchall()
    return [Dubbel(dossier=f"/{MODULE}/{key}", verzonden_op=at.isoformat()) for key, at in found]


def _shown(findings: Sequence[Finding]) -> list[Bevinding]:
    return [Bevinding(veld=f.veld, regel=f.regel, melding=f.melding) for f in findings]


def _named(reference: Reference, uri: str) -> Benoemd:
    return Benoemd(uri=uri, naam=reference.label(uri))
