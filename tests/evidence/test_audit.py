# SPDX-License-Identifier: EUPL-1.2
"""The audit finds every change anywhere in the log, and an export is what the log is."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from log_lab import Lab, new_stream

from loket.evidence import audit, tiles
from loket.evidence.audit import Audit
from loket.evidence.audit_range import Code
from loket.evidence.export import ExportFailed, check_export, export_log
from loket.evidence.note import Signer
from loket.evidence.sealed import leaf_hashes
from loket.evidence.store import connect
from loket.evidence.timestamp import Tsa


def run(lab: Lab, **options: int) -> Audit:
    tsa = Tsa("proef-TSA", "", (lab.tsa.root,))
    return audit.audit(lab.dsn, lab.signer.verifier, [tsa], **options)


def found(lab: Lab) -> set[tuple[int, str]]:
    return {(finding.position, finding.code) for finding in run(lab).findings}


@pytest.fixture(scope="module")
def original(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lab]:
    """600 single events, a stream of two in between, three checkpoints and tokens."""
    server = request.getfixturevalue("postgres_server")
    with server.database(request.getfixturevalue("migrated_template")) as dsn:
        lab = Lab(dsn, tmp_path_factory.mktemp("original"))
        lab.append_many(300)
        lab.seal()
        lab.send(new_stream())
        lab.seal()
        lab.append_many(300)
        lab.seal()
        lab.close()
        yield lab


@pytest.fixture
def whole(request: pytest.FixtureRequest, original: Lab, tmp_path: Path) -> Iterator[Lab]:
    """A copy of it, to be tampered with."""
    server = request.getfixturevalue("postgres_server")
    with server.database(urlsplit(original.dsn).path.removeprefix("/")) as dsn:
        lab = original.on(dsn, tmp_path)
        yield lab
        lab.close()


def test_an_untouched_log_is_clean(whole: Lab) -> None:
    seen: list[int] = []
    result = run(whole, progress=seen.append)  # type: ignore[arg-type]
    assert result.clean
    assert (result.events, result.checkpoints, result.timestamps) == (602, 3, 3)
    assert sum(seen) == 602


def test_an_empty_log_is_clean(lab: Lab) -> None:
    assert run(lab) == Audit()


def test_events_that_are_not_sealed_yet_are_checked_too(whole: Lab) -> None:
    whole.append_many(5)
    assert run(whole).clean
    whole.sql("UPDATE events SET leaf_hash = '\\x00' WHERE position = 605")
    assert found(whole) == {(605, Code.BLAD_GEWIJZIGD)}


def test_several_processes_find_the_same(whole: Lab) -> None:
    whole.sql("UPDATE events SET leaf_hash = '\\x00' WHERE position IN (3, 255, 256, 601)")
    one, two = (run(whole, processes=n, span=256) for n in (1, 2))
    assert one == two
    assert {finding.position for finding in one.findings} >= {3, 255, 256, 601}


TAMPERING = {
    "a leaf": (
        "UPDATE events SET leaf = leaf || ' ' WHERE position = 9",
        {(9, Code.BLAD_GEWIJZIGD), (0, Code.TEGEL_BESCHADIGD)},
    ),
    "a leaf and its hash": (
        """UPDATE events SET leaf = leaf || ' ', leaf_hash = sha256('\\x00'::bytea || leaf || ' ')
           WHERE position = 9""",
        {(0, Code.TEGEL_BESCHADIGD)},
    ),
    "a leaf beyond reading": (
        "UPDATE events SET leaf = 'x' WHERE position = 9",
        {(9, Code.BLAD_ONLEESBAAR), (9, Code.BLAD_GEWIJZIGD)},
    ),
    "the type column": (
        "UPDATE events SET type = 'proef.StukVerzonden' WHERE position = 9",
        {(9, Code.KOLOM_AFWIJKEND)},
    ),
    "the time column": (
        "UPDATE events SET registered = registered - interval '1 day' WHERE position = 9",
        {(9, Code.KOLOM_AFWIJKEND), (9, Code.TIJD_LOOPT_TERUG)},
    ),
    "the first event": ("DELETE FROM events WHERE position = 0", {(0, Code.POSITIE_ONTBREEKT)}),
    "a middle event": (
        "DELETE FROM events WHERE position = 301",
        {(301, Code.POSITIE_ONTBREEKT)},
    ),
    "the first of a stream": (
        "DELETE FROM events WHERE position = 300",
        {(300, Code.POSITIE_ONTBREEKT), (301, Code.KETEN_GEBROKEN)},
    ),
    "the last event": (
        "DELETE FROM events WHERE position = 601",
        {(602, Code.HOOFD_AFWIJKEND), (0, Code.POSITIE_ONTBREEKT)},
    ),
    "a tile of leaves": (
        "UPDATE tiles SET hashes = set_byte(hashes, 5, 0) WHERE level = 0 AND index = 1",
        {(256, Code.TEGEL_BESCHADIGD)},
    ),
    "a tile above": (
        "UPDATE tiles SET hashes = set_byte(hashes, 5, 0) WHERE level = 1",
        {(0, Code.TEGEL_BESCHADIGD)},
    ),
    "a missing tile": (
        "DELETE FROM tiles WHERE level = 0 AND index = 2",
        {(512, Code.TEGEL_BESCHADIGD), (602, Code.CHECKPOINT_ONJUIST)},
    ),
    "the root of a checkpoint": (
        "UPDATE checkpoints SET root = sha256('x') WHERE size = 302",
        {(302, Code.CHECKPOINT_ONJUIST)},
    ),
    "the note of a checkpoint": (
        "UPDATE checkpoints SET note = replace(note, '302', '303') WHERE size = 302",
        {(302, Code.CHECKPOINT_ONJUIST)},
    ),
    "a token": (
        "UPDATE timestamps SET response = set_byte(response, 200, 0) WHERE size = 602",
        {(602, "TSA_VERVALST")},
    ),
    "the time of a token": (
        "UPDATE timestamps SET gen_time = gen_time - interval '1 h' WHERE size = 602",
        {(602, "TSA_VERVALST")},
    ),
    "a token that leaves name": (
        "DELETE FROM timestamps WHERE size = 300",
        {(300, Code.BAKEN_ONBEKEND)},
    ),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_tampering_with_is_found(whole: Lab, what: str) -> None:
    statement, expected = TAMPERING[what]
    whole.sql(statement)
    codes = found(whole)
    if what == "a token":
        # Which byte was hit decides whether the token is forged or cannot be read.
        assert {position for position, _ in codes} == {602}
    else:
        assert expected <= codes


def test_a_checkpoint_by_another_key_is_found(whole: Lab) -> None:
    whole.signer = Signer(whole.origin, Ed25519PrivateKey.generate())
    assert {(300, Code.CHECKPOINT_ONJUIST), (602, Code.CHECKPOINT_ONJUIST)} <= found(whole)


def test_an_event_dated_before_its_beacon_is_found(lab: Lab) -> None:
    lab.append_many(1)
    lab.tsa_ahead = timedelta(hours=1)
    lab.seal()
    lab.append_many(1)
    assert found(lab) == {(1, Code.TEGENDATEERD)}


# Export


def export(lab: Lab, directory: Path) -> int:
    with connect(lab.dsn) as conn:
        return export_log(conn, directory, lab.signer.vkey, lab.roots)


def test_an_export_is_the_sealed_log_with_its_keys(whole: Lab, tmp_path: Path) -> None:
    whole.append_many(3)
    directory = tmp_path / "log"
    assert export(whole, directory) == 602
    assert (directory / "log.vkey").read_text() == f"{whole.signer.vkey}\n"
    assert (directory / "tsa-root.pem").read_bytes() == whole.roots
    assert check_export(directory, whole.signer.verifier).size == 602
    expected = {path.path for path in tiles.paths_of(602)}
    names = {p.relative_to(directory).as_posix() for p in directory.rglob("*") if p.is_file()}
    assert names == expected | {"checkpoint", "log.vkey", "tsa-root.pem"}


def test_an_export_replaces_an_older_one_and_nothing_else(whole: Lab, tmp_path: Path) -> None:
    directory = tmp_path / "log"
    export(whole, directory)
    whole.append_many(1)
    whole.seal()
    assert export(whole, directory) == 603
    assert sorted(p.name for p in tmp_path.iterdir() if "log" in p.name) == ["log"]
    other = tmp_path / "photos"
    other.mkdir()
    (other / "holiday.jpg").touch()
    with pytest.raises(ExportFailed, match="something else"):
        export(whole, other)


def test_a_log_without_a_checkpoint_is_not_exported(lab: Lab, tmp_path: Path) -> None:
    lab.append_many(1)
    with pytest.raises(ExportFailed, match="nothing has been sealed"):
        export(lab, tmp_path / "log")
    assert not (tmp_path / "log").exists()


def test_a_damaged_log_leaves_no_export_behind(whole: Lab, tmp_path: Path) -> None:
    whole.sql("UPDATE events SET leaf = leaf || ' ' WHERE position = 5")
    with pytest.raises(ExportFailed, match="does not follow"):
        export(whole, tmp_path / "log")
    assert not (tmp_path / "log").exists()
    assert not list(tmp_path.glob(".log*"))


def test_tiles_follow_from_the_leaves_of_the_database(whole: Lab) -> None:
    with connect(whole.dsn) as conn:
        computed = tiles.extend({}, 0, leaf_hashes(conn, 0, 602))
        stored = conn.execute("SELECT level, index, hashes FROM tiles").fetchall()
    assert {(level, index): bytes(hashes) for level, index, hashes in stored} == computed
    assert whole.past(new_stream()) == []


def test_the_standard_explains_every_code() -> None:
    text = (Path(__file__).parents[2] / "docs/reference/log-format.md").read_text("utf-8")
    assert all(f"| `{code}` |" in text for code in Code)
