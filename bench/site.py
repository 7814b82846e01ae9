# SPDX-License-Identifier: EUPL-1.2
"""A whole installation to be measured: all of `loket serve`, or its API process alone."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

from bench.client import Job, ask
from bench.content import DRAFT, LIJST, LINK, SENDER, VELDEN
from bench.filling import fill
from bench.server import scratch
from loket.cli.care import register, shipped
from loket.devissuer import DevIssuer, find_bestuur
from loket.embedded import APP_ROLE, connected
from loket.evidence.store import connect
from loket.migrate import migrate
from loket.postgres import EmbeddedPostgres
from loket.projections._rebuild import rebuild
from loket.settings import Settings, load
from loket.supervisor import free_port
from loket.wiring import Loket, build

HOST = "127.0.0.1"
PATIENCE = 60.0
LOKET = (sys.executable, "-m", "loket.cli")


class Site:
    """One installation, seen from the benchmark."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.loket: Loket = build(settings)

    def drafts(self, count: int) -> list[str]:
        """Dossiers ready to be sent, made over HTTP by the process that will send them."""
        dossiers = [str(uuid4()) for _ in range(count)]
        opstellen, toevoegen = {"dossiertype": LIJST, "velden": VELDEN}, {"url": LINK}
        ask(self.job(dossiers, "besluit-opstellen", opstellen), "201")
        ask(self.job(dossiers, "link-toevoegen", toevoegen), "201")
        return dossiers

    def foreign_drafts(self, count: int) -> list[str]:
        """Dossiers ready to be sent, of which the processes that are measured know nothing yet."""
        return fill(self.loket.dsn, self.loket.signer.name, self.loket.mapper, DRAFT, count)

    def sends(self, dossiers: Sequence[str], **headers: str) -> Job:
        """A job that sends these dossiers."""
        return self.job(dossiers, "besluit-verzenden", {}, **headers)

    def job(self, dossiers: Sequence[str], command: str, body: Any, **headers: str) -> Job:
        """A job that gives each of these dossiers one command."""
        return Job(
            port=self.settings.port,
            requests=[(f"/toezicht/{dossier}/{command}", body) for dossier in dossiers],
            headers={"Authorization": f"Bearer {self._token()}", **headers},
        )

    def _token(self) -> str:
        settings = self.settings
        self.loket.references.refresh()
        issuer = DevIssuer(settings.keys_dir, settings.audience, embedded=settings.embedded)
        aalst = find_bestuur(self.loket.reference, "Gemeente Aalst")
        return issuer.issue(aalst, [SENDER], now=int(time.time()), email="jan@aalst.example")

    def environment(self) -> Mapping[str, str]:
        """For a process of this installation."""
        settings = self.settings
        return {
            **os.environ,
            "LOKET_DATABASE_URL": settings.database_url or "",
            "LOKET_DATA_DIR": str(settings.data_dir),
            "LOKET_DEVELOPMENT": "true",
            "LOKET_PORT": str(settings.port),
        }

    def wait_until(self, query: str) -> None:
        """Until this query says true."""
        deadline = time.monotonic() + PATIENCE
        with connect(self.loket.dsn) as conn:
            while time.monotonic() < deadline:
                with suppress(psycopg.DataError):
                    if conn.execute(query.encode()).fetchone() == (True,):
                        return
                time.sleep(0.1)
        raise TimeoutError(query)

    def wait_until_at_rest(self) -> None:
        """Until all is projected."""
        self.wait_until("SELECT min(position) = (SELECT size FROM log_head) FROM projections")


@contextmanager
def database_alone() -> Iterator[Site]:
    """A database with the demo besturen, and no process of ours on it."""
    with scratch() as directory, EmbeddedPostgres(directory / "data") as server:
        migrate(server.dsn())
        settings = load(data_dir=directory / "data", port=free_port(HOST))
        site = Site(connected(settings, server))
        register(site.loket, shipped())
        rebuild(site.loket.dsn, site.loket.mapper)
        yield site
        site.loket.close()


@contextmanager
def process(command: Sequence[str], port: int, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A server process, from when it listens until the block ends."""
    with running(command, **options) as child:
        deadline = time.monotonic() + PATIENCE
        while not _listens(port):
            assert child.poll() is None, f"{command} ended"
            assert time.monotonic() < deadline, f"{command} does not listen"
            time.sleep(0.02)
        yield child


@contextmanager
def running(command: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A process, asked to stop at the end."""
    child = subprocess.Popen(command, text=True, stderr=subprocess.DEVNULL, **options)
    try:
        yield child
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(PATIENCE)
        if child.stdout is not None:
            child.stdout.close()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


@contextmanager
def serve(data: Path, *arguments: str) -> Iterator[tuple[float, Site, int]]:
    """`loket serve`: seconds until it was ready, the installation, and the id of its process."""
    port = free_port(HOST)
    command = [*LOKET, "serve", "--port", str(port), "--data-dir", str(data), *arguments]
    began = time.monotonic()
    environment = {**os.environ, "LOKET_LOG_LEVEL": "error"}
    with running(command, stdout=subprocess.PIPE, env=environment) as child:
        assert child.stdout is not None
        assert child.stdout.readline().startswith("ready "), "loket serve did not start"
        seconds = time.monotonic() - began
        server = EmbeddedPostgres(data)
        settings = load(data_dir=data, port=port).model_copy(
            update={"database_url": server.dsn(APP_ROLE), "development": True}
        )
        site = Site(settings)
        yield seconds, site, child.pid
        site.loket.close()
