# SPDX-License-Identifier: EUPL-1.2
"""What reading a file can come to, and how it travels from the child to its parent."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO


class Status(StrEnum):
    """Whether there is text; NIET_ONDERSTEUND is no fault: the format simply holds none."""

    LEESBAAR = "leesbaar"
    ONLEESBAAR = "onleesbaar"
    NIET_ONDERSTEUND = "niet-ondersteund"


REDENEN = {
    "beveiligd": "Het bestand is met een wachtwoord beveiligd.",
    "beschadigd": "Het bestand is beschadigd of heeft niet het formaat dat het opgeeft.",
    "geen-tekst": "Het bestand bevat geen doorzoekbare tekst, bijvoorbeeld omdat het een scan is.",
    "te-groot": "Het bestand is uitgepakt te groot om te lezen.",
    "te-zwaar": "Het bestand vraagt te veel tijd of geheugen om te lezen.",
}
"""Why a file is `onleesbaar`, as its sender is told."""


class Unreadable(Exception):
    """The file cannot be read; its only argument is a key of REDENEN."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one child may use: bytes of memory, seconds of processor and of patience, characters
    of text, unpacked bytes of an archive."""

    memory: int = 1 << 30
    cpu: int = 20
    wall: int = 40
    text: int = 1_000_000
    unpacked: int = 200 << 20

    @property
    def output(self) -> int:
        """Bytes the child may write: the text in UTF-8 and a heading."""
        return 4 * self.text + 4096


@dataclass(frozen=True, slots=True)
class Extracted:
    """The text of a file, whole or its first part (`afgekapt`); `reden` is a key of REDENEN."""

    status: Status
    tekst: str = ""
    reden: str = ""
    paginas: int | None = None
    afgekapt: bool = False

    def encode(self) -> bytes:
        """A line of JSON, then the text."""
        head = [self.status, self.reden, self.paginas, self.afgekapt]
        return json.dumps(head).encode() + b"\n" + self.tekst.encode("utf-8", "replace")

    @classmethod
    def decode(cls, data: bytes) -> "Extracted":
        """The inverse of `encode`. Raises ValueError."""
        head, _, text = data.partition(b"\n")
        status, reden, paginas, afgekapt = json.loads(head)
        return cls(Status(status), text.decode(), reden, paginas, afgekapt)


def unreadable(reden: str) -> Extracted:
    """A file without text that should have had some."""
    return Extracted(Status.ONLEESBAAR, reden=reden)


class Full(Exception):
    """There is as much text as was asked for."""


class Text:
    """Text as it is found; raises Full when it has `limit` characters."""

    def __init__(self, limit: int) -> None:
        self._parts: list[str] = []
        self._left = limit

    def add(self, text: str) -> None:
        """Takes a piece of text."""
        self._parts.append(text[: self._left])
        self._left -= len(text)
        if self._left <= 0:
            raise Full

    def __str__(self) -> str:
        """All of it: control characters out, blanks and empty lines folded."""
        text = "".join(self._parts).translate(_CONTROLS)
        lines = (" ".join(line.split()) for line in text.splitlines())
        return "\n".join(line for line in lines if line)


_CONTROLS = {
    **dict.fromkeys((*range(32), *range(0x7F, 0xA0)), " "),
    **{ord(keep): keep for keep in "\t\n\r"},
    # A hyphen that PDFium found at the end of a line, and one that is only a hint.
    0x02: "",
    0xAD: "",
    0xFFFE: "",
    **dict.fromkeys(range(0xD800, 0xE000), " "),
}

Reader = Callable[[BinaryIO, Text, Limits], int | None]
"""Reads a file into a text; answers its number of pages when it has any.

Raises Unreadable, Full, and anything else for what is broken."""
