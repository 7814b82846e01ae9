# SPDX-License-Identifier: EUPL-1.2
"""Reading dossiers of toezicht: the list, one dossier, its timeline.

The list is a read model; a dossier itself is replayed from its stream and so always current. A
recipient reads what was sent, never the draft, and only once the opvraging is registered.
"""

import asyncio
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from loket.api import models
from loket.api.identity import Wie
from loket.api.parts import Parts, Stream, may_enter, parts
from loket.api.search import Zoekvraag
from loket.domain.toezicht.state import Dossier, Fase
from loket.domain.toezicht.words import BesluitVerzonden
from loket.evidence.entry import Recorded
from loket.kernel import Actor
from loket.projections import inzendingen, tijdlijn
from loket.reference import Reference

MODULE = "toezicht"
CATCH_UP = 2.0
"""Seconds for which a timeline waits until the read model has followed its stream."""

_STAMPED = """SELECT (SELECT gen_time FROM timestamps WHERE size > p
                      ORDER BY size, gen_time LIMIT 1)
              FROM unnest(%s::bigint[]) WITH ORDINALITY AS asked (p, n) ORDER BY n"""

router = APIRouter(prefix=f"/{MODULE}", tags=[MODULE])


@router.get("", summary="Lijst van inzendingen", operation_id="toezicht_lijst")
async def search(
    request: Request, response: Response, wie: Wie, vraag: Annotated[Zoekvraag, Query()]
) -> models.Inzendingen:
    """Your own dossiers and those delivered to you; drafts are their sender's only."""
    here = parts(request)
    may_enter(here.modules[MODULE], wie)
    async with here.connection() as conn:
        page = await inzendingen.search(
            conn,
            wie.bestuur,
            vraag.filters(),
            vraag.sorteer,
            vraag.na,
            vraag.grootte,
            counted=vraag.aantal,
        )
    volgende = None
    if page.after is not None:
        kept = [(k, v) for k, v in request.query_params.multi_items() if k != "pagina[na]"]
        volgende = f"/{MODULE}?{urlencode([*kept, ('pagina[na]', page.after)])}"
        response.headers["Link"] = f'<{volgende}>; rel="next"'
    rows = [_listed(row, here) for row in page.rows]
    return models.Inzendingen(inzendingen=rows, aantal=page.count, volgende=volgende)


def _listed(row: inzendingen.Inzending, here: Parts) -> models.Inzending:
    reference = here.loket.reference
    return models.Inzending(
        id=UUID(row.id),
        bestuur=named(reference, row.bestuur),
        klasse=row.klasse,
        dossiertype=named(reference, row.dossiertype),
        toestand=models.Toestand(row.toestand),
        zittingsdatum=row.zittingsdatum,
        publicatiedatum=row.publicatiedatum,
        verzonden_op=row.verzonden_op,
        afgeleverd_op=row.afgeleverd_op,
        geopend_op=row.geopend_op,
        ontvangers=row.ontvangers,
        verbetert=row.verbetert,
        verbeterd_door=row.verbeterd_door,
        versie=row.versie,
        status=here.watch.status(row.position),
        link=f"/{MODULE}/{row.id}",
    )


@router.get("/{stroom}", summary="Eén dossier", operation_id="toezicht_dossier")
async def dossier(request: Request, response: Response, wie: Wie, stroom: UUID) -> models.Dossier:
    """The dossier as it stands; a recipient sees the envelope until it is opened."""
    here = parts(request)
    stream = await here.stream(MODULE, stroom, wie)
    response.headers["ETag"] = f'"{len(stream.history)}"'
    response.headers["Cache-Control"] = "no-store"
    state: Dossier = stream.state
    reference = here.loket.reference
    sent = _last_sent(stream)
    own = wie.bestuur == state.bestuur
    return models.Dossier(
        id=stroom,
        stroom=stream.name,
        versie=len(stream.history),
        status=here.watch.status(stream.history[-1].position),
        toestand=_toestand(state),
        bestuur=named(reference, state.bestuur),
        klasse=state.klasse,
        dossiertype=named(reference, state.dossiertype),
        verzending=state.verzendingen,
        verzonden_op=sent.registered if sent else None,
        ontvangers=[named(reference, uri) for uri in sorted(state.ontvangers)],
        geopend_door=[named(reference, uri) for uri in sorted(state.geopend)],
        verbetert=state.verbetert,
        verbeterd_door=sorted(state.verbeterd_door),
        inhoud=_content(stream, wie),
        controle=_checked(state) if own else None,
        verwijzingen=models.Verwijzingen(
            tijdlijn=f"/{stream.name}/tijdlijn",
            bewijs=f"/bewijs/{stream.name}",
            openen=None if stream.scope.may_read(wie.bestuur) else f"/{stream.name}/besluit-openen",
        ),
    )


def _toestand(state: Dossier) -> models.Toestand:
    if state.fase is Fase.CONCEPT and state.verzendingen:
        return models.Toestand.HEROPEND
    return models.Toestand(state.fase.value)


def _last_sent(stream: Stream) -> Recorded | None:
    sendings = (r for r in reversed(stream.history) if isinstance(r.fact, BesluitVerzonden))
    return next(sendings, None)


def visible(stream: Stream, actor: Actor) -> Dossier | BesluitVerzonden | None:
    """The content this actor may read: the draft of its own dossier, what was sent to it and it
    opened, or nothing yet."""
    state: Dossier = stream.state
    if actor.bestuur == state.bestuur:
        return state
    sent = _last_sent(stream)
    if sent is None or not stream.scope.may_read(actor.bestuur):
        return None
    fact: BesluitVerzonden = sent.fact
    return fact


def _content(stream: Stream, actor: Actor) -> models.Inhoud | None:
    content = visible(stream, actor)
    if content is None:
        return None
    return models.Inhoud(
        velden={
            name: list(value) if isinstance(value, tuple) else value
            for name, value in content.velden.items()
        },
        bestanden=[
            models.Bestand(
                sha256=d.sha256,
                naam=d.naam,
                formaat=d.formaat,
                grootte=d.size,
                link=f"/{stream.name}/bestanden/{d.sha256}",
            )
            for d in content.documenten
        ],
        links=list(content.links),
    )


def _checked(state: Dossier) -> models.Controle | None:
    outcome = state.validatie
    if outcome is None:
        return None
    return models.Controle(
        bevindingen=[models.Bevinding(**found) for found in outcome.bevindingen],
        waarschuwingen=[models.Bevinding(**found) for found in outcome.waarschuwingen],
    )


@router.get(
    "/{stroom}/tijdlijn", summary="Tijdlijn van een dossier", operation_id="toezicht_tijdlijn"
)
async def timeline(request: Request, response: Response, wie: Wie, stroom: UUID) -> models.Tijdlijn:
    """Every event with the log's time and the time its stamp proves; no content, no persons."""
    here = parts(request)
    stream = await here.stream(MODULE, stroom, wie)
    response.headers["Cache-Control"] = "no-store"
    rows = await _rows(here, stream)
    async with here.connection() as conn:
        cursor = await conn.execute(_STAMPED, ([row.position for row in rows],))
        stamped = [moment for (moment,) in await cursor.fetchall()]
    reference = here.loket.reference
    return models.Tijdlijn(
        stroom=stream.name,
        gebeurtenissen=[
            models.Regel(
                volgnummer=row.seq,
                positie=row.position,
                type=row.type,
                omschrijving=row.label,
                moment=models.Moment(row.moment) if row.moment else None,
                wie=named(reference, row.wie) if row.wie else None,
                geregistreerd=row.registered,
                gestempeld=at,
                status=here.watch.status(row.position),
                leaf_hash=row.leaf_hash.hex(),
            )
            for row, at in zip(rows, stamped, strict=True)
        ],
    )


async def _rows(here: Parts, stream: Stream) -> list[tijdlijn.Regel]:
    """The timeline, at least as far as the stream was read; after `CATCH_UP` what there is."""
    deadline = asyncio.get_running_loop().time() + CATCH_UP
    while True:
        async with here.connection() as conn:
            rows = await tijdlijn.timeline(conn, stream.name, limit=len(stream.history))
        if len(rows) == len(stream.history) or asyncio.get_running_loop().time() > deadline:
            return rows
        await asyncio.sleep(0.05)


def named(reference: Reference, uri: str) -> models.Benoemd:
    """A URI with the name that the reference data give it."""
    return models.Benoemd(uri=uri, naam=reference.label(uri))
