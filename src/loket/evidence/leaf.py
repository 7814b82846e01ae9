# SPDX-License-Identifier: EUPL-1.2
"""What the log hashes: a leaf, its commitments and the opening that proves them.

A leaf is RFC 8785 JSON with ASCII keys, no floats and no personal data, at most 64 KiB. It is
stored once and served verbatim; whoever checks it hashes the bytes and never serialises again.
A commitment is HMAC-SHA-256 under a random 32-byte salt with a domain-separation tag, so that a
leaf tells nothing about a content whose salt is gone. `docs/reference/log-format.md` is the
standard for readers outside.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

VERSION = 1
MAX_LEAF = 65_535
SALT = 32
FIRST_PREV = hashlib.sha256(b"").digest()
"""What the first leaf of a stream carries as the hash of its predecessor."""

PAYLOAD_TAG = b"loket/v1/payload\n"
ACTOR_TAG = b"loket/v1/actor\n"
DOCUMENT_TAG = b"loket/v1/document\n"


def commit(salt: bytes, tag: bytes, content: bytes) -> bytes:
    """HMAC-SHA-256(salt, tag ‖ content): 32 bytes that open only with the salt."""
    return hmac.digest(salt, tag + content, "sha256")


def b64(data: bytes) -> str:
    """base64url without padding, as leaves carry hashes."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


class DocumentCommitment(msgspec.Struct, frozen=True):
    """A document in a leaf: commitment to its SHA-256 digest, and its size in bytes."""

    commit: str
    size: int


class Beacon(msgspec.Struct, frozen=True):
    """The newest time-stamp token known at writing: SHA-256 of the RFC 3161 response and the
    size of the tree it stamps. A leaf that carries it was written after that token."""

    hash: str
    size: int


class Leaf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One leaf. Fields are declared in the order RFC 8785 sorts them."""

    actor: str
    beacon: Beacon | None
    cause: str | None
    command: str
    docs: tuple[DocumentCommitment, ...]
    log: str
    payload: str
    prev: str
    seq: int
    stream: str
    time: str
    type: str
    v: int

    def encode(self) -> bytes:
        """The bytes that are hashed, stored and served."""
        return _encoder.encode(self)


_encoder = msgspec.json.Encoder(order="deterministic")


def leaf_hash(leaf: bytes) -> bytes:
    """SHA-256(0x00 ‖ leaf): RFC 6962, and the link of the chain within a stream."""
    return hashlib.sha256(b"\0" + leaf).digest()


class Opening(msgspec.Struct, frozen=True):
    """What opens the commitments of one leaf: exact texts and their salts (base64 in JSON).

    `request` is the SHA-256 of the command as it was asked, kept with the first fact of each
    command; it lives here, encrypted, because a hash of a guessable request would tell it.
    """

    actor: str
    actor_salt: bytes
    documents: tuple[bytes, ...]
    payload: str
    payload_salt: bytes
    request: bytes | None = None

    def encode(self) -> bytes:
        """The bytes that are encrypted under the stream's data key."""
        return _encoder.encode(self)

    @staticmethod
    def decode(data: bytes) -> "Opening":
        """The opening in decrypted bytes."""
        return _opening_decoder.decode(data)


_opening_decoder = msgspec.json.Decoder(Opening)


@dataclass(frozen=True, slots=True)
class Commitments:
    """The part of a leaf that is known before the log gives it its place."""

    actor: str
    payload: str
    docs: tuple[DocumentCommitment, ...]


def seal_content(
    payload: bytes,
    actor: bytes,
    documents: Sequence[tuple[str, int]],
    entropy: bytes,
    request: bytes | None = None,
) -> tuple[Commitments, Opening]:
    """Commit to a payload, an actor record and documents (SHA-256 hex, size in bytes).

    `entropy` is 32 fresh random bytes for each: payload, actor, then every document.
    """
    salts = [entropy[i : i + SALT] for i in range(0, len(entropy), SALT)]
    document_salts = tuple(salts[2:])
    commitments = Commitments(
        actor=b64(commit(salts[1], ACTOR_TAG, actor)),
        payload=b64(commit(salts[0], PAYLOAD_TAG, payload)),
        docs=tuple(
            DocumentCommitment(b64(commit(salt, DOCUMENT_TAG, bytes.fromhex(digest))), size)
            for salt, (digest, size) in zip(document_salts, documents, strict=True)
        ),
    )
    opening = Opening(
        actor=actor.decode(),
        actor_salt=salts[1],
        documents=document_salts,
        payload=payload.decode(),
        payload_salt=salts[0],
        request=request,
    )
    return commitments, opening
