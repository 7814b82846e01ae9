# SPDX-License-Identifier: EUPL-1.2
"""What the clock asks: which ends are to be established, what runs, and when to wake up."""

from dataclasses import dataclass
from datetime import date, datetime

import psycopg
from psycopg.rows import TupleRow, class_row

_DUE = """SELECT id::text, stroom, oorzaak FROM termijnen
          WHERE vast_te_stellen AND vervalt_op <= %s ORDER BY vervalt_op, id"""
_NEXT = "SELECT min(vervalt_op) FROM termijnen WHERE vast_te_stellen AND vervalt_op > %s"
_RUNNING = """SELECT id::text, stroom, regel, soort, bestuur, dossier, vervaldag, vervalt_op, sinds
              FROM termijnen
              WHERE toestand = 'lopend' AND vervalt_op > %s AND vervalt_op <= %s
              ORDER BY vervalt_op, id"""


@dataclass(frozen=True, slots=True)
class Einde:
    """A term of which the end has come: its stream, and the event that started it."""

    id: str
    stroom: str
    oorzaak: int


@dataclass(frozen=True, slots=True)
class Lopend:
    """A term that runs, or is over and was not met."""

    id: str
    stroom: str
    regel: str
    soort: str
    bestuur: str
    dossier: str
    vervaldag: date
    vervalt_op: datetime
    sinds: datetime


async def to_establish(conn: "psycopg.AsyncConnection[TupleRow]", now: datetime) -> list[Einde]:
    """The terms whose end is there and not established, the oldest first."""
    async with conn.cursor(row_factory=class_row(Einde)) as cursor:
        return await (await cursor.execute(_DUE, (now,))).fetchall()


async def next_end(conn: "psycopg.AsyncConnection[TupleRow]", now: datetime) -> datetime | None:
    """When the next end will have to be established, if any."""
    found = await (await conn.execute(_NEXT, (now,))).fetchone()
    return found[0] if found else None


async def running(
    conn: "psycopg.AsyncConnection[TupleRow]", van: datetime, tot: datetime
) -> list[Lopend]:
    """The terms that run and end after the first moment and not after the second."""
    async with conn.cursor(row_factory=class_row(Lopend)) as cursor:
        return await (await cursor.execute(_RUNNING, (van, tot))).fetchall()
