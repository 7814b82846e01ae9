# SPDX-License-Identifier: EUPL-1.2
"""The text of Office Open XML (docx, xlsx, pptx) and OpenDocument (odt, ods, odp) files.

Each is an archive of XML parts; which parts hold text, and which tags end a line, is a table. What
comes out of the archive is counted, whatever its directory promises.
"""

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, BinaryIO

from loket.extraction.markup import Strict, read_xml
from loket.extraction.outcome import Limits, Reader, Text, Unreadable

MEMBERS = 20_000
"""Parts in one document, at most."""

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_ENCRYPTION = "{urn:oasis:names:tc:opendocument:xmlns:manifest:1.0}encryption-data"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document: the part that tells it, its parts with text, and its tags.

    Text counts inside `words` only (anywhere when that is empty); `breaks` end a line; a `spaces`
    tag stands for a blank.
    """

    sign: str
    parts: re.Pattern[str]
    words: frozenset[str]
    breaks: frozenset[str]
    spaces: frozenset[str] = frozenset()


KINDS = (
    Kind(
        "word/document.xml",
        re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml"),
        frozenset({f"{_W}t"}),
        frozenset({f"{_W}p", f"{_W}br", f"{_W}tr"}),
        frozenset({f"{_W}tab"}),
    ),
    Kind(
        "xl/workbook.xml",
        re.compile(r"xl/(sharedStrings|comments\d*|worksheets/[^/]+)\.xml"),
        frozenset({f"{_S}t", f"{_S}v"}),
        frozenset({f"{_S}si", f"{_S}row", f"{_S}comment"}),
        frozenset({f"{_S}c"}),
    ),
    Kind(
        "ppt/presentation.xml",
        re.compile(r"ppt/(slides|notesSlides)/[^/]+\.xml"),
        frozenset({f"{_A}t"}),
        frozenset({f"{_A}p", f"{_A}br"}),
        frozenset({f"{_A}tab"}),
    ),
    Kind(
        "content.xml",
        re.compile(r"content\.xml"),
        frozenset({f"{_TEXT}p", f"{_TEXT}h"}),
        frozenset({f"{_TEXT}p", f"{_TEXT}h", f"{_TEXT}line-break"}),
        frozenset({f"{_TEXT}s", f"{_TEXT}tab"}),
    ),
)


class Part(Strict):
    """The words of one part."""

    def __init__(self, text: Text, kind: Kind) -> None:
        super().__init__(text, kind.breaks)
        self._kind = kind
        self._inside = 0
        self._shared = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element opens."""
        super().start(tag, attributes)
        if tag in self._kind.words:
            self._inside += 1
        elif tag in self._kind.spaces:
            self._text.add(" ")
            # A cell of this type holds the number of a shared string, which is read elsewhere.
            self._shared = attributes.get("t") == "s"

    def end(self, tag: str) -> None:
        """An element closes."""
        if tag in self._kind.words:
            self._inside -= 1
        super().end(tag)

    def data(self, text: str) -> None:
        """Text between tags."""
        if self._inside and not self._shared:
            self._text.add(text)


class Locked(Strict):
    """Raises Unreadable where a part is said to be encrypted."""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element opens."""
        super().start(tag, attributes)
        if tag == _ENCRYPTION:
            raise Unreadable("beveiligd")


class Counted:
    """A part of an archive, of which no more is read than is allowed for all parts together."""

    def __init__(self, limit: int) -> None:
        self._left = limit
        self._file: IO[bytes] | None = None

    def of(self, file: IO[bytes]) -> "Counted":
        """Goes on with this part."""
        self._file = file
        return self

    def read(self, size: int) -> bytes:
        """The next bytes. Raises Unreadable."""
        assert self._file is not None
        data = self._file.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise Unreadable("te-groot")
        return data


def reader_in(archive: zipfile.ZipFile) -> Reader | None:
    """How to read what this archive holds; None when it is no Office document."""
    names = set(archive.namelist())
    found = next((kind for kind in KINDS if kind.sign in names), None)
    if found is None:
        return None
    kind = found

    def read(file: BinaryIO, text: Text, limits: Limits) -> int | None:
        with zipfile.ZipFile(file) as archive:
            return _read(archive, kind, text, limits)

    return read


def _read(archive: zipfile.ZipFile, kind: Kind, text: Text, limits: Limits) -> int | None:
    infos = {info.filename: info for info in archive.infolist()}
    if len(infos) > MEMBERS:
        raise Unreadable("te-groot")
    counted = Counted(limits.unpacked)
    if manifest := infos.get("META-INF/manifest.xml"):
        with archive.open(manifest) as file:
            read_xml(counted.of(file), Locked(Text(limits.text), frozenset()))
    parts = sorted((n for n in infos if kind.parts.fullmatch(n)), key=_in_order)
    for name in parts:
        if infos[name].flag_bits & 1:
            raise Unreadable("beveiligd")
        with archive.open(infos[name]) as file:
            read_xml(counted.of(file), Part(text, kind))
        text.add("\n")
    slides = [name for name in parts if name.startswith("ppt/slides/")]
    return len(slides) or None


def _in_order(name: str) -> tuple[str, int, str]:
    """`slide10` after `slide9`."""
    stem = name.removesuffix(".xml")
    digits = re.search(r"\d+$", stem)
    return stem.rstrip("0123456789"), int(digits[0]) if digits else 0, name
