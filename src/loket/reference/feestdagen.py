# SPDX-License-Identifier: EUPL-1.2
"""The Belgian calendar: which day it is at a moment, when that day ends, and which days are free.

The holidays are data (`feestdagen.json`), fixed or counted from Easter. Summer time comes from the
time zone tables of the package `tzdata`, not from those of the machine, so that their version is
known and can be recorded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import tzdata

from loket.reference.geldigheid import ALTIJD, Geldigheid

TZDATA: str = tzdata.IANA_VERSION
WEEKDAGEN = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
MAANDEN = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)
ZATERDAG = 5
DAG = timedelta(days=1)


def _zone() -> ZoneInfo:
    with (files("tzdata") / "zoneinfo" / "Europe" / "Brussels").open("rb") as table:
        return ZoneInfo.from_file(table, key="Europe/Brussels")


BRUSSEL = _zone()


@dataclass(frozen=True, slots=True)
class Feestdag:
    """A holiday: on the same date every year, or `na_pasen` days after Easter Sunday."""

    naam: str
    maand: int = 0
    dag: int = 0
    na_pasen: int | None = None
    geldig: Geldigheid = ALTIJD

    def in_jaar(self, jaar: int) -> date | None:
        """Its day in that year, if it is one then. Raises ValueError for a date without day."""
        if self.na_pasen is None:
            day = date(jaar, self.maand, self.dag)
        else:
            day = pasen(jaar) + timedelta(days=self.na_pasen)
        return day if self.geldig.op(day) else None


@dataclass(frozen=True, slots=True)
class Kalender:
    """Days in Belgium; `versie` names the content of the table of holidays."""

    versie: str
    feestdagen: tuple[Feestdag, ...]
    tzdata: str = TZDATA

    def dag(self, moment: datetime) -> date:
        """The day in Belgium at this moment (an aware datetime)."""
        return moment.astimezone(BRUSSEL).date()

    def einde(self, dag: date) -> datetime:
        """The moment (UTC) at which this day has just ended: the midnight after it."""
        return datetime.combine(dag + DAG, time(), BRUSSEL).astimezone(UTC)

    def moment(self, dag: date, uur: int) -> datetime:
        """The moment (UTC) at which it is this hour of that day in Belgium."""
        return datetime.combine(dag, time(uur), BRUSSEL).astimezone(UTC)

    def feestdag(self, dag: date) -> str:
        """The name of the holiday on this day; empty when it is none."""
        return _van_jaar(self.feestdagen, dag.year).get(dag, "")

    def vrij(self, dag: date, soorten: frozenset[str]) -> str:
        """Why nothing can be done on this day, empty when it can.

        `soorten` says what counts: `weekend`, `feestdag`.
        """
        if "feestdag" in soorten and (naam := self.feestdag(dag)):
            return naam
        if "weekend" in soorten and dag.weekday() >= ZATERDAG:
            return WEEKDAGEN[dag.weekday()]
        return ""


@lru_cache(maxsize=1024)
def _van_jaar(feestdagen: tuple[Feestdag, ...], jaar: int) -> Mapping[date, str]:
    days = [(feestdag.in_jaar(jaar), feestdag.naam) for feestdag in feestdagen]
    found: dict[date, str] = {}
    for day, naam in days:
        if day is not None:
            found[day] = f"{found[day]} en {naam}" if day in found else naam
    return found


def pasen(jaar: int) -> date:
    """Easter Sunday in the Gregorian calendar (the anonymous computus of 1876)."""
    a, (b, c) = jaar % 19, divmod(jaar, 100)
    d, e = divmod(b, 4)
    h = (19 * a + b - d - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    i, k = divmod(c, 4)
    q = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * q) // 451
    month, day = divmod(h + q - 7 * m + 114, 31)
    return date(jaar, month, day + 1)


def voluit(dag: date) -> str:
    """`vrijdag 6 maart 2026`."""
    return f"{WEEKDAGEN[dag.weekday()]} {kort(dag)}"


def kort(dag: date) -> str:
    """`6 maart 2026`."""
    return f"{dag.day} {MAANDEN[dag.month - 1]} {dag.year}"
