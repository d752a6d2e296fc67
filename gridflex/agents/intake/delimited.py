"""Delimited text (CSV with comma, semicolon or tab) as cells under their headings."""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import Any

import pandas as pd

from gridflex.agents.intake.checks import Refusals
from gridflex.agents.intake.columns import listed, plain_heading
from gridflex.agents.intake.model import Limits, RawTable
from gridflex.domain.spreadsheet import plain
from gridflex.errors import InputError

DELIMITERS = ",;\t"
LONGEST_HEADINGS = 100_000
WHITESPACE = r"\s+"
SPARE = 3
"""Cells read beyond the last heading, so that a row with too many is seen and named."""


def read_delimited(text: str, limits: Limits) -> RawTable:
    """All cells as text under the file's own headings. Raises InputError where it is no table.

    Rows with more cells than headings are refused: their columns cannot be told.
    """
    lines = text if "\n" in text else text.replace("\r", "\n")
    text, delimiter = _delimiter_of(lines.lstrip("\r\n"))
    headings = _headings(text, delimiter, limits)
    body = _body(text, delimiter, len(headings) + SPARE, limits)
    cells = body.iloc[:, : len(headings)].set_axis(headings, axis=1)
    beyond = body[len(headings)].str.cat(body[range(len(headings) + 1, len(headings) + SPARE)])
    refusals = Refusals()
    allowed = f"{len(headings)} cells, as many as headings (a decimal comma, or a delimiter within a text?)"
    refusals.refuse(beyond.str.strip() != "", "after the last", beyond, allowed)
    return RawTable(refusals.without(cells).map(plain), "CSV", tuple(refusals.problems))


def _delimiter_of(text: str) -> tuple[str, str]:
    """The text from its headings on, and its delimiter: stated by a spreadsheet, or the most frequent."""
    first, _, rest = text.partition("\n")
    if first.strip().lower() in {f"sep={delimiter}" for delimiter in DELIMITERS}:
        return rest, first.strip()[-1]
    return text, max(DELIMITERS, key=first.count)


def _headings(text: str, delimiter: str, limits: Limits) -> list[str]:
    try:
        headings = next(csv.reader(io.StringIO(text[:LONGEST_HEADINGS]), delimiter=delimiter))
    except StopIteration as error:
        raise InputError("The first line holds no headings; begin with job_id,energy_kwh,duration_hours.") from error
    while headings and not headings[-1].strip():
        headings.pop()
    if len(headings) > limits.columns:
        raise InputError(f"The file has {len(headings):,} columns; at most {limits.columns:,} are read.")
    twice = [heading for heading, count in Counter(map(plain_heading, headings)).items() if heading and count > 1]
    if twice:
        raise InputError(f"The headings {listed(twice)} stand twice; keep one column of each.")
    return [heading.strip() for heading in headings]


def _body(text: str, delimiter: str, width: int, limits: Limits) -> pd.DataFrame:
    table = text_cells(text, width, limits.rows + 2, sep=delimiter)
    if len(table) > limits.rows + 1:
        raise InputError(f"The file has more than {limits.rows:,} rows; at most that many are read.")
    return table.iloc[1:].set_axis(range(1, len(table)))


def text_cells(text: str, width: int, rows: int, sep: str, **how: Any) -> pd.DataFrame:
    """The first ``width`` cells of the first ``rows`` lines of a text, all as text, empty where a line is shorter.

    Raises InputError where the text is no table.
    """
    # The parser takes the table's width from its first line and drops what longer lines hold beyond it.
    first = (" " if sep == WHITESPACE else sep).join(["-"] * width)
    columns = range(width)
    try:
        table: pd.DataFrame = pd.read_csv(
            io.BytesIO(f"{first}\n{text}".encode()),
            sep=sep,
            header=None,
            names=columns,
            usecols=columns,
            dtype="str",
            na_filter=False,
            nrows=rows + 1,
            low_memory=False,
            **how,
        )
    except pd.errors.ParserError as error:
        raise InputError(f"The file is not a table: {_reason(error)}.") from error
    return table.iloc[1:]


def _reason(error: Exception) -> str:
    return "a quotation mark is opened and never closed" if "EOF inside string" in str(error) else str(error)
