# SPDX-License-Identifier: EUPL-1.2
"""What is attached over HTTP is read by the task, once for each content."""

from typing import Any
from uuid import uuid4

import pytest
from office import BESLUITENLIJST, FIELDS, Office, accept, problem

import office_files as make
from following import react
from loket.demo.pdf import pdf
from loket.evidence.store import connect
from loket.extraction.store import forget, parts_of
from loket.tasks import bestandstekst
from loket.tasks.reaction import TryLater


def attach(office: Office, *files: tuple[str, str, bytes]) -> str:
    """A draft of Aalst with these files."""
    stream = f"toezicht/{uuid4()}"
    body = {"dossiertype": BESLUITENLIJST, "velden": FIELDS}
    accept(office.aalst.ask(stream, "besluit-opstellen", body))
    for name, formaat, content in files:
        sha256 = office.aalst.upload(content).json()["sha256"]
        file = {"sha256": sha256, "naam": name, "formaat": formaat}
        accept(office.aalst.ask(stream, "bestand-toevoegen", file))
    return stream


def rows(office: Office, query: str) -> list[Any]:
    with connect(office.loket.dsn) as conn:
        return conn.execute(query).fetchall()  # type: ignore[call-overload,no-any-return]


STATUS = "SELECT status, reden, tekens, paginas FROM bestandsteksten ORDER BY status, reden"


def test_attachments_are_read_and_what_cannot_be_read_is_said(fresh: Office) -> None:
    attach(
        fresh,
        ("nota.pdf", "application/pdf", pdf(["Riolering", "in de dorpskern"])),
        ("scan.pdf", "application/pdf", make.SCAN),
        ("slot.docx", make.DOCX, make.LOCKED_DOCX),
        ("bom.docx", make.DOCX, make.docx("&i;", before=make.LAUGHS)),
        ("foto.png", "image/png", b"\x89PNG\r\n\x1a\n"),
    )
    assert react(fresh.loket, bestandstekst.REACTION) == 5
    assert rows(fresh, STATUS) == [
        ("leesbaar", "", 25, 1),
        ("niet-ondersteund", "", 0, None),
        ("onleesbaar", "beschadigd", 0, None),
        ("onleesbaar", "beveiligd", 0, None),
        ("onleesbaar", "geen-tekst", 0, None),
    ]
    assert rows(fresh, "SELECT tekst FROM bestandsdelen") == [("Riolering\nin de dorpskern",)]


def test_the_same_content_is_read_once_and_again_after_it_was_forgotten(fresh: Office) -> None:
    nota = ("nota.pdf", "application/pdf", pdf(["Eén nota"]))
    attach(fresh, nota)
    attach(fresh, nota)
    for _ in range(2):
        assert react(fresh.loket, bestandstekst.REACTION) == 2
    assert len(rows(fresh, STATUS)) == 1
    assert forget(fresh.loket.dsn) == 1
    assert rows(fresh, STATUS) == rows(fresh, "SELECT tekst FROM bestandsdelen") == []
    assert rows(fresh, "SELECT position FROM reactions WHERE name = 'bestandstekst'") == [(0,)]
    react(fresh.loket, bestandstekst.REACTION)
    assert len(rows(fresh, STATUS)) == 1


def test_a_text_larger_than_a_vector_is_searched_as_far_as_it_goes(fresh: Office) -> None:
    words = " ".join(f"woord{n:06d}" for n in range(80_000))
    attach(fresh, ("groot.txt", "text/plain", words.encode()))
    react(fresh.loket, bestandstekst.REACTION)
    assert rows(fresh, STATUS) == [("leesbaar", "", len(words), None)]
    found = "SELECT vector @@ to_tsquery('nederlands', 'woord000001') FROM bestandsteksten"
    assert rows(fresh, found) == [(True,)]


def test_a_file_that_is_not_here_yet_is_tried_later(fresh: Office) -> None:
    attach(fresh, ("nota.pdf", "application/pdf", pdf(["Weg"])))
    directory = fresh.loket.files.directory
    directory.rename(directory.with_name("elders"))
    with pytest.raises(TryLater):
        react(fresh.loket, bestandstekst.REACTION)


def test_parts_are_cut_between_words() -> None:
    text = " ".join(["woord"] * 2000)
    parts = parts_of(text, 100)
    assert "".join(parts) == text
    assert all(part.endswith(" ") for part in parts[:-1])
    assert [len(part) for part in parts_of("x" * 250, 100)] == [100, 100, 50]
    assert parts_of("") == []


def test_a_sender_is_warned_of_a_file_that_cannot_be_read(fresh: Office) -> None:
    stream = attach(
        fresh,
        ("nota.pdf", "application/pdf", pdf(["Leesbaar"])),
        ("scan.pdf", "application/pdf", make.SCAN),
    )
    react(fresh.loket, bestandstekst.REACTION)
    react(fresh.loket, bestandstekst.REACTION)
    refused = problem(
        fresh.aalst.ask(stream, "besluit-verzenden"), 422, "toezicht/waarschuwing-niet-bevestigd"
    )
    [doubt] = refused["fouten"]
    assert doubt["regel"] == "bestand-onleesbaar"
    assert doubt["melding"].startswith("scan.pdf: Het bestand bevat geen doorzoekbare tekst")
    confirmed = {"veld": doubt["veld"], "regel": doubt["regel"]}
    accept(fresh.aalst.ask(stream, "waarschuwing-bevestigen", confirmed))
    accept(fresh.aalst.ask(stream, "besluit-verzenden"))
    judged = "SELECT count(*) FROM events WHERE type = 'toezicht.BestandBeoordeeld'"
    assert rows(fresh, judged) == [(1,)]


def test_a_warning_ends_with_the_file_it_is_about(fresh: Office) -> None:
    stream = attach(fresh, ("slot.pdf", "application/pdf", make.LOCKED_PDF))
    react(fresh.loket, bestandstekst.REACTION)
    accept(fresh.aalst.ask(stream, "besluit-valideren"))
    found = fresh.aalst.get(f"/{stream}").json()["data"]["attributes"]["controle"]
    [doubt] = found["waarschuwingen"]
    sha256 = doubt["veld"].removeprefix("bestanden/")
    accept(fresh.aalst.ask(stream, "bestand-verwijderen", {"sha256": sha256}))
    accept(fresh.aalst.ask(stream, "link-toevoegen", {"url": "https://aalst.be/lijst"}))
    accept(fresh.aalst.ask(stream, "besluit-verzenden"))
    react(fresh.loket, bestandstekst.REACTION)
    judge = {"sha256": sha256, "leesbaar": False, "reden": "x"}
    problem(fresh.aalst.ask(stream, "bestand-beoordelen", judge), 404, "loket/niet-gevonden")
