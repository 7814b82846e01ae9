# SPDX-License-Identifier: EUPL-1.2
"""Every file in this folder is one read model: it offers a `PROJECTION`, and nothing registers it.

A projection is a pure function of the log: the same events give the same rows, whatever the size
of the batches. Its position stands in the table `projections` and moves in the transaction that
changes its rows. It names its tables without a schema, because a rebuild fills other ones.
"""

import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from importlib import import_module
from typing import Any

import msgspec
from psycopg import Cursor
from psycopg.rows import TupleRow

from loket.evidence.entry import Recorded

Apply = Callable[[Cursor[TupleRow], Sequence[Recorded]], None]


@dataclass(frozen=True, slots=True)
class Projection:
    """A read model: its tables, and how a batch of consecutive facts changes them.

    `apply` also meets facts of modules that do not concern it, and destroyed ones (`fact` is
    None); it raises on what it should know and does not. Generated columns cannot be rebuilt.
    `settle` adds what does not follow from the log, once rows that were built anew are in place.
    """

    name: str
    tables: tuple[str, ...]
    apply: Apply
    settle: Callable[[Cursor[TupleRow]], None] | None = None


def upsert(cursor: Cursor[TupleRow], table: str, key: str, rows: Sequence[Any]) -> None:
    """Writes dataclasses whose fields are the table's columns, in one statement.

    A row with the same `key` is replaced as a whole.
    """
    if not rows:
        return
    columns = [field.name for field in fields(rows[0])]
    changes = ", ".join(f"{name} = EXCLUDED.{name}" for name in columns if name != key)
    names = ", ".join(columns)
    cursor.execute(
        f"""INSERT INTO {table} ({names})
            SELECT {names} FROM json_populate_recordset(NULL::{table}, %s::json)
            ON CONFLICT ({key}) DO UPDATE SET {changes}""",
        (msgspec.json.encode(rows).decode(),),
    )


PROJECTIONS: dict[str, Projection] = {
    projection.name: projection
    for info in pkgutil.iter_modules(__path__)
    if not info.name.startswith("_")
    for projection in [import_module(f"{__name__}.{info.name}").PROJECTION]
}
"""All projections by name."""
