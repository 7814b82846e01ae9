# SPDX-License-Identifier: EUPL-1.2
"""The text of XML, HTML and plain files: parsed as a stream, no tree, no entities, no network."""

import re
from collections.abc import Mapping
from typing import BinaryIO, Protocol

from lxml import etree

from loket.extraction.outcome import Limits, Text, Unreadable

CHUNK = 1 << 16
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "br", "caption", "dd", "div", "dl", "dt",
    "fieldset", "figcaption", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
    "legend", "li", "main", "nav", "ol", "option", "p", "pre", "section", "table", "td", "th",
    "title", "tr", "ul",
})  # fmt: skip
_HIDDEN = frozenset({"script", "style", "template", "noscript", "iframe", "object", "svg"})
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]+)", re.IGNORECASE)
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class Words:
    """Takes the text between tags: a parser target. `breaks` are the tags that end a line."""

    def __init__(
        self, text: Text, breaks: frozenset[str], hidden: frozenset[str] = frozenset()
    ) -> None:
        self._text = text
        self._breaks = breaks
        self._hidden = hidden
        self._depth = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:  # noqa: ARG002
        """An element opens."""
        if tag in self._hidden:
            self._depth += 1
        elif tag in self._breaks:
            self._text.add("\n")

    def end(self, tag: str) -> None:
        """An element closes."""
        if tag in self._hidden:
            self._depth -= 1
        elif tag in self._breaks:
            self._text.add("\n")

    def data(self, text: str) -> None:
        """Text between tags."""
        if not self._depth:
            self._text.add(text)

    def close(self) -> None:
        """The end."""


class Strict(Words):
    """A parser target for documents that may not declare entities of their own."""

    def doctype(self, *_named: str | None) -> None:
        """Office documents have none: what comes with one wants to expand itself."""
        raise Unreadable("beschadigd")


class Readable(Protocol):
    """What bytes can be read from."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, at most so many."""


def read_xml(file: Readable, target: Words) -> None:
    """Parses XML into a target. Raises Unreadable."""
    parser = etree.XMLParser(
        target=target, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        while chunk := file.read(CHUNK):
            parser.feed(chunk)
        parser.close()
    except etree.XMLSyntaxError:
        raise Unreadable("beschadigd") from None


def read_html(file: BinaryIO, text: Text, limits: Limits) -> None:
    """Reads what a browser would show."""
    data = file.read(limits.unpacked)
    parser = etree.HTMLParser(target=Words(text, _BLOCKS, _HIDDEN), no_network=True)
    parser.feed(_decoded(data, html=True))
    parser.close()


def read_plain(file: BinaryIO, text: Text, limits: Limits) -> None:
    """Reads a file that is text as it stands; four bytes hold a character at most."""
    text.add(_decoded(file.read(4 * limits.text), html=False))


def _decoded(data: bytes, *, html: bool) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    named = _CHARSET.search(data[:2048]) if html else None
    for encoding in ("utf-8", named[1].decode() if named else "cp1252"):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("utf-8", "replace")
