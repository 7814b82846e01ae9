# SPDX-License-Identifier: EUPL-1.2
"""The log is the outbox: hands every fact that starts a reaction to the broker.

A reaction has a cursor; it moves in the transaction that enqueues. On PostgreSQL a crash leaves
both done or neither; with another broker a message may go twice, under the same id. Neither needs
to be flushed at once: what a crash takes is dispatched again from the log.
"""

from collections.abc import Sequence
from threading import Event

import structlog
from dramatiq.broker import Broker

from loket.evidence.follow import Connection, follow
from loket.tasks.broker import enqueue, message_for
from loket.tasks.reaction import Reaction

WINDOW = 5000
"""Events looked at in one transaction, at most."""

_CURSOR = "SELECT position FROM reactions WHERE name = %s FOR UPDATE"
_SIZE = "SELECT size FROM log_head"
_STAMPED = "SELECT coalesce(max(size), 0) FROM timestamps"
_FACTS = """
SELECT stream, seq FROM events
WHERE position >= %s AND position < %s AND type = ANY(%s) ORDER BY position
"""
_ADVANCE = "UPDATE reactions SET position = %s WHERE name = %s"

_log = structlog.get_logger()


class UnknownReaction(Exception):
    """A reaction has no row in the table `reactions`: a migration must say where it starts."""


class Dispatcher:
    """Follows the log for a set of reactions; any number may run."""

    def __init__(self, dsn: str, broker: Broker, reactions: Sequence[Reaction]) -> None:
        self._dsn = dsn
        self._broker = broker
        self._reactions = reactions
        self._conn: Connection | None = None

    def run(self, stop: Event) -> None:
        """Dispatches until `stop` is set. Raises UnknownReaction and what the broker raises."""
        follow(self._dsn, ("appended", "sealed"), self.work, stop)

    def work(self, conn: Connection) -> bool:
        """One step for every reaction; True when there may be more."""
        if conn is not self._conn:
            conn.execute("SET synchronous_commit = off")
            self._conn = conn
        more = [self._dispatch(conn, reaction) for reaction in self._reactions]
        return any(more)

    def _dispatch(self, conn: Connection, reaction: Reaction) -> bool:
        with conn.transaction():
            found = conn.execute(_CURSOR, (reaction.name,)).fetchone()
            if found is None:
                raise UnknownReaction(reaction.name)
            start: int = found[0]
            size = conn.execute(_STAMPED if reaction.stamped else _SIZE).fetchone()
            last = size[0] if size else 0
            end = min(last, start + WINDOW)
            if end <= start:
                return False
            facts = conn.execute(_FACTS, (start, end, list(reaction.on))).fetchall()
            if facts:
                messages = [message_for(reaction.name, stream, seq) for stream, seq in facts]
                enqueue(conn, self._broker, messages)
            conn.execute(_ADVANCE, (end, reaction.name))
        if facts:
            _log.info("dispatched", reaction=reaction.name, messages=len(facts), position=end)
        return end < last
