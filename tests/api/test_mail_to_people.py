# SPDX-License-Identifier: EUPL-1.2
"""Mail about what is new: to who wants it, at once or once a day, whatever the mail server does."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from office import ABB, Office, Person, accept, open_office, problem, settings

from loket.domain.berichten.checks import LIJST
from loket.domain.medewerkers.words import stream_of
from loket.evidence.store import connect
from loket.mail import Smtp
from loket.tasks import dagoverzicht, melding
from loket.tasks.terugkomst import Uitkomst, take
from mailbox_server import Mailbox, free_port, serving
from reacting import Reactor
from test_bounces import notice

ROLE = "LoketLB-berichtenGebruiker"
EDITOR = "ABBDatabankToezicht-DatabankToezichtEditeur"
SECRET = "Vertrouwelijke tekst"


@pytest.fixture
def office(database: str, tmp_path: Path) -> Iterator[Office]:
    with open_office(settings(database, tmp_path, smtp_from="loket@abb.example")) as found:
        yield found


def wants(office: Office, name: str, wijze: str, persoon: str = "jan") -> Person:
    """Somebody of Aalst who wants mail about messages."""
    person = office.person(name, ROLE, vo_id=persoon, email=f"{persoon}@aalst.example")
    stream = f"medewerkers/{stream_of(office.bestuur(name).uri, persoon)}"
    body = {"soort": "nieuw-bericht", "wijze": wijze}
    accept(person.ask(stream, "mailvoorkeur-instellen", body))
    return person


def message(office: Office, name: str = "Gemeente Aalst", **more: Any) -> str:
    stream = f"berichten/{uuid4()}"
    kind = office.loket.reference.codelijsten[LIJST].find("mededeling")
    assert kind
    body = {
        "naar": office.bestuur(name).uri,
        "onderwerp": "Parkeren",
        "type_communicatie": kind.uri,
        "tekst": SECRET,
        **more,
    }
    accept(office.person(ABB, EDITOR).ask(stream, "gesprek-starten", body))
    return stream


def reactor(office: Office, **more: Any) -> Reactor:
    return Reactor(office.loket, (melding.REACTION, dagoverzicht.REACTION), office.project, **more)


def mails(office: Office, person: Person) -> list[dict[str, Any]]:
    office.project()
    answer = person.get("/meldingen")
    assert answer.status_code == 200, answer.text
    return [each["attributes"] for each in answer.json()["data"]]


def test_who_wants_it_is_mailed_at_once_without_the_content(office: Office) -> None:
    jan = wants(office, "Gemeente Aalst", "direct")
    wants(office, "Gemeente Aalst", "geen", "piet")
    wants(office, "Gemeente Gent", "direct", "els")
    stream = message(office)
    with serving(mailbox := Mailbox()) as smtp:
        reactor(office, mailer=smtp).run()
    [raw] = mailbox.taken
    mail = message_from_bytes(raw, policy=default)
    text = mail.get_content()  # type: ignore[attr-defined]
    assert mail["To"] == "jan@aalst.example"
    assert mail["Subject"] == "Nieuw bericht: Mededeling van Agentschap Binnenlands Bestuur"
    assert f"/{stream}" in text
    assert "Parkeren" in text
    assert SECRET not in text
    [told] = mails(office, jan)
    assert (told["toestand"], told["over"]) == ("gemaild", [stream])


def test_a_new_dossier_is_told_to_who_wants_that(office: Office) -> None:
    an = office.person(ABB, EDITOR, vo_id="an", email="an@abb.example")
    stream = f"medewerkers/{stream_of(office.bestuur(ABB).uri, 'an')}"
    wish = {"soort": "nieuw-dossier", "wijze": "direct"}
    accept(an.ask(stream, "mailvoorkeur-instellen", wish))
    dossier = office.sent()
    with serving(mailbox := Mailbox()) as smtp:
        reactor(office, mailer=smtp).run()
    [raw] = mailbox.taken
    mail = message_from_bytes(raw, policy=default)
    assert mail["To"] == "an@abb.example"
    assert mail["Subject"].startswith("Nieuw dossier: ")
    assert f"/{dossier}" in mail.get_content()  # type: ignore[attr-defined]


def test_nobody_is_mailed_twice(office: Office) -> None:
    wants(office, "Gemeente Aalst", "direct")
    message(office)
    with serving(mailbox := Mailbox()) as smtp:
        reactor(office, mailer=smtp).run()
        reactor(office, mailer=smtp).run()  # all over again
    assert len(mailbox.taken) == 1


def test_nothing_is_lost_while_the_mail_server_is_down(office: Office) -> None:
    jan = wants(office, "Gemeente Aalst", "direct")
    wants(office, "Gemeente Aalst", "direct", "piet")
    stream = message(office)
    port = free_port()
    reacting = reactor(office, mailer=Smtp("127.0.0.1", port, timeout=2))
    reacting.run()
    reacting.again()
    assert len(reacting.late) == 1
    assert mails(office, jan) == []
    with serving(mailbox := Mailbox(), port):
        reacting.again()
    assert not reacting.late
    assert {message_from_bytes(raw)["To"] for raw in mailbox.taken} == {
        "jan@aalst.example",
        "piet@aalst.example",
    }
    assert [told["over"] for told in mails(office, jan)] == [[stream]]


def test_after_the_last_attempt_the_failure_is_a_fact(office: Office) -> None:
    jan = wants(office, "Gemeente Aalst", "direct")
    message(office)
    reacting = reactor(office, mailer=Smtp("127.0.0.1", free_port(), timeout=2))
    reacting.run()
    [(reaction, cause, _)] = reacting.late
    reacting.attempt(reaction, cause, last=True)
    [told] = mails(office, jan)
    assert told["toestand"] == "mislukt"
    assert "niet bereikbaar" in told["reden"]


def test_a_refusal_is_a_fact_at_once(office: Office) -> None:
    jan = wants(office, "Gemeente Aalst", "direct")
    message(office)
    with serving(Mailbox(answer="550 nobody here")) as smtp:
        reacting = reactor(office, mailer=smtp)
        reacting.run()
    assert not reacting.late
    [told] = mails(office, jan)
    assert (told["toestand"], told["reden"]) == (
        "mislukt",
        "De mailserver weigert het adres (SMTP 550).",
    )


def test_a_recalled_message_is_not_announced(office: Office) -> None:
    wants(office, "Gemeente Aalst", "direct")
    stream = message(office)
    abb = office.person(ABB, EDITOR)
    accept(abb.ask(stream, "bericht-intrekken", {"bericht": 1, "reden": "Fout"}))
    with serving(mailbox := Mailbox()) as smtp:
        reactor(office, mailer=smtp).run()
    assert mailbox.taken == []


def test_mail_of_the_day_goes_out_together_the_next_morning(office: Office) -> None:
    jan = wants(office, "Gemeente Aalst", "dagelijks")
    first, second = message(office), message(office, onderwerp="Bomen")
    with serving(mailbox := Mailbox()) as smtp:
        reacting = reactor(office, mailer=smtp)
        reacting.run()
        assert mailbox.taken == []
        delays = [delay for _, _, delay in reacting.late]
        assert len(delays) == 2
        assert all(delay and 0 < delay <= 32 * 3_600_000 for delay in delays)
        reacting.now = datetime.now(UTC) + timedelta(days=1, hours=12)
        reacting.again()
        reacting.again()
    assert not reacting.late
    [raw] = mailbox.taken
    text = message_from_bytes(raw, policy=default).get_content()  # type: ignore[attr-defined]
    assert first in text
    assert second in text
    assert SECRET not in text
    [told] = mails(office, jan)
    assert sorted(told["over"]) == sorted([first, second])


def test_mail_of_the_day_leaves_out_what_was_recalled(office: Office) -> None:
    jan = wants(office, "Gemeente Aalst", "dagelijks")
    stream = message(office)
    with serving(mailbox := Mailbox()) as smtp:
        reacting = reactor(office, mailer=smtp)
        reacting.run()
        body = {"bericht": 1, "reden": "Fout"}
        accept(office.person(ABB, EDITOR).ask(stream, "bericht-intrekken", body))
        reacting.now = datetime.now(UTC) + timedelta(days=1, hours=12)
        reacting.again()
    assert mailbox.taken == []
    assert [told["toestand"] for told in mails(office, jan)] == ["mislukt"]


def test_mail_is_for_the_eyes_of_its_person(office: Office) -> None:
    wants(office, "Gemeente Aalst", "direct")
    message(office)
    with serving(Mailbox()) as smtp:
        reactor(office, mailer=smtp).run()
    colleague = office.person("Gemeente Aalst", ROLE, vo_id="piet")
    assert mails(office, colleague) == []
    problem(Person(office.http).get("/meldingen"), 401, "loket/geen-token")


# What comes back


def mailed(office: Office) -> str:
    """The id of a message that was mailed to Jan."""
    wants(office, "Gemeente Aalst", "direct")
    message(office)
    with serving(mailbox := Mailbox()) as smtp:
        reactor(office, mailer=smtp).run()
    office.project()
    return str(message_from_bytes(mailbox.taken[0])["Message-ID"])


def taken(office: Office, raw: bytes) -> Uitkomst:
    async def run() -> Uitkomst:
        async with aclosing(office.loket.write_side()) as write:
            return (await take(write, office.loket.dsn, raw))[0]

    return asyncio.run(run())


def test_mail_that_comes_back_is_a_fact(office: Office) -> None:
    raw = notice(mailed(office))
    assert taken(office, raw) is Uitkomst.GEREGISTREERD
    assert taken(office, raw) is Uitkomst.GEREGISTREERD  # told twice, recorded once
    jan = office.person("Gemeente Aalst", ROLE, vo_id="jan")
    [told] = mails(office, jan)
    assert (told["toestand"], told["reden"]) == ("teruggekomen", "5.1.1")
    with connect(office.loket.dsn) as conn:
        found = conn.execute("SELECT count(*) FROM events WHERE type LIKE '%MeldingTeruggekomen%'")
        assert found.fetchone() == (1,)


def test_mail_that_is_only_late_is_no_fact(office: Office) -> None:
    assert taken(office, notice(mailed(office), action="delayed")) is Uitkomst.GEEN_FOUT


def test_what_is_not_known_goes_back_to_the_mail_server(office: Office) -> None:
    assert taken(office, notice("<nooit@loket.example>")) is Uitkomst.ONBEKEND


def test_what_cannot_be_read_is_kept(office: Office) -> None:
    assert taken(office, b"Ik ben met verlof.") is Uitkomst.ONLEESBAAR
    assert taken(office, b"Ik ben met verlof.") is Uitkomst.ONLEESBAAR
    with connect(office.loket.dsn) as conn:
        kept = conn.execute("SELECT bericht FROM onleesbare_bounces").fetchall()
    assert [bytes(raw) for (raw,) in kept] == [b"Ik ben met verlof."]


def test_a_mail_alias_pipes_it_in(office: Office, tmp_path: Path) -> None:
    message_id = mailed(office)

    def pipe(raw: bytes, **environment: str) -> int:
        env = {
            "LOKET_DATABASE_URL": office.loket.dsn,
            "LOKET_DATA_DIR": str(tmp_path),
            "LOKET_DEVELOPMENT": "true",
            **environment,
        }
        command = [sys.executable, "-m", "loket.cli", "bounce"]
        return subprocess.run(command, input=raw, env=env, timeout=60, check=False).returncode

    assert pipe(notice(message_id)) == 0
    assert pipe(b"geen terugmelding") == 65
    assert pipe(notice("<nooit@loket.example>")) == 75
    nowhere = f"postgresql://loket@127.0.0.1:{free_port()}/loket"
    assert pipe(notice(message_id), LOKET_DATABASE_URL=nowhere) == 75
