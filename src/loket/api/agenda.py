# SPDX-License-Identifier: EUPL-1.2
"""The calendar of one's own terms: its secret address, and what a calendar program reads there.

Such programs cannot sign in; the secret is made here, shown once and kept by nobody: the log knows
its hash. Closing the agenda, or opening it anew, ends the old address at once.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request
from psycopg.rows import class_row
from starlette.responses import JSONResponse, Response

from loket.api.calendar import Entry, calendar
from loket.api.identity import Wie
from loket.api.models import Model
from loket.api.parts import Parts, parts
from loket.api.refusals import NietGevonden
from loket.api.resources.termijnen import TERMIJNEN
from loket.domain.agendas import MODULE, Agenda, AgendaOpenen, AgendaSluiten, stream_of
from loket.evidence.read import Question
from loket.kernel import Actor
from loket.projections.agendas import under
from loket.reference import Reference
from loket.reference.termijnen import Berekening
from loket.submit import Submission, submit

MEDIA_TYPE = "text/calendar"
MOST = 1000
"""Entries in one calendar."""

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_ROWS = f"""
SELECT r.id::text, r.regel, r.soort, r.bestuur, r.dossier, r.stroom, r.toestand, r.vervaldag,
    r.berekening, r.versie, r.sinds
FROM termijnen AS r
WHERE ({TERMIJNEN.scope[0]}) AND r.bestuur = %(bestuur)s
    AND (r.toestand = 'lopend' AND r.vervalt_op > %(nu)s::timestamptz - interval '60 days'
        OR r.toestand <> 'lopend' AND r.sinds > %(nu)s::timestamptz - interval '30 days')
    AND NOT EXISTS (
        SELECT FROM behandelingen AS b
        WHERE b.id = CASE WHEN starts_with(r.stroom, 'behandelingen/')
                THEN substr(r.stroom, 15)::uuid END
            AND b.persoon <> '' AND b.persoon <> %(persoon)s)
ORDER BY r.vervalt_op DESC, r.id LIMIT {MOST}
"""

router = APIRouter(tags=[MODULE.name])


class Adres(Model):
    """The address of a calendar; it is told once and cannot be asked again."""

    adres: str
    tot: str


@dataclass(frozen=True, slots=True)
class _Row:
    """A term as the calendar shows it."""

    id: str
    regel: str
    soort: str
    bestuur: str
    dossier: str
    stroom: str
    toestand: str
    vervaldag: date
    berekening: dict[str, str]
    versie: int
    sinds: datetime


@router.post("/agenda", status_code=201, response_model=Adres, summary="Een agenda openen")
async def openen(request: Request, wie: Wie) -> Response:
    """Geeft één keer het geheime adres waarop uw kalenderprogramma uw termijnen leest.

    Een eerder adres werkt dan niet meer.
    """
    here = parts(request)
    secret = secrets.token_urlsafe(32)
    state = await _submit(here, wie, AgendaOpenen(_hash(secret)))
    address = f"{here.loket.settings.url}/termijnen.ics?sleutel={secret}"
    content = {"adres": address, "tot": state.tot}
    return JSONResponse(content, 201, {"Cache-Control": "no-store"})


@router.delete("/agenda", status_code=204, summary="De agenda sluiten")
async def sluiten(request: Request, wie: Wie) -> Response:
    """Vanaf nu leest niemand nog iets op het adres van uw agenda."""
    await _submit(parts(request), wie, AgendaSluiten())
    return Response(status_code=204)


@router.get(
    "/termijnen.ics",
    response_class=Response,
    summary="Termijnen als kalender",
    responses={
        200: {
            "description": "De kalender.",
            "content": {MEDIA_TYPE: {"schema": {"type": "string"}}},
        },
        304: {"description": "Er is niets veranderd sinds die ETag."},
    },
)
async def kalender(
    request: Request,
    sleutel: Annotated[str, Query(description="De sleutel uit het adres van de agenda.")],
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """De termijnen waarin u of uw bestuur moet handelen (RFC 5545), zonder aanmelding."""
    here = parts(request)
    agenda = await _agenda(here, sleutel)
    body = calendar("Termijnen in het loket", await _entries(here, agenda))
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"Cache-Control": "private, max-age=300", "ETag": tag}
    if if_none_match and tag in if_none_match:
        return Response(status_code=304, headers=headers)
    headers["Content-Disposition"] = 'inline; filename="termijnen.ics"'
    return Response(body, 200, headers, f"{MEDIA_TYPE}; charset=utf-8")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


async def _submit(here: Parts, wie: Actor, command: AgendaOpenen | AgendaSluiten) -> Agenda:
    stream = stream_of(wie.bestuur, wie.persoon)
    await submit(here.write, Submission(MODULE, stream, command, wie))
    return await _state(here, stream)


async def _state(here: Parts, stream: UUID) -> Agenda:
    name = f"{MODULE.name}/{stream}"
    history = (await here.write.read(Question((name,)))).streams[name]
    facts = [recorded.fact for recorded in history if recorded.fact is not None]
    state: Agenda = MODULE.replay(facts)
    return state


async def _agenda(here: Parts, secret: str) -> Agenda:
    """The agenda that is open under this secret. Raises NietGevonden."""
    reference: Reference = here.loket.reference
    today = reference.kalender.dag(here.loket.now()).isoformat()
    if _SECRET.fullmatch(secret):
        digest = _hash(secret)
        async with here.connection() as conn:
            streams = await under(conn, digest)
        for stream in streams:
            if (state := await _state(here, stream)).answers(digest, today):
                return state
    raise NietGevonden("Dit adres van een agenda werkt niet of niet meer; open een nieuwe agenda.")


async def _entries(here: Parts, agenda: Agenda) -> list[Entry]:
    arguments = {
        "bestuur": agenda.bestuur,
        "persoon": agenda.persoon,
        "rollen": sorted(agenda.rollen),
        "nu": here.loket.now(),
    }
    async with here.connection() as conn, conn.cursor(row_factory=class_row(_Row)) as cursor:
        rows = await (await cursor.execute(_ROWS, arguments)).fetchall()
    return [_entry(row, here) for row in reversed(rows)]


def _entry(row: _Row, here: Parts) -> Entry:
    reference: Reference = here.loket.reference
    rule = reference.termijnregels.get(row.regel)
    label = rule.label if rule else row.regel
    counted = Berekening.from_record(row.berekening)
    stream = row.dossier or row.stroom
    told = [f"Dossier {stream}", "", *counted.stappen, "", f"Bron: {counted.bron}"]
    if counted.vraag:
        told.append(f"Door een jurist te bevestigen: {counted.vraag}")
    if row.toestand != "lopend":
        told.insert(0, f"Deze termijn loopt niet meer ({row.toestand.replace('_', ' ')}).")
    return Entry(
        uid=f"{row.id}@{here.loket.settings.origin.partition('/')[0]}",
        dag=row.vervaldag,
        titel=f"Laatste dag: {label} ({reference.label(row.bestuur)})",
        tekst="\n".join(told),
        adres=f"{here.loket.settings.url}/{stream}",
        categorie=row.soort,
        sequence=row.versie,
        changed=row.sinds,
        vervallen=row.toestand != "lopend",
        alarmen=tuple(n for n in rule.herinneringen if n >= 0) if rule else (),
    )
