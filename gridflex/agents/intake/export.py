"""A queue as CSV: units in the headings, UTC and UK time, no cell a spreadsheet would run."""

from __future__ import annotations

import pandas as pd

from gridflex.domain.halfhours import LONDON
from gridflex.domain.job_frame import BOOLEANS, JOB_DTYPES, NO_TIME, NUMBERS, TIMES, utc_text
from gridflex.domain.spreadsheet import csv_text

HEADINGS: dict[str, str] = {
    "energy_kwh": "energy (kWh)",
    "duration_hours": "duration (h)",
    "release": "release (UTC)",
    "deadline": "deadline (UTC)",
    "max_defer_hours": "longest deferral (h)",
    "time_limit_hours": "time limit (h)",
}


def export_csv(frame: pd.DataFrame) -> str:
    """A job frame as CSV text that ``read_jobs`` reads back as the same frame."""
    columns: dict[str, object] = {}
    for name in JOB_DTYPES:
        columns[HEADINGS.get(name, name)] = _cells(frame[name])
        if name in TIMES:
            columns[f"{name} (UK time)"] = frame[name].dt.tz_convert(LONDON).dt.strftime("%Y-%m-%d %H:%M")
    return csv_text(pd.DataFrame(columns), line_end="\r\n")


def _cells(column: pd.Series) -> object:
    if column.name in NUMBERS:
        return column
    if column.name in TIMES:
        return ["" if text == NO_TIME else text for text in utc_text(column)]
    if column.name in BOOLEANS:
        return column.map({True: "yes", False: "no"})
    return column
