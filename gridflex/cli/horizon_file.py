"""The horizon of ``plan --horizon``: a CSV of consecutive half-hours."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from gridflex.agents.intake.checks import Refusals, numbers, times
from gridflex.agents.intake.columns import listed, plain_heading
from gridflex.cli.jobs_file import read_table
from gridflex.domain.halfhours import HALF_HOUR, require_utc
from gridflex.domain.job_frame import NumberRange
from gridflex.errors import InputError, RowsRefused
from gridflex.planning.horizon import Horizon

COLUMNS = ("from", "intensity_gco2_kwh", "price_gbp_kwh")
INTENSITY = NumberRange(0.0, True, 5000.0)
PRICE = NumberRange(-100.0, True, 100.0)


def read_horizon_file(path: Path, now: datetime | None) -> Horizon:
    """A horizon whose present is ``now`` (UTC), its first half-hour where that is None.

    Columns ``from`` (start of a half-hour, ISO 8601 with its zone), ``intensity_gco2_kwh``
    and ``price_gbp_kwh``, in any order of rows; others are ignored. Raises RowsRefused with
    all wrong cells, InputError for a file that is no horizon or a ``now`` outside it.
    """
    table = read_table(path)
    cells = table.cells.rename(columns=lambda heading: plain_heading(str(heading)))
    missing = [column for column in COLUMNS if column not in cells]
    if missing:
        raise InputError(
            f"{path.name}: no column {' and no column '.join(missing)}; found {listed(map(str, table.cells.columns))}."
        )
    refusals = Refusals()
    refusals.problems.extend(table.problems)
    start = times(cells, "from", refusals)
    refusals.refuse(cells["from"].str.strip() == "", "from", cells["from"], "the start of a half-hour")
    intensity = numbers(cells, "intensity_gco2_kwh", INTENSITY, refusals, needed=True)
    price = numbers(cells, "price_gbp_kwh", PRICE, refusals, needed=True)
    _refuse_gaps(start, cells["from"], refusals)
    if refusals.problems:
        raise RowsRefused(sorted(refusals.problems, key=lambda problem: problem.row))
    if not len(start):
        raise InputError(f"{path.name}: it lists no half-hour.")
    order = np.argsort(start.to_numpy(), kind="stable")
    first = start.iloc[order[0]].to_pydatetime()
    horizon = Horizon.of(first, intensity.to_numpy(np.float64)[order], price.to_numpy(np.float64)[order])
    return _at(horizon, now)


def _refuse_gaps(start: pd.Series, cells: pd.Series, refusals: Refusals) -> None:
    """Each half-hour once, none left out."""
    aligned = (start.dt.minute % 30 == 0) & (start.dt.second == 0) & (start.dt.microsecond == 0)
    refusals.refuse(start.notna() & ~aligned, "from", cells, "the start of a half-hour, hh:00 or hh:30")
    known = start[start.notna() & aligned].sort_values(kind="stable")
    step = known.diff()
    repeated, skipped = step == pd.Timedelta(0), step > HALF_HOUR
    refusals.refuse(repeated, "from", cells[known.index], "each half-hour once")
    refusals.refuse(skipped, "from", cells[known.index], "the half-hour after the one before it; some are left out")


def _at(horizon: Horizon, now: datetime | None) -> Horizon:
    if now is None:
        return horizon
    row = horizon.index(require_utc(now))
    if not 0 <= row < len(horizon):
        last = horizon.at(len(horizon) - 1)
        raise InputError(f"--now must lie in the horizon, {horizon.start:%Y-%m-%dT%H:%MZ} to {last:%Y-%m-%dT%H:%MZ}")
    return Horizon(horizon.start, horizon.intensity, horizon.price, horizon.sd, horizon.provenance, row)
