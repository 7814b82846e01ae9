# SPDX-License-Identifier: EUPL-1.2
"""Columns of bytes as PostgreSQL arrays in binary form, several times faster than lists.

psycopg adapts a list element by element in Python; a batch of appends is eleven such lists.
"""

import struct
from collections.abc import Sequence
from typing import Any, NamedTuple, cast

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

_HEADER = struct.Struct("!IIIII")
_LENGTH = struct.Struct("!I").pack
_NULL = b"\xff\xff\xff\xff"

INT2 = struct.Struct("!h").pack
INT4 = struct.Struct("!i").pack
INT8 = struct.Struct("!q").pack

WIDTH = {"int8": 8, "int2": 2, "int4": 4, "uuid": 16}
"""Bytes in an element, of types that have no NULLs here."""

ELEMENT = {"bytea": 17, "int8": 20, "int2": 21, "int4": 23, "text": 25, "uuid": 2950}
ARRAY = {17: 1001, 20: 1016, 21: 1005, 23: 1007, 25: 1009, 2950: 2951}


class Column(NamedTuple):
    """An array parameter: the element type's name and each element in its binary form."""

    element: str
    values: Sequence[bytes | None]

    def dump(self) -> bytes:
        """The binary form of the array."""
        values, oid = self.values, ELEMENT[self.element]
        if not values:
            return struct.pack("!III", 0, 0, oid)
        header = _HEADER.pack(1, None in values, oid, len(values), 1)
        return header + _elements(values, WIDTH.get(self.element))


def _elements(values: Sequence[bytes | None], width: int | None) -> bytes:
    if width is None:
        return b"".join(
            [_NULL if value is None else _LENGTH(len(value)) + value for value in values]
        )
    length = _LENGTH(width)
    return length + length.join(cast(Sequence[bytes], values))


class _ColumnDumper(Dumper):
    """Tells psycopg that a column is binary already."""

    format = Format.BINARY

    def dump(self, obj: Any) -> bytes:
        """The binary form of the array."""
        column: Column = obj
        return column.dump()

    def get_key(self, obj: Any, format: Any) -> Any:  # noqa: A002, ARG002
        """A dumper for each element type, since the type of the parameter differs."""
        return (type(obj), obj.element)

    def upgrade(self, obj: Any, format: Any) -> "_ColumnDumper":  # noqa: A002, ARG002
        """The dumper for this column's element type."""
        dumper = type(self)(type(obj), None)
        dumper.oid = ARRAY[ELEMENT[obj.element]]
        return dumper


def register(connection: "psycopg.AsyncConnection[Any] | psycopg.Connection[Any]") -> None:
    """Let this connection take columns as parameters."""
    connection.adapters.register_dumper(Column, _ColumnDumper)
