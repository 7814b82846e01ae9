# SPDX-License-Identifier: EUPL-1.2
"""The log as static files: tiles of hashes and bundles of entries, as pure functions.

Source: C2SP tlog-tiles (c2sp.org/tlog-tiles). A tile at level L holds up to 256 consecutive hashes
of complete subtrees of 256**L leaves. Its first W hashes never change, so a tile is kept as one
growing row of at most 8,192 bytes, and the partial tile of width W is the first W * 32 bytes of it.

Tiles are read through `ReadTile`, a function (level, index) → the row so far. A row that has
already grown past the size asked about is fine: only the hashes of that size are used.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from loket.evidence import merkle
from loket.evidence.merkle import HASH_SIZE, Node

WIDTH = 256
"""Hashes in a full tile, entries in a full bundle."""

TILE_SIZE = WIDTH * HASH_SIZE
"""Bytes in a full tile."""

ENTRIES = -1
"""The level that stands for entry bundles in a `TilePath`."""

MAX_LEVEL = 63
MAX_ENTRY_SIZE = 0xFFFF
"""Bytes in the longest entry a bundle can carry."""

MAX_SIZE = (1 << 63) - 1
"""Leaves in the largest tree (a PostgreSQL bigint)."""

TileKey = tuple[int, int]
"""(level, index) of a tile."""

ReadTile = Callable[[int, int], bytes]
"""(level, index) → the concatenated hashes of that tile, as many as there are now."""

ReadEntries = Callable[[int, int], Sequence[bytes]]
"""(start, end) → the entries of the log from position `start` up to, not including, `end`."""

_PATH = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)"
    r"/(?P<index>(?:x[0-9]{3}/){0,6}[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


class TileError(ValueError):
    """A tile, bundle or path is not what the format or the size of the log requires."""


@dataclass(frozen=True, slots=True, order=True)
class TilePath:
    """Which tile or bundle: level (`ENTRIES` for a bundle), index in the level, width 1 to 256."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """The path below the log's URL, such as `tile/0/x001/x234/067.p/8`."""
        digits = f"{self.index:03d}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        name = "/".join([f"x{group}" for group in groups[:-1]] + groups[-1:])
        level = "entries" if self.level == ENTRIES else str(self.level)
        return f"tile/{level}/{name}" + ("" if self.width == WIDTH else f".p/{self.width}")


def parse_path(path: str) -> TilePath:
    """The tile or bundle that a path names.

    Raises TileError for any other spelling than the one `TilePath.path` gives.
    """
    match = _PATH.fullmatch(path)
    if not match:
        raise TileError("not the path of a tile")
    level = ENTRIES if match["level"] == "entries" else int(match["level"])
    index = int(match["index"].replace("x", "").replace("/", ""))
    parsed = TilePath(level, index, int(match["width"] or WIDTH))
    if level > MAX_LEVEL or index > MAX_SIZE // WIDTH or parsed.width > WIDTH:
        raise TileError("no log has such a tile")
    if parsed.path != path:
        raise TileError("not the path of a tile")
    return parsed


def width_at(level: int, index: int, size: int) -> int:
    """How many hashes (or entries) a tile has in a log of `size` leaves: 0 to 256."""
    return max(0, min(WIDTH, (size >> 8 * max(level, 0)) - index * WIDTH))


def paths_of(size: int) -> Iterator[TilePath]:
    """All bundles and then all tiles of a log of `size` leaves, lowest level first."""
    level = ENTRIES
    while count := size >> 8 * max(level, 0):
        for index in range(-(-count // WIDTH)):
            yield TilePath(level, index, width_at(level, index, size))
        level += 1


def edge(size: int) -> list[TileKey]:
    """The partial tiles of a log of `size` leaves: what `extend` needs to have."""
    levels = range(-(-size.bit_length() // 8))
    return [(level, size >> 8 * (level + 1)) for level in levels if size >> 8 * level & 0xFF]


def extend(
    tiles: Mapping[TileKey, bytes], size: int, leaf_hashes: Iterable[bytes]
) -> dict[TileKey, bytes]:
    """The tiles that change, in their new state, when these leaf hashes are appended.

    `tiles` holds at least the `edge` of the log of `size` leaves. Raises TileError when one of
    those is missing or has not exactly the width that belongs to `size`.
    """
    changed: dict[TileKey, bytes] = {}
    row, level, start = list(leaf_hashes), 0, size
    while row:
        index, filled = divmod(start, WIDTH)
        data = _edge_tile(tiles, (level, index), filled) + b"".join(row)
        row = []
        for at in range(0, len(data), TILE_SIZE):
            tile = changed[level, index + at // TILE_SIZE] = data[at : at + TILE_SIZE]
            if len(tile) == TILE_SIZE:
                row.append(_subtree(tile))
        level, start = level + 1, index
    return changed


def nodes(read_tile: ReadTile) -> Node:
    """A `merkle.Node` over tiles: one tile is read, and at most 127 hashes made, per subtree.

    Wrap it in `functools.lru_cache` to make many proofs. Raises TileError when a tile is shorter
    than the tree requires.
    """

    def node(level: int, index: int) -> bytes:
        tile_level, height = divmod(level, 8)
        tile_index, offset = divmod(index << height, WIDTH)
        first, last = offset * HASH_SIZE, (offset + (1 << height)) * HASH_SIZE
        data = read_tile(tile_level, tile_index)
        if len(data) < last:
            raise TileError(f"tile {tile_level}/{tile_index} has only {len(data)} bytes")
        return _subtree(data[first:last])

    return node


def root(size: int, read_tile: ReadTile) -> bytes:
    """The root of the tree of `size` leaves."""
    return merkle.root(size, nodes(read_tile))


def inclusion(index: int, size: int, read_tile: ReadTile) -> list[bytes]:
    """The audit path of leaf `index` in the tree of `size` leaves (`merkle.inclusion_proof`)."""
    return merkle.inclusion_proof(index, size, nodes(read_tile))


def consistency(old: int, new: int, read_tile: ReadTile) -> list[bytes]:
    """The proof that the log grew from `old` to `new` leaves (`merkle.consistency_proof`)."""
    return merkle.consistency_proof(old, new, nodes(read_tile))


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """An entry bundle: each entry after its length as two big-endian bytes.

    Raises TileError for none or more than 256 entries, or one over 65,535 bytes.
    """
    if not 0 < len(entries) <= WIDTH:
        raise TileError(f"a bundle cannot hold {len(entries)} entries")
    if any(len(entry) > MAX_ENTRY_SIZE for entry in entries):
        raise TileError(f"an entry is longer than {MAX_ENTRY_SIZE} bytes")
    return b"".join([len(entry).to_bytes(2, "big") + entry for entry in entries])


def decode_bundle(data: bytes) -> list[bytes]:
    """The entries of a bundle. Raises TileError when it is cut short, empty or too wide."""
    entries = []
    at = 0
    while at < len(data):
        start = at + 2
        at = start + int.from_bytes(data[start - 2 : start], "big")
        if at > len(data) or start > len(data):
            raise TileError("the bundle is cut short")
        entries.append(data[start:at])
    if not 0 < len(entries) <= WIDTH:
        raise TileError(f"a bundle cannot hold {len(entries)} entries")
    return entries


def files(
    size: int, checkpoint: bytes, read_tile: ReadTile, read_entries: ReadEntries
) -> Iterator[tuple[str, bytes]]:
    """The complete static log of `size` leaves as (path, content), ready for any web server.

    Entries come first, then tiles, then `checkpoint` (the signed note for this size), so that a
    reader who sees the checkpoint finds all it speaks of. The partial tiles are those of `size`.
    Raises TileError when fewer hashes or entries are read than `size` requires.
    """
    for tile in paths_of(size):
        if tile.level == ENTRIES:
            start = tile.index * WIDTH
            entries = read_entries(start, start + tile.width)
            if len(entries) != tile.width:
                raise TileError(f"{len(entries)} entries read where {tile.width} belong")
            content = encode_bundle(entries)
        else:
            content = read_tile(tile.level, tile.index)[: tile.width * HASH_SIZE]
            if len(content) != tile.width * HASH_SIZE:
                raise TileError(f"{tile.path} has only {len(content)} bytes")
        yield tile.path, content
    yield "checkpoint", checkpoint


def _edge_tile(tiles: Mapping[TileKey, bytes], key: TileKey, width: int) -> bytes:
    if not width:
        return b""
    data = tiles.get(key, b"")
    if len(data) != width * HASH_SIZE:
        raise TileError(f"tile {key[0]}/{key[1]} has {len(data)} bytes, not {width} hashes")
    return data


def _subtree(data: bytes) -> bytes:
    """The hash over a power of two of concatenated hashes."""
    row = [data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE)]
    while len(row) > 1:
        row = merkle.parents(row)
    return row[0]
