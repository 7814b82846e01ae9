# SPDX-License-Identifier: EUPL-1.2
"""The clock: ends of terms are established, and people reminded, once and whatever stands still."""

import asyncio
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from dossiers import AALST, ABB, CLERK, LIJST, SUPERVISOR, Book, opened
from loket import tasks
from loket.domain.behandelingen.words import (
    BehandelingGestart,
    BehandelingToegewezen,
    GeenMaatregelVastgesteld,
    OpvragingGesteld,
    ToezichtsbesluitGenomen,
)
from loket.domain.medewerkers.words import (
    AfwezigheidGemeld,
    MailvoorkeurIngesteld,
    ProfielBijgewerkt,
    stream_of,
)
from loket.evidence.follow import batch
from loket.evidence.store import connect, connect_async
from loket.kernel import SYSTEM, Actor
from loket.mail import Mailer, Smtp
from loket.projections._runner import Projector
from loket.reference import load
from loket.reference.termijnen import bereken
from loket.settings import Settings
from loket.tasks import klok
from loket.tasks.klok import Klok
from loket.wiring import Loket, build
from mailbox_server import Mailbox, free_port, serving

REFERENCE = load()
DELIVERED = date(2200, 3, 3)
"""A Monday; thirty days later is Wednesday 2 April."""
END = datetime(2200, 4, 2, 22, tzinfo=UTC)
TREATS = replace(SUPERVISOR, email="an@abb.example")
ZITTING = "2200-03-03T19:00:00Z"
"""What was decided then is to be published by Thursday 13 March."""


@dataclass
class Zaal:
    """An installation whose clock stands where a test puts it."""

    loket: Loket
    book: Book
    at: list[datetime]
    mailer: Mailer
    clocks: list[Klok] = field(default_factory=list)

    def now(self, text: str) -> None:
        self.at[0] = datetime.fromisoformat(text).replace(tzinfo=UTC)

    def treated(self, *facts: Any) -> str:
        """The stream of a behandeling of which the term began on DELIVERED."""
        counted = bereken(REFERENCE.termijnregels["toezicht-30"], DELIVERED, REFERENCE.kalender)
        stream = f"behandelingen/{uuid4()}"
        began = BehandelingGestart(
            str(uuid4()), 1, ABB, AALST, "urn:k", LIJST, (ABB, AALST), "", "x",
            counted.as_record(), "v1",
        )  # fmt: skip
        self.book.write(stream, began, *facts, actor=TREATS)
        return stream

    def tick(self, *, restarted: bool = False, clocks: int = 1) -> list[datetime]:
        """Project, and let the clock look once; when it wants to come again."""
        self.project()
        return asyncio.run(self._tick(restarted, clocks))

    async def _tick(self, restarted: bool, clocks: int) -> list[datetime]:
        tools = replace(tasks.tools(self.loket), mailer=self.mailer)
        if restarted or not self.clocks:
            self.clocks = [Klok(tools) for _ in range(clocks)]
        for each in self.clocks:
            each._tools = tools
        conns = [await connect_async(self.loket.dsn) for _ in self.clocks]
        try:
            pairs = zip(self.clocks, conns, strict=True)
            return list(await asyncio.gather(*(k.tick(c) for k, c in pairs)))
        finally:
            for conn in conns:
                await conn.close()
            await tools.write.aclose()

    def project(self) -> None:
        projector = Projector(self.loket.dsn, self.loket.mapper)
        with connect(self.loket.dsn) as conn:
            while projector.work(conn):
                pass
        projector.close()

    def certificates(self) -> list[str]:
        with connect(self.loket.dsn) as conn:
            facts = batch(conn, self.loket.mapper, 0)
        return [r.stream for r in facts if isinstance(r.fact, GeenMaatregelVastgesteld)]

    def reminders(self) -> list[tuple[int, str, str]]:
        """Days, person and state of each, in order."""
        with connect(self.loket.dsn) as conn:
            return conn.execute(
                "SELECT dagen, ontvanger, toestand FROM herinneringen"
                " ORDER BY gewijzigd, dagen DESC"
            ).fetchall()


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, Smtp]]:
    with serving(found := Mailbox()) as smtp:
        yield found, smtp


@pytest.fixture
def zaal(database: str, tmp_path: Path, mailbox: tuple[Mailbox, Smtp]) -> Iterator[Zaal]:
    at = [datetime(2200, 3, 3, 12, tzinfo=UTC)]
    settings = Settings(
        database_url=database, data_dir=tmp_path, development=True, smtp_from="loket@abb.example"
    )
    loket = build(settings, now=lambda: at[0])
    with Book(database, loket.keys) as book:
        yield Zaal(loket, book, at, mailbox[1])
    loket.close()


def mails(mailbox: Mailbox) -> list[EmailMessage]:
    found = [message_from_bytes(raw, policy=policy.default) for raw in mailbox.taken]
    return [mail for mail in found if isinstance(mail, EmailMessage)]


# Ends of terms


def test_the_end_of_a_term_is_established_when_it_is_there_and_not_before(zaal: Zaal) -> None:
    stream = zaal.treated()
    zaal.now("2200-04-02 21:59:59.999999")
    zaal.tick()
    assert zaal.certificates() == []
    zaal.now("2200-04-02 22:00")
    zaal.tick()
    assert zaal.certificates() == [stream]


def test_the_certificate_holds_the_computation_and_names_what_began_it(zaal: Zaal) -> None:
    stream = zaal.treated()
    zaal.at[0] = END
    zaal.tick()
    with connect(zaal.loket.dsn) as conn:
        began, certificate = batch(conn, zaal.loket.mapper, 0)
        cause = conn.execute("SELECT leaf FROM events WHERE position = 1").fetchone()
    assert certificate.fact.termijn == began.fact.termijn
    assert certificate.actor == SYSTEM
    assert cause
    assert f"{stream}/0".encode() in bytes(cause[0])


def test_it_is_established_once_however_often_and_by_however_many(zaal: Zaal) -> None:
    stream = zaal.treated()
    zaal.at[0] = END
    zaal.tick(clocks=3)
    zaal.tick()
    zaal.tick(restarted=True)
    assert zaal.certificates() == [stream]


def test_what_a_standstill_held_up_is_established_later(zaal: Zaal) -> None:
    streams = {zaal.treated() for _ in range(40)}
    zaal.at[0] = END + timedelta(days=100)
    zaal.tick()
    assert set(zaal.certificates()) == streams


@pytest.mark.parametrize(
    "fact",
    [
        OpvragingGesteld(1, "2200-03-10T09:00:00+00:00", "Wat?", (), 0, {"regel": "toezicht-30"}),
        ToezichtsbesluitGenomen("vernietiging", "want", (), {}, ()),
    ],
)
def test_an_interrupted_or_measured_term_has_no_end(zaal: Zaal, fact: Any) -> None:
    zaal.treated(fact)
    zaal.at[0] = END + timedelta(days=100)
    zaal.tick()
    assert zaal.certificates() == []


def test_a_refusal_stands_until_the_process_starts_again(zaal: Zaal) -> None:
    """The read model may be behind: the log then refuses, and is not asked over and over."""
    zaal.treated()
    zaal.project()
    with connect(zaal.loket.dsn) as conn:
        conn.execute("UPDATE termijnen SET vervalt_op = '2200-03-04 00:00+00'")
    zaal.now("2200-03-05 12:00")
    zaal.tick()
    zaal.tick()
    assert zaal.certificates() == []
    zaal.at[0] = END
    zaal.tick(restarted=True)
    assert len(zaal.certificates()) == 1


def test_the_clock_comes_again_at_the_next_end(zaal: Zaal) -> None:
    zaal.treated()
    zaal.at[0] = END - timedelta(seconds=10)
    assert zaal.tick() == [END]


def test_the_clock_comes_again_at_the_hour_of_reminders_or_soon(zaal: Zaal) -> None:
    zaal.now("2200-04-01 05:59")
    assert zaal.tick() == [datetime(2200, 4, 1, 6, tzinfo=UTC)]
    zaal.now("2200-04-01 12:00")
    assert zaal.tick() == [zaal.at[0] + timedelta(minutes=10)]


# Reminders


def test_who_drafts_is_reminded_on_the_days_of_the_rule(
    zaal: Zaal, mailbox: tuple[Mailbox, Smtp]
) -> None:
    zaal.book.dossier(opened(zittingsdatum=ZITTING))
    for hour in range(24 * 14):
        zaal.at[0] = datetime(2200, 3, 3, tzinfo=UTC) + timedelta(hours=hour)
        zaal.tick()
    told = [(mail["To"], mail["Subject"]) for mail in mails(mailbox[0])]
    assert told == [
        ("jan@aalst.example", f"{when}: Bekendmaking van een besluit")
        for when in (
            "Termijn loopt af over 7 dagen",
            "Termijn loopt af over 3 dagen",
            "Termijn loopt morgen af",
            "Termijn is verstreken",
        )
    ]
    assert [(days, state) for days, _, state in zaal.reminders()] == [
        (7, "verstuurd"), (3, "verstuurd"), (1, "verstuurd"), (-1, "verstuurd"),
    ]  # fmt: skip


def test_the_mail_shows_how_the_term_was_counted(zaal: Zaal, mailbox: tuple[Mailbox, Smtp]) -> None:
    stream = zaal.book.dossier(opened(zittingsdatum=ZITTING))
    zaal.now("2200-03-12 12:00")
    zaal.tick()
    [mail] = mails(mailbox[0])
    text = mail.get_content()
    assert "Loopt tot en met donderdag 13 maart 2200, 24 uur" in text
    assert "De termijn van 10 dagen begint op dinsdag 4 maart 2200, de dag erna." in text
    assert "Decreet over het lokaal bestuur, art. 285 tot 287" in text
    assert "Door een jurist te bevestigen:" in text
    assert f"/toezicht/{stream}" in text


def test_of_reminders_that_were_held_up_only_the_last_is_given(
    zaal: Zaal, mailbox: tuple[Mailbox, Smtp]
) -> None:
    zaal.book.dossier(opened(zittingsdatum=ZITTING))
    zaal.now("2200-03-13 12:00")
    zaal.tick()
    zaal.tick(restarted=True)
    assert [mail["Subject"][:22] for mail in mails(mailbox[0])] == ["Termijn loopt morgen a"]


def test_nobody_is_reminded_of_what_was_over_long_before(zaal: Zaal) -> None:
    zaal.book.dossier(opened(zittingsdatum="2200-01-03T19:00:00Z"))
    zaal.now("2200-03-13 12:00")
    zaal.tick()
    assert zaal.reminders() == []


def test_two_clocks_send_one_mail(zaal: Zaal, mailbox: tuple[Mailbox, Smtp]) -> None:
    zaal.book.dossier(opened(zittingsdatum=ZITTING))
    zaal.now("2200-03-06 12:00")
    zaal.tick(clocks=3)
    assert len(mails(mailbox[0])) == 1


def test_nothing_is_lost_while_the_mail_server_is_down(
    zaal: Zaal, mailbox: tuple[Mailbox, Smtp]
) -> None:
    zaal.book.dossier(opened(zittingsdatum=ZITTING))
    working, zaal.mailer = zaal.mailer, Smtp("127.0.0.1", free_port(), timeout=1)
    zaal.now("2200-03-06 12:00")
    assert zaal.tick() == [zaal.at[0] + timedelta(minutes=1)]
    assert [state for *_, state in zaal.reminders()] == ["wachtend"]
    zaal.mailer = working
    zaal.tick(restarted=True)
    assert mails(mailbox[0]) == []
    zaal.now("2200-03-06 12:01")
    zaal.tick(restarted=True)
    assert [state for *_, state in zaal.reminders()] == ["verstuurd"]
    assert len(mails(mailbox[0])) == 1


def test_a_reminder_that_a_later_one_overtakes_is_not_mailed(
    zaal: Zaal, mailbox: tuple[Mailbox, Smtp]
) -> None:
    zaal.book.dossier(opened(zittingsdatum=ZITTING))
    working, zaal.mailer = zaal.mailer, Smtp("127.0.0.1", free_port(), timeout=1)
    zaal.now("2200-03-06 12:00")
    zaal.tick()
    zaal.mailer = working
    zaal.now("2200-03-10 12:00")
    zaal.tick()
    assert sorted(zaal.reminders()) == [
        (3, CLERK.persoon, "verstuurd"),
        (7, CLERK.persoon, "achterhaald"),
    ]
    assert len(mails(mailbox[0])) == 1


def test_a_refused_address_is_written_down(zaal: Zaal, mailbox: tuple[Mailbox, Smtp]) -> None:
    mailbox[0].answer = "550 unknown"
    zaal.book.dossier(opened(zittingsdatum=ZITTING))
    zaal.now("2200-03-06 12:00")
    zaal.tick()
    assert [state for *_, state in zaal.reminders()] == ["mislukt"]


def test_a_term_without_anybody_to_remind_is_written_down(zaal: Zaal) -> None:
    zaal.book.dossier(opened(zittingsdatum=ZITTING), actor=replace(CLERK, email=""))
    zaal.now("2200-03-06 12:00")
    zaal.tick()
    assert zaal.reminders() == [(7, "", "niemand")]


# What people want


def colleague(zaal: Zaal, actor: Actor, wijze: str, adres: str = "", **absence: str) -> UUID:
    stream = UUID(stream_of(actor.bestuur, actor.persoon))
    facts: list[Any] = [
        ProfielBijgewerkt(actor.bestuur, actor.persoon, "Naam", actor.email, ()),
    ]
    if wijze:
        facts.append(MailvoorkeurIngesteld("herinnering", wijze, adres))
    if absence:
        facts.append(AfwezigheidGemeld(absence["van"], absence["tot"], absence["door"], "Naam"))
    zaal.book.write(f"medewerkers/{stream}", *facts, actor=actor)
    return stream


PIET = replace(CLERK, persoon="urn:persoon:piet", email="piet@aalst.example")


def test_who_wants_none_gets_none(zaal: Zaal) -> None:
    colleague(zaal, CLERK, "geen")
    zaal.book.dossier(opened(zittingsdatum=ZITTING))
    zaal.now("2200-03-06 12:00")
    zaal.tick()
    assert zaal.reminders() == [(7, "", "niemand")]


def test_a_colleague_who_asks_gets_them_at_the_address_they_chose(
    zaal: Zaal, mailbox: tuple[Mailbox, Smtp]
) -> None:
    colleague(zaal, PIET, "direct", "termijnen@aalst.example")
    zaal.book.dossier(opened(zittingsdatum=ZITTING))
    zaal.now("2200-03-06 12:00")
    zaal.tick()
    told = {mail["To"] for mail in mails(mailbox[0])}
    assert told == {"jan@aalst.example", "termijnen@aalst.example"}


def test_reminders_are_gathered_for_who_wants_that(
    zaal: Zaal, mailbox: tuple[Mailbox, Smtp]
) -> None:
    colleague(zaal, CLERK, "dagelijks")
    for _ in range(3):
        zaal.book.dossier(opened(zittingsdatum=ZITTING))
    zaal.now("2200-03-06 12:00")
    zaal.tick()
    [mail] = mails(mailbox[0])
    assert mail["Subject"] == "Herinnering: 3 termijnen"
    assert mail.get_content().count("Loopt tot en met") == 3


def test_more_than_a_handful_come_in_one_mail(zaal: Zaal, mailbox: tuple[Mailbox, Smtp]) -> None:
    for _ in range(6):
        zaal.book.dossier(opened(zittingsdatum=ZITTING))
    zaal.now("2200-03-06 12:00")
    zaal.tick()
    assert [mail["Subject"] for mail in mails(mailbox[0])] == ["Herinnering: 6 termijnen"]


def test_who_stands_in_for_somebody_gets_their_reminders(
    zaal: Zaal, mailbox: tuple[Mailbox, Smtp]
) -> None:
    colleague(zaal, PIET, "")
    colleague(zaal, CLERK, "", van="2200-03-01", tot="2200-03-09", door=PIET.persoon)
    zaal.book.dossier(opened(zittingsdatum=ZITTING))
    for day in ("2200-03-06 12:00", "2200-03-10 12:00"):
        zaal.now(day)
        zaal.tick()
    assert [mail["To"] for mail in mails(mailbox[0])] == ["piet@aalst.example", "jan@aalst.example"]


def test_who_a_dossier_is_assigned_to_is_reminded(
    zaal: Zaal, mailbox: tuple[Mailbox, Smtp]
) -> None:
    els = replace(TREATS, persoon="urn:persoon:els", email="els@abb.example")
    colleague(zaal, els, "")
    zaal.treated(BehandelingToegewezen(els.persoon, "Els"))
    zaal.now("2200-04-01 12:00")
    zaal.tick()
    [mail] = mails(mailbox[0])
    assert (mail["To"], mail["Subject"]) == (
        "els@abb.example", "Termijn loopt morgen af: Toezicht op een gemeld besluit",
    )  # fmt: skip


# As an installation runs it


def test_a_running_clock_wakes_up_when_the_end_comes(zaal: Zaal) -> None:
    stream = zaal.treated()
    zaal.project()
    zaal.at[0] = END - timedelta(seconds=1)
    stop = threading.Event()
    clock = threading.Thread(target=tasks.keep_time, args=(zaal.loket, stop))
    clock.start()
    try:
        time.sleep(1.5)
        assert zaal.certificates() == []
        zaal.at[0] = END
        deadline = time.monotonic() + 10
        while not zaal.certificates():
            assert time.monotonic() < deadline, "nothing was established"
            time.sleep(0.1)
    finally:
        stop.set()
        clock.join()
    assert zaal.certificates() == [stream]


class Broken:
    """A mailer with a defect."""

    def send(self, message: EmailMessage) -> None:  # noqa: ARG002
        raise ZeroDivisionError


def test_a_defect_in_mailing_holds_up_no_certificate(
    zaal: Zaal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loket.tasks.klok.SLOWEST", 0.2)
    zaal.book.dossier(opened(zittingsdatum="2200-03-26T19:00:00Z"))
    stream = zaal.treated()
    zaal.project()
    zaal.at[0] = END - timedelta(days=1)
    stop = threading.Event()

    async def keep() -> None:
        tools = replace(tasks.tools(zaal.loket), mailer=Broken())
        await klok.keep(zaal.loket.dsn, tools, stop)
        await tools.write.aclose()

    clock = threading.Thread(target=lambda: asyncio.run(keep()))
    clock.start()
    try:
        time.sleep(1.5)
        zaal.at[0] = END
        deadline = time.monotonic() + 10
        while not zaal.certificates():
            assert time.monotonic() < deadline, "nothing was established"
            time.sleep(0.1)
    finally:
        stop.set()
        clock.join()
    assert zaal.certificates() == [stream]
    assert {state for *_, state in zaal.reminders()} == {"wachtend"}
