# SPDX-License-Identifier: EUPL-1.2
"""Terms: from a rule and the moment of an act to the last day, with every step shown.

A term counts calendar days in Belgium, from midnight to midnight: from the day after the act (or
from that day itself, where the rule says so), every day counts, the last one included; a last day
on which nothing can be done moves to the next day on which it can (Erkenningsdecreet of 22 October
2021, art. 6; Gerechtelijk Wetboek, art. 52 and 53; Bestuursdecreet, art. II.30). A `Berekening`
says what it relied on, so that anyone can count it again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal, get_args

from loket.reference.conditions import ALWAYS, Condition
from loket.reference.feestdagen import DAG, Feestdag, Kalender, kort, voluit
from loket.reference.geldigheid import ALTIJD, Geldigheid

__all__ = [
    "Berekening",
    "Feestdag",
    "Kalender",
    "OnberekenbareTermijn",
    "Plicht",
    "Termijnregel",
    "Verschuiving",
    "bereken",
]

Soort = Literal["plicht", "toezicht", "reactie"]
SOORTEN: tuple[str, ...] = get_args(Soort)
"""A duty of one who acts, the time of a supervisor, an answer to a message."""

VRIJ = frozenset({"weekend", "feestdag"})
LANGSTE = 3660
"""Days: no term is longer."""

JAREN = range(1900, 2401)
"""The years we count in."""


class OnberekenbareTermijn(ValueError):
    """A day outside the years we count in, or an impossible number of days."""


@dataclass(frozen=True, slots=True)
class Plicht:
    """When a sender of a dossier falls under a rule: `als` holds for its type and their class.

    The term begins on the day in the form field `begint`, and is met by the day in the field
    `voldaan`, or by sending where that is `verzending`.
    """

    begint: str
    voldaan: str
    als: Condition = ALWAYS


@dataclass(frozen=True, slots=True)
class Termijnregel:
    """How a term counts, by which law.

    `dagen` is its length; `vanaf_dag_na` is False when the day of the act is day one. `schuift`
    names the days that cannot be the last: `weekend`, `feestdag`. `stuit` says that a request for
    information interrupts it. `vraag` is what a jurist must confirm. `herinneringen` are the days
    before the last one on which people are reminded, -1 the day after it. `plicht` is the duty of
    a sender that it belongs to, if any.
    """

    id: str
    label: str
    soort: Soort
    dagen: int
    bron: str
    vanaf_dag_na: bool = True
    schuift: frozenset[str] = VRIJ
    stuit: bool = False
    omschrijving: str = ""
    vraag: str = ""
    herinneringen: tuple[int, ...] = ()
    plicht: Plicht | None = None
    geldig: Geldigheid = ALTIJD

    def __post_init__(self) -> None:
        if not 1 <= self.dagen <= LANGSTE:
            raise OnberekenbareTermijn(f"{self.id}: {self.dagen} dagen")
        if self.soort not in SOORTEN or not self.schuift <= VRIJ:
            raise ValueError(f"{self.id}: {self.soort}, {sorted(self.schuift)}")

    @property
    def jurist(self) -> bool:
        """True when a jurist must still confirm something."""
        return bool(self.vraag)

    @property
    def verschuift(self) -> bool:
        """True when the last day may move."""
        return bool(self.schuift)

    def met_dagen(self, dagen: int) -> "Termijnregel":
        """The same rule over another number of days. Raises OnberekenbareTermijn."""
        return replace(self, dagen=dagen)


@dataclass(frozen=True, slots=True)
class Verschuiving:
    """A day that could not be the last, and why: the name of the holiday or of the day."""

    dag: date
    reden: str


@dataclass(frozen=True, slots=True)
class Berekening:
    """A term as it was counted.

    `moment` is the act (UTC), None where only its day is known; `dag` its day in Belgium. The term
    runs from `eerste` to `laatste`, and after the `verschuivingen` to `vervaldag`, of which the
    end is `vervalt_op` (UTC): from that moment on the term is over.
    """

    regel: str
    dagen: int
    dag: date
    eerste: date
    laatste: date
    vervaldag: date
    vervalt_op: datetime
    moment: datetime | None = None
    verschuivingen: tuple[Verschuiving, ...] = ()
    tzdata: str = ""
    feestdagen: str = ""
    bron: str = ""
    vraag: str = ""
    stappen: tuple[str, ...] = ()

    def verstreken(self, op: datetime) -> bool:
        """True when the term is over at this moment."""
        return op >= self.vervalt_op

    def as_record(self) -> dict[str, str]:
        """The computation as an event records it: texts only, one line for each of a list."""
        shifts = (f"{shift.dag.isoformat()} {shift.reden}" for shift in self.verschuivingen)
        return {
            "regel": self.regel,
            "dagen": str(self.dagen),
            "moment": _text(self.moment) if self.moment else "",
            "dag": self.dag.isoformat(),
            "eerste": self.eerste.isoformat(),
            "laatste": self.laatste.isoformat(),
            "verschuivingen": "\n".join(shifts),
            "vervaldag": self.vervaldag.isoformat(),
            "vervalt_op": _text(self.vervalt_op),
            "tzdata": self.tzdata,
            "feestdagen": self.feestdagen,
            "bron": self.bron,
            "vraag": self.vraag,
            "stappen": "\n".join(self.stappen),
        }

    @classmethod
    def from_record(cls, record: Mapping[str, str]) -> "Berekening":
        """The computation that `as_record` gave. Raises KeyError or ValueError on anything else."""
        shifts = (line.partition(" ") for line in record["verschuivingen"].splitlines())
        return cls(
            regel=record["regel"],
            dagen=int(record["dagen"]),
            dag=date.fromisoformat(record["dag"]),
            eerste=date.fromisoformat(record["eerste"]),
            laatste=date.fromisoformat(record["laatste"]),
            vervaldag=date.fromisoformat(record["vervaldag"]),
            vervalt_op=datetime.fromisoformat(record["vervalt_op"]),
            moment=datetime.fromisoformat(record["moment"]) if record["moment"] else None,
            verschuivingen=tuple(
                Verschuiving(date.fromisoformat(day), reason) for day, _, reason in shifts
            ),
            tzdata=record["tzdata"],
            feestdagen=record["feestdagen"],
            bron=record["bron"],
            vraag=record["vraag"],
            stappen=tuple(record["stappen"].splitlines()),
        )


def bereken(regel: Termijnregel, moment: datetime | date, kalender: Kalender) -> Berekening:
    """The term by this rule from an act at this moment (aware) or on this day in Belgium.

    Raises OnberekenbareTermijn when it does not fall within the years we count in.
    """
    at = moment.astimezone(UTC) if isinstance(moment, datetime) else None
    _countable(moment.year)
    day = kalender.dag(at) if at else moment
    assert not isinstance(day, datetime)
    first = day + DAG if regel.vanaf_dag_na else day
    last = first + timedelta(days=regel.dagen - 1)
    shifts = _shifts(last, regel, kalender)
    due = last + len(shifts) * DAG
    _countable(due.year)
    computed = Berekening(
        regel=regel.id,
        dagen=regel.dagen,
        moment=at,
        dag=day,
        eerste=first,
        laatste=last,
        vervaldag=due,
        vervalt_op=kalender.einde(due),
        verschuivingen=shifts,
        tzdata=kalender.tzdata,
        feestdagen=kalender.versie,
        bron=regel.bron,
        vraag=regel.vraag,
    )
    return replace(computed, stappen=_steps(computed))


def _countable(year: int) -> None:
    if year not in JAREN:
        raise OnberekenbareTermijn(f"buiten {JAREN[0]} tot {JAREN[-1]}: {year}")


def _shifts(last: date, regel: Termijnregel, kalender: Kalender) -> tuple[Verschuiving, ...]:
    """The days from the last one on that it must pass over."""
    shifts: list[Verschuiving] = []
    day = last
    while reason := kalender.vrij(day, regel.schuift):
        shifts.append(Verschuiving(day, reason))
        day += DAG
    return tuple(shifts)


def _steps(term: Berekening) -> tuple[str, ...]:
    count = "1 dag" if term.dagen == 1 else f"{term.dagen} dagen"
    which = "de dag erna" if term.eerste > term.dag else "die dag zelf"
    utc = f"{kort(term.vervalt_op.date())} om {term.vervalt_op:%H:%M} UTC"
    return (
        f"De handeling gebeurde op {voluit(term.dag)} (Belgische tijd).",
        f"De termijn van {count} begint op {voluit(term.eerste)}, {which}.",
        f"Alle dagen tellen mee; de laatste is {voluit(term.laatste)}.",
        *map(_step, term.verschuivingen),
        f"De termijn loopt tot {voluit(term.vervaldag)} om 24 uur ({utc}).",
    )


def _step(shift: Verschuiving) -> str:
    day = voluit(shift.dag)
    why = "" if day.startswith(shift.reden) else f" ({shift.reden})"
    return f"{day.capitalize()}{why} kan de laatste dag niet zijn: dat wordt de dag erna."


def _text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
