# SPDX-License-Identifier: EUPL-1.2
"""Datatypes of form fields and the rules their values may carry.

A datatype is a predicate and the sentence saying how to meet it. Numbers travel as text, so that
one value has one canonical encoding.

| datatype    | value                                                                       |
|-------------|-----------------------------------------------------------------------------|
| tekst       | text                                                                        |
| datum       | `2026-01-31`                                                                |
| datumtijd   | `2026-01-31T20:00:00+01:00` (the offset is required)                        |
| jaar        | `2026` as text                                                              |
| getal       | decimal number as text, with a point                                        |
| geheel      | integer                                                                     |
| boolean     | true or false                                                               |
| concept(en) | one URI, or a list of URIs, of the field's code list                        |
| kbo         | KBO number of ten digits                                                    |
| email       | e-mail address                                                              |
| telefoon    | phone number: Belgian, or international with `+`                            |
| iban        | account number with a right check number, blanks allowed                    |
| uri(s)      | one http(s) URI, or a list                                                  |
| bestuur     | URI of one bestuur; `besturen` is a list of them                            |
| verwijzingen | list of dossiers, each `http://data.lblod.info/submissions/<stream id>`     |
| artikels    | list; per article its type (URI of the code list), then the dossiers it     |
|             | refers to; `artikels_zonder_type` has the dossiers only                     |
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from loket.kernel import Value
from loket.reference.identifiers import is_iban, is_kbo
from loket.reference.model import Reference, Regel

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{3}|\.[0-9]{6})?)?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})"
)
_YEAR = re.compile(r"[0-9]{4}")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
_URI = re.compile(r"https?://[^\s<>\"{}|\\^`\x00-\x20]{1,500}")
_DOSSIER = re.compile(
    r"http://data\.lblod\.info/submissions/"
    r"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
)
_EMAIL = re.compile(
    r"[^\s@<>\"]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?\.[A-Za-z]{2,}"
)
_PHONE = re.compile(r"(?:\+[1-9][0-9]{7,14}|0[1-9][0-9]{7,8})")


@dataclass(frozen=True, slots=True)
class Datatype:
    """A datatype: the test, how to meet it (Dutch), whether it is a list, what it refers to."""

    test: Callable[[Value], bool]
    eis: str
    meervoud: bool = False
    verwijst_naar: Literal["", "dossier", "bestuur"] = ""

    @property
    def verwijzing(self) -> bool:
        """True when its values name other dossiers."""
        return self.verwijst_naar == "dossier"


def _text(value: Value) -> bool:
    return isinstance(value, str)


def _day(value: Value) -> bool:
    return isinstance(value, str) and bool(_DAY.fullmatch(value)) and _parses(value)


def _moment(value: Value) -> bool:
    return isinstance(value, str) and bool(_MOMENT.fullmatch(value)) and _parses(value)


def _parses(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _year(value: Value) -> bool:
    return isinstance(value, str) and bool(_YEAR.fullmatch(value))


def _number(value: Value) -> bool:
    return isinstance(value, str) and bool(_NUMBER.fullmatch(value))


def _integer(value: Value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _boolean(value: Value) -> bool:
    return isinstance(value, bool)


def _kbo(value: Value) -> bool:
    return isinstance(value, str) and is_kbo(value)


def is_uri(value: Value) -> bool:
    """True for an absolute http(s) URI without blanks."""
    return isinstance(value, str) and bool(_URI.fullmatch(value))


def _uris(value: Value) -> bool:
    return (
        isinstance(value, tuple)
        and len(set(value)) == len(value)
        and all(is_uri(item) for item in value)
    )


def _email(value: Value) -> bool:
    return isinstance(value, str) and len(value) <= 254 and bool(_EMAIL.fullmatch(value))


def _phone(value: Value) -> bool:
    return isinstance(value, str) and bool(_PHONE.fullmatch(re.sub(r"[ ./()-]", "", value)))


def _iban(value: Value) -> bool:
    return isinstance(value, str) and is_iban(value.replace(" ", ""))


def _dossiers(value: Value) -> bool:
    return _uris(value) and all(map(_DOSSIER.fullmatch, value if isinstance(value, tuple) else ()))


def _articles(value: Value) -> bool:
    return isinstance(value, tuple) and all(
        len(parts) > 1 and is_uri(parts[0]) and all(map(_DOSSIER.fullmatch, parts[1:]))
        for parts in map(str.split, value)
    )


def _bare_articles(value: Value) -> bool:
    return isinstance(value, tuple) and all(
        parts and all(map(_DOSSIER.fullmatch, parts)) for parts in map(str.split, value)
    )


DATATYPES: Mapping[str, Datatype] = {
    "tekst": Datatype(_text, "een tekst"),
    "datum": Datatype(_day, "een datum als 2026-01-31"),
    "datumtijd": Datatype(_moment, "een datum en uur met tijdzone, als 2026-01-31T20:00:00+01:00"),
    "jaar": Datatype(_year, "een jaar van vier cijfers, als tekst"),
    "getal": Datatype(_number, 'een getal als tekst, met een punt, als "7.5"'),
    "geheel": Datatype(_integer, "een geheel getal"),
    "boolean": Datatype(_boolean, "true of false"),
    "concept": Datatype(is_uri, "één URI uit de codelijst"),
    "concepten": Datatype(_uris, "een lijst van verschillende URI's uit de codelijst", True),
    "kbo": Datatype(_kbo, "een geldig KBO-nummer van tien cijfers zonder punten"),
    "email": Datatype(_email, "een e-mailadres"),
    "telefoon": Datatype(_phone, "een telefoonnummer als 02 553 00 00 of +32 2 553 00 00"),
    "iban": Datatype(_iban, "een rekeningnummer (IBAN) met een juist controlegetal"),
    "uri": Datatype(is_uri, "één URI die begint met http:// of https://"),
    "uris": Datatype(_uris, "een lijst van verschillende URI's", True),
    "bestuur": Datatype(is_uri, "de URI van één bestuur", verwijst_naar="bestuur"),
    "besturen": Datatype(_uris, "een lijst van URI's van besturen", True, "bestuur"),
    "verwijzingen": Datatype(_dossiers, "een lijst van URI's van dossiers", True, "dossier"),
    "artikels": Datatype(
        _articles,
        "een lijst met per artikel de URI van zijn type en die van de dossiers waarover het gaat",
        True,
        "dossier",
    ),
    "artikels_zonder_type": Datatype(
        _bare_articles,
        "een lijst met per artikel de URI's van de dossiers waarover het gaat",
        True,
        "dossier",
    ),
}


def dossiers_in(datatype: str, value: Value) -> tuple[str, ...]:
    """The stream ids of the dossiers that a value of this datatype refers to."""
    if not DATATYPES[datatype].verwijzing or not isinstance(value, tuple):
        return ()
    typed = datatype == "artikels"
    parts = (part for item in value for part in item.split()[1 if typed else 0 :])
    return tuple(found[1] for part in parts if (found := _DOSSIER.fullmatch(part)))


def concepts_in(datatype: str, value: Value) -> tuple[str, ...]:
    """The URIs in a value that must belong to the field's code list."""
    if not isinstance(value, tuple):
        return (str(value),)
    return tuple(item.split()[0] for item in value) if datatype == "artikels" else value


@dataclass(frozen=True, slots=True)
class Zicht:
    """What a rule may look at besides the value: the day, the sender's class, what is known."""

    op: date
    klasse: str = ""
    reference: Reference | None = None


def _max_length(regel: Regel, value: Value, _: Zicht) -> str:
    long = isinstance(value, str) and len(value) > _bound(regel)
    return f"Gebruik hoogstens {regel.waarde} tekens." if long else ""


def _bound(regel: Regel) -> int:
    return regel.waarde if isinstance(regel.waarde, int) else 0


def _in_past(_: Regel, value: Value, zicht: Zicht) -> str:
    future = isinstance(value, str) and value[:10] > zicht.op.isoformat()
    return "Deze datum ligt in de toekomst; controleer hem." if future else ""


def _today(_: Regel, value: Value, zicht: Zicht) -> str:
    other = isinstance(value, str) and value[:10] != zicht.op.isoformat()
    return f"Dit is niet de dag van vandaag ({zicht.op.isoformat()}); controleer." if other else ""


def _number_in(value: Value) -> Decimal:
    return Decimal(value) if isinstance(value, int | str) else Decimal(0)


def _positive(_regel: Regel, value: Value, _zicht: Zicht) -> str:
    return "" if _number_in(value) >= 0 else "Geef een getal dat niet negatief is."


def _at_least(regel: Regel, value: Value, _: Zicht) -> str:
    small = _number_in(value) < _bound(regel)
    return f"Geef een getal van minstens {regel.waarde}." if small else ""


def _at_most(regel: Regel, value: Value, _: Zicht) -> str:
    large = _number_in(value) > _bound(regel)
    return f"Geef een getal van hoogstens {regel.waarde}." if large else ""


def _pattern(regel: Regel, value: Value, _: Zicht) -> str:
    fits = isinstance(value, str) and re.fullmatch(str(regel.waarde), value)
    return "" if fits else f"Volg het patroon {regel.waarde}."


def _exactly(regel: Regel, value: Value, _: Zicht) -> str:
    same = value == regel.waarde and isinstance(value, bool) == isinstance(regel.waarde, bool)
    return "" if same else f"Geef hier de waarde {regel.waarde}."


def _one_of(regel: Regel, value: Value, _: Zicht) -> str:
    known = regel.waarde if isinstance(regel.waarde, tuple) else (regel.waarde,)
    return "" if value in known else f"Kies een van deze waarden: {', '.join(map(str, known))}."


def _contains(regel: Regel, value: Value, _: Zicht) -> str:
    has = isinstance(value, tuple) and regel.waarde in value
    return "" if has else f"Neem in de lijst ook {regel.waarde} op."


def _few(regel: Regel, value: Value, _: Zicht) -> str:
    many = isinstance(value, tuple) and len(value) > _bound(regel)
    return f"Geef hoogstens {regel.waarde} waarden." if many else ""


def _organ(_: Regel, value: Value, zicht: Zicht) -> str:
    if zicht.reference is None:
        return ""
    known = zicht.reference.organen_van(zicht.klasse, zicht.op)
    if known is None or value in known:
        return ""
    klasse = zicht.reference.label(zicht.klasse)
    return f"Een bestuur van klasse {klasse} heeft dit bestuursorgaan niet; kies een ander."


def _of_class(regel: Regel, value: Value, zicht: Zicht) -> str:
    if zicht.reference is None or not zicht.reference.besturen:
        return ""
    bestuur = zicht.reference.besturen.get(str(value))
    if bestuur is None:
        return f"Kies een bestuur uit het register; {value} is niet bekend."
    known = regel.waarde if isinstance(regel.waarde, tuple) else ()
    if bestuur.klasse in known:
        return ""
    labels = " of ".join(zicht.reference.label(uri) for uri in known)
    return f"Kies een bestuur van klasse {labels}; {bestuur.naam} is dat niet."


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of rule: the datatypes it fits and what it says of a value that breaks it."""

    datatypes: frozenset[str]
    broken: Callable[[Regel, Value, Zicht], str]


def _on(*datatypes: str) -> frozenset[str]:
    return frozenset(datatypes)


_LISTS = frozenset(name for name, datatype in DATATYPES.items() if datatype.meervoud)
_SINGLE = frozenset(DATATYPES) - _LISTS

RULES: Mapping[str, Rule] = {
    "max_lengte": Rule(_on("tekst", "uri", "email"), _max_length),
    "in_verleden": Rule(_on("datum", "datumtijd"), _in_past),
    "vandaag": Rule(_on("datum", "datumtijd"), _today),
    "positief": Rule(_on("getal", "geheel"), _positive),
    "minimum": Rule(_on("getal", "geheel", "jaar"), _at_least),
    "maximum": Rule(_on("getal", "geheel", "jaar"), _at_most),
    "patroon": Rule(_on("tekst", "uri", "uris", "jaar"), _pattern),
    "exacte_waarde": Rule(_SINGLE, _exactly),
    "een_van": Rule(_on("tekst", "jaar", "concept", "concepten", "uri", "uris"), _one_of),
    "bevat": Rule(_on("concepten", "uris", "besturen"), _contains),
    "max_aantal": Rule(_LISTS, _few),
    "orgaan_van_klasse": Rule(_on("concept", "concepten"), _organ),
    "klasse_van": Rule(_on("bestuur", "besturen"), _of_class),
}
"""Rules by kind; they see only values of a datatype they fit."""

ON_WHOLE = frozenset({"bevat", "max_aantal"})


def broken(regel: Regel, value: Value, zicht: Zicht) -> str:
    """What this rule says of a value (Dutch), empty when it is kept.

    On a list it asks that every value keeps it, that one does, or judges the list as a whole.
    """
    kind = RULES[regel.soort].broken
    whole = not isinstance(value, tuple) or regel.soort in ON_WHOLE
    if whole or regel.groepering == "geheel":
        said = kind(regel, value, zicht)
    else:
        answers = [kind(regel, item, zicht) for item in value] if isinstance(value, tuple) else []
        first = next(filter(None, answers), "")
        said = first if regel.groepering == "elk" or all(answers) else ""
    return (regel.melding or said) if said else ""
