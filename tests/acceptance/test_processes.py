# SPDX-License-Identifier: EUPL-1.2
"""Every process by itself against one database server, as in production."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from loket.cli.demo import BESLUITENLIJST, COLLEGE
from loket.demo.client import Person
from loket.postgres import EmbeddedPostgres
from loket.reference import belgian_day
from loket.supervisor import free_port
from stack import ABB, COMMAND, SENDER, SUPERVISOR

PATIENCE = 40


@contextmanager
def _process(env: dict[str, str], *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([*COMMAND, *arguments], env={**os.environ, **env})
    try:
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _run(env: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [*COMMAND, *arguments],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def _ready(url: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if httpx2.get(f"{url}/health/ready", timeout=5).status_code == 200:
                return
        except httpx2.HTTPError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"{url} is not ready")


def _draft(sender: Person) -> str:
    dossier = f"toezicht/{uuid4()}"
    fields = {
        "bestuursorgaan": COLLEGE,
        "zittingsdatum": "2026-11-16T19:30:00+01:00",
        "publicatiedatum": belgian_day(datetime.now(UTC)).isoformat(),
    }
    draft = {"dossiertype": BESLUITENLIJST, "velden": fields}
    sender.ask(dossier, "besluit-opstellen", draft).raise_for_status()
    sender.ask(dossier, "link-toevoegen", {"url": "https://www.aalst.be/b"}).raise_for_status()
    return dossier


@pytest.mark.timeout(180)
def test_two_apis_two_sealers_a_projector_and_a_worker_share_a_database(
    tmp_path: Path, shared: Path
) -> None:
    with ExitStack() as running:
        server = running.enter_context(EmbeddedPostgres(tmp_path / "server"))
        env = {
            "LOKET_DATABASE_URL": server.dsn("loket_app"),
            "LOKET_DATABASE_OWNER_URL": server.dsn(),
            "LOKET_DEVELOPMENT": "true",
            "LOKET_DATA_DIR": str(tmp_path / "data"),
            "LOKET_LOG_LEVEL": "error",
        }
        _run(env, "migrate")
        assert "26 nieuw of gewijzigd, 14 relaties" in _run(env, "import-besturen")
        files = [str(path) for path in sorted(shared.glob("data/*.ttl"))]
        assert "1288 besturen gelezen" in _run(env, "import-besturen", *files)
        ports = [free_port("127.0.0.1"), free_port("127.0.0.1")]
        sealer = running.enter_context(_process(env, "seal"))
        running.enter_context(_process(env, "seal"))
        running.enter_context(_process(env, "project"))
        running.enter_context(_process(env, "work"))
        for port in ports:
            running.enter_context(_process({**env, "LOKET_PORT": str(port)}, "api"))
        urls = [f"http://127.0.0.1:{port}" for port in ports]
        for url in urls:
            _ready(url)
        one, other = (
            running.enter_context(httpx2.Client(base_url=url, timeout=60)) for url in urls
        )
        token = _run(env, "token", "--bestuur", "Gemeente Beringen", "--rol", SENDER)
        sender = Person(one, "Gemeente Beringen", token)

        dossier = _draft(sender)
        sent = sender.ask(dossier, "besluit-verzenden", wait=30)
        assert sent.json()["status"] == "gestempeld", sent.text

        sealer.kill()
        again = sender.ask(_draft(sender), "besluit-verzenden", wait=30)
        assert again.json()["status"] == "gestempeld", "the second sealer took over"

        token = _run(env, "token", "--bestuur", ABB, "--rol", SUPERVISOR)
        assert Person(other, "ABB", token).ask(dossier, "besluit-openen").status_code == 201
        assert _run(env, "audit").endswith("0 bevindingen")
