# SPDX-License-Identifier: EUPL-1.2
"""The whole embedded stack: how fast it starts, stamps and sends, and what it weighs.

Receipts are asked for in an open loop: 200 sends a second leave whether or not the stack keeps up,
and each waits (`Prefer: wait=10`) for its final, stamped receipt.
"""

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from bench.client import Answers, ask
from bench.results import ROUNDS, Result, Tell, alone
from bench.sending import Peer, compare, warm_up
from bench.server import scratch
from bench.site import Site, process, serve

RATE = 200
SECONDS = 15
STAMPED = "201 gestempeld"
REST = 5


def measure(tell: Tell) -> list[Result]:
    """cold_start_s, receipt_p50_s, receipt_p99_s, send_http_stack, stack_mb and warm_start_s."""
    with scratch() as directory:
        data = directory / "data"
        with serve(data, "--demo") as (seconds, site, pid):
            tell(f"cold start {seconds:.1f} s")
            results = [
                alone("cold_start_s", [seconds], "s"),
                *_receipts(site, tell),
                *_sends(site, tell),
            ]
            site.wait_until_at_rest()
            time.sleep(REST)
            results.append(alone("stack_mb", [megabytes(pid)], "MB"))
            tell(f"memory {results[-1].value:.0f} MB")
        results.append(alone("warm_start_s", [_start(data, tell) for _ in range(ROUNDS)], "s"))
    return results


def _start(data: Path, tell: Tell) -> float:
    with serve(data) as (seconds, _, _):
        tell(f"warm start {seconds:.2f} s")
        return seconds


def _receipts(site: Site, tell: Tell) -> Iterator[Result]:
    _at_rate(site, RATE * 2)
    answers = _at_rate(site, RATE * SECONDS)
    for name, share in (("receipt_p50_s", 0.5), ("receipt_p99_s", 0.99)):
        yield alone(name, [answers.percentile(share)], "s")
        tell(f"{name} {answers.percentile(share):.3f} at {answers.rate:.0f} sends/s")


def _at_rate(site: Site, count: int) -> Answers:
    job = replace(site.sends(site.foreign_drafts(count), Prefer="wait=10"), rate=RATE)
    site.wait_until_at_rest()
    return ask(job, STAMPED)


def _sends(site: Site, tell: Tell) -> list[Result]:
    peer = Peer()
    with process(peer.command, peer.port):
        warm_up(site, peer)
        return compare(site, peer, tell, "send_http_stack", {})[:1]


def megabytes(pid: int) -> float:
    """Memory of a process and all below it, shared pages shared out (PSS), in 10^6 bytes."""
    return sum(map(_pss, [pid, *_descendants(pid)])) / 1e6


def _pss(pid: int) -> int:
    with suppress(FileNotFoundError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def _descendants(pid: int) -> Iterator[int]:
    """All below a process; one that ends meanwhile has none."""
    with suppress(FileNotFoundError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield int(child)
                yield from _descendants(int(child))
