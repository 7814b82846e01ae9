# SPDX-License-Identifier: EUPL-1.2
"""Tables as files for people with a spreadsheet: CSV and XLSX, written row by row.

Nothing in them is a formula, whatever the text: in CSV a text that a spreadsheet would calculate
gets an apostrophe before it (OWASP, CSV injection); in XLSX every text is a cell of type text.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any
from zoneinfo import ZoneInfo

import xlsxwriter

BELGIUM = ZoneInfo("Europe/Brussels")
CELL = 32_767
"""Characters that fit in a cell of a spreadsheet."""

_BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_MOMENT = "dd/mm/yyyy hh:mm:ss"

Rows = Iterable[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form of table: its media type and how it is written."""

    name: str
    media_type: str
    write: Callable[[IO[bytes], str, Sequence[str], Rows], None]

    @property
    def bare(self) -> str:
        """The media type without parameters."""
        return self.media_type.partition(";")[0]


def write_csv(out: IO[bytes], title: str, names: Sequence[str], rows: Rows) -> None:  # noqa: ARG001
    """RFC 4180 in UTF-8, with the mark by which Excel knows that; moments in UTC (ISO 8601)."""
    text = io.TextIOWrapper(out, encoding="utf-8", newline="")
    text.write(_BOM)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows([_in_csv(value) for value in row] for row in rows)
    text.flush()
    text.detach()


def _in_csv(value: Any) -> str | int:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = plain(value)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def write_xlsx(out: IO[bytes], title: str, names: Sequence[str], rows: Rows) -> None:
    """Office Open XML with one sheet; moments are dates in Belgian time. One row is in memory."""
    options = {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
        "strings_to_numbers": False, "use_zip64": True,
    }  # fmt: skip
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet(_sheet_name(title))
        bold, moment = book.add_format({"bold": True}), book.add_format({"num_format": _MOMENT})
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(names) - 1, 24)
        for column, name in enumerate(names):
            sheet.write_string(0, column, name, bold)
        number = 0
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                _in_cell(sheet, number, column, value, moment)
        sheet.autofilter(0, 0, number, len(names) - 1)


def _in_cell(sheet: Any, row: int, column: int, value: Any, moment: Any) -> None:
    match value:
        case None | "":
            return
        case datetime():
            local = value.astimezone(BELGIUM).replace(tzinfo=None)
            sheet.write_datetime(row, column, local, moment)
        case bool():
            sheet.write_string(row, column, plain(value))
        case int():
            sheet.write_number(row, column, value)
        case _:
            text = plain(value)
            sheet.write_string(row, column, text if len(text) <= CELL else f"{text[: CELL - 1]}…")


def plain(value: Any) -> str:
    """A value as the text of one cell."""
    match value:
        case None:
            return ""
        case bool():
            return "ja" if value else "nee"
        case str() | int():
            return str(value)
        case Mapping():
            return json.dumps(value, ensure_ascii=False, default=str)
        case list() | tuple():
            return "; ".join(map(plain, value))
        case _:
            return str(value)


def _sheet_name(title: str) -> str:
    return "".join("-" if c in "[]:*?/\\'" else c for c in title)[:31] or "Lijst"


SHEETS = {
    sheet.name: sheet
    for sheet in (
        Sheet("csv", "text/csv; charset=utf-8; header=present", write_csv),
        Sheet(
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            write_xlsx,
        ),
    )
}
"""The forms by the name that `formaat` gives them."""
