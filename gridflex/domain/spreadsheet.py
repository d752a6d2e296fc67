"""Text for a spreadsheet: no cell of ours is run as a formula. Every export in CSV goes through here.

A cell is neutralised by an apostrophe, the way spreadsheets themselves say "this is text" (OWASP, "CSV
Injection"): at its start, and after a semicolon inside it, which begins a cell where that is the separator.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable
from typing import TextIO

import pandas as pd

STARTS = r"=+\-@\t\r\n＝＋－＠"
"""How a formula begins, full-width signs included."""
_FORMULA = re.compile(rf"(^|;)(?='*[{STARTS}])")
_NEUTRALISED = re.compile(rf"(^|;)'(?='*[{STARTS}])")


def neutral(text: str) -> str:
    """The text as a cell that no spreadsheet runs; ``plain`` gives it back."""
    return _FORMULA.sub(r"\1'", text)


def plain(cell: str) -> str:
    """The text that ``neutral`` made a cell of."""
    return _NEUTRALISED.sub(r"\1", cell)


def csv_text(table: pd.DataFrame, line_end: str = "\n") -> str:
    """A table as CSV with its headings, times in ISO 8601 to the minute."""
    safe = table.apply(_neutral_column).rename(columns=lambda name: neutral(str(name)))
    return str(safe.to_csv(index=False, lineterminator=line_end, date_format="%Y-%m-%dT%H:%M%z"))


def row_writer(out: TextIO, line_end: str = "\r\n") -> Callable[[Iterable[object]], object]:
    """Writes rows of CSV one by one."""
    write = csv.writer(out, lineterminator=line_end).writerow
    return lambda cells: write([neutral(cell) if isinstance(cell, str) else cell for cell in cells])


def _neutral_column(column: pd.Series) -> pd.Series:
    if column.dtype not in ("str", object):
        return column
    return column.map(lambda cell: neutral(cell) if isinstance(cell, str) else cell)
