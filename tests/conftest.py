# SPDX-License-Identifier: EUPL-1.2
"""What tests share: a database each, the tools and data they need, and no way to the internet.

* ``database``: connection string of a fresh, migrated database, dropped after the test.
* ``empty_database``: the same without the migrations.
* ``shared``: the directory of shared data (``LOKET_SHARED``, or ``shared`` beside the checkout).
* ``@pytest.mark.needs("openssl", "npm")``: skips where a command is absent.

With ``CI=true`` a skip is a failure: there everything has to be present. With
``LOKET_TEST_DATABASE_URL`` (of a user who may create databases) that server is used instead of an
embedded one for each worker.
"""

import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from loket.migrate import migrate
from loket.postgres import EmbeddedPostgres

# Tests of durability start servers of their own; in these a lost page costs nothing.
FAST = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "64MB"}


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server: ``admin`` may create databases, ``owner`` is given them."""

    admin: str
    owner: str

    @contextmanager
    def database(self, template: str) -> Iterator[str]:
        """A copy of ``template`` under a name nobody else uses; yields its connection string."""
        name = f"test_{uuid4().hex}"
        owner = urlsplit(self.owner)
        self._execute(
            "CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY FILE_COPY",
            *(name, template, owner.username or ""),
        )
        try:
            yield owner._replace(path=f"/{name}").geturl()
        finally:
            self._execute("DROP DATABASE {} WITH (FORCE)", name)

    def _execute(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.admin, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    url = os.environ.get("LOKET_TEST_DATABASE_URL")
    if url:
        yield Server(url, url)
        return
    with (
        tempfile.TemporaryDirectory(prefix="loket-test-") as directory,
        EmbeddedPostgres(Path(directory), settings=FAST) as embedded,
    ):
        yield Server(embedded.dsn("postgres", "postgres"), embedded.dsn())


@pytest.fixture(scope="session")
def migrated_template(postgres_server: Server) -> Iterator[str]:
    """Name of a database with all migrations applied, to which nobody is connected."""
    with postgres_server.database("template0") as dsn:
        migrate(dsn)
        yield urlsplit(dsn).path.removeprefix("/")


@pytest.fixture
def database(postgres_server: Server, migrated_template: str) -> Iterator[str]:
    with postgres_server.database(migrated_template) as dsn:
        yield dsn


@pytest.fixture
def empty_database(postgres_server: Server) -> Iterator[str]:
    with postgres_server.database("template0") as dsn:
        yield dsn


@pytest.fixture(scope="session")
def shared() -> Path:
    checkout = Path(__file__).parents[1]
    directory = Path(os.environ.get("LOKET_SHARED", checkout.parent / "shared"))
    if not directory.is_dir():
        pytest.skip("the shared data is not here: set LOKET_SHARED")
    return directory


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs(*commands): skip where a command is absent")
    # Read by pytest-socket.
    config.option.allow_hosts = "127.0.0.1"
    config.option.allow_unix_socket = True


def pytest_runtest_setup(item: pytest.Item) -> None:
    commands = [command for marker in item.iter_markers("needs") for command in marker.args]
    absent = [command for command in commands if shutil.which(command) is None]
    if absent:
        pytest.skip(f"not installed here: {', '.join(absent)}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI") == "true":
        report.outcome, report.longrepr = "failed", f"skipped in CI: {report.longreprtext}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if report.skipped and os.environ.get("CI") == "true":
        report.outcome, report.longrepr = "failed", f"skipped in CI: {report.longrepr}"
    return report
