# SPDX-License-Identifier: EUPL-1.2
"""Migrations: order, hashes, one transaction each, one run at a time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from loket.migrate import MigrationFailed, load, migrate, pending

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write migration files; keywords are names without ``m`` and ``.sql``."""

    def files(**sqls: str) -> Path:
        for name, text in sqls.items():
            (tmp_path / f"{name.removeprefix('m')}.sql").write_text(text)
        return tmp_path

    return files


def tables(dsn: str) -> set[str]:
    with psycopg.connect(dsn) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {name for (name,) in rows} - {"migrations"}


def test_the_shipped_migrations_apply_once_to_an_empty_database(empty_database: str) -> None:
    assert migrate(empty_database) == [m.name for m in load()]
    assert migrate(empty_database) == []


def test_files_are_applied_in_order_and_only_once(empty_database: str, write: Write) -> None:
    directory = write(m0001_pre_a="CREATE TABLE a (n int)", m0002_post_b="ALTER TABLE a ADD m int")
    assert migrate(empty_database, directory=directory) == ["0001_pre_a.sql", "0002_post_b.sql"]
    write(m0003_pre_c="CREATE TABLE c (n int)")
    assert migrate(empty_database, directory=directory) == ["0003_pre_c.sql"]
    assert tables(empty_database) == {"a", "c"}


def test_functions_and_several_statements_may_be_in_one_file(
    empty_database: str, write: Write
) -> None:
    body = "CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $$BEGIN RETURN '50 %s'; END$$;"
    migrate(empty_database, directory=write(m0001_pre_f=f"{body} CREATE TABLE t AS SELECT f()"))
    with psycopg.connect(empty_database) as connection:
        assert connection.execute("SELECT * FROM t").fetchone() == ("50 %s",)


def test_pre_leaves_the_last_post_files_for_after_the_deployment(
    empty_database: str, write: Write
) -> None:
    directory = write(m0001_pre_a="", m0002_post_b="", m0003_pre_c="", m0004_post_d="")
    assert migrate(empty_database, "pre", directory)[-1] == "0003_pre_c.sql"
    assert migrate(empty_database, "post", directory) == ["0004_post_d.sql"]


def test_post_is_refused_while_a_pre_file_is_pending(empty_database: str, write: Write) -> None:
    with pytest.raises(MigrationFailed, match=r"0001_pre_a\.sql has to be applied first"):
        migrate(empty_database, "post", write(m0001_pre_a="", m0002_post_b=""))


def test_pending_lists_what_is_left_also_on_a_virgin_database(
    empty_database: str, write: Write
) -> None:
    directory = write(m0001_pre_a="")
    with psycopg.connect(empty_database, autocommit=True) as connection:
        assert [m.name for m in pending(connection, directory)] == ["0001_pre_a.sql"]
        migrate(empty_database, directory=directory)
        assert pending(connection, directory) == []


def test_a_file_changed_after_it_was_applied_is_refused(empty_database: str, write: Write) -> None:
    migrate(empty_database, directory=write(m0001_pre_a="CREATE TABLE a (n int)"))
    with pytest.raises(MigrationFailed, match=r"0001_pre_a\.sql was changed"):
        migrate(empty_database, directory=write(m0001_pre_a="CREATE TABLE a (n bigint)"))


def test_an_applied_file_that_disappeared_is_refused(empty_database: str, write: Write) -> None:
    directory = write(m0001_pre_a="")
    migrate(empty_database, directory=directory)
    (directory / "0001_pre_a.sql").rename(directory / "0001_pre_b.sql")
    with pytest.raises(MigrationFailed, match=r"0001_pre_a\.sql was applied .* not here"):
        migrate(empty_database, directory=directory)


def test_old_code_keeps_running_after_newer_migrations(empty_database: str, write: Write) -> None:
    directory = write(m0001_pre_a="", m0002_pre_newer="")
    migrate(empty_database, directory=directory)
    (directory / "0002_pre_newer.sql").unlink()
    assert migrate(empty_database, directory=directory) == []


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["0001_pre_a", "0001_post_b"], "0001_pre_a.sql is a repeat"),
        (["0001_pre_a", "0003_pre_c"], "0003_pre_c.sql leaves a gap"),
        (["0002_pre_b"], "0002_pre_b.sql leaves a gap"),
        (["0001_during_a"], "0001_during_a.sql is not named"),
        ([], "no migrations"),
    ],
)
def test_a_directory_that_is_out_of_order_is_refused(
    names: list[str], message: str, write: Write
) -> None:
    with pytest.raises(MigrationFailed, match=message):
        load(write(**{f"m{name}": "" for name in names}))


def test_a_failing_file_is_undone_and_named_with_line_and_message(
    empty_database: str, write: Write
) -> None:
    directory = write(
        m0001_pre_good="CREATE TABLE good (n int)",
        m0002_pre_bad="CREATE TABLE bad (n int);\n\nALTER TABLE nowhere ADD m int;",
    )
    with pytest.raises(MigrationFailed, match=r'0002_pre_bad\.sql.*"nowhere" does not exist'):
        migrate(empty_database, directory=directory)
    assert tables(empty_database) == {"good"}
    write(m0002_pre_bad="SELECT 1;\nSELECT x")
    with pytest.raises(MigrationFailed, match=r"0002_pre_bad\.sql, line 2: column"):
        migrate(empty_database, directory=directory)


def test_a_file_that_commits_is_refused(empty_database: str, write: Write) -> None:
    directory = write(m0001_pre_a="CREATE TABLE a (n int); COMMIT;")
    with pytest.raises(MigrationFailed, match=r"0001_pre_a\.sql ends its own transaction"):
        migrate(empty_database, directory=directory)


def test_concurrent_runs_all_succeed_and_apply_each_file_once(
    empty_database: str, write: Write
) -> None:
    directory = write(
        m0001_pre_a="CREATE TABLE a (n int); SELECT pg_sleep(0.1)",
        m0002_pre_b="INSERT INTO a VALUES (1)",
    )
    with ThreadPoolExecutor(4) as runs:
        results = list(runs.map(lambda _: migrate(empty_database, None, directory), range(4)))
    assert sorted(map(len, results)) == [0, 0, 0, 2]
    with psycopg.connect(empty_database) as connection:
        assert connection.execute("SELECT count(*) FROM a").fetchone() == (1,)
