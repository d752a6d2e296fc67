"""What recorded traces share: arrivals in seconds, moved to now; runs in seconds; power assumed."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd

from gridflex.agents.intake.checks import Refusals, numbers
from gridflex.agents.intake.model import Watts
from gridflex.domain.halfhours import floor_half_hour
from gridflex.domain.job_frame import NumberRange
from gridflex.domain.jobs import MAX_DURATION_H

CENTURY_S = 100 * 365.25 * 86400
ARRIVAL_S = NumberRange(0.0, True, CENTURY_S)
RUN_S = NumberRange(0.0, False, MAX_DURATION_H * 3600)
PROCESSORS = NumberRange(0.0, False, 1e7)


def trace_cells(table: pd.DataFrame, now: datetime, watts: Watts, refusals: Refusals) -> pd.DataFrame:
    """Cells of jobs from columns ``job_id``, ``arrival_s``, ``run_s``, ``processors`` and any others.

    The first arrival falls on the start of now's half-hour; the spacing of the others is kept.
    """
    arrival = numbers(table, "arrival_s", ARRIVAL_S, refusals, needed=True)
    hours = numbers(table, "run_s", RUN_S, refusals, needed=True) / 3600
    processors = numbers(table, "processors", PROCESSORS, refusals, needed=True)
    cells = table.drop(columns=["arrival_s", "run_s", "processors"])
    cells["energy_kwh"] = processors * watts.per_cpu / 1000 * hours
    cells["duration_hours"] = hours
    cells = refusals.without(cells)
    cells["release"] = _moved(arrival.loc[cells.index], now)
    return cells


def _moved(arrival_s: pd.Series, now: datetime) -> pd.Series:
    since_first = ((arrival_s - arrival_s.min()) * 1e6).round().to_numpy(np.int64).astype("timedelta64[us]")
    return pd.Timestamp(floor_half_hour(now)) + pd.Series(since_first, index=arrival_s.index)


def trace_notes(releases: pd.Series, watts: Watts, recorded: str = "") -> tuple[str, ...]:
    """What is assumed of a trace, a sentence each; ``recorded`` says when it was taken, if it says so."""
    power = f"Power is assumed: {watts.per_cpu:g} W per processor."
    wait = "The trace has no priorities or deadlines: every job is medium and may wait."
    if not len(releases):
        return power, wait
    first, last = (moment.strftime("%Y-%m-%d %H:%M UTC") for moment in (releases.min(), releases.max()))
    moved = (
        f"{recorded}Arrivals are moved so that the first falls on {first}; their spacing is kept, the last is {last}."
    )
    return moved, power, wait
