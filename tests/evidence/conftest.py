# SPDX-License-Identifier: EUPL-1.2
"""A whole log for each test that asks for one, and an honest bundle that is made once a file."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from honest_lab import Honest, make_honest
from log_lab import Lab


@pytest.fixture
def lab(database: str, tmp_path: Path) -> Iterator[Lab]:
    lab = Lab(database, tmp_path)
    yield lab
    lab.close()


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
