# SPDX-License-Identifier: EUPL-1.2
"""What a file is, by its content: what its sender says it is only decides when that is silent."""

import zipfile
from typing import BinaryIO

from loket.extraction.outcome import Reader, Unreadable

HEAD = 4096
PDF = b"%PDF-"
ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKS = (b"<!doctype html", b"<html")
_OFFICE = ("application/vnd.openxmlformats-officedocument.", "application/vnd.oasis.opendocument.")
_TEXT = ("text/", "application/json", "application/xml", "application/xhtml+xml")
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def reader_of(file: BinaryIO, formaat: str) -> Reader | None:
    """How to read this file; None when its format holds no text that we can get at.

    Raises Unreadable for what is not the document it says it is.
    """
    head = file.read(HEAD)
    if PDF in head[:1024]:
        from loket.extraction.pdf import read_pdf

        return read_pdf
    if head.startswith(ZIP):
        return _in_archive(file, formaat)
    if formaat == "application/pdf":
        raise Unreadable("beschadigd")
    if formaat.startswith(_OFFICE):
        # What Office locks with a password it wraps in the container of its older formats.
        raise Unreadable("beveiligd" if head.startswith(OLE) else "beschadigd")
    return _as_text(head, formaat)


def _in_archive(file: BinaryIO, formaat: str) -> Reader | None:
    from loket.extraction.office import reader_in

    try:
        with zipfile.ZipFile(file) as archive:
            found = reader_in(archive)
    except zipfile.BadZipFile:
        raise Unreadable("beschadigd") from None
    if found is None and formaat.startswith(_OFFICE):
        raise Unreadable("beschadigd")
    return found


def _as_text(head: bytes, formaat: str) -> Reader | None:
    from loket.extraction.markup import read_html, read_plain

    start = head.lstrip().lower()
    html = formaat in {"text/html", "application/xhtml+xml"}
    if html or any(mark in start[:1024] for mark in _MARKS):
        return read_html
    if not formaat.startswith(_TEXT):
        return None
    if b"\0" in head and not head.startswith(_BOMS):
        raise Unreadable("beschadigd")
    return read_plain
