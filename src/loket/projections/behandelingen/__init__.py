# SPDX-License-Identifier: EUPL-1.2
"""The queue of each supervisor: one row for a dossier at one of its recipients.

The row is there from the aflevering itself, so that nothing that was sent can be invisible to who
received it, whatever happens to the treatment. Every aflevering is kept apart with its leaf, to
prove that none is missing (`volledigheid`).

rows → fold → apply
"""

from collections.abc import Iterable, Sequence
from typing import Any

from psycopg import Cursor
from psycopg.rows import TupleRow

from loket.domain.behandelingen.words import BehandelingGestart, stream_of
from loket.domain.besturen import BestuurGeregistreerd, BestuurGewijzigd
from loket.domain.toezicht.words import (
    BesluitAfgeleverd,
    BesluitGeopend,
    BesluitHeropend,
    BesluitIngetrokken,
    BesluitVerbeterd,
    BesluitVerzonden,
)
from loket.evidence.entry import Recorded
from loket.projections import Projection, upsert
from loket.projections.behandelingen.fold import fold
from loket.projections.behandelingen.rows import (
    Aflevering,
    Behandeling,
    Bestuur,
    Dossier,
    columns,
)

REGISTER = "besturen/"
DOSSIERS = "toezicht/"
STREAMS = "behandelingen/"
_GONE = {
    BesluitIngetrokken: "ingetrokken",
    BesluitHeropend: "teruggegeven",
    BesluitVerbeterd: "verbeterd",
}
_DELIVERY = BesluitAfgeleverd | BesluitGeopend
_OF_DOSSIER = BesluitVerzonden | _DELIVERY | BesluitIngetrokken | BesluitHeropend | BesluitVerbeterd

_ROWS = f"""SELECT {columns(Behandeling)} FROM behandelingen
            WHERE id = ANY(%s::uuid[]) OR dossier = ANY(%s::uuid[])"""
_SENT = f"SELECT {columns(Dossier)} FROM behandelingen_dossiers WHERE id = ANY(%s::uuid[])"
_BY_ID = f"SELECT {columns(Bestuur)} FROM behandelingen_besturen WHERE id = ANY(%s::uuid[])"
_BY_URI = f"""SELECT {columns(Bestuur)} FROM behandelingen_besturen
              WHERE uri = ANY(%s) ORDER BY position"""
_RENAME = """
UPDATE behandelingen AS r SET bestuur_naam = b.naam, provincie = b.provincie
FROM unnest(%s::text[], %s::text[], %s::text[]) AS b (uri, naam, provincie)
WHERE r.bestuur = b.uri AND (r.bestuur_naam, r.provincie) IS DISTINCT FROM (b.naam, b.provincie)
"""


def apply(cursor: Cursor[TupleRow], batch: Sequence[Recorded]) -> None:
    """Folds the register, what was delivered, and how it is treated into the queues."""
    register = [r for r in batch if r.stream.startswith(REGISTER)]
    if register:
        _rename(cursor, register)
    facts = [r for r in batch if r.stream.startswith(STREAMS) or isinstance(r.fact, _OF_DOSSIER)]
    if facts:
        queues = _Queues(cursor, facts)
        for recorded in facts:
            queues.take(recorded)
        queues.write(cursor)


def _id(recorded: Recorded) -> str:
    return recorded.stream.partition("/")[2]


class _Queues:
    """The rows that a batch changes."""

    def __init__(self, cursor: Cursor[TupleRow], facts: Sequence[Recorded]) -> None:
        dossiers = {_id(r) for r in facts if r.stream.startswith(DOSSIERS)}
        treated = {_id(r) for r in facts if r.stream.startswith(STREAMS)}
        cursor.execute(_ROWS, (list(treated), list(dossiers)))
        self._rows = {found[0]: Behandeling(*found) for found in cursor.fetchall()}
        self._known = set(self._rows)
        cursor.execute(_SENT, (list(dossiers),))
        self._dossiers = {found[0]: Dossier(*found) for found in cursor.fetchall()}
        self._delivered: list[Aflevering] = []

    def take(self, recorded: Recorded) -> None:
        """Folds one fact."""
        key, fact = _id(recorded), recorded.fact
        if recorded.stream.startswith(STREAMS):
            self._treated(key, recorded)
        elif isinstance(fact, BesluitVerzonden):
            self._dossiers[key] = Dossier(
                key, fact.bestuur, fact.klasse, fact.dossiertype, fact.verzending
            )
        elif isinstance(fact, _DELIVERY):
            self._delivery(key, recorded, fact)
        else:
            for row in self._rows.values():
                if row.dossier == key:
                    row.status, row.lopend = _GONE[type(fact)], 0
                    row.position = recorded.position

    def write(self, cursor: Cursor[TupleRow]) -> None:
        """Puts the rows back; new ones get the name and province of their sender."""
        new = [row for key, row in self._rows.items() if key not in self._known]
        senders = _senders(cursor, {row.bestuur for row in new}) if new else {}
        for row in new:
            if sender := senders.get(row.bestuur):
                row.bestuur_naam, row.provincie = sender.naam, sender.provincie
        upsert(cursor, "behandelingen_dossiers", "id", list(self._dossiers.values()))
        upsert(cursor, "behandelingen", "id", list(self._rows.values()))
        upsert(cursor, "behandelingen_afleveringen", "position", self._delivered)

    def _delivery(self, dossier: str, recorded: Recorded, fact: _DELIVERY) -> None:
        key = stream_of(dossier, fact.ontvanger)
        row, sent = self._rows.get(key), self._dossiers.get(dossier)
        if isinstance(fact, BesluitGeopend):
            if row is not None:
                row.geopend_op, row.position = recorded.registered, recorded.position
            return
        if sent is None:
            return  # What was sent is destroyed.
        if row is None:
            self._rows[key] = _row(key, dossier, recorded, fact, sent)
        else:
            row.resent(fact.verzending, recorded.registered)
            row.position = recorded.position
        place = recorded.position, key, fact.verzending, recorded.registered
        self._delivered.append(Aflevering(*place, f"\\x{recorded.leaf_hash.hex()}"))

    def _treated(self, key: str, recorded: Recorded) -> None:
        fact = recorded.fact
        row = self._rows.get(key)
        if row is None and isinstance(fact, BehandelingGestart):
            row = self._rows[key] = _opened(key, recorded, fact)
        if row is None:
            return
        fold(row, fact, recorded.registered)
        row.versie, row.position = recorded.seq + 1, recorded.position


def _row(
    key: str, dossier: str, recorded: Recorded, fact: BesluitAfgeleverd, sent: Dossier
) -> Behandeling:
    return Behandeling(
        id=key,
        dossier=dossier,
        ontvanger=fact.ontvanger,
        bestuur=sent.bestuur,
        klasse=sent.klasse,
        dossiertype=sent.dossiertype,
        verzending=fact.verzending,
        afgeleverd_op=recorded.registered,
        position=recorded.position,
    )


def _opened(key: str, recorded: Recorded, fact: BehandelingGestart) -> Behandeling:
    """The row of a treatment whose dossier is destroyed."""
    return Behandeling(
        id=key,
        dossier=fact.dossier,
        ontvanger=fact.ontvanger,
        bestuur=fact.bestuur,
        klasse=fact.klasse,
        dossiertype=fact.dossiertype,
        verzending=fact.verzending,
        afgeleverd_op=recorded.registered,
        position=recorded.position,
    )


# The register


def _rename(cursor: Cursor[TupleRow], facts: Sequence[Recorded]) -> None:
    cursor.execute(_BY_ID, (list({_id(recorded) for recorded in facts}),))
    known = {found[0]: Bestuur(*found) for found in cursor.fetchall()}
    for recorded in facts:
        key, fact = _id(recorded), recorded.fact
        if isinstance(fact, BestuurGeregistreerd):
            uri = fact.uri
        elif isinstance(fact, BestuurGewijzigd) and key in known:
            uri = known[key].uri
        else:
            continue
        known[key] = Bestuur(key, uri, fact.naam, fact.provincie, recorded.position)
    upsert(cursor, "behandelingen_besturen", "id", list(known.values()))
    now = list(_senders(cursor, {b.uri for b in known.values()}).values())
    lists: tuple[list[Any], ...] = (
        [b.uri for b in now],
        [b.naam for b in now],
        [b.provincie for b in now],
    )
    cursor.execute(_RENAME, lists)


def _senders(cursor: Cursor[TupleRow], uris: Iterable[str]) -> dict[str, Bestuur]:
    """Besturen by URI; should two streams hold one URI, the last change counts."""
    cursor.execute(_BY_URI, (list(uris),))
    return {found[1]: Bestuur(*found) for found in cursor.fetchall()}


PROJECTION = Projection(
    "behandelingen",
    (
        "behandelingen",
        "behandelingen_dossiers",
        "behandelingen_afleveringen",
        "behandelingen_besturen",
    ),
    apply,
)
