# SPDX-License-Identifier: EUPL-1.2
"""The three moments the law asks for, and the calendar day they fall on. Pure.

A published naming rule ties events to moments, so that a verifier needs no list of modules: the
name of an event ends in `Verzonden`, `Afgeleverd` or `Geopend`. Terms count in calendar days of
Europe/Brussels (Bestuursdecreet II.30: from the day after), so what must be proven is the day.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo

BRUSSELS = ZoneInfo("Europe/Brussels")


class Moment(StrEnum):
    """What an event means in law."""

    VERZENDING = "verzending"
    AFLEVERING = "aflevering"
    OPVRAGING = "opvraging"


_ENDINGS = {
    "Verzonden": Moment.VERZENDING,
    "Afgeleverd": Moment.AFLEVERING,
    "Geopend": Moment.OPVRAGING,
}
ERASURE = "InhoudVernietigd"
"""The name (after the module) of the event that records that a stream's content was destroyed."""

ETSI = {
    Moment.VERZENDING: "SubmissionAcceptance",
    Moment.AFLEVERING: "ContentConsignment",
    Moment.OPVRAGING: "ContentAccessTracking",
}
"""Names of EN 319 522 events; their URI is http://uri.etsi.org/19522/Event/<name>."""


def moment_of(event_type: str) -> Moment | None:
    """The moment that an event of this type (`module.Name`) is, if any."""
    for ending, moment in _ENDINGS.items():
        if event_type.endswith(ending):
            return moment
    return None


@dataclass(frozen=True, slots=True)
class Interval:
    """When something can have happened: after `lower` and before `upper` (aware), both widened
    by the accuracy of their tokens. None: no bound is known."""

    lower: datetime | None
    upper: datetime | None

    def contains(self, at: datetime) -> bool:
        """Does `at` lie within what is known?"""
        after = self.lower is None or self.lower <= at
        return after and (self.upper is None or at <= self.upper)

    def day(self) -> date | None:
        """The one day in Brussels on which it happened; None when more than one is possible."""
        if self.lower is None or self.upper is None:
            return None
        first, last = local_day(self.lower), local_day(self.upper)
        return first if first == last else None


def local_day(at: datetime) -> date:
    """The calendar day in Brussels."""
    return at.astimezone(BRUSSELS).date()


def day_after(day: date) -> date:
    """The first day of a term that starts with this day."""
    return day + timedelta(days=1)


def utc_text(at: datetime) -> str:
    """A moment as machines read it (ISO 8601, UTC), whatever the time zone of the database."""
    return at.astimezone(UTC).isoformat()


def local_text(at: datetime) -> str:
    """A moment as people in Brussels read it, with its offset."""
    return at.astimezone(BRUSSELS).strftime("%d/%m/%Y %H:%M:%S.%f (UTC%z)")


def timezone_version() -> str:
    """The release of the time-zone data in use, "onbekend" when it does not say."""
    for directory in TZPATH:
        table = Path(directory) / "tzdata.zi"
        if table.is_file():
            with table.open(encoding="utf-8") as lines:
                return lines.readline().removeprefix("# version ").strip()
    try:
        return metadata.version("tzdata")
    except metadata.PackageNotFoundError:
        return "onbekend"
