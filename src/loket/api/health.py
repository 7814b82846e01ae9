# SPDX-License-Identifier: EUPL-1.2
"""Is it alive, and does everything keep up: for load balancers, supervisors and monitoring.

Only what keeps this process from answering makes it unready (503): the database. A sealer, read
model or time-stamping authority that lags is reported as `gestoord`, because sending must go on.
"""

import asyncio
from datetime import datetime
from typing import Literal

import psycopg
from fastapi import APIRouter, Request, Response
from psycopg_pool import PoolTimeout
from pydantic import Field

from loket.api.models import Model
from loket.api.parts import Parts, parts
from loket.projections import PROJECTIONS

router = APIRouter(prefix="/health", tags=["gezondheid"])

PATIENCE = 30.0
"""Seconds of lag after which a part counts as disturbed."""
TIMEOUT = 3.0

Toestand = Literal["ok", "gestoord", "onbereikbaar"]

_STATE = """
SELECT h.size,
       coalesce((SELECT max(size) FROM checkpoints), 0) AS sealed,
       coalesce((SELECT max(size) FROM timestamps), 0) AS stamped,
       h.urgent
FROM log_head AS h
"""
_SINCE = "SELECT registered FROM events WHERE position = %s"
_OLDEST = "SELECT name, position FROM projections WHERE name = ANY(%s)"


class Achterstand(Model):
    """Hoe ver iets achterloopt op het logboek."""

    toestand: Toestand
    gebeurtenissen: int = Field(description="Gebeurtenissen die nog wachten.")
    seconden: float = Field(description="Hoe lang de oudste al wacht.")


class Gezondheid(Model):
    """Hoe het met de onderdelen gaat."""

    toestand: Toestand
    databank: Toestand
    logboek: int | None = Field(default=None, description="Aantal gebeurtenissen.")
    zegel: Achterstand | None = None
    tijdstempel: Achterstand | None = Field(
        default=None, description="Wat meteen gestempeld moet worden en nog wacht op een TSA."
    )
    leesmodellen: dict[str, Achterstand] | None = None


class Levend(Model):
    """Dit proces leeft."""

    toestand: Literal["ok"] = "ok"


@router.get("/live", summary="Leeft dit proces", operation_id="live")
async def live(response: Response) -> Levend:
    """Always, while this process answers."""
    response.headers["Cache-Control"] = "no-store"
    return Levend()


@router.get(
    "/ready",
    summary="Kan dit proces antwoorden",
    operation_id="ready",
    responses={503: {"model": Gezondheid, "description": "De databank is onbereikbaar."}},
)
async def ready(request: Request, response: Response) -> Gezondheid:
    """The state of the database, the sealer, the time stamps and the read models."""
    response.headers["Cache-Control"] = "no-store"
    try:
        async with asyncio.timeout(TIMEOUT):
            return await _inspect(parts(request))
    except (psycopg.Error, PoolTimeout, TimeoutError):
        response.status_code = 503
        return Gezondheid(toestand="onbereikbaar", databank="onbereikbaar")


async def _inspect(here: Parts) -> Gezondheid:
    async with here.pool.connection(timeout=TIMEOUT) as conn:
        size, sealed, stamped, urgent = await (await conn.execute(_STATE)).fetchone() or (0,) * 4
        cursor = await conn.execute(_OLDEST, (list(PROJECTIONS),))
        positions: dict[str, int] = dict(await cursor.fetchall())

        async def lag(done: int, end: int) -> Achterstand:
            if done >= end:
                return Achterstand(toestand="ok", gebeurtenissen=0, seconden=0)
            found = await (await conn.execute(_SINCE, (done,))).fetchone()
            seconds = _seconds(here.loket.now(), found[0]) if found else 0.0
            state: Toestand = "ok" if seconds < PATIENCE else "gestoord"
            return Achterstand(toestand=state, gebeurtenissen=end - done, seconden=seconds)

        zegel = await lag(sealed, size)
        tijdstempel = await lag(stamped, urgent)
        leesmodellen = {name: await lag(positions.get(name, 0), size) for name in PROJECTIONS}
    disturbed = any(a.toestand != "ok" for a in (zegel, tijdstempel, *leesmodellen.values()))
    return Gezondheid(
        toestand="gestoord" if disturbed else "ok",
        databank="ok",
        logboek=size,
        zegel=zegel,
        tijdstempel=tijdstempel,
        leesmodellen=leesmodellen,
    )


def _seconds(now: datetime, since: datetime) -> float:
    return round(max(0.0, (now - since).total_seconds()), 3)
