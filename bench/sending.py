# SPDX-License-Identifier: EUPL-1.2
"""send_http: sending a decision over HTTP (token verified, decided, durable), API process alone.

Beside it the least that FastAPI does, under the same server settings and the same client. Drafts
are made over HTTP first, as a sender does; those of send_http_cold were written by another process,
so that their history is read and replayed.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bench.client import Answers, Job, ask, together
from bench.results import Result, Tell, beside, interleaved
from bench.site import HOST, LOKET, Site, database_alone, process
from bench.trivial import BODY
from loket.supervisor import free_port

SENDS = 1_500
PARTS = 3
"""Jobs in a round: drafts are sent before the process forgets that it made them."""

TRIVIAL = 4_000
WARM_UP = 500
AGAINST = "trivial FastAPI POST, 32 clients"
SENT = "201"
TAKEN = "201 ontvangen"


class Peer:
    """The trivial API."""

    def __init__(self) -> None:
        self.port = free_port(HOST)
        self.command = [sys.executable, "-m", "bench.trivial", str(self.port)]

    def job(self, count: int) -> Job:
        """A job of so many POSTs."""
        return Job(self.port, [("/besluiten", BODY)] * count)


def measure(tell: Tell) -> list[Result]:
    """send_http with its p50 and p99, and send_http_cold."""
    peer = Peer()
    with (
        database_alone() as site,
        process([*LOKET, "api"], site.settings.port, env=site.environment()),
        process(peer.command, peer.port),
    ):
        warm_up(site, peer)
        cold = Timed(lambda: site.sends(site.foreign_drafts(SENDS)), SENT)
        return compare(site, peer, tell, "send_http", {"send_http_cold": cold})


def warm_up(site: Site, peer: Peer) -> None:
    """Let everything be loaded and planned."""
    ask(site.sends(site.drafts(WARM_UP)), SENT)
    ask(site.sends(site.foreign_drafts(WARM_UP)), SENT)
    ask(peer.job(WARM_UP), TAKEN)


@dataclass
class Timed:
    """Jobs that are made anew for each round, and what came back each time."""

    job: Callable[[], Job]
    expect: str
    answers: list[Answers] = field(default_factory=list)

    def __call__(self) -> float:
        """Requests a second."""
        self.answers.append(together([ask(self.job(), self.expect) for _ in range(PARTS)]))
        return self.answers[-1].rate

    def milliseconds(self, share: float) -> list[float]:
        """The percentile in each round."""
        return [1000 * answers.percentile(share) for answers in self.answers]


def compare(
    site: Site, peer: Peer, tell: Tell, name: str, more: Mapping[str, Timed]
) -> list[Result]:
    """Rounds of sends, of more, and of trivial POSTs."""
    sends = Timed(lambda: site.sends(site.drafts(SENDS)), SENT)
    trivial = Timed(lambda: peer.job(TRIVIAL), TAKEN)
    rates = interleaved({name: sends, "trivial": trivial, **more}, tell)
    results = [
        beside(each, rates[each], "requests/s", rates["trivial"], AGAINST) for each in (name, *more)
    ]
    for label, share in (("p50", 0.5), ("p99", 0.99)):
        ours, theirs = sends.milliseconds(share), trivial.milliseconds(share)
        results.append(beside(f"{name}_{label}_ms", ours, "ms", theirs, AGAINST))
    return results
