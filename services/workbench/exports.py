"""Tables as CSV and XLSX that no spreadsheet program takes for formulas.

A text that begins as a formula would is given a leading apostrophe in CSV; in XLSX every text is
written as a text. Knows nothing of what stands in the table.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import xlsxwriter

from workflows.calendar import TIME_ZONE

MAX_ROWS = 5000
MAX_CELL = 32_000  # what XLSX allows in one cell, with room
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_BOM = "\ufeff"

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet: its title, the Chinese heads of its columns, and rows of plain values."""

    title: str
    heads: Sequence[str]
    rows: Iterable[Sequence[Any]]


def to_csv(table: Table) -> bytes:
    """Return the table as CSV: UTF-8 with a byte order mark, lines ended by CR LF."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, quoting=csv.QUOTE_ALL)
    writer.writerow([_defused(head) for head in table.heads])
    writer.writerows([[_defused(cell) for cell in row] for row in table.rows])
    return (_BOM + target.getvalue()).encode()


def to_xlsx(tables: Sequence[Table]) -> bytes:
    """Return the tables as the sheets of one workbook; numbers stay numbers, texts texts."""
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(target, {**options, "strings_to_numbers": False})
    bold = book.add_format({"bold": True})
    for number, table in enumerate(tables, start=1):
        sheet = book.add_worksheet(_sheet_name(table.title, number))
        sheet.freeze_panes(1, 0)
        for column, head in enumerate(table.heads):
            sheet.write_string(0, column, head, bold)
        for line, row in enumerate(table.rows, start=1):
            for column, cell in enumerate(row):
                _write(sheet, line, column, cell)
        sheet.autofit()
    book.close()
    return target.getvalue()


def _write(sheet: Any, line: int, column: int, cell: Any) -> None:
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        sheet.write_number(line, column, cell)
    else:
        sheet.write_string(line, column, _text(cell))


def _defused(cell: Any) -> str:
    text = _text(cell)
    if isinstance(cell, (int, float)) or not text.startswith(_FORMULA):
        return text
    return f"'{text}"


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, datetime):
        return cell.astimezone(TIME_ZONE).strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)[:MAX_CELL]


def _sheet_name(title: str, number: int) -> str:
    plain = "".join("_" if c in "[]:*?/\\'" else c for c in title)
    return f"{number} {plain}"[:31]
