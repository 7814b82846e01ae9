# SPDX-License-Identifier: EUPL-1.2
"""The attacks of the threat table that only an operator can make, each with the code it meets."""

import hashlib
import re
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from honest_lab import Honest, make_honest
from log_lab import InhoudVernietigd, Lab, new_stream, utc_now
from test_attacks import PDF_NAME, attacked, both, edit, without

from loket.evidence import tiles
from loket.evidence.export import export_log
from loket.evidence.note import Checkpoint, Signer, open_note
from loket.evidence.sealed import leaf_hashes
from loket.evidence.store import connect
from loket.evidence.token import build_query
from loket.evidence.verify import Held, held_at
from loket.evidence.verify_report import Code, Verdict

# Time


def test_an_event_dated_before_the_token_its_leaf_names_is_backdated(lab: Lab) -> None:
    lab.append_many(1)
    lab.seal()
    # The lab's own times would hold the clock back: a log's times never decrease.
    lab.sql("UPDATE log_head SET registered = 'epoch'")
    lab.ahead = -timedelta(hours=26)
    name = new_stream()
    lab.send(name)
    lab.seal()
    report = lab.verify(lab.bundle(name))
    assert (report.verdict, report.codes >= {Code.TEGENDATEERD}) == (Verdict.FAILED, True)


def test_an_event_dated_after_the_token_that_covers_it_is_forward_dated(lab: Lab) -> None:
    lab.ahead = timedelta(hours=3)
    name = new_stream()
    lab.send(name)
    lab.seal()
    report = lab.verify(lab.bundle(name))
    assert (report.verdict, report.codes >= {Code.VOORUITGEDATEERD}) == (Verdict.FAILED, True)


# The log as a whole


def restored(lab: Lab, size: int) -> None:
    """Put the database back to its first `size` events, as a backup would."""
    for table in ("timestamps", "checkpoints"):
        lab.sql(f"DELETE FROM {table} WHERE size > %s", size)
    lab.sql("DELETE FROM events WHERE position >= %s", size)
    lab.sql("DELETE FROM tiles")
    lab.sql("UPDATE log_head SET size = %s, urgent = %s", size, size)


def refill_tiles(lab: Lab) -> None:
    """Give the restored database tiles that fit, and forget what was published."""
    with connect(lab.dsn) as conn:
        size = conn.execute("SELECT max(size) FROM checkpoints").fetchone()
        assert size
        hashes = leaf_hashes(conn, 0, size[0])
    for (level, index), data in tiles.extend({}, 0, hashes).items():
        lab.sql("INSERT INTO tiles VALUES (%s, %s, %s)", level, index, data)
    record = lab.directory / "checkpoints"
    record.write_bytes(lab.newest().note + b"\n")


def test_a_log_that_was_rolled_back_is_seen_by_who_holds_its_checkpoint(
    lab: Lab, tmp_path: Path
) -> None:
    lab.append_many(4)
    lab.seal()
    lab.append_many(20)
    lab.seal()
    with connect(lab.dsn) as conn:
        export_log(conn, tmp_path / "export", lab.signer.vkey, lab.roots)
    restored(lab, 4)
    refill_tiles(lab)
    name = new_stream()
    lab.send(name)
    lab.seal()
    report = lab.verify(lab.bundle(name), held_at(tmp_path / "export" / "checkpoint"))
    assert (report.verdict, report.codes >= {Code.LOG_TERUGGEDRAAID}) == (Verdict.FAILED, True)


def test_two_logs_of_one_size_under_one_key_are_a_split_view(
    honest: Honest, tmp_path: Path
) -> None:
    lab = honest.lab
    text = open_note(honest.members["log/checkpoint"], [lab.signer.verifier])
    size = Checkpoint.parse(text).size
    other = lab.signer.sign(Checkpoint(lab.origin, size, bytes(32)).text())
    report = lab.verify(honest.path, Held(other))
    assert (report.verdict, report.codes >= {Code.LOG_GESPLITST}) == (Verdict.FAILED, True)


def test_a_bundle_that_contradicts_itself_is_a_split_view(honest: Honest, tmp_path: Path) -> None:
    lab = honest.lab
    name = next(n for n in honest.members if re.fullmatch(r"tijd/\d+\.note", n))
    size = int(name[5:-5])
    note = lab.signer.sign(Checkpoint(lab.origin, size, bytes(32)).text())
    members = honest.members | {
        "tijd/1.note": note,
        "tijd/1.tsq": build_query(note, 1 << 63),
        "tijd/1.tsr": lab.tsa.respond(build_query(note, 1 << 63), utc_now(), 9),
    }
    report = attacked(honest, tmp_path, members)
    assert report.codes & {Code.LOG_GESPLITST, Code.LOG_TERUGGEDRAAID}
    assert report.verdict is Verdict.FAILED


def test_a_held_checkpoint_of_another_log_decides_nothing(honest: Honest) -> None:
    stranger = Signer("log.example.org/other", Ed25519PrivateKey.generate())
    note = stranger.sign(Checkpoint(stranger.name, 3, bytes(32)).text())
    report = honest.lab.verify(honest.path, Held(note))
    assert (report.verdict, report.codes >= {Code.SLEUTEL_ONBEKEND}) == (
        Verdict.INDETERMINATE,
        True,
    )


def test_a_crash_between_append_and_token_only_delays_the_token(lab: Lab) -> None:
    lab.tsa_down = True
    name = new_stream()
    lab.send(name)
    lab.seal(stamped=False)
    assert lab.verify(lab.bundle(name)).codes >= {Code.NOG_NIET_GESTEMPELD}
    lab.tsa_down = False
    lab.seal()
    assert lab.verify(lab.bundle(name)).verdict is Verdict.PASSED


# Erasure


def test_an_erased_content_leaves_existence_and_time_proven(lab: Lab) -> None:
    name = new_stream()
    lab.send(name)
    lab.append(name, InhoudVernietigd("serie 12"))
    lab.seal()
    lab.sql("DELETE FROM data_keys WHERE subject = %s", name)
    report = lab.verify(lab.bundle(name))
    assert (report.verdict, report.level) == (Verdict.PASSED, "N2")
    assert report.codes >= {Code.INHOUD_VERNIETIGD}


def test_content_that_went_missing_without_an_erasure_leaves_doubt(lab: Lab) -> None:
    name = new_stream()
    lab.send(name)
    lab.seal()
    lab.sql("DELETE FROM data_keys WHERE subject = %s", name)
    report = lab.verify(lab.bundle(name))
    assert (report.verdict, report.codes >= {Code.INHOUD_ONTBREEKT}) == (
        Verdict.INDETERMINATE,
        True,
    )


def test_a_forged_erasure_event_is_in_no_log(honest: Honest, tmp_path: Path) -> None:
    forged = both(
        edit("gebeurtenissen/2.leaf", "proef.StukGeopend", "proef.InhoudVernietigd"),
        without(r"gebeurtenissen/0\.(inhoud|actor).*"),
    )
    report = attacked(honest, tmp_path, forged(dict(honest.members)))
    assert (report.verdict, report.codes >= {Code.NIET_IN_LOG}) == (Verdict.FAILED, True)


def test_the_honest_log_of_these_attacks_is_itself_in_order(lab: Lab) -> None:
    honest = make_honest(lab)
    assert lab.verify(honest.path).verdict is Verdict.PASSED
    assert (
        hashlib.sha256(honest.members[PDF_NAME]).hexdigest()
        in honest.members["bewijs.json"].decode()
    )
