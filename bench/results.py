# SPDX-License-Identifier: EUPL-1.2
"""What was measured, how it is judged, and how it is written down."""

import json
import random
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ROUNDS = 3

Tell = Callable[[str], None]
"""Shows progress to whoever waits."""


@dataclass(frozen=True, slots=True)
class Result:
    """One figure: the median of the rounds.

    `ratio` is the median of the ratios to `against`, each taken within a round; both are None
    for a figure that stands by itself.
    """

    name: str
    value: float
    unit: str
    ratio: float | None = None
    against: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure must reach: its ratio or its value, at least or at most `bound`."""

    bound: float
    of_ratio: bool = False
    at_most: bool = False

    def met(self, result: Result) -> bool:
        """True when it is reached."""
        number = result.ratio if self.of_ratio else result.value
        if number is None:
            return False
        return number <= self.bound if self.at_most else number >= self.bound

    def __str__(self) -> str:
        return f"{'≤' if self.at_most else '≥'} {self.bound:g}{' ×' if self.of_ratio else ''}"


TARGETS: Mapping[str, Target] = {
    "append_32": Target(0.8, of_ratio=True),
    "append_256": Target(1.5, of_ratio=True),
    "submit_32": Target(0.3, of_ratio=True),
    "send_http": Target(0.4, of_ratio=True),
    "receipt_p50_s": Target(0.5, at_most=True),
    "receipt_p99_s": Target(1.5, at_most=True),
    "audit_1m_s": Target(10, at_most=True),
    "rebuild_eps": Target(4_000),
    "catchup_eps": Target(2_500),
    "warm_start_s": Target(4, at_most=True),
    "stack_mb": Target(400, at_most=True),
    "lists_p95_ms": Target(50, at_most=True),
    "search_p95_ms": Target(150, at_most=True),
    "reading_growth_mb": Target(40, at_most=True),
}


def alone(name: str, values: Sequence[float], unit: str) -> Result:
    """A figure without a peer: the median of its rounds."""
    return Result(name, statistics.median(values), unit)


def beside(
    name: str, ours: Sequence[float], unit: str, theirs: Sequence[float], against: str
) -> Result:
    """A figure with a peer; both were measured in the same rounds, in this order."""
    ratios = [our / their for our, their in zip(ours, theirs, strict=True)]
    return Result(name, statistics.median(ours), unit, statistics.median(ratios), against)


def interleaved(
    cases: Mapping[str, Callable[[], float]], tell: Tell, rounds: int = ROUNDS
) -> dict[str, list[float]]:
    """What each case measured in each round; the order within a round is left to chance."""
    values: dict[str, list[float]] = {name: [] for name in cases}
    for number in range(rounds):
        order = list(cases)
        random.shuffle(order)
        for name in order:
            value = cases[name]()
            values[name].append(value)
            tell(f"round {number + 1}: {name} {value:,.0f}/s")
    return values


def write(path: Path, results: Iterable[Result]) -> None:
    """A JSON list of `{"name", "value", "unit", "ratio", "against"}`."""
    content = [
        {key: round(v, 4) if isinstance(v, float) else v for key, v in asdict(result).items()}
        for result in results
    ]
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
