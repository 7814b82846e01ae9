# SPDX-License-Identifier: EUPL-1.2
"""Finds what a bestuur may find, best first, with the words that fit shown in their context.

All that fits is counted; of the newest `CANDIDATES` of it the weight is worked out, so that a
question that fits everything costs no more than one that fits much.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from loket.kernel import Invalid

CANDIDATES = 500
"""What is weighed against each other, at most: the newest."""
FILES = 3
"""Files of one result that are shown."""

_OPEN, _CLOSE = "\x01", "\x02"
_HEADLINE = (
    f"StartSel={_OPEN}, StopSel={_CLOSE}, MaxFragments=2, MaxWords=24, MinWords=8, "
    "FragmentDelimiter=\x03"
)
_PARSE = """
SELECT websearch_to_tsquery('nederlands', %(q)s)::text, websearch_to_tsquery('namen', %(q)s)::text,
       querytree(websearch_to_tsquery('nederlands', %(q)s)),
       querytree(websearch_to_tsquery('namen', %(q)s))
"""
_FIND = """
WITH gevonden AS MATERIALIZED (
    SELECT z.id, z.moment FROM zoeken AS z
    WHERE z.voor @> ARRAY[%(bestuur)s::text] AND z.alles @@ %(query)s::tsquery AND {where}
), nieuwste AS MATERIALIZED (
    SELECT id, moment FROM gevonden ORDER BY moment DESC, id DESC LIMIT %(candidates)s
), gewogen AS (
    SELECT n.id, n.moment, round(ts_rank(z.eigen, %(query)s::tsquery, 1)::numeric, 6) AS gewicht
    FROM nieuwste AS n JOIN zoeken AS z USING (id)
)
SELECT id, gewicht::text AS k0, moment::text AS k1, (SELECT count(*) FROM gevonden) FROM gewogen
WHERE {beyond} ORDER BY gewicht DESC, moment DESC, id DESC LIMIT %(limit)s
"""
_BEYOND = "(gewicht, moment, id) < (%(k0)s::numeric, %(k1)s::timestamptz, %(k2)s::text)"
_COUNT = """
SELECT count(*) FROM zoeken AS z
WHERE z.voor @> ARRAY[%(bestuur)s::text] AND z.alles @@ %(query)s::tsquery AND {where}
"""
_SHOW = """
SELECT z.id, z.stream, z.module, z.soort, z.type, z.bestuur, z.naam, z.moment,
       ts_headline('nederlands', z.titel, %(any)s::tsquery, %(options)s),
       ts_headline('nederlands', z.tekst, %(any)s::tsquery, %(options)s)
FROM zoeken AS z WHERE z.id = ANY(%(ids)s)
"""
_SHOW_FILES = """
SELECT b.id, b.sha256, b.naam, ts_headline('nederlands', d.tekst, %(any)s::tsquery, %(options)s)
FROM zoeken_bestanden AS b
CROSS JOIN LATERAL (
    SELECT p.tekst FROM bestandsdelen AS p
    WHERE p.sha256 = b.sha256 AND p.vector @@ %(any)s::tsquery
    ORDER BY p.vector @@ %(query)s::tsquery DESC, p.deel LIMIT 1
) AS d
WHERE b.id = ANY(%(ids)s) AND b.gevoegd ORDER BY b.id, b.nr
"""
_NEGATED = re.compile(r"!+\s*(\([^()]*\)|'(?:[^']|'')*'(?::[A-D*]+)?)")
_LEXEME = re.compile(r"'(?:[^']|'')*'")


class GeenZoekwoord(Invalid):
    """Geef minstens één woord dat gevonden moet worden."""


@dataclass(frozen=True, slots=True)
class Vraag:
    """What is looked for, in the syntax of websearch_to_tsquery, and among what.

    Empty filters leave all in; `modules` are those the reader may enter. `after` is the key of
    the last result of the page before.
    """

    q: str
    modules: Sequence[str]
    soorten: Sequence[str] = ()
    types: Sequence[str] = ()
    besturen: Sequence[str] = ()
    van: datetime | None = None
    tot: datetime | None = None
    after: Sequence[str] | None = None
    limit: int = 20


@dataclass(frozen=True, slots=True)
class Bestand:
    """A file in which words were found, with these in their context (HTML)."""

    sha256: str
    naam: str
    fragment: str


@dataclass(slots=True)
class Treffer:
    """A result. `fragmenten` are HTML in which the words that fit are marked."""

    id: str
    stream: str
    module: str
    soort: str
    type: str
    bestuur: str
    bestuur_naam: str
    moment: datetime
    key: Sequence[str]
    fragmenten: list[str]
    bestanden: list[Bestand] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Gevonden:
    """A page of results, whether there are more to be had, and how many fit in all."""

    treffers: list[Treffer]
    more: bool
    aantal: int


async def find(conn: AsyncConnection[TupleRow], bestuur: str, vraag: Vraag) -> Gevonden:
    """What this bestuur (URI) may find. Raises GeenZoekwoord."""
    query = await parse(conn, vraag.q)
    where, arguments = _where(vraag)
    arguments |= {"bestuur": bestuur, "query": query, "candidates": CANDIDATES}
    beyond = "true"
    if vraag.after is not None:
        beyond = _BEYOND
        arguments |= {f"k{n}": key for n, key in enumerate(vraag.after)}
    statement = _FIND.format(where=where, beyond=beyond)
    arguments["limit"] = vraag.limit + 1
    rows = await _all(conn, statement, arguments)
    if rows:
        total = rows[0][3]
    else:
        [(total,)] = await _all(conn, _COUNT.format(where=where), arguments)
    keys = {row[0]: (row[1], row[2], row[0]) for row in rows[: vraag.limit]}
    treffers = await _shown(conn, query, keys)
    return Gevonden(treffers, len(rows) > vraag.limit, total)


async def parse(conn: AsyncConnection[TupleRow], q: str) -> str:
    """The question as a tsquery; when all its words are small ones, by these words themselves.

    Raises GeenZoekwoord when nothing is asked that must be there.
    """
    [(dutch, plain, dutch_tree, plain_tree)] = await _all(conn, _PARSE, {"q": q.replace("\0", " ")})
    for query, tree in ((dutch, dutch_tree), (plain, plain_tree)):
        if tree not in ("", "T"):
            found: str = query
            return found
    raise GeenZoekwoord


def any_of(query: str) -> str:
    """The words of a tsquery of which one will do, without those that must not be there."""
    lexemes = dict.fromkeys(_LEXEME.findall(_NEGATED.sub(" ", query)))
    return " | ".join(lexemes)


def _where(vraag: Vraag) -> tuple[str, dict[str, Any]]:
    conditions = ["z.module = ANY(%(modules)s)"]
    arguments: dict[str, Any] = {"modules": list(vraag.modules)}
    for name, column in (("soorten", "soort"), ("types", "type"), ("besturen", "bestuur")):
        if values := getattr(vraag, name):
            conditions.append(f"z.{column} = ANY(%({name})s)")
            arguments[name] = list(values)
    for name, sign in (("van", ">="), ("tot", "<")):
        if value := getattr(vraag, name):
            conditions.append(f"z.moment {sign} %({name})s")
            arguments[name] = value
    return " AND ".join(conditions), arguments


async def _shown(
    conn: AsyncConnection[TupleRow], query: str, keys: Mapping[str, Sequence[str]]
) -> list[Treffer]:
    """The results with these ids, in their order."""
    if not keys:
        return []
    arguments = {
        "query": query, "any": any_of(query), "options": _HEADLINE, "ids": list(keys)
    }  # fmt: skip
    found: dict[str, Treffer] = {}
    for row in await _all(conn, _SHOW, arguments):
        fragments = [part for text in row[8:] for part in _marked(text)]
        found[row[0]] = Treffer(*row[:8], keys[row[0]], fragments)  # type: ignore[call-arg]
    for key, sha256, naam, text in await _all(conn, _SHOW_FILES, arguments):
        files = found[key].bestanden
        if len(files) < FILES:
            files.append(Bestand(sha256, naam, " … ".join(_marked(text))))
    return [found[key] for key in keys if key in found]


def _marked(headline: str) -> list[str]:
    """The fragments in which something is marked, as HTML: all that is not a mark is escaped."""
    return [
        escape(" ".join(part.split())).replace(_OPEN, "<mark>").replace(_CLOSE, "</mark>")
        for part in headline.split("\x03")
        if _OPEN in part
    ]


async def _all(
    conn: AsyncConnection[TupleRow], statement: str, arguments: Mapping[str, Any]
) -> list[TupleRow]:
    return await (await conn.execute(statement, arguments)).fetchall()
