# SPDX-License-Identifier: EUPL-1.2
"""Decisions on the relations between besturen: who supervises, bundles or represents whom."""

from datetime import date

from loket.domain.besturen.refusals import OnbekendeRelatie, OngeldigeRelatie, RelatieBestaatAl
from loket.domain.besturen.state import Inschrijving, ended
from loket.domain.besturen.words import (
    Command,
    Event,
    RelatieBeeindigd,
    RelatieBeeindigen,
    RelatieGelegd,
    RelatieLeggen,
    stream_of,
)
from loket.kernel import Context, Finding, StreamId
from loket.reference import Bestuur, Reference
from loket.reference.relaties import SOORTEN, Relatie, Relatiesoort

MAX_RELATIES = 500


def needs(command: Command, _: Inschrijving) -> tuple[StreamId, ...]:
    """The entry of the other bestuur, when a relation is laid."""
    return (stream_of(command.ander),) if isinstance(command, RelatieLeggen) else ()


def relate(
    command: RelatieLeggen, bestuur: Bestuur, state: Inschrijving, ctx: Context
) -> list[Event]:
    """A relation from a day on, nothing when it is known, or a refusal."""
    soort = SOORTEN.get(command.soort)
    if soort is None:
        raise _invalid("soort", "relatiesoort", f"Kies uit {', '.join(sorted(SOORTEN))}.")
    _between(soort, command.ander, bestuur, ctx)
    _dated(command.van, command.tot)
    wanted = Relatie(command.soort, command.ander, command.van, command.tot)
    if wanted in state.relaties:
        return []
    for known in state.relaties:
        same = known.soort == wanted.soort and (soort.enig or known.ander == wanted.ander)
        if same and known.overlaps(wanted):
            until = f"tot {known.tot}" if known.tot else "zonder einddatum"
            raise RelatieBestaatAl(f"Sinds {known.van}, {until}, met {known.ander}.")
    if len(state.relaties) >= MAX_RELATIES:
        raise RelatieBestaatAl(f"Een bestuur heeft hoogstens {MAX_RELATIES} relaties.")
    return [RelatieGelegd(wanted.soort, wanted.ander, wanted.van, wanted.tot)]


def _between(soort: Relatiesoort, ander: str, bestuur: Bestuur, ctx: Context) -> None:
    """Raises OngeldigeRelatie unless the classes of the two allow it."""
    reference: Reference = ctx.reference
    if reference.klassecode(bestuur.klasse) not in soort.klassen:
        raise _invalid(
            "soort", "klasse", f"Alleen {_classes(soort.klassen)} heeft een {soort.heen}."
        )
    there = ctx.related.get(stream_of(ander))
    other: Bestuur | None = there.state.bestuur if there else None
    if other is None or other.uri != ander:
        raise _invalid("ander", "bekend-bestuur", "Geef de URI van een bestuur uit het register.")
    if reference.klassecode(other.klasse) not in soort.andere:
        raise _invalid("ander", "klasse", f"Alleen {_classes(soort.andere)} kan {soort.heen} zijn.")


def _dated(van: str, tot: str) -> None:
    if not is_day(van):
        raise _invalid("van", "datatype", "Geef een datum als 2026-01-31.")
    if tot and not is_day(tot):
        raise _invalid("tot", "datatype", "Geef een datum als 2026-01-31, of laat leeg.")
    if tot and tot < van:
        raise _invalid("tot", "volgorde", "De laatste dag valt niet voor de eerste.")


def unrelate(command: RelatieBeeindigen, state: Inschrijving) -> list[Event]:
    """The end of a relation, nothing when it already ends there, or a refusal."""
    if not is_day(command.tot):
        raise _invalid("tot", "datatype", "Geef een datum als 2026-01-31.")
    after = ended(state.relaties, command.soort, command.ander, command.tot)
    if after != state.relaties:
        return [RelatieBeeindigd(command.soort, command.ander, command.tot)]
    if any(
        (r.soort, r.ander, r.tot) == (command.soort, command.ander, command.tot)
        for r in state.relaties
    ):
        return []
    raise OnbekendeRelatie


def _invalid(veld: str, regel: str, melding: str) -> OngeldigeRelatie:
    return OngeldigeRelatie("", Finding(veld, regel, melding))


def _classes(codes: frozenset[str]) -> str:
    return " of ".join(sorted(codes))


def is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
