# SPDX-License-Identifier: EUPL-1.2
"""catchup_eps and rebuild_eps: events a second into all read models.

Catch-up is the projector after an outage; a rebuild fills new tables and swaps them in.
"""

import time

import psycopg

from bench.content import LIFE
from bench.filling import fill
from bench.results import Result, Tell, alone, interleaved
from bench.site import Site, database_alone
from loket.evidence.entry import LeafMapper
from loket.evidence.keys import KeyRing
from loket.evidence.store import connect
from loket.projections import PROJECTIONS
from loket.projections._rebuild import rebuild
from loket.projections._runner import Projector
from loket.secrets import master_key

DOSSIERS = 7_000


def measure(tell: Tell) -> list[Result]:
    """catchup_eps and rebuild_eps."""
    with database_alone() as site:
        loket = site.loket
        fill(loket.dsn, loket.signer.name, loket.mapper, LIFE, DOSSIERS)
        tell(f"{DOSSIERS * len(LIFE):,} events made")
        values = interleaved(
            {"catchup_eps": lambda: _catch_up(site), "rebuild_eps": lambda: _rebuild(site)}, tell
        )
    return [alone(name, rates, "events/s") for name, rates in values.items()]


def _mapper(site: Site) -> LeafMapper:
    """A mapper that has not opened any key yet."""
    return LeafMapper(site.loket.codec, KeyRing(master_key(site.settings)))


def _catch_up(site: Site) -> float:
    tables = ", ".join(table for p in PROJECTIONS.values() for table in p.tables)
    with psycopg.connect(site.settings.database_owner_url or "", autocommit=True) as conn:
        conn.execute(f"TRUNCATE projections, {tables}".encode())
    projector = Projector(site.loket.dsn, _mapper(site))
    with connect(site.loket.dsn) as conn:
        began = time.perf_counter()
        while projector.work(conn):
            pass
        seconds = time.perf_counter() - began
        done = conn.execute("SELECT min(position) FROM projections").fetchone() or (0,)
    projector.close()
    return float(done[0]) / seconds


def _rebuild(site: Site) -> float:
    mapper = _mapper(site)
    began = time.perf_counter()
    done = rebuild(site.loket.dsn, mapper)
    return done / (time.perf_counter() - began)
