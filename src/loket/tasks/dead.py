# SPDX-License-Identifier: EUPL-1.2
"""Dead letters: reactions that were given up, kept whatever the broker, and tried again on demand.

They hold the names of errors, never their texts.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from dramatiq import MessageProxy
from dramatiq.broker import Broker
from dramatiq.middleware import Middleware

from loket.evidence.follow import DISCONNECTED
from loket.evidence.store import connect
from loket.tasks.broker import enqueue, message_for

PAUSES = (0.1, 0.5, 2.0, 8.0)
"""Seconds to wait for the database before a letter is lost to the table."""

_BURY = """
INSERT INTO dead_letters (id, reaction, stream, seq, retries, error)
VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (id) DO UPDATE
SET retries = EXCLUDED.retries, error = EXCLUDED.error, failed = EXCLUDED.failed
"""
_LIST = """
SELECT id, reaction, stream, seq, retries, error, failed FROM dead_letters ORDER BY failed, id
"""
_RAISE = """
DELETE FROM dead_letters WHERE %s::uuid IS NULL OR id = %s::uuid
RETURNING id, reaction, stream, seq
"""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Letter:
    """A reaction (`actor`) to fact `seq` of `stream` that was given up after so many `retries`;
    `reason` is the name of the last error, `failed` when (UTC)."""

    id: UUID
    actor: str
    stream: str
    seq: int
    retries: int
    reason: str
    failed: datetime

    @property
    def arguments(self) -> str:
        """The fact it reacted to: `toezicht/<id>/<seq>`."""
        return f"{self.stream}/{self.seq}"


class DeadLetters(Middleware):
    """Writes a message down before the broker lets go of it for good."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    def after_process_message(
        self,
        broker: Broker,  # noqa: ARG002
        message: MessageProxy,
        *,
        result: object = None,  # noqa: ARG002
        exception: BaseException | None = None,
    ) -> None:
        """Remembers why the last attempt failed."""
        if exception is not None:
            message.options["error"] = str(exception)

    def before_nack(self, broker: Broker, message: MessageProxy) -> None:  # noqa: ARG002
        """Keeps the message in `dead_letters`."""
        error = message.options.get("error", "UnknownReaction")
        retries = message.options.get("retries", 0)
        _bury(self._dsn, (message.message_id, message.actor_name, *message.args, retries, error))
        _log.error("reaction_given_up", reaction=message.actor_name, error=error)


def _bury(dsn: str, values: tuple[object, ...]) -> None:
    for pause in (*PAUSES, None):
        try:
            with connect(dsn) as conn:
                conn.execute(_BURY, values)
            return
        except DISCONNECTED:
            if pause is None:
                raise
            time.sleep(pause)


def letters(dsn: str) -> list[Letter]:
    """What was given up, oldest first."""
    with connect(dsn) as conn:
        return [Letter(*values) for values in conn.execute(_LIST)]


def raise_letters(dsn: str, broker: Broker, which: UUID | None = None) -> int:
    """Tries one letter, or all, again from the first attempt on; answers how many."""
    with connect(dsn) as conn, conn.transaction():
        found = conn.execute(_RAISE, (which, which)).fetchall()
        # A new id: the broker may not have let go of the old one yet.
        messages = [
            message_for(reaction, stream, seq, purpose=f" after {old}")
            for old, reaction, stream, seq in found
        ]
        if messages:
            enqueue(conn, broker, messages)
    return len(messages)
