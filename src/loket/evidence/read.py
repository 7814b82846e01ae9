# SPDX-License-Identifier: EUPL-1.2
"""Reading streams for many concurrent callers: one query for all that wait."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

from loket.evidence.batcher import Batcher
from loket.evidence.entry import LeafMapper, Recorded
from loket.evidence.store import COLUMNS, connect_async, row

STREAMS = f"{COLUMNS} WHERE e.stream = ANY(%b) ORDER BY e.stream, e.seq"
COMMANDS = f"""{COLUMNS} JOIN events AS first
    ON first.command = ANY(%b) AND first.ordinal = 0
   AND e.stream = first.stream AND e.command = first.command
   AND e.seq BETWEEN first.seq AND first.seq + 32767 ORDER BY e.command, e.ordinal"""


@dataclass(frozen=True, slots=True)
class Question:
    """Streams to read, and a command whose earlier facts to look for."""

    streams: tuple[str, ...]
    command: UUID | None = None


@dataclass(frozen=True, slots=True)
class History:
    """What the log holds: the facts of each stream asked, and those of the command."""

    streams: dict[str, list[Recorded]]
    command: list[Recorded]


class StreamReader:
    """Reads histories; concurrent questions share one round trip.

    An event whose bytes were tampered with raises InvalidTag for its own readers only.
    """

    def __init__(self, dsn: str, mapper: LeafMapper) -> None:
        self._dsn = dsn
        self._mapper = mapper
        self._conn: psycopg.AsyncConnection[TupleRow] | None = None
        self.read = Batcher[Question, History](self._work)
        """`await read(Question) -> History`."""

    async def close(self) -> None:
        """Closes the connection."""
        if self._conn is not None:
            await self._conn.close()

    async def _work(self, questions: Sequence[Question]) -> Sequence[History | BaseException]:
        streams = list({name for question in questions for name in question.streams})
        commands = [q.command for q in questions if q.command is not None]
        try:
            by_stream = await self._rows(STREAMS, streams, "originator_id")
            by_command = await self._rows(COMMANDS, commands, "command") if commands else {}
        except psycopg.OperationalError:
            # A restarted server: one fresh connection, then the caller hears of it.
            await self.close()
            self._conn = None
            by_stream = await self._rows(STREAMS, streams, "originator_id")
            by_command = await self._rows(COMMANDS, commands, "command") if commands else {}
        return [self._history(q, by_stream, by_command) for q in questions]

    def _history(
        self, question: Question, by_stream: dict[Any, list[Any]], by_command: dict[Any, list[Any]]
    ) -> History | BaseException:
        try:
            return History(
                {name: self._facts(by_stream.get(name, ())) for name in question.streams},
                self._facts(by_command.get(question.command, ())),
            )
        except Exception as error:
            return error

    def _facts(self, rows: Iterable[Any]) -> list[Recorded]:
        return [self._mapper.to_domain_event(found) for found in rows]

    async def _rows(self, query: str, names: list[Any], key: str) -> dict[Any, list[Any]]:
        if self._conn is None:
            self._conn = await connect_async(self._dsn)
        found: dict[Any, list[Any]] = defaultdict(list)
        async with self._conn.cursor(binary=True) as cursor:
            await cursor.execute(query, (names,))
            for values in await cursor.fetchall():
                stored = row(values)
                found[getattr(stored, key)].append(stored)
        return found
