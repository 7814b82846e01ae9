# SPDX-License-Identifier: EUPL-1.2
"""Settings that name a database, whether it is a server elsewhere or our own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

from loket.migrate import migrate
from loket.postgres import EmbeddedPostgres
from loket.settings import Settings

APP_ROLE = "loket_app"


def connected(settings: Settings, server: EmbeddedPostgres) -> Settings:
    """Settings that point to this embedded server, with the application's rights."""
    return settings.model_copy(
        update={
            "database_url": server.dsn(APP_ROLE),
            "database_owner_url": server.dsn(),
            "development": True,
        }
    )


@contextmanager
def database(
    settings: Settings, progress: Callable[[str], None] = lambda _: None
) -> Iterator[Settings]:
    """Settings with a migrated, running database for as long as the block lasts.

    Joins an embedded server that already runs on the data directory, else starts one and stops
    it afterwards. Raises PostgresFailed or MigrationFailed.
    """
    if settings.database_url is not None:
        migrate(settings.database_owner_url or settings.database_url)
        yield settings
        return
    server = EmbeddedPostgres(settings.data_dir, progress=progress)
    if _answers(server.dsn()):
        migrate(server.dsn())
        yield connected(settings, server)
        return
    with server:
        migrate(server.dsn())
        yield connected(settings, server)


def _answers(dsn: str) -> bool:
    try:
        psycopg.connect(dsn, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
