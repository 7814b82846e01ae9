# SPDX-License-Identifier: EUPL-1.2
"""What everyone may check: the log as C2SP tiles, its time stamps, and the proof of a stream."""

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest
from office import PDF, Office, accept, problem

from loket.domain import MODULES
from loket.domain.tijdstempels import TsaHerstelMelden, TsaStoringMelden
from loket.evidence import merkle, verify
from loket.evidence.leaf import leaf_hash
from loket.evidence.note import Verifier, open_checkpoint
from loket.evidence.tiles import decode_bundle, paths_of
from loket.kernel import SYSTEM
from loket.submit import Submission, submit


def anonymous(office: Office, path: str) -> bytes:
    answer = office.http.get(path)
    assert answer.status_code == 200, answer.text
    return answer.content


def test_anyone_can_recompute_the_checkpoint_from_the_entries(fresh: Office) -> None:
    for _ in range(2):
        fresh.sent()
    fresh.seal()
    verifier = Verifier.from_vkey(anonymous(fresh, "/log/vkey").decode().strip())
    checkpoint = open_checkpoint(anonymous(fresh, "/log/checkpoint"), verifier)
    assert checkpoint.size == 8
    hashes = {}
    for tile in paths_of(checkpoint.size):
        content = anonymous(fresh, f"/log/{tile.path}")
        hashes[tile.level] = content
    entries = decode_bundle(hashes[-1])
    assert hashes[0] == b"".join(leaf_hash(entry) for entry in entries)
    row = [leaf_hash(entry) for entry in entries]
    while len(row) > 1:
        row = merkle.parents(row)
    assert checkpoint.root == row[0]


def test_the_log_has_the_headers_that_caches_need(fresh: Office) -> None:
    fresh.draft()
    fresh.seal()
    checkpoint = fresh.http.get("/log/checkpoint")
    assert checkpoint.headers["content-type"] == "text/plain; charset=utf-8"
    assert checkpoint.headers["cache-control"] == "public, max-age=1"
    for path in ("/log/tile/0/000.p/2", "/log/tile/entries/000.p/2", "/log/tile/0/000.p/1"):
        answer = fresh.http.get(path)
        assert answer.headers["content-type"] == "application/octet-stream"
        assert "immutable" in answer.headers["cache-control"]
    for name, kind in (("tsq", "query"), ("tsr", "reply")):
        answer = fresh.http.get(f"/log/timestamp/2.{name}")
        assert answer.headers["content-type"] == f"application/timestamp-{kind}"
        assert answer.content.startswith(b"\x30")


@pytest.mark.parametrize(
    "path",
    [
        "checkpoint", "tile/0/000", "tile/0/000.p/3", "tile/0/000.p/0", "tile/0/00.p/1",
        "tile/1/000.p/1", "tile/0/001.p/1", "tile/entries/000", "tile/64/000", "tile/0/x000/000",
        "tile/..%2f..%2fetc", "timestamp/1.tsr", "timestamp/2.exe",
    ],
)  # fmt: skip
def test_what_the_log_does_not_have_is_not_found(fresh: Office, path: str) -> None:
    if path != "checkpoint":
        fresh.draft()
        fresh.seal()
    problem(fresh.http.get(f"/log/{path}"), 404, "loket/niet-gevonden")


def test_entries_that_are_not_sealed_are_not_shown(fresh: Office) -> None:
    fresh.draft()
    problem(fresh.http.get("/log/tile/entries/000.p/2"), 404, "loket/niet-gevonden")


def members(answer: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(answer)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_proof_is_a_zip_with_the_files_when_asked(office: Office) -> None:
    stream = office.opened()
    office.seal()
    answer = office.aalst.get(f"/bewijs/{stream}?documenten=1")
    assert answer.headers["content-type"] == "application/zip"
    name = f"bewijs-{stream.split('/')[1]}.zip"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert int(answer.headers["content-length"]) == len(answer.content)
    whole = members(answer.content)
    assert PDF in whole.values()
    assert "LEESMIJ.txt" in whole
    assert PDF not in members(office.aalst.get(f"/bewijs/{stream}").content).values()


def test_a_recipient_gets_the_proof_without_the_drafts(office: Office) -> None:
    stream = office.draft()
    accept(office.aalst.ask(stream, "link-toevoegen", {"url": "https://aalst.example/geheim"}))
    accept(office.aalst.ask(stream, "link-verwijderen", {"url": "https://aalst.example/geheim"}))
    accept(office.aalst.ask(stream, "besluit-verzenden"))
    accept(office.abb.ask(stream, "besluit-openen"))
    office.seal()
    mine = members(office.aalst.get(f"/bewijs/{stream}").content)
    theirs = members(office.abb.get(f"/bewijs/{stream}?documenten=1").content)
    assert any(b"geheim" in content for content in mine.values())
    assert not any(b"geheim" in content for content in theirs.values())
    assert PDF in theirs.values()
    assert {name for name in mine if name.endswith(".leaf")} == {
        name for name in theirs if name.endswith(".leaf")
    }
    digest = hashlib.sha256(PDF).hexdigest().encode()
    assert any(digest in content for content in theirs.values())


@pytest.mark.parametrize("reader", ["aalst", "abb"])
def test_both_sides_can_have_their_proof_checked(
    office: Office, tmp_path: Path, reader: str, capsys: pytest.CaptureFixture[str]
) -> None:
    stream = office.opened()
    office.seal()
    bundle, key, roots = (tmp_path / name for name in ("bewijs.zip", "log.vkey", "root.pem"))
    bundle.write_bytes(getattr(office, reader).get(f"/bewijs/{stream}?documenten=1").content)
    key.write_bytes(anonymous(office, "/log/vkey"))
    roots.write_bytes(office.loket.tsa_roots())
    assert verify.main(bundle, key, roots, None, as_json=False) == 0, capsys.readouterr().out


def test_outages_of_time_sources_are_for_everyone_to_see(fresh: Office) -> None:
    stream = uuid5(NAMESPACE_URL, fresh.loket.signer.name)
    app: Any = fresh.http.app
    write = app.state.parts.write
    told = [TsaStoringMelden("ontwikkel-TSA", "onbereikbaar"), TsaHerstelMelden("ontwikkel-TSA")]
    for command in told:
        submission = Submission(MODULES["tijdstempels"], stream, command, SYSTEM)
        assert fresh.http.portal is not None
        fresh.http.portal.call(submit, write, submission)
    found = fresh.http.get("/log/storingen").json()
    assert found["logboek"] == fresh.loket.signer.name
    assert [each["type"] for each in found["voorvallen"]] == [
        "tijdstempels.TsaStoringBegonnen",
        "tijdstempels.TsaStoringBeeindigd",
    ]
    assert found["voorvallen"][0]["gegevens"]["reden"] == "onbereikbaar"
    generic = fresh.gent.get(f"/tijdstempels/{stream}").json()["data"]["attributes"]
    assert generic["versie"] == 2
    assert isinstance(generic["toestand"], dict)


def test_there_is_no_proof_of_what_is_not_there(office: Office) -> None:
    for path in (
        "toezicht/2f0c8d6e-6f6b-4f0a-9d53-8f1f0c1b7a11",
        "onzin/2f0c8d6e-6f6b-4f0a-9d53-8f1f0c1b7a11",
    ):
        problem(office.aalst.get(f"/bewijs/{path}"), 404, "loket/niet-gevonden")
