# SPDX-License-Identifier: EUPL-1.2
"""Steps 7 and 8 of the verification: between which tokens each event happened, and on which day."""

from datetime import timedelta

from loket.evidence.moments import Interval, Moment, local_day, local_text, moment_of
from loket.evidence.verify_log import Proven, Verified
from loket.evidence.verify_parts import EventRead, Parts
from loket.evidence.verify_records import recipients
from loket.evidence.verify_report import Code, MomentFound, Report

LATE = timedelta(seconds=65)
"""A stamp later than this after registration (the batch of 60 s and 5 s to get it) is `VERLAAT`."""


def step_7_intervals(parts: Parts, proven: Proven, report: Report) -> dict[int, Interval]:
    """Each event lies after the token its leaf names and before the first token that covers it.

    What precedes an event in the chain happened before it: bounds are passed along.
    """
    lower: dict[int, Verified | None] = {}
    newest: Verified | None = None
    for event in parts.events:
        own = _beacon(event, proven, report)
        if own and (newest is None or own.stamp.gen_time > newest.stamp.gen_time):
            newest = own
        lower[event.number] = newest
    intervals: dict[int, Interval] = {}
    upper: Verified | None = None
    for event in reversed(parts.events):
        own = _stamp(event, proven)
        if own and (upper is None or own.stamp.gen_time < upper.stamp.gen_time):
            upper = own
        intervals[event.number] = _interval(lower[event.number], upper)
        _check_time(event, intervals[event.number], own, report)
    return intervals


def _beacon(event: EventRead, proven: Proven, report: Report) -> Verified | None:
    if event.leaf.beacon is None:
        return None
    digest, size = event.leaf.beacon
    for token in proven.tokens:
        if token.beacon == digest:
            if token.checkpoint.size == size and size <= _index(event, size):
                return token
            message = "het baken wijst naar een later of ander tijdstempel"
            report.add(7, Code.TEGENDATEERD, message, event.number)
            return None
    message = "het tijdstempel dat het blad noemt, zit niet (geldig) in de bundel"
    report.add(7, Code.BAKEN_ONTBREEKT, message, event.number)
    return None


def _index(event: EventRead, default: int) -> int:
    return event.proof.index if event.proof else default


def _stamp(event: EventRead, proven: Proven) -> Verified | None:
    """The first token that covers the event."""
    checkpoint = proven.included.get(event.number)
    if checkpoint is None:
        return None
    covering = [token for token in proven.tokens if proven.covers(token, checkpoint)]
    return min(covering, key=lambda token: token.stamp.gen_time, default=None)


def _interval(lower: Verified | None, upper: Verified | None) -> Interval:
    return Interval(
        lower.stamp.gen_time - lower.stamp.accuracy if lower else None,
        upper.stamp.gen_time + upper.stamp.accuracy if upper else None,
    )


def _check_time(
    event: EventRead, interval: Interval, stamp: Verified | None, report: Report
) -> None:
    at = event.leaf.time
    if interval.lower and at < interval.lower:
        message = f"geregistreerd op {local_text(at)}, maar niet voor {local_text(interval.lower)}"
        report.add(7, Code.TEGENDATEERD, message, event.number)
    if interval.upper and at > interval.upper:
        message = f"geregistreerd op {local_text(at)}, maar niet na {local_text(interval.upper)}"
        report.add(7, Code.VOORUITGEDATEERD, message, event.number)
    elif stamp and stamp.stamp.gen_time - at > LATE:
        late = stamp.stamp.gen_time - at
        message = f"gestempeld {int(late.total_seconds())} seconden na de registratie"
        report.add(7, Code.VERLAAT, message, event.number)


def step_8_days(parts: Parts, intervals: dict[int, Interval], report: Report) -> None:
    """On which calendar day in Brussels each moment fell, when the tokens tell."""
    for event in parts.events:
        moment = moment_of(event.leaf.type)
        if moment is None:
            continue
        interval = intervals.get(event.number, Interval(None, None))
        _add(event, moment, interval, report)
        day = interval.day()
        if day is not None:
            report.add(8, Code.DAG_BEWEZEN, f"{moment} op {day:%d/%m/%Y}", event.number)
        elif interval.upper is not None:
            first = f"{local_day(interval.lower):%d/%m/%Y}" if interval.lower else "onbekend"
            last = f"{local_day(interval.upper):%d/%m/%Y}"
            message = f"{moment} tussen {first} en {last}"
            report.add(8, Code.DAG_ONZEKER, message, event.number)


def _add(event: EventRead, moment: Moment, interval: Interval, report: Report) -> None:
    report.moments.append(
        MomentFound(
            moment=moment,
            event=event.number,
            index=event.proof.index if event.proof else None,
            registered=event.leaf.time,
            interval=interval,
            recipient=", ".join(recipients(event)),
        )
    )
