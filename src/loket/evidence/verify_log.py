# SPDX-License-Identifier: EUPL-1.2
"""Steps 4, 5, 6, 10 and 11: leaves, checkpoints and tokens, by the keys the verifier brings."""

import hashlib
from base64 import b64decode
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509

from loket.evidence import tiles
from loket.evidence.merkle import ProofError, verify_consistency, verify_inclusion
from loket.evidence.note import Checkpoint, NoteError, Verifier, log_signed, open_checkpoint
from loket.evidence.tiles import ReadTile, TileError
from loket.evidence.token import Stamp, TokenRefused, check, check_token
from loket.evidence.verify_parts import EventRead, Parts, b64url
from loket.evidence.verify_report import Code, Report


@dataclass(frozen=True, slots=True)
class Held:
    """A checkpoint that the verifier has from elsewhere; `read_tile` reads the log it is of, when
    that is at hand."""

    note: bytes
    read_tile: ReadTile | None = None


@dataclass(frozen=True, slots=True)
class Trust:
    """What the verifier brings: keys of the log, roots of TSAs, the policies (OIDs) allowed (None:
    any), the time of verification (aware), and a checkpoint held."""

    logs: Sequence[Verifier]
    roots: Sequence[x509.Certificate]
    at: datetime
    policies: Collection[str] | None = None
    held: Held | None = None


@dataclass(frozen=True, slots=True)
class Verified:
    """A token that stands: over which checkpoint, what it proves, and how leaves name it."""

    checkpoint: Checkpoint
    stamp: Stamp
    beacon: str


@dataclass
class Proven:
    """What the steps have established so far."""

    checkpoints: dict[bytes, Checkpoint] = field(default_factory=dict)
    included: dict[int, Checkpoint] = field(default_factory=dict)
    tokens: list[Verified] = field(default_factory=list)
    extended: set[tuple[Checkpoint, Checkpoint]] = field(default_factory=set)

    def covers(self, token: Verified, checkpoint: Checkpoint) -> bool:
        """Does the token stamp this checkpoint, or one that extends it?"""
        pair = (checkpoint, token.checkpoint)
        return checkpoint == token.checkpoint or pair in self.extended


def step_5_checkpoints(parts: Parts, trust: Trust, proven: Proven, report: Report) -> None:
    """Every checkpoint is signed by the log, with a key that the verifier knows."""
    for name, note in _notes(parts):
        if note in proven.checkpoints:
            continue
        try:
            proven.checkpoints[note] = _open(note, trust.logs)
        except NoteError as error:
            if _signed_by_known_key(note, trust.logs):
                report.add(5, Code.HANDTEKENING_ONJUIST, f"{name}: {error}")
            else:
                message = f"{name} is niet ondertekend met de sleutel die u opgaf"
                report.add(5, Code.SLEUTEL_ONBEKEND, message)


def _notes(parts: Parts) -> Iterator[tuple[str, bytes]]:
    if parts.newest is not None:
        yield "log/checkpoint", parts.newest
    for event in parts.events:
        if event.proof is not None:
            yield f"log/{event.number}.tlog-proof", event.proof.checkpoint
    for token in parts.tokens:
        yield f"{token.name}.note", token.note


def _open(note: bytes, logs: Sequence[Verifier]) -> Checkpoint:
    failure = NoteError("geen enkele sleutel opgegeven")
    for log in logs:
        try:
            return open_checkpoint(note, log)
        except NoteError as error:
            failure = error
    raise failure


def _signed_by_known_key(note: bytes, logs: Sequence[Verifier]) -> bool:
    """Does a signature line carry the name and id of a known key?"""
    for line in note.decode("utf-8", "replace").splitlines():
        words = line.split(" ")
        if len(words) != 3 or words[0] != "—":
            continue
        try:
            key_id = b64decode(words[2])[:4]
        except ValueError:
            continue
        if any((log.name, log.key_id) == (words[1], key_id) for log in logs):
            return True
    return False


def step_4_inclusion(parts: Parts, proven: Proven, report: Report) -> None:
    """Every leaf stands in the tree of a signed checkpoint, in the order of the stream."""
    last = -1
    for event in parts.events:
        if event.proof is None:
            report.add(4, Code.NOG_NIET_VERZEGELD, "nog in geen checkpoint", event.number)
            continue
        checkpoint = proven.checkpoints.get(event.proof.checkpoint)
        if checkpoint is None:
            continue
        _check_inclusion(event, checkpoint, proven, report)
        if event.proof.index <= last:
            message = "de plaats in het log loopt niet op met de keten"
            report.add(4, Code.VOLGORDE, message, event.number)
        last = event.proof.index


def _check_inclusion(
    event: EventRead, checkpoint: Checkpoint, proven: Proven, report: Report
) -> None:
    assert event.proof is not None
    proof, leaf = event.proof, event.leaf
    try:
        verify_inclusion(leaf.hash, proof.index, checkpoint.size, proof.path, checkpoint.root)
    except ProofError as error:
        report.add(4, Code.NIET_IN_LOG, str(error), event.number)
        return
    if leaf.log != checkpoint.origin:
        report.add(4, Code.NIET_IN_LOG, f"het blad is van log {leaf.log}", event.number)
        return
    proven.included[event.number] = checkpoint


def step_6_tokens(parts: Parts, trust: Trust, proven: Proven, report: Report) -> None:
    """Every time stamp is genuine, answers its query and is over a checkpoint of this log."""
    for token in parts.tokens:
        checkpoint = proven.checkpoints.get(token.note)
        if checkpoint is None:
            continue
        try:
            data = _log_signed(token.note, trust.logs)
            stamp = check(token.response, token.query, data, trust.roots, trust.policies)
        except TokenRefused as refused:
            report.add(6, Code(refused.code), f"{token.name}: {refused.reason}")
            continue
        beacon = b64url(hashlib.sha256(token.response).digest())
        proven.tokens.append(Verified(checkpoint, stamp, beacon))
        if not stamp.qualified:
            message = f"tijdstempels van {stamp.tsa}"
            report.add(6, Code.TSA_NIET_GEKWALIFICEERD, message)
    for event in parts.events:
        _check_extra(event, trust, proven, report)
        covering = proven.included.get(event.number)
        if covering and not any(proven.covers(t, covering) for t in proven.tokens):
            report.add(6, Code.NOG_NIET_GESTEMPELD, "geen geldig tijdstempel", event.number)


def _check_extra(event: EventRead, trust: Trust, proven: Proven, report: Report) -> None:
    """The token in a proof, which no signature covers, is one over the checkpoint of that proof."""
    if event.proof is None or not event.proof.extra or event.number not in proven.included:
        return
    if any(token.stamp.token == event.proof.extra for token in proven.tokens):
        return
    try:
        data = _log_signed(event.proof.checkpoint, trust.logs)
        check_token(event.proof.extra, data, trust.roots, trust.policies)
    except TokenRefused as refused:
        message = f"token in log/{event.number}.tlog-proof: {refused.reason}"
        report.add(6, Code(refused.code), message, event.number)


def _log_signed(note: bytes, logs: Sequence[Verifier]) -> bytes:
    """What the token stamps: the note up to the log's own line. The note is known to be signed."""
    for log in logs:
        try:
            return log_signed(note, log)
        except NoteError:
            continue
    return note


def step_10_freshness(parts: Parts, trust: Trust, proven: Proven, report: Report) -> None:
    """Every checkpoint is a beginning of the newest, and that agrees with the one held."""
    if parts.newest is None or parts.newest not in proven.checkpoints:
        return
    newest = proven.checkpoints[parts.newest]
    for checkpoint in set(proven.checkpoints.values()):
        _check_extends(checkpoint, newest, parts.consistency, proven, report)
    by_size: dict[tuple[str, int], Checkpoint] = {}
    for checkpoint in proven.checkpoints.values():
        if by_size.setdefault((checkpoint.origin, checkpoint.size), checkpoint) != checkpoint:
            message = f"twee verschillende logs van {checkpoint.size} bladen"
            report.add(10, Code.LOG_GESPLITST, message)
    if trust.held is not None:
        _check_held(trust.held, newest, parts, trust, proven, report)


def _check_extends(
    old: Checkpoint,
    new: Checkpoint,
    proofs: Mapping[tuple[int, int], Sequence[bytes]],
    proven: Proven,
    report: Report,
) -> None:
    if old == new:
        return
    if old.size > new.size:
        message = f"het log van {new.size} bladen had er al {old.size}"
        report.add(10, Code.LOG_TERUGGEDRAAID, message)
    elif old.size == new.size:
        report.add(10, Code.LOG_GESPLITST, f"twee verschillende logs van {new.size} bladen")
    elif (old.size, new.size) not in proofs:
        message = f"geen bewijs dat het log van {new.size} bladen dat van {old.size} voortzet"
        report.add(10, Code.SAMENHANG_ONBEWEZEN, message)
    else:
        path = proofs[old.size, new.size]
        try:
            verify_consistency(old.size, old.root, new.size, new.root, path)
            proven.extended.add((old, new))
        except ProofError:
            message = f"het log van {new.size} bladen zet dat van {old.size} niet voort"
            report.add(10, Code.LOG_TERUGGEDRAAID, message)


def _check_held(
    held: Held, newest: Checkpoint, parts: Parts, trust: Trust, proven: Proven, report: Report
) -> None:
    try:
        checkpoint = _open(held.note, trust.logs)
    except NoteError:
        message = "uw checkpoint is niet ondertekend met de sleutel die u opgaf"
        report.add(10, Code.SLEUTEL_ONBEKEND, message)
        return
    for other in proven.checkpoints.values():
        if other.size == checkpoint.size and other != checkpoint:
            message = f"twee verschillende logs van {other.size} bladen"
            report.add(10, Code.LOG_GESPLITST, message)
            return
    proofs = dict(parts.consistency)
    small, large = sorted((checkpoint, newest), key=lambda c: c.size)
    if held.read_tile is not None and small.size < large.size == checkpoint.size:
        try:
            path = tiles.consistency(small.size, large.size, held.read_tile)
            proofs[small.size, large.size] = tuple(path)
        except (TileError, OSError) as error:
            report.add(10, Code.SAMENHANG_ONBEWEZEN, f"de tegels bij uw checkpoint: {error}")
    _check_extends(small, large, proofs, proven, report)


def step_11_long_term(trust: Trust, proven: Proven, report: Report) -> None:
    """For every token there is a verified one, over it or a continuation of the log, whose
    certificate is still valid."""
    valid = [t for t in proven.tokens if t.stamp.tsu_certificate.not_valid_after_utc >= trust.at]
    for token in proven.tokens:
        if not any(proven.covers(renewal, token.checkpoint) for renewal in valid):
            until = token.stamp.tsu_certificate.not_valid_after_utc.date()
            message = f"het certificaat van {token.stamp.tsa} verviel op {until}; niet vernieuwd"
            report.add(11, Code.ONVOLDOENDE_LANGETERMIJN, message)
