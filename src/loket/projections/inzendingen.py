# SPDX-License-Identifier: EUPL-1.2
"""The worklist: one row for every dossier, as its sender and its recipients see it in a list.

`ontvangers` holds only besturen the dossier was delivered to, so that a draft is nobody's but its
sender's. Once sent, a row keeps showing what was sent until it is sent again: the changes of a
reopened dossier are a draft too.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime

from psycopg import Cursor
from psycopg.rows import TupleRow

from loket.domain.besturen import BestuurGeregistreerd, BestuurGewijzigd
from loket.domain.toezicht.words import (
    BesluitAfgeleverd,
    BesluitGeopend,
    BesluitGevalideerd,
    BesluitHeropend,
    BesluitIngetrokken,
    BesluitOpgesteld,
    BesluitVerbeterd,
    BesluitVerworpen,
    BesluitVerzonden,
    VeldenGewijzigd,
)
from loket.evidence.entry import Recorded
from loket.kernel import Value
from loket.projections import Projection, upsert

DOSSIERS = "toezicht/"
REGISTER = "besturen/"


@dataclass(slots=True)
class Inzending:
    """A dossier in the list.

    `toestand` is concept, verzonden, ingetrokken, verbeterd, heropend or verworpen. Moments are
    those of the last sending, as registered (UTC): `afgeleverd_op` and `geopend_op` of the first
    recipient. Dates are as the sender wrote them. `versie` counts the events of the stream,
    `position` is that of the last and `gewijzigd_op` when the log registered it. `bevindingen` is
    how many the check of a draft found, as long as nothing changed since.
    """

    id: str
    bestuur: str
    klasse: str
    dossiertype: str
    verbetert: str
    versie: int
    position: int
    bestuur_naam: str = ""
    toestand: str = "concept"
    zittingsdatum: str = ""
    publicatiedatum: str = ""
    verzonden_op: datetime | None = None
    afgeleverd_op: datetime | None = None
    geopend_op: datetime | None = None
    ontvangers: list[str] = field(default_factory=list)
    verbeterd_door: list[str] = field(default_factory=list)
    gewijzigd_op: datetime | None = None
    bevindingen: int = 0


@dataclass(slots=True)
class _Naam:
    id: str
    uri: str
    naam: str
    position: int


_COLUMNS = "id::text, " + ", ".join(column.name for column in fields(Inzending)[1:])
_DOSSIERS = f"SELECT {_COLUMNS} FROM inzendingen WHERE id = ANY(%s::uuid[])"
_BY_ID = "SELECT id::text, uri, naam, position FROM inzendingen_namen WHERE id = ANY(%s::uuid[])"
_BY_URI = "SELECT uri, naam FROM inzendingen_namen WHERE uri = ANY(%s) ORDER BY position"
_RENAME = """
UPDATE inzendingen AS i SET bestuur_naam = n.naam
FROM unnest(%s::text[], %s::text[]) AS n (uri, naam)
WHERE i.bestuur = n.uri AND i.bestuur_naam <> n.naam
"""


def apply(cursor: Cursor[TupleRow], batch: Sequence[Recorded]) -> None:
    """Folds names of besturen and facts of dossiers into the list."""
    register = [recorded for recorded in batch if recorded.stream.startswith(REGISTER)]
    dossiers = [recorded for recorded in batch if recorded.stream.startswith(DOSSIERS)]
    if register:
        _rename(cursor, register)
    if not dossiers:
        return
    cursor.execute(_DOSSIERS, (list({_id(recorded) for recorded in dossiers}),))
    rows = {found[0]: Inzending(*found) for found in cursor.fetchall()}
    known = set(rows)
    for recorded in dossiers:
        _fold(rows, recorded)
    _name(cursor, [row for key, row in rows.items() if key not in known])
    upsert(cursor, "inzendingen", "id", list(rows.values()))


def _id(recorded: Recorded) -> str:
    return recorded.stream.partition("/")[2]


def _fold(rows: dict[str, Inzending], recorded: Recorded) -> None:
    key, fact = _id(recorded), recorded.fact
    if isinstance(fact, BesluitOpgesteld):
        rows[key] = row = Inzending(
            id=key,
            bestuur=fact.bestuur,
            klasse=fact.klasse,
            dossiertype=fact.dossiertype,
            verbetert=fact.verbetert,
            versie=0,
            position=0,
        )
        _dates(row, fact.velden)
    elif (known := rows.get(key)) is not None:
        row = known
        _change(row, fact, recorded.registered)
    else:
        return
    row.versie, row.position = recorded.seq + 1, recorded.position
    row.gewijzigd_op = recorded.registered
    row.bevindingen = len(fact.bevindingen) if isinstance(fact, BesluitGevalideerd) else 0


def _change(row: Inzending, fact: object, registered: datetime) -> None:
    match fact:
        case VeldenGewijzigd(velden) if row.verzonden_op is None:
            _dates(row, velden)
        case BesluitVerzonden():
            row.toestand, row.verzonden_op = "verzonden", registered
            row.afgeleverd_op = row.geopend_op = None
            row.zittingsdatum = row.publicatiedatum = ""
            _dates(row, fact.velden)
        case BesluitAfgeleverd(_, ontvanger):
            row.ontvangers = sorted({*row.ontvangers, ontvanger})
            row.afgeleverd_op = row.afgeleverd_op or registered
        case BesluitGeopend():
            row.geopend_op = row.geopend_op or registered
        case BesluitIngetrokken():
            row.toestand = "ingetrokken"
        case BesluitVerbeterd(door):
            row.toestand, row.verbeterd_door = "verbeterd", sorted({*row.verbeterd_door, door})
        case BesluitHeropend():
            row.toestand = "heropend"
        case BesluitVerworpen():
            row.toestand = "verworpen"


def _dates(row: Inzending, velden: Mapping[str, Value]) -> None:
    for name in ("zittingsdatum", "publicatiedatum"):
        if name in velden:
            value = velden[name]
            setattr(row, name, value if isinstance(value, str) else "")


def _rename(cursor: Cursor[TupleRow], facts: Sequence[Recorded]) -> None:
    cursor.execute(_BY_ID, (list({_id(recorded) for recorded in facts}),))
    names = {found[0]: _Naam(*found) for found in cursor.fetchall()}
    for recorded in facts:
        key, fact = _id(recorded), recorded.fact
        if isinstance(fact, BestuurGeregistreerd):
            names[key] = _Naam(key, fact.uri, fact.naam, recorded.position)
        elif isinstance(fact, BestuurGewijzigd) and key in names:
            names[key] = _Naam(key, names[key].uri, fact.naam, recorded.position)
    upsert(cursor, "inzendingen_namen", "id", list(names.values()))
    current = _names(cursor, {name.uri for name in names.values()})
    cursor.execute(_RENAME, (list(current), list(current.values())))


def _name(cursor: Cursor[TupleRow], rows: Sequence[Inzending]) -> None:
    if rows:
        names = _names(cursor, {row.bestuur for row in rows})
        for row in rows:
            row.bestuur_naam = names.get(row.bestuur, "")


def _names(cursor: Cursor[TupleRow], uris: Iterable[str]) -> dict[str, str]:
    """Names as they stand, by URI; should two streams hold one URI, the last change counts."""
    cursor.execute(_BY_URI, (list(uris),))
    return dict(cursor.fetchall())


PROJECTION = Projection("inzendingen", ("inzendingen", "inzendingen_namen"), apply)
