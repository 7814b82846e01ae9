# SPDX-License-Identifier: EUPL-1.2
"""Mail that leaves: plain messages over SMTP (RFC 5321), and what went wrong in one of two words.

A refusal is final and is not tried again; whatever may pass is. Neither says an address or a
text of the server, which may repeat one: an exception ends in logs.
"""

import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError, MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Literal, Protocol

Security = Literal["none", "starttls", "tls"]
PERMANENT = 500
"""From this SMTP code on a refusal is final (RFC 5321, 4.2.1)."""


class MailRefused(Exception):
    """The message will never be taken; the text says why, in Dutch."""


class MailUnavailable(Exception):
    """The message could not be handed over now; the text says why, in Dutch."""


class Mailer(Protocol):
    """Hands messages to a mail server."""

    def send(self, message: EmailMessage) -> None:
        """Returns once the server has taken the message.

        Raises MailRefused or MailUnavailable. Blocks: call it from a thread.
        """


@dataclass(frozen=True, slots=True)
class Smtp:
    """A mail server; `password` is used when `user` is set."""

    host: str
    port: int = 25
    security: Security = "none"
    user: str = ""
    password: str = ""
    timeout: float = 30.0

    def send(self, message: EmailMessage) -> None:
        """Hands one message over, on a connection of its own."""
        try:
            with self._connect() as server:
                _send(server, message)
        except (OSError, smtplib.SMTPException) as error:
            raise MailUnavailable(_outage(error)) from None

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=self.timeout, context=context
            )
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        try:
            if self.security == "starttls":
                server.starttls(context=context)
            if self.user:
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server


@dataclass(frozen=True, slots=True)
class NoMail:
    """No mail server is set: every message is refused, and the log says so."""

    def send(self, message: EmailMessage) -> None:  # noqa: ARG002
        """Raises MailRefused."""
        raise MailRefused("Er is geen mailserver ingesteld.")


def _send(server: smtplib.SMTP, message: EmailMessage) -> None:
    try:
        server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        _raise(max(codes), "het adres")
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        what = "de afzender" if isinstance(error, smtplib.SMTPSenderRefused) else "het bericht"
        _raise(error.smtp_code, what)
    except smtplib.SMTPNotSupportedError:
        raise MailRefused("De mailserver aanvaardt dit adres niet (SMTPUTF8).") from None


def _raise(code: int, what: str) -> None:
    kind = MailRefused if code >= PERMANENT else MailUnavailable
    raise kind(f"De mailserver weigert {what} (SMTP {code}).") from None


def _outage(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"De mailserver weigert de verbinding (SMTP {error.smtp_code})."
    if isinstance(error, TimeoutError):
        return "De mailserver antwoordt niet op tijd."
    return f"De mailserver is niet bereikbaar ({type(error).__name__})."


def compose(
    sender: str, to: str, subject: str, text: str, message_id: str, at: datetime
) -> EmailMessage:
    """A plain text message (RFC 5322) that no automatic reply should answer (RFC 3834).

    `message_id` comes without angle brackets. Raises MailRefused when `to` is not one address.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = _address(to)
    message["Subject"] = subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{message_id}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = "nl"
    message.set_content(text)
    return message


def _address(text: str) -> Address:
    try:
        address = Address(addr_spec=text)
    except (HeaderParseError, MessageError, ValueError, IndexError):
        raise MailRefused("Het e-mailadres van de verzender is niet bruikbaar.") from None
    if not address.domain or any(c in text for c in "\r\n\0"):
        raise MailRefused("Het e-mailadres van de verzender is niet bruikbaar.")
    return address
