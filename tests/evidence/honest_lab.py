# SPDX-License-Identifier: EUPL-1.2
"""An honest bundle: a stream sent, delivered and opened in a log that holds more."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from log_lab import AALST, ABB, READER, Lab, StukGeopend, new_stream
from zip_lab import Members, read_zip

from loket.kernel import Document

PDF = b"%PDF-1.7 besluitenlijst\n" * 500
DIGEST = hashlib.sha256(PDF).hexdigest()
DOCUMENT = Document(DIGEST, len(PDF), "Besluitenlijst 12 maart.pdf", "application/pdf")


@dataclass(frozen=True)
class Honest:
    """The log, the stream, its bundle, and the members of that."""

    lab: Lab
    stream: str
    path: Path
    members: Members


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
