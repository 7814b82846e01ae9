# SPDX-License-Identifier: EUPL-1.2
"""Counting a term at the command line."""

from datetime import date, datetime
from typing import Annotated

import typer


def termijn(
    regel: Annotated[str, typer.Argument(help="Id of a rule, such as toezicht-30.")],
    dag: Annotated[str, typer.Argument(help="Day (2026-03-06) or moment with time zone.")],
    dagen: Annotated[int | None, typer.Option(help="Another number of days.")] = None,
) -> None:
    """Show how a term is counted, by the rules and holidays that ship with the product."""
    from loket.reference import load
    from loket.reference.termijnen import OnberekenbareTermijn, bereken

    reference = load()
    rule = reference.termijnregels.get(regel)
    if rule is None:
        raise typer.BadParameter(f"choose from {', '.join(reference.termijnregels)}")
    try:
        if dagen is not None:
            rule = rule.met_dagen(dagen)
        counted = bereken(rule, _start(dag), reference.kalender)
    except OnberekenbareTermijn as error:
        raise typer.BadParameter(str(error)) from None
    typer.echo(f"{rule.label} ({rule.id})")
    for step in counted.stappen:
        typer.echo(f"  {step}")
    typer.echo(f"  Bron: {counted.bron}")
    if counted.vraag:
        typer.echo(f"  Door een jurist te bevestigen: {counted.vraag}")
    typer.echo(f"  Feestdagen {counted.feestdagen}, tijdzones {counted.tzdata}")


def _start(text: str) -> date | datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is no day or moment") from None
    if moment.tzinfo:
        return moment
    if "T" in text or " " in text:
        raise typer.BadParameter("a moment needs its time zone, as in 2026-03-06T09:00+01:00")
    return moment.date()
