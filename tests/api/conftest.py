# SPDX-License-Identifier: EUPL-1.2
"""One installation for all tests of a worker, and a fresh one for those that count."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from office import Office, open_office, settings


@pytest.fixture(scope="session")
def office(
    postgres_server: Any, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    """An installation, answering in this process, that other tests use too."""
    with (
        postgres_server.database(migrated_template) as dsn,
        open_office(settings(dsn, tmp_path_factory.mktemp("office"))) as found,
    ):
        yield found


@pytest.fixture
def fresh(database: str, tmp_path: Path) -> Iterator[Office]:
    """An installation that nobody else uses."""
    with open_office(settings(database, tmp_path)) as found:
        yield found
