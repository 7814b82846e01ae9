# SPDX-License-Identifier: EUPL-1.2
"""The public log as a directory of static files (C2SP tlog-tiles), for any web server or auditor.

Beside the tree: `log.vkey` (the log's key) and `tsa-root.pem` (roots of the time-stamping
authorities). The whole directory appears at once, and only after it has been read back and
recomputed from its entries.
"""

import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from loket.evidence import tiles
from loket.evidence.merkle import HASH_SIZE, leaf_hash
from loket.evidence.note import Checkpoint, Verifier, open_checkpoint
from loket.evidence.sealed import Connection, Tree, entry_reader, tile_reader
from loket.evidence.tiles import ENTRIES, TilePath, decode_bundle


class ExportFailed(Exception):
    """There is nothing to export, or what was written does not verify."""


def export_log(conn: Connection, directory: Path, vkey: str, tsa_roots: bytes) -> int:
    """Write the sealed log to `directory` and return its size (events).

    A directory of an earlier export is replaced; anything else in its place is refused. Raises
    ExportFailed.
    """
    target = directory.absolute()
    if target.exists() and any(target.iterdir()) and not (target / "checkpoint").is_file():
        raise ExportFailed(f"{directory} holds something else than an exported log")
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        with conn.transaction():
            conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            size = _write(conn, work)
        (work / "log.vkey").write_text(f"{vkey}\n", "utf-8")
        (work / "tsa-root.pem").write_bytes(tsa_roots)
        check_export(work, Verifier.from_vkey(vkey))
        work.chmod(0o755)
        _replace(work, target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return size


def _write(conn: Connection, directory: Path) -> int:
    newest = conn.execute(
        "SELECT size, note FROM checkpoints ORDER BY size DESC LIMIT 1"
    ).fetchone()
    if newest is None:
        raise ExportFailed("nothing has been sealed yet")
    size, note = newest
    for path, content in tiles.files(size, note.encode(), tile_reader(conn), entry_reader(conn)):
        file = directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return int(size)


def check_export(directory: Path, log: Verifier) -> Checkpoint:
    """The checkpoint of an exported log, once every tile and the root follow from the entries.

    Raises ExportFailed, NoteError, TileError or OSError.
    """
    checkpoint = open_checkpoint((directory / "checkpoint").read_bytes(), log)
    tree = Tree(0, {})
    for path in tiles.paths_of(checkpoint.size):
        if path.level != ENTRIES:
            continue
        entries = decode_bundle((directory / path.path).read_bytes())
        tree, changed = tree.extend([leaf_hash(entry) for entry in entries])
        for (level, index), hashes in changed.items():
            width = tiles.width_at(level, index, checkpoint.size)
            if len(hashes) == width * HASH_SIZE:
                found = (directory / TilePath(level, index, width).path).read_bytes()
                if found != hashes:
                    raise ExportFailed(f"tile {level}/{index} does not follow from the entries")
    if (tree.size, tree.root()) != (checkpoint.size, checkpoint.root):
        raise ExportFailed("the entries do not lead to the checkpoint")
    return checkpoint


def _replace(work: Path, target: Path) -> None:
    old = None
    if target.exists():
        old = work.with_name(f"{work.name}-old")
        target.rename(old)
    work.rename(target)
    if old is not None:
        with suppress(OSError):
            shutil.rmtree(old)
