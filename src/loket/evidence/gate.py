# SPDX-License-Identifier: EUPL-1.2
"""The start-up gate: sign nothing unless the database still holds what was published.

Compares the newest checkpoint of the off-database record, and that of the database, with the
events and the tiles. Its work hardly grows with the log: the newest tiles are recomputed from
their leaves and the tree above level 0 from itself; the rest is for `audit`.
"""

from loket.evidence import merkle, tiles
from loket.evidence.merkle import HASH_SIZE
from loket.evidence.note import Checkpoint, NoteError, Verifier, open_checkpoint
from loket.evidence.published import Published, PublishedDamaged
from loket.evidence.sealed import Connection, Tree, leaf_hashes, tile_reader
from loket.evidence.tiles import WIDTH, ReadTile, TileError

NEWEST = 64
"""Tiles of level 0 that are recomputed from their leaves: the last 16,384 events."""


class GateClosed(Exception):
    """Nothing may be signed on this database; the message says why and what to do."""


class RolledBack(GateClosed):
    """The database is behind, or other than, what was already published."""


class TilesDamaged(GateClosed):
    """The tiles disagree with the events or with each other."""


class WrongLogKey(GateClosed):
    """The checkpoints in the database were not signed by the configured key."""


def check(conn: Connection, published: Published, log: Verifier) -> Tree:
    """The tree as sealed so far, once everything agrees.

    Raises RolledBack, TilesDamaged or WrongLogKey (all GateClosed).
    """
    stored = _stored(conn, log)
    recorded = _recorded(published, stored, log)
    _check_head(conn, max(stored.size, recorded.size))
    read_tile = tile_reader(conn)
    try:
        _check_tiles(conn, stored, read_tile)
    except TileError as error:
        raise _damaged(str(error)) from error
    tree = Tree(stored.size, {key: read_tile(*key) for key in tiles.edge(stored.size)})
    _check_recorded(conn, tree, recorded, read_tile)
    return tree


def _stored(conn: Connection, log: Verifier) -> Checkpoint:
    found = conn.execute("SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1").fetchone()
    if found is None:
        return Checkpoint(log.name, 0, merkle.EMPTY_ROOT)
    try:
        return open_checkpoint(found[0].encode(), log)
    except NoteError as error:
        raise WrongLogKey(
            f"The newest checkpoint in the database is not signed by {log.name} with the "
            f"configured key ({error}). Set LOKET_LOG_KEY_FILE and LOKET_ORIGIN to those that "
            "belong to this database."
        ) from error


def _recorded(published: Published, stored: Checkpoint, log: Verifier) -> Checkpoint:
    try:
        newest = published.newest(log)
    except PublishedDamaged as error:
        raise RolledBack(str(error)) from error
    if newest is None and stored.size:
        raise RolledBack(
            "The database has checkpoints but their record outside it (LOKET_CHECKPOINT_FILE) is "
            "absent, so a restored backup could not be noticed. Put the file back; if it is lost, "
            "put in it the newest checkpoint that somebody else holds, and an empty line."
        )
    return newest or stored


def _check_head(conn: Connection, published: int) -> None:
    found = conn.execute(
        "SELECT size, (SELECT count(*) FROM events), "
        "(SELECT coalesce(max(position) + 1, 0) FROM events) FROM log_head"
    ).fetchone()
    if found is None or len(set(found)) > 1:
        raise RolledBack(
            f"The head of the log and its events disagree ({found}): events were removed behind "
            "the application's back. Restore them from a backup or an export."
        )
    if published > found[0]:
        raise RolledBack(
            f"This log has published a checkpoint of {published} events but the database holds "
            f"{found[0]}: it was probably restored from a backup. Restore the lost events (other "
            "backups, an export, receipts) or start a new log under another origin."
        )


def _check_tiles(conn: Connection, stored: Checkpoint, read_tile: ReadTile) -> None:
    first = max(0, -(-stored.size // WIDTH) - NEWEST)
    for path in tiles.paths_of(stored.size):
        if path.level < 0 or (path.level == 0 and path.index < first):
            continue
        hashes = read_tile(path.level, path.index)
        if len(hashes) != path.width * HASH_SIZE:
            raise _damaged(f"{path.path} has {len(hashes)} bytes")
        if path.level == 0:
            start = path.index * WIDTH
            if b"".join(leaf_hashes(conn, start, start + path.width)) != hashes:
                raise _damaged(f"{path.path} does not hold the hashes of its events")
        if path.width == WIDTH and not _is_in_parent(path.level, path.index, hashes, read_tile):
            raise _damaged(f"{path.path} does not lead to the tile above it")
    if tiles.root(stored.size, read_tile) != stored.root:
        raise _damaged(f"they do not lead to the checkpoint of {stored.size} events")


def _is_in_parent(level: int, index: int, hashes: bytes, read_tile: ReadTile) -> bool:
    above, at = divmod(index, WIDTH)
    entry = read_tile(level + 1, above)[at * HASH_SIZE : (at + 1) * HASH_SIZE]
    row = [hashes[i : i + HASH_SIZE] for i in range(0, len(hashes), HASH_SIZE)]
    return merkle.root_of(row) == entry


def _check_recorded(
    conn: Connection, tree: Tree, recorded: Checkpoint, read_tile: ReadTile
) -> None:
    """What was recorded is a prefix of this log; after a crash it may be ahead of the tiles."""
    if recorded.size >= tree.size:
        fresh = leaf_hashes(conn, tree.size, recorded.size)
        root = tree.extend(fresh)[0].root()
    else:
        root = tiles.root(recorded.size, read_tile)
    if root != recorded.root:
        raise RolledBack(
            f"The first {recorded.size} events are not those of the checkpoint that was published: "
            "the database was restored and took another course. Start a new log under another "
            "origin and keep this database as evidence."
        )


def _damaged(what: str) -> TilesDamaged:
    return TilesDamaged(
        f"The tiles are damaged: {what}. Keep a copy of the database and run `loket audit`: when "
        "only tiles are reported, restore the table `tiles`; when events are, the whole database."
    )
