# SPDX-License-Identifier: EUPL-1.2
"""Starting, watching and stopping the private PostgreSQL server."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg
from psycopg import pq

from loket.postgres.account import Account, account_for, own_name
from loket.postgres.cluster import SETTINGS, create_cluster, find_programs, install_access, wheel
from loket.postgres.failure import PostgresFailed
from loket.postgres.leftovers import (
    SHUTDOWN_SECONDS,
    SOCKET,
    end_leftovers,
    processes_in,
    title,
)
from loket.postgres.lock import Lock
from loket.postgres.runtime import Runtime

_LONGEST_ADDRESS = 107
_LONGEST_LOG = 16 * 2**20


class EmbeddedPostgres:
    """One PostgreSQL server, supervised, on one data directory.

    ``settings`` overrides single server settings (tests, benchmarks); ``package`` is a directory
    like that of the wheel, if not the installed one; ``progress`` is told in short sentences what
    takes long.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        settings: Mapping[str, str] | None = None,
        package: Path | None = None,
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.data_dir = data_dir.absolute()
        self.pgdata = self.data_dir / "pgdata"
        self.log = self.data_dir / "postgres.log"
        self._settings = {**SETTINGS, **(settings or {})}
        self._package = package
        self._progress = progress
        self._runtime = Runtime(self.data_dir / "runtime")
        self._lock = Lock(self.data_dir / "postgres.lock")
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    def start(self) -> str:
        """Create the cluster if there is none, start the server, and return ``dsn()``.

        Leftovers of a killed run are stopped first; crash recovery is waited for as long as the
        server lives. Does nothing while ``alive()``. Raises PostgresFailed.
        """
        if self.alive():
            return self.dsn()
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock.take()
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self.dsn()

    def stop(self) -> None:
        """Stop the server: fast shutdown, then harder if that hangs. Safe to call at any time."""
        if self._process is not None:
            for number, seconds in (
                (signal.SIGINT, SHUTDOWN_SECONDS),
                (signal.SIGQUIT, 5.0),
                (signal.SIGKILL, 5.0),
            ):
                if self._process.poll() is None:
                    self._process.send_signal(number)
                    with suppress(subprocess.TimeoutExpired):
                        self._process.wait(seconds)
            self._process = None
            end_leftovers(self.pgdata)
        if self._lock.taken:
            self._runtime.remove()
            self._lock.release()

    def alive(self) -> bool:
        """Whether the server process started here still runs."""
        return self._process is not None and self._process.poll() is None

    def stuck(self) -> bool:
        """Whether it refuses connections because it recovers, while no process of it recovers.

        Seen in 18.6 when processes are killed while it restarts after a crash: the server then
        waits for ever. True for a moment also in a healthy restart; ask again before believing it.
        """
        if not self.alive() or pq.PGconn.ping(self._ping_dsn()) != pq.Ping.REJECT:
            return False
        return not any("startup" in title(pid) for pid in processes_in(self.pgdata))

    def dsn(self, role: str = "loket_owner", database: str = "loket") -> str:
        """Connection string for a role; valid in any process of the same user while it runs.

        ``postgres`` is the superuser; ``loket_owner`` owns the database and runs migrations.
        """
        link = self._runtime.socket_link()
        host = quote(str(link or self.pgdata), safe="")
        return f"postgresql://{quote(role)}@/{quote(database)}?host={host}&port=5432"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.stop()

    def _start(self) -> None:
        account = account_for(self.pgdata)
        self._runtime.remove()
        if len(os.fsencode(self.pgdata / SOCKET)) > _LONGEST_ADDRESS:
            self._runtime.link_socket(self.pgdata)
        bin_dir = find_programs(self._package or wheel(), account, self._runtime)
        end_leftovers(self.pgdata)
        if not self.pgdata.exists():
            self._progress("creating the PostgreSQL cluster")
            create_cluster(self.pgdata, account, bin_dir)
        install_access(self.pgdata, account)
        self._launch(account, bin_dir)
        self._wait_until_ready()
        self._ensure_database()

    def _launch(self, account: Account, bin_dir: Path) -> None:
        if self.log.exists() and self.log.stat().st_size > _LONGEST_LOG:
            self.log.replace(self.log.with_name("postgres.log.1"))
        command = [str(bin_dir / "postgres"), "-D", own_name(self.pgdata)]
        for name, value in self._settings.items():
            command += ["-c", f"{name}={value}"]
        self.log.touch(mode=0o600)
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            self._process = account.launch(command, self.pgdata, log)

    def _wait_until_ready(self) -> None:
        dsn = self._ping_dsn()
        began = told = time.monotonic()
        pause = 0.01
        while pq.PGconn.ping(dsn) != pq.Ping.OK:
            if not self.alive():
                raise PostgresFailed(f"PostgreSQL stopped while starting: {self._last_words()}")
            if time.monotonic() - told >= 1:
                told = time.monotonic()
                self._progress(f"PostgreSQL is still starting (recovering), {told - began:.0f} s")
            time.sleep(pause)
            # Each refused ping is a line in the server's log.
            pause = min(pause * 1.2, 0.5)

    def _ping_dsn(self) -> bytes:
        return (self.dsn("postgres", "postgres") + "&connect_timeout=5").encode()

    def _last_words(self) -> str:
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            lines = log.read().decode(errors="replace").splitlines()
        return " | ".join(lines[-5:]) or f"it wrote nothing to {self.log}"

    def _ensure_database(self) -> None:
        try:
            with psycopg.connect(self.dsn("postgres", "postgres"), autocommit=True) as connection:
                found = {name for (name,) in connection.execute(_PRESENT)}
                if "role" not in found:
                    connection.execute("CREATE ROLE loket_owner LOGIN CREATEROLE")
                if "database" not in found:
                    connection.execute("CREATE DATABASE loket OWNER loket_owner")
        except psycopg.Error as error:
            raise PostgresFailed(f"PostgreSQL started but failed at once: {error}") from error


_PRESENT = """
SELECT 'role' FROM pg_roles WHERE rolname = 'loket_owner'
UNION ALL
SELECT 'database' FROM pg_database WHERE datname = 'loket'
"""
