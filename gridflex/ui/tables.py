"""Tables for taking away: exactly what is shown, safe to open in a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import streamlit as st

from gridflex.domain.spreadsheet import csv_text

if TYPE_CHECKING:
    import pandas as pd
    from streamlit.elements.lib.column_types import ColumnConfig


MOST_SHOWN = 2000
UNITS = {
    "gbp_per_mw_h": ("£/MW/h", 2), "gbp_per_mwh": ("£/MWh", 2), "gbp_per_kwh": ("£/kWh", 4), "g_per_kwh": ("g/kWh", 0),
    "mwh": ("MWh", 4), "kwh": ("kWh", 1), "mw": ("MW", 3), "kw": ("kW", 1), "kg": ("kg", 1), "gbp": ("£", 2),
}  # fmt: skip
"""Unit in a column's name, longest first: as people write it, and its decimals."""


def csv_of(table: pd.DataFrame) -> str:
    """CSV with times in ISO 8601; text that a spreadsheet would run as a formula is made plain text."""
    return csv_text(table)


def headings(names: Iterable[str]) -> dict[str, ColumnConfig]:
    """Columns for reading: words and the unit in place of a name such as sold_gbp_per_mwh, thousands separated."""
    return {name: _heading(name) for name in names}


def _heading(name: str) -> ColumnConfig:
    # Of a ratio the whole is a unit or nothing is: pence_per_kwh is no number of kWh.
    units = (unit for unit in UNITS if "_per_" in unit or "_per_" not in name)
    unit = next((unit for unit in units if f"_{unit}_" in f"_{name}_"), None)
    words = (f"_{name}_".replace(f"_{unit}_", "_") if unit else name).strip("_").replace("_", " ")
    words = words.replace("uk time", "UK time").replace("utc", "UTC")
    if unit is None:
        return st.column_config.Column(words)
    sign, decimals = UNITS[unit]
    return st.column_config.NumberColumn(f"{words}, {sign}".removeprefix(", "), format=f"%,.{decimals}f")


def rows_below(label: str, name: str, table: pd.DataFrame) -> None:
    """The rows behind a figure, one click away, and not sent before; all of them in the export."""
    folded = st.expander(label, icon=":material/table_rows:", key=f"rows_{name}", on_change="rerun")
    if not folded.open:
        return
    with folded:
        if len(table) > MOST_SHOWN:
            st.caption(f"The first {MOST_SHOWN:,} of {len(table):,} rows; the export holds all.")
        st.dataframe(table[:MOST_SHOWN], hide_index=True, column_config=headings(table.columns), alt=f"{label}.")
        st.download_button(
            "Export", lambda: csv_of(table), f"gridflex-{name}.csv", "text/csv", icon=":material/download:",
            on_click="ignore", key=f"export_{name}",
        )  # fmt: skip
