# SPDX-License-Identifier: EUPL-1.2
"""Terms: one row for each that runs or ended, the same for both sides, with its computation.

rows → plichten → verloop (the table of what starts and ends a term) → apply → reading
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import msgspec
from psycopg import Cursor
from psycopg.rows import TupleRow

from loket.domain.behandelingen.words import AntwoordOntvangen
from loket.domain.referentie import DefinitieBeeindigd, DefinitieVastgesteld
from loket.evidence.entry import Recorded
from loket.projections import Projection, upsert
from loket.projections.termijnen.rows import Stroom, Termijn
from loket.projections.termijnen.verloop import VERLOOP, per_post
from loket.reference import Reference, load
from loket.reference.overlay import Wijziging, overlay

CHANGES = DefinitieVastgesteld | DefinitieBeeindigd


@dataclass(frozen=True, slots=True)
class Regelwijziging:
    """A change of a rule, a holiday or a form, at this position of the log."""

    position: int
    soort: str
    sleutel: str
    inhoud: str


_RULES = "SELECT position, soort, sleutel, inhoud FROM termijnen_regels ORDER BY position"
_CONVERSATIONS = """SELECT stroom FROM termijnen_stromen
                    WHERE gegevens ->> 'behandeling' <> ''
                        AND gegevens ->> 'behandeling' = ANY(%s)"""
_KNOWN = """SELECT stroom, gegevens::text, termijnen::text FROM termijnen_stromen
            WHERE stroom = ANY(%s)"""


def apply(cursor: Cursor[TupleRow], batch: Sequence[Recorded]) -> None:
    """Folds facts into the terms of their streams, by the rules as they stood at each."""
    facts = [r for r in batch if _kind(r) in VERLOOP or isinstance(r.fact, CHANGES)]
    if not facts:
        return
    cursor.execute(_RULES)
    known = [Regelwijziging(*found) for found in cursor.fetchall()]
    touched = {recorded.stream for recorded in facts if _kind(recorded) in VERLOOP}
    streams = _load(cursor, touched | _asked(cursor, facts))
    changes = list(known)
    for recorded in facts:
        if isinstance(recorded.fact, CHANGES):
            changes.append(_change(recorded))
            continue
        stroom = streams.setdefault(recorded.stream, Stroom(recorded.stream))
        VERLOOP[_kind(recorded)](stroom, recorded, _reference(tuple(changes)))
        if _by_post(recorded):
            for gesprek in _of(streams.values(), recorded.stream):
                per_post(gesprek, recorded)
    upsert(cursor, "termijnen_regels", "position", changes[len(known) :])
    upsert(cursor, "termijnen_stromen", "stroom", list(streams.values()))
    upsert(cursor, "termijnen", "id", [t for s in streams.values() for t in s.termijnen])


def _by_post(recorded: Recorded) -> bool:
    """True for an answer that came in no message."""
    return isinstance(recorded.fact, AntwoordOntvangen) and not recorded.fact.bericht


def _asked(cursor: Cursor[TupleRow], facts: Sequence[Recorded]) -> set[str]:
    """The conversations in which was asked for what came by post."""
    treatments = [recorded.stream for recorded in facts if _by_post(recorded)]
    if not treatments:
        return set()
    cursor.execute(_CONVERSATIONS, (treatments,))
    return {stroom for (stroom,) in cursor.fetchall()}


def _of(streams: Iterable[Stroom], behandeling: str) -> list[Stroom]:
    return [stroom for stroom in streams if stroom.gegevens.get("behandeling") == behandeling]


def _change(recorded: Recorded) -> Regelwijziging:
    fact: DefinitieVastgesteld | DefinitieBeeindigd = recorded.fact
    return Regelwijziging(recorded.position, fact.soort, fact.sleutel, fact.inhoud)


@lru_cache(maxsize=4)
def _reference(changes: tuple[Regelwijziging, ...]) -> Reference:
    """The reference data that ship, with these changes."""
    told = [Wijziging(change.soort, change.sleutel, change.inhoud) for change in changes]
    return overlay(load(), told).reference


def _kind(recorded: Recorded) -> str:
    """`toezicht.BesluitVerzonden`; of destroyed content nothing that starts or ends a term."""
    return f"{recorded.stream.partition('/')[0]}.{type(recorded.fact).__name__}"


def _load(cursor: Cursor[TupleRow], names: Iterable[str]) -> dict[str, Stroom]:
    cursor.execute(_KNOWN, (list(names),))
    return {
        stroom: Stroom(
            stroom,
            msgspec.json.decode(gegevens),
            msgspec.json.decode(termijnen, type=list[Termijn]),
        )
        for stroom, gegevens, termijnen in cursor.fetchall()
    }


PROJECTION = Projection("termijnen", ("termijnen_regels", "termijnen_stromen", "termijnen"), apply)
