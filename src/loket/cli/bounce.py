# SPDX-License-Identifier: EUPL-1.2
"""Mail that comes back, from the mail server that received it."""

import asyncio
import sys
from contextlib import aclosing
from typing import TYPE_CHECKING

import typer

from loket.cli.shared import DataDir, installation

if TYPE_CHECKING:
    from loket.tasks.terugkomst import Uitkomst
    from loket.wiring import Loket

EX_OK, EX_DATAERR, EX_TEMPFAIL = 0, 65, 75
"""What a mail server understands (sysexits.h): done; never try again; try again later."""


def bounce(data_dir: DataDir = None) -> None:
    """Take in one returned mail (RFC 3464) from standard input, as a mail alias pipes it.

    Exit code 0: recorded, or nothing to record. 65: not readable, kept in the database for a
    person. 75: not known (yet), or the database cannot be reached: the mail server tries again.
    """
    import psycopg

    from loket.bounces import MAX_SIZE
    from loket.postgres import PostgresFailed
    from loket.tasks.terugkomst import Uitkomst

    raw = sys.stdin.buffer.read(MAX_SIZE + 1)
    try:
        with installation(data_dir) as loket:
            outcome, why = asyncio.run(_take(loket, raw))
    except (psycopg.OperationalError, PostgresFailed) as error:
        typer.echo(f"loket: de databank is niet bereikbaar ({type(error).__name__})", err=True)
        raise typer.Exit(EX_TEMPFAIL) from None
    typer.echo(f"{outcome.value}{f' ({why})' if why else ''}")
    codes = {Uitkomst.ONLEESBAAR: EX_DATAERR, Uitkomst.ONBEKEND: EX_TEMPFAIL}
    raise typer.Exit(codes.get(outcome, EX_OK))


async def _take(loket: "Loket", raw: bytes) -> "tuple[Uitkomst, str]":
    from loket.tasks.terugkomst import take

    async with aclosing(loket.write_side()) as write:
        return await take(write, loket.dsn, raw)
