# SPDX-License-Identifier: EUPL-1.2
"""A loket that answers in this process, the people who come to it, and the machinery behind."""

import asyncio
import json
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import uvicorn
from httpx2 import Response
from starlette.testclient import TestClient

from loket.api.app import create_app
from loket.devissuer import DevIssuer, find_bestuur
from loket.evidence.published import Published
from loket.evidence.seal import Sealer
from loket.evidence.store import connect
from loket.evidence.timestamp import Stamped, stamp
from loket.projections._runner import Projector
from loket.reference import Bestuur, belgian_day, load
from loket.settings import Settings
from loket.wiring import Loket, build

SENDER = "LoketLB-toezichtGebruiker"
ADMIN = "LoketLB-admin"
READER = "ABBDatabankToezicht-DatabankToezichtLezer"
ABB = "Agentschap Binnenlands Bestuur"
BESLUITENLIJST = (
    "https://data.vlaanderen.be/id/concept/BesluitDocumentType/3fa67785-ffdc-4b30-8880-2b99d97b4dee"
)
COLLEGE = (
    "http://data.vlaanderen.be/id/concept/BestuursorgaanClassificatieCode/5ab0e9b8a3b2ca7c5e000006"
)
FIELDS = {
    "bestuursorgaan": COLLEGE,
    "zittingsdatum": "2026-11-16T19:30:00+01:00",
    "publicatiedatum": belgian_day(datetime.now(UTC)).isoformat(),
}
PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"


@dataclass
class Person:
    """Someone with a token (or without), at the counter."""

    http: TestClient
    token: str | None = None

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        return {**({"Authorization": f"Bearer {self.token}"} if self.token else {}), **more}

    def ask(self, stream: str, command: str, body: object = None, **headers: str) -> Response:
        """Give a command; header names have underscores."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        more.setdefault("Content-Type", "application/json")
        content = json.dumps({} if body is None else body)
        return self.http.post(f"/{stream}/{command}", content=content, headers=self._headers(more))

    def get(self, path: str, **headers: str) -> Response:
        """Read; header names have underscores."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.get(path, headers=self._headers(more))

    def upload(self, content: bytes = PDF, **headers: str) -> Response:
        """Upload a file."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.post("/bestanden", content=content, headers=self._headers(more))


@dataclass
class Office:
    """One installation with its API in this process."""

    loket: Loket
    http: TestClient
    issuer: DevIssuer

    def bestuur(self, name: str) -> Bestuur:
        """A bestuur by name."""
        return find_bestuur(self.loket.reference, name)

    def person(self, name: str, /, *rollen: str, **claims: Any) -> Person:
        """Someone of the bestuur with this name, with these roles and changed claims."""
        return Person(self.http, self.token(name, rollen, **claims))

    def token(self, name: str, rollen: Iterable[str], /, **claims: Any) -> str:
        """A token of the development issuer, with these claims changed."""
        now = int(time.time())
        return self.issuer.issue(self.bestuur(name), rollen, now=now, claims=claims)

    @property
    def aalst(self) -> Person:
        """A clerk of Aalst."""
        return self.person("Gemeente Aalst", SENDER)

    @property
    def gent(self) -> Person:
        """A clerk of Gent."""
        return self.person("Gemeente Gent", SENDER)

    @property
    def abb(self) -> Person:
        """A supervisor."""
        return self.person(ABB, READER)

    def draft(self, by: Person | None = None, **fields: Any) -> str:
        """A complete draft with one file; its stream."""
        person = by or self.aalst
        stream = f"toezicht/{uuid4()}"
        body = {"dossiertype": BESLUITENLIJST, "velden": {**FIELDS, **fields}}
        accept(person.ask(stream, "besluit-opstellen", body))
        file = person.upload()
        assert file.status_code == 201, file.text
        attachment = {
            "sha256": file.json()["sha256"],
            "naam": "besluitenlijst.pdf",
            "formaat": "application/pdf",
        }
        accept(person.ask(stream, "bestand-toevoegen", attachment))
        return stream

    def sent(self, by: Person | None = None) -> str:
        """A dossier that was sent to ABB; its stream."""
        person = by or self.aalst
        stream = self.draft(person)
        accept(person.ask(stream, "besluit-verzenden"))
        return stream

    def opened(self) -> str:
        """A dossier that ABB opened; its stream."""
        stream = self.sent()
        accept(self.abb.ask(stream, "besluit-openen"))
        return stream

    def project(self) -> None:
        """Bring the read models up to the log.

        The one who did so before may still hold the lock for a moment.
        """
        projector = Projector(self.loket.dsn, self.loket.mapper)
        deadline = time.monotonic() + 30
        try:
            with connect(self.loket.dsn) as conn:
                while projector.work(conn) or conn.execute(BEHIND).fetchone() != (False,):
                    assert time.monotonic() < deadline, "not projected in time"
        finally:
            projector.close()

    @contextmanager
    def sealing(self) -> Iterator[None]:
        """Seal and stamp for as long as the block lasts."""
        stop = Event()
        thread = Thread(target=lambda: asyncio.run(_seal(self.loket, stop)))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def seal(self) -> None:
        """Seal and stamp what there is."""
        with self.sealing(), connect(self.loket.dsn) as conn:
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline:
                if conn.execute(STAMPED).fetchone() == (True,):
                    return
                time.sleep(0.02)
        raise AssertionError("not stamped in time")


BEHIND = """SELECT coalesce(min(position), 0) < (SELECT size FROM log_head) FROM projections"""
STAMPED = "SELECT size = (SELECT coalesce(max(size), 0) FROM timestamps) FROM log_head"


async def _seal(loket: Loket, stop: Event) -> None:
    async def report(_: object) -> None:
        """What the time sources do is no matter here."""

    async with loket.tsa_client() as client:
        tsas = loket.tsas()

        async def token(note: bytes) -> Stamped:
            return await stamp(note, tsas, client=client, nonce=secrets.randbits(128))

        published = Published(loket.checkpoint_file)
        sealer = Sealer(loket.dsn, loket.signer, published, token, report, loket.now)
        task = asyncio.create_task(sealer.run())
        while not stop.is_set() and not task.done():
            await asyncio.wait([task], timeout=0.05)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def accept(answer: Response) -> dict[str, Any]:
    """The receipt of a command that must have been accepted."""
    assert answer.status_code in (200, 201), answer.text
    found: dict[str, Any] = answer.json()
    return found


def problem(answer: Response, status: int, name: str) -> dict[str, Any]:
    """The problem of an answer that must be this refusal."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    found: dict[str, Any] = answer.json()
    assert (answer.status_code, found["status"], found["type"]) == (
        status,
        status,
        f"/problemen/{name}",
    ), found
    return found


def settings(database: str, directory: Path, **more: Any) -> Settings:
    """Settings of an installation for tests."""
    return Settings(data_dir=directory, database_url=database, development=True, **more)


@contextmanager
def open_office(
    chosen: Settings, change: Callable[[Loket], Loket] = lambda x: x
) -> Iterator[Office]:
    """An installation with these settings, answering until the block ends."""
    loket = change(build(chosen, besturen=load().besturen))
    issuer = DevIssuer(chosen.keys_dir, chosen.audience, embedded=True)
    try:
        with TestClient(create_app(loket), raise_server_exceptions=False) as http:
            yield Office(loket, http, issuer)
    finally:
        loket.close()


@contextmanager
def served(app: Any) -> Iterator[str]:
    """The URL at which an application answers, in a thread of this process."""
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, log_level="critical", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
