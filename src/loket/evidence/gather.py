# SPDX-License-Identifier: EUPL-1.2
"""Everything that proves one stream, in one consistent read of the log."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec
from cryptography import x509

from loket.domain.tijdstempels import TsaStoringBeeindigd, TsaStoringBegonnen
from loket.evidence import tiles
from loket.evidence.canonical import documents_in
from loket.evidence.entry import LeafMapper, Recorded
from loket.evidence.leaf import Beacon, Leaf, b64
from loket.evidence.moments import Interval, Moment, moment_of, utc_text
from loket.evidence.note import Checkpoint, TlogProof, Verifier, open_checkpoint
from loket.evidence.sealed import Connection, tile_reader
from loket.evidence.store import COLUMNS, row
from loket.evidence.token import DEFAULT_ACCURACY, Stamp, TokenRefused, check
from loket.kernel import Document

TOKENS = """
SELECT t.size, t.tsa, t.query, t.response, t.sha256, t.gen_time, c.note
FROM timestamps AS t JOIN checkpoints AS c USING (size)
"""


class NoSuchStream(LookupError):
    """The log holds no event of this stream."""


@dataclass(frozen=True)
class Token:
    """A stored time stamp: over the checkpoint (signed note) of `size` events.

    `stamp` is None when the roots configured today do not verify it.
    """

    size: int
    tsa: str
    query: bytes
    response: bytes
    sha256: bytes
    gen_time: datetime
    note: bytes
    stamp: Stamp | None

    @property
    def accuracy(self) -> timedelta:
        """The bound on the error of `gen_time`."""
        return self.stamp.accuracy if self.stamp else DEFAULT_ACCURACY


@dataclass(frozen=True)
class Proven:
    """One event with what proves it.

    `stamp` is the first token that covers it, `beacon` the token its leaf names; `proof` leads to
    the checkpoint of `stamp`, or to the newest when there is none yet.
    """

    recorded: Recorded
    leaf: bytes
    documents: tuple[Document, ...]
    proof: TlogProof | None
    stamp: Token | None
    beacon: Token | None

    @property
    def status(self) -> str:
        """How far its proof has come."""
        if self.stamp:
            return "gestempeld"
        return "verzegeld" if self.proof else "geregistreerd"

    @property
    def moment(self) -> Moment | None:
        """What it means in law."""
        return moment_of(self.recorded.type)

    @property
    def interval(self) -> Interval:
        """When it can have happened, by the tokens alone."""
        lower, upper = self.beacon, self.stamp
        return Interval(
            lower.gen_time - lower.accuracy if lower else None,
            upper.gen_time + upper.accuracy if upper else None,
        )


@dataclass(frozen=True)
class Evidence:
    """All that goes into the proof of one stream.

    `newest` is the newest checkpoint (signed note) and `renewal` the newest token; `consistency`
    maps sizes to the proof that `newest` extends them. `roots` are PEM, `names` the names of URIs.
    """

    stream: str
    log: Verifier
    events: tuple[Proven, ...]
    newest: bytes | None
    renewal: Token | None
    consistency: Mapping[int, Sequence[bytes]]
    outages: tuple[Mapping[str, Any], ...]
    roots: bytes
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def checkpoint(self) -> Checkpoint | None:
        """What `newest` says."""
        return open_checkpoint(self.newest, self.log) if self.newest else None

    @property
    def tokens(self) -> list[Token]:
        """Every token in it once, oldest first."""
        each = [t for e in self.events for t in (e.stamp, e.beacon)] + [self.renewal]
        known = {token.sha256: token for token in each if token}
        return sorted(known.values(), key=lambda t: (t.size, t.gen_time, t.sha256))

    @property
    def provisional(self) -> bool:
        """True while an event still waits for its time stamp."""
        return any(event.stamp is None for event in self.events)

    @property
    def qualified(self) -> bool:
        """True when every token claims to be qualified (which only a trusted list can confirm)."""
        return bool(self.tokens) and all(t.stamp and t.stamp.qualified for t in self.tokens)

    @property
    def erased(self) -> bool:
        """True when the key of the content has been destroyed, and the content with it."""
        return any(event.recorded.key is None for event in self.events)


def gather(
    conn: Connection,
    stream: str,
    mapper: LeafMapper,
    log: Verifier,
    roots: bytes,
    *,
    known: Sequence[int] = (),
    names: Mapping[str, str] | None = None,
) -> Evidence:
    """The evidence for `stream` (`module/uuid`) as it stands now.

    `roots` are the TSA roots (PEM) that the bundle will hint at; `known` are sizes of checkpoints
    that somebody holds and wants to see extended. Raises NoSuchStream.
    """
    with conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return _Reading(conn, mapper, log, roots).read(stream, known, names or {})


class _Reading:
    """One reading, within one transaction."""

    def __init__(self, conn: Connection, mapper: LeafMapper, log: Verifier, roots: bytes) -> None:
        self._conn = conn
        self._mapper = mapper
        self._log = log
        self._roots = roots
        self._certificates = x509.load_pem_x509_certificates(roots) if roots else []
        self._tile = tile_reader(conn)

    def read(self, stream: str, known: Sequence[int], names: Mapping[str, str]) -> Evidence:
        recorded = self._recorded("WHERE e.stream = %s ORDER BY e.seq", stream)
        if not recorded:
            raise NoSuchStream(stream)
        newest = self._newest()
        leaves = self._leaves(stream)
        stamps = self._stamps([r.position for r in recorded])
        beacons = self._beacons(leaves)
        events = tuple(
            self._proven(r, leaf, stamps.get(r.position), beacons, newest)
            for r, leaf in zip(recorded, leaves, strict=True)
        )
        renewal = self._token("ORDER BY t.size DESC, t.gen_time DESC LIMIT 1")
        sizes = {t.size for e in events for t in (e.stamp, e.beacon) if t}
        sizes |= {*known, renewal.size if renewal else 0} - {0}
        checkpoint = open_checkpoint(newest, self._log) if newest else None
        return Evidence(
            stream=stream,
            log=self._log,
            events=events,
            newest=newest,
            renewal=renewal,
            consistency={
                size: tiles.consistency(size, checkpoint.size, self._tile)
                for size in sorted(sizes)
                if checkpoint and size < checkpoint.size
            },
            outages=self._outages(recorded[0].registered),
            roots=self._roots,
            names=names,
        )

    def _recorded(self, condition: str, *arguments: Any) -> list[Recorded]:
        cursor = self._conn.cursor(binary=True)
        cursor.execute(f"{COLUMNS} {condition}", arguments)
        return [self._mapper.to_domain_event(row(found)) for found in cursor.fetchall()]

    def _leaves(self, stream: str) -> list[bytes]:
        cursor = self._conn.cursor(binary=True)
        cursor.execute("SELECT leaf FROM events WHERE stream = %s ORDER BY seq", (stream,))
        return [leaf for (leaf,) in cursor.fetchall()]

    def _newest(self) -> bytes | None:
        found = self._conn.execute(
            "SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1"
        ).fetchone()
        return found[0].encode() if found else None

    def _stamps(self, positions: Sequence[int]) -> dict[int, Token]:
        """The first token over each position."""
        tokens = {
            token.sha256: token
            for token in self._tokens(
                """WHERE t.sha256 IN (
                    SELECT first.sha256 FROM unnest(%s::bigint[]) AS p (position)
                    CROSS JOIN LATERAL (
                        SELECT sha256 FROM timestamps WHERE size > p.position
                        ORDER BY size, gen_time LIMIT 1
                    ) AS first)""",
                list(positions),
            )
        }.values()
        return {
            position: min(covering, key=lambda t: (t.size, t.gen_time))
            for position in positions
            if (covering := [t for t in tokens if t.size > position])
        }

    def _beacons(self, leaves: Iterable[bytes]) -> dict[str, Token]:
        """The tokens that leaves name, by the hash as they carry it."""
        named = {b for b in map(_beacon, leaves) if b}
        tokens = self._tokens("WHERE t.size = ANY(%s)", [b.size for b in named])
        hashes = {b.hash for b in named}
        return {h: token for token in tokens if (h := b64(token.sha256)) in hashes}

    def _token(self, condition: str) -> Token | None:
        return next(iter(self._tokens(condition)), None)

    def _tokens(self, condition: str, *arguments: Any) -> list[Token]:
        cursor = self._conn.cursor(binary=True)
        cursor.execute(f"{TOKENS} {condition}", arguments)
        return [self._checked(*found) for found in cursor.fetchall()]

    def _checked(
        self, size: int, tsa: str, query: bytes, response: bytes, sha256: bytes,
        gen_time: datetime, note: str,
    ) -> Token:  # fmt: skip
        data = note.encode()
        try:
            stamp = check(response, query, data, self._certificates, None)
        except TokenRefused:
            stamp = None
        return Token(size, tsa, query, response, sha256, gen_time, data, stamp)

    def _proven(
        self,
        recorded: Recorded,
        leaf: bytes,
        stamp: Token | None,
        beacons: Mapping[str, Token],
        newest: bytes | None,
    ) -> Proven:
        beacon = _beacon(leaf)
        note = stamp.note if stamp else newest
        size = open_checkpoint(note, self._log).size if note else 0
        proof = None
        if note and recorded.position < size:
            path = tiles.inclusion(recorded.position, size, self._tile)
            extra = stamp.stamp.token if stamp and stamp.stamp else b""
            proof = TlogProof(recorded.position, tuple(path), note, extra)
        return Proven(
            recorded=recorded,
            leaf=leaf,
            documents=tuple(documents_in(recorded.fact)) if recorded.fact is not None else (),
            proof=proof,
            stamp=stamp,
            beacon=beacons.get(beacon.hash) if beacon else None,
        )

    def _outages(self, since: datetime) -> tuple[Mapping[str, Any], ...]:
        """Outages of time stamping that lasted at `since` or began later."""
        events = self._recorded(
            "WHERE e.stream >= 'tijdstempels/' AND e.stream < 'tijdstempels0' ORDER BY e.position"
        )
        found: list[dict[str, Any]] = []
        for event in events:
            match event.fact:
                case TsaStoringBegonnen(tsa, reden, vanaf):
                    found.append(
                        {"tsa": tsa, "reden": reden, "vanaf": vanaf, "positie": event.position,
                         "tot": None}
                    )  # fmt: skip
                case TsaStoringBeeindigd(tsa):
                    for outage in found:
                        if outage["tsa"] == tsa and outage["tot"] is None:
                            outage["tot"] = utc_text(event.registered)
        return tuple(
            outage
            for outage in found
            if outage["tot"] is None or datetime.fromisoformat(outage["tot"]) >= since
        )


_leaf_decoder = msgspec.json.Decoder(Leaf)


def _beacon(leaf: bytes) -> Beacon | None:
    return _leaf_decoder.decode(leaf).beacon
