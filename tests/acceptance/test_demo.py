# SPDX-License-Identifier: EUPL-1.2
"""`make demo`, and what others make of its results."""

import base64
import json
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import metamorphic_log
import pytest

from npm_reader import verdicts
from stack import COMMAND

TLOG_TILES = str(Path(sys.executable).parent / "tlog-tiles")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("demo") / "out"
    done = subprocess.run(
        [*COMMAND, "demo", str(out)], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "onvolledig-dossier" in done.stdout
    assert "TOTAL-PASSED" in done.stdout
    for moment in ("verzending", "aflevering", "opvraging"):
        assert moment in done.stdout
    return out


@pytest.fixture(scope="module")
def bundle(out: Path) -> ZipFile:
    (found,) = out.glob("bewijs-*.zip")
    return ZipFile(found)


def _proofs(bundle: ZipFile) -> dict[int, tuple[bytes, bytes]]:
    """Per event its proof file and its leaf."""
    names = [name for name in bundle.namelist() if name.endswith(".tlog-proof")]
    numbers = [int(name.removeprefix("log/").removesuffix(".tlog-proof")) for name in names]
    return {
        n: (bundle.read(f"log/{n}.tlog-proof"), bundle.read(f"gebeurtenissen/{n}.leaf"))
        for n in numbers
    }


def test_the_results_are_what_an_auditor_needs(out: Path) -> None:
    assert {path.name for path in out.iterdir() if not path.name.startswith("bewijs-")} == {
        "log",
        "log.vkey",
        "tsa-root.pem",
    }
    assert (out / "log/checkpoint").exists()


def test_loket_verify_passes_with_the_exported_checkpoint_too(out: Path, bundle: ZipFile) -> None:
    assert bundle.filename
    arguments = ["--log-key", out / "log.vkey", "--tsa-root", out / "tsa-root.pem"]
    arguments += ["--checkpoint", out / "log/checkpoint", "--json"]
    command = [*COMMAND, "verify", bundle.filename, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert json.loads(done.stdout)


def test_sigstore_accepts_every_proof(out: Path, bundle: ZipFile) -> None:
    vkey = (out / "log.vkey").read_text().strip()
    claims = [
        {
            "vkey": vkey,
            "proof": base64.b64encode(proof).decode(),
            "leaf": base64.b64encode(leaf).decode(),
        }
        for proof, leaf in _proofs(bundle).values()
    ]
    assert verdicts(claims) == ["ok"] * len(claims)
    assert len(claims) >= 6


def test_metamorphic_log_accepts_the_exported_checkpoint(out: Path) -> None:
    vkey = (out / "log.vkey").read_text().strip()
    assert metamorphic_log.checkpoint_verify((out / "log/checkpoint").read_text(), [vkey])


def test_tlog_scales_proves_each_event_from_the_exported_tree(out: Path, bundle: ZipFile) -> None:
    for proof, _ in _proofs(bundle).values():
        index = next(line for line in proof.decode().splitlines() if line.startswith("index "))
        done = subprocess.run(
            [TLOG_TILES, "gen-proof", f"file://{out / 'log'}", index.removeprefix("index ")],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert index in done.stdout
