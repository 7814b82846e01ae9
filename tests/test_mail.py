# SPDX-License-Identifier: EUPL-1.2
"""Mail over SMTP: taken, refused for good, or not now."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest

from loket.mail import MailRefused, MailUnavailable, NoMail, Smtp, compose
from mailbox_server import Mailbox, free_port, serving

AT = datetime(2026, 11, 2, 19, 0, tzinfo=UTC)


def message(to: str = "jan@aalst.example") -> Any:
    return compose("loket@abb.example", to, "Ontvangstbewijs: één", "Regel één\n", "x@abb", AT)


def test_a_message_arrives_as_it_was_composed() -> None:
    with serving(mailbox := Mailbox()) as smtp:
        smtp.send(message())
    [taken] = mailbox.taken
    read = message_from_bytes(taken, policy=default)
    assert read["To"] == "jan@aalst.example"
    assert read["Subject"] == "Ontvangstbewijs: één"
    assert read["Message-ID"] == "<x@abb>"
    assert read["Auto-Submitted"] == "auto-generated"
    assert read.get_content().split() == ["Regel", "één"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("mailbox", "what"),
    [
        (Mailbox(answer="550 jan@aalst.example does not live here"), "het adres"),
        (Mailbox(content="554 no"), "het bericht"),
    ],
)
def test_a_refusal_for_good_does_not_repeat_what_the_server_said(
    mailbox: Mailbox, what: str
) -> None:
    with serving(mailbox) as smtp, pytest.raises(MailRefused, match=what) as refused:
        smtp.send(message())
    assert "jan" not in str(refused.value)
    assert refused.value.__suppress_context__


def test_a_refusal_for_now_is_no_refusal() -> None:
    with serving(Mailbox(answer="451 later")) as smtp, pytest.raises(MailUnavailable, match="451"):
        smtp.send(message())


def test_a_server_that_is_down_may_come_back() -> None:
    with pytest.raises(MailUnavailable, match="niet bereikbaar"):
        Smtp("127.0.0.1", free_port(), timeout=5).send(message())


def test_a_server_without_starttls_is_not_trusted_with_the_message() -> None:
    with serving(mailbox := Mailbox()) as smtp:
        secure = Smtp(smtp.host, smtp.port, security="starttls", timeout=5)
        with pytest.raises(MailUnavailable):
            secure.send(message())
    assert not mailbox.taken


def test_without_a_server_every_message_is_refused() -> None:
    with pytest.raises(MailRefused, match="geen mailserver"):
        NoMail().send(message())


@pytest.mark.parametrize(
    "address",
    ["", "jan", "jan@", "a@b.example, c@d.example", "jan@b.example\nBcc: x@y.example", "<a@b>"],
)
def test_what_is_not_one_address_is_refused(address: str) -> None:
    with pytest.raises(MailRefused, match="niet bruikbaar"):
        message(address)
