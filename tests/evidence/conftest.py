# SPDX-License-Identifier: EUPL-1.2
"""A whole log for each test that asks for one, and an honest bundle that is made once."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from log_lab import AALST, ABB, READER, Lab, StukGeopend, new_stream
from zip_lab import Members, read_zip

from loket.kernel import Document

PDF = b"%PDF-1.7 besluitenlijst\n" * 500
DIGEST = hashlib.sha256(PDF).hexdigest()
DOCUMENT = Document(DIGEST, len(PDF), "Besluitenlijst 12 maart.pdf", "application/pdf")


@pytest.fixture
def lab(database: str, tmp_path: Path) -> Iterator[Lab]:
    lab = Lab(database, tmp_path)
    yield lab
    lab.close()


@dataclass(frozen=True)
class Honest:
    """A stream sent, delivered and opened, in a log that holds more; `old` was bundled before."""

    lab: Lab
    stream: str
    path: Path
    members: Members


@pytest.fixture(scope="module")
def honest(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Honest]:
    server = request.getfixturevalue("postgres_server")
    template = request.getfixturevalue("migrated_template")
    with server.database(template) as dsn:
        lab = Lab(dsn, tmp_path_factory.mktemp("honest"))
        yield make_honest(lab)
        lab.close()


def make_honest(lab: Lab) -> Honest:
    """Other events before, between and after; three tokens."""
    (lab.directory / DIGEST).write_bytes(PDF)
    lab.append_many(5)
    lab.seal()
    name = new_stream()
    lab.send(name, DOCUMENT)
    lab.append(new_stream(), StukGeopend(AALST))
    lab.seal()
    lab.append(name, StukGeopend(ABB), actor=READER)
    lab.append_many(3)
    lab.seal()
    path = lab.bundle(name, {DIGEST: lab.directory / DIGEST})
    return Honest(lab, name, path, read_zip(path))
