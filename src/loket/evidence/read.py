# SPDX-License-Identifier: EUPL-1.2
"""Reading streams for many concurrent callers: one query for all that wait."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

from loket.evidence.batcher import Batcher
from loket.evidence.columns import Column
from loket.evidence.entry import LeafMapper, Recorded
from loket.evidence.store import COLUMNS, connect_async

HISTORIES = f"""{COLUMNS} WHERE e.stream = ANY(%(streams)b)
UNION ALL {COLUMNS} JOIN events AS first
    ON first.command = ANY(%(commands)b) AND first.ordinal = 0
   AND e.stream = first.stream AND e.command = first.command
   AND e.seq BETWEEN first.seq AND first.seq + 32767
WHERE e.stream <> ALL(%(streams)b) ORDER BY position"""
"""All facts of some streams, and those of some commands that were given to other streams."""

STREAM, COMMAND = 0, 9
"""Where these stand in a row."""

TURN = 24
"""Questions in one query: while its callers decide, the database reads for the next ones."""


class Question(NamedTuple):
    """Streams to read, and a command whose earlier facts to look for."""

    streams: tuple[str, ...]
    command: UUID | None = None


class History(NamedTuple):
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
        self.read = Batcher[Question, History](self._work, TURN)
        """`await read(Question) -> History`."""

    async def close(self) -> None:
        """Closes the connection."""
        if self._conn is not None:
            await self._conn.close()

    async def _work(self, questions: Sequence[Question]) -> Sequence[History | BaseException]:
        streams = {name for question in questions for name in question.streams}
        commands = {q.command for q in questions if q.command is not None}
        try:
            rows = await self._rows(streams, commands)
        except psycopg.OperationalError:
            # A restarted server: one fresh connection, then the caller hears of it.
            await self.close()
            self._conn = None
            rows = await self._rows(streams, commands)
        by_stream: dict[str, list[TupleRow]] = defaultdict(list)
        by_command: dict[UUID, list[TupleRow]] = defaultdict(list)
        for found in rows:
            by_stream[found[STREAM]].append(found)
            if found[COMMAND] in commands:
                by_command[found[COMMAND]].append(found)
        return [self._history(q, by_stream, by_command) for q in questions]

    def _history(
        self,
        question: Question,
        by_stream: Mapping[str, Sequence[TupleRow]],
        by_command: Mapping[UUID, Sequence[TupleRow]],
    ) -> History | BaseException:
        command = question.command
        try:
            return History(
                {name: self._facts(by_stream.get(name, ())) for name in question.streams},
                self._facts(by_command.get(command, ())) if command else [],
            )
        except Exception as error:
            return error

    def _facts(self, rows: Iterable[TupleRow]) -> list[Recorded]:
        return [self._mapper.recorded(*found) for found in rows]

    async def _rows(self, streams: Iterable[str], commands: Iterable[UUID]) -> list[TupleRow]:
        if self._conn is None:
            self._conn = await connect_async(self._dsn)
        asked = {
            "streams": Column("text", [name.encode() for name in streams]),
            "commands": Column("uuid", [command.bytes for command in commands]),
        }
        async with self._conn.cursor(binary=True) as cursor:
            await cursor.execute(HISTORIES, asked)
            return await cursor.fetchall()
