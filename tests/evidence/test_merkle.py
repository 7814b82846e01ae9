# SPDX-License-Identifier: EUPL-1.2
"""Merkle trees: the published vectors, the RFC's own definitions, and refusal of anything else."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loket.evidence import merkle
from loket.evidence.merkle import Frontier, ProofError

# The eight entries and roots every Certificate Transparency implementation is tested with.
ENTRIES = [
    bytes.fromhex(entry)
    for entry in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [merkle.leaf_hash(b"%d" % number) for number in range(65_538)]
NODE = merkle.nodes_of(LEAVES)
EDGES = [1, 2, 3, 255, 256, 257, 65_535, 65_536, 65_537]
sizes = st.one_of(st.integers(1, 600), st.sampled_from(EDGES))


def rfc_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\1" + rfc_root(leaves[:split]) + rfc_root(leaves[split:])).digest()


def rfc_path(index: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962 section 2.1.1, word for word."""
    if len(leaves) == 1:
        return []
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if index < split:
        return [*rfc_path(index, leaves[:split]), rfc_root(leaves[split:])]
    return [*rfc_path(index - split, leaves[split:]), rfc_root(leaves[:split])]


def rfc_subproof(old: int, leaves: list[bytes], *, whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962 section 2.1.2, word for word."""
    if old == len(leaves):
        return [] if whole else [rfc_root(leaves)]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if old <= split:
        left = rfc_subproof(old, leaves[:split], whole=whole)
        return [*left, rfc_root(leaves[split:])]
    right = rfc_subproof(old - split, leaves[split:], whole=False)
    return [*right, rfc_root(leaves[:split])]


def flipped(value: bytes, bit: int) -> bytes:
    return (int.from_bytes(value, "big") ^ 1 << bit % 256).to_bytes(32, "big")


@pytest.mark.parametrize("size", range(1, 9))
def test_the_published_roots_are_ours(size: int) -> None:
    leaves = [merkle.leaf_hash(entry) for entry in ENTRIES[:size]]
    assert merkle.root_of(leaves).hex() == ROOTS[size - 1]


def test_a_published_inclusion_proof_is_ours() -> None:
    node = merkle.nodes_of(merkle.leaf_hash(entry) for entry in ENTRIES)
    assert [item.hex() for item in merkle.inclusion_proof(5, 8, node)] == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert merkle.root_of([]) == merkle.EMPTY_ROOT == sha256(b"").digest()
    assert merkle.root(0, NODE) == merkle.EMPTY_ROOT


@given(st.integers(1, 200))
def test_roots_and_proofs_follow_the_definitions_of_the_rfc(size: int) -> None:
    leaves = LEAVES[:size]
    assert merkle.root(size, NODE) == merkle.root_of(leaves) == rfc_root(leaves)
    for position in {0, 1, size // 2, size - 2, size - 1} & set(range(size)):
        assert merkle.inclusion_proof(position, size, NODE) == rfc_path(position, leaves)
        expected = rfc_subproof(position + 1, leaves, whole=True)
        assert merkle.consistency_proof(position + 1, size, NODE) == expected


@given(sizes, st.data())
def test_every_leaf_is_proven_and_no_other(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion_proof(index, size, NODE)
    root = merkle.root(size, NODE)
    merkle.verify_inclusion(LEAVES[index], index, size, path, root)
    assert merkle.root_from_inclusion(LEAVES[index], index, size, path) == root
    other = data.draw(st.integers(0, size - 1).filter(lambda number: number != index or size == 1))
    if other != index:
        with pytest.raises(ProofError):
            merkle.verify_inclusion(LEAVES[other], index, size, path, root)
        with pytest.raises(ProofError):
            merkle.verify_inclusion(LEAVES[index], other, size, path, root)


@given(sizes, st.data())
def test_a_mutated_inclusion_proof_is_refused(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion_proof(index, size, NODE)
    root = merkle.root(size, NODE)
    bit = data.draw(st.integers(0, 255))
    wrong = [[*path, LEAVES[0]]]
    if path:
        at = data.draw(st.integers(0, len(path) - 1))
        wrong += [path[:-1], path[1:], [*path[:at], flipped(path[at], bit), *path[at + 1 :]]]
        wrong += [[*path[:at], path[at][:-1], *path[at + 1 :]]]
    for forged in wrong:
        with pytest.raises(ProofError):
            merkle.verify_inclusion(LEAVES[index], index, size, forged, root)
    with pytest.raises(ProofError):
        merkle.verify_inclusion(LEAVES[index], index, size, path, flipped(root, bit))


@given(sizes, st.data())
def test_every_earlier_tree_is_proven_a_prefix(new: int, data: st.DataObject) -> None:
    old = data.draw(st.one_of(st.integers(0, new), st.sampled_from([e for e in EDGES if e <= new])))
    roots = merkle.root(old, NODE), merkle.root(new, NODE)
    path = merkle.consistency_proof(old, new, NODE)
    merkle.verify_consistency(old, roots[0], new, roots[1], path)


@given(sizes, st.data())
def test_a_mutated_consistency_proof_is_refused(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(0, new))
    path = merkle.consistency_proof(old, new, NODE)
    roots = merkle.root(old, NODE), merkle.root(new, NODE)
    bit = data.draw(st.integers(0, 255))
    wrong = [(roots[0], roots[1], [*path, LEAVES[0]]), (flipped(roots[0], bit), roots[1], path)]
    if old:
        wrong += [(roots[0], flipped(roots[1], bit), path)]
    if path:
        at = data.draw(st.integers(0, len(path) - 1))
        changed = [*path[:at], flipped(path[at], bit), *path[at + 1 :]]
        wrong += [(*roots, path[:-1]), (*roots, path[1:]), (*roots, changed), (*roots, [])]
    for old_root, new_root, forged in wrong:
        with pytest.raises(ProofError):
            merkle.verify_consistency(old, old_root, new, new_root, forged)


@given(st.lists(st.integers(0, 300), max_size=6))
def test_appending_in_batches_gives_the_tree_of_appending_at_once(batches: list[int]) -> None:
    frontier = Frontier()
    for batch in batches:
        frontier = frontier.extend(LEAVES[frontier.size : frontier.size + batch])
        assert frontier.root() == merkle.root(frontier.size, NODE)
    assert frontier == Frontier().extend(LEAVES[: sum(batches)])


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (0, 0), (6, 5)])
def test_a_leaf_outside_the_tree_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(ProofError):
        merkle.inclusion_proof(index, size, NODE)
    with pytest.raises(ProofError):
        merkle.root_from_inclusion(LEAVES[0], index, size, [])


@pytest.mark.parametrize(("old", "new"), [(3, 2), (-1, 2)])
def test_a_longer_tree_is_no_prefix_of_a_shorter_one(old: int, new: int) -> None:
    with pytest.raises(ProofError):
        merkle.consistency_proof(old, new, NODE)
    with pytest.raises(ProofError):
        merkle.verify_consistency(old, LEAVES[0], new, LEAVES[0], [])


def test_a_frontier_whose_peaks_do_not_fit_its_size_is_refused() -> None:
    with pytest.raises(ProofError):
        Frontier(3, (LEAVES[0],))


def test_an_odd_row_has_no_parents() -> None:
    with pytest.raises(ValueError, match="zip"):
        merkle.parents(LEAVES[:3])
