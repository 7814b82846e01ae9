# SPDX-License-Identifier: EUPL-1.2
"""The text of files: read when they are honest, refused by name when they are not."""

from dataclasses import replace
from pathlib import Path

import pytest

import office_files as make
from loket.demo.pdf import pdf
from loket.extraction import REDENEN, Extracted, Limits, Status, extract

PDF = "application/pdf"
HTML = (
    b"<!doctype html><html><head><title>Besluit</title><script>alert('kwaad')</script></head>"
    b"<body><h1>Reglement</h1><p>Caf\xc3\xa9s &amp; terrassen<br>op straat</body></html>"
)


@pytest.fixture
def read(tmp_path: Path):  # type: ignore[no-untyped-def]
    def run(content: bytes, formaat: str, limits: Limits = Limits()) -> Extracted:  # noqa: B008
        path = tmp_path / "bestand"
        path.write_bytes(content)
        return extract(path, formaat, limits)

    return run


@pytest.mark.parametrize(
    ("content", "formaat", "text", "pages"),
    [
        (pdf(["Politieverordening", "Artikel 1 over honden"]), PDF,
         "Politieverordening\nArtikel 1 over honden", 1),
        (make.docx("Eerste alinea", "Tweede &amp; derde"), make.DOCX,
         "Eerste alinea\nTweede & derde", None),
        (make.xlsx(("Naam", "Bedrag"), ("Gemeentefonds", 1250)), make.XLSX, "1250", None),
        (make.pptx("Plan", "Cijfers"), make.PPTX, "Plan\nCijfers", 2),
        (make.odf(make.ODT, "Notulen", "Punt 2"), make.ODT, "Notulen\nPunt 2", None),
        (make.odf(make.ODS, "Rekening"), make.ODS, "Rekening", None),
        (make.odf(make.ODP, "Toelichting"), make.ODP, "Toelichting", None),
        (HTML, "text/html", "Besluit\nReglement\nCafés & terrassen\nop straat", None),
        ("Gewone tekst, één".encode(), "text/plain", "Gewone tekst, één", None),
        ("Oude tekst, één".encode("cp1252"), "text/plain", "Oude tekst, één", None),
        ("Met merk: één".encode("utf-16"), "text/plain", "Met merk: één", None),
    ],
)  # fmt: skip
def test_text_is_found_in(  # type: ignore[no-untyped-def]
    read, content: bytes, formaat: str, text: str, pages: int | None
) -> None:
    found = read(content, formaat)
    assert (found.status, found.reden) == (Status.LEESBAAR, "")
    assert text in found.tekst
    assert found.paginas == pages


def test_numbers_of_shared_strings_are_not_text(read) -> None:  # type: ignore[no-untyped-def]
    assert read(make.xlsx(("Naam", "Fonds")), make.XLSX).tekst.split() == ["Naam", "Fonds"]


def test_the_content_decides_what_a_file_is(read) -> None:  # type: ignore[no-untyped-def]
    assert read(pdf(["Toch een PDF"]), "text/plain").tekst == "Toch een PDF"
    assert read(make.docx("Toch Word"), "application/zip").tekst == "Toch Word"


@pytest.mark.parametrize(
    ("content", "formaat", "reason"),
    [
        (make.BROKEN_PDF, PDF, "beschadigd"),
        (b"geen pdf", PDF, "beschadigd"),
        (make.SCAN, PDF, "geen-tekst"),
        (make.LOCKED_PDF, PDF, "beveiligd"),
        (make.LOCKED_DOCX, make.DOCX, "beveiligd"),
        (make.LOCKED_ODT, make.ODT, "beveiligd"),
        (b"PK\x03\x04 en dan niets", make.DOCX, "beschadigd"),
        (make.archive({"a.txt": "geen document"}), make.DOCX, "beschadigd"),
        (make.docx("x")[:300], make.DOCX, "beschadigd"),
        (make.docx("&i;", before=make.LAUGHS), make.DOCX, "beschadigd"),
        (make.docx(make.DEEP), make.DOCX, "beschadigd"),
        (make.docx(), make.DOCX, "geen-tekst"),
        (b"tekst\0met nullen", "text/plain", "beschadigd"),
        (b"<html><script>1</script></html>", "text/html", "geen-tekst"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_why(  # type: ignore[no-untyped-def]
    read, content: bytes, formaat: str, reason: str
) -> None:
    found = read(content, formaat)
    assert (found.status, found.reden, found.tekst) == (Status.ONLEESBAAR, reason, "")
    assert REDENEN[reason]


@pytest.mark.parametrize(
    ("content", "formaat"),
    [(b"\x89PNG\r\n\x1a\n", "image/png"), (make.archive({"a": "b"}), "application/zip")],
)
def test_a_format_without_text_is_no_fault(  # type: ignore[no-untyped-def]
    read, content: bytes, formaat: str
) -> None:
    assert read(content, formaat) == Extracted(Status.NIET_ONDERSTEUND)


def test_an_archive_that_grows_without_end_is_stopped(read) -> None:  # type: ignore[no-untyped-def]
    found = read(make.bomb_docx(40), make.DOCX, replace(Limits(), unpacked=10 << 20))
    assert (found.status, found.reden) == (Status.ONLEESBAAR, "te-groot")


def test_a_page_that_grows_without_end_is_stopped(read) -> None:  # type: ignore[no-untyped-def]
    found = read(make.bomb_pdf(300), PDF, replace(Limits(), memory=256 << 20, cpu=3, wall=10))
    assert found.status is Status.ONLEESBAAR


def test_deep_html_neither_hangs_nor_crashes(read) -> None:  # type: ignore[no-untyped-def]
    found = read(b"<html><p>Begin " + b"<div>" * 200_000 + b"eind", "text/html")
    assert found.status in {Status.LEESBAAR, Status.ONLEESBAAR}


def test_who_takes_too_long_is_ended(read) -> None:  # type: ignore[no-untyped-def]
    found = read(pdf(["traag"]), PDF, replace(Limits(), wall=0))
    assert (found.status, found.reden) == (Status.ONLEESBAAR, "te-zwaar")


def test_who_asks_too_much_memory_is_ended(read) -> None:  # type: ignore[no-untyped-def]
    found = read(pdf(["zwaar"]), PDF, replace(Limits(), memory=1 << 20))
    assert found.status is Status.ONLEESBAAR


def test_long_text_is_cut(read) -> None:  # type: ignore[no-untyped-def]
    found = read(b"woord " * 1000, "text/plain", replace(Limits(), text=60))
    assert found.afgekapt
    assert found.tekst == " ".join(["woord"] * 10)
