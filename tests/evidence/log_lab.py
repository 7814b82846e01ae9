# SPDX-License-Identifier: EUPL-1.2
"""A laboratory for whole logs: the real recorder, sealer and development TSA on a real database.

The module in it is as small as a module can be: a *stuk* is sent, delivered, opened and erased.
"""

import asyncio
import os
import random
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from loket.domain import MODULES
from loket.evidence import bundle
from loket.evidence.append import Append
from loket.evidence.canonical import Codec
from loket.evidence.devtsa import DevTsa
from loket.evidence.entry import Entry, LeafMapper, Recorded
from loket.evidence.gather import Evidence, gather
from loket.evidence.keys import KeyRing
from loket.evidence.note import Signer
from loket.evidence.published import Published
from loket.evidence.seal import Sealer
from loket.evidence.store import GroupCommit, Log, connect
from loket.evidence.timestamp import Failure, NoTimestamp, Stamped
from loket.evidence.token import Code, build_query, check
from loket.evidence.verify import Held, verify
from loket.evidence.verify_report import Report
from loket.kernel import Actor, Context, Document, Module, Scope

TICK = 0.02
ORIGIN = "log.example.org/proef"
AALST = "http://data.lblod.info/id/bestuurseenheden/aalst"
ABB = "http://data.lblod.info/id/bestuurseenheden/abb"
SENDER = Actor("Jef Peeters", AALST, "gemeente", frozenset({"indiener"}), "hoog")
READER = Actor("An Smet", ABB, "overheid", frozenset({"lezer"}), "hoog")
NAMES = {AALST: "Gemeente Aalst", ABB: "Agentschap Binnenlands Bestuur"}


@dataclass(frozen=True, slots=True)
class StukOpgesteld:
    tekst: str


@dataclass(frozen=True, slots=True)
class StukVerzonden:
    onderwerp: str
    documenten: tuple[Document, ...]
    ontvangers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StukAfgeleverd:
    ontvanger: str


@dataclass(frozen=True, slots=True)
class StukGeopend:
    ontvanger: str


@dataclass(frozen=True, slots=True)
class InhoudVernietigd:
    regel: str


def decide(command: object, state: None, ctx: Context) -> list[object]:
    return []


def evolve(state: None, event: object) -> None:
    return None


def scope(state: None) -> Scope:
    return Scope()


MODULE: Module[object, None, object] = Module(
    name="proef",
    title="Proef",
    initial=None,
    decide=decide,
    evolve=evolve,
    commands=(),
    events=(StukOpgesteld, StukVerzonden, StukAfgeleverd, StukGeopend, InhoudVernietigd),
    refusals=(),
    rights={},
    terms={},
    scope=scope,
)


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Lab:
    """One installation on one database. `ahead` shifts the server's clock, `tsa_ahead` the TSA's;
    while `tsa_down` no TSA answers."""

    dsn: str
    directory: Path
    origin: str = ORIGIN
    ahead: timedelta = timedelta()
    tsa_ahead: timedelta = timedelta()
    tsa_down: bool = False
    reports: list[object] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.keys = KeyRing(os.urandom(32))
        self.codec = Codec({**MODULES, "proef": MODULE})
        self.signer = Signer(self.origin, Ed25519PrivateKey.generate())
        self.tsa = DevTsa.create(self.directory / "tsa", utc_now() - timedelta(days=400))
        self.published = Published(self.directory / "checkpoints")
        self.log = Log(self.dsn, self.origin, self.codec, self.keys, self.microseconds)
        self.mapper: LeafMapper = self.log.leaf_mapper

    def close(self) -> None:
        self.log.close()

    def on(self, dsn: str, directory: Path) -> "Lab":
        """The same installation on a copy of its database."""
        other = copy(self)
        other.dsn, other.directory = dsn, directory
        shutil.copy(self.directory / "checkpoints", directory)
        other.published = Published(directory / "checkpoints")
        other.log = Log(dsn, self.origin, self.codec, self.keys, other.microseconds)
        other.mapper = other.log.leaf_mapper
        return other

    def now(self) -> datetime:
        return utc_now() + self.ahead

    def microseconds(self) -> int:
        return int(self.now().timestamp() * 1_000_000)

    @property
    def roots(self) -> bytes:
        return self.tsa.root.public_bytes(Encoding.PEM)

    def entries(
        self, stream: str, past: list[Recorded], facts: tuple[object, ...], actor: Actor
    ) -> Append:
        last = past[-1] if past else None
        new_key = None if last else self.keys.create(stream)
        key = new_key or past[-1].key
        assert key is not None
        command = uuid4()
        drafts = [
            self.mapper.to_stored_event(
                Entry(stream, len(past) + n, fact, actor, command, n, key, request=None)
            )
            for n, fact in enumerate(facts)
        ]
        return Append(drafts, last.leaf_hash if last else None, new_key, urgent=True)

    def past(self, stream: str) -> list[Recorded]:
        rows = self.log.chained.select_events(stream)
        return self.log.facts(rows)  # type: ignore[arg-type]

    def append(self, stream: str, *facts: object, actor: Actor = SENDER) -> None:
        append = self.entries(stream, self.past(stream), facts, actor)
        self.log.chained.insert_events(append.drafts, new_key=append.new_key, urgent=append.urgent)

    def append_many(self, count: int) -> None:
        """This many streams of one event each, in few transactions."""

        async def run() -> None:
            writer = GroupCommit(self.dsn, self.origin, self.microseconds)
            appends = [
                self.entries(new_stream(), [], (StukGeopend(AALST),), SENDER) for _ in range(count)
            ]
            await asyncio.gather(*(writer.append(append) for append in appends))
            await writer.close()

        asyncio.run(run())

    def send(self, stream: str, *documents: Document) -> None:
        self.append(
            stream,
            StukVerzonden("Besluitenlijst 12 maart", documents, (ABB,)),
            StukAfgeleverd(ABB),
        )

    async def stamp(self, note: bytes) -> Stamped:
        if self.tsa_down:
            raise NoTimestamp((Failure("proef-TSA", Code.TSA_ONBEREIKBAAR, "stil"),))
        query = build_query(note, random.getrandbits(63) | 1 << 63)
        at = utc_now() + self.tsa_ahead
        response = self.tsa.respond(query, at, random.getrandbits(100) | 1)
        proof = check(response, query, note, [self.tsa.root], None)
        return Stamped(query, response, proof, "proef-TSA", ())

    async def report(self, command: object) -> None:
        self.reports.append(command)

    def sealer(self) -> Sealer:
        return Sealer(self.dsn, self.signer, self.published, self.stamp, self.report, self.now)

    def seal(self, *, stamped: bool = True) -> None:
        """Run the sealer until the whole log is sealed, and stamped unless told otherwise."""
        run_until(self.sealer(), lambda: self.is_sealed(stamped=stamped))

    def is_sealed(self, *, stamped: bool) -> bool:
        with connect(self.dsn) as conn:
            head, sealed, last = conn.execute(
                "SELECT size, (SELECT coalesce(max(size), 0) FROM checkpoints), "
                "(SELECT coalesce(max(size), 0) FROM timestamps) FROM log_head"
            ).fetchone() or (0, 0, 0)
        return bool(head == sealed and (not stamped or head == last))

    def evidence(self, stream: str, known: Sequence[int] = ()) -> Evidence:
        log = self.signer.verifier
        with connect(self.dsn) as conn:
            return gather(conn, stream, self.mapper, log, self.roots, known=known, names=NAMES)

    def bundle(
        self,
        stream: str,
        documents: dict[str, bundle.Opener] | None = None,
        known: Sequence[int] = (),
    ) -> Path:
        path = self.directory / bundle.file_name(stream)
        with path.open("wb") as out:
            bundle.write(self.evidence(stream, known), out, documents)
        return path

    def newest(self) -> Held:
        """The newest checkpoint, as somebody may hold it."""
        with connect(self.dsn) as conn:
            found = conn.execute("SELECT note FROM checkpoints ORDER BY size DESC").fetchone()
        assert found
        return Held(found[0].encode())

    def verify(self, path: Path, held: Held | None = None, at: datetime | None = None) -> Report:
        return verify(path, [self.signer.vkey], [self.tsa.root], held, at=at)

    def sql(self, statement: str, *arguments: object) -> None:
        """As the owner of the database, who can disable triggers: the attacker from within."""
        with psycopg.connect(self.dsn) as conn:
            for table in ("events", "checkpoints", "timestamps"):
                conn.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            conn.execute(statement, arguments)
            for table in ("events", "checkpoints", "timestamps"):
                for trigger in (f"{table}_row", f"{table}_all"):
                    conn.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")


def new_stream() -> str:
    return f"proef/{uuid4()}"


def run_until(sealer: Sealer, done: Callable[[], bool], seconds: float = 20) -> None:
    """Run a sealer until `done`; its own failure is raised."""

    async def run() -> None:
        task = asyncio.create_task(sealer.run())
        try:
            for _ in range(round(seconds / TICK)):
                if task.done() or await asyncio.to_thread(done):
                    break
                await asyncio.sleep(TICK)
            else:
                raise TimeoutError("the sealer did not get there")
            if task.done():
                task.result()
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    asyncio.run(run())
