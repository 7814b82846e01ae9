# SPDX-License-Identifier: EUPL-1.2
"""Conversations and their messages, as their two sides see them in lists.

Who may read the content of a message follows from its row: its sender always, its addressee from
`geopend_op` until `ingetrokken_op`. Read marks and notes are of one side; who reads these tables
keeps them there. Moments are the log's; the read model of terms says when a reaction term ends.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from psycopg import Cursor
from psycopg.rows import TupleRow

from loket.domain.berichten.words import (
    BerichtAfgeleverd,
    BerichtGelezen,
    BerichtGeopend,
    BerichtIngetrokken,
    BerichtOngelezenGemarkeerd,
    BerichtVerzonden,
    GesprekGesloten,
    GesprekGestart,
    GesprekHeropend,
    NotitieGemaakt,
    UitstelGevraagd,
    UitstelGeweigerd,
    UitstelToegestaan,
)
from loket.evidence.entry import Recorded
from loket.projections import Projection, upsert

STREAMS = "berichten/"


@dataclass(slots=True)
class Gesprek:
    """A conversation in the list.

    `bij_van` and `bij_naar` are the people who have read all that their side received; None when
    there is nothing to read.
    """

    id: str
    van: str
    naar: str
    onderwerp: str
    type_communicatie: str
    dossier: str
    behandeling: str
    omzendbrief: str
    gestart_op: datetime
    laatste_bericht_op: datetime
    laatste_van: str = ""
    laatste_type: str = ""
    berichten: int = 0
    gesloten: bool = False
    bij_van: list[str] | None = None
    bij_naar: list[str] | None = None
    versie: int = 0
    position: int = 0


@dataclass(slots=True)
class Bericht:
    """One message; `beantwoord_door` is the number of its answer, 0 while there is none."""

    id: str
    gesprek: str
    nummer: int
    van: str
    naar: str
    type_communicatie: str
    tekst: str
    documenten: list[dict[str, Any]]
    verzonden_op: datetime
    reactietermijn: int
    beantwoordt: list[int]
    afgeleverd_op: datetime | None = None
    geopend_op: datetime | None = None
    ingetrokken_op: datetime | None = None
    ingetrokken_reden: str = ""
    uitstel: int = 0
    verlengd: int = 0
    beantwoord_door: int = 0
    beantwoord_op: datetime | None = None
    gelezen_door: list[str] = field(default_factory=list)
    position: int = 0


@dataclass(slots=True)
class _Notitie:
    id: str
    gesprek: str
    bestuur: str
    wie: str
    tekst: str
    gemaakt_op: datetime


def message_id(gesprek: str, nummer: int) -> str:
    """The id of a message: it follows from its conversation (UUID) and its number."""
    return str(uuid5(UUID(gesprek), str(nummer)))


def _columns(kind: type[Any]) -> str:
    names = [each.name for each in fields(kind)]
    return ", ".join(f"{name}::text" if name in ("id", "gesprek") else name for name in names)


_GESPREKKEN = f"SELECT {_columns(Gesprek)} FROM gesprekken WHERE id = ANY(%s::uuid[])"
_BERICHTEN = f"""SELECT {_columns(Bericht)} FROM berichten WHERE gesprek = ANY(%s::uuid[])"""


class _Book:
    """The rows of the conversations that a batch touches."""

    def __init__(self, cursor: Cursor[TupleRow], ids: Iterable[str]) -> None:
        wanted = list(ids)
        cursor.execute(_GESPREKKEN, (wanted,))
        self.gesprekken = {found[0]: Gesprek(*found) for found in cursor.fetchall()}
        cursor.execute(_BERICHTEN, (wanted,))
        rows = (Bericht(*found) for found in cursor.fetchall())
        self.berichten = {(row.gesprek, row.nummer): row for row in rows}
        self.notities: list[_Notitie] = []
        self.changed: set[tuple[str, int]] = set()

    def of(self, gesprek: str, nummer: int) -> Bericht:
        """A message, which will be written again."""
        self.changed.add((gesprek, nummer))
        return self.berichten[gesprek, nummer]

    def write(self, cursor: Cursor[TupleRow]) -> None:
        """Writes what changed."""
        for key, row in self.gesprekken.items():
            mine = [each for (gesprek, _), each in self.berichten.items() if gesprek == key]
            row.bij_van, row.bij_naar = _up_to_date(mine, row.van), _up_to_date(mine, row.naar)
        upsert(cursor, "gesprekken", "id", list(self.gesprekken.values()))
        upsert(cursor, "berichten", "id", [self.berichten[key] for key in sorted(self.changed)])
        upsert(cursor, "gesprekken_notities", "id", self.notities)


def _up_to_date(messages: Sequence[Bericht], bestuur: str) -> list[str] | None:
    """Who of this side has read all that it received, if it received anything that stands."""
    readers = [
        set(each.gelezen_door)
        for each in messages
        if each.naar == bestuur and each.ingetrokken_op is None
    ]
    return sorted(set.intersection(*readers)) if readers else None


def apply(cursor: Cursor[TupleRow], batch: Sequence[Recorded]) -> None:
    """Folds the facts of conversations into their rows."""
    mine = [recorded for recorded in batch if recorded.stream.startswith(STREAMS)]
    if not mine:
        return
    book = _Book(cursor, {_id(recorded) for recorded in mine})
    for recorded in mine:
        _fold(book, recorded)
    book.write(cursor)


def _id(recorded: Recorded) -> str:
    return recorded.stream.partition("/")[2]


def _fold(book: _Book, recorded: Recorded) -> None:
    key, fact, at = _id(recorded), recorded.fact, recorded.registered
    if isinstance(fact, GesprekGestart):
        book.gesprekken[key] = Gesprek(
            key, fact.van, fact.naar, fact.onderwerp, fact.type_communicatie, fact.dossier,
            fact.behandeling, fact.omzendbrief, at, at,
        )  # fmt: skip
    row = book.gesprekken.get(key)
    if row is None:
        return
    row.versie, row.position = recorded.seq + 1, recorded.position
    match fact:
        case BerichtVerzonden():
            _sent(book, row, fact, recorded)
        case GesprekGesloten() | GesprekHeropend():
            row.gesloten = isinstance(fact, GesprekGesloten)
        case NotitieGemaakt(bestuur, tekst):
            wie = recorded.actor.naam if recorded.actor else ""
            note = message_id(key, -recorded.seq)
            book.notities.append(_Notitie(note, key, bestuur, wie, tekst, at))
        case BerichtIngetrokken():
            _recalled(book, key, fact, at)
        case GesprekGestart() | None:
            pass
        case _:
            message = book.of(key, fact.bericht)
            message.position = recorded.position
            _change(message, fact, at)


def _sent(book: _Book, row: Gesprek, fact: BerichtVerzonden, recorded: Recorded) -> None:
    at = recorded.registered
    row.laatste_bericht_op, row.laatste_van = at, fact.van
    row.laatste_type, row.berichten = fact.type_communicatie, fact.bericht
    book.berichten[row.id, fact.bericht] = Bericht(
        id=message_id(row.id, fact.bericht),
        gesprek=row.id,
        nummer=fact.bericht,
        van=fact.van,
        naar=fact.naar,
        type_communicatie=fact.type_communicatie,
        tekst=fact.tekst,
        documenten=[
            {"sha256": d.sha256, "naam": d.naam, "formaat": d.formaat, "grootte": d.size}
            for d in fact.documenten
        ],
        verzonden_op=at,
        reactietermijn=fact.reactietermijn,
        beantwoordt=list(fact.beantwoordt),
        position=recorded.position,
    )
    book.changed.add((row.id, fact.bericht))
    for number in fact.beantwoordt:
        answered = book.of(row.id, number)
        answered.beantwoord_door, answered.beantwoord_op, answered.uitstel = fact.bericht, at, 0


def _recalled(book: _Book, key: str, fact: BerichtIngetrokken, at: datetime) -> None:
    """The sender keeps what it sent; what a recalled message answered waits again."""
    message = book.of(key, fact.bericht)
    message.ingetrokken_op, message.ingetrokken_reden, message.uitstel = at, fact.reden, 0
    for number in message.beantwoordt:
        answered = book.of(key, number)
        if answered.beantwoord_door == fact.bericht:
            answered.beantwoord_door, answered.beantwoord_op = 0, None


def _change(row: Bericht, fact: object, at: datetime) -> None:
    match fact:
        case BerichtAfgeleverd():
            row.afgeleverd_op = at
        case BerichtGeopend():
            row.geopend_op = at
        case BerichtGelezen(_, persoon):
            row.gelezen_door = sorted({*row.gelezen_door, persoon})
        case BerichtOngelezenGemarkeerd(_, persoon):
            row.gelezen_door = [each for each in row.gelezen_door if each != persoon]
        case UitstelGevraagd(dagen=dagen):
            row.uitstel = dagen
        case UitstelToegestaan(dagen=dagen):
            row.uitstel, row.verlengd = 0, row.verlengd + dagen
        case UitstelGeweigerd():
            row.uitstel = 0


PROJECTION = Projection("gesprekken", ("gesprekken", "berichten", "gesprekken_notities"), apply)
