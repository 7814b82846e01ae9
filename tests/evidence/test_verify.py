# SPDX-License-Identifier: EUPL-1.2
"""The verifier on honest bundles: what it finds, how it says it, and that nothing makes it fall."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from honest_lab import Honest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from log_lab import ABB, Lab, StukVerzonden, new_stream
from zip_lab import write_zip

from loket.evidence import moments, token
from loket.evidence.export import export_log
from loket.evidence.store import connect
from loket.evidence.verify import held_at, main, verify
from loket.evidence.verify_report import (
    TITLES,
    Code,
    Verdict,
    Weight,
    to_json,
    to_text,
    weight_of,
)
from loket.evidence.verify_steps import FIRST_PREV


def keys(honest: Honest, directory: Path) -> tuple[Path, Path]:
    vkey, roots = directory / "log.vkey", directory / "tsa-root.pem"
    vkey.write_text(honest.lab.signer.vkey + "\n")
    roots.write_bytes(honest.lab.roots)
    return vkey, roots


def test_an_honest_bundle_passes_with_every_event_time_stamped(honest: Honest) -> None:
    report = honest.lab.verify(honest.path)
    assert (report.verdict, report.level, report.exit_code) == (Verdict.PASSED, "N2", 0)
    assert report.codes == {Code.TSA_NIET_GEKWALIFICEERD, Code.DAG_BEWEZEN}
    assert report.done == set(TITLES)


def test_it_states_the_three_moments_each_within_its_proven_interval(honest: Honest) -> None:
    report = honest.lab.verify(honest.path)
    assert [found.moment for found in report.moments] == ["verzending", "aflevering", "opvraging"]
    for found in report.moments:
        assert found.interval.lower
        assert found.interval.upper
        assert found.interval.lower < found.registered < found.interval.upper
        assert found.recipient == ABB


def test_the_text_numbers_all_steps_and_ends_in_the_verdict(honest: Honest) -> None:
    text = to_text(honest.lab.verify(honest.path))
    for number, title in TITLES.items():
        assert f"{number:2}. {title}: in orde" in text
    assert text.rstrip().endswith("Oordeel: TOTAL-PASSED, niveau N2")


def test_the_json_says_the_same(honest: Honest) -> None:
    content = json.loads(to_json(honest.lab.verify(honest.path)))
    assert content["oordeel"] == "TOTAL-PASSED"
    assert [step["nummer"] for step in content["stappen"]] == list(range(1, 12))
    assert content["momenten"][0]["dag"]


def test_it_runs_as_a_program_of_its_own(honest: Honest, tmp_path: Path) -> None:
    vkey, roots = keys(honest, tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "loket.evidence.verify", honest.path, "--log-key", vkey,
         "--tsa-root", roots, "--json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["oordeel"] == "TOTAL-PASSED"


def test_it_imports_nothing_of_the_server(honest: Honest) -> None:
    code = "import sys, loket.evidence.verify; print('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )  # fmt: skip
    loaded = set(done.stdout.split())
    forbidden = {"psycopg", "eventsourcing", "pydantic", "msgspec", "loket.kernel", "loket.domain"}
    assert not loaded & forbidden


def test_unreadable_keys_are_said_and_decide_nothing(honest: Honest, tmp_path: Path) -> None:
    vkey, roots = keys(honest, tmp_path)
    said: list[str] = []
    assert main(honest.path, roots, vkey, write=said.append) == 2
    assert main(honest.path, tmp_path / "none", roots, write=said.append) == 2
    assert all("sleutels" in line for line in said)


def test_a_bundle_of_a_stream_not_yet_stamped_is_provisional(lab: Lab) -> None:
    name = new_stream()
    lab.send(name)
    registered = lab.verify(lab.bundle(name))
    assert (registered.verdict, registered.level) == (Verdict.INDETERMINATE, "N0")
    assert Code.NOG_NIET_VERZEGELD in registered.codes
    lab.tsa_down = True
    lab.seal(stamped=False)
    sealed = lab.verify(lab.bundle(name))
    assert (sealed.verdict, sealed.level) == (Verdict.INDETERMINATE, "N1")
    assert Code.NOG_NIET_GESTEMPELD in sealed.codes


def test_a_sending_without_delivery_is_proof_of_sending_only(lab: Lab) -> None:
    name = new_stream()
    lab.append(name, StukVerzonden("x", (), (ABB,)))
    lab.seal()
    report = lab.verify(lab.bundle(name))
    assert (report.verdict, report.kind) == (Verdict.PASSED, "Bewijs van verzending")


def test_without_an_earlier_token_the_day_is_not_proven(lab: Lab) -> None:
    name = new_stream()
    lab.send(name)
    lab.seal()
    report = lab.verify(lab.bundle(name))
    assert report.verdict is Verdict.PASSED
    assert Code.DAG_ONZEKER in report.codes
    assert Code.DAG_BEWEZEN not in report.codes


def test_a_stamp_that_came_late_is_said_to_be_late(lab: Lab) -> None:
    lab.tsa_ahead = timedelta(minutes=5)
    name = new_stream()
    lab.send(name)
    lab.seal()
    report = lab.verify(lab.bundle(name))
    assert (report.verdict, Code.VERLAAT in report.codes) == (Verdict.PASSED, True)


def test_after_the_tsa_certificate_expired_a_token_needs_renewal(honest: Honest) -> None:
    later = datetime.now(UTC) + timedelta(days=365 * 20)
    report = honest.lab.verify(honest.path, at=later)
    assert (report.verdict, Code.ONVOLDOENDE_LANGETERMIJN in report.codes) == (
        Verdict.INDETERMINATE,
        True,
    )


def test_an_exported_log_beside_the_held_checkpoint_proves_it_continues(
    honest: Honest, tmp_path: Path
) -> None:
    lab = honest.lab
    lab.append_many(300)
    lab.seal()
    with connect(lab.dsn) as conn:
        export_log(conn, tmp_path / "log", lab.signer.vkey, lab.roots)
    held = held_at(tmp_path / "log" / "checkpoint")
    assert lab.verify(honest.path, held).verdict is Verdict.PASSED
    alone = tmp_path / "checkpoint"
    alone.write_bytes(held.note)
    report = lab.verify(honest.path, held_at(alone))
    assert (report.verdict, Code.SAMENHANG_ONBEWEZEN in report.codes) == (
        Verdict.INDETERMINATE,
        True,
    )


def test_a_bundle_extends_the_checkpoints_it_was_asked_to_extend(lab: Lab) -> None:
    lab.append_many(7)
    lab.seal()
    old = lab.newest()
    name = new_stream()
    lab.send(name)
    lab.seal()
    path = lab.bundle(name, known=[7])
    assert lab.verify(path, old).verdict is Verdict.PASSED


def test_every_refusal_of_a_token_has_a_code_here() -> None:
    of_others = {token.Code.TSA_ONBEREIKBAAR, token.Code.TSA_INGETROKKEN}
    assert {code.value for code in set(token.Code) - of_others} <= {code.value for code in Code}


def test_the_first_leaf_of_a_stream_follows_the_hash_of_nothing() -> None:
    from loket.evidence.leaf import FIRST_PREV as WRITTEN
    from loket.evidence.leaf import b64

    assert b64(WRITTEN) == FIRST_PREV


@pytest.mark.parametrize(
    ("lower", "upper", "day"),
    [
        ("2026-03-28T23:30:00", "2026-03-29T21:30:00", "2026-03-29"),
        ("2026-03-28T22:30:00", "2026-03-29T21:30:00", None),
        ("2026-03-29T21:59:59", "2026-03-29T22:00:00", None),
        ("2026-10-24T22:00:00", "2026-10-25T22:59:59", "2026-10-25"),
        ("2026-10-24T22:00:00", "2026-10-25T23:00:00", None),
        ("2026-06-01T21:59:59", "2026-06-01T21:59:59", "2026-06-01"),
    ],
)
def test_the_day_is_that_of_brussels_also_when_the_clock_changes(
    lower: str, upper: str, day: str | None
) -> None:
    interval = moments.Interval(*(datetime.fromisoformat(f"{t}+00:00") for t in (lower, upper)))
    assert str(interval.day()) == str(day)


def is_decisive(name: str) -> bool:
    """Pages, hints and the issuer's own index are read by people, not believed by the verifier.

    A query may ask for things that do not matter; only its imprint and nonce do.
    """
    if name in {"log/policy.txt", "tijd/tsa-root.pem"} or name.endswith(".tsq"):
        return False
    return (
        name.startswith(("gebeurtenissen/", "bericht/", "tijd/", "log/"))
        and name != "tijd/storing.json"
    )


@given(data=st.data())
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_change_of_bytes_makes_it_fall_or_pass(
    honest: Honest, tmp_path: Path, data: st.DataObject
) -> None:
    members = dict(honest.members)
    name = data.draw(st.sampled_from(sorted(set(members) - {"SHA256SUMS"})))
    content = bytearray(members[name] or b" ")
    at = data.draw(st.integers(0, len(content) - 1))
    match data.draw(st.sampled_from(["flip", "cut", "insert", "empty", "noise"])):
        case "flip":
            content[at] ^= data.draw(st.integers(1, 255))
        case "cut":
            del content[at:]
        case "insert":
            content[at:at] = data.draw(st.binary(min_size=1, max_size=20))
        case "empty":
            content.clear()
        case _:
            content[:] = data.draw(st.binary(max_size=200))
    members[name] = bytes(content)
    plain = write_zip(tmp_path / "plain.zip", members, sums=False)
    assert honest.lab.verify(plain).verdict is not Verdict.PASSED or members == honest.members
    fitted = honest.lab.verify(write_zip(tmp_path / "fitted.zip", members))
    if is_decisive(name) and members != honest.members:
        assert fitted.verdict is not Verdict.PASSED, (name, to_text(fitted))


@given(st.binary(max_size=400))
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_file_at_all_makes_it_fall(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    assert verify(path, [], []).verdict is Verdict.FAILED


@given(data=st.data())
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_damage_to_the_zip_itself_makes_it_fall(
    honest: Honest, tmp_path: Path, data: st.DataObject
) -> None:
    content = bytearray(honest.path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(max(0, len(content) - 9000), len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    path = tmp_path / "damaged.zip"
    path.write_bytes(content)
    honest.lab.verify(path)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(data=st.data())
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_json_in_the_index_makes_it_fall(
    honest: Honest, tmp_path: Path, data: st.DataObject
) -> None:
    index = json.loads(honest.members["bewijs.json"])
    target = data.draw(st.sampled_from([index, *index["gebeurtenissen"]]))
    target[data.draw(st.sampled_from(sorted(target)))] = data.draw(json_values)
    members = honest.members | {"bewijs.json": json.dumps(index).encode()}
    honest.lab.verify(write_zip(tmp_path / "index.zip", members))


def test_the_standard_explains_every_code_with_its_verdict() -> None:
    text = (Path(__file__).parents[2] / "docs/reference/bewijs.md").read_text("utf-8")
    verdict = {Weight.INFO: "–", Weight.UNSURE: "indeterminate", Weight.FAILED: "failed"}
    for code in Code:
        assert f"| `{code}` | {verdict[weight_of(code)]} |" in text
