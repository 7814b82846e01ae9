# SPDX-License-Identifier: EUPL-1.2
"""Plain SQL migrations: ``migrations/NNNN_{pre,post}_name.sql``, applied in the order of NNNN.

``pre`` runs before new code is deployed and must suit the old code too; ``post`` runs once the old
code is gone. Each file is one transaction (so no COMMIT in it, and nothing CONCURRENTLY); applied
files are recorded with their hash in the table ``migrations`` and never edited again. Runs on one
database wait for each other.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psycopg
from psycopg.pq import TransactionStatus

_PLACES = (Path(__file__).parent / "migrations", Path(__file__).parents[2] / "migrations")
DIRECTORY = next((place for place in _PLACES if place.is_dir()), _PLACES[0])

_NAME = re.compile(r"(\d{4})_(pre|post)_[a-z0-9_]+\.sql")
_LOCK = int.from_bytes(b"loketmig")
_TABLE = b"""
CREATE TABLE IF NOT EXISTS migrations (
    name       text COLLATE "C" PRIMARY KEY,
    sha256     text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT ON migrations TO PUBLIC
"""


class MigrationFailed(RuntimeError):
    """A migration is unusable or the database refused it; the message names the file."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file. ``kind`` is pre or post; ``sha256`` is the hex digest of ``sql``."""

    number: int
    kind: str
    name: str
    sql: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.sql).hexdigest()


def load(directory: Path = DIRECTORY) -> list[Migration]:
    """The files in order; MigrationFailed on a bad name, or a gap or repeat in the numbers."""
    found: list[Migration] = []
    for path in sorted(directory.glob("*.sql")):
        match = _NAME.fullmatch(path.name)
        if match is None:
            raise MigrationFailed(
                f"{path.name} is not named NNNN_pre_name.sql or NNNN_post_name.sql"
            )
        found.append(Migration(int(match[1]), match[2], path.name, path.read_bytes()))
    if not found:
        raise MigrationFailed(f"there are no migrations in {directory}")
    for expected, migration in enumerate(found, start=1):
        if migration.number != expected:
            problem = "is a repeat" if migration.number < expected else "leaves a gap"
            raise MigrationFailed(f"{migration.name} {problem}: number {expected:04} was expected")
    return found


def pending(connection: psycopg.Connection[Any], directory: Path = DIRECTORY) -> list[Migration]:
    """What has not been applied yet, in order.

    Raises MigrationFailed when an applied file was changed or has disappeared, or when one that is
    not applied precedes one that is. Files applied by a newer release are left out of account: the
    old code keeps running after the new release's pre migrations.
    """
    files = load(directory)
    applied = _applied(connection)
    unknown = set(applied) - {m.name for m in files}
    for name in sorted(unknown):
        if int(name[:4]) <= files[-1].number:
            raise MigrationFailed(f"{name} was applied to this database but is not here")
    for migration in files:
        if applied.get(migration.name, migration.sha256) != migration.sha256:
            raise MigrationFailed(f"{migration.name} was changed after it was applied")
    left = [m for m in files if m.name not in applied]
    if left and left[0].number <= max((int(name[:4]) for name in applied), default=0):
        raise MigrationFailed(f"{left[0].name} was not applied but a later one was")
    return left


def migrate(
    dsn: str, only: Literal["pre", "post"] | None = None, directory: Path = DIRECTORY
) -> list[str]:
    """Apply what is pending and return the names of the files applied.

    ``only="pre"`` leaves the post files at the end for after the deployment; those in between
    belong to releases that were skipped. ``only="post"`` refuses while a pre file is pending.
    Raises MigrationFailed; what was applied before the failing file stays applied.
    """
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        connection.execute(_TABLE)
        chosen = _choose(pending(connection, directory), only)
        for migration in chosen:
            _apply(connection, migration)
    return [migration.name for migration in chosen]


def _choose(left: Sequence[Migration], only: Literal["pre", "post"] | None) -> Sequence[Migration]:
    last_pre = max((n for n, m in enumerate(left, start=1) if m.kind == "pre"), default=0)
    if only == "pre":
        return left[:last_pre]
    if only == "post" and last_pre:
        raise MigrationFailed(f"{left[last_pre - 1].name} has to be applied first (pre)")
    return left


def _applied(connection: psycopg.Connection[Any]) -> Mapping[str, str]:
    row = connection.execute("SELECT to_regclass('migrations')").fetchone()
    if row is None or row[0] is None:
        return {}
    return dict(connection.execute("SELECT name, sha256 FROM migrations").fetchall())


def _apply(connection: psycopg.Connection[Any], migration: Migration) -> None:
    try:
        with connection.transaction():
            connection.execute(migration.sql)
            if connection.info.transaction_status != TransactionStatus.INTRANS:
                raise MigrationFailed(f"{migration.name} ends its own transaction")
            connection.execute(
                "INSERT INTO migrations (name, sha256) VALUES (%s, %s)",
                (migration.name, migration.sha256),
            )
    except psycopg.Error as error:
        raise MigrationFailed(f"{migration.name}{_where(migration, error)}: {error}") from error


def _where(migration: Migration, error: psycopg.Error) -> str:
    position = error.diag.statement_position
    if position is None:
        return ""
    before = migration.sql.decode(errors="replace")[: int(position)]
    return f", line {before.count(chr(10)) + 1}"
