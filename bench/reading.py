# SPDX-License-Identifier: EUPL-1.2
"""lists_p95_ms, search_p95_ms: reading a year of all besturen (`loket simulate`) over HTTP.

Readers ask at a steady rate, each from the moment it meant to, for pages of every list in many
orders and filters, as a clerk and as a supervisor; and search for words. Memory is that of the API
process before and after. With LOKET_BENCH_DATA a data directory that was simulated before is read.
"""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg

from bench.client import Answers, Job, ask, together
from bench.results import ROUNDS, Result, Tell, alone
from bench.server import scratch
from bench.site import HOST, LOKET, Site, process
from bench.stack import megabytes
from loket.devissuer import DevIssuer, find_bestuur
from loket.embedded import APP_ROLE
from loket.postgres import EmbeddedPostgres
from loket.settings import load
from loket.simulate.people import ABB, CLERK, SUPERVISOR
from loket.supervisor import free_port

EVENTS = 250_000
RATE = 25
REQUESTS = 500
READERS = 8
SHARED = Path(__file__).parents[2] / "shared" / "data"

LISTS = (
    "/toezicht",
    "/toezicht?page[total]=true",
    "/toezicht?sort=zittingsdatum",
    "/toezicht?filter[toestand]=verzonden&sort=-gewijzigd&include=bestuur,dossiertype",
    "/toezicht?filter[verzonden][van]=2026-03-01T00:00:00Z&filter[verzonden][tot]=2026-04-01T00:00:00Z",
    "/berichten",
    "/berichten?page[total]=true",
    "/termijnen?filter[open]=true",
    "/termijnen?filter[verstreken]=true&page[total]=true",
    "/te-doen",
    "/besturen?filter[naam]=aal",
)
"""What both a clerk and a supervisor look at."""

QUEUES = (
    "/behandelingen",
    "/behandelingen?sort=-afgeleverd&page[total]=true",
    "/behandelingen?filter[status]=ontvangen",
)
"""What a supervisor looks at."""

WORDS = (
    "parkeerbeleid", "markt", "subsidies verenigingen", "belasting leegstand", "kermis", "rooilijn",
    "zonnepanelen", '"renovatie van de sporthal"', "begraafplaats OR speelpleinwerking",
    "schoolreglement -kermis", "Gent besluitenlijst",
)  # fmt: skip


def measure(tell: Tell) -> list[Result]:
    """lists_p95_ms, search_p95_ms and reading_growth_mb."""
    with year(tell) as data, reading(data) as (site, pid):
        readers = {"Gemeente Gent": CLERK, ABB: SUPERVISOR}
        paths: dict[str, Sequence[str]] = {"Gemeente Gent": LISTS, ABB: (*LISTS, *QUEUES)}
        words = [f"/zoeken?q={quote(each)}" for each in WORDS]
        kinds: dict[str, Callable[[str], Sequence[str]]] = {
            "lists": lambda who: paths[who],
            "search": lambda _: words,
        }
        for each in kinds.values():
            together([ask(_job(site, who, readers[who], each(who)), "200") for who in readers])
        before = megabytes(pid)
        results = []
        for name, each in kinds.items():
            rounds = [
                together([ask(_job(site, who, readers[who], each(who)), "200") for who in readers])
                for _ in range(ROUNDS)
            ]
            results += list(_figures(name, rounds, tell))
        growth = megabytes(pid) - before
        tell(f"memory {before:.0f} MB, {growth:+.0f} MB after reading")
        return [*results, alone("reading_growth_mb", [growth], "MB")]


def _figures(name: str, rounds: Sequence[Answers], tell: Tell) -> Iterator[Result]:
    for label, share in (("p50", 0.5), ("p95", 0.95)):
        values = [1000 * answers.percentile(share) for answers in rounds]
        yield alone(f"{name}_{label}_ms", values, "ms")
        tell(f"{name} {label} {', '.join(f'{value:.0f}' for value in values)} ms")


def _job(site: Site, bestuur: str, rollen: frozenset[str], paths: Sequence[str]) -> Job:
    """Requests for pages at a steady rate; no reader asks twice alike in a row."""
    settings = site.settings
    issuer = DevIssuer(settings.keys_dir, settings.audience, embedded=settings.embedded)
    who = find_bestuur(site.loket.reference, bestuur)
    token = issuer.issue(who, sorted(rollen), now=int(time.time()))
    chosen = [(path, None) for path in random.choices(paths, k=REQUESTS // 2)]
    headers = {"Authorization": f"Bearer {token}"}
    return Job(settings.port, chosen, clients=READERS, rate=RATE, headers=headers)


@contextmanager
def year(tell: Tell) -> Iterator[Path]:
    """A data directory with a simulated year in it."""
    if known := os.environ.get("LOKET_BENCH_DATA"):
        yield Path(known)
        return
    with scratch() as directory:
        files = [str(path) for path in sorted(SHARED.glob("*.ttl"))]
        command = [
            *LOKET,
            "simulate",
            "--events",
            str(EVENTS),
            "--data-dir",
            str(directory / "data"),
        ]
        began = time.monotonic()
        subprocess.run([*command, *files], check=True, stdout=sys.stderr)
        where = "all besturen" if files else "the demo besturen"
        tell(f"a year at {where} in {time.monotonic() - began:.0f} s")
        yield directory / "data"


@contextmanager
def reading(data: Path) -> Iterator[tuple[Site, int]]:
    """The API process alone on this data, its statistics up to date: and the id of its process."""
    with EmbeddedPostgres(data) as server:
        with psycopg.connect(server.dsn(), autocommit=True) as conn:
            conn.execute("ANALYZE")
        port = free_port(HOST)
        settings = load(data_dir=data, port=port).model_copy(
            update={"database_url": server.dsn(APP_ROLE), "development": True}
        )
        site = Site(settings)
        site.loket.references.refresh()
        with process([*LOKET, "api"], port, env=site.environment()) as child:
            yield site, child.pid
        site.loket.close()
