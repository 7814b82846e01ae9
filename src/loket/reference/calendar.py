# SPDX-License-Identifier: EUPL-1.2
"""The Belgian calendar day of a moment.

Summer time runs from the last Sunday of March to the last Sunday of October, both at 01:00 UTC
(directive 2000/84/EC). Computed here, so that a decision never depends on the time zone tables
of the machine it runs on.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache


def belgian_day(at: datetime) -> date:
    """The day in Belgium at this moment (an aware datetime)."""
    utc = at.astimezone(UTC)
    start, end = _switch(utc.year, 3), _switch(utc.year, 10)
    return (utc + timedelta(hours=2 if start <= utc < end else 1)).date()


@lru_cache(maxsize=64)
def _switch(year: int, month: int) -> datetime:
    """01:00 UTC on the last Sunday of a month of 31 days."""
    last = datetime(year, month, 31, 1, tzinfo=UTC)
    return last - timedelta(days=(last.weekday() + 1) % 7)
