# SPDX-License-Identifier: EUPL-1.2
"""The dramatiq broker: the same PostgreSQL by default, RabbitMQ or Redis when a URL says so.

Messages carry ids only. What an actor raises is stripped to the name of its class, because
dramatiq logs it and keeps it with the message.
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

import structlog
from dramatiq import Message, Retry, actor
from dramatiq.broker import Broker
from dramatiq.middleware import CurrentMessage, Middleware, Retries
from dramatiq_postgres import PostgresBroker
from psycopg.types.json import Jsonb
from psycopg_pool import ConnectionPool

from loket.evidence.follow import Connection
from loket.evidence.store import ROLE
from loket.kernel import Refused
from loket.submit import TeDruk
from loket.tasks.reaction import Cause, Reaction, Tools, TryLater, derived

QUEUE = "loket"
POLL = 0.2
"""Seconds between looks at the queue: dramatiq-postgres may miss a wake-up."""

HEARTBEAT, DEAD_AFTER, UPKEEP = 5.0, 30.0, 10.0
"""Seconds: what a killed worker had in hand goes to another within about 45."""

PURGE = "7 days"
"""Rejected messages are dropped after this; `dead_letters` keeps them."""

_ENQUEUE = f"""
INSERT INTO dramatiq.queue (queue_name, message_id, state, message)
SELECT '{QUEUE}', id, 'queued', message FROM unnest(%s::uuid[], %s::jsonb[]) AS m (id, message)
ON CONFLICT (message_id) DO NOTHING
"""
_WAKE = f"SELECT pg_notify('dramatiq.{QUEUE}.enqueue', '')"

_log = structlog.get_logger()


class BrokerUnavailable(Exception):
    """The broker that is set cannot be used; the message says what to do."""


class GivenUp(Exception):
    """The domain refused the answer of a reaction: trying again would not help."""


class Failed(Retry):
    """An attempt failed; another may succeed."""


def make_broker(dsn: str, url: str, middleware: Sequence[Middleware]) -> Broker:
    """The broker at `url`, or on our own PostgreSQL when that is empty.

    Raises BrokerUnavailable.
    """
    chain = [CurrentMessage(), Retries(), *middleware]
    if not url:
        return _on_postgres(dsn, chain)
    match urlsplit(url).scheme:
        case "amqp" | "amqps":
            from dramatiq.brokers.rabbitmq import RabbitmqBroker

            return RabbitmqBroker(url=url, middleware=chain)
        case "redis" | "rediss":
            from dramatiq.brokers.redis import RedisBroker

            return RedisBroker(url=url, middleware=chain)  # type: ignore[no-untyped-call]
        case other:
            raise BrokerUnavailable(f"LOKET_BROKER_URL: use amqp:// or redis://, not {other}://")


def _on_postgres(dsn: str, middleware: list[Middleware]) -> Broker:
    pool = ConnectionPool(
        dsn,
        min_size=0,
        max_size=16,
        open=True,
        check=ConnectionPool.check_connection,
        kwargs={"options": ROLE, "application_name": "loket-tasks"},
    )
    broker: Broker = PostgresBroker(
        pool=pool,
        results=False,
        poll_interval=POLL,
        heartbeat_interval=HEARTBEAT,
        heartbeat_ttl=DEAD_AFTER,
        maintenance_interval=UPKEEP,
        purge_maxage=PURGE,
        middleware=middleware,
    )
    return broker


def close_broker(broker: Broker) -> None:
    """Ends the broker's connections."""
    broker.close()
    if isinstance(broker, PostgresBroker):
        broker.pool.close()


def message_for(reaction: str, stream: str, seq: int, purpose: str = "") -> Message[None]:
    """The message that starts a reaction; its id follows from the arguments."""
    message_id = derived(f"{reaction}{purpose}", f"{stream}/{seq}")
    return Message(QUEUE, reaction, (stream, seq), {}, {}, message_id=str(message_id))


def enqueue(conn: Connection, broker: Broker, messages: Sequence[Message[None]]) -> None:
    """Hands messages over; on PostgreSQL within the transaction of `conn`, each id once."""
    if isinstance(broker, PostgresBroker):
        bodies = [Jsonb(message.asdict()) for message in messages]
        conn.execute(_ENQUEUE, ([message.message_id for message in messages], bodies))
        conn.execute(_WAKE)
    else:
        for message in messages:
            broker.enqueue(message)


def declare(broker: Broker, reaction: Reaction, tools: Tools) -> None:
    """Makes the broker run a reaction."""
    patience = reaction.patience

    async def run(stream: str, seq: int) -> None:
        message = CurrentMessage.get_current_message()
        attempt = message.options.get("retries", 0) if message else 0
        await _attempt(reaction, tools, Cause(stream, seq), attempt >= patience.retries)

    wrap = actor(
        actor_name=reaction.name,
        queue_name=QUEUE,
        broker=broker,
        max_retries=patience.retries,
        min_backoff=patience.shortest,
        max_backoff=patience.longest,
        throws=GivenUp,
    )
    wrap(run)


async def _attempt(reaction: Reaction, tools: Tools, cause: Cause, last: bool) -> None:
    """One attempt; raises GivenUp or Failed, which tell nothing but a class or our own words."""
    try:
        await reaction.run(tools, cause, last)
    except Exception as error:
        why = str(error) if isinstance(error, TryLater) else type(error).__name__
        _log.warning("reaction_failed", reaction=reaction.name, cause=str(cause), error=why)
        if isinstance(error, Refused) and not isinstance(error, TeDruk):
            raise GivenUp(why) from None
        raise Failed(why, error.delay if isinstance(error, TryLater) else None) from None
