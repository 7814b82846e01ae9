# SPDX-License-Identifier: EUPL-1.2
"""Writes a calendar (RFC 5545) of days on which something is due, with alarms before them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

FOLD = 75
"""Octets in a line at most, without its end (3.1)."""

PRODUCT = "-//Agentschap Binnenlands Bestuur//Loket//NL"
ALARM_HOUR = 8
"""The hour of the day at which an alarm goes."""

_ESCAPED = str.maketrans({"\\": r"\\", ";": r"\;", ",": r"\,", "\n": r"\n", "\r": None})


@dataclass(frozen=True, slots=True)
class Entry:
    """Something due on a day: `uid` is its name for ever, `sequence` grows with every change of
    it, made at `changed`. Alarms go so many days before."""

    uid: str
    dag: date
    titel: str
    tekst: str
    adres: str
    categorie: str
    sequence: int
    changed: datetime
    vervallen: bool = False
    alarmen: tuple[int, ...] = ()


def calendar(naam: str, entries: Iterable[Entry]) -> bytes:
    """The calendar, with these entries."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{_text(naam)}",
        f"X-WR-CALNAME:{_text(naam)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        *(line for entry in entries for line in _event(entry)),
        "END:VCALENDAR",
    ]
    return b"".join(_folded(line) for line in lines)


def _event(entry: Entry) -> Iterator[str]:
    changed = entry.changed.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    yield from (
        "BEGIN:VEVENT",
        f"UID:{_text(entry.uid)}",
        f"DTSTAMP:{changed}",
        f"LAST-MODIFIED:{changed}",
        f"SEQUENCE:{entry.sequence}",
        f"DTSTART;VALUE=DATE:{entry.dag:%Y%m%d}",
        f"DTEND;VALUE=DATE:{entry.dag + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_text(entry.titel)}",
        f"DESCRIPTION:{_text(entry.tekst)}",
        f"URL:{entry.adres}",
        f"CATEGORIES:{_text(entry.categorie)}",
        f"STATUS:{'CANCELLED' if entry.vervallen else 'CONFIRMED'}",
        "TRANSP:TRANSPARENT",
    )
    for days in () if entry.vervallen else entry.alarmen:
        yield from (
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            f"DESCRIPTION:{_text(entry.titel)}",
            f"TRIGGER:{_before(days)}",
            "END:VALARM",
        )
    yield "END:VEVENT"


def _before(days: int) -> str:
    """From the start of the day on: at the hour of alarms, so many days before."""
    hours = days * 24 - ALARM_HOUR
    whole, rest = divmod(abs(hours), 24)
    sign = "-" if hours > 0 else ""
    return f"{sign}P{f'{whole}D' if whole else ''}{f'T{rest}H' if rest else ''}"


def _text(text: str) -> str:
    """A value of type TEXT (3.3.11)."""
    return "".join(c for c in text if c >= " " or c == "\n").translate(_ESCAPED)


def _folded(line: str) -> bytes:
    """The line with its end, cut between characters where it is too long (3.1)."""
    parts, size = [""], 0
    for character in line:
        width = len(character.encode())
        if size + width > FOLD:
            parts.append(" ")
            size = 1
        parts[-1] += character
        size += width
    return "".join(f"{part}\r\n" for part in parts).encode()
