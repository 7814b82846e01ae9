# SPDX-License-Identifier: EUPL-1.2
"""Signed notes, checkpoints of the log, and proofs that fit in one text file.

Sources: C2SP signed-note, tlog-checkpoint and tlog-proof (c2sp.org). Of the signature types only
Ed25519 (0x01) is implemented; lines by other keys, such as witnesses, are carried and ignored.

Everything is strict: there is one spelling of every value, so that a note read and written again
is the same note to the byte.
"""

import base64
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from loket.evidence.merkle import HASH_SIZE

ED25519 = b"\x01"
"""The signature type byte of a plain Ed25519 note signature."""

MAX_NOTE_SIZE = 256 * 1024
MAX_SIGNATURES = 64
"""Limits on what is read; C2SP asks for at least 16 signatures of nearly 5 kB."""

MAX_EXTRA_SIZE = 48_000
"""Bytes of extra data in a proof: other readers refuse lines over 64 KiB."""

MAX_PROOF_SIZE = MAX_NOTE_SIZE + 128 * 1024
MAX_PATH = 63
MAX_SIZE = (1 << 63) - 1
"""Leaves in the largest log (a PostgreSQL bigint)."""

PROOF_HEADER = "c2sp.org/tlog-proof@v1"

_KEY_SIZE = 32
_KEY_ID_SIZE = 4
_SPKI_ED25519 = bytes.fromhex("302a300506032b6570032100")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


class NoteError(ValueError):
    """A note, key, checkpoint or proof is malformed, or not signed as it should be."""


class SigningKey(Protocol):
    """What signing needs: an Ed25519 private key in memory, or one behind a hardware module."""

    def sign(self, data: bytes, /) -> bytes:
        """The 64-byte Ed25519 signature over `data`."""
        ...

    def public_key(self) -> Ed25519PublicKey:
        """The public half."""
        ...


@dataclass(frozen=True, slots=True)
class Verifier:
    """A named Ed25519 key that signatures are checked with; `public_key` is the 32 raw bytes."""

    name: str
    public_key: bytes

    def __post_init__(self) -> None:
        """Raise NoteError when the name or the length of the key is not allowed."""
        if not _is_name(self.name) or len(self.public_key) != _KEY_SIZE:
            raise NoteError(f"not a key name with an Ed25519 key: {self.name!r}")

    @classmethod
    def from_vkey(cls, vkey: str) -> "Verifier":
        """Read a verifier key as published: `name+keyid+base64(type || key)`.

        Raises NoteError when it is malformed, of another type, or the key id does not belong to it.
        """
        name, _, rest = vkey.partition("+")
        key_id, _, encoded = rest.partition("+")
        key = _b64decode(encoded)
        if key[:1] != ED25519:
            raise NoteError("not an Ed25519 verifier key")
        verifier = cls(name, key[1:])
        if verifier.key_id.hex() != key_id:
            raise NoteError("the key id does not belong to this key")
        return verifier

    @property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256(name || newline || type || key)."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public_key).digest()[
            :_KEY_ID_SIZE
        ]

    @property
    def vkey(self) -> str:
        """The verifier key as it is published."""
        return f"{self.name}+{self.key_id.hex()}+{_b64encode(ED25519 + self.public_key)}"

    def accepts(self, text: str, signature: bytes) -> bool:
        """True when the signature (64 bytes) over the note text is by this key."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, text.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """A named key that signs notes."""

    name: str
    private_key: SigningKey

    @property
    def verifier(self) -> Verifier:
        """The public half, as others need it."""
        return Verifier(self.name, self.private_key.public_key().public_bytes_raw())

    @property
    def vkey(self) -> str:
        """The verifier key to publish."""
        return self.verifier.vkey

    def sign(self, text: str) -> bytes:
        """The note: this text with one signature line. Ed25519 always gives the same bytes.

        Raises NoteError when the text is empty, does not end in a newline or holds control
        characters.
        """
        if not text.endswith("\n"):
            raise NoteError("the text of a note ends in a newline")
        signature = self.verifier.key_id + self.private_key.sign(text.encode())
        signed = f"{text}\n{_line(self.name, signature)}".encode()
        _split(signed)
        return signed


def spki_der(vkey: str) -> bytes:
    """The public key as a DER SubjectPublicKeyInfo, which `openssl pkeyutl` reads."""
    return _SPKI_ED25519 + Verifier.from_vkey(vkey).public_key


def open_note(note: bytes, verifiers: Iterable[Verifier]) -> str:
    """The text of a note signed by at least one of these keys.

    Signatures by unknown keys are ignored. Raises NoteError when the note is malformed, when no
    known key signed it, or when one of the known keys stands under a signature that is not right.
    """
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    text, lines = _split(note)
    signed = False
    for name, signature in lines:
        if verifier := known.get((name, signature[:_KEY_ID_SIZE])):
            _require(verifier, text, signature)
            signed = True
    if not signed:
        raise NoteError("no known key signed this note")
    return text


def log_signed(note: bytes, log: Verifier) -> bytes:
    """The note up to and including the log's own signature line, and nothing after it.

    This is what an RFC 3161 token stamps. Witnesses add lines below, so it is a byte prefix of
    every later version of the note. Raises NoteError when the log's line is not the first one or
    not right.
    """
    text, lines = _split(note)
    name, signature = lines[0]
    if (name, signature[:_KEY_ID_SIZE]) != (log.name, log.key_id):
        raise NoteError("the first signature is not by the log")
    _require(log, text, signature)
    return f"{text}\n{_line(name, signature)}".encode()


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log: its origin (its name), its size in leaves and its 32-byte root."""

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        """Raise NoteError when this cannot be a checkpoint."""
        if not self.origin or "\n" in self.origin or _CONTROL.search(self.origin):
            raise NoteError("a checkpoint needs an origin of one line")
        if not 0 <= self.size <= MAX_SIZE or len(self.root) != HASH_SIZE:
            raise NoteError("a checkpoint needs a size and a root of 32 bytes")

    def text(self) -> str:
        """The note text: exactly three lines, no extension lines."""
        return f"{self.origin}\n{self.size}\n{_b64encode(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read a note text. Raises NoteError for anything but the spelling `text` gives."""
        match text.split("\n"):
            case [origin, size, root, ""]:
                return cls(origin, _decimal(size), _b64decode(root))
        raise NoteError("a checkpoint has exactly three lines")


def open_checkpoint(note: bytes, log: Verifier) -> Checkpoint:
    """The checkpoint in a note signed by the log itself.

    Raises NoteError when it is not signed by that key or speaks of another log than the key's.
    """
    checkpoint = Checkpoint.parse(open_note(note, [log]))
    if checkpoint.origin != log.name:
        raise NoteError("the checkpoint is of another log")
    return checkpoint


@dataclass(frozen=True, slots=True)
class TlogProof:
    """That an entry is in the log, in one file: `.tlog-proof`.

    `path` is the audit path of leaf `index` in the tree of the `checkpoint` (a signed note,
    verbatim). `extra` is not covered by any signature; here it carries the DER time-stamp token.
    """

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes = b""

    def __post_init__(self) -> None:
        """Raise NoteError when a part is out of bounds or the checkpoint is not a note."""
        if not 0 <= self.index < MAX_SIZE:
            raise NoteError("the index of a proof is out of bounds")
        if len(self.path) > MAX_PATH or any(len(item) != HASH_SIZE for item in self.path):
            raise NoteError("the path of a proof is too long or holds something else than hashes")
        if len(self.extra) > MAX_EXTRA_SIZE:
            raise NoteError(f"the extra data of a proof is over {MAX_EXTRA_SIZE} bytes")
        Checkpoint.parse(_split(self.checkpoint)[0])

    def encode(self) -> bytes:
        """The bytes of the file."""
        extra = [f"extra {_b64encode(self.extra)}"] if self.extra else []
        lines = [PROOF_HEADER, *extra, f"index {self.index}", *map(_b64encode, self.path), "", ""]
        return "\n".join(lines).encode() + self.checkpoint

    @classmethod
    def parse(cls, data: bytes) -> "TlogProof":
        """Read a file. It proves nothing yet: open the checkpoint and follow the path.

        Raises NoteError for anything but the spelling `encode` gives.
        """
        if len(data) > MAX_PROOF_SIZE:
            raise NoteError(f"the proof is over {MAX_PROOF_SIZE} bytes")
        head, _, checkpoint = data.partition(b"\n\n")
        match [line.split(" ") for line in _utf8(head).split("\n")]:
            case [[header], ["extra", extra], ["index", index], *path] if extra:
                pass
            case [[header], ["index", index], *path]:
                extra = ""
            case _:
                raise NoteError("malformed proof")
        if header != PROOF_HEADER or any(len(words) != 1 for words in path):
            raise NoteError("malformed proof")
        hashes = tuple(_b64decode(word) for [word] in path)
        return cls(_decimal(index), hashes, checkpoint, _b64decode(extra))


def _split(note: bytes) -> tuple[str, Sequence[tuple[str, bytes]]]:
    """The text of a note and its signature lines as (name, key id || signature), unverified."""
    if len(note) > MAX_NOTE_SIZE:
        raise NoteError(f"the note is over {MAX_NOTE_SIZE} bytes")
    body, separator, signatures = _utf8(note).rpartition("\n\n")
    if not separator or not signatures.endswith("\n"):
        raise NoteError("a note is text, a blank line and signature lines")
    lines = signatures[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NoteError(f"the note has over {MAX_SIGNATURES} signatures")
    return body + "\n", [_parse_line(line) for line in lines]


def _parse_line(line: str) -> tuple[str, bytes]:
    match line.split(" "):
        case ["—", name, encoded] if _is_name(name):
            signature = _b64decode(encoded)
            if len(signature) > _KEY_ID_SIZE:
                return name, signature
    raise NoteError("malformed signature line")


def _require(verifier: Verifier, text: str, signature: bytes) -> None:
    if not verifier.accepts(text, signature[_KEY_ID_SIZE:]):
        raise NoteError(f"the signature of {verifier.name} is not right")


def _is_name(name: str) -> bool:
    return bool(name) and not any(char.isspace() or char < " " or char == "+" for char in name)


def _line(name: str, signature: bytes) -> str:
    return f"— {name} {_b64encode(signature)}\n"


def _utf8(data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise NoteError("not UTF-8") from error
    if _CONTROL.search(text):
        raise NoteError("a control character")
    return text


def _decimal(text: str) -> int:
    if not _DECIMAL.fullmatch(text):
        raise NoteError("not a number")
    return int(text)


def _b64encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _b64decode(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise NoteError("not base64") from error
    # Unused low bits and stray padding have several spellings; only one is allowed here.
    if _b64encode(data) != text:
        raise NoteError("not canonical base64")
    return data
