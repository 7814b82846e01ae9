# SPDX-License-Identifier: EUPL-1.2
"""The reference data of a process: what ships, the changes to it, and the besturen.

Both are followed in the background: a change counts in every process within moments of its
commit. It is read and laid over what ships apart from the work of requests, and swapped at once.
"""

import json
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache

import psycopg
import structlog
from psycopg.rows import TupleRow

from loket.evidence.store import connect
from loket.projections import referentie
from loket.projections.besturen import read_besturen, read_gefuseerd, read_relaties
from loket.reference import Bestuur, Reference, Relatie
from loket.reference.loader import digest
from loket.reference.overlay import laid_over, overlay, versions

REFRESH_SECONDS = 2.0
AT_MOST_EVERY = 0.2
_RELEASE = "SELECT bestanden FROM referentie_uitgaven WHERE versie = %s"
_RECORD = """INSERT INTO referentie_uitgaven (versie, bestanden) VALUES (%s, %s)
             ON CONFLICT DO NOTHING"""
_VERSION = re.compile(r"([0-9a-f]{16})(?:\.([0-9]{1,9})\.[0-9a-f]{16})?")
_BESTUREN = "SELECT max(position), count(*) FROM besturen"

logger = structlog.get_logger(__name__)

Connection = psycopg.Connection[TupleRow]
Rows = Sequence[referentie.Row]


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the reference data: what ships (digest) and the changes laid over it.

    `running` tells whether the files that ship are those of this release; `files` is the content.
    """

    name: str
    shipped: str
    running: bool
    changes: Rows
    files: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class _Known:
    """The data as they stand: with all changes, of which some may be left out, and why."""

    reference: Reference
    changes: Rows = ()
    left_out: Mapping[int, str] = field(default_factory=dict)


class References:
    """The reference data of this process, as last projected."""

    def __init__(self, dsn: str, base: Reference) -> None:
        self._dsn = dsn
        self._base = base
        self._known = _Known(base)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._prefix = lru_cache(maxsize=8)(self._laid_over)

    def __call__(self) -> Reference:
        """The reference data as they stand now."""
        return self._known.reference

    @property
    def changes(self) -> Rows:
        """All changes, in the order of the log."""
        return self._known.changes

    @property
    def left_out(self) -> Mapping[int, str]:
        """Changes (by position in the log) that no longer fit what ships, and why."""
        return self._known.left_out

    def known_at(self, moment: datetime) -> Reference:
        """The data with the changes registered until then; takes milliseconds."""
        changes = self._known.changes
        count = sum(row.registered <= moment for row in changes)
        return self() if count == len(changes) else self._prefix(tuple(changes[:count]))

    def version(self, name: str) -> Version | None:
        """What a version was made of; None for one that never was. Reads the database."""
        match = _VERSION.fullmatch(name)
        shipped = self._shipped(match[1]) if match else None
        if match is None or shipped is None:
            return None
        changes = self._known.changes[: int(match[2] or 0)]
        made = [row.change for row in changes]
        if [match[1], *versions(match[1], made)][-1] != name:
            return None
        running = match[1] == self._base.version
        return Version(name, match[1], running, changes, laid_over(shipped, made))

    def _shipped(self, version: str) -> Mapping[str, bytes] | None:
        """The files of a release that ran here, by their digest."""
        if version == self._base.version:
            return self._base.bron
        with connect(self._dsn) as conn:
            found = conn.execute(_RELEASE, (version,)).fetchone()
        files = {name: text.encode() for name, text in found[0].items()} if found else {}
        return files if files and digest(files) == version else None

    def refresh(self) -> None:
        """Read besturen and changes anew, and remember which files ship."""
        with connect(self._dsn) as conn:
            told = {name: raw.decode() for name, raw in self._base.bron.items()}
            conn.execute(_RECORD, (self._base.version, json.dumps(told)))
            self._take_changes(referentie.read_changes(conn))
            self._take(read_besturen(conn), read_relaties(conn), read_gefuseerd(conn))

    def follow(self) -> None:
        """Keep them fresh in the background, until `close`."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="references", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop following."""
        self._stop.set()

    def _take(
        self,
        besturen: Mapping[str, Bestuur],
        relaties: Mapping[str, tuple[Relatie, ...]],
        gefuseerd: Mapping[str, str],
    ) -> None:
        now = self._known.reference
        told = (now.besturen, now.relaties.heen, now.gefuseerd)
        if (besturen, relaties, gefuseerd) != told:
            found = now.with_besturen(besturen, relaties, gefuseerd)
            self._known = replace(self._known, reference=found)

    def _take_changes(self, changes: Rows) -> None:
        if changes == self._known.changes:
            return
        laid = overlay(self._base, [row.change for row in changes])
        left_out = {changes[n].position: why for n, why in laid.left_out.items()}
        for position, why in left_out.items():
            logger.error("reference change left out", position=position, why=why)
        found = self._of_the_register(laid.reference)
        self._known = _Known(found, tuple(changes), left_out)

    def _laid_over(self, changes: Rows) -> Reference:
        return self._of_the_register(overlay(self._base, [row.change for row in changes]).reference)

    def _of_the_register(self, reference: Reference) -> Reference:
        """The same, with the besturen and relations as they are known now."""
        return reference.of_the_register(self._known.reference)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with connect(self._dsn) as conn:
                    conn.execute("LISTEN projected")
                    self._watch(conn)
            except psycopg.Error as error:
                logger.warning("references are stale", error=type(error).__name__)
                self._stop.wait(REFRESH_SECONDS)

    def _watch(self, conn: Connection) -> None:
        seen: tuple[object, ...] = ()
        while not self._stop.is_set():
            now = (
                conn.execute(_BESTUREN).fetchone(),
                conn.execute(referentie.STATE).fetchone(),
            )
            if now != seen:
                self._take_changes(referentie.read_changes(conn))
                self._take(read_besturen(conn), read_relaties(conn), read_gefuseerd(conn))
                seen = now
            self._stop.wait(AT_MOST_EVERY)
            for _ in conn.notifies(timeout=REFRESH_SECONDS, stop_after=1):
                pass
