# SPDX-License-Identifier: EUPL-1.2
"""kill -9 of any process at any moment loses no acknowledged event and doubles none.

Clients draft and send without pause, retrying each request with the same Idempotency-Key until it
is answered, as integrators are told to. Meanwhile processes of the installation are killed at
random moments, the supervisor among them. In the end every answer must be in the log, once.
"""

import os
import random
import signal
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import psycopg
import pytest

from loket.cli.demo import BESLUITENLIJST, COLLEGE
from loket.postgres import EmbeddedPostgres
from loket.reference import belgian_day
from loket.supervisor import free_port
from stack import SENDER, Stack

KILLS = 24
DUBBEL = "toezicht.DubbelVermoed"
UNDER_LOAD = 0.8
"""How often a kill waits until requests are answered again; the others hit a stack that starts."""

CLIENTS = 4
SEED = int(os.environ.get("LOKET_TEST_SEED", "0")) or random.SystemRandom().randrange(2**32)


@dataclass
class Client:
    """Sends decisions one after the other, and remembers every answer it was given."""

    url: str
    token: str
    stop: threading.Event
    answers: list[dict[str, Any]] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)

    def run(self) -> None:
        fields = {
            "bestuursorgaan": COLLEGE,
            "zittingsdatum": "2026-11-16T19:30:00+01:00",
            "publicatiedatum": belgian_day(datetime.now(UTC)).isoformat(),
        }
        with httpx2.Client(base_url=self.url, timeout=10) as http:
            while not self.stop.is_set():
                stream = f"toezicht/{uuid4()}"
                draft = {"dossiertype": BESLUITENLIJST, "velden": fields}
                self._until_answered(http, stream, "besluit-opstellen", draft)
                link = {"url": "https://www.aalst.be/besluitenlijst"}
                self._until_answered(http, stream, "link-toevoegen", link)
                self._until_answered(http, stream, "besluit-verzenden", {})

    def _until_answered(
        self, http: httpx2.Client, stream: str, command: str, body: dict[str, Any]
    ) -> None:
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": str(uuid4())}
        while True:
            try:
                answer = http.post(f"/{stream}/{command}", headers=headers, json=body)
            except httpx2.HTTPError:
                time.sleep(0.05)
                continue
            if answer.status_code < 500:
                break
            time.sleep(0.05)
        if answer.status_code == 201:
            self.answers.append(answer.json())
        else:
            self.unexpected.append(f"{command}: {answer.status_code} {answer.text}")
            self.stop.set()


@pytest.mark.timeout(600)
def test_no_kill_loses_or_doubles_an_acknowledged_event(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    stack = Stack(tmp_path / "data", free_port("127.0.0.1"), {"LOKET_LOG_LEVEL": "error"})
    stack.start()
    try:
        stop = threading.Event()
        token = stack.token("Gemeente Aalst", SENDER)
        clients = [Client(stack.url, token, stop) for _ in range(CLIENTS)]
        threads = [threading.Thread(target=client.run, daemon=True) for client in clients]
        for thread in threads:
            thread.start()
        for n in range(KILLS):
            if chance.random() < UNDER_LOAD:
                _wait_for_answers(stack, clients)
            time.sleep(chance.uniform(0.0, 1.0))
            _kill_one(stack, chance, supervisor=n % 8 == 7)
        _wait_until_ready(stack)
        time.sleep(1)
        stop.set()
        for thread in threads:
            thread.join(30)
        assert not any(thread.is_alive() for thread in threads), f"seed {SEED}"
        answers = [answer for client in clients for answer in client.answers]
        unexpected = [line for client in clients for line in client.unexpected]
        assert not unexpected, f"seed {SEED}: {unexpected[:3]}"
        assert len(answers) > KILLS
        _check_log(stack, answers)
        _wait_until_ready(stack)
        audit = stack.run("audit")
        assert audit.returncode == 0, f"seed {SEED}: {audit.stdout} {audit.stderr}"
    finally:
        stack.stop()


def _kill_one(stack: Stack, chance: random.Random, *, supervisor: bool) -> None:
    assert stack.process is not None
    if supervisor:
        stack.process.kill()
        stack.process.wait()
        stack.start()
        return
    victims = sorted(stack.pids())
    if victims:
        try:
            os.kill(chance.choice(victims), signal.SIGKILL)
        except ProcessLookupError:
            return


def _wait_for_answers(stack: Stack, clients: list[Client]) -> None:
    deadline = time.monotonic() + 60
    before = sum(len(client.answers) for client in clients)
    while sum(len(client.answers) for client in clients) < before + CLIENTS:
        assert time.monotonic() < deadline, f"seed {SEED}: nothing is answered\n{stack.report()}"
        time.sleep(0.02)


def _wait_until_ready(stack: Stack) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if httpx2.get(f"{stack.url}/health/ready", timeout=5).status_code == 200:
                return
        except httpx2.HTTPError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"seed {SEED}: not ready again")


def _check_log(stack: Stack, answers: list[dict[str, Any]]) -> None:
    with psycopg.connect(EmbeddedPostgres(stack.data).dsn()) as conn:
        rows = conn.execute(
            "SELECT position, stream, seq, encode(leaf_hash, 'hex'), type FROM events "
            "ORDER BY position"
        ).fetchall()
    assert [row[0] for row in rows] == list(range(len(rows))), "positions are gapless"
    logged = {(stream, seq): (position, leaf_hash) for position, stream, seq, leaf_hash, _ in rows}
    for answer in answers:
        for event in answer["gebeurtenissen"]:
            place = logged[answer["stroom"], event["volgnummer"]]
            assert place == (event["positie"], event["leaf_hash"])
    # Each dossier has one draft, one link, one sending with its delivery, one receipt: nothing
    # twice, but for suspicions, as many as there are dossiers alike.
    for stream in {answer["stroom"] for answer in answers}:
        kinds = [row[4] for row in rows if row[1] == stream and row[4] != DUBBEL]
        assert len(set(kinds)) == len(kinds), f"{stream} has {kinds}"
