# SPDX-License-Identifier: EUPL-1.2
"""A log with dossiers in it, for tests of what follows the log."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from uuid import UUID, uuid4, uuid5

from loket.domain import MODULES
from loket.domain.besturen import BestuurGeregistreerd, stream_of
from loket.domain.toezicht.words import (
    BesluitAfgeleverd,
    BesluitGeopend,
    BesluitGevalideerd,
    BesluitOpgesteld,
    BesluitVerzonden,
    BestandToegevoegd,
    LinkToegevoegd,
    VeldenGewijzigd,
)
from loket.evidence.append import Append, Placed
from loket.evidence.canonical import Codec
from loket.evidence.entry import Draft, Entry, LeafMapper
from loket.evidence.keys import DataKey, KeyRing
from loket.evidence.store import GroupCommit
from loket.kernel import SYSTEM, Actor, Document

GEMEENTE = (
    "http://data.vlaanderen.be/id/concept/BestuurseenheidClassificatieCode/5ab0e9b8a3b2ca7c5e000001"
)
AALST = "http://data.lblod.info/id/bestuurseenheden/974816591f269bb7d74aa1720922651529f3d3b2a787f5c60b73e5a0384950a4"
GENT = "http://data.lblod.info/id/bestuurseenheden/353234a365664e581db5c2f7cc07add2534b47b8e1ab87c821fc6e6365e6bef5"
ABB = "http://data.lblod.info/id/bestuurseenheden/141d9d6b-54af-4d17-b313-8d1c30bc3f5b"
LIJST = (
    "https://data.vlaanderen.be/id/concept/BesluitDocumentType/3fa67785-ffdc-4b30-8880-2b99d97b4dee"
)

CLERK = Actor(
    "urn:persoon:jan", AALST, GEMEENTE, frozenset({"LoketLB-toezichtGebruiker"}),
    niveau="2", email="jan@aalst.example",
)  # fmt: skip
SUPERVISOR = Actor(
    "urn:persoon:an", ABB, "", frozenset({"ABBDatabankToezicht-DatabankToezichtLezer"}), niveau="2"
)
VELDEN = {"zittingsdatum": "2026-11-02T19:00:00Z", "bestuursorgaan": "urn:orgaan"}


def opened(bestuur: str = AALST, verbetert: str = "", **velden: str) -> BesluitOpgesteld:
    """A draft."""
    return BesluitOpgesteld(LIJST, bestuur, GEMEENTE, velden or VELDEN, verbetert)


def sent(
    bestuur: str = AALST, verzending: int = 1, verbetert: str = "", **velden: str
) -> BesluitVerzonden:
    """A sending to the ABB."""
    return BesluitVerzonden(
        verzending=verzending, dossiertype=LIJST, bestuur=bestuur, klasse=GEMEENTE,
        velden=velden or VELDEN, documenten=(), links=("https://aalst.example/b",),
        verbetert=verbetert, waarschuwingen=(), ontvangers=(ABB,), meldingsregel="urn:regel",
        routeringsregel="urn:route", referentie_versie="v1",
    )  # fmt: skip


def delivered(verzending: int = 1) -> BesluitAfgeleverd:
    """Its delivery to the ABB."""
    return BesluitAfgeleverd(verzending, ABB)


def registered(uri: str, naam: str) -> BestuurGeregistreerd:
    """A bestuur in the register."""
    return BestuurGeregistreerd(uri, naam, GEMEENTE, "", "", "", "", "", "", "", "")


def life(bestuur: str = AALST) -> list[tuple[Any, Actor]]:
    """All facts of an ordinary dossier, with who caused them."""
    clerk = Actor("urn:persoon:jan", bestuur, GEMEENTE, CLERK.rollen, "2", email=CLERK.email)
    document = Document("ab" * 32, 1234, "besluitenlijst.pdf", "application/pdf")
    facts: list[Any] = [
        opened(bestuur),
        VeldenGewijzigd({"zittingsdatum": "2026-11-03T19:00:00Z"}),
        BestandToegevoegd(document),
        LinkToegevoegd("https://aalst.example/b"),
        BesluitGevalideerd((), (), "v1"),
        sent(bestuur),
        delivered(),
    ]
    return [*((fact, clerk) for fact in facts), (BesluitGeopend(1, ABB), SUPERVISOR)]


@dataclass
class _Stream:
    key: DataKey
    version: int = 0
    prev: bytes | None = None


@dataclass
class Book:
    """Writes facts straight into the log of a database, past any decision."""

    dsn: str
    keys: KeyRing = field(default_factory=lambda: KeyRing(bytes(32)))
    _streams: dict[str, _Stream] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.mapper = LeafMapper(Codec(MODULES), self.keys)
        self._runner = asyncio.Runner()
        self._writer = GroupCommit(self.dsn, "test.localhost/log")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._runner.run(self._writer.close())
        self._runner.close()

    def write(self, stream: str, *facts: Any, actor: Actor = CLERK) -> list[Placed]:
        """Appends facts to one stream (`toezicht/<id>`)."""
        return self._runner.run(self._append(stream, facts, actor))

    def dossier(self, *facts: Any, actor: Actor = CLERK) -> UUID:
        """A new dossier with these facts."""
        key = uuid4()
        self.write(f"toezicht/{key}", *facts, actor=actor)
        return key

    def register(self, uri: str, naam: str) -> None:
        """Enters a bestuur in the register."""
        self.write(f"besturen/{stream_of(uri)}", registered(uri, naam), actor=SYSTEM)

    def flood(self, dossiers: int, besturen: Sequence[str] = (AALST, GENT)) -> int:
        """Many ordinary dossiers, 500 living at once; answers how many events."""
        for start in range(0, dossiers, 500):
            lives = [
                (f"toezicht/{uuid4()}", life(besturen[n % len(besturen)]))
                for n in range(start, min(start + 500, dossiers))
            ]
            self._runner.run(self._live(lives))
        return 8 * dossiers

    async def _live(self, lives: Sequence[tuple[str, Sequence[tuple[Any, Actor]]]]) -> None:
        for turn in range(8):
            steps = ((stream, *facts[turn]) for stream, facts in lives)
            await asyncio.gather(
                *(self._append(stream, (fact,), actor) for stream, fact, actor in steps)
            )

    async def _append(self, stream: str, facts: Sequence[Any], actor: Actor) -> list[Placed]:
        new = stream not in self._streams
        state = self._streams.setdefault(stream, _Stream(self.keys.create(stream)))
        command = uuid5(state.key.id, str(state.version))
        drafts: list[Draft] = []
        for n, fact in enumerate(facts):
            entry = Entry(stream, state.version + n, fact, actor, command, n, state.key)
            drafts.append(self.mapper.to_stored_event(entry))
        append = Append(drafts, state.prev, state.key if new else None, urgent=False)
        placed = await self._writer.append(append)
        state.version, state.prev = placed[-1].seq + 1, placed[-1].leaf_hash
        return placed
