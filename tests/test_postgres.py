# SPDX-License-Identifier: EUPL-1.2
"""The embedded PostgreSQL: durable, private, and back on its feet whatever was killed."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from loket.postgres import EmbeddedPostgres, PostgresFailed
from loket.postgres.account import Account, account_for
from loket.postgres.cluster import wheel
from loket.postgres.leftovers import processes_in, title

ROOT = os.geteuid() == 0
NOBODY = pwd.getpwnam("nobody")
PROGRAM = wheel() / "pginstall" / "bin" / "postgres"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(tmp_path_factory.mktemp("pg") / "data") as server:
        yield server


@pytest.fixture
def server(installed: EmbeddedPostgres) -> EmbeddedPostgres:
    """A running server, whatever the test before did to it."""
    installed.start()
    return installed


def ask(server: EmbeddedPostgres, query: bytes, role: str = "loket_owner") -> Any:
    with psycopg.connect(server.dsn(role), autocommit=True) as connection:
        cursor = connection.execute(query)
        row = cursor.fetchone() if cursor.description else None
        return row and row[0]


def postmaster(server: EmbeddedPostgres) -> int:
    return int((server.pgdata / "postmaster.pid").read_text().split()[0])


def eventually(condition: Callable[[], bool], seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.01)
    return condition()


def kill_postmaster(server: EmbeddedPostgres) -> None:
    os.kill(postmaster(server), signal.SIGKILL)
    assert eventually(lambda: not server.alive())


def in_child(action: Callable[[], object], *, uid: int | None = None) -> str:
    """Run an action in a forked process, if asked as another user; returns its result as text.

    Forked, because another user may be unable to reach this interpreter. The child ends without
    any clean-up, as if it were killed.
    """
    reader, writer = os.pipe()
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        child = os.fork()
    if child == 0:
        try:
            if uid is not None:
                os.setgroups([])
                os.setgid(NOBODY.pw_gid)
                os.setuid(uid)
            result = str(action())
        except BaseException as error:
            result = f"{type(error).__name__}: {error}"
        os.write(writer, result.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as answer:
        text = answer.read().decode()
    os.waitpid(child, 0)
    return text


def test_a_fresh_cluster_is_durable_checksummed_and_utf8(server: EmbeddedPostgres) -> None:
    for setting in (b"fsync", b"synchronous_commit", b"full_page_writes", b"data_checksums"):
        assert ask(server, b"SHOW " + setting) == "on"
    locale = b"SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'loket'"
    assert ask(server, locale) == "bC.UTF-8"
    assert ask(server, b"SHOW server_encoding") == "UTF8"


def test_the_owner_of_the_database_is_no_superuser(server: EmbeddedPostgres) -> None:
    query = b"SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'loket'"
    assert ask(server, query) == "loket_owner"
    assert ask(server, b"SELECT rolsuper FROM pg_roles WHERE rolname = 'loket_owner'") is False


def test_what_was_written_is_there_after_a_restart(server: EmbeddedPostgres) -> None:
    ask(server, b"CREATE TABLE restarted AS SELECT 7 AS n")
    server.stop()
    assert not server.alive()
    assert not processes_in(server.pgdata)
    server.start()
    assert ask(server, b"SELECT n FROM restarted") == 7


def test_starting_twice_changes_nothing(server: EmbeddedPostgres) -> None:
    before = postmaster(server)
    assert server.start() == server.dsn()
    assert postmaster(server) == before


def test_a_killed_postmaster_loses_no_acknowledged_commit(server: EmbeddedPostgres) -> None:
    ask(server, b"CREATE TABLE acks (writer int, n int, filler text)")
    acknowledged: list[tuple[int, int]] = []

    def write(writer: int) -> None:
        try:
            with psycopg.connect(server.dsn(), autocommit=True) as connection:
                for n in range(1_000_000):
                    connection.execute(
                        "INSERT INTO acks VALUES (%s, %s, repeat('x', 1000))", (writer, n)
                    )
                    acknowledged.append((writer, n))
        except psycopg.OperationalError:
            return

    writers = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in writers:
        thread.start()
    assert eventually(lambda: len(acknowledged) > 200)
    kill_postmaster(server)
    for thread in writers:
        thread.join()
    server.start()
    with psycopg.connect(server.dsn()) as connection:
        present = set(connection.execute("SELECT writer, n FROM acks").fetchall())
    assert present >= set(acknowledged)


def test_it_recovers_after_everything_was_killed(server: EmbeddedPostgres) -> None:
    ask(server, b"CREATE TABLE survivor AS SELECT 1 AS n")
    for pid in processes_in(server.pgdata):
        os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: not server.alive())
    server.start()
    assert ask(server, b"SELECT n FROM survivor") == 1


def test_a_busy_backend_of_a_killed_postmaster_does_not_hinder_a_start(
    server: EmbeddedPostgres,
) -> None:
    def keep_busy() -> None:
        with pytest.raises(psycopg.OperationalError):
            ask(server, b"SELECT count(*) FROM generate_series(1, 1000000000000) AS busy")

    thread = threading.Thread(target=keep_busy)
    thread.start()
    busy = b"SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query ~ 'AS busy'"
    assert eventually(lambda: bool(ask(server, busy, "postgres") > 1))
    kill_postmaster(server)
    server.start()
    thread.join(10)
    assert not thread.is_alive()
    assert server.alive()


@pytest.mark.parametrize("other", [["sleep", "60"], ["true"]], ids=["a living process", "a zombie"])
def test_a_stale_pid_file_naming_another_process_is_no_obstacle(
    other: list[str], server: EmbeddedPostgres
) -> None:
    account = account_for(server.pgdata)
    before = postmaster(server)
    stale = {name: (server.pgdata / name).read_bytes() for name in _named(server)}
    server.stop()
    process = account.launch(other, Path("/"), subprocess.DEVNULL)
    try:
        for name, content in stale.items():
            text = content.replace(str(before).encode(), str(process.pid).encode(), 1)
            (server.pgdata / name).write_bytes(text)
            account.give(server.pgdata / name)
        server.start()
        assert ask(server, b"SELECT 1") == 1
        assert process.poll() is None or other == ["true"]
    finally:
        process.kill()
        process.wait()


def _named(server: EmbeddedPostgres) -> list[str]:
    return ["postmaster.pid", *(path.name for path in server.pgdata.glob(".s.*.lock"))]


def test_an_orphaned_postmaster_is_stopped_and_replaced(tmp_path: Path) -> None:
    orphaned = EmbeddedPostgres(tmp_path / "data")

    def start_in_a_thread() -> int:
        # In a thread, the server does not end with its supervisor.
        thread = threading.Thread(target=orphaned.start)
        thread.start()
        thread.join()
        ask(orphaned, b"CREATE TABLE kept AS SELECT 3 AS n")
        return postmaster(orphaned)

    orphan = int(in_child(start_in_a_thread))
    assert orphan in processes_in(orphaned.pgdata)
    with EmbeddedPostgres(tmp_path / "data") as server:
        assert orphan not in processes_in(server.pgdata)
        assert postmaster(server) != orphan
        assert ask(server, b"SELECT n FROM kept") == 3


def test_the_server_ends_when_its_supervisor_is_killed(server: EmbeddedPostgres) -> None:
    server.stop()
    started = int(in_child(lambda: server.start() and postmaster(server)))
    assert started > 0
    assert eventually(lambda: not processes_in(server.pgdata))


def test_a_second_supervisor_is_refused(server: EmbeddedPostgres) -> None:
    second = EmbeddedPostgres(server.data_dir)
    answer = in_child(second.start)
    assert answer.startswith(f"PostgresFailed: process {os.getpid()} already runs the database")
    assert server.alive()


def test_only_root_and_the_starting_user_are_let_in(server: EmbeddedPostgres) -> None:
    methods = b"SELECT array_agg(DISTINCT type || ' ' || auth_method) FROM pg_hba_file_rules"
    assert ask(server, methods, "postgres") == ["local peer"]
    names = b"SELECT array_agg(sys_name) FROM pg_ident_file_mappings"
    assert set(ask(server, names, "postgres")) == {"root", pwd.getpwuid(os.geteuid()).pw_name}
    assert ask(server, b"SHOW listen_addresses") == ""
    if ROOT:
        # The account of the server itself can reach the socket, through its own processes.
        dsn = f"host=/proc/{postmaster(server)}/cwd dbname=loket user=postgres"
        answer = in_child(lambda: psycopg.connect(dsn), uid=server.pgdata.stat().st_uid)
        assert "Peer authentication failed" in answer or "peer authentication failed" in answer


def test_other_users_cannot_reach_the_files(server: EmbeddedPostgres) -> None:
    assert server.pgdata.stat().st_mode & 0o077 == 0
    assert server.data_dir.stat().st_mode & 0o077 == 0


def test_it_never_runs_as_root(server: EmbeddedPostgres) -> None:
    owner = Path(f"/proc/{postmaster(server)}").stat().st_uid
    assert owner == (NOBODY.pw_uid if ROOT else os.geteuid())


def test_an_ordinary_user_starts_it_too(tmp_path: Path) -> None:
    def start_twice() -> str:
        for _ in range(2):
            with EmbeddedPostgres(data_dir) as server:
                answer = ask(server, b"SELECT current_user")
        return str(answer)

    other = ROOT and Account(NOBODY.pw_uid, NOBODY.pw_gid, drop=True).can_run(PROGRAM)
    home = Path(tempfile.mkdtemp(prefix="loket-test-"))
    data_dir = home / "data"
    if other:
        os.chown(home, NOBODY.pw_uid, NOBODY.pw_gid)
    try:
        assert in_child(start_twice, uid=NOBODY.pw_uid if other else None) == "loket_owner"
        assert (data_dir / "pgdata").stat().st_uid == home.stat().st_uid
        if other:  # and root may take over what an ordinary user made
            assert start_twice() == "loket_owner"
            assert (data_dir / "pgdata").stat().st_uid == NOBODY.pw_uid
    finally:
        shutil.rmtree(home)


def test_a_long_path_and_programs_behind_a_closed_door_are_no_obstacle(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    package = closed / wheel().name
    shutil.copytree(wheel(), package, ignore=shutil.ignore_patterns("include", "*.a"))
    libraries = f"{package.name}.libs"
    if wheel().with_name(libraries).exists():
        shutil.copytree(wheel().with_name(libraries), closed / libraries)
    data_dir = closed / ("long" * 40)
    with EmbeddedPostgres(data_dir, package=package) as server:
        assert ask(server, b"SELECT 1") == 1
        runtime = Path((data_dir / "runtime").read_text())
        assert runtime.exists()
        elsewhere = EmbeddedPostgres(data_dir)
        assert ask(elsewhere, b"SELECT 2") == 2
    assert not runtime.exists()


def test_a_cluster_half_made_by_a_killed_run_is_made_anew(tmp_path: Path) -> None:
    half = tmp_path / "data" / "pgdata.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18")
    with EmbeddedPostgres(tmp_path / "data") as server:
        assert ask(server, b"SELECT 1") == 1
    assert not half.exists()


def test_a_server_that_cannot_start_says_why_and_leaves_nothing(server: EmbeddedPostgres) -> None:
    server.stop()
    broken = EmbeddedPostgres(server.data_dir, settings={"shared_buffers": "plenty"})
    with pytest.raises(PostgresFailed, match=r'invalid value for parameter "shared_buffers"'):
        broken.start()
    assert not processes_in(server.pgdata)
    server.start()


def test_a_server_whose_recovery_was_killed_is_known_to_be_stuck(server: EmbeddedPostgres) -> None:
    for _ in range(20):
        _kill(server, "walwriter")
        _kill(server, "startup")
        time.sleep(0.5)
        if server.stuck():
            break
    assert server.alive()
    assert server.stuck()
    server.stop()
    server.start()
    assert not server.stuck()


def _kill(server: EmbeddedPostgres, word: str) -> None:
    """Kill the server's process of this kind as soon as there is one."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for pid in processes_in(server.pgdata):
            if word in title(pid):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                return
        time.sleep(0.001)
