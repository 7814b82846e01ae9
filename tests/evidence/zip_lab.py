# SPDX-License-Identifier: EUPL-1.2
"""Taking bundles apart and putting them together again, as an attacker who knows the format."""

import hashlib
import zipfile
from pathlib import Path

Members = dict[str, bytes]


def read_zip(path: Path) -> Members:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write_zip(path: Path, members: Members, *, sums: bool = True) -> Path:
    """A bundle of these members; its SHA256SUMS made to fit unless told otherwise."""
    content = dict(members)
    if sums:
        lines = [
            f"{hashlib.sha256(data).hexdigest()}  {name}\n"
            for name, data in sorted(content.items())
            if name != "SHA256SUMS"
        ]
        content["SHA256SUMS"] = "".join(lines).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return path
