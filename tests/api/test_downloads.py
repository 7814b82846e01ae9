# SPDX-License-Identifier: EUPL-1.2
"""Files over HTTP."""

import base64
import hashlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from office import BESLUITENLIJST, PDF, Office, accept, open_office, problem, settings

from loket.api.files import _of_facts
from loket.api.parts import Stream
from loket.api.refusals import NogNietGeopend
from loket.domain import MODULES
from loket.domain.toezicht.words import BestandToegevoegd
from loket.kernel import Actor, Document, Scope

DIGEST = hashlib.sha256(PDF).hexdigest()
PROMISE = base64.b64encode(hashlib.sha256(PDF).digest()).decode()


def test_an_upload_is_answered_with_its_digest(office: Office) -> None:
    answer = office.aalst.upload(PDF, Content_Type="application/pdf")
    assert answer.status_code == 201
    assert answer.json() == {"sha256": DIGEST, "grootte": len(PDF)}
    assert office.aalst.upload(PDF).json() == answer.json()


@pytest.mark.parametrize(
    "header", [("Content_Digest", f"sha-256=:{PROMISE}:"), ("Digest", f"SHA-256={PROMISE}")]
)
def test_a_promised_digest_is_checked(office: Office, header: tuple[str, str]) -> None:
    name, value = header
    assert office.aalst.upload(PDF, **{name: value}).status_code == 201
    answer = office.aalst.upload(PDF + b"x", **{name: value})
    problem(answer, 422, "loket/andere-inhoud")


def test_a_digest_that_cannot_be_read_is_refused(office: Office) -> None:
    answer = office.aalst.upload(PDF, Content_Digest="sha-256=:onzin:")
    problem(answer, 422, "loket/aanvraag-ongeldig")


def test_an_empty_upload_is_refused(office: Office) -> None:
    problem(office.aalst.upload(b""), 422, "loket/bestand-leeg")


def test_an_upload_over_the_limit_is_refused_and_not_kept(database: str, tmp_path: Path) -> None:
    with open_office(settings(database, tmp_path, max_upload=1000)) as office:
        problem(office.aalst.upload(b"x" * 1001), 413, "loket/bestand-te-groot")
        headers = {"Authorization": f"Bearer {office.aalst.token}"}
        chunks = (b"x" * 100 for _ in range(11))
        answer = office.http.post("/bestanden", content=chunks, headers=headers)
        problem(answer, 413, "loket/bestand-te-groot")
        assert not [p for p in office.loket.files.directory.rglob("*") if p.is_file()]


def test_knowing_a_digest_gives_no_right_to_a_file(office: Office) -> None:
    content = f"Verslag {uuid4()}".encode()
    digest = hashlib.sha256(content).hexdigest()
    assert office.aalst.upload(content).status_code == 201
    theirs = f"toezicht/{uuid4()}"
    accept(office.gent.ask(theirs, "besluit-opstellen", {"dossiertype": BESLUITENLIJST}))
    body = {"sha256": digest, "naam": "a.txt", "formaat": "text/plain"}
    problem(office.gent.ask(theirs, "bestand-toevoegen", body), 422, "toezicht/onbekend-bestand")
    assert office.gent.upload(content).status_code == 201
    accept(office.gent.ask(theirs, "bestand-toevoegen", body))


def test_a_download_is_an_attachment_that_no_browser_runs(office: Office) -> None:
    answer = office.aalst.get(f"/{office.draft()}/bestanden/{DIGEST}")
    assert answer.content == PDF
    headers = answer.headers
    assert headers["content-type"] == "application/pdf"
    assert headers["content-disposition"].startswith('attachment; filename="besluitenlijst.pdf"')
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert headers["etag"] == f'"{DIGEST}"'
    assert headers["content-length"] == str(len(PDF))


def test_the_name_of_a_download_cannot_break_its_headers(office: Office) -> None:
    stream = office.draft()
    other = office.aalst.upload(b"tekst").json()["sha256"]
    body = {"sha256": other, "naam": 'é"; x=“1”.html', "formaat": "text/html"}
    accept(office.aalst.ask(stream, "bestand-toevoegen", body))
    disposition = office.aalst.get(f"/{stream}/bestanden/{other}").headers["content-disposition"]
    assert disposition == (
        'attachment; filename="___ x__1_.html"; '
        "filename*=UTF-8''%C3%A9%22%3B%20x%3D%E2%80%9C1%E2%80%9D.html"
    )


@pytest.mark.parametrize(
    ("asked", "status", "expected"),
    [
        ("bytes=0-3", 206, PDF[:4]),
        ("bytes=5-", 206, PDF[5:]),
        ("bytes=-6", 206, PDF[-6:]),
        ("bytes=-100000", 206, PDF),
        ("bytes=10-100000", 206, PDF[10:]),
        ("bytes=0-1,4-5", 200, PDF),
        ("regels=1-2", 200, PDF),
        ("bytes=4-1", 200, PDF),
    ],
)
def test_a_part_of_a_file_can_be_asked(
    office: Office, asked: str, status: int, expected: bytes
) -> None:
    answer = office.aalst.get(f"/{office.draft()}/bestanden/{DIGEST}", Range=asked)
    assert (answer.status_code, answer.content) == (status, expected)
    assert answer.headers["content-length"] == str(len(expected))
    assert ("content-range" in answer.headers) == (status == 206)


@pytest.mark.parametrize("asked", ["bytes=100000-", "bytes=-0"])
def test_a_part_beyond_the_file_is_refused(office: Office, asked: str) -> None:
    answer = office.aalst.get(f"/{office.draft()}/bestanden/{DIGEST}", Range=asked)
    problem(answer, 416, "loket/bereik-ongeldig")


def test_a_part_of_another_version_is_not_mixed_in(office: Office) -> None:
    path = f"/{office.draft()}/bestanden/{DIGEST}"
    assert office.aalst.get(path, Range="bytes=0-3", If_Range=f'"{DIGEST}"').status_code == 206
    assert office.aalst.get(path, Range="bytes=0-3", If_Range='"anders"').content == PDF


def test_a_recipient_downloads_only_what_it_opened(office: Office) -> None:
    stream = office.sent()
    path = f"/{stream}/bestanden/{DIGEST}"
    problem(office.abb.get(path), 409, "loket/nog-niet-geopend")
    accept(office.abb.ask(stream, "besluit-openen"))
    assert office.abb.get(path).content == PDF
    problem(office.abb.get(f"/{stream}/bestanden/{'0' * 64}"), 404, "loket/niet-gevonden")


def test_a_module_without_rules_of_its_own_gives_its_files_to_who_may_read_it() -> None:
    document = Document("a" * 64, 1, "a.pdf", "application/pdf")
    kept, destroyed = SimpleNamespace(fact=BestandToegevoegd(document)), SimpleNamespace(fact=None)
    history: list[Any] = [kept, destroyed]
    scope = Scope(owner="urn:aalst", addressees=frozenset({"urn:abb"}))
    stream = Stream("toezicht", "toezicht/x", history, MODULES["toezicht"].initial, scope)
    owner, other = (Actor("p", uri, "", frozenset()) for uri in ("urn:aalst", "urn:abb"))
    assert list(_of_facts(stream, owner)) == [document]
    with pytest.raises(NogNietGeopend):
        _of_facts(stream, other)
