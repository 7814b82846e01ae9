# SPDX-License-Identifier: EUPL-1.2
"""The servers that are measured: a migrated embedded PostgreSQL, and pgbench on the same."""

import asyncio
import gc
import subprocess
import tempfile
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import psycopg

from loket.migrate import migrate
from loket.postgres import EmbeddedPostgres
from loket.postgres.cluster import wheel

PGBENCH = wheel() / "pginstall" / "bin" / "pgbench"
ROW = "INSERT INTO bench (payload) VALUES (decode(repeat('78', 1000), 'hex'));\n"
CONNECTIONS = "300"

T = TypeVar("T")


@contextmanager
def scratch() -> Iterator[Path]:
    """A directory that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="loket-bench-") as directory:
        yield Path(directory)


@contextmanager
def database() -> Iterator[EmbeddedPostgres]:
    """An empty log on a server with the durable settings of the product, for many clients."""
    settings = {"max_connections": CONNECTIONS}
    with scratch() as directory, EmbeddedPostgres(directory, settings=settings) as server:
        migrate(server.dsn())
        yield server


class Pgbench:
    """Single-row INSERT + COMMIT of 1 KB, prepared, over the same socket."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        self._dsn = server.dsn()
        self._script = server.data_dir / "insert.sql"
        self._script.write_text(ROW, encoding="ascii")
        with psycopg.connect(self._dsn, autocommit=True) as conn:
            conn.execute("CREATE TABLE bench (id bigserial PRIMARY KEY, payload bytea)")

    def __call__(self, clients: int, seconds: int = 2) -> float:
        """Transactions a second."""
        done = subprocess.run(
            [
                PGBENCH, "--no-vacuum", "--protocol=prepared", f"--file={self._script}",
                f"--client={clients}", f"--jobs={min(clients, 2)}", f"--time={seconds}", self._dsn,
            ],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return next(
            float(line.split()[2]) for line in done.stdout.splitlines() if line.startswith("tps")
        )


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run on the event loop that the API runs on."""
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


@contextmanager
def quiet_gc() -> Iterator[None]:
    """Collect garbage as the API process does, and leave out what was prepared."""
    usual = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()
