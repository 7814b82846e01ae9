# SPDX-License-Identifier: EUPL-1.2
"""The composition root: everything that runs, from settings; tests pass their own clock."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

import httpx2
from cryptography import x509

from loket import secrets
from loket.domain import MODULES
from loket.evidence.canonical import Codec
from loket.evidence.devtsa import POLICY, DevTsa, asgi_app
from loket.evidence.entry import LeafMapper
from loket.evidence.keys import KeyRing
from loket.evidence.note import Signer
from loket.evidence.read import StreamReader
from loket.evidence.store import GroupCommit, Log, wall_clock
from loket.evidence.timestamp import Tsa
from loket.files import FileStore, UploadTable
from loket.reference import Bestuur, Reference, Relaties
from loket.reference import load as load_reference
from loket.references import References
from loket.settings import ConfigurationError, Settings
from loket.submit import WriteSide

DEVELOPMENT_TSA = "http://tsa.ontwikkeling.localhost"


def utc_now() -> datetime:
    """The server's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Loket:
    """One installation, as seen from one process."""

    settings: Settings
    dsn: str
    clock: Callable[[], int]
    now: Callable[[], datetime]
    keys: KeyRing
    signer: Signer
    references: References
    codec: Codec = field(default_factory=lambda: Codec(MODULES))

    @cached_property
    def mapper(self) -> LeafMapper:
        """Entries to leaves and back."""
        return LeafMapper(self.codec, self.keys)

    @cached_property
    def log(self) -> Log:
        """The log, for synchronous use."""
        return Log(self.dsn, self.signer.name, self.codec, self.keys, self.clock)

    @property
    def reference(self) -> Reference:
        """The reference data as they stand now."""
        return self.references()

    @cached_property
    def files(self) -> FileStore:
        """The content-addressed store; for one event loop."""
        directory = self.settings.files_dir or self.settings.data_dir / "files"
        return FileStore(directory, UploadTable(self.dsn), self.settings.max_upload)

    @property
    def checkpoint_file(self) -> Path:
        """The record of published checkpoints outside the database."""
        return self.settings.checkpoint_file or self.settings.data_dir / "checkpoints"

    def write_side(self) -> WriteSide:
        """A new way in for commands; for one event loop, which closes it."""
        reader, files = StreamReader(self.dsn, self.mapper), UploadTable(self.dsn)
        writer = GroupCommit(self.dsn, self.signer.name, self.clock)
        return WriteSide(
            read=reader.read,
            append=writer.append,
            mapper=self.mapper,
            files=files,
            reference=self.references,
            now=self.now,
            closing=(reader.close, writer.close, files.close),
        )

    @cached_property
    def development_tsa(self) -> DevTsa | None:
        """Our own TSA, when no other is set."""
        if self.settings.tsas:
            return None
        return DevTsa.open(self.settings.keys_dir / "tsa", self.now())

    def tsas(self) -> Sequence[Tsa]:
        """The time-stamping authorities, in order of preference. Raises ConfigurationError."""
        if self.development_tsa is not None:
            roots, policies = (self.development_tsa.root,), frozenset({POLICY})
            return [Tsa("ontwikkel-TSA", DEVELOPMENT_TSA, roots, policies)]
        return [
            Tsa(
                each.name,
                each.url,
                tuple(_certificates(each.root_file)),
                frozenset(each.policies) or None,
            )
            for each in self.settings.tsas
        ]

    def tsa_client(self) -> httpx2.AsyncClient:
        """A client that reaches them; the development TSA answers in this process."""
        if self.development_tsa is None:
            return httpx2.AsyncClient()
        app = asgi_app(self.development_tsa, self.now)
        return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app))

    def tsa_roots(self) -> bytes:
        """The roots we trust for time stamps, PEM: what an auditor is given beside the log key."""
        from cryptography.hazmat.primitives.serialization import Encoding

        roots = [root for tsa in self.tsas() for root in tsa.roots]
        return b"".join(root.public_bytes(Encoding.PEM) for root in roots)

    def close(self) -> None:
        """Stop what runs in the background."""
        self.references.close()
        if "log" in self.__dict__:
            self.log.close()


def _known(reference: Reference, besturen: Mapping[str, Bestuur]) -> Reference:
    """The reference data with these besturen only, and the relations that they have."""
    heen = {uri: kept for uri, kept in reference.relaties.heen.items() if uri in besturen}
    return replace(reference, besturen=besturen, relaties=Relaties.of(heen))


def _certificates(path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"LOKET_TSAS: {path} holds no root certificate: {error}") from None


def build(
    settings: Settings,
    *,
    clock: Callable[[], int] = wall_clock,
    now: Callable[[], datetime] = utc_now,
    besturen: Mapping[str, Bestuur] = MappingProxyType({}),
) -> Loket:
    """Everything one process needs. The database must be reachable and migrated.

    `clock` gives the log's microseconds since 1970, `now` the moment commands are decided at.
    Who is a bestuur is for the register to say; `besturen` are known before it is read.
    Raises ConfigurationError.
    """
    if settings.database_url is None:
        raise ConfigurationError("LOKET_DATABASE_URL is not set and no embedded server was started")
    key = secrets.log_key(settings)
    return Loket(
        settings=settings,
        dsn=settings.database_url,
        clock=clock,
        now=now,
        keys=KeyRing(secrets.master_key(settings)),
        signer=Signer(settings.origin, key),
        references=References(settings.database_url, _known(load_reference(), besturen)),
    )
