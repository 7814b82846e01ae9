# SPDX-License-Identifier: EUPL-1.2
"""A dossier in one zip: what people read, its attachments, and proofs that hold without us."""

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from office import ABB, BESLUITENLIJST, FIELDS, READER, Office, Person, accept, problem

from loket.api.archive import Member, safe_names, streamed
from loket.demo.pdf import pdf
from loket.evidence import verify

WRITER = "LoketLB-berichtenGebruiker"
EDITOR = "ABBDatabankToezicht-DatabankToezichtEditeur"
MEDEDELING = "http://mu.semte.ch/vocabularies/ext/concept/TypeCommunicatie/mededeling"


def unpacked(person: Person, stream: str) -> zipfile.ZipFile:
    answer = person.get(f"/{stream}/dossier.zip")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    found = zipfile.ZipFile(io.BytesIO(answer.content))
    assert found.testzip() is None
    return found


def dossier(office: Office, *names: str) -> str:
    """A dossier of Aalst that was sent, with files of these names."""
    stream = f"toezicht/{uuid4()}"
    body = {"dossiertype": BESLUITENLIJST, "velden": FIELDS}
    accept(office.aalst.ask(stream, "besluit-opstellen", body))
    for name in names:
        sha256 = office.aalst.upload(pdf([name])).json()["sha256"]
        file = {"sha256": sha256, "naam": name, "formaat": "application/pdf"}
        accept(office.aalst.ask(stream, "bestand-toevoegen", file))
    accept(office.aalst.ask(stream, "besluit-verzenden"))
    return stream


def proofs(found: zipfile.ZipFile) -> list[str]:
    return [name for name in found.namelist() if name.startswith("bewijzen/")]


def test_the_zip_has_a_page_the_attachments_and_proofs_that_verify(
    fresh: Office, tmp_path: Path
) -> None:
    stream = dossier(fresh, "Besluitenlijst <1>.pdf", "bijlage:2.pdf")
    accept(fresh.abb.ask(stream, "besluit-openen"))
    abb = fresh.person(ABB, EDITOR, READER)
    talk = f"berichten/{uuid4()}"
    body = {
        "naar": fresh.bestuur("Gemeente Aalst").uri, "onderwerp": "Vraag", "tekst": "Een vraag.",
        "type_communicatie": MEDEDELING, "dossier": stream,
    }  # fmt: skip
    accept(abb.ask(talk, "gesprek-starten", body))
    aalst = fresh.person("Gemeente Aalst", WRITER, "LoketLB-toezichtGebruiker")
    accept(aalst.ask(talk, "gesprek-openen"))
    fresh.project()
    fresh.seal()
    key, root = tmp_path / "log.vkey", tmp_path / "tsa.pem"
    key.write_text(fresh.http.get("/log/vkey").text)
    root.write_bytes(fresh.loket.tsa_roots())
    for person in (aalst, abb):
        found = unpacked(person, stream)
        assert found.read("bijlagen/bijlage_2.pdf") == pdf(["bijlage:2.pdf"])
        page = found.read("dossier.html").decode()
        for text in (
            "Besluitenlijst", "Gemeente Aalst", FIELDS["publicatiedatum"], "Afgeleverd",
            "bijlagen/bijlage_2.pdf", "Besluitenlijst &lt;1&gt;.pdf",
        ):  # fmt: skip
            assert text in page, text
        assert "<1>" not in page
        names = proofs(found)
        identifiers = {name.removesuffix(".zip").partition("bewijs-")[2] for name in names}
        assert {stream.partition("/")[2], talk.partition("/")[2]} <= identifiers
        for name in names:
            inner = tmp_path / "inner.zip"
            inner.write_bytes(found.read(name))
            assert verify.main(inner, key, root, None, as_json=True) == 0, name


def test_a_recipient_gets_what_was_sent_once_it_is_opened(fresh: Office) -> None:
    stream = dossier(fresh, "lijst.pdf")
    problem(fresh.abb.get(f"/{stream}/dossier.zip"), 409, "loket/nog-niet-geopend")
    accept(fresh.abb.ask(stream, "besluit-openen"))
    found = unpacked(fresh.abb, stream)
    assert "bijlagen/lijst.pdf" in found.namelist()
    assert "Opgesteld door" not in found.read("dossier.html").decode()


def test_who_has_no_role_in_messages_gets_no_conversations(fresh: Office) -> None:
    stream = dossier(fresh, "lijst.pdf")
    abb = fresh.person(ABB, EDITOR)
    body = {
        "naar": fresh.bestuur("Gemeente Aalst").uri, "onderwerp": "Vraag", "tekst": "Een vraag.",
        "type_communicatie": MEDEDELING, "dossier": stream,
    }  # fmt: skip
    accept(abb.ask(f"berichten/{uuid4()}", "gesprek-starten", body))
    fresh.project()
    only = [name for name in proofs(unpacked(fresh.aalst, stream)) if "berichten" in name]
    assert only == []
    writer = fresh.person("Gemeente Aalst", WRITER, "LoketLB-toezichtGebruiker")
    assert [name for name in proofs(unpacked(writer, stream)) if "berichten" in name] != []


def test_a_draft_is_its_senders_only_and_may_be_empty(fresh: Office) -> None:
    stream = f"toezicht/{uuid4()}"
    accept(fresh.aalst.ask(stream, "besluit-opstellen", {"dossiertype": BESLUITENLIJST}))
    found = unpacked(fresh.aalst, stream)
    assert "Er zijn geen bijlagen." in found.read("dossier.html").decode()
    assert len(proofs(found)) == 1
    for other in (fresh.abb, fresh.gent):
        problem(other.get(f"/{stream}/dossier.zip"), 404, "loket/niet-gevonden")
    problem(Person(fresh.http).get(f"/{stream}/dossier.zip"), 401, "loket/geen-token")
    problem(fresh.aalst.get(f"/toezicht/{uuid4()}/dossier.zip"), 404, "loket/niet-gevonden")


def test_an_attachment_that_is_gone_is_said_to_be(fresh: Office) -> None:
    stream = dossier(fresh, "lijst.pdf")
    for path in fresh.loket.files.directory.rglob("*"):
        if path.is_file():
            path.unlink()
    found = unpacked(fresh.aalst, stream)
    assert "niet meer aanwezig" in found.read("dossier.html").decode()
    assert not [name for name in found.namelist() if name.startswith("bijlagen/")]


def test_a_large_member_is_streamed_a_chunk_at_a_time() -> None:
    size = 64 << 20
    content = [Member("groot.bin", lambda: io.BytesIO(bytes(size)))]
    pieces = list(streamed(content, datetime(2026, 11, 25, tzinfo=UTC)))
    assert max(map(len, pieces)) < 4 << 20
    found = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
    assert found.getinfo("groot.bin").file_size == size
    assert found.testzip() is None


@pytest.mark.parametrize(
    ("names", "safe"),
    [
        (["a.pdf", "A.pdf"], ["a.pdf", "A (2).pdf"]),
        (["../../etc/passwd", "..\\x"], [".._.._etc_passwd", ".._x"]),
        (["con", "NUL.txt", "."], ["_con", "_NUL.txt", "bestand"]),
        (["eindigt. ", "é\u202eü.pdf"], ["eindigt", "é_ü.pdf"]),
        (["x" * 300 + ".pdf"], ["x" * 150 + ".pdf"]),
    ],
)
def test_names_are_safe_on_every_system(names: list[str], safe: list[str]) -> None:
    assert safe_names(names) == safe
