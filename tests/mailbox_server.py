# SPDX-License-Identifier: EUPL-1.2
"""A mail server on 127.0.0.1 that does as it is told."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller

from loket.mail import Smtp


class Mailbox:
    """A mail server's handler: keeps what it takes, answers recipients with `answer`."""

    def __init__(self, answer: str = "250 OK", content: str = "250 OK") -> None:
        self.answer = answer
        self.content = content
        self.attempts = 0
        self.taken: list[bytes] = []

    async def handle_RCPT(  # noqa: N802 - the name aiosmtpd asks for
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        self.attempts += 1
        if self.answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any
    ) -> str:
        if self.content.startswith("2"):
            self.taken.append(envelope.content)
        return self.content


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def serving(mailbox: Mailbox, port: int = 0) -> Iterator[Smtp]:
    """A mail server on 127.0.0.1 for as long as the context lasts."""
    controller = Controller(mailbox, hostname="127.0.0.1", port=port or free_port())
    controller.start()
    try:
        yield Smtp("127.0.0.1", controller.port, timeout=5)
    finally:
        controller.stop()
