# SPDX-License-Identifier: EUPL-1.2
"""Proof files as npm's @sigstore/verify reads them."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pytest

NPM = Path(__file__).parent / "npm"


def needs(program: str) -> str:
    """The path of a program, or a skip."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed")
    return found


def npm_packages() -> Path:
    """The directory with our script and what it imports, installed once per lock file."""
    npm = needs("npm")
    sources = sorted(NPM.iterdir())
    digest = sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
    cache_home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    installed = cache_home / "loket-tests" / f"npm-{digest}"
    if installed.exists():
        return installed
    installed.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=installed.parent) as scratch:
        fresh = Path(scratch) / "npm"
        fresh.mkdir()
        for source in sources:
            shutil.copy(source, fresh)
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=fresh, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"npm could not install the readers: {done.stderr[-300:]}")
        # A parallel test may have been first: then its directory is as good as ours.
        if not installed.exists():
            fresh.rename(installed)
    return installed


def verdicts(claims: Sequence[dict[str, str]]) -> list[str]:
    """`ok` or a reason for each claim: {vkey, proof, leaf}, the last two in base64."""
    node, home = needs("node"), npm_packages()
    done = subprocess.run(
        [node, str(home / "verify.mjs")],
        input=json.dumps(claims),
        capture_output=True,
        text=True,
        check=True,
    )
    said: list[str] = json.loads(done.stdout)
    return said
