# SPDX-License-Identifier: EUPL-1.2
"""Part of step 9: the ERDS records say nothing else than the leaves and openings they are about."""

from collections.abc import Iterator
from typing import Any

from loket.evidence.moments import ETSI, moment_of
from loket.evidence.verify_parts import EventRead, Parts, b64url, payload_of, read_object
from loket.evidence.verify_report import Code, Report


def recipients(event: EventRead) -> tuple[str, ...]:
    """To whom a sending went, or whom a delivery or consultation concerns, by its payload."""
    match payload_of(event):
        case {"ontvanger": str(one)}:
            return (one,)
        case {"ontvangers": list(many)} if all(isinstance(each, str) for each in many):
            return tuple(many)
    return ()


def check_record(event: EventRead, sending: EventRead | None, parts: Parts, report: Report) -> None:
    """Compare the record of a moment with what was proven of it, and of its sending."""
    record = parts.records[event.number]
    for name, value in _expected(event, sending, parts):
        if _in(record, name) != value:
            message = f"het ERDS-record zegt iets anders over {name}"
            report.add(9, Code.BEWIJS_VAN_ANDER_BERICHT, message, event.number)


def _expected(
    event: EventRead, sending: EventRead | None, parts: Parts
) -> Iterator[tuple[str, Any]]:
    moment = moment_of(event.leaf.type)
    yield "ERDSEventId", f"http://uri.etsi.org/19522/Event/{ETSI[moment]}" if moment else None
    yield "messageIdentifier", event.leaf.stream
    yield "leafHash", b64url(event.leaf.hash)
    yield "eventTime", event.leaf.time.isoformat()
    if sending is None or sending.payload is None or event.payload is None:
        return
    yield "submissionTime", sending.leaf.time.isoformat()
    yield "senderDetails.identifier", read_object(sending.actor).get("bestuur")
    yield "recipientDetails.identifier", list(recipients(event))
    documents = parts.index.documents.get(sending.number, ())
    yield "userContentInfo.partsInfo.digestValue", [document.sha256 for document in documents]


def _in(record: Any, path: str) -> Any:
    """What stands at a path of names; of a list, what stands there in each."""
    for name in path.split("."):
        match record:
            case dict():
                record = record.get(name)
            case list():
                record = [item.get(name) if isinstance(item, dict) else None for item in record]
            case _:
                return None
    return record
