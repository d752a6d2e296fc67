"""Tables for taking away: exactly what is shown, safe to open in a spreadsheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from gridflex.domain.spreadsheet import csv_text

if TYPE_CHECKING:
    import pandas as pd


MOST_SHOWN = 2000


def csv_of(table: pd.DataFrame) -> str:
    """CSV with times in ISO 8601; text that a spreadsheet would run as a formula is made plain text."""
    return csv_text(table)


def rows_below(label: str, name: str, table: pd.DataFrame) -> None:
    """The rows behind a figure, one click away; all of them in the export."""
    with st.expander(label, icon=":material/table_rows:"):
        if len(table) > MOST_SHOWN:
            st.caption(f"The first {MOST_SHOWN:,} of {len(table):,} rows; the export holds all.")
        st.dataframe(table[:MOST_SHOWN], hide_index=True, alt=f"{label}.")
        st.download_button(
            "Export", lambda: csv_of(table), f"gridflex-{name}.csv", "text/csv", icon=":material/download:",
            on_click="ignore", key=f"export_{name}",
        )  # fmt: skip
