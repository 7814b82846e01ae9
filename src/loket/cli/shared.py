# SPDX-License-Identifier: EUPL-1.2
"""What commands share: options, settings, a running installation, and honest error sentences."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loket.settings import ConfigurationError, Settings, load

if TYPE_CHECKING:
    from loket.wiring import Loket

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Directory of the embedded installation (LOKET_DATA_DIR)."),
]


def settings_of(data_dir: Path | None = None, port: int | None = None) -> Settings:
    """The settings of this command; raises ConfigurationError."""
    return load(data_dir=data_dir, port=port)


def tell(message: str) -> None:
    """Progress, for the person at the terminal."""
    typer.echo(message, err=True)


@contextmanager
def installation(data_dir: Path | None) -> "Iterator[Loket]":
    """A running, migrated installation: the one that runs already, else for this block only."""
    from loket.embedded import database
    from loket.wiring import build

    with database(settings_of(data_dir), tell) as settings:
        loket = build(settings)
        try:
            yield loket
        finally:
            loket.close()


def explain(error: Exception) -> str | None:
    """One sentence for errors that a person can mend; None for defects of ours."""
    import psycopg

    from loket.devissuer import BestuurNotFound, KeyFileExposed, NotEmbedded
    from loket.kernel import Refused
    from loket.migrate import MigrationFailed
    from loket.postgres import PostgresFailed
    from loket.simulate.run import NotEmpty

    told = ConfigurationError | PostgresFailed | MigrationFailed
    if isinstance(error, told | BestuurNotFound | KeyFileExposed | NotEmbedded | NotEmpty):
        return str(error)
    if isinstance(error, Refused):
        return f"{error.title()} {error.detail}".strip()
    if isinstance(error, psycopg.OperationalError):
        return f"the database cannot be reached: {error}"
    if isinstance(error, FileNotFoundError | IsADirectoryError | PermissionError):
        return f"{error.strerror}: {error.filename}"
    return None
