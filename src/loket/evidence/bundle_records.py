# SPDX-License-Identifier: EUPL-1.2
"""Events in the forms that others know: a line of the chain, and an ERDS evidence record.

The records have the shape of ETSI EN 319 522-2 clause 8; they are not signed (what they say is
proven by the leaf beside them) and claim no qualified service.
"""

import json
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import msgspec

from loket.evidence.gather import Evidence, Proven
from loket.evidence.leaf import Leaf, b64
from loket.evidence.moments import ETSI, Moment, utc_text
from loket.kernel import Document

_leaf_decoder = msgspec.json.Decoder(Leaf)


def stream_line(event: Proven) -> bytes:
    """One line of stroom.jsonl: the chain at a glance."""
    leaf = _leaf_decoder.decode(event.leaf)
    line = {
        "blad": b64(event.recorded.leaf_hash),
        "positie": event.recorded.position,
        "tijd": leaf.time,
        "type": leaf.type,
        "volgnummer": leaf.seq,
        "vorige": leaf.prev,
    }
    return (json.dumps(line, sort_keys=True) + "\n").encode()


def etsi_record(evidence: Evidence, event: Proven) -> dict[str, Any]:
    """The evidence record of a verzending, aflevering or opvraging."""
    recorded, moment = event.recorded, event.moment
    assert moment is not None
    sending = _sending_before(evidence, event)
    record: dict[str, Any] = {
        "version": "EN319522v1.2.1",
        "evidenceIdentifier": str(uuid5(NAMESPACE_URL, b64(recorded.leaf_hash))),
        "ERDSEventId": f"http://uri.etsi.org/19522/Event/{ETSI[moment]}",
        "eventTime": utc_text(recorded.registered),
        "evidenceIssuerDetails": {"legalName": evidence.log.name},
        "messageIdentifier": evidence.stream,
        "leafHash": b64(recorded.leaf_hash),
    }
    if sending:
        record["submissionTime"] = utc_text(sending.recorded.registered)
        record["senderDetails"] = _sender(sending, evidence)
        record["userContentInfo"] = {"partsInfo": [_part(d) for d in sending.documents]}
        record["recipientDetails"] = [
            {"identifier": uri, "legalName": evidence.names.get(uri, "")}
            for uri in recipients(event)
        ]
    return record


def recipients(event: Proven) -> tuple[str, ...]:
    """The URIs to which a sending went, or the one that a delivery or consultation concerns."""
    fact = event.recorded.fact
    one = getattr(fact, "ontvanger", None)
    return (one,) if one else tuple(getattr(fact, "ontvangers", ()))


def _sending_before(evidence: Evidence, event: Proven) -> Proven | None:
    """The sending that this event is, or belongs to; None when the content is gone."""
    sendings = [
        each
        for each in evidence.events
        if each.moment is Moment.VERZENDING
        and each.recorded.seq <= event.recorded.seq
        and each.recorded.opening
    ]
    return sendings[-1] if sendings else None


def _sender(sending: Proven, evidence: Evidence) -> dict[str, Any]:
    actor = sending.recorded.actor
    assert actor is not None
    return {
        "identifier": actor.bestuur,
        "legalName": evidence.names.get(actor.bestuur, ""),
        "identityAssuranceLevel": actor.niveau,
        "delegate": actor.namens or None,
        "roles": sorted(actor.rollen),
    }


def _part(document: Document) -> dict[str, str]:
    return {
        "identifier": document.naam,
        "contentType": document.formaat,
        "digestMethod": "http://www.w3.org/2001/04/xmlenc#sha256",
        "digestValue": document.sha256,
    }
