# SPDX-License-Identifier: EUPL-1.2
"""Zips that stream: one chunk in memory, nothing on disk, whatever the size of their members."""

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from loket.files import CHUNK

_UNSAFE = re.compile(r'[<>:"|?*/\\\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_MAX_NAME = 150


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a zip: its path in it, and how to open its bytes; `packed` when it pays."""

    name: str
    open: Callable[[], BinaryIO]
    packed: bool = False


class _Sink:
    """What a zip is written to: bytes wait here until they are taken."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Takes bytes in."""
        self._waiting.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing to do."""

    def take(self) -> bytes:
        """All that waits."""
        data = b"".join(self._waiting)
        self._waiting.clear()
        return data


def streamed(members: Iterable[Member], moment: datetime) -> Iterator[bytes]:
    """The bytes of a zip with these members, dated `moment` (local time)."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w") as archive:  # type: ignore[call-overload]
        for member in members:
            info = zipfile.ZipInfo(member.name, moment.timetuple()[:6])
            info.create_system, info.external_attr = 3, 0o644 << 16
            info.compress_type = zipfile.ZIP_DEFLATED if member.packed else zipfile.ZIP_STORED
            with member.open() as source, archive.open(info, "w", force_zip64=True) as target:
                while chunk := source.read(CHUNK):
                    target.write(chunk)
                    if data := sink.take():
                        yield data
    yield sink.take()


def safe_names(names: Iterable[str]) -> list[str]:
    """These names as every system can unpack them, each once, in the same order."""
    used: set[str] = set()
    found = []
    for name in names:
        plain = _UNSAFE.sub("_", name).rstrip(". ").lstrip(" ") or "bestand"
        if _DEVICES.fullmatch(plain):
            plain = f"_{plain}"
        stem, dot, extension = plain.rpartition(".")
        stem, end = (stem, f"{dot}{extension[:20]}") if stem else (plain, "")
        stem = stem[:_MAX_NAME]
        number, chosen = 1, f"{stem}{end}"
        while chosen.casefold() in used:
            number += 1
            chosen = f"{stem} ({number}){end}"
        used.add(chosen.casefold())
        found.append(chosen)
    return found
