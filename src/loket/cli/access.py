# SPDX-License-Identifier: EUPL-1.2
"""Access for development: tokens of the embedded issuer."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from loket.cli.shared import DataDir, settings_of

if TYPE_CHECKING:
    from loket.reference import Reference
    from loket.settings import Settings


def token(
    bestuur: Annotated[str, typer.Option(help="URI of a bestuur, or its name: 'Gemeente Aalst'.")],
    rol: Annotated[list[str], typer.Option(help="Role in that bestuur; may be repeated.")],
    persoon: Annotated[str, typer.Option(help="Who acts.")] = "ontwikkelaar",
    email: Annotated[str, typer.Option(help="Where receipts go.")] = "",
    minuten: Annotated[int, typer.Option(min=1, help="How long it is valid.")] = 480,
    data_dir: DataDir = None,
) -> None:
    """Print an access token of the development issuer; only on an embedded installation."""
    from loket.devissuer import DevIssuer, find_bestuur

    settings = settings_of(data_dir)
    issuer = DevIssuer(settings.keys_dir, settings.audience, embedded=settings.embedded)
    found = find_bestuur(_reference(settings), bestuur)
    typer.echo(
        issuer.issue(found, rol, now=int(time.time()), person=persoon, email=email, minutes=minuten)
    )


def _reference(settings: "Settings") -> "Reference":
    """The besturen of the installation when it runs, else those that ship with the product."""
    import psycopg

    from loket.embedded import APP_ROLE
    from loket.evidence.store import connect
    from loket.postgres import EmbeddedPostgres
    from loket.projections.besturen import read_besturen
    from loket.reference import load

    reference = load()
    dsn = settings.database_url or EmbeddedPostgres(settings.data_dir).dsn(APP_ROLE)
    try:
        with connect(dsn) as conn:
            return reference.with_besturen({**reference.besturen, **read_besturen(conn)})
    except psycopg.Error:
        return reference
