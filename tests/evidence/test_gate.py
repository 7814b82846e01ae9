# SPDX-License-Identifier: EUPL-1.2
"""The start-up gate: nothing is signed on a database that forgot, or bent, what was published."""

import shutil

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from log_lab import Lab, run_until

from loket.evidence import gate
from loket.evidence.note import Checkpoint, Signer
from loket.evidence.published import Published, PublishedDamaged
from loket.evidence.sealed import Tree, leaf_hashes
from loket.evidence.store import connect


def check(lab: Lab) -> Tree:
    with connect(lab.dsn) as conn:
        return gate.check(conn, lab.published, lab.signer.verifier)


def cut(lab: Lab, size: int) -> None:
    """What a restored backup looks like: the first `size` events, and what was sealed of them."""
    lab.sql("DELETE FROM timestamps WHERE size > %s", size)
    lab.sql("DELETE FROM checkpoints WHERE size > %s", size)
    lab.sql("DELETE FROM events WHERE position >= %s", size)
    lab.sql("UPDATE log_head SET size = %s", size)


@pytest.fixture
def sealed(lab: Lab) -> Lab:
    """A log sealed at 4 and at 304."""
    lab.append_many(4)
    lab.seal()
    lab.append_many(300)
    lab.seal()
    return lab


def test_an_empty_log_may_be_sealed(lab: Lab) -> None:
    assert check(lab) == Tree(0, {})


def test_a_sound_log_gives_the_tree_as_it_was_left(sealed: Lab) -> None:
    with connect(sealed.dsn) as conn:
        hashes = leaf_hashes(conn, 0, 304)
    assert check(sealed) == Tree(0, {}).extend(hashes)[0]


def test_events_that_are_not_sealed_yet_are_no_obstacle(sealed: Lab) -> None:
    sealed.append_many(10)
    assert check(sealed).size == 304


def test_a_restored_backup_is_refused(sealed: Lab) -> None:
    cut(sealed, 4)
    with pytest.raises(gate.RolledBack, match=r"published a checkpoint of 304 .* holds 4"):
        check(sealed)


def test_a_restored_backup_that_grew_again_is_refused(sealed: Lab) -> None:
    cut(sealed, 4)
    sealed.sql("DELETE FROM tiles")
    sealed.append_many(400)
    with connect(sealed.dsn) as conn:
        hashes = leaf_hashes(conn, 0, 4)
    sealed.sql("INSERT INTO tiles VALUES (0, 0, %s)", b"".join(hashes))
    with pytest.raises(gate.RolledBack, match="took another course"):
        check(sealed)


def test_a_sealer_on_a_restored_backup_stops_with_the_reason(sealed: Lab) -> None:
    cut(sealed, 4)
    with pytest.raises(gate.RolledBack):
        run_until(sealed.sealer(), lambda: False)


def test_removed_events_are_missed_also_under_the_same_head(sealed: Lab) -> None:
    sealed.append_many(2)
    sealed.sql("DELETE FROM events WHERE position = 305")
    with pytest.raises(gate.RolledBack, match="removed behind"):
        check(sealed)


def test_an_event_removed_in_the_middle_is_missed(sealed: Lab) -> None:
    sealed.sql("DELETE FROM events WHERE position = 7")
    with pytest.raises(gate.RolledBack, match="removed behind"):
        check(sealed)


def test_a_changed_event_is_noticed(sealed: Lab) -> None:
    sealed.sql("UPDATE events SET leaf = leaf || ' ' WHERE position = 7")
    with pytest.raises(gate.TilesDamaged, match="tile/0/000 does not hold the hashes"):
        check(sealed)


@pytest.mark.parametrize(("level", "index"), [(0, 0), (0, 1), (1, 0)])
def test_a_changed_tile_is_noticed(sealed: Lab, level: int, index: int) -> None:
    sealed.sql(
        "UPDATE tiles SET hashes = set_byte(hashes, 3, 0) WHERE level = %s AND index = %s",
        level, index,
    )  # fmt: skip
    with pytest.raises(gate.TilesDamaged):
        check(sealed)


def test_a_missing_tile_is_noticed(sealed: Lab) -> None:
    sealed.sql("DELETE FROM tiles WHERE level = 0 AND index = 1")
    with pytest.raises(gate.TilesDamaged, match="has 0 bytes"):
        check(sealed)


def test_another_key_than_the_log_was_signed_with_is_refused(sealed: Lab) -> None:
    sealed.signer = Signer(sealed.origin, Ed25519PrivateKey.generate())
    with pytest.raises(gate.WrongLogKey, match="LOKET_LOG_KEY_FILE"):
        check(sealed)


# The record outside the database


def record(lab: Lab) -> bytes:
    return (lab.directory / "checkpoints").read_bytes()


def test_a_lost_record_is_refused_and_can_be_put_back(sealed: Lab) -> None:
    path = sealed.directory / "checkpoints"
    path.unlink()
    with pytest.raises(gate.RolledBack, match="LOKET_CHECKPOINT_FILE"):
        check(sealed)
    path.write_bytes(sealed.newest().note + b"\n")
    assert check(sealed).size == 304


def test_a_record_ahead_of_the_tiles_is_what_a_crash_leaves(lab: Lab) -> None:
    lab.append_many(5)
    lab.seal()
    written = record(lab)
    lab.append_many(3)
    lab.seal()
    lab.sql("DELETE FROM timestamps WHERE size > 5")
    lab.sql("DELETE FROM checkpoints WHERE size > 5")
    lab.sql("UPDATE tiles SET hashes = substr(hashes, 1, 5 * 32)")
    assert len(record(lab)) > len(written)
    assert check(lab).size == 5
    lab.seal()
    assert check(lab).size == 8


def test_a_record_cut_short_was_never_published(sealed: Lab) -> None:
    path = sealed.directory / "checkpoints"
    whole = path.read_bytes()
    for end in range(len(whole) - 150, len(whole), 7):
        path.write_bytes(whole[:end])
        assert check(sealed).size == 304
    sealed.append_many(1)
    sealed.seal()
    assert check(sealed).size == 305
    newest = Published(path).newest(sealed.signer.verifier)
    assert newest
    assert newest.size == 305


def test_a_record_of_somebody_else_is_refused(sealed: Lab) -> None:
    other = Signer(sealed.origin, Ed25519PrivateKey.generate())
    note = other.sign(Checkpoint(sealed.origin, 304, bytes(32)).text())
    (sealed.directory / "checkpoints").write_bytes(note + b"\n")
    with pytest.raises(gate.RolledBack, match="something else than our checkpoint"):
        check(sealed)


def test_a_record_of_noise_is_refused(lab: Lab) -> None:
    path = lab.directory / "checkpoints"
    path.write_bytes(b"noise\n\n" * 30_000)
    with pytest.raises(PublishedDamaged, match="no complete checkpoint"):
        Published(path).newest(lab.signer.verifier)
    path.write_bytes(b"")
    assert Published(path).newest(lab.signer.verifier) is None


def test_a_long_record_is_read_from_its_end(lab: Lab) -> None:
    lab.append_many(2)
    lab.seal()
    path = lab.directory / "checkpoints"
    path.write_bytes(record(lab) * 2000)
    assert check(lab).size == 2


def test_two_courses_of_one_log_cannot_both_be_published(lab: Lab) -> None:
    """A copy of the database that is sealed elsewhere with the same record is stopped."""
    lab.append_many(3)
    lab.seal()
    shutil.copy(lab.directory / "checkpoints", lab.directory / "copy")
    lab.append_many(2)
    lab.seal()
    cut(lab, 3)
    lab.sql("UPDATE tiles SET hashes = substr(hashes, 1, 3 * 32)")
    lab.append_many(2)
    with pytest.raises(gate.RolledBack, match="took another course"):
        check(lab)
