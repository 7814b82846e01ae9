# SPDX-License-Identifier: EUPL-1.2
"""Mails the reminders that were planned, and keeps what came of each.

A row waits until the mail server took it, however long that is away, until a later reminder of
the same term overtakes it or the term is met. Between handing over a mail and writing that down a
crash may cause a second copy, with the same Message-ID.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow, class_row

from loket.evidence.read import Question
from loket.mail import MailRefused, MailUnavailable, compose
from loket.reference import Reference
from loket.reference.feestdagen import voluit
from loket.reference.termijnen import Berekening
from loket.tasks.reaction import Tools

SHORTEST, LONGEST = timedelta(minutes=1), timedelta(hours=1)
"""How long to leave a mail server that cannot be reached."""

_NEXT = "SELECT min(volgende) FROM herinneringen WHERE toestand = 'wachtend'"
_CLAIM = """SELECT bericht FROM herinneringen WHERE toestand = 'wachtend' AND volgende <= %s
            ORDER BY volgende, bericht LIMIT 1 FOR UPDATE SKIP LOCKED"""
_ROWS = """
SELECT h.termijn::text AS id, h.dagen, h.ontvanger, h.bestuur, h.pogingen, t.stroom, t.regel,
    t.dossier, t.berekening, h.vervaldag,
    t.id IS NOT NULL AND t.toestand = 'lopend' AND t.vervaldag = h.vervaldag AND NOT EXISTS (
        SELECT FROM herinneringen AS later
        WHERE later.termijn = h.termijn AND later.ontvanger = h.ontvanger
            AND later.vervaldag = h.vervaldag AND later.dagen < h.dagen
    ) AS geldt
FROM herinneringen AS h LEFT JOIN termijnen AS t ON t.id = h.termijn
WHERE h.bericht = %s AND h.toestand = 'wachtend'
ORDER BY h.vervaldag, h.termijn FOR UPDATE OF h
"""
_ADDRESS = """SELECT coalesce(nullif(v.adres, ''), m.email) FROM medewerkers AS m
              LEFT JOIN mailvoorkeuren AS v ON v.medewerker = m.id AND v.soort = 'herinnering'
              WHERE m.bestuur = %s AND m.persoon = %s"""
_DONE = """UPDATE herinneringen SET toestand = %s, adres_hash = %s, reden = %s, gewijzigd = %s,
           pogingen = pogingen + 1 WHERE bericht = %s AND termijn = ANY(%s::uuid[])"""
_LATER = """UPDATE herinneringen SET volgende = %s, gewijzigd = %s,
            pogingen = pogingen + (bericht = %s)::integer
            WHERE toestand = 'wachtend' AND volgende <= %s"""

SUBJECT = {1: "Termijn loopt morgen af", 0: "Termijn loopt vandaag af"}
TEXT = """\
{inleiding}

{termijnen}
U ontvangt dit bericht omdat u met deze termijnen bezig bent of om herinneringen vroeg. Dat
wijzigt u bij uw voorkeuren voor mail ({url}/docs).

Dit bericht is automatisch verstuurd; antwoorden worden niet gelezen.
"""
ITEM = """\
{label}
  Dossier   {dossier}
  Loopt tot en met {vervaldag}, 24 uur{verstreken}
  {stappen}
  Bron: {bron}{vraag}
"""


@dataclass(frozen=True, slots=True)
class Rij:
    """A planned reminder with its term; `geldt` is False once there is nothing to remind of."""

    id: str
    dagen: int
    ontvanger: str
    bestuur: str
    pogingen: int
    stroom: str | None
    regel: str | None
    dossier: str | None
    berekening: dict[str, str] | None
    vervaldag: date
    geldt: bool


async def post(conn: "psycopg.AsyncConnection[TupleRow]", tools: Tools, now: datetime) -> None:
    """Mails what waits, each mail in a transaction of its own; stops when the server is away."""
    more = True
    while more:
        async with conn.transaction():
            found = await (await conn.execute(_CLAIM, (now,))).fetchone()
            more = found is not None and await _post(conn, tools, found[0], now)


async def next_post(conn: "psycopg.AsyncConnection[TupleRow]") -> datetime | None:
    """When there is something to mail, if ever."""
    found = await (await conn.execute(_NEXT)).fetchone()
    return found[0] if found else None


async def _post(
    conn: "psycopg.AsyncConnection[TupleRow]", tools: Tools, bericht: UUID, now: datetime
) -> bool:
    """Mails one message; False when the mail server cannot be reached."""
    async with conn.cursor(row_factory=class_row(Rij)) as cursor:
        rows = await (await cursor.execute(_ROWS, (bericht,))).fetchall()
    if gone := [row.id for row in rows if not row.geldt]:
        await conn.execute(_DONE, ("achterhaald", "", "", now, bericht, gone))
    rows = [row for row in rows if row.geldt]
    if not rows:
        return True
    ids = [row.id for row in rows]
    address = await _address(conn, tools, rows[0])
    digest = hashlib.sha256(address.encode()).hexdigest() if address else ""
    try:
        if not address:
            raise MailRefused("Er is geen e-mailadres van de ontvanger bekend.")
        await asyncio.to_thread(tools.mailer.send, _message(tools, rows, address, bericht, now))
    except MailRefused as problem:
        await conn.execute(_DONE, ("mislukt", digest, str(problem), now, bericht, ids))
    except MailUnavailable:
        delay = min(LONGEST, SHORTEST * 2 ** min(rows[0].pogingen, 10))
        await conn.execute(_LATER, (now + delay, now, bericht, now))
        return False
    else:
        await conn.execute(_DONE, ("verstuurd", digest, "", now, bericht, ids))
    return True


async def _address(conn: "psycopg.AsyncConnection[TupleRow]", tools: Tools, row: Rij) -> str:
    """What somebody told of themselves, else the address under which they acted last."""
    cursor = await conn.execute(_ADDRESS, (row.bestuur, row.ontvanger))
    if (found := await cursor.fetchone()) and found[0]:
        return str(found[0])
    stream = row.stroom or ""
    past = (await tools.write.read(Question((stream,)))).streams[stream]
    actors = (recorded.actor for recorded in reversed(past) if recorded.actor)
    return next((a.email for a in actors if a.persoon == row.ontvanger and a.email), "")


# The text


def _message(
    tools: Tools, rows: Sequence[Rij], address: str, bericht: UUID, now: datetime
) -> EmailMessage:
    reference: Reference = tools.write.reference()
    return compose(
        tools.sender,
        address,
        _subject(rows, reference),
        text(rows, reference, tools.url),
        f"{bericht}@{tools.host}",
        now,
    )


def _subject(rows: Sequence[Rij], reference: Reference) -> str:
    if len(rows) > 1:
        return f"Herinnering: {len(rows)} termijnen"
    [row] = rows
    when = SUBJECT.get(row.dagen, f"Termijn loopt af over {row.dagen} dagen")
    return f"{'Termijn is verstreken' if row.dagen < 0 else when}: {_label(row, reference)}"


def _label(row: Rij, reference: Reference) -> str:
    rule = reference.termijnregels.get(row.regel or "")
    return rule.label if rule else str(row.regel)


def text(rows: Sequence[Rij], reference: Reference, url: str) -> str:
    """The body of the mail: every term with how it was counted."""
    one = len(rows) == 1
    items = [_item(row, reference, url) for row in rows]
    return TEXT.format(
        inleiding="Dit is een herinnering aan een termijn."
        if one
        else f"Dit is een herinnering aan {len(rows)} termijnen.",
        termijnen="\n".join(items),
        url=url,
    )


def _item(row: Rij, reference: Reference, url: str) -> str:
    counted = Berekening.from_record(row.berekening or {})
    return ITEM.format(
        label=f"{_label(row, reference)} ({reference.label(row.bestuur)})",
        dossier=f"{url}/{row.dossier or row.stroom}",
        vervaldag=voluit(row.vervaldag),
        verstreken=" (verstreken)" if row.dagen < 0 else "",
        stappen="\n  ".join(counted.stappen),
        bron=counted.bron,
        vraag=f"\n  Door een jurist te bevestigen: {counted.vraag}" if counted.vraag else "",
    )
