# SPDX-License-Identifier: EUPL-1.2
"""Steps 2, 3 and 9 of the verification: what the bundle says of itself, against its leaves."""

import hmac
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from loket.evidence.moments import ERASURE, Moment, moment_of
from loket.evidence.verify_parts import (
    DocumentRead,
    EventRead,
    Line,
    Parts,
    b64url,
    payload_of,
)
from loket.evidence.verify_records import check_record, recipients
from loket.evidence.verify_report import Code, Report
from loket.evidence.verify_zip import DOCUMENTS

PAYLOAD_TAG = b"loket/v1/payload\n"
ACTOR_TAG = b"loket/v1/actor\n"
DOCUMENT_TAG = b"loket/v1/document\n"
FIRST_PREV = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
"""base64url of SHA-256 of nothing."""

MOST_MISSING = 20
"""Missing events that are named; a bundle may claim any number."""


def commitment(salt: bytes, tag: bytes, content: bytes) -> str:
    """What a leaf carries for this content."""
    return b64url(hmac.digest(salt, tag + content, "sha256"))


def step_2_content(
    parts: Parts, digests: Mapping[str, str], sizes: Mapping[str, int], report: Report
) -> None:
    """Every opening gives the commitment in its leaf, every document its hash and size."""
    erased = any(event.leaf.type.endswith(f".{ERASURE}") for event in parts.events)
    for event in parts.events:
        if event.payload is None or event.actor is None:
            report.add(2, *_absent(event, erased=erased), event.number)
            continue
        _check_openings(event, report)
        _check_documents(event, parts.index.documents.get(event.number, ()), report)
        for document in parts.index.documents.get(event.number, ()):
            if document.file is not None:
                _check_file(event.number, document, digests, sizes, report)
    named = {d.file for each in parts.index.documents.values() for d in each}
    for name in digests:
        if name.startswith(DOCUMENTS) and name not in named:
            report.add(2, Code.INHOUD_GEWIJZIGD, f"{name} hoort bij geen gebeurtenis")


def _absent(event: EventRead, *, erased: bool) -> tuple[Code, str]:
    """Drafts are their owner's and may be left out; what has legal effect may not."""
    if erased:
        return Code.INHOUD_VERNIETIGD, "bestaan en tijdstip blijven bewezen"
    if moment_of(event.leaf.type):
        return Code.INHOUD_ONTBREEKT, "de inhoud zit niet in de bundel"
    return Code.INHOUD_NIET_BIJGEVOEGD, "alleen het bestaan en het tijdstip zijn bewezen"


def _check_openings(event: EventRead, report: Report) -> None:
    for what, salt, tag, content, committed in (
        ("de inhoud", event.payload_salt, PAYLOAD_TAG, event.payload, event.leaf.payload),
        ("de actor", event.actor_salt, ACTOR_TAG, event.actor, event.leaf.actor),
    ):
        if salt is None or content is None or commitment(salt, tag, content) != committed:
            message = f"{what} is niet wat het blad vastlegt"
            report.add(2, Code.INHOUD_GEWIJZIGD, message, event.number)


def _check_documents(event: EventRead, listed: tuple[DocumentRead, ...], report: Report) -> None:
    docs, salts = event.leaf.docs, event.document_salts
    if not len(docs) == len(salts) == len(listed):
        report.add(
            2, Code.INHOUD_GEWIJZIGD, "niet alle documenten van het blad zijn genoemd", event.number
        )
        return
    known = set(_documents_in(payload_of(event)))
    for (committed, size), salt, document in zip(docs, salts, listed, strict=True):
        opened = commitment(salt, DOCUMENT_TAG, bytes.fromhex(document.sha256)) == committed
        same = (document.sha256, document.size, document.name) in known
        if not opened or size != document.size or not same:
            message = f"{document.name} is niet het document dat het blad vastlegt"
            report.add(2, Code.INHOUD_GEWIJZIGD, message, event.number)


def _check_file(
    number: int,
    document: DocumentRead,
    digests: Mapping[str, str],
    sizes: Mapping[str, int],
    report: Report,
) -> None:
    name = document.file or ""
    if name not in digests:
        report.add(2, Code.INHOUD_ONTBREEKT, f"{name} zit niet in de bundel", number)
    elif (digests[name], sizes[name]) != (document.sha256, document.size):
        report.add(2, Code.INHOUD_GEWIJZIGD, f"{name} heeft een andere inhoud", number)


def _documents_in(value: Any) -> Iterator[tuple[str, int, str]]:
    match value:
        case {"sha256": str(digest), "size": int(size), "naam": str(name)}:
            yield digest, size, name
        case dict():
            for inner in value.values():
                yield from _documents_in(inner)
        case list():
            for inner in value:
                yield from _documents_in(inner)


def step_3_chain(parts: Parts, report: Report) -> None:
    """The stream runs from 0 without a gap, and every leaf carries the hash of the one before."""
    seqs = Counter(event.leaf.seq for event in parts.events)
    missing = (n for n in range(max(parts.expected, *seqs, 0)) if n not in seqs)
    for number in islice(missing, MOST_MISSING):
        report.add(3, Code.GEBEURTENIS_ONTBREEKT, "zit niet in de bundel", number)
    if not seqs:
        report.add(3, Code.GEBEURTENIS_ONTBREEKT, "de bundel bevat geen enkele gebeurtenis")
    previous: EventRead | None = None
    for event in parts.events:
        leaf = event.leaf
        if leaf.seq != event.number or seqs[leaf.seq] > 1:
            report.add(3, Code.VOLGORDE, f"het blad heeft volgnummer {leaf.seq}", event.number)
        line = parts.lines.get(event.number)
        index = event.proof.index if event.proof else line and line.position
        if line and line != Line(b64url(leaf.hash), leaf.prev, leaf.type, index or 0):
            message = "het blad is niet dat van stroom.jsonl"
            report.add(3, Code.INHOUD_GEWIJZIGD, message, event.number)
        if leaf.prev != (b64url(previous.leaf.hash) if previous else FIRST_PREV):
            report.add(3, Code.VOLGORDE, "het blad volgt niet op het vorige", event.number)
        if previous and leaf.time <= previous.leaf.time:
            report.add(3, Code.VOLGORDE, "de geregistreerde tijd loopt niet op", event.number)
        previous = event


def step_9_coherence(parts: Parts, report: Report) -> None:
    """All leaves are of the dossier the bundle is about; delivery follows sending, to its
    recipients; consultation follows delivery, by those it reached."""
    sent: set[str] | None = None
    reached: set[str] | None = None
    sending: EventRead | None = None
    for event in parts.events:
        _check_identity(event, parts, report)
        match moment_of(event.leaf.type):
            case Moment.VERZENDING:
                sent, reached = set(recipients(event)), None
                sending = event
            case Moment.AFLEVERING:
                _check_follows(event, sent, "aflevering zonder verzending", report)
                reached = (reached or set()) | set(recipients(event))
            case Moment.OPVRAGING:
                _check_follows(event, reached, "opvraging zonder aflevering", report)
        if event.number in parts.records:
            check_record(event, sending, parts, report)


def _check_identity(event: EventRead, parts: Parts, report: Report) -> None:
    if event.leaf.stream != parts.index.stream:
        message = f"het blad is van {event.leaf.stream}"
        report.add(9, Code.BEWIJS_VAN_ANDER_BERICHT, message, event.number)
    if parts.index.types.get(event.number, event.leaf.type) != event.leaf.type:
        message = "bewijs.json noemt een ander soort gebeurtenis"
        report.add(9, Code.BEWIJS_VAN_ANDER_BERICHT, message, event.number)


def _check_follows(
    event: EventRead, allowed: set[str] | None, message: str, report: Report
) -> None:
    if allowed is None:
        report.add(9, Code.VOLGORDE, message, event.number)
        return
    strangers = set(recipients(event)) - allowed
    if allowed and strangers:
        message = f"{', '.join(sorted(strangers))} is geen ontvanger van deze verzending"
        report.add(9, Code.BEWIJS_VAN_ANDER_BERICHT, message, event.number)
