# SPDX-License-Identifier: EUPL-1.2
"""Merkle trees over a log: hashes, roots and proofs, all pure.

Source: RFC 6962 section 2.1 (RFC 9162 section 2.1 is the same tree). A leaf hash is
SHA-256(0x00 || entry), a node hash SHA-256(0x01 || left || right), the empty tree SHA-256("").

A tree is read through a `Node`: a function from (level, index) to the 32-byte hash of the
*complete* subtree over leaves `index << level` up to `(index + 1) << level`. Such a hash never
changes once the log has grown past it, so a `Node` may be cached without limit of time. Roots and
proofs of any size are folded from complete subtrees; nothing else has to be stored.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

HASH_SIZE = 32
"""Bytes in a hash."""

EMPTY_ROOT = sha256(b"").digest()
"""Root of the tree without leaves."""

Node = Callable[[int, int], bytes]
"""(level, index) → hash of a complete subtree; level 0 is the leaf hashes."""


class ProofError(ValueError):
    """A proof does not prove what it claims, or asks about a tree that cannot be."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of one log entry (its exact bytes)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of the node above two hashes."""
    return sha256(b"\x01" + left + right).digest()


def parents(row: Iterable[bytes]) -> list[bytes]:
    """The level above a row of an even number of hashes.

    Raises ValueError when the number is odd.
    """
    # The inner loop of everything: written out, because a call per node costs a third more.
    one = iter(row)
    return [sha256(b"\x01" + left + right).digest() for left, right in zip(one, one, strict=True)]


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of a growing tree: all that is needed to append and to know the root.

    `size` counts leaves; `peaks` holds one hash per set bit of `size`, highest subtree first.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        """Raise ProofError when the number of peaks does not belong to the size."""
        if self.size < 0 or len(self.peaks) != self.size.bit_count():
            raise ProofError(f"{len(self.peaks)} peaks cannot carry {self.size} leaves")

    def extend(self, leaf_hashes: Iterable[bytes]) -> "Frontier":
        """The frontier after appending these leaf hashes, in order."""
        row = list(leaf_hashes)
        size, old, new = self.size + len(row), list(self.peaks), []
        for level in range(size.bit_length()):
            if self.size >> level & 1:
                row.insert(0, old.pop())
            if len(row) & 1:
                new.append(row.pop())
            row = parents(row)
        return Frontier(size, tuple(reversed(new)))

    def root(self) -> bytes:
        """The root of the tree of `size` leaves."""
        return _fold_right(self.peaks)


def root_of(leaf_hashes: Iterable[bytes]) -> bytes:
    """The root of the tree over these leaf hashes."""
    return Frontier().extend(leaf_hashes).root()


def nodes_of(leaf_hashes: Iterable[bytes]) -> Node:
    """A `Node` over a list of leaf hashes held in memory; it raises IndexError outside the tree."""
    levels = [list(leaf_hashes)]
    while len(levels[-1]) > 1:
        row = levels[-1]
        levels.append(parents(row[: len(row) & ~1]))
    return lambda level, index: levels[level][index]


def root(size: int, node: Node) -> bytes:
    """The root of the tree of the first `size` leaves."""
    return _right_edge(0, size, node)


def inclusion_proof(index: int, size: int, node: Node) -> list[bytes]:
    """The audit path of leaf `index` in the tree of `size` leaves, from its sibling upwards.

    Raises ProofError when the leaf is not in that tree.
    """
    if not 0 <= index < size:
        raise ProofError(f"leaf {index} is not in a tree of {size} leaves")
    return _path(index, size, node, 0)


def consistency_proof(old: int, new: int, node: Node) -> list[bytes]:
    """The proof that the tree of `old` leaves is a prefix of the tree of `new` leaves.

    Empty when `old` is 0 or equal to `new`. Raises ProofError when `old` exceeds `new`.
    """
    if not 0 <= old <= new:
        raise ProofError(f"a tree of {new} leaves has no prefix of {old}")
    if old in (0, new):
        return []
    shift = _trailing_zeros(old)
    start = [] if old == 1 << shift else [node(shift, (old - 1) >> shift)]
    return start + _path(old - 1, new, node, shift)


def root_from_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root that follows from a leaf hash and its audit path.

    Compare it with the root of a checkpoint you trust, or use `verify_inclusion`. Raises
    ProofError when `index` is not below `size` or the path has not exactly the length it must have.
    """
    if not 0 <= index < size:
        raise ProofError(f"leaf {index} is not in a tree of {size} leaves")
    inner, border = _shape(index, size)
    _require_hashes([leaf, *path])
    if len(path) != inner + border:
        raise ProofError(f"a path of {len(path)} hashes where {inner + border} belong")
    return _chain_border(_chain(leaf, path[:inner], index), path[inner:])


def verify_inclusion(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], expected: bytes
) -> None:
    """Check that a leaf hash stands at `index` in the tree of `size` leaves with this root.

    Raises ProofError when it does not.
    """
    if root_from_inclusion(leaf, index, size, path) != expected:
        raise ProofError("the inclusion proof leads to another root")


def verify_consistency(
    old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]
) -> None:
    """Check that the tree of `new` leaves begins with the tree of `old` leaves.

    Raises ProofError when the path does not lead to both roots, has another length than it must
    have, or when `old` exceeds `new`.
    """
    if not 0 <= old <= new:
        raise ProofError(f"a tree of {new} leaves has no prefix of {old}")
    if old in (0, new):
        _verify_trivial_consistency(old, old_root, new, new_root, path)
        return
    shift = _trailing_zeros(old)
    inner, border = _shape(old - 1, new)
    inner -= shift
    _require_hashes([old_root, new_root, *path])
    hashes = [old_root, *path] if old == 1 << shift else list(path)
    if len(hashes) != 1 + inner + border:
        raise ProofError(f"a consistency proof of {len(path)} hashes has the wrong length")
    start, inside, above = hashes[0], hashes[1 : 1 + inner], hashes[1 + inner :]
    position = (old - 1) >> shift
    if _chain_border(_chain_lefts(start, inside, position), above) != old_root:
        raise ProofError("the consistency proof leads to another old root")
    if _chain_border(_chain(start, inside, position), above) != new_root:
        raise ProofError("the consistency proof leads to another new root")


def _verify_trivial_consistency(
    old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]
) -> None:
    """Nothing precedes an empty tree, and a tree is consistent with itself only."""
    if path:
        raise ProofError("a consistency proof where none belongs")
    if old == 0 and old_root != EMPTY_ROOT:
        raise ProofError("this is not the root of an empty tree")
    if old == new and old_root != new_root:
        raise ProofError("two roots for one size")


def _trailing_zeros(number: int) -> int:
    return (number & -number).bit_length() - 1


def _shape(index: int, size: int) -> tuple[int, int]:
    """How many hashes of an audit path lie inside (below the split with the last leaf) and above.

    Below the split every sibling depends on the bits of `index`; above it, the path runs along
    the right border of the tree and every hash is a left sibling.
    """
    inner = (index ^ (size - 1)).bit_length()
    return inner, (index >> inner).bit_count()


def _path(index: int, size: int, node: Node, from_level: int) -> list[bytes]:
    inner, _ = _shape(index, size)
    path = [node(level, index >> level ^ 1) for level in range(from_level, inner - 1)]
    if inner > from_level:
        # Only the topmost inner sibling can hold the last leaf, hence be incomplete.
        path.append(_right_edge((index >> (inner - 1) ^ 1) << (inner - 1), size, node))
    above = index >> inner
    lefts = (level for level in range(above.bit_length()) if above >> level & 1)
    return path + [node(inner + level, (above >> level) - 1) for level in lefts]


def _right_edge(start: int, size: int, node: Node) -> bytes:
    """The root over leaves `start` to `size`; `start` is aligned to the largest power of two
    that fits between them."""
    peaks = []
    for level in reversed(range((size - start).bit_length())):
        if (size - start) >> level & 1:
            peaks.append(node(level, start >> level))
            start += 1 << level
    return _fold_right(peaks)


def _fold_right(peaks: Sequence[bytes]) -> bytes:
    if not peaks:
        return EMPTY_ROOT
    folded = peaks[-1]
    for peak in reversed(peaks[:-1]):
        folded = node_hash(peak, folded)
    return folded


def _chain(start: bytes, path: Sequence[bytes], index: int) -> bytes:
    for level, sibling in enumerate(path):
        start = node_hash(sibling, start) if index >> level & 1 else node_hash(start, sibling)
    return start


def _chain_lefts(start: bytes, path: Sequence[bytes], index: int) -> bytes:
    """As `_chain`, leaving out what stands to the right: the tree before that was appended."""
    return _chain_border(start, [h for level, h in enumerate(path) if index >> level & 1])


def _chain_border(start: bytes, path: Sequence[bytes]) -> bytes:
    for sibling in path:
        start = node_hash(sibling, start)
    return start


def _require_hashes(values: Sequence[bytes]) -> None:
    if any(len(value) != HASH_SIZE for value in values):
        raise ProofError(f"a hash must be {HASH_SIZE} bytes")
