# SPDX-License-Identifier: EUPL-1.2
"""Reactions: what follows from a fact, once, whatever crashes in between."""

import asyncio
import json
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import Any
from uuid import UUID, uuid4

import pytest
from dramatiq.brokers.stub import StubBroker

from dossiers import ABB, CLERK, Book, delivered, opened, sent
from loket.domain.toezicht import MODULE
from loket.domain.toezicht.words import (
    BesluitVerbeterd,
    OntvangstbewijsGemaild,
    OntvangstbewijsNietGemaild,
)
from loket.evidence.append import Append, Placed
from loket.evidence.follow import Connection, batch
from loket.evidence.read import StreamReader
from loket.evidence.store import GroupCommit, connect
from loket.kernel import Actor
from loket.mail import Mailer, NoMail, Smtp
from loket.reference import load
from loket.submit import WriteSide
from loket.tasks import ontvangstbewijs, vervanging
from loket.tasks.broker import BrokerUnavailable, close_broker, declare, make_broker
from loket.tasks.dead import letters, raise_letters
from loket.tasks.dispatch import Dispatcher, UnknownReaction
from loket.tasks.reaction import Cause, Patience, Reaction, Stamp, Tools, TryLater
from loket.tasks.worker import Worker
from mailbox_server import Mailbox, free_port, serving

SOON = Patience(retries=8, shortest=20, longest=200)
STAMPED_AT = datetime(2026, 11, 2, 19, 0, 1, tzinfo=UTC)
RECEIPT = replace(ontvangstbewijs.REACTION, patience=SOON)


class NoFiles:
    """There are no uploads here."""

    async def sizes(self, *_asked: Any) -> dict[str, int]:
        return {}


@dataclass
class Office:
    """A database with a log, the tools of its reactions, and ways to look at the outcome."""

    book: Book
    mailer: Mailer = field(default_factory=NoMail)
    append: Callable[[Append], Awaitable[list[Placed]]] | None = None

    @property
    def dsn(self) -> str:
        return self.book.dsn

    def tools(self) -> tuple[Tools, list[Callable[[], Awaitable[None]]]]:
        """Tools for one event loop, and what to await in it at the end."""
        reader = StreamReader(self.dsn, self.book.mapper)
        writer = GroupCommit(self.dsn, "test.localhost/log")

        async def stamp(position: int) -> Stamp | None:
            return Stamp("Een dienst", STAMPED_AT, position + 1)

        write = WriteSide(
            read=reader.read,
            append=self.append or writer.append,
            mapper=self.book.mapper,
            files=NoFiles(),
            reference=load,
            now=lambda: STAMPED_AT,
        )
        tools = Tools(
            write, stamp, self.mailer, "https://loket.example", "loket@abb.example",
            "test.localhost", qualified=False,
        )  # fmt: skip
        return tools, [reader.close, writer.close]

    @contextmanager
    def working(self, *reactions: Reaction) -> Iterator[None]:
        """A worker in this process for as long as the context lasts."""
        tools, closing = self.tools()
        worker = Worker(self.dsn, tools, reactions, closing=closing, threads=2)
        stop = threading.Event()
        thread = threading.Thread(target=worker.run, args=(stop,))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def run(self, reaction: Reaction, stream: UUID, seq: int, last: bool = False) -> None:
        """One attempt, without any broker."""

        async def attempt() -> None:
            tools, closing = self.tools()
            try:
                await reaction.run(tools, Cause(f"toezicht/{stream}", seq), last)
            finally:
                for close in closing:
                    await close()

        asyncio.run(attempt())

    def stamp(self) -> None:
        """Pretends that a token covers all there is."""
        with connect(self.dsn) as conn, conn.transaction():
            size = one(conn, "SELECT size FROM log_head")
            conn.execute("INSERT INTO checkpoints VALUES (%s, '', '', now())", (size,))
            conn.execute("INSERT INTO timestamps VALUES (%s, 'tsa', '', '', '', now())", (size,))
            conn.execute("SELECT pg_notify('sealed', '')")

    def facts(self, stream: UUID, kind: type[Any]) -> list[Any]:
        """All facts of a kind in a dossier."""
        with connect(self.dsn) as conn:
            found = batch(conn, self.book.mapper, 0, 10_000)
        return [r.fact for r in found if str(stream) in r.stream and isinstance(r.fact, kind)]

    def queued(self) -> list[tuple[str, UUID]]:
        """Actor and message id of what waits in the queue."""
        with connect(self.dsn) as conn:
            query = "SELECT message->>'actor_name', message_id FROM dramatiq.queue ORDER BY 1, 2"
            return conn.execute(query).fetchall()


def one(conn: Connection, query: str) -> Any:
    found = conn.execute(query).fetchone()  # type: ignore[call-overload]
    assert found is not None
    return found[0]


def eventually(condition: Callable[[], Any], seconds: float = 15) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
    return found


@pytest.fixture
def office(database: str) -> Iterator[Office]:
    with Book(database) as book:
        yield Office(book)


def send(office: Office, actor: Actor = CLERK) -> UUID:
    """A dossier that was sent; its sending is fact 1."""
    return office.book.dossier(opened(), sent(), delivered(), actor=actor)


# The receipt


def test_the_receipt_is_mailed_after_the_stamp_and_recorded(office: Office) -> None:
    with serving(mailbox := Mailbox()) as office.mailer, office.working(RECEIPT):
        dossier = send(office)
        time.sleep(0.5)
        assert not mailbox.taken
        office.stamp()
        [mailed] = eventually(lambda: office.facts(dossier, OntvangstbewijsGemaild))
    [taken] = mailbox.taken
    read = message_from_bytes(taken, policy=policy.default)
    assert read["To"] == CLERK.email
    assert read["Message-ID"] == f"<{mailed.bericht_id}>"
    assert "@test.localhost" in mailed.bericht_id


def test_the_receipt_tells_the_times_apart_and_how_to_check_them(office: Office) -> None:
    with serving(mailbox := Mailbox()) as office.mailer:
        dossier = uuid4()
        placed = office.book.write(f"toezicht/{dossier}", opened(), sent(), delivered())
        office.run(RECEIPT, dossier, 1)
    text = message_from_bytes(mailbox.taken[0], policy=policy.default).get_content()  # type: ignore[attr-defined]
    assert "Opgegeven        zitting van 2026-11-02T19:00:00Z" in text
    for event, word in ((placed[1], "verzonden "), (placed[2], "afgeleverd")):
        moment = event.registered.isoformat(sep=" ", timespec="milliseconds")[:-6]
        assert f"{word}  {moment} UTC" in text
    assert "uiterlijk   2026-11-02 19:00:01.000 UTC" in text
    assert "NIET-GEKWALIFICEERD" in text
    assert placed[1].leaf_hash.hex() in text
    assert f"https://loket.example/bewijs/toezicht/{dossier}" in text


def test_a_sender_without_an_address_is_recorded_as_not_mailed(office: Office) -> None:
    dossier = send(office, actor=replace(CLERK, email=""))
    office.run(RECEIPT, dossier, 1)
    [failed] = office.facts(dossier, OntvangstbewijsNietGemaild)
    assert "geen e-mailadres" in failed.reden


def test_a_refused_address_is_recorded_and_not_tried_again(office: Office) -> None:
    with serving(mailbox := Mailbox("550 no")) as office.mailer, office.working(RECEIPT):
        dossier = send(office)
        office.stamp()
        [failed] = eventually(lambda: office.facts(dossier, OntvangstbewijsNietGemaild))
        eventually(lambda: not office.queued())
    assert failed.reden == "De mailserver weigert het adres (SMTP 550)."
    assert mailbox.attempts == 1
    assert not letters(office.dsn)


def test_a_mail_server_that_comes_back_gets_the_receipt(office: Office) -> None:
    port = free_port()
    office.mailer = Smtp("127.0.0.1", port, timeout=5)
    patient = replace(RECEIPT, patience=Patience(retries=100, shortest=20, longest=100))
    with office.working(patient):
        dossier = send(office)
        office.stamp()
        eventually(lambda: retried(office))
        with serving(mailbox := Mailbox(), port):
            eventually(lambda: office.facts(dossier, OntvangstbewijsGemaild))
    assert len(mailbox.taken) == 1


def retried(office: Office) -> bool:
    with connect(office.dsn) as conn:
        query = (
            "SELECT count(*) FROM dramatiq.queue WHERE (message->'options'->>'retries')::int > 0"
        )
        return bool(one(conn, query))


def test_a_mail_server_that_stays_away_is_recorded_in_the_end(office: Office) -> None:
    office.mailer = Smtp("127.0.0.1", free_port(), timeout=5)
    with office.working(replace(RECEIPT, patience=Patience(2, 10, 20))):
        dossier = send(office)
        office.stamp()
        [failed] = eventually(lambda: office.facts(dossier, OntvangstbewijsNietGemaild))
        eventually(lambda: not office.queued())
    assert "niet bereikbaar" in failed.reden
    assert not letters(office.dsn)


def test_a_crash_between_mail_and_fact_repeats_the_mail_but_not_the_fact(office: Office) -> None:
    async def crash(append: Append) -> list[Placed]:
        raise ConnectionAbortedError

    dossier = send(office)
    with serving(mailbox := Mailbox()) as office.mailer:
        office.append = crash
        with pytest.raises(ConnectionAbortedError):
            office.run(RECEIPT, dossier, 1)
        office.append = None
        office.run(RECEIPT, dossier, 1)
        office.run(RECEIPT, dossier, 1)
    ids = [message_from_bytes(taken)["Message-ID"] for taken in mailbox.taken]
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert len(office.facts(dossier, OntvangstbewijsGemaild)) == 1


def test_nobody_is_mailed_about_a_destroyed_content(office: Office) -> None:
    dossier = send(office)
    destroy(office, dossier)
    with serving(mailbox := Mailbox()) as office.mailer:
        office.run(RECEIPT, dossier, 1)
    assert not mailbox.taken


def destroy(office: Office, dossier: UUID) -> None:
    import psycopg

    with psycopg.connect(office.dsn, autocommit=True) as owner:
        owner.execute("DELETE FROM data_keys WHERE subject = %s", (f"toezicht/{dossier}",))


# The correction


def test_a_corrected_dossier_is_told_by_which_and_why(office: Office) -> None:
    old = send(office)
    with office.working(replace(vervanging.REACTION, patience=SOON)):
        new = office.book.dossier(opened(verbetert=str(old)), sent(verbetert=str(old)), delivered())
        [corrected] = eventually(lambda: office.facts(old, BesluitVerbeterd))
    assert corrected.door == str(new)
    with connect(office.dsn) as conn:
        leaf = one(conn, "SELECT leaf FROM events WHERE type = 'toezicht.BesluitVerbeterd'")
    cause = json.loads(leaf)["cause"]
    assert cause == f"toezicht/{new}/1"


def test_a_correction_reacted_to_twice_is_recorded_once(office: Office) -> None:
    old = send(office)
    new = office.book.dossier(opened(verbetert=str(old)), sent(verbetert=str(old)), delivered())
    for _ in range(2):
        office.run(vervanging.REACTION, new, 1)
    assert len(office.facts(old, BesluitVerbeterd)) == 1


# Dispatching


def test_every_fact_is_dispatched_once_by_two_at_a_time(office: Office) -> None:
    for _ in range(30):
        send(office)
    broker = make_broker(office.dsn, "", ())
    try:
        threads = [
            threading.Thread(target=drain, args=(office.dsn, broker, vervanging.REACTION))
            for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        close_broker(broker)
    queued = office.queued()
    assert len(queued) == len(set(queued)) == 30


def drain(dsn: str, broker: Any, *reactions: Reaction) -> None:
    dispatcher = Dispatcher(dsn, broker, reactions)
    with connect(dsn) as conn:
        while dispatcher.work(conn):
            pass


class Dying:
    """A connection whose process dies before it runs a certain statement."""

    def __init__(self, conn: Connection, before: str) -> None:
        self._conn = conn
        self._before = before

    def execute(self, query: str, *arguments: Any) -> Any:
        if query.startswith(self._before):
            raise KeyboardInterrupt
        return self._conn.execute(query, *arguments)  # type: ignore[call-overload]

    def transaction(self) -> AbstractContextManager[Any]:
        return self._conn.transaction()


def test_a_dispatcher_that_dies_leaves_nothing_half_done(office: Office) -> None:
    send(office)
    broker = make_broker(office.dsn, "", ())
    try:
        with connect(office.dsn) as conn:
            dying: Any = Dying(conn, "UPDATE reactions")
            with pytest.raises(KeyboardInterrupt):
                Dispatcher(office.dsn, broker, [vervanging.REACTION]).work(dying)
        assert not office.queued()
        drain(office.dsn, broker, vervanging.REACTION)
    finally:
        close_broker(broker)
    assert len(office.queued()) == 1


def test_another_broker_gets_the_same_message_again_under_the_same_id(office: Office) -> None:
    send(office)
    tools, _ = office.tools()
    broker = StubBroker()
    declare(broker, vervanging.REACTION, tools)
    with connect(office.dsn) as conn:
        dying: Any = Dying(conn, "UPDATE reactions")
        with pytest.raises(KeyboardInterrupt):
            Dispatcher(office.dsn, broker, [vervanging.REACTION]).work(dying)
    drain(office.dsn, broker, vervanging.REACTION)
    drain(office.dsn, broker, vervanging.REACTION)
    queue = broker.queues["loket"]
    ids = [message_id(queue.get()) for _ in range(queue.qsize())]
    assert len(ids) == 2
    assert len(set(ids)) == 1


def message_id(message: bytes) -> str:
    import dramatiq

    return dramatiq.Message.decode(message).message_id


def test_a_reaction_without_a_starting_point_is_refused(office: Office) -> None:
    send(office)
    with pytest.raises(UnknownReaction, match="nieuw"):
        drain(office.dsn, StubBroker(), replace(vervanging.REACTION, name="nieuw"))


@pytest.mark.parametrize("url", ["ftp://broker.example", "broker.example:5672"])
def test_a_broker_that_cannot_be_used_says_what_to_do(office: Office, url: str) -> None:
    with pytest.raises(BrokerUnavailable, match="LOKET_BROKER_URL"):
        make_broker(office.dsn, url, ())


# Dead letters


@dataclass
class Mood:
    """A reaction that fails until it is told not to."""

    error: Exception | None
    done: int = 0

    async def run(self, *_asked: Any) -> None:
        if self.error is not None:
            raise self.error
        self.done += 1


@pytest.mark.parametrize(
    ("error", "retries"), [(RuntimeError("jan@aalst.example"), 2), (MODULE.refusals[0](), 0)]
)
def test_what_is_given_up_can_be_seen_and_tried_again(
    office: Office, error: Exception, retries: int
) -> None:
    mood = Mood(error)
    moody = replace(vervanging.REACTION, run=mood.run, patience=Patience(2, 10, 20))
    with office.working(moody):
        dossier = send(office)
        [letter] = eventually(lambda: letters(office.dsn))
        assert letter.arguments == f"toezicht/{dossier}/1"
        assert letter.reason == type(error).__name__
        assert letter.retries >= retries
        mood.error = None
        broker = make_broker(office.dsn, "", ())
        assert raise_letters(office.dsn, broker, uuid4()) == 0
        assert raise_letters(office.dsn, broker) == 1
        close_broker(broker)
        eventually(lambda: mood.done)
    assert mood.done == 1
    assert not letters(office.dsn)


def test_no_trace_of_a_failure_is_kept_beyond_its_name(office: Office) -> None:
    mood = Mood(RuntimeError("jan@aalst.example"))
    moody = replace(vervanging.REACTION, run=mood.run, patience=Patience(1, 10, 20))
    with office.working(moody):
        send(office)
        eventually(lambda: letters(office.dsn))
    with connect(office.dsn) as conn:
        kept = one(conn, "SELECT coalesce(string_agg(message::text, ''), '') FROM dramatiq.queue")
    assert "RuntimeError" in kept
    assert "jan@" not in kept


def test_the_recipient_is_named_as_the_reference_data_name_it(office: Office) -> None:
    with serving(mailbox := Mailbox()) as office.mailer:
        office.run(RECEIPT, send(office), 1)
    text = message_from_bytes(mailbox.taken[0], policy=policy.default).get_content()  # type: ignore[attr-defined]
    assert load().label(ABB) in text


def test_what_is_too_early_is_tried_again_when_it_is_time(database: str) -> None:
    attempts: list[float] = []

    async def patient(*_: object) -> None:
        attempts.append(time.monotonic())
        if len(attempts) == 1:
            raise TryLater("te vroeg", 700)

    reaction = Reaction(
        "vervanging", frozenset({"toezicht.BesluitVerzonden"}), patient, patience=SOON
    )
    with Book(database) as book:
        office = Office(book)
        book.dossier(opened(), sent(), delivered())
        with office.working(reaction):
            deadline = time.monotonic() + 20
            while len(attempts) < 2 and time.monotonic() < deadline:
                time.sleep(0.02)
    assert len(attempts) == 2
    assert attempts[1] - attempts[0] >= 0.6
