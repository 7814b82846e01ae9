# SPDX-License-Identifier: EUPL-1.2
"""The benchmark says what it is asked to say; how fast things are is not tested here."""

import json
import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.__main__ import PARTS, main, table
from bench.client import Answers, Job
from bench.results import TARGETS, Result, Target, alone, beside, interleaved, write

NAMES = {name for part in PARTS.values() for name in part.names}


def test_every_promised_figure_is_measured() -> None:
    assert {
        "append_1", "append_8", "append_32", "append_256", "submit_32", "send_http",
        "receipt_p50_s", "receipt_p99_s", "audit_1m_s", "catchup_eps", "rebuild_eps",
        "warm_start_s", "stack_mb", "lists_p95_ms", "search_p95_ms",
    } <= NAMES  # fmt: skip


def test_every_target_is_that_of_a_figure() -> None:
    assert set(TARGETS) <= NAMES


def test_a_ratio_is_taken_within_its_round() -> None:
    # The machine was twice as fast in the last round; the ratio was the same in all.
    result = beside("x", [10, 12, 20], "events/s", [20, 24, 40], "peer")
    assert (result.value, result.ratio) == (12, 0.5)


def test_a_figure_without_a_peer_has_no_ratio() -> None:
    assert alone("x", [3.0, 1.0, 2.0], "s") == Result("x", 2.0, "s", None, None)


@pytest.mark.parametrize(
    ("target", "value", "ratio", "met"),
    [
        (Target(0.8, of_ratio=True), 5.0, 0.8, True),
        (Target(0.8, of_ratio=True), 5.0, 0.79, False),
        (Target(0.8, of_ratio=True), 5.0, None, False),
        (Target(400, at_most=True), 400.0, None, True),
        (Target(400, at_most=True), 401.0, None, False),
        (Target(15_000), 14_999.0, None, False),
    ],
)
def test_a_target_is_met_or_not(
    target: Target, value: float, ratio: float | None, *, met: bool
) -> None:
    assert target.met(Result("x", value, "", ratio)) is met


def test_all_sides_run_in_every_round_in_random_order() -> None:
    order: list[str] = []

    def case(name: str, value: float) -> float:
        order.append(name)
        return value

    random.seed(1)
    cases = {"a": lambda: case("a", 1.0), "b": lambda: case("b", 2.0)}
    values = interleaved(cases, lambda _: None, rounds=20)
    assert values == {"a": [1.0] * 20, "b": [2.0] * 20}
    rounds = {tuple(order[i : i + 2]) for i in range(0, 40, 2)}
    assert rounds == {("a", "b"), ("b", "a")}


def test_results_are_a_list_of_five_fields(tmp_path: Path) -> None:
    write(tmp_path / "r.json", [beside("x", [1.0], "events/s", [3.0], "peer")])
    assert json.loads((tmp_path / "r.json").read_text()) == [
        {"name": "x", "value": 1.0, "unit": "events/s", "ratio": 0.3333, "against": "peer"}
    ]


def test_the_table_says_which_targets_are_missed() -> None:
    found = table([Result("stack_mb", 401.0, "MB"), Result("append_1", 5.0, "events/s", 0.3, "x")])
    assert [list(column.cells) for column in found.columns][-1] == ["[red]missed[/red]", ""]


def test_percentiles_are_of_all_answers() -> None:
    answers = Answers(seconds=2.0, latencies=[float(n) for n in range(100, 0, -1)])
    assert (answers.rate, answers.percentile(0.5), answers.percentile(0.99)) == (50, 51, 100)


def test_a_job_is_plain_http() -> None:
    [request] = Job(8080, [("/besluiten", {"a": 1})], headers={"Prefer": "wait=10"}).bytes()
    assert request == (
        b"POST /besluiten HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nContent-Type: application/json\r\n"
        b'Prefer: wait=10\r\nContent-Length: 8\r\n\r\n{"a": 1}'
    )


def test_an_unknown_part_is_refused_with_those_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["geheugen"]) == 2
    assert "append, submit, send, stack, audit, projections" in capsys.readouterr().out
