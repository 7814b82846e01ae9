# SPDX-License-Identifier: EUPL-1.2
"""`python -m bench [PART ...]`."""

import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import auditing, projecting, recorder, sending, stack, submitting
from bench.results import TARGETS, Result, Tell, write
from loket.logs import configure

RESULTS = Path(__file__).with_name("results.json")

PARTS: Mapping[str, Callable[[Tell], list[Result]]] = {
    "append": recorder.measure,
    "submit": submitting.measure,
    "send": sending.measure,
    "stack": stack.measure,
    "audit": auditing.measure,
    "projections": projecting.measure,
}


def main(names: list[str]) -> int:
    """Measure these parts (all when none is named), print a table, write the results."""
    console = Console(highlight=False, soft_wrap=True)
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

        results += PARTS[name](tell)
    console.print(table(results))
    write(RESULTS, results)
    console.print(f"{RESULTS.name}: {len(results)} figures, {time.monotonic() - began:.0f} s")
    return 0


def table(results: list[Result]) -> Table:
    """The results as people read them."""
    found = Table("what", "median", "unit", "ratio", "against", "target", "")
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
