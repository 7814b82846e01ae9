# SPDX-License-Identifier: EUPL-1.2
"""Reading what a mail server sends back."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loket.bounces import MAX_SIZE, Bounce, Unreadable, parse

DSN = """\
From: MAILER-DAEMON@mail.example
To: loket@abb.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"

--=_b
Content-Type: text/plain

<jan@aalst.example>: host mx.aalst.example said: 550 5.1.1 unknown user

--=_b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example
Arrival-Date: Mon, 2 Nov 2026 19:00:00 +0000

Final-Recipient: rfc822; jan@aalst.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 unknown user

--=_b
Content-Type: {kind}

Message-ID: {message_id}
Subject: Nieuw bericht
To: jan@aalst.example
{body}
--=_b--
"""


def notice(
    message_id: str = "<een@loket.example>",
    action: str = "failed",
    status: str = "5.1.1",
    kind: str = "message/rfc822",
    body: str = "\ntekst",
) -> bytes:
    text = DSN.format(message_id=message_id, action=action, status=status, kind=kind, body=body)
    return text.replace("\n", "\r\n").encode()


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
def test_a_failure_names_our_message_and_its_status(kind: str) -> None:
    assert parse(notice(kind=kind)) == Bounce("een@loket.example", failed=True, status="5.1.1")


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_what_is_late_or_delivered_is_no_failure(action: str) -> None:
    assert parse(notice(action=action)) == Bounce("een@loket.example", failed=False)


def test_a_status_that_is_none_is_left_out() -> None:
    assert parse(notice(status="kapot")).status == ""
    assert parse(notice(action=" Failed ")).failed


def test_plain_newlines_are_read_too() -> None:
    assert parse(notice().replace(b"\r\n", b"\n")).message_id == "een@loket.example"


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"niets",
        b"\xff\xfe\x00",
        notice().replace(b"multipart/report", b"multipart/mixed"),
        notice().replace(b"message/delivery-status", b"text/plain"),
        notice(message_id="geen"),
        notice(kind="text/plain"),
        notice().replace(b"Action: failed", b"Inaction: failed"),
        b"x" * (MAX_SIZE + 1),
    ],
    ids=["empty", "text", "binary", "mixed", "no status", "no id", "no part", "no action", "large"],
)
def test_anything_else_is_said_to_be_unreadable(wrong: bytes) -> None:
    with pytest.raises(Unreadable):
        parse(wrong)


@given(st.binary(max_size=400), st.integers(0, 900))
def test_a_damaged_notice_never_does_harm(noise: bytes, at: int) -> None:
    whole = notice()
    with suppress(Unreadable):
        parse(whole[:at] + noise + whole[at + len(noise) :])
