# SPDX-License-Identifier: EUPL-1.2
"""Opening a zip that may be hostile: everything is refused before it is read.

Refused: more members, bytes or compression than a bundle has; absolute, climbing or duplicate
names; links, encryption, unknown compression; members that overlap (a bomb in few bytes).
"""

import hashlib
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Self

MAX_MEMBERS = 100_000
MAX_DIRECTORY = 32 << 20
MAX_MEMBER = 32 << 20
MAX_MEMBERS_TOTAL = 512 << 20
MAX_DOCUMENT = 4 << 30
MAX_TOTAL = 16 << 30
MAX_RATIO = 100
DOCUMENTS = "bericht/documenten/"

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_END = b"PK\x05\x06"
_END64_LOCATOR = b"PK\x06\x07"
_CHUNK = 1 << 20
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, ValueError, RuntimeError,
    NotImplementedError, OverflowError,
)  # fmt: skip


class Unsafe(Exception):
    """A zip that is not opened; the message (Dutch) says why."""


class Broken(Exception):
    """Not a readable zip, or a member that cannot be read."""


class SafeZip:
    """A checked bundle: its members' names, and their bytes on demand."""

    def __init__(self, path: Path) -> None:
        """Raises Unsafe or Broken; no member is read."""
        try:
            self._file: BinaryIO = path.open("rb")
        except OSError as error:
            raise Broken(f"het bestand is niet te openen: {error.strerror}") from error
        try:
            self._zip, self._infos = _open(self._file)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()
        self._file.close()

    @property
    def names(self) -> list[str]:
        """The names of all members."""
        return list(self._infos)

    def size(self, name: str) -> int:
        """Bytes of a member, unpacked."""
        return self._infos[name].file_size

    def read(self, name: str) -> bytes:
        """A whole member; not for documents. Raises Broken when it is absent or damaged."""
        if name.startswith(DOCUMENTS):
            raise Broken(f"{name} is een document")
        return b"".join(self._chunks(name))

    def digest(self, name: str) -> str:
        """SHA-256 (hexadecimal) of a member, however large. Raises Broken."""
        found = hashlib.sha256()
        for chunk in self._chunks(name):
            found.update(chunk)
        return found.hexdigest()

    def _chunks(self, name: str) -> Iterator[bytes]:
        if name not in self._infos:
            raise Broken(f"{name} ontbreekt")
        try:
            with self._zip.open(self._infos[name]) as member:
                while chunk := member.read(_CHUNK):
                    yield chunk
        except _BROKEN as error:
            raise Broken(f"{name} is niet te lezen: {error}") from error


def _open(file: BinaryIO) -> tuple[zipfile.ZipFile, dict[str, zipfile.ZipInfo]]:
    try:
        _check_directory(file)
        archive = zipfile.ZipFile(file)
        infos = [info for info in archive.infolist() if not _is_directory(info)]
        return archive, _checked(infos, file.seek(0, 2))
    except _BROKEN as error:
        raise Broken(f"geen leesbaar zipbestand: {error}") from error


def _check_directory(file: BinaryIO) -> None:
    """The list of members is small enough to be read at all."""
    end = file.seek(0, 2)
    file.seek(max(0, end - 65_557))
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        raise Broken("geen zipbestand")
    count, size = struct.unpack_from("<HI", tail, at + 10)
    locator = at - 20
    if locator >= 0 and tail[locator:].startswith(_END64_LOCATOR):
        (offset,) = struct.unpack_from("<Q", tail, locator + 8)
        file.seek(offset)
        count, size = struct.unpack_from("<QQ", file.read(56), 32)
    if count > MAX_MEMBERS or size > MAX_DIRECTORY:
        raise Unsafe(f"te veel bestanden: {count}")
    file.seek(0)


def _is_directory(info: zipfile.ZipInfo) -> bool:
    return info.filename.endswith("/") and info.file_size == 0


def _checked(infos: list[zipfile.ZipInfo], archive_size: int) -> dict[str, zipfile.ZipInfo]:
    members: dict[str, zipfile.ZipInfo] = {}
    folded: set[str] = set()
    for info in infos:
        _check_member(info)
        if info.filename.lower() in folded:
            raise Unsafe(f"{info.filename} komt twee keer voor")
        folded.add(info.filename.lower())
        members[info.filename] = info
    small = sum(i.file_size for i in infos if not i.filename.startswith(DOCUMENTS))
    if small > MAX_MEMBERS_TOTAL or sum(i.file_size for i in infos) > MAX_TOTAL:
        raise Unsafe("uitgepakt te groot")
    if sum(i.compress_size for i in infos) > archive_size:
        raise Unsafe("bestanden overlappen elkaar")
    return members


def _check_member(info: zipfile.ZipInfo) -> None:
    name = info.filename
    if info.orig_filename != name or not _NAME.fullmatch(name) or ".." in name:
        raise Unsafe(f"verboden bestandsnaam {name[:100]!r}")
    if info.flag_bits & 0x41:
        raise Unsafe(f"{name} is versleuteld")
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
        raise Unsafe(f"{name} is geen gewoon bestand")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Unsafe(f"{name} is op een ongewone manier gecomprimeerd")
    limit = MAX_DOCUMENT if name.startswith(DOCUMENTS) else MAX_MEMBER
    if info.file_size > limit:
        raise Unsafe(f"{name} is te groot: {info.file_size} bytes")
    if info.file_size > MAX_RATIO * info.compress_size + _CHUNK:
        raise Unsafe(f"{name} is verdacht sterk gecomprimeerd")
