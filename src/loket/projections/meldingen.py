# SPDX-License-Identifier: EUPL-1.2
"""Who wants mail about what, and which mail went out: of use to the machine, and to each person
about themselves. A mail is found by its message id, so that what comes back can be matched.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import psycopg
from psycopg import Cursor
from psycopg.rows import TupleRow

from loket.domain.medewerkers.words import MailvoorkeurIngesteld, ProfielBijgewerkt
from loket.domain.meldingen import MeldingGemaild, MeldingNietGemaild, MeldingTeruggekomen
from loket.domain.toezicht.words import OntvangstbewijsGemaild
from loket.evidence.entry import Recorded
from loket.projections import Projection, upsert

PEOPLE, MAIL, DOSSIERS = "medewerkers/", "meldingen/", "toezicht/"
_MAILS = UUID("0f0a8f5e-3f0f-5a53-8d64-6d1c5b0f8a27")


@dataclass(slots=True)
class _Abonnee:
    id: str
    bestuur: str
    persoon: str
    email: str
    voorkeuren: dict[str, dict[str, str]] = field(default_factory=dict)


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


def _names(kind: type[Any]) -> str:
    return ", ".join("id::text" if each.name == "id" else each.name for each in fields(kind))


_PEOPLE = f"SELECT {_names(_Abonnee)} FROM mail_abonnees WHERE id = ANY(%s::uuid[])"
_SENT = f"SELECT {_names(Mail)} FROM mails WHERE id = ANY(%s::uuid[])"


def apply(cursor: Cursor[TupleRow], batch: Sequence[Recorded]) -> None:
    """Folds preferences of people and outcomes of mail into rows."""
    _people(cursor, [r for r in batch if r.stream.startswith(PEOPLE)])
    _mail(cursor, [r for r in batch if r.stream.startswith((MAIL, DOSSIERS))])


def _people(cursor: Cursor[TupleRow], facts: Sequence[Recorded]) -> None:
    if not facts:
        return
    cursor.execute(_PEOPLE, (list({_id(recorded) for recorded in facts}),))
    rows = {found[0]: _Abonnee(*found) for found in cursor.fetchall()}
    for recorded in facts:
        key, fact = _id(recorded), recorded.fact
        if isinstance(fact, ProfielBijgewerkt):
            known = rows.get(key)
            wanted = known.voorkeuren if known else {}
            rows[key] = _Abonnee(key, fact.bestuur, fact.persoon, fact.email, wanted)
        elif isinstance(fact, MailvoorkeurIngesteld) and key in rows:
            rows[key].voorkeuren[fact.soort] = {"wijze": fact.wijze, "adres": fact.adres}
    upsert(cursor, "mail_abonnees", "id", list(rows.values()))


def _id(recorded: Recorded) -> str:
    return recorded.stream.partition("/")[2]


def _mail(cursor: Cursor[TupleRow], facts: Sequence[Recorded]) -> None:
    rows: dict[str, Mail] = {}
    for recorded in facts:
        match recorded.fact:
            case MeldingGemaild() | MeldingNietGemaild() | OntvangstbewijsGemaild() as fact:
                row = _row(fact, recorded)
                rows[row.id] = row
            case MeldingTeruggekomen() as fact:
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

_BEHIND = "SELECT position FROM projections WHERE name = 'meldingen'"
_WANTED = """
SELECT id::text, bestuur, persoon,
       coalesce(nullif(voorkeuren #>> ARRAY[%(soort)s, 'adres'], ''), email),
       voorkeuren #>> ARRAY[%(soort)s, 'wijze']
FROM mail_abonnees
WHERE bestuur = %(bestuur)s
  AND coalesce(voorkeuren #>> ARRAY[%(soort)s, 'wijze'], 'geen') <> 'geen'
ORDER BY id
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
    rows = await conn.execute(_WANTED, {"bestuur": bestuur, "soort": soort})
    return [Abonnee(*row) for row in await rows.fetchall()]


async def stream_of_mail(conn: Connection, message_id: str) -> str | None:
    """The stream (`module/uuid`) in which a mail with this message id was recorded."""
    found = await (await conn.execute(_STREAM, (mail_id(message_id),))).fetchone()
    return found[0] if found else None


PROJECTION = Projection("meldingen", ("mail_abonnees", "mails"), apply)
