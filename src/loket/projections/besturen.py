# SPDX-License-Identifier: EUPL-1.2
"""The register of besturen: one row for each as it stands, and one for each version it had."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any

from psycopg import Cursor
from psycopg.rows import TupleRow

from loket.domain.besturen import (
    BestuurGefuseerd,
    BestuurGeregistreerd,
    BestuurGewijzigd,
    RelatieBeeindigd,
    RelatieGelegd,
)
from loket.domain.besturen.state import ended
from loket.evidence.entry import Recorded
from loket.evidence.follow import Connection
from loket.projections import Projection, upsert
from loket.reference import Bestuur, Relatie

MODULE = "besturen/"


@dataclass(slots=True)
class Row:
    """A bestuur, and the bestuur it is merged into from `gefuseerd_op` on (ISO date).

    `id` is its stream, `position` that of the last change.
    """

    id: str
    uri: str
    naam: str
    klasse: str
    status: str
    kbo: str
    ovo: str
    nis: str
    werkingsgebied: str
    provincie: str
    werkingsgebied_naam: str
    provincie_naam: str
    opvolger: str
    gefuseerd_op: str
    position: int
    relaties: list[dict[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Version(Row):
    """A bestuur as the register had it from one moment to another (UTC, of the log)."""

    vanaf: datetime = field(kw_only=True)
    tot: datetime | None = None


_CLOSE = """UPDATE besturen_versies AS v SET tot = n.vanaf
            FROM unnest(%s::uuid[], %s::timestamptz[]) AS n (id, vanaf)
            WHERE v.id = n.id AND v.tot IS NULL"""
_COLUMNS = "id::text, " + ", ".join(column.name for column in fields(Row)[1:])
_REGISTER = [column.name for column in fields(Bestuur)]
_CHANGING = [name for name in _REGISTER if name != "uri"]


def apply(cursor: Cursor[TupleRow], batch: Sequence[Recorded]) -> None:
    """Folds the facts of the register into its rows."""
    facts = [recorded for recorded in batch if recorded.stream.startswith(MODULE)]
    if not facts:
        return
    rows = _load(cursor, {recorded.stream[len(MODULE) :] for recorded in facts})
    versions: list[Version] = []
    for recorded in facts:
        _fold(rows, recorded)
        row = rows.get(recorded.stream[len(MODULE) :])
        if row is not None and row.position == recorded.position:
            versions.append(Version(**_values(row), vanaf=recorded.registered))
    upsert(cursor, "besturen", "id", list(rows.values()))
    _remember(cursor, versions)


def _values(row: Row) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in fields(Row)}


def _remember(cursor: Cursor[TupleRow], versions: Sequence[Version]) -> None:
    """Adds versions of entries; each ends when the next of its entry begins."""
    last: dict[str, Version] = {}
    first: dict[str, Version] = {}
    for version in versions:
        if version.id in last:
            last[version.id].tot = version.vanaf
        first.setdefault(version.id, version)
        last[version.id] = version
    cursor.execute(_CLOSE, (list(first), [version.vanaf for version in first.values()]))
    upsert(cursor, "besturen_versies", "position", versions)


def _load(cursor: Cursor[TupleRow], ids: Iterable[str]) -> dict[str, Row]:
    cursor.execute(f"SELECT {_COLUMNS} FROM besturen WHERE id = ANY(%s::uuid[])", (list(ids),))
    return {found[0]: Row(*found) for found in cursor.fetchall()}


def _fold(rows: dict[str, Row], recorded: Recorded) -> None:
    key, fact = recorded.stream[len(MODULE) :], recorded.fact
    if isinstance(fact, BestuurGeregistreerd):
        known: dict[str, Any] = {name: getattr(fact, name) for name in _REGISTER}
        rows[key] = Row(id=key, **known, opvolger="", gefuseerd_op="", position=recorded.position)
        return
    row = rows.get(key)
    if row is None or fact is None:
        return
    if isinstance(fact, BestuurGewijzigd):
        for name in _CHANGING:
            setattr(row, name, getattr(fact, name))
    elif isinstance(fact, BestuurGefuseerd):
        row.opvolger, row.gefuseerd_op = fact.opvolger, fact.datum
    elif isinstance(fact, RelatieGelegd):
        row.relaties = [*row.relaties, asdict(fact)]
    elif isinstance(fact, RelatieBeeindigd):
        after = ended(_relaties(row.relaties), fact.soort, fact.ander, fact.tot)
        row.relaties = [asdict(relatie) for relatie in after]
    else:
        raise TypeError(recorded.type)
    row.position = recorded.position


def _relaties(rows: Iterable[Mapping[str, str]]) -> tuple[Relatie, ...]:
    return tuple(Relatie(**row) for row in rows)


def read_besturen(conn: Connection) -> Mapping[str, Bestuur]:
    """All besturen of the register by URI, those merged into another included.

    Should two streams register one URI, the last change counts.
    """
    found = conn.execute(f"SELECT {', '.join(_REGISTER)} FROM besturen ORDER BY position")
    return {values[0]: Bestuur(*values) for values in found}


def read_relaties(conn: Connection) -> Mapping[str, tuple[Relatie, ...]]:
    """What other besturen are to those that have relations, by URI."""
    found = conn.execute(
        "SELECT uri, relaties FROM besturen WHERE relaties <> '[]' ORDER BY position"
    )
    return {uri: _relaties(relaties) for uri, relaties in found}


def read_gefuseerd(conn: Connection) -> Mapping[str, str]:
    """The first day (ISO) on which a bestuur no longer existed, by URI."""
    found = conn.execute(
        "SELECT uri, gefuseerd_op FROM besturen WHERE gefuseerd_op <> '' ORDER BY position"
    )
    return {str(uri): str(day) for uri, day in found}


PROJECTION = Projection("besturen", ("besturen", "besturen_versies"), apply)
