"""What goes into the intake and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridflex.errors import RowProblem

MAX_ROWS = 20_000
MAX_BYTES = 10_000_000
MAX_UNPACKED_BYTES = 25_000_000
MAX_COLUMNS = 100
MAX_CELL = 1_000
MAX_VALUES = 2_000_000
MAX_LINE = 10_000


@dataclass(frozen=True)
class Limits:
    """How much of a file is read, so that no file fills the memory of all visitors.

    Bytes as given and after unpacking, rows, columns, characters a cell, values in all
    (delimiters and brackets counted), characters a line of a workload log.
    """

    file_bytes: int = MAX_BYTES
    unpacked_bytes: int = MAX_UNPACKED_BYTES
    rows: int = MAX_ROWS
    columns: int = MAX_COLUMNS
    cell: int = MAX_CELL
    values: int = MAX_VALUES
    line: int = MAX_LINE


COMMAND_LINE = Limits(file_bytes=2_000_000_000, unpacked_bytes=2_000_000_000, rows=5_000_000, values=1_000_000_000)
"""For a file of one's own on one's own machine."""


@dataclass(frozen=True)
class Watts:
    """Power of one busy processor, W, for sources that count processors but measure no energy.

    Both are assumed: 10 W per CPU, as in the planning benchmark; 400 W per GPU, the board
    power limit of an NVIDIA A100 SXM (its data sheet).
    """

    per_cpu: float = 10.0
    per_gpu: float = 400.0


@dataclass(frozen=True)
class RawTable:
    """Cells as a format gives them, not yet judged.

    The index is the row as a person counts it, from 1. Cells are text (empty: missing),
    or already numbers, UTC times or booleans. ``problems`` are rows that the format itself
    refused; they are no longer in ``cells``.
    """

    cells: pd.DataFrame
    format: str
    problems: tuple[RowProblem, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Intake:
    """What was read: the job frame of the good rows, every wrong cell, and what the reader should know.

    ``name`` is the file's, as text from outside. ``rows`` is where each good row stood in
    it, counted from 1.
    ``notes`` are sentences: assumptions made, columns ignored, times shifted. Rows of the
    source that describe no waiting job (a running one, a blank line) are counted in them.
    """

    name: str
    frame: pd.DataFrame
    problems: tuple[RowProblem, ...]
    notes: tuple[str, ...]
    format: str
    rows: NDArray[np.int64]

    @property
    def refused(self) -> int:
        """Number of rows refused."""
        return len({problem.row for problem in self.problems})

    @property
    def sentence(self) -> str:
        """How much was read and how much refused."""
        read, refused = len(self.frame), self.refused
        return f"{self.name} ({self.format}): {read:,} of {read + refused:,} jobs read" + (
            f", {refused:,} refused." if refused else "."
        )
