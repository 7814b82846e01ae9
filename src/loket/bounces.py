# SPDX-License-Identifier: EUPL-1.2
"""Mail that came back: what a delivery status notification (RFC 3464) says of one of our mails.

Only the id of our message and the status code (RFC 3463) are taken from it: the rest may hold
addresses and texts of others.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

MAX_SIZE = 4 * 1024 * 1024
"""Bytes of a notification that are read; ours return a few kilobytes."""

_MESSAGE_ID = re.compile(r"<([\x21-\x3b\x3d\x3f-\x7e]{1,255})>")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_FINAL = "failed"


class Unreadable(ValueError):
    """This is no delivery status notification about a message; the text says why, in Dutch."""


@dataclass(frozen=True, slots=True)
class Bounce:
    """What is said of the message with this id (without angle brackets).

    `failed` is False for what was delivered, passed on or is only late.
    """

    message_id: str
    failed: bool
    status: str = ""


def parse(raw: bytes) -> Bounce:
    """What a notification says. Raises Unreadable."""
    if len(raw) > MAX_SIZE:
        raise Unreadable("Het bericht is te groot voor een terugmelding.")
    notice = message_from_bytes(raw, policy=compat32)
    if notice.get_content_type() != "multipart/report":
        raise Unreadable("Dit is geen terugmelding (multipart/report, RFC 3464).")
    groups = [group for part in _parts(notice, "message/delivery-status") for group in _of(part)]
    reports = [group for group in groups if group.get("Action")]
    if not reports:
        raise Unreadable("De terugmelding zegt niets over een ontvanger.")
    message_id = _message_id(notice)
    if not message_id:
        raise Unreadable("De terugmelding noemt het oorspronkelijke bericht niet.")
    failed = [each for each in reports if _word(each.get("Action")) == _FINAL]
    if not failed:
        return Bounce(message_id, failed=False)
    found = _STATUS.search(str(failed[0].get("Status", "")))
    return Bounce(message_id, failed=True, status=found[0] if found else "")


def _parts(notice: Message, kind: str) -> Iterator[Message]:
    return (part for part in notice.walk() if part.get_content_type() == kind)


def _of(part: Message) -> list[Message]:
    """The groups of fields of a delivery status: of the message, then of each recipient."""
    payload = part.get_payload()
    return [group for group in payload if isinstance(group, Message)] if _is_list(payload) else []


def _is_list(payload: object) -> bool:
    return isinstance(payload, list)


def _word(value: object) -> str:
    return str(value or "").strip().lower()


def _message_id(notice: Message) -> str:
    """The id of the message that came back: from its own header, as it was returned."""
    for part in (*_parts(notice, "message/rfc822"), *_parts(notice, "text/rfc822-headers")):
        payload = part.get_payload()
        returned = payload[0] if isinstance(payload, list) and payload else None
        if returned is None:
            content = part.get_payload(decode=True)
            returned = message_from_bytes(content if isinstance(content, bytes) else b"")
        if isinstance(returned, Message) and (
            found := _MESSAGE_ID.search(str(returned.get("Message-ID", "")))
        ):
            return found[1]
    return ""
