# SPDX-License-Identifier: EUPL-1.2
"""`python -m bench [PART ...]`."""

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Column, Table

from bench import auditing, projecting, reading, recorder, sending, stack, submitting
from bench.results import TARGETS, Result, Tell, write
from loket.logs import configure

WIDTH = 110
RESULTS = Path(__file__).with_name("results.json")


@dataclass(frozen=True, slots=True)
class Part:
    """What can be measured by itself, and the figures it gives."""

    measure: Callable[[Tell], list[Result]]
    names: tuple[str, ...]


PARTS: Mapping[str, Part] = {
    "append": Part(recorder.measure, tuple(f"append_{writers}" for writers in recorder.EVENTS)),
    "submit": Part(submitting.measure, ("submit_32", "submit_cold_32")),
    "send": Part(
        sending.measure, ("send_http", "send_http_cold", "send_http_p50_ms", "send_http_p99_ms")
    ),
    "stack": Part(
        stack.measure,
        (
            "cold_start_s", "receipt_p50_s", "receipt_p99_s", "send_http_stack", "stack_mb",
            "warm_start_s",
        ),
    ),
    "audit": Part(auditing.measure, ("audit_1m_s",)),
    "projections": Part(projecting.measure, ("catchup_eps", "rebuild_eps")),
    "reading": Part(
        reading.measure,
        ("lists_p50_ms", "lists_p95_ms", "search_p50_ms", "search_p95_ms", "reading_growth_mb"),
    ),
}  # fmt: skip


def main(names: list[str]) -> int:
    """Measure these parts (all when none is named), print a table, write the results."""
    console = Console(highlight=False, width=WIDTH)
    if unknown := set(names) - set(PARTS):
        console.print(f"{', '.join(sorted(unknown))}: there are only {', '.join(PARTS)}")
        return 2
    configure("error")
    began = time.monotonic()
    results = []
    for name in names or PARTS:
        console.print(f"[bold]{name}[/bold]")

        def tell(text: str) -> None:
            console.print(f"[dim]{time.monotonic() - began:4.0f} s  {text}[/dim]")

        results += PARTS[name].measure(tell)
    console.print(table(results))
    write(RESULTS, results)
    console.print(f"{RESULTS.name}: {len(results)} figures, {time.monotonic() - began:.0f} s")
    return 0


def table(results: list[Result]) -> Table:
    """The results as people read them."""
    headings = ("what", "median", "unit", "ratio", "against", "target", "")
    found = Table(*(Column(heading, no_wrap=True) for heading in headings))
    for result in results:
        target = TARGETS.get(result.name)
        found.add_row(
            result.name,
            f"{result.value:,.0f}" if result.value >= 100 else f"{result.value:.3g}",
            result.unit,
            "" if result.ratio is None else f"{result.ratio:.2f}",
            result.against or "",
            str(target or ""),
            "" if target is None else "met" if target.met(result) else "[red]missed[/red]",
        )
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
