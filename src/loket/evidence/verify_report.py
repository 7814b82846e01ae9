# SPDX-License-Identifier: EUPL-1.2
"""What the verifier says: codes, steps, a verdict, and how it is shown.

Verdicts are those of ETSI EN 319 102-1. `docs/reference/bewijs.md` explains every code.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from loket.evidence.moments import Interval, Moment, day_after, local_text, timezone_version

TITLES = {
    1: "Bundel en sleutels",
    2: "Inhoud en documenten",
    3: "Keten van het dossier",
    4: "Aanwezig in het log",
    5: "Checkpoints",
    6: "Tijdstempels",
    7: "Tijdsinterval",
    8: "Kalenderdag",
    9: "Samenhang van de momenten",
    10: "Versheid van het log",
    11: "Lange termijn",
}


class Weight(IntEnum):
    """What a code does to the verdict."""

    INFO = 0
    UNSURE = 1
    FAILED = 2


class Code(StrEnum):
    """Everything the verifier can find; TSA codes keep the names of `token.Code`."""

    BUNDEL_ONVEILIG = "BUNDEL_ONVEILIG"
    BUNDEL_ONLEESBAAR = "BUNDEL_ONLEESBAAR"
    BUNDEL_BESCHADIGD = "BUNDEL_BESCHADIGD"
    VERSIE_ONBEKEND = "VERSIE_ONBEKEND"
    SLEUTEL_ONBEKEND = "SLEUTEL_ONBEKEND"
    INHOUD_GEWIJZIGD = "INHOUD_GEWIJZIGD"
    INHOUD_ONTBREEKT = "INHOUD_ONTBREEKT"
    INHOUD_NIET_BIJGEVOEGD = "INHOUD_NIET_BIJGEVOEGD"
    INHOUD_VERNIETIGD = "INHOUD_VERNIETIGD"
    GEBEURTENIS_ONTBREEKT = "GEBEURTENIS_ONTBREEKT"
    VOLGORDE = "VOLGORDE"
    NIET_IN_LOG = "NIET_IN_LOG"
    NOG_NIET_VERZEGELD = "NOG_NIET_VERZEGELD"
    HANDTEKENING_ONJUIST = "HANDTEKENING_ONJUIST"
    NOG_NIET_GESTEMPELD = "NOG_NIET_GESTEMPELD"
    TOKEN_ONLEESBAAR = "TOKEN_ONLEESBAAR"  # noqa: S105 - no password
    TSA_WEIGERT = "TSA_WEIGERT"
    TSA_BELEID = "TSA_BELEID"
    TSA_ONBEKEND = "TSA_ONBEKEND"
    TSA_NIET_GELDIG = "TSA_NIET_GELDIG"
    TSA_VERVALST = "TSA_VERVALST"
    TSA_NIET_GEKWALIFICEERD = "TSA_NIET_GEKWALIFICEERD"
    BAKEN_ONTBREEKT = "BAKEN_ONTBREEKT"
    TEGENDATEERD = "TEGENDATEERD"
    VOORUITGEDATEERD = "VOORUITGEDATEERD"
    VERLAAT = "VERLAAT"
    DAG_BEWEZEN = "DAG_BEWEZEN"
    DAG_ONZEKER = "DAG_ONZEKER"
    BEWIJS_VAN_ANDER_BERICHT = "BEWIJS_VAN_ANDER_BERICHT"
    LOG_TERUGGEDRAAID = "LOG_TERUGGEDRAAID"
    LOG_GESPLITST = "LOG_GESPLITST"
    SAMENHANG_ONBEWEZEN = "SAMENHANG_ONBEWEZEN"
    ONVOLDOENDE_LANGETERMIJN = "ONVOLDOENDE_LANGETERMIJN"


_INFO = {
    Code.INHOUD_NIET_BIJGEVOEGD,
    Code.INHOUD_VERNIETIGD,
    Code.TSA_NIET_GEKWALIFICEERD,
    Code.VERLAAT,
    Code.DAG_BEWEZEN,
    Code.DAG_ONZEKER,
}
_UNSURE = {
    Code.VERSIE_ONBEKEND,
    Code.SLEUTEL_ONBEKEND,
    Code.INHOUD_ONTBREEKT,
    Code.NOG_NIET_VERZEGELD,
    Code.NOG_NIET_GESTEMPELD,
    Code.TOKEN_ONLEESBAAR,
    Code.TSA_WEIGERT,
    Code.TSA_BELEID,
    Code.TSA_ONBEKEND,
    Code.TSA_NIET_GELDIG,
    Code.BAKEN_ONTBREEKT,
    Code.SAMENHANG_ONBEWEZEN,
    Code.ONVOLDOENDE_LANGETERMIJN,
}


def weight_of(code: Code) -> Weight:
    """What this code does to the verdict."""
    if code in _INFO:
        return Weight.INFO
    return Weight.UNSURE if code in _UNSURE else Weight.FAILED


class Verdict(StrEnum):
    """The worst of all findings."""

    PASSED = "TOTAL-PASSED"
    INDETERMINATE = "INDETERMINATE"
    FAILED = "TOTAL-FAILED"


EXIT = {Verdict.PASSED: 0, Verdict.FAILED: 1, Verdict.INDETERMINATE: 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in one step; `event` is the sequence number it is about."""

    step: int
    code: Code
    message: str
    event: int | None = None


@dataclass(frozen=True, slots=True)
class MomentFound:
    """A verzending, aflevering or opvraging: the three times, never merged."""

    moment: str
    event: int
    index: int | None
    registered: datetime
    interval: Interval
    recipient: str = ""


@dataclass
class Report:
    """The outcome of one verification. `level`: N0 registered, N1 in the log, N2 time-stamped."""

    log: str = ""
    stream: str = ""
    kind: str = ""
    level: str = "N0"
    findings: list[Finding] = field(default_factory=list)
    moments: list[MomentFound] = field(default_factory=list)
    done: set[int] = field(default_factory=set)

    def add(self, step: int, code: Code, message: str, event: int | None = None) -> None:
        """Note a finding, once."""
        finding = Finding(step, code, message, event)
        if finding not in self.findings:
            self.findings.append(finding)

    @property
    def verdict(self) -> Verdict:
        """The worst of all findings."""
        worst = max((weight_of(f.code) for f in self.findings), default=Weight.INFO)
        return (Verdict.PASSED, Verdict.INDETERMINATE, Verdict.FAILED)[worst]

    @property
    def exit_code(self) -> int:
        """0 TOTAL-PASSED, 1 TOTAL-FAILED, 2 INDETERMINATE."""
        return EXIT[self.verdict]

    @property
    def codes(self) -> set[Code]:
        """Every code found."""
        return {finding.code for finding in self.findings}

    def of_step(self, number: int) -> list[Finding]:
        """What was found in one step."""
        return [finding for finding in self.findings if finding.step == number]

    def outcome(self, number: int) -> str:
        """How one step went, in a word."""
        worst = max((weight_of(f.code) for f in self.of_step(number)), default=Weight.INFO)
        if number not in self.done and worst is Weight.INFO:
            return "niet uitgevoerd"
        return ("in orde", "onzeker", "NIET IN ORDE")[worst]


def to_json(report: Report) -> str:
    """The report for machines; keys are stable."""
    content: dict[str, Any] = {
        "versie": 1,
        "oordeel": report.verdict,
        "niveau": report.level,
        "soort": report.kind,
        "log": report.log,
        "stroom": report.stream,
        "codes": sorted(report.codes),
        "tijdzones": timezone_version(),
        "stappen": [
            {
                "nummer": number,
                "titel": title,
                "uitkomst": report.outcome(number),
                "bevindingen": [
                    {"code": f.code, "melding": f.message, "gebeurtenis": f.event}
                    for f in report.of_step(number)
                ],
            }
            for number, title in TITLES.items()
        ],
        "momenten": [_moment(moment) for moment in report.moments],
    }
    return json.dumps(content, ensure_ascii=False, indent=1)


def _moment(found: MomentFound) -> dict[str, Any]:
    lower, upper, day = found.interval.lower, found.interval.upper, found.interval.day()
    starts_term = found.moment == Moment.AFLEVERING
    return {
        "moment": found.moment,
        "gebeurtenis": found.event,
        "positie": found.index,
        "ontvanger": found.recipient or None,
        "geregistreerd": found.registered.isoformat(),
        "niet_voor": lower.isoformat() if lower else None,
        "niet_na": upper.isoformat() if upper else None,
        "dag": day.isoformat() if day else None,
        "termijn_vanaf": day_after(day).isoformat() if day and starts_term else None,
    }


def to_text(report: Report) -> str:
    """The report for people, every step numbered."""
    lines = [f"{report.kind or 'Bewijs'}: {report.stream or '?'}", f"log: {report.log or '?'}", ""]
    for number, title in TITLES.items():
        lines.append(f"{number:2}. {title}: {report.outcome(number)}")
        for finding in report.of_step(number):
            where = "" if finding.event is None else f"gebeurtenis {finding.event}: "
            lines.append(f"      {finding.code}: {where}{finding.message}")
    if report.moments:
        lines += ["", "Momenten (tijd in Brussel)"]
    for moment in report.moments:
        lines += _moment_lines(moment)
    lines += [
        "",
        f"tijdzonegegevens {timezone_version()}",
        f"Oordeel: {report.verdict}, niveau {report.level}",
    ]
    return "\n".join(_printable(line) for line in lines) + "\n"


def _moment_lines(found: MomentFound) -> list[str]:
    lower, upper = found.interval.lower, found.interval.upper
    who = f" ({found.recipient})" if found.recipient else ""
    lines = [
        f"  {found.moment}{who}, gebeurtenis {found.event}",
        f"      geregistreerd {local_text(found.registered)}",
    ]
    if lower:
        lines.append(f"      niet voor     {local_text(lower)}")
    if upper:
        lines.append(f"      niet na       {local_text(upper)}")
    return lines


def _printable(line: str) -> str:
    """Text from a bundle must not steer the terminal it is shown on."""
    return "".join(char if char.isprintable() else "�" for char in line)
