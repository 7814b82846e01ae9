# SPDX-License-Identifier: EUPL-1.2
"""`loket simulate`: an installation with a year of work in it."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from loket.cli.shared import DataDir, settings_of, tell

YEAR = timedelta(days=365)


def simulate(
    besturen: Annotated[
        list[Path] | None,
        typer.Argument(help="Turtle files with besturen, beside those that ship with us."),
    ] = None,
    events: Annotated[int, typer.Option(help="About how many events.")] = 250_000,
    seed: Annotated[int, typer.Option(help="The same seed tells the same year.")] = 1,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day; today by default.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Fill an empty, embedded installation with a made-up year, through the real commands."""
    from loket.cli.care import commands_of, progress, register, relate, shipped
    from loket.embedded import database
    from loket.logs import configure
    from loket.settings import ConfigurationError
    from loket.simulate.play import SimulatedClock
    from loket.simulate.run import check_empty, project
    from loket.simulate.run import simulate as run
    from loket.wiring import build

    chosen = settings_of(data_dir)
    configure("error")
    if chosen.database_url is not None and not chosen.development:
        raise ConfigurationError("loket simulate is for trials: set LOKET_DEVELOPMENT=true")
    end = (until or datetime.now(UTC)).replace(
        hour=0, minute=0, second=0, microsecond=0, tzinfo=UTC
    )
    clock = SimulatedClock(end - YEAR)
    began = time.monotonic()
    with database(chosen, tell) as settings:
        loket = build(settings, clock=clock.microseconds, now=clock.now)
        try:
            check_empty(loket)
            register(loket, list({**dict(shipped()), **dict(commands_of(besturen))}.items()))
            relate(loket)
            project(loket)
            with progress("gebeurtenissen", events) as advance:
                played = run(loket, clock, end, events, seed, advance)
            project(loket)
        finally:
            loket.close()
    seconds = time.monotonic() - began
    refused = ", ".join(f"{name} {n}" for name, n in sorted(played.refused.items()))
    typer.echo(
        f"{played.events} gebeurtenissen in {seconds:.0f} s; geweigerd: {refused or 'niets'}"
    )
