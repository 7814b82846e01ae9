# SPDX-License-Identifier: EUPL-1.2
"""Looking after an installation: schema, register, read models, export and audit."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from loket.cli.shared import DataDir, installation, settings_of, tell

if TYPE_CHECKING:
    from loket.domain.besturen import BestuurRegistreren
    from loket.wiring import Loket

AT_ONCE = 256
"""Commands in flight during an import: one group commit."""


def migrate(
    only: Annotated[
        Literal["pre", "post"] | None, typer.Option(help="Only what precedes or follows a deploy.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Bring the database schema up to date."""
    from loket.embedded import database
    from loket.migrate import migrate as apply

    settings = settings_of(data_dir)
    if settings.database_url is None:
        with database(settings, tell):
            tell("up to date")
        return
    for name in apply(settings.database_owner_url or settings.database_url, only):
        tell(name)


def import_besturen(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Turtle files, read together; none: the besturen that ship with us."),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Enter besturen in the register, or change those that differ; again changes nothing."""
    with installation(data_dir) as loket:
        commands = commands_of(files)
        changed = register(loket, commands)
        laid = 0 if files else relate(loket)
        told = f", {laid} relaties gelegd" if laid else ""
        typer.echo(f"{len(commands)} besturen gelezen, {changed} nieuw of gewijzigd{told}")


def commands_of(files: Sequence[Path] | None) -> list[tuple[str, "BestuurRegistreren"]]:
    """The commands that register the besturen of these turtle files, or those we ship."""
    from loket.besturen_import import commands_from
    from loket.reference import load

    return list(commands_from(files, load())) if files else shipped()


def shipped() -> list[tuple[str, "BestuurRegistreren"]]:
    """The commands that register the besturen shipped with the product."""
    from loket.domain.besturen import BestuurRegistreren, stream_of
    from loket.reference import load

    besturen = load().besturen.values()
    return [(stream_of(bestuur.uri), BestuurRegistreren.of(bestuur)) for bestuur in besturen]


def register(loket: "Loket", commands: Sequence[tuple[str, "BestuurRegistreren"]]) -> int:
    """Enter besturen in the register as the system, or change them; how many changed anything."""
    from uuid import UUID

    from loket.domain.besturen import MODULE, AlGeregistreerd, BestuurWijzigen
    from loket.kernel import SYSTEM
    from loket.submit import Submission, submit

    async def run(advance: Callable[[int], None]) -> int:
        write = loket.write_side()
        changed = 0

        async def enter(stream: str, command: "BestuurRegistreren") -> bool:
            try:
                submission = Submission(MODULE, UUID(stream), command, SYSTEM)
                accepted = await submit(write, submission)
            except AlGeregistreerd:
                submission = Submission(MODULE, UUID(stream), BestuurWijzigen.of(command), SYSTEM)
                accepted = await submit(write, submission)
            advance(1)
            return bool(accepted.placed)

        async with aclosing(write):
            for start in range(0, len(commands), AT_ONCE):
                chunk = commands[start : start + AT_ONCE]
                changed += sum(await asyncio.gather(*(enter(*each) for each in chunk)))
        return changed

    with progress("besturen", len(commands)) as advance:
        return asyncio.run(run(advance))


def relate(loket: "Loket") -> int:
    """Lay the relations that ship with the product, as the system; how many were new.

    Those that somebody has ended or changed since are left alone.
    """
    from contextlib import suppress
    from uuid import UUID

    from loket.domain.besturen import MODULE, RelatieBestaatAl, RelatieLeggen, stream_of
    from loket.kernel import SYSTEM
    from loket.reference import load
    from loket.submit import Submission, submit

    async def run() -> int:
        laid = 0
        async with aclosing(loket.write_side()) as write:
            for uri, relaties in load().relaties.heen.items():
                for each in relaties:
                    command = RelatieLeggen(each.soort, each.ander, each.van, each.tot)
                    with suppress(RelatieBestaatAl):
                        asked = Submission(MODULE, UUID(stream_of(uri)), command, SYSTEM)
                        laid += bool((await submit(write, asked)).placed)
        return laid

    return asyncio.run(run())


def rebuild(
    names: Annotated[list[str] | None, typer.Argument(help="Read models; all by default.")] = None,
    texts: Annotated[
        bool, typer.Option("--texts", help="Also have the text of every file read again.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Build read models anew from the log, while readers keep the old ones."""
    from loket.extraction.store import forget
    from loket.projections._rebuild import rebuild as run

    with installation(data_dir) as loket, progress("gebeurtenissen", None) as advance:
        seen = 0

        def tick(done: int, _size: int) -> None:
            nonlocal seen
            advance(done - seen)
            seen = done

        if texts:
            forget(loket.dsn)
        count = run(loket.dsn, loket.mapper, names or (), progress=tick)
    typer.echo(f"{count} gebeurtenissen geprojecteerd")


def export_log(
    directory: Annotated[Path, typer.Argument(help="Where the static tree is written.")],
    data_dir: DataDir = None,
) -> None:
    """Write the public log as static files (C2SP tlog-tiles), with its key and the TSA root."""
    from loket.evidence.export import export_log as export
    from loket.evidence.store import connect

    with installation(data_dir) as loket, connect(loket.dsn) as conn:
        size = export(conn, directory, loket.signer.vkey, loket.tsa_roots())
    typer.echo(f"{size} gebeurtenissen naar {directory}")


def audit(data_dir: DataDir = None) -> None:
    """Check the whole log: leaves, chains, tiles, checkpoints, tokens; exit 1 on a finding."""
    from loket.evidence.audit import audit as run

    with installation(data_dir) as loket, progress("bladeren", None) as advance:
        report = run(loket.dsn, loket.signer.verifier, loket.tsas(), progress=advance)
    for finding in report.findings:
        typer.echo(f"{finding.position}: {finding.code}: {finding.detail}")
    typer.echo(
        f"{report.events} gebeurtenissen, {report.checkpoints} checkpoints, "
        f"{report.timestamps} tijdstempels, {len(report.findings)} bevindingen"
    )
    raise typer.Exit(1 if report.findings else 0)


def dead_letters(
    replay: Annotated[str, typer.Option(help="Id of a message to try again, or 'all'.")] = "",
    data_dir: DataDir = None,
) -> None:
    """List reactions that gave up, or try them again."""
    from loket import tasks

    with installation(data_dir) as loket:
        if replay:
            typer.echo(f"{tasks.replay(loket, replay)} opnieuw aangeboden")
            return
        for letter in tasks.dead_letters(loket):
            typer.echo(f"{letter.id} {letter.actor} {letter.arguments} {letter.reason}")


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """A progress bar on standard error; call what it yields with how much more is done."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(what, total=total)
        yield lambda more: bars.advance(task, more)
