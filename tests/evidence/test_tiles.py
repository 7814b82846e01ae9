# SPDX-License-Identifier: EUPL-1.2
"""Tiles: paths to the letter, growth in any batches, proofs read from tiles, a complete tree."""

from collections.abc import Sequence
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loket.evidence import merkle, tiles
from loket.evidence.tiles import ENTRIES, TileError, TileKey, TilePath

SIZE = 70_000
LEAVES = [merkle.leaf_hash(b"%d" % number) for number in range(SIZE)]
NODE = merkle.nodes_of(LEAVES)
EDGES = [1, 2, 255, 256, 257, 511, 65_535, 65_536, 65_537, 65_792, SIZE]
sizes = st.one_of(st.integers(1, SIZE), st.sampled_from(EDGES))


@cache
def grown(size: int = SIZE) -> dict[TileKey, bytes]:
    return tiles.extend({}, 0, LEAVES[:size])


def reader(rows: dict[TileKey, bytes]) -> tiles.ReadTile:
    return lambda level, index: rows[level, index]


def read_tile(level: int, index: int) -> bytes:
    return grown()[level, index]


def read_entries(start: int, end: int) -> Sequence[bytes]:
    return [b"%d" % number for number in range(start, end)]


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (TilePath(0, 0), "tile/0/000"),
        (TilePath(0, 0, 1), "tile/0/000.p/1"),
        (TilePath(1, 67, 255), "tile/1/067.p/255"),
        (TilePath(0, 1000), "tile/0/x001/000"),
        (TilePath(63, 1_234_067), "tile/63/x001/x234/067"),
        (TilePath(ENTRIES, 1_234_067, 8), "tile/entries/x001/x234/067.p/8"),
        (TilePath(ENTRIES, 273, 112), "tile/entries/273.p/112"),
    ],
)
def test_paths_are_spelled_as_the_standard_does(tile: TilePath, path: str) -> None:
    assert tile.path == path
    assert tiles.parse_path(path) == tile


@given(st.integers(-1, 63), st.integers(0, 2**55 - 1), st.integers(1, 256))
def test_every_path_is_read_back(level: int, index: int, width: int) -> None:
    tile = TilePath(level, index, width)
    assert tiles.parse_path(tile.path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0",
        "/tile/0/000",
        "tile/0/000/",
        "tile/0/000\n",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/0",
        "tile/0/1234",
        "tile/0/x000/067",
        "tile/0/001/067",
        "tile/0/x001/x067",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/999",
        "tile/0/000.p/",
        "tile/0/٠٠٠",
        "tile/entry/000",
        "tile/0/../../000",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
    ],
)
def test_any_other_spelling_of_a_path_is_refused(path: str) -> None:
    with pytest.raises(TileError):
        tiles.parse_path(path)


@given(st.lists(st.integers(0, 700), max_size=5), st.sampled_from([0, 250, 65_300, 65_536]))
def test_growing_in_batches_gives_the_tiles_of_growing_at_once(
    batches: list[int], start: int
) -> None:
    kept, size = dict(grown(start)), start
    for batch in batches:
        edge = {key: kept[key] for key in tiles.edge(size)}
        kept |= tiles.extend(edge, size, LEAVES[size : size + batch])
        size += batch
        assert tiles.root(size, reader(kept)) == merkle.root(size, NODE)
    assert kept == grown(start) | tiles.extend(grown(start), start, LEAVES[start:size])


def test_only_the_tiles_that_change_come_back() -> None:
    kept = tiles.extend({}, 0, LEAVES[:300])
    assert set(tiles.extend(kept, 300, LEAVES[300:301])) == {(0, 1)}
    assert set(tiles.extend(kept, 300, LEAVES[300:512])) == {(0, 1), (1, 0)}
    assert set(tiles.extend(kept, 300, LEAVES[300:513])) == {(0, 1), (0, 2), (1, 0)}
    assert tiles.extend(kept, 300, []) == {}


@pytest.mark.parametrize("size", EDGES)
def test_the_edge_is_the_partial_tiles(size: int) -> None:
    partial = [tile for tile in tiles.paths_of(size) if tile.width < 256 and tile.level >= 0]
    assert tiles.edge(size) == [(tile.level, tile.index) for tile in partial]


@pytest.mark.parametrize("edge", [{}, {(0, 1): LEAVES[0]}, {(0, 1): b"".join(LEAVES[:45])}])
def test_an_edge_that_does_not_belong_to_the_size_is_refused(edge: dict[TileKey, bytes]) -> None:
    with pytest.raises(TileError):
        tiles.extend(edge, 300, LEAVES[300:301])


@given(sizes, st.data())
def test_proofs_read_from_tiles_are_those_of_the_tree(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(0, size))
    assert tiles.root(size, read_tile) == merkle.root(size, NODE)
    assert tiles.inclusion(index, size, read_tile) == merkle.inclusion_proof(index, size, NODE)
    assert tiles.consistency(old, size, read_tile) == merkle.consistency_proof(old, size, NODE)


@pytest.mark.parametrize("index", [0, 255, 256, 40_000, 65_535, 65_536, SIZE - 1])
def test_a_proof_reads_a_handful_of_tiles(index: int) -> None:
    read = set()

    def counting(level: int, number: int) -> bytes:
        read.add((level, number))
        return read_tile(level, number)

    tiles.inclusion(index, SIZE, counting)
    assert len(read) <= 5


def test_a_tile_that_is_too_short_is_noticed() -> None:
    with pytest.raises(TileError, match="tile 0/0"):
        tiles.root(3, lambda _level, _index: b"".join(LEAVES[:2]))


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=256))
def test_a_bundle_is_read_back(entries: list[bytes]) -> None:
    assert tiles.decode_bundle(tiles.encode_bundle(entries)) == entries


def test_a_bundle_is_lengths_and_bytes() -> None:
    assert tiles.encode_bundle([b"abc", b"", b"x" * 258]) == b"\0\3abc\0\0\1\2" + b"x" * 258
    assert len(tiles.encode_bundle([b"x" * 65_535])) == 65_537


@pytest.mark.parametrize("entries", [[], [b""] * 257, [b"x" * 65_536]])
def test_a_bundle_that_cannot_be_is_not_written(entries: list[bytes]) -> None:
    with pytest.raises(TileError):
        tiles.encode_bundle(entries)


@pytest.mark.parametrize("data", [b"", b"\0", b"\0\1", b"\0\1a\0", b"\0\2a", b"\0\0" * 257])
def test_a_bundle_that_is_cut_short_or_too_wide_is_refused(data: bytes) -> None:
    with pytest.raises(TileError):
        tiles.decode_bundle(data)


def test_a_log_of_70000_has_the_files_of_the_standards_example() -> None:
    listed = list(tiles.paths_of(SIZE))
    assert sum(tile.level == 0 and tile.width == 256 for tile in listed) == 273
    assert [tile.path for tile in listed if tile.level > 0 or tile.width < 256] == [
        "tile/entries/273.p/112",
        "tile/0/273.p/112",
        "tile/1/000",
        "tile/1/001.p/17",
        "tile/2/000.p/1",
    ]


def test_a_log_of_256_has_a_full_tile_and_its_root_above_it() -> None:
    written = dict(tiles.files(256, b"note", read_tile, read_entries))
    assert list(written) == ["tile/entries/000", "tile/0/000", "tile/1/000.p/1", "checkpoint"]
    assert written["tile/1/000.p/1"] == merkle.root(256, NODE)
    assert written["checkpoint"] == b"note"


def test_an_empty_log_is_only_a_checkpoint() -> None:
    assert list(tiles.files(0, b"note", read_tile, read_entries)) == [("checkpoint", b"note")]


@pytest.mark.parametrize("size", [1, 255, 257, 65_537])
def test_the_files_of_an_older_size_are_cut_from_rows_that_grew(size: int) -> None:
    then = grown(size)
    for path, content in tiles.files(size, b"", read_tile, read_entries):
        if path == "checkpoint":
            continue
        tile = tiles.parse_path(path)
        if tile.level == ENTRIES:
            hashes = [merkle.leaf_hash(entry) for entry in tiles.decode_bundle(content)]
            assert b"".join(hashes) == then[0, tile.index]
        else:
            assert content == then[tile.level, tile.index]


def test_files_that_miss_something_are_not_written() -> None:
    with pytest.raises(TileError, match="1 entries"):
        list(tiles.files(2, b"", read_tile, lambda _start, _end: [b"0"]))
    with pytest.raises(TileError, match=r"tile/0/000\.p/2"):
        list(tiles.files(2, b"", lambda _level, _index: LEAVES[0], read_entries))


@given(st.binary(max_size=50))
def test_bytes_read_as_a_bundle_are_written_the_same(data: bytes) -> None:
    try:
        entries = tiles.decode_bundle(data)
    except TileError:
        return
    assert tiles.encode_bundle(entries) == data
