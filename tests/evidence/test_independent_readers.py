# SPDX-License-Identifier: EUPL-1.2
"""Programs by others read the log as we write it, and refuse it when one bit is changed."""

import base64
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import metamorphic_log
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey
from tlog_scales.tiles import leaf_hash

from loket.evidence import merkle, tiles
from loket.evidence.note import Checkpoint, Signer, TlogProof
from npm_reader import verdicts

SIZES = [1, 2, 255, 256, 257, 70_000]
ENTRIES = [b'{"seq":%d}' % number for number in range(max(SIZES))]
TILES = tiles.extend({}, 0, map(merkle.leaf_hash, ENTRIES))
LOG = Signer("loket.example/log", Ed25519PrivateKey.from_private_bytes(b"log." * 8))
OTHER = Signer("loket.example/log", Ed25519PrivateKey.from_private_bytes(b"fork" * 8))


def read_tile(level: int, index: int) -> bytes:
    return TILES[level, index]


@cache
def checkpoint(size: int) -> bytes:
    return LOG.sign(Checkpoint(LOG.name, size, tiles.root(size, read_tile)).text())


def proof_of(index: int, size: int) -> TlogProof:
    path = tiles.inclusion(index, size, read_tile)
    return TlogProof(index, tuple(path), checkpoint(size))


def some_of(size: int) -> list[int]:
    edges = [0, 1, 254, 255, 256, 257, 65_535, 65_536, size // 2, size - 2, size - 1]
    return sorted({index for index in edges if 0 <= index < size})


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def tree(size: int, tmp_path: Path) -> Path:
    """The static log of this size, as files."""
    for path, content in tiles.files(
        size, checkpoint(size), read_tile, lambda start, end: ENTRIES[start:end]
    ):
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return tmp_path


# tlog-scales: reads the files and makes its own proofs


def test_tlog_scales_on_the_command_line_makes_our_proof_file(tree: Path, size: int) -> None:
    command = [sys.executable, "-m", "tlog_scales.cli", "gen-proof", str(tree), str(size // 2)]
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stdout == proof_of(size // 2, size).encode()


def test_tlog_scales_reads_every_tile_and_bundle_as_we_do(tree: Path, size: int) -> None:
    reader = TilesReader(LocalBackend(tree))
    read = reader.get_checkpoint()
    read.verify(Vkey.from_string(LOG.vkey))
    assert reader.calculate_root_hash() == read.root_hash
    for index in some_of(size):
        entry, proof = reader.get_entry(index), reader.get_inclusion_proof(index, size)
        assert entry == ENTRIES[index]
        assert tuple(proof.node_hashes) == proof_of(index, size).path
        proof.check(leaf_hash(entry), read.root_hash)
        earlier = reader.get_consistency_proof(index + 1, size)
        assert earlier.node_hashes == tiles.consistency(index + 1, size, read_tile)
        earlier.check(tiles.root(index + 1, read_tile), read.root_hash)


# metamorphic-log: verifies notes and proofs, in Rust


def refused(check: Callable[..., object], *arguments: object) -> bool:
    try:
        check(*arguments)
    except metamorphic_log.VerifyError:
        return True
    return False


def test_metamorphic_log_accepts_the_checkpoint(size: int) -> None:
    head = metamorphic_log.checkpoint_verify(checkpoint(size).decode(), [LOG.vkey])
    root = tiles.root(size, read_tile)
    assert (head.origin, head.size, head.root, head.extensions) == (LOG.name, size, root, [])


def test_metamorphic_log_refuses_a_checkpoint_by_another_or_with_another_root(size: int) -> None:
    note = checkpoint(size).decode()
    other = note.replace(f"\n{size}\n", f"\n{size + 1}\n")
    assert refused(metamorphic_log.checkpoint_verify, note, [OTHER.vkey])
    assert refused(metamorphic_log.checkpoint_verify, other, [LOG.vkey])


def test_metamorphic_log_accepts_inclusion_and_refuses_a_forgery(size: int) -> None:
    note, check = checkpoint(size).decode(), metamorphic_log.checkpoint_verify_inclusion
    for index in some_of(size):
        leaf, path = merkle.leaf_hash(ENTRIES[index]), list(proof_of(index, size).path)
        forged = merkle.leaf_hash(b"forged")
        check(note, [LOG.vkey], index, leaf, path)
        assert refused(check, note, [LOG.vkey], index, forged, path)
        assert refused(check, note, [LOG.vkey], index, leaf, [*path, leaf])
        assert refused(check, note, [LOG.vkey], size, leaf, path)
        if path:
            assert refused(check, note, [LOG.vkey], index, leaf, path[:-1])
            assert refused(check, note, [LOG.vkey], index, leaf, [forged, *path[1:]])


@pytest.mark.parametrize("old", [1, 2, 255, 256])
@pytest.mark.parametrize("new", [257, 70_000])
def test_metamorphic_log_accepts_growth_and_refuses_a_fork(old: int, new: int) -> None:
    notes = checkpoint(old).decode(), checkpoint(new).decode()
    path, check = tiles.consistency(old, new, read_tile), metamorphic_log
    check.checkpoint_verify_consistency(*notes, [LOG.vkey], path)
    fork = LOG.sign(Checkpoint(LOG.name, old, merkle.leaf_hash(b"fork")).text()).decode()
    assert refused(check.checkpoint_verify_consistency, fork, notes[1], [LOG.vkey], path)
    assert refused(check.checkpoint_verify_consistency, *notes, [LOG.vkey], path[:-1])
    changed = [merkle.leaf_hash(b"forged"), *path[1:]]
    assert refused(check.checkpoint_verify_consistency, *notes, [LOG.vkey], changed)


# @sigstore/verify: verifies proof files, in JavaScript


@dataclass(frozen=True)
class Claim:
    proof: TlogProof
    leaf: bytes
    vkey: str = LOG.vkey

    def as_json(self) -> dict[str, str]:
        proof, leaf = (base64.b64encode(data).decode() for data in (self.proof.encode(), self.leaf))
        return {"vkey": self.vkey, "proof": proof, "leaf": leaf}


def sigstore_says(claims: list[Claim]) -> list[str]:
    return verdicts([claim.as_json() for claim in claims])


def test_sigstore_accepts_our_proof_files() -> None:
    claims = [
        Claim(replace(proof_of(index, size), extra=b"token"), ENTRIES[index])
        for size in SIZES
        for index in some_of(size)
    ]
    assert sigstore_says(claims) == ["ok"] * len(claims)


def test_sigstore_refuses_every_forgery() -> None:
    proof, leaf = proof_of(200, 257), ENTRIES[200]
    forged = merkle.leaf_hash(b"forged")
    claims = {
        "leaf": Claim(proof, leaf + b" "),
        "index": Claim(replace(proof, index=201), leaf),
        "index outside the log": Claim(replace(proof, index=257), leaf),
        "path": Claim(replace(proof, path=(*proof.path[:-1], forged)), leaf),
        "longer path": Claim(replace(proof, path=(*proof.path, forged)), leaf),
        "shorter path": Claim(replace(proof, path=proof.path[:-1]), leaf),
        "another key": Claim(proof, leaf, OTHER.vkey),
        "another checkpoint": Claim(replace(proof, checkpoint=checkpoint(256)), leaf),
        "a changed checkpoint": Claim(
            replace(proof, checkpoint=proof.checkpoint.replace(b"\n257\n", b"\n258\n")), leaf
        ),
    }
    said = dict(zip(claims, sigstore_says(list(claims.values())), strict=True))
    assert {
        name for name, verdict in said.items() if not verdict.startswith("VerificationError")
    } == set()
