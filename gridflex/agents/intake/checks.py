"""Validation by column: what is wrong is refused with its row, what is right comes back typed."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import chain
from typing import Any, cast

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from gridflex.domain.job_frame import NumberRange
from gridflex.domain.jobs import FIRST_YEAR, LAST_YEAR, MAX_TEXT, PLAIN_TEXT
from gridflex.errors import InputError, RowProblem

NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
COMMA_NUMBER = r"[+-]?[0-9]+(?:[.,][0-9]+)*,[0-9]+"
ISO_WITHOUT_ZONE = r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}(?:[T ][0-9:.]+)?"
ISO_WITH_ZONE = r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}[T ][0-9:.]+ ?(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)"
YES, NO = ("yes", "true", "1"), ("no", "false", "0")
LONGEST_SHOWN = 80


class Refusals:
    """The wrong cells found so far."""

    def __init__(self) -> None:
        self.problems: list[RowProblem] = []

    def refuse(self, where: Any, column: str, cells: pd.Series, allowed: str) -> None:
        """Refuse the rows where a boolean mask over ``cells`` holds."""
        for row, cell in cells[np.asarray(where, dtype=bool)].items():
            self.problems.append(RowProblem(int(cast(int, row)), column, shown(cell), allowed))

    def without(self, table: pd.DataFrame) -> pd.DataFrame:
        """The rows of ``table`` that were not refused."""
        return table[~table.index.isin({problem.row for problem in self.problems})]


def in_order(*problems: Iterable[RowProblem]) -> tuple[RowProblem, ...]:
    """All problems by row."""
    return tuple(sorted(chain(*problems), key=lambda problem: problem.row))


def shown(cell: Any) -> str:
    """A cell as a message quotes it: cut where it is long."""
    text = cell_text(cell)
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"


def cell_text(cell: Any) -> str:
    """A cell of any type as text; missing is empty. Half of a surrogate pair becomes U+FFFD."""
    if isinstance(cell, str):
        return cell if cell.isascii() else cell.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if cell is None or cell is pd.NaT or cell is pd.NA or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat()
    try:
        return str(cell)
    except RecursionError as error:
        raise InputError("A cell is nested too deeply to be read.") from error


def as_text(cells: pd.Series) -> pd.Series:
    """Cells as stripped text, whatever they were."""
    text = cells.fillna("") if isinstance(cells.dtype, pd.StringDtype) else cells.astype(object).map(cell_text)
    stripped: pd.Series = text.astype("str").str.strip()
    return stripped


def is_typed(cells: pd.Series) -> bool:
    """Whether cells came as numbers, times with a zone or booleans, not as text."""
    return is_numeric_dtype(cells) or isinstance(cells.dtype, pd.DatetimeTZDtype)


def is_empty(cells: pd.Series) -> pd.Series:
    """Where nothing is given."""
    empty: pd.Series = cells.isna() if is_typed(cells) else as_text(cells) == ""
    return empty


def column_of(table: pd.DataFrame, column: str) -> pd.Series:
    """A column, empty text where the table has none."""
    return table[column] if column in table else pd.Series("", index=table.index, dtype="str")


def numbers(
    table: pd.DataFrame, column: str, limits: NumberRange, refusals: Refusals, needed: bool = False
) -> pd.Series:
    """A column as float64, NaN where nothing is given (refused there if ``needed``)."""
    cells = column_of(table, column)
    if is_numeric_dtype(cells) and not is_bool_dtype(cells):
        values, empty, comma = cells.astype("float64"), cells.isna(), pd.Series(False, index=cells.index)
    else:
        text = as_text(cells)
        values = text.where(text.str.fullmatch(NUMBER)).astype("float64")
        empty, comma = text == "", text.str.fullmatch(COMMA_NUMBER)
    wrong = ~limits.allows(np.asarray(values, dtype=np.float64)) & ~(empty & (not needed))
    refusals.refuse(wrong & ~comma, column, cells, f"a number {limits}")
    refusals.refuse(wrong & comma, column, cells, f"a number {limits}, with a decimal point: 12.5, not 12,5")
    return values


def times(table: pd.DataFrame, column: str, refusals: Refusals) -> pd.Series:
    """A column as UTC times in microseconds, NaT where nothing is given."""
    cells = column_of(table, column)
    typed = isinstance(cells.dtype, pd.DatetimeTZDtype)
    moments = (cells if typed else _parsed(column, cells, refusals)).astype("datetime64[us, UTC]")
    wrong = (moments.dt.year < FIRST_YEAR) | (moments.dt.year > LAST_YEAR)
    refusals.refuse(wrong, column, cells, f"a year from {FIRST_YEAR} to {LAST_YEAR}")
    return moments


def _parsed(column: str, cells: pd.Series, refusals: Refusals) -> pd.Series:
    text = as_text(cells)
    bare = text.str.fullmatch(ISO_WITHOUT_ZONE)
    zoned = text.where(text.str.fullmatch(ISO_WITH_ZONE))
    moments: pd.Series = pd.to_datetime(zoned, format="ISO8601", utc=True, errors="coerce")
    refusals.refuse(bare, column, cells, "a time with its zone, such as 2026-01-08T17:00Z (this one has none)")
    unread = moments.isna() & ~bare & (text != "")
    refusals.refuse(unread, column, cells, "an ISO 8601 time with its zone, such as 2026-01-08T17:00Z")
    return moments


def words(table: pd.DataFrame, column: str, allowed: Collection[str], default: str, refusals: Refusals) -> pd.Series:
    """A column of words out of ``allowed`` in lower case, the default where nothing is given."""
    cells = column_of(table, column)
    text = as_text(cells).str.lower()
    text = text.where(text != "", default)
    refusals.refuse(~text.isin(list(allowed)), column, cells, "one of " + ", ".join(allowed))
    return text


def booleans(table: pd.DataFrame, column: str, default: bool, refusals: Refusals) -> pd.Series:
    """A column of yes and no, the default where nothing is given."""
    text = words(table, column, (*YES, *NO), "yes" if default else "no", refusals)
    return text.isin(YES)


def texts(table: pd.DataFrame, column: str, default: str, refusals: Refusals) -> pd.Series:
    """A column of free text, kept as it is; empty is the default, and refused if that is empty."""
    cells = column_of(table, column)
    text = as_text(cells)
    text = text.where(text != "", default)
    plain = text.str.fullmatch(PLAIN_TEXT) & ~text.str.contains("\ufffd", regex=False)
    wrong = ~plain | (text == "") | (text.str.len() > MAX_TEXT)
    refusals.refuse(
        wrong, column, cells, f"1 to {MAX_TEXT} characters, no line breaks, control characters or changes of direction"
    )
    return text
