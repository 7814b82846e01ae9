# SPDX-License-Identifier: EUPL-1.2
"""Verification of a bundle, offline, in eleven numbered steps.

Stands alone: imports nothing of the server. Keys come from outside the bundle; what the bundle
says about keys is a hint that is compared, never used. Whatever the bytes, the answer is a
report. `docs/reference/bewijs.md` describes every step and code.
"""

import argparse
import sys
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from loket.evidence.moments import Moment
from loket.evidence.note import Verifier
from loket.evidence.tiles import ReadTile, TilePath, width_at
from loket.evidence.verify_log import (
    Held,
    Proven,
    Trust,
    step_4_inclusion,
    step_5_checkpoints,
    step_6_tokens,
    step_10_freshness,
    step_11_long_term,
)
from loket.evidence.verify_parts import Malformed, Parts, UnknownVersion, read_parts
from loket.evidence.verify_report import Code, Report, Verdict, to_json, to_text
from loket.evidence.verify_steps import step_2_content, step_3_chain, step_9_coherence
from loket.evidence.verify_time import step_7_intervals, step_8_days
from loket.evidence.verify_zip import Broken, SafeZip, Unsafe

SUMS = "SHA256SUMS"


def verify(
    bundle: Path,
    log_vkeys: Sequence[str],
    tsa_roots: Sequence[x509.Certificate],
    checkpoint: Held | None = None,
    policies: Collection[str] | None = None,
    at: datetime | None = None,
) -> Report:
    """Check one bundle.

    `log_vkeys` are the log's keys as published (C2SP vkey), `tsa_roots` the only roots trusted for
    time, `checkpoint` one that the verifier holds, `policies` the TSA policies allowed (None:
    any), `at` the time of verification (now). Raises ValueError for a vkey that is none.
    """
    trust = Trust(
        logs=[Verifier.from_vkey(vkey.strip()) for vkey in log_vkeys],
        roots=tsa_roots,
        at=at or datetime.now(UTC),
        policies=policies,
        held=checkpoint,
    )
    report = Report()
    try:
        with SafeZip(bundle) as archive:
            _steps(archive, trust, report)
    except Unsafe as error:
        report.add(1, Code.BUNDEL_ONVEILIG, str(error))
    except UnknownVersion as error:
        report.add(1, Code.VERSIE_ONBEKEND, f"formaat {error} is onbekend")
    except (Broken, Malformed) as error:
        report.add(1, Code.BUNDEL_ONLEESBAAR, str(error))
    return report


def _steps(archive: SafeZip, trust: Trust, report: Report) -> None:
    digests, parts = _step_1_bundle(archive, trust, report)
    sizes = {name: archive.size(name) for name in digests}
    proven = Proven()
    report.stream = parts.index.stream
    report.log = ", ".join(log.name for log in trust.logs)
    _run(report, 2, lambda: step_2_content(parts, digests, sizes, report))
    _run(report, 3, lambda: step_3_chain(parts, report))
    # Signatures first: an inclusion is worth what the checkpoint it leads to is worth.
    _run(report, 5, lambda: step_5_checkpoints(parts, trust, proven, report))
    _run(report, 4, lambda: step_4_inclusion(parts, proven, report))
    _run(report, 10, lambda: step_10_freshness(parts, trust, proven, report))
    _run(report, 6, lambda: step_6_tokens(parts, trust, proven, report))
    intervals = step_7_intervals(parts, proven, report)
    report.done.add(7)
    _run(report, 8, lambda: step_8_days(parts, intervals, report))
    _run(report, 9, lambda: step_9_coherence(parts, report))
    _run(report, 11, lambda: step_11_long_term(trust, proven, report))
    report.kind = _kind(report)
    report.level = _level(parts, proven, report)


def _run(report: Report, number: int, step: Callable[[], None]) -> None:
    step()
    report.done.add(number)


def _step_1_bundle(archive: SafeZip, trust: Trust, report: Report) -> tuple[dict[str, str], Parts]:
    """Nothing is damaged, everything can be read, and the keys are those the verifier has."""
    digests = {name: archive.digest(name) for name in archive.names if name != SUMS}
    expected = _sums(archive.read(SUMS))
    for name in sorted(expected.keys() | digests.keys()):
        if expected.get(name) != digests.get(name):
            what = "ontbreekt" if name not in digests else "klopt niet met SHA256SUMS"
            report.add(1, Code.BUNDEL_BESCHADIGD, f"{name} {what}")
    parts = read_parts(archive)
    for name, problem in parts.problems:
        report.add(1, Code.BUNDEL_ONLEESBAAR, f"{name}: {problem}")
    if parts.vkey_hint not in {log.vkey for log in trust.logs}:
        report.add(1, Code.SLEUTEL_ONBEKEND, "de bundel noemt een andere sleutel dan u opgaf")
    report.done.add(1)
    return digests, parts


def _sums(data: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in data.decode("ascii", "replace").splitlines():
        digest, separator, name = line.partition("  ")
        if not separator or name in found:
            raise Malformed("SHA256SUMS heeft niet de juiste vorm")
        found[name] = digest
    return found


def _kind(report: Report) -> str:
    moments = {found.moment for found in report.moments}
    if Moment.AFLEVERING in moments:
        return "Bewijs van verzending en aflevering"
    return "Bewijs van verzending" if moments else "Bewijs van registratie"


def _level(parts: Parts, proven: Proven, report: Report) -> str:
    """N0 registered, N1 every leaf in the log, N2 every leaf time-stamped."""
    numbers = [event.number for event in parts.events]
    if report.verdict is Verdict.FAILED or not all(n in proven.included for n in numbers):
        return "N0"
    checkpoints = [proven.included[n] for n in numbers]
    stamped = all(any(proven.covers(t, c) for t in proven.tokens) for c in checkpoints)
    return "N2" if stamped else "N1"


def held_at(path: Path) -> Held:
    """A checkpoint in a file; the tiles beside it are used when there are (`loket export-log`).

    Raises OSError and ValueError.
    """
    note = path.read_bytes()
    directory = path.parent
    if not (directory / "tile").is_dir():
        return Held(note)
    size = int(note.split(b"\n")[1]) if note.count(b"\n") > 1 else 0
    return Held(note, _tiles_in(directory, size))


def _tiles_in(directory: Path, size: int) -> ReadTile:
    def read(level: int, index: int) -> bytes:
        return (directory / TilePath(level, index, width_at(level, index, size)).path).read_bytes()

    return read


def main(
    bundle: Path,
    log_key: Path,
    tsa_root: Path,
    checkpoint: Path | None = None,
    *,
    as_json: bool = False,
    write: Callable[[str], object] = sys.stdout.write,
) -> int:
    """`loket verify`: prints the report; 0 TOTAL-PASSED, 1 TOTAL-FAILED, 2 INDETERMINATE."""
    try:
        vkeys = [line for line in log_key.read_text("utf-8").splitlines() if line.strip()]
        roots = x509.load_pem_x509_certificates(tsa_root.read_bytes())
        held = held_at(checkpoint) if checkpoint else None
        report = verify(bundle, vkeys, roots, held)
    except (OSError, ValueError) as error:
        write(f"De opgegeven sleutels zijn niet te lezen: {error}\n")
        return 2
    write(to_json(report) + "\n" if as_json else to_text(report))
    return report.exit_code


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Controleer een bewijs, zonder netwerk.")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--log-key", type=Path, required=True)
    parser.add_argument("--tsa-root", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    given = _arguments(sys.argv[1:])
    sys.exit(
        main(given.bundle, given.log_key, given.tsa_root, given.checkpoint, as_json=given.json)
    )
