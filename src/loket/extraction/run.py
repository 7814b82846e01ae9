# SPDX-License-Identifier: EUPL-1.2
"""Starts a child for one file and takes its answer, whatever becomes of it."""

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryFile

from loket.extraction.outcome import Extracted, Limits, unreadable

DEFAULT = Limits()


def extract(path: Path, formaat: str, limits: Limits = DEFAULT) -> Extracted:
    """The text of this file, whose sender says it is of this media type.

    Blocks until the child is done or out of patience. Raises FileNotFoundError only.
    """
    command = [
        sys.executable, "-I", "-m", "loket.extraction.child", formaat, json.dumps(asdict(limits)),
    ]  # fmt: skip
    # The child gets the file, not a path; it gets nothing of our environment.
    with path.open("rb") as file, TemporaryFile() as out:
        try:
            done = subprocess.run(
                command, stdin=file, stdout=out, stderr=subprocess.DEVNULL, env={},
                timeout=limits.wall, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return unreadable("te-zwaar")
        out.seek(0)
        if done.returncode != 0:
            return unreadable("te-zwaar" if done.returncode < 0 else "beschadigd")
        try:
            return Extracted.decode(out.read(limits.output))
        except ValueError:
            return unreadable("beschadigd")
