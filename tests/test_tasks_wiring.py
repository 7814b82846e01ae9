# SPDX-License-Identifier: EUPL-1.2
"""Reactions as an installation runs them, from its settings."""

import gc
import threading
import time
import warnings
from pathlib import Path
from typing import Any

import pytest

from dossiers import Book, delivered, opened, sent
from loket import tasks
from loket.domain.toezicht.words import OntvangstbewijsGemaild
from loket.evidence.follow import batch
from loket.evidence.store import connect
from loket.mail import NoMail, Smtp
from loket.settings import ConfigurationError, Settings
from loket.wiring import Loket, build
from mailbox_server import Mailbox, serving


def installation(database: str, directory: Path, **settings: Any) -> Loket:
    return build(Settings(database_url=database, data_dir=directory, development=True, **settings))


def test_an_installation_mails_a_receipt(database: str, tmp_path: Path) -> None:
    stop = threading.Event()
    with serving(mailbox := Mailbox()) as smtp:
        loket = installation(
            database, tmp_path, smtp_host=smtp.host, smtp_port=smtp.port, smtp_from="loket@abb.be"
        )
        worker = threading.Thread(target=tasks.run, args=(loket, stop))
        worker.start()
        with Book(database, loket.keys) as book:
            book.dossier(opened(), sent(), delivered())
            with connect(database) as conn:
                conn.execute("INSERT INTO checkpoints VALUES (3, '', '', now())")
                conn.execute("INSERT INTO timestamps VALUES (3, 'TSA', '', '', '', now())")
                conn.execute("SELECT pg_notify('sealed', '')")
                deadline = time.monotonic() + 15
                while not any(
                    isinstance(recorded.fact, OntvangstbewijsGemaild)
                    for recorded in batch(conn, book.mapper, 0)
                ):
                    assert time.monotonic() < deadline, "nothing was recorded"
                    time.sleep(0.05)
        stop.set()
        worker.join()
        loket.close()
    assert b"From: loket@abb.be" in mailbox.taken[0]
    with warnings.catch_warnings():
        # The process ends here; what its loop had open ends with it.
        warnings.simplefilter("ignore", ResourceWarning)
        del worker
        gc.collect()


def test_dead_letters_of_an_installation_are_listed_and_tried_again(
    database: str, tmp_path: Path
) -> None:
    loket = installation(database, tmp_path)
    with connect(database) as conn:
        conn.execute(
            "INSERT INTO dead_letters VALUES "
            "(gen_random_uuid(), 'vervanging', 'toezicht/x', 4, 2, 'E')"
        )
    [letter] = tasks.dead_letters(loket)
    assert (letter.actor, letter.arguments, letter.reason) == ("vervanging", "toezicht/x/4", "E")
    assert tasks.replay(loket, str(letter.id)) == 1
    assert tasks.replay(loket, "all") == 0
    with connect(database) as conn:
        [(message,)] = conn.execute("SELECT message FROM dramatiq.queue").fetchall()
    assert (message["actor_name"], message["args"]) == ("vervanging", ["toezicht/x", 4])
    loket.close()


def test_mail_is_sent_as_the_settings_say(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("geheim\n")
    set_up = Settings(
        smtp_host="mail.example", smtp_port=587, smtp_security="starttls",
        smtp_user="loket", smtp_password_file=secret,
    )  # fmt: skip
    assert tasks.mailer(set_up) == Smtp("mail.example", 587, "starttls", "loket", "geheim")
    assert tasks.mailer(Settings()) == NoMail()


def test_a_password_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    missing = Settings(smtp_host="mail.example", smtp_password_file=tmp_path / "nergens")
    with pytest.raises(ConfigurationError, match="LOKET_SMTP_PASSWORD_FILE"):
        tasks.mailer(missing)
