# SPDX-License-Identifier: EUPL-1.2
"""What goes into the log and what comes out of it, and the mapper between."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from eventsourcing.persistence import JSONTranscoder, Mapper, Notification, StoredEvent

from loket.evidence.canonical import Codec, decode_actor, encode_actor
from loket.evidence.keys import DataKey, KeyRing
from loket.evidence.leaf import SALT, Commitments, Opening, seal_content
from loket.kernel import Actor

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def from_microseconds(us: int) -> datetime:
    """A moment (UTC) from microseconds since 1970."""
    return EPOCH + timedelta(microseconds=us)


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970 of a moment."""
    return (moment - EPOCH) // timedelta(microseconds=1)


class Entry(NamedTuple):
    """A fact about to be logged: where it goes, who caused it, by which command."""

    originator_id: str
    originator_version: int
    fact: Any
    actor: Actor
    command: UUID
    ordinal: int
    key: DataKey
    cause: str | None = None
    request: bytes | None = None


@dataclass(frozen=True)
class Draft(StoredEvent):
    """An entry in bytes: `state` is the encrypted opening; the recorder makes the leaf."""

    commitments: Commitments
    key_id: UUID
    command: UUID
    ordinal: int
    cause: str | None


@dataclass(frozen=True)
class Row(Notification):
    """A stored event as read back; `id` is its position, `wrapped` is None once erased."""

    registered: datetime
    leaf_hash: bytes
    key_id: UUID
    wrapped: bytes | None
    command: UUID
    ordinal: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """A fact in its place in the log.

    `position` is its leaf index, `registered` the log's own time (UTC). `fact`, `actor` and
    `opening` are None when the content has been destroyed.
    """

    originator_id: str
    originator_version: int
    position: int
    type: str
    registered: datetime
    leaf_hash: bytes
    command: UUID
    ordinal: int
    key: DataKey | None
    fact: Any
    actor: Actor | None
    opening: Opening | None

    @property
    def stream(self) -> str:
        """Module and id: `toezicht/2f0c…`."""
        return self.originator_id

    @property
    def seq(self) -> int:
        """Place in the stream, from 0."""
        return self.originator_version


class LeafMapper(Mapper[str]):
    """Entries to drafts, rows to recorded facts: encoding, commitment and encryption."""

    def __init__(
        self, codec: Codec, keys: KeyRing, entropy: Callable[[int], bytes] = os.urandom
    ) -> None:
        super().__init__(JSONTranscoder())
        self.codec = codec
        self.keys = keys
        self._entropy = entropy

    def to_stored_event(self, domain_event: Any) -> Draft:
        """The draft of an entry; raises as `canonical.encode`."""
        entry: Entry = domain_event
        payload = self.codec.encode(entry.fact)
        documents = self.codec.documents(entry.fact)
        commitments, opening = seal_content(
            payload,
            encode_actor(entry.actor),
            documents,
            self._entropy(SALT * (2 + len(documents))),
            entry.request,
        )
        place = f"{entry.originator_id}/{entry.originator_version}".encode()
        return Draft(
            originator_id=entry.originator_id,
            originator_version=entry.originator_version,
            topic=self.codec.name(type(entry.fact)),
            state=self.keys.encrypt(entry.key.id, entry.key.wrapped, opening.encode(), place),
            commitments=commitments,
            key_id=entry.key.id,
            command=entry.command,
            ordinal=entry.ordinal,
            cause=entry.cause,
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        """The recorded fact of a row; raises as `recorded`."""
        row = stored_event
        assert isinstance(row, Row)
        return self.recorded(
            str(row.originator_id), row.originator_version, row.topic, row.state, row.id,
            row.registered, row.leaf_hash, row.key_id, row.wrapped, row.command, row.ordinal,
        )  # fmt: skip

    def recorded(
        self, stream: str, seq: int, kind: str, state: bytes, position: int, registered: datetime,
        leaf_hash: bytes, key_id: UUID, wrapped: bytes | None, command: UUID, ordinal: int,
    ) -> Recorded:  # fmt: skip
        """The recorded fact in a row of `store.COLUMNS`.

        Raises InvalidTag when its opening was tampered with, WrongMasterKey and UnknownType.
        """
        fact = actor = opening = key = None
        if wrapped is not None:
            key = DataKey(key_id, stream, wrapped)
            place = f"{stream}/{seq}".encode()
            opening = Opening.decode(self.keys.decrypt(key_id, wrapped, state, place))
            fact = self.codec.decode(kind, opening.payload)
            actor = decode_actor(opening.actor)
        return Recorded(
            stream, seq, position, kind, registered, leaf_hash, command, ordinal,
            key, fact, actor, opening,
        )  # fmt: skip
