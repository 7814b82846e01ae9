# SPDX-License-Identifier: EUPL-1.2
"""Fills the rows that are searched, from the facts of all sources."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

import msgspec
from psycopg import AsyncConnection, Cursor
from psycopg.rows import TupleRow

from loket.domain.besturen import BestuurGeregistreerd, BestuurGewijzigd
from loket.evidence.entry import Recorded
from loket.projections.zoeken.bronnen import BRONNEN
from loket.projections.zoeken.vondst import Staat, Vondst, label

MAX_TITEL, MAX_TEKST = 30_000, 100_000
"""Characters of a row that are searched: whatever they are, their words fit in one tsvector."""

_SHOWN = [field.name for field in fields(Vondst) if field.name != "deel"]
_LOAD = "SELECT stream, staat FROM zoeken_stromen WHERE stream = ANY(%s)"
_KEEP = """
INSERT INTO zoeken_stromen SELECT * FROM json_populate_recordset(NULL::zoeken_stromen, %s::json)
ON CONFLICT (stream) DO UPDATE SET staat = EXCLUDED.staat
"""
_COLUMNS = "id, stream, module, soort, type, bestuur, moment, voor, naam, titel, tekst, bestanden"
_VECTOR = "zoekvector(naam || ' ' || namen, titel, tekst)"
_PUT = f"""
INSERT INTO zoeken AS old ({_COLUMNS}, namen, eigen, bijlagen, alles)
SELECT {_COLUMNS}, namen, vector, '', vector
FROM (
    SELECT *, {_VECTOR} AS vector FROM json_populate_recordset(NULL::zoeken, %s::json) OFFSET 0
) AS new
ON CONFLICT (id) DO UPDATE SET
    type = EXCLUDED.type, moment = EXCLUDED.moment, voor = EXCLUDED.voor, naam = EXCLUDED.naam,
    namen = EXCLUDED.namen, titel = EXCLUDED.titel, tekst = EXCLUDED.tekst,
    bestanden = EXCLUDED.bestanden, eigen = EXCLUDED.eigen,
    bijlagen = CASE WHEN old.bestanden = EXCLUDED.bestanden THEN old.bijlagen ELSE '' END,
    alles = CASE WHEN old.bestanden = EXCLUDED.bestanden
        THEN voeg_samen(ARRAY[EXCLUDED.eigen, old.bijlagen]) ELSE EXCLUDED.eigen END
"""
_DROP = "DELETE FROM zoeken WHERE stream = ANY(%s) AND NOT id = ANY(%s)"
_DROP_FILES = "DELETE FROM zoeken_bestanden WHERE id = ANY(%s)"
_FILES = """
INSERT INTO zoeken_bestanden
SELECT id, nr, sha256, naam, false
FROM unnest(%s::text[], %s::int[], %s::text[], %s::text[]) AS f (id, nr, sha256, naam)
"""
_KNOWN_FILES = "SELECT id, bestanden FROM zoeken WHERE stream = ANY(%s)"

_JOIN = """
WITH wachtend AS (
    SELECT DISTINCT b.id FROM zoeken_bestanden AS b JOIN bestandsteksten USING (sha256)
    WHERE NOT b.gevoegd AND {which}
), nieuw AS (
    SELECT b.id, voeg_samen(array_agg(t.vector ORDER BY b.nr)) AS vector
    FROM wachtend JOIN zoeken_bestanden AS b USING (id) JOIN bestandsteksten AS t USING (sha256)
    GROUP BY b.id
), gezet AS (
    UPDATE zoeken AS z SET bijlagen = n.vector, alles = voeg_samen(ARRAY[z.eigen, n.vector])
    FROM nieuw AS n WHERE z.id = n.id
)
UPDATE zoeken_bestanden AS b SET gevoegd = true
FROM wachtend AS w, bestandsteksten AS t WHERE b.id = w.id AND t.sha256 = b.sha256
"""
_JOIN_ROWS = _JOIN.format(which="b.id = ANY(%s)")
_JOIN_FILE = _JOIN.format(which="b.sha256 = %s")
_JOIN_ALL = _JOIN.format(which="true")

_BY_ID = "SELECT id::text, uri, naam, position FROM zoeken_namen WHERE id = ANY(%s::uuid[])"
_BY_URI = "SELECT uri, naam FROM zoeken_namen WHERE uri = ANY(%s) ORDER BY position"
_NAMES = """
INSERT INTO zoeken_namen SELECT * FROM json_populate_recordset(NULL::zoeken_namen, %s::json)
ON CONFLICT (id) DO UPDATE SET naam = EXCLUDED.naam, position = EXCLUDED.position
"""
_RENAME = f"""
UPDATE zoeken AS z SET naam = n.naam,
    eigen = {_VECTOR.replace("naam ||", "n.naam ||")},
    alles = voeg_samen(ARRAY[{_VECTOR.replace("naam ||", "n.naam ||")}, z.bijlagen])
FROM unnest(%s::text[], %s::text[]) AS n (uri, naam) WHERE z.bestuur = n.uri AND z.naam <> n.naam
"""


def apply(cursor: Cursor[TupleRow], batch: Sequence[Recorded]) -> None:
    """Folds names of besturen, and the facts of every source, into the rows."""
    if register := [recorded for recorded in batch if recorded.stream.startswith("besturen/")]:
        _rename(cursor, register)
    facts = [r for r in batch if r.fact is not None and r.stream.partition("/")[0] in BRONNEN]
    if not facts:
        return
    cursor.execute(_LOAD, (list({recorded.stream for recorded in facts}),))
    known: dict[str, Staat] = dict(cursor.fetchall())
    for recorded in facts:
        bron = BRONNEN[recorded.stream.partition("/")[0]]
        bron.fold(known.setdefault(recorded.stream, {}), recorded)
    changed = {stream: staat for stream, staat in known.items() if staat}
    rows = [{"stream": stream, "staat": staat} for stream, staat in changed.items()]
    cursor.execute(_KEEP, (_json(rows),))
    _write(cursor, changed)


def _write(cursor: Cursor[TupleRow], states: Mapping[str, Staat]) -> None:
    found = [
        (stream, vondst)
        for stream, staat in states.items()
        for vondst in BRONNEN[stream.partition("/")[0]].show(staat)
    ]
    names = _names(cursor, {vondst.bestuur for _, vondst in found})
    rows = [_row(stream, vondst, names[vondst.bestuur]) for stream, vondst in found]
    ids = [row["id"] for row in rows]
    cursor.execute(_KNOWN_FILES, (list(states),))
    before: dict[str, list[str]] = dict(cursor.fetchall())
    gone = [key for key in before if key not in set(ids)]
    cursor.execute(_DROP, (list(states), ids))
    cursor.execute(_PUT, (_json(rows),))
    moved = {row["id"] for row in rows if before.get(row["id"]) != row["bestanden"]}
    cursor.execute(_DROP_FILES, ([*gone, *moved],))
    files = [
        (key, nr, sha256, naam)
        for (_, vondst), key in zip(found, ids, strict=True)
        if key in moved
        for nr, (sha256, naam) in enumerate(vondst.bestanden)
    ]
    if files:
        cursor.execute(_FILES, tuple(list(column) for column in zip(*files, strict=True)))
        cursor.execute(_JOIN_ROWS, (list(moved),))


def _row(stream: str, vondst: Vondst, naam: str) -> dict[str, Any]:
    return {name: getattr(vondst, name) for name in _SHOWN} | {
        "id": f"{stream}#{vondst.deel}",
        "stream": stream,
        "module": stream.partition("/")[0],
        "naam": naam,
        "titel": vondst.titel[:MAX_TITEL],
        "tekst": vondst.tekst[:MAX_TEKST],
        "bestanden": [sha256 for sha256, _ in vondst.bestanden],
    }


def _rename(cursor: Cursor[TupleRow], facts: Sequence[Recorded]) -> None:
    cursor.execute(_BY_ID, (list({recorded.stream.partition("/")[2] for recorded in facts}),))
    names = {found[0]: dict(zip(("id", "uri", "naam"), found, strict=False)) for found in cursor}
    for recorded in facts:
        key, fact = recorded.stream.partition("/")[2], recorded.fact
        if isinstance(fact, BestuurGeregistreerd):
            names[key] = {"id": key, "uri": fact.uri}
        if isinstance(fact, BestuurGeregistreerd | BestuurGewijzigd) and key in names:
            names[key] |= {"naam": fact.naam, "position": recorded.position}
    written = [row for row in names.values() if "position" in row]
    cursor.execute(_NAMES, (_json(written),))
    current = _names(cursor, {row["uri"] for row in written})
    cursor.execute(_RENAME, (list(current), list(current.values())))


def _names(cursor: Cursor[TupleRow], uris: Iterable[str]) -> dict[str, str]:
    """Names as the register has them, else as they ship with us."""
    wanted = list(uris)
    cursor.execute(_BY_URI, (wanted,))
    return {uri: label(uri) for uri in wanted} | dict(cursor.fetchall())


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def settle(cursor: Cursor[TupleRow]) -> None:
    """Adds the texts that became known while rows were built anew."""
    cursor.execute(_JOIN_ALL)


async def add_text(conn: AsyncConnection[TupleRow], sha256: str, size: int) -> bool:
    """Adds the text of this file to the rows that hold it.

    False, and nothing is done, while the rows do not hold all the `size` events that the log had
    when the text was known already: later ones find the text themselves.
    """
    async with conn.transaction():
        # Not while a rebuild puts other rows in their place.
        await conn.execute("LOCK TABLE projections IN ROW EXCLUSIVE MODE")
        cursor = await conn.execute("SELECT position FROM projections WHERE name = 'zoeken'")
        found = await cursor.fetchone()
        if found is None or found[0] < size:
            return False
        await conn.execute(_JOIN_FILE, (sha256,))
    return True
