"""Tables for taking away: exactly what is shown, safe to open in a spreadsheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridflex.agents.intake.export import neutralised

if TYPE_CHECKING:
    import pandas as pd


def csv_of(table: pd.DataFrame) -> str:
    """CSV with times in ISO 8601; text that a spreadsheet would run as a formula is made plain text."""
    safe = table.apply(lambda column: neutralised(column) if column.dtype in ("str", object) else column)
    return str(safe.to_csv(index=False, date_format="%Y-%m-%dT%H:%M%z"))
