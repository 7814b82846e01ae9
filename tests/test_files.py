# SPDX-License-Identifier: EUPL-1.2
"""Files by their content, on disk."""

import asyncio
import base64
import hashlib
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from pathlib import Path

import pytest

from loket.files import (
    CHUNK,
    STALE,
    AndereInhoud,
    BestandLeeg,
    BestandTeGroot,
    FileStore,
    Stored,
    UploadTable,
    digest_from_header,
)


class Memory:
    """Who uploaded what, for tests of the disk alone."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], int] = {}

    async def record(self, file: Stored, bestuur: str) -> None:
        self.known[file.sha256, bestuur] = file.size

    async def sizes(self, digests: Sequence[str], bestuur: str) -> Mapping[str, int]:
        return {d: self.known[d, bestuur] for d in digests if (d, bestuur) in self.known}

    async def close(self) -> None:
        self.known.clear()


async def stream(parts: Iterable[bytes]) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def store(directory: Path, max_size: int = 10 * CHUNK) -> FileStore:
    return FileStore(directory, Memory(), max_size)


def put(files: FileStore, *parts: bytes, bestuur: str = "a", expected: str | None = None) -> Stored:
    return asyncio.run(files.receive(stream(parts), bestuur, expected))


def get(files: FileStore, sha256: str, start: int = 0, stop: int | None = None) -> bytes:
    async def collect() -> bytes:
        return b"".join([part async for part in files.read(sha256, start, stop)])

    return asyncio.run(collect())


def kept(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file()]


@pytest.mark.parametrize("size", [1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_what_goes_in_comes_out(tmp_path: Path, size: int) -> None:
    content = bytes(n % 251 for n in range(size))
    pieces = [content[at : at + 70_001] for at in range(0, size, 70_001)]
    stored = put(store(tmp_path), *pieces)
    assert stored == Stored(hashlib.sha256(content).hexdigest(), size)
    assert get(store(tmp_path), stored.sha256) == content
    assert get(store(tmp_path), stored.sha256, size // 2, size) == content[size // 2 :]
    assert [p.name for p in kept(tmp_path)] == [stored.sha256]


def test_a_file_lies_where_its_digest_says(tmp_path: Path) -> None:
    digest = put(store(tmp_path), b"inhoud").sha256
    assert kept(tmp_path) == [tmp_path / digest[:2] / digest[2:4] / digest]


def test_the_same_content_is_kept_once(tmp_path: Path) -> None:
    files = store(tmp_path)
    assert put(files, b"inhoud") == put(files, b"in", b"houd", bestuur="b")
    assert len(kept(tmp_path)) == 1


def test_a_file_over_the_limit_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(BestandTeGroot):
        put(store(tmp_path, max_size=CHUNK), b"x" * CHUNK, b"y")
    assert kept(tmp_path) == []


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BestandLeeg):
        put(store(tmp_path), b"")
    assert kept(tmp_path) == []


def test_other_content_than_promised_leaves_nothing(tmp_path: Path) -> None:
    files = store(tmp_path)
    with pytest.raises(AndereInhoud):
        put(files, b"inhoud", expected=hashlib.sha256(b"anders").hexdigest())
    assert kept(tmp_path) == []
    assert put(files, b"inhoud", expected=hashlib.sha256(b"inhoud").hexdigest())


def test_an_upload_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    async def breaking() -> AsyncIterator[bytes]:
        yield b"x" * CHUNK
        raise ConnectionError

    with pytest.raises(ConnectionError):
        asyncio.run(store(tmp_path).receive(breaking(), "a"))
    assert kept(tmp_path) == []


def test_only_a_digest_names_a_file(tmp_path: Path) -> None:
    for name in ("../../etc/passwd", "A" * 64, "a" * 63, ""):
        with pytest.raises(ValueError, match="digest"):
            store(tmp_path).path(name)


def test_sizes_are_told_only_to_who_uploaded(tmp_path: Path) -> None:
    files = store(tmp_path)
    digest = put(files, b"inhoud", bestuur="a").sha256
    assert asyncio.run(files.sizes([digest, "onzin"], "a")) == {digest: 6}
    assert asyncio.run(files.sizes([digest], "b")) == {}


def test_unfinished_uploads_are_swept_after_a_day(tmp_path: Path) -> None:
    files = store(tmp_path)
    digest = put(files, b"inhoud").sha256
    (tmp_path / "tmp" / "half").write_bytes(b"half")
    assert files.sweep() == 0
    assert files.sweep(time.time() + STALE + 1) == 1
    assert [p.name for p in kept(tmp_path)] == [digest]


def test_the_table_remembers_who_uploaded_what(database: str) -> None:
    digest, other = "a" * 64, "b" * 64

    async def story() -> list[Mapping[str, int]]:
        table = UploadTable(database)
        for _ in range(2):
            await table.record(Stored(digest, 6), "a")
        mine, _, theirs = await asyncio.gather(
            table.sizes([digest, other], "a"),
            table.record(Stored(other, 7), "b"),
            table.sizes([digest], "b"),
        )
        later = await table.sizes([digest, other], "b")
        await table.close()
        return [mine, theirs, later]

    assert asyncio.run(story()) == [{digest: 6}, {}, {other: 7}]


def test_digest_headers_of_both_generations_are_read() -> None:
    raw = hashlib.sha256(b"x").digest()
    text = base64.b64encode(raw).decode()
    for header in (f"sha-256=:{text}:", f"SHA-256={text}", f"sha-512=:AA==:, sha-256=:{text}:"):
        assert digest_from_header(header) == raw.hex()
    assert digest_from_header("sha-512=:AA==:") is None
    for header in ("sha-256=:AA==:", "sha-256=:é:", "sha-256="):
        with pytest.raises(ValueError):  # noqa: PT011 - base64's own message
            digest_from_header(header)


BIG = Path(__file__).with_name("big_file.py")


def test_a_gibibyte_passes_in_little_memory(database: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(BIG), database, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    grown = float(done.stdout)
    assert grown < 64, f"{grown} MiB"
