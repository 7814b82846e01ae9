# SPDX-License-Identifier: EUPL-1.2
"""The how-to for newcomers, walked in a copy of the code."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/howto/add-a-module.md"
STEP = re.compile(
    r"^`((?:src|tests)/[\w/]+\.py)`:\n\n```python\n(.*?)^```$", re.MULTILINE | re.DOTALL
)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("walk")
    for part in ("src", "tests", "migrations"):
        shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    for path, code in STEP.findall(PAGE.read_text()):
        (copy / path).write_text(code)
    return copy


def _run(copy: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(copy / "src"), "PYTEST_ADDOPTS": ""}
    return subprocess.run(
        [sys.executable, *arguments], cwd=copy, env=env, capture_output=True, text=True, check=False
    )


def test_the_page_has_one_module_and_one_test() -> None:
    paths = [path for path, _ in STEP.findall(PAGE.read_text())]
    assert paths == ["src/loket/domain/klachten.py", "tests/domain/test_klachten.py"]


def test_the_new_module_passes_the_tests_of_every_module_and_its_own(copy: Path) -> None:
    done = _run(
        copy, "-m", "pytest", "-n0", "-q", "-k", "klachten",
        "tests/test_every_module.py", "tests/domain/test_klachten.py",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert re.search(r"\d\d+ passed", done.stdout), done.stdout


def test_the_api_has_its_routes_and_problems(copy: Path) -> None:
    script = """
from loket.api.app import create_app
from loket.settings import Settings
from loket.wiring import build
settings = Settings(database_url="postgresql:///none", development=True, data_dir="data")
paths = create_app(build(settings)).openapi()["paths"]
assert "/klachten/{stroom}/klacht-noteren" in paths, sorted(paths)
assert "/klachten/{stroom}/klacht-afsluiten" in paths
"""
    done = _run(copy, "-c", script)
    assert done.returncode == 0, done.stderr
