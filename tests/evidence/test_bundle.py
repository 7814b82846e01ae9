# SPDX-License-Identifier: EUPL-1.2
"""The bundle: what is in it, that it is always the same bytes, and that openssl alone checks it."""

import hashlib
import io
import json
import os
import re
import subprocess
import zipfile
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from honest_lab import DIGEST, DOCUMENT, PDF, Honest
from log_lab import AALST, ABB, NAMES, Lab, StukOpgesteld, StukVerzonden, new_stream
from zip_lab import write_zip

from loket.evidence import bundle, gather
from loket.evidence.note import TlogProof
from loket.evidence.store import connect
from loket.evidence.verify_report import Code
from loket.kernel import Document


def members(evidence: gather.Evidence, **documents: bundle.Opener) -> dict[str, bytes]:
    out = io.BytesIO()
    bundle.write(evidence, out, documents)
    with zipfile.ZipFile(out) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_same_evidence_gives_the_same_bytes(honest: Honest, tmp_path: Path) -> None:
    again = honest.lab.bundle(honest.stream, {DIGEST: lambda: io.BytesIO(PDF)})
    first = honest.path.read_bytes()
    assert again == honest.path
    assert hashlib.sha256(first).digest() == hashlib.sha256(again.read_bytes()).digest()


def test_the_time_zone_of_the_database_leaves_no_trace(honest: Honest) -> None:
    lab = honest.lab
    with connect(lab.dsn) as conn:
        conn.execute("SET TimeZone = 'Asia/Tokyo'")
        evidence = gather.gather(
            conn, honest.stream, lab.mapper, lab.signer.verifier, lab.roots, names=NAMES
        )
    assert members(evidence, **{DIGEST: lambda: io.BytesIO(PDF)}) == honest.members


def test_it_is_named_after_the_stream() -> None:
    assert bundle.file_name("toezicht/2f0c") == "bewijs-2f0c.zip"
    assert bundle.file_name("../../etc/passwd") == "bewijs-passwd.zip"


def test_it_holds_what_the_standard_lists(honest: Honest) -> None:
    expected = {
        "LEESMIJ.txt", "bewijs.html", "SHA256SUMS", "bewijs.json", "stroom.jsonl",
        "log/checkpoint", "log/consistentie.txt", "log/log.vkey", "log/policy.txt",
        "tijd/tsa-root.pem", "tijd/storing.json", "etsi/0-verzending.json",
        "etsi/1-aflevering.json", "etsi/2-opvraging.json", "gebeurtenissen/0.leaf",
        "gebeurtenissen/0.inhoud.json", "gebeurtenissen/0.inhoud.zout",
        "gebeurtenissen/0.actor.json", "gebeurtenissen/0.actor.zout",
        "gebeurtenissen/0.document-0.zout", "log/0.tlog-proof",
        "bericht/documenten/01-Besluitenlijst-12-maart.pdf",
    }  # fmt: skip
    assert expected <= set(honest.members)
    stems = {name[:-4] for name in honest.members if name.endswith(".tsr")}
    assert len(stems) == 3
    assert {f"{stem}{end}" for stem in stems for end in (".tsq", ".note")} <= set(honest.members)


def test_the_sums_cover_every_other_file(honest: Honest) -> None:
    lines = honest.members["SHA256SUMS"].decode().splitlines()
    listed = {name: digest for digest, name in (line.split("  ") for line in lines)}
    assert listed == {
        name: hashlib.sha256(data).hexdigest()
        for name, data in honest.members.items()
        if name != "SHA256SUMS"
    }


def test_every_proof_carries_its_token(honest: Honest) -> None:
    proof = TlogProof.parse(honest.members["log/0.tlog-proof"])
    assert proof.extra
    assert proof.checkpoint in honest.members.values()


def test_nothing_is_in_the_leaves_that_names_a_person(honest: Honest) -> None:
    leaves = b"".join(d for n, d in honest.members.items() if n.endswith(".leaf"))
    for personal in (b"Jef", b"Peeters", b"aalst", b"Besluitenlijst", DIGEST.encode()):
        assert personal not in leaves


def test_documents_get_names_that_are_safe_everywhere(lab: Lab) -> None:
    names = ["../../etc/passwd", "/abs.pdf", "a\\b.pdf", "…", ".htaccess", "x" * 300 + ".pdf",
             "Beslissing n°5 (été).pdf", "a..b.pdf", "CON", "naam\n.pdf"]  # fmt: skip
    contents = {hashlib.sha256(name.encode()).hexdigest(): name for name in names}
    documents = tuple(
        Document(digest, len(name.encode()), name, "application/pdf")
        for digest, name in contents.items()
    )
    stream = new_stream()
    lab.append(stream, StukVerzonden("x", documents, (ABB,)))
    lab.seal()

    def opener(name: str) -> bundle.Opener:
        return lambda: io.BytesIO(name.encode())

    path = lab.bundle(stream, {digest: opener(name) for digest, name in contents.items()})
    with zipfile.ZipFile(path) as archive:
        inside = [n for n in archive.namelist() if n.startswith("bericht/")]
    assert len(inside) == len(set(inside)) == len(names)
    assert all(re.fullmatch(r"bericht/documenten/\d\d-[A-Za-z0-9._-]{1,95}", n) for n in inside)
    assert "bericht/documenten/07-Beslissing-n5-ete.pdf" in inside
    assert lab.verify(path).exit_code == 0


def test_a_document_that_is_not_given_is_said_to_be_left_out(honest: Honest) -> None:
    inside = members(honest.lab.evidence(honest.stream))
    assert not any(name.startswith("bericht/") for name in inside)
    assert (
        json.loads(inside["bewijs.json"])["gebeurtenissen"][0]["documenten"][0]["bestand"] is None
    )
    assert "niet bijgevoegd" in inside["bewijs.html"].decode()


def test_a_document_whose_bytes_changed_is_not_passed_off(honest: Honest) -> None:
    with pytest.raises(bundle.DocumentChanged):
        bundle.write(
            honest.lab.evidence(honest.stream), io.BytesIO(), {DIGEST: lambda: io.BytesIO(b"x")}
        )


def test_a_stream_that_is_not_there_has_no_proof(lab: Lab) -> None:
    with pytest.raises(gather.NoSuchStream):
        lab.evidence(new_stream())


class Page(HTMLParser):
    """Checks that a page stands alone."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in {"script", "link", "img", "iframe", "object"}
        assert not {"src", "href", "onclick"} & {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_page_stands_alone_and_says_what_matters(honest: Honest) -> None:
    text = " ".join(Page(honest.members["bewijs.html"].decode()).words)
    for expected in ("Bewijs van verzending en aflevering", "Gemeente Aalst", "Jef Peeters",
                     "Agentschap Binnenlands Bestuur", "Verzending", "Aflevering", "Opvraging",
                     "NIET-GEKWALIFICEERD", DOCUMENT.naam, DIGEST, "loket verify"):  # fmt: skip
        assert expected in text


def test_hostile_text_in_a_payload_stays_text(lab: Lab) -> None:
    stream = new_stream()
    lab.append(stream, StukVerzonden('<script>alert("x")</script>', (), (ABB,)))
    lab.seal()
    inside = members(lab.evidence(stream))
    assert b"<script" not in inside["bewijs.html"]
    assert b"&lt;script&gt;" in inside["bewijs.html"]


def test_a_provisional_bundle_says_so(lab: Lab) -> None:
    stream = new_stream()
    lab.send(stream)
    inside = members(lab.evidence(stream))
    assert json.loads(inside["bewijs.json"])["voorlopig"] is True
    for name in ("bewijs.html", "LEESMIJ.txt"):
        assert "VOORLOPIG" in inside[name].decode()


def test_an_erased_content_is_said_to_be_destroyed(lab: Lab) -> None:
    stream = new_stream()
    lab.send(stream)
    lab.seal()
    lab.sql("DELETE FROM data_keys WHERE subject = %s", stream)
    inside = members(lab.evidence(stream))
    assert json.loads(inside["bewijs.json"])["gebeurtenissen"][0]["inhoud"] == "vernietigd"
    assert "vernietigd" in inside["bewijs.html"].decode()
    assert not any(name.endswith(".zout") for name in inside)


def test_what_is_not_disclosed_is_not_said_to_be_destroyed(lab: Lab) -> None:
    stream = new_stream()
    lab.append(stream, StukOpgesteld("een ontwerp"))
    lab.send(stream)
    lab.seal()
    evidence = lab.evidence(stream)
    draft = evidence.events[0]
    closed = replace(draft.recorded, fact=None, actor=None, opening=None)
    part = replace(evidence, events=(replace(draft, recorded=closed), *evidence.events[1:]))
    inside = members(part)
    first = json.loads(inside["bewijs.json"])["gebeurtenissen"][0]
    assert first["inhoud"] == "niet bijgevoegd"
    assert "vernietigd" not in inside["bewijs.html"].decode()
    assert b"een ontwerp" not in b"".join(inside.values())
    report = lab.verify(write_zip(lab.directory / "deel.zip", inside))
    assert (report.exit_code, Code.INHOUD_NIET_BIJGEVOEGD in report.codes) == (0, True)


def test_the_etsi_records_name_event_parties_and_content(honest: Honest) -> None:
    record = json.loads(honest.members["etsi/1-aflevering.json"])
    assert record["ERDSEventId"] == "http://uri.etsi.org/19522/Event/ContentConsignment"
    assert record["senderDetails"]["identifier"] == AALST
    assert record["recipientDetails"] == [
        {"identifier": ABB, "legalName": "Agentschap Binnenlands Bestuur"}
    ]
    assert record["userContentInfo"]["partsInfo"][0]["digestValue"] == DIGEST
    assert record["submissionTime"] < record["eventTime"]


def unpacked(path: Path, directory: Path) -> Path:
    with zipfile.ZipFile(path) as archive:
        archive.extractall(directory)
    return directory


def run_readme(honest: Honest, directory: Path) -> subprocess.CompletedProcess[str]:
    """The commands as printed, in the unpacked directory, with keys from elsewhere."""
    keys = directory.parent / "keys"
    keys.mkdir()
    (keys / "log.vkey").write_text(honest.lab.signer.vkey + "\n")
    (keys / "root.pem").write_bytes(honest.lab.roots)
    text = (directory / "LEESMIJ.txt").read_text("utf-8")
    commands = [line[4:] for line in text.splitlines() if line.startswith("    ")]
    return subprocess.run(
        ["sh"],
        input="\n".join(commands),
        cwd=directory,
        env={
            "PATH": os.environ["PATH"],
            "TSA_ROOT": str(keys / "root.pem"),
            "LOG_VKEY": str(keys / "log.vkey"),
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.needs("openssl", "sha256sum")
def test_the_commands_of_the_readme_work_as_they_stand(honest: Honest, tmp_path: Path) -> None:
    directory = unpacked(honest.path, tmp_path / "bewijs")
    done = run_readme(honest, directory)
    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert lines.count("Verification: OK") == 6
    assert lines.count("Signature Verified Successfully") == 4
    assert all(line.endswith("OK") or line.startswith("Signature") for line in lines)
    assert len(lines) == 1 + 6 + 8 + 6 + 3 + 6


@pytest.mark.needs("openssl", "sha256sum")
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("gebeurtenissen/0.inhoud.json", "gebeurtenissen/0.inhoud.json INHOUD_GEWIJZIGD"),
        ("gebeurtenissen/1.actor.json", "gebeurtenissen/1.actor.json INHOUD_GEWIJZIGD"),
        ("gebeurtenissen/1.leaf", "blad 1 NIET_IN_LOG"),
        ("gebeurtenissen/0.leaf", "gebeurtenis 1 VOLGORDE"),
    ],
)
def test_the_same_commands_tell_what_was_changed(
    honest: Honest, tmp_path: Path, name: str, said: str
) -> None:
    directory = unpacked(honest.path, tmp_path / "bewijs")
    content = bytearray((directory / name).read_bytes())
    content[10] ^= 1
    (directory / name).write_bytes(content)
    done = run_readme(honest, directory)
    assert said in done.stdout.splitlines()
    assert "bestanden OK" not in done.stdout
