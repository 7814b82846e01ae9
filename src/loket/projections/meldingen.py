# SPDX-License-Identifier: EUPL-1.2
"""Which mail went out to whom, and what came back: for each person about themselves.

A mail is found by its message id, so that what comes back can be matched. Who wants mail is told
by the read model of medewerkers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID, uuid5

import psycopg
from psycopg import Cursor
from psycopg.rows import TupleRow

from loket.domain.meldingen import MeldingGemaild, MeldingNietGemaild, MeldingTeruggekomen
from loket.domain.toezicht.words import OntvangstbewijsGemaild, OntvangstbewijsTeruggekomen
from loket.evidence.entry import Recorded
from loket.projections import Projection, upsert

MAIL, DOSSIERS = "meldingen/", "toezicht/"
_MAILS = UUID("0f0a8f5e-3f0f-5a53-8d64-6d1c5b0f8a27")


@dataclass(slots=True)
class Mail:
    """One mail; `toestand` is gemaild, mislukt or teruggekomen. Nobody's own without `persoon`."""

    id: str
    stroom: str
    bestuur: str
    persoon: str
    over: list[str]
    bericht_id: str
    adres_hash: str
    toestand: str
    reden: str
    op: datetime
    teruggekomen_op: datetime | None = None


@dataclass(frozen=True, slots=True)
class Abonnee:
    """Somebody of a bestuur who wants mail about something, where, and how (`wijze`)."""

    id: str
    bestuur: str
    persoon: str
    adres: str
    wijze: str


_COLUMNS = ", ".join("id::text" if each.name == "id" else each.name for each in fields(Mail))
_SENT = f"SELECT {_COLUMNS} FROM mails WHERE id = ANY(%s::uuid[])"


def apply(cursor: Cursor[TupleRow], batch: Sequence[Recorded]) -> None:
    """Folds outcomes of mail into rows."""
    _mail(cursor, [r for r in batch if r.stream.startswith((MAIL, DOSSIERS))])


def _mail(cursor: Cursor[TupleRow], facts: Sequence[Recorded]) -> None:
    rows: dict[str, Mail] = {}
    for recorded in facts:
        match recorded.fact:
            case MeldingGemaild() | MeldingNietGemaild() | OntvangstbewijsGemaild() as fact:
                row = _row(fact, recorded)
                rows[row.id] = row
            case MeldingTeruggekomen() | OntvangstbewijsTeruggekomen() as fact:
                _returned(cursor, rows, fact.bericht_id, fact.status, recorded.registered)
            case _:
                pass
    upsert(cursor, "mails", "id", list(rows.values()))


def _row(
    fact: MeldingGemaild | MeldingNietGemaild | OntvangstbewijsGemaild, recorded: Recorded
) -> Mail:
    row = Mail(
        id=mail_id(f"{recorded.stream}/{recorded.seq}"),
        stroom=recorded.stream,
        bestuur="",
        persoon="",
        over=[],
        bericht_id="",
        adres_hash=fact.adres_hash,
        toestand="gemaild",
        reden="",
        op=recorded.registered,
    )
    if isinstance(fact, MeldingNietGemaild):
        row.toestand, row.reden = "mislukt", fact.reden
    else:
        row.id, row.bericht_id = mail_id(fact.bericht_id), fact.bericht_id
    if not isinstance(fact, OntvangstbewijsGemaild):
        row.bestuur, row.persoon, row.over = fact.bestuur, fact.persoon, list(fact.over)
    return row


def mail_id(message_id: str) -> str:
    """The row of the mail with this message id."""
    return str(uuid5(_MAILS, message_id))


def _returned(
    cursor: Cursor[TupleRow], rows: dict[str, Mail], message_id: str, status: str, at: datetime
) -> None:
    key = mail_id(message_id)
    if key not in rows:
        cursor.execute(_SENT, ([key],))
        rows |= {found[0]: Mail(*found) for found in cursor.fetchall()}
    if row := rows.get(key):
        row.toestand, row.reden, row.teruggekomen_op = "teruggekomen", status, at


# What the machine asks

_BEHIND = "SELECT position FROM projections WHERE name = 'medewerkers'"
_WANTED = """
SELECT m.id::text, m.bestuur, m.persoon, coalesce(nullif(v.adres, ''), m.email), v.wijze
FROM medewerkers AS m JOIN mailvoorkeuren AS v ON v.medewerker = m.id
WHERE m.bestuur = %s AND v.soort = %s AND v.wijze <> 'geen' ORDER BY m.id
"""
_STREAM = "SELECT stroom FROM mails WHERE id = %s AND bericht_id <> ''"
Connection = psycopg.AsyncConnection[TupleRow]


async def subscribers(
    conn: Connection, bestuur: str, soort: str, position: int
) -> list[Abonnee] | None:
    """Who of a bestuur (URI) wants mail about something; None while the read model has not come
    as far as the fact at `position`."""
    found = await (await conn.execute(_BEHIND)).fetchone()
    if found is None or found[0] <= position:
        return None
    rows = await conn.execute(_WANTED, (bestuur, soort))
    return [Abonnee(*row) for row in await rows.fetchall()]


async def stream_of_mail(conn: Connection, message_id: str) -> str | None:
    """The stream (`module/uuid`) in which a mail with this message id was recorded."""
    found = await (await conn.execute(_STREAM, (mail_id(message_id),))).fetchone()
    return found[0] if found else None


PROJECTION = Projection("meldingen", ("mails",), apply)
