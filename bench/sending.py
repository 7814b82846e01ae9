# SPDX-License-Identifier: EUPL-1.2
"""send_http: sending a decision over HTTP (token verified, decided, durable), API process alone.

Beside it the least that FastAPI does, under the same server settings and the same client.
"""

import sys

from bench.client import Answers, Job, ask
from bench.results import Result, Tell, beside, interleaved
from bench.site import HOST, LOKET, Site, database_alone, process
from bench.trivial import BODY
from loket.supervisor import free_port

SENDS = 4_000
TRIVIAL = 10_000
WARM_UP = 500
AGAINST = "trivial FastAPI JSON POST, 32 clients"
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
    """send_http, with its p50 and p99."""
    peer = Peer()
    with (
        database_alone() as site,
        process([*LOKET, "api"], site.settings.port, env=site.environment()),
        process(peer.command, peer.port),
    ):
        ask(site.sends(WARM_UP), SENT)
        ask(peer.job(WARM_UP), TAKEN)
        return compare(site, peer, tell, "send_http")


def compare(site: Site, peer: Peer, tell: Tell, name: str) -> list[Result]:
    """Rounds of sends and of trivial POSTs."""
    ours: list[Answers] = []
    theirs: list[Answers] = []

    def send() -> float:
        ours.append(ask(site.sends(SENDS), SENT))
        return ours[-1].rate

    def post() -> float:
        theirs.append(ask(peer.job(TRIVIAL), TAKEN))
        return theirs[-1].rate

    rates = interleaved({name: send, "trivial": post}, tell)
    return [
        beside(name, rates[name], "requests/s", rates["trivial"], AGAINST),
        *(
            beside(
                f"{name}_{label}_ms",
                [1000 * each.percentile(share) for each in ours],
                "ms",
                [1000 * each.percentile(share) for each in theirs],
                AGAINST,
            )
            for label, share in (("p50", 0.5), ("p99", 0.99))
        ),
    ]
