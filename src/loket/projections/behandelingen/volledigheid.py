# SPDX-License-Identifier: EUPL-1.2
"""Completeness: what the log says was delivered against what the queues hold, at one position.

Both sides are counted and hashed apart: the log from its own events, without any read model, and
the queues in one snapshot. `bladeren` is the SHA-256 of the sorted leaf hashes, which anybody can
compute from the published log; `inhoud` that of the sorted hashes of a line for each aflevering
with all that a queue shows of it, so that a row that was changed is seen as well as one that is
missing.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from typing import Literal

import psycopg
from psycopg import IsolationLevel
from psycopg.rows import TupleRow

from loket.domain.behandelingen.words import stream_of
from loket.domain.toezicht.words import BesluitAfgeleverd, BesluitVerzonden
from loket.evidence.entry import LeafMapper, Recorded
from loket.evidence.follow import uncollected
from loket.evidence.store import COLUMNS, connect, row
from loket.reference.calendar import belgian_day

Kant = Literal["ontvangen", "verzonden"]
"""What a bestuur received, or what it sent."""

STEP = 20_000
"""Positions of the log looked at in one query."""

_FACTS = f"""{COLUMNS} WHERE e.position >= %b AND e.position < %b
AND e.type ~ '^toezicht[.](BesluitVerzonden|BesluitAfgeleverd)([.]|$)' ORDER BY e.position"""

_LAST = "a.position = max(a.position) OVER (PARTITION BY a.behandeling)"
"""Of the last aflevering the row itself shows what there is to know."""

_LINE = """concat_ws(E'\\n', encode(leaf_hash, 'hex'), id, dossier, verzending, bestuur, ontvanger,
    klasse, dossiertype, (extract(epoch FROM registered) * 1000000)::bigint)"""
_COUNT = f"""
SELECT maand, dossiertype, count(*), sha256(string_agg(leaf_hash, ''::bytea ORDER BY leaf_hash)),
    sha256(string_agg(regel, ''::bytea ORDER BY regel))
FROM (
    SELECT to_char(registered AT TIME ZONE 'Europe/Brussels', 'YYYY-MM') AS maand, dossiertype,
        leaf_hash, sha256(convert_to({_LINE}, 'UTF8')) AS regel
    FROM (
        SELECT r.id, r.dossier, r.bestuur, r.ontvanger, r.klasse, r.dossiertype, a.leaf_hash,
            CASE WHEN {_LAST} THEN r.verzending ELSE a.verzending END AS verzending,
            CASE WHEN {_LAST} THEN r.afgeleverd_op ELSE a.registered END AS registered
        FROM behandelingen_afleveringen AS a JOIN behandelingen AS r ON r.id = a.behandeling
        WHERE CASE WHEN %(kant)s = 'ontvangen' THEN r.ontvanger ELSE r.bestuur END = %(bestuur)s
            AND NOT a.position = ANY(%(onleesbaar)s)
    ) AS getoond
) AS afleveringen
GROUP BY GROUPING SETS ((), (maand), (dossiertype))
"""
_POSITION = "SELECT position FROM projections WHERE name = 'behandelingen'"
_SIZE = "SELECT size FROM log_head"


@dataclass(frozen=True, slots=True)
class Telling:
    """How many afleveringen, and the two digests over them (see above)."""

    aantal: int
    bladeren: str
    inhoud: str


EMPTY = Telling(0, hashlib.sha256(b"").hexdigest(), hashlib.sha256(b"").hexdigest())


@dataclass(frozen=True, slots=True)
class Tellingen:
    """All of them, and by Belgian month of aflevering and by dossiertype (URI)."""

    alles: Telling = EMPTY
    per_maand: Mapping[str, Telling] = field(default_factory=dict)
    per_dossiertype: Mapping[str, Telling] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Volledigheid:
    """The figure of a bestuur (URI) at a position of the log; `grootte` is that of the log now.

    `vernietigd` counts the afleveringen of which the content was destroyed: nobody can tell any
    more to whom they were.
    """

    bestuur: str
    kant: Kant
    positie: int
    grootte: int
    vernietigd: int
    logboek: Tellingen
    leesmodel: Tellingen

    @property
    def gelijk(self) -> bool:
        """True when nothing is missing, added or changed."""
        return self.logboek == self.leesmodel


@dataclass(frozen=True, slots=True)
class _Sent:
    bestuur: str
    klasse: str
    dossiertype: str


@dataclass(frozen=True, slots=True)
class _Delivered:
    position: int
    maand: str
    dossiertype: str
    leaf: bytes
    line: bytes


class Logboek:
    """What the log itself says was delivered; read once, and from there on what is new.

    The log only grows, so what was read stays true. For any number of threads.
    """

    def __init__(self, dsn: str, mapper: LeafMapper) -> None:
        self._dsn = dsn
        self._mapper = mapper
        self._lock = Lock()
        self._position = 0
        self._sent: dict[tuple[str, int], _Sent] = {}
        self._delivered: dict[tuple[Kant, str], list[_Delivered]] = defaultdict(list)
        self._words: dict[str, str] = {}
        self.unreadable: list[int] = []

    def count(self, kant: Kant, bestuur: str, below: int) -> Tellingen:
        """What was delivered to or sent by this bestuur, before this position."""
        with self._lock:
            self._read(below)
            found = [d for d in self._delivered.get((kant, bestuur), ()) if d.position < below]
        by_month: dict[str, list[_Delivered]] = defaultdict(list)
        by_type: dict[str, list[_Delivered]] = defaultdict(list)
        for each in found:
            by_month[each.maand].append(each)
            by_type[each.dossiertype].append(each)
        return Tellingen(
            _counted(found),
            {maand: _counted(each) for maand, each in by_month.items()},
            {uri: _counted(each) for uri, each in by_type.items()},
        )

    def _read(self, below: int) -> None:
        if self._position >= below:
            return
        with connect(self._dsn) as conn:
            while self._position < below:
                end = min(below, self._position + STEP)
                with conn.cursor(binary=True) as cursor, uncollected():
                    for found in cursor.execute(_FACTS, (self._position, end)):
                        self._take(self._mapper.to_domain_event(row(found)))
                self._position = end

    def _take(self, recorded: Recorded) -> None:
        fact = recorded.fact
        dossier = recorded.stream.partition("/")[2]
        if isinstance(fact, BesluitVerzonden):
            words = (fact.bestuur, fact.klasse, fact.dossiertype)
            self._sent[dossier, fact.verzending] = _Sent(*map(self._word, words))
        elif isinstance(fact, BesluitAfgeleverd):
            sent = self._sent.get((dossier, fact.verzending))
            if sent is None:
                self.unreadable.append(recorded.position)
                return
            delivered = _delivery(recorded, dossier, fact, sent)
            self._delivered["ontvangen", self._word(fact.ontvanger)].append(delivered)
            self._delivered["verzonden", sent.bestuur].append(delivered)
        elif recorded.type.startswith("toezicht.BesluitAfgeleverd"):
            self.unreadable.append(recorded.position)

    def _word(self, text: str) -> str:
        """The same text, once in memory."""
        return self._words.setdefault(text, text)


def _delivery(recorded: Recorded, dossier: str, fact: BesluitAfgeleverd, sent: _Sent) -> _Delivered:
    parts = (
        recorded.leaf_hash.hex(),
        stream_of(dossier, fact.ontvanger),
        dossier,
        str(fact.verzending),
        sent.bestuur,
        fact.ontvanger,
        sent.klasse,
        sent.dossiertype,
        str(_microseconds(recorded.registered)),
    )
    return _Delivered(
        position=recorded.position,
        maand=f"{belgian_day(recorded.registered):%Y-%m}",
        dossiertype=sent.dossiertype,
        leaf=recorded.leaf_hash,
        line=hashlib.sha256("\n".join(parts).encode()).digest(),
    )


def _microseconds(at: datetime) -> int:
    since = at - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _counted(found: list[_Delivered]) -> Telling:
    return Telling(
        len(found),
        hashlib.sha256(b"".join(sorted(each.leaf for each in found))).hexdigest(),
        hashlib.sha256(b"".join(sorted(each.line for each in found))).hexdigest(),
    )


def volledigheid(dsn: str, logboek: Logboek, kant: Kant, bestuur: str) -> Volledigheid:
    """The figure at the position up to which the queues hold the log."""
    with connect(dsn) as conn:
        conn.isolation_level = IsolationLevel.REPEATABLE_READ
        with conn.transaction():
            conn.execute("SET TRANSACTION READ ONLY")
            position = _number(conn, _POSITION)
            size = _number(conn, _SIZE)
            told = logboek.count(kant, bestuur, position)
            unreadable = [each for each in logboek.unreadable if each < position]
            held = _held(conn, kant, bestuur, unreadable)
    return Volledigheid(bestuur, kant, position, size, len(unreadable), told, held)


def _held(
    conn: psycopg.Connection[TupleRow], kant: Kant, bestuur: str, unreadable: list[int]
) -> Tellingen:
    arguments = {"kant": kant, "bestuur": bestuur, "onleesbaar": unreadable}
    found = [
        (month, kind, Telling(number, leaves.hex(), lines.hex()))
        for month, kind, number, leaves, lines in conn.execute(_COUNT, arguments).fetchall()
        if number
    ]
    return Tellingen(
        next((t for month, kind, t in found if month is None and kind is None), EMPTY),
        {month: t for month, _, t in found if month is not None},
        {kind: t for _, kind, t in found if kind is not None},
    )


def _number(conn: psycopg.Connection[TupleRow], query: str) -> int:
    found = conn.execute(query).fetchone()
    return int(found[0]) if found else 0
