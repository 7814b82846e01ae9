# SPDX-License-Identifier: EUPL-1.2
"""Reading the sealed log from the database: tiles, entries, and the tree at its right edge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import psycopg

from loket.evidence import tiles
from loket.evidence.leaf import leaf_hash
from loket.evidence.tiles import ReadEntries, ReadTile, TileKey

Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Tree:
    """The sealed part of the log: its size (leaves) and the partial tiles at its right edge."""

    size: int
    edge: Mapping[TileKey, bytes]

    def extend(self, leaf_hashes: Sequence[bytes]) -> tuple["Tree", dict[TileKey, bytes]]:
        """The tree with these leaves appended, and the tiles that changed."""
        changed = tiles.extend(self.edge, self.size, leaf_hashes)
        size = self.size + len(leaf_hashes)
        known = {**self.edge, **changed}
        return Tree(size, {key: known[key] for key in tiles.edge(size)}), changed

    def root(self) -> bytes:
        """The root of this tree."""
        return tiles.root(self.size, lambda level, index: self.edge[level, index])


def tile_reader(conn: Connection) -> ReadTile:
    """Tiles as the database has them (empty where there is none), each read once."""

    @lru_cache(maxsize=4096)
    def read(level: int, index: int) -> bytes:
        found = conn.execute(
            "SELECT hashes FROM tiles WHERE level = %s AND index = %s", (level, index), binary=True
        ).fetchone()
        return bytes(found[0]) if found else b""

    return read


def entry_reader(conn: Connection) -> ReadEntries:
    """Leaves (their bytes) by position."""

    def read(start: int, end: int) -> list[bytes]:
        cursor = conn.cursor(binary=True)
        cursor.execute(
            "SELECT leaf FROM events WHERE position >= %s AND position < %s ORDER BY position",
            (start, end),
        )
        return [leaf for (leaf,) in cursor.fetchall()]

    return read


def leaf_hashes(conn: Connection, start: int, end: int) -> list[bytes]:
    """The hashes of the leaves from `start` up to `end`, computed from their bytes."""
    return [leaf_hash(leaf) for leaf in entry_reader(conn)(start, end)]
