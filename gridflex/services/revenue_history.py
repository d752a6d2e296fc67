"""What a site metered so far: the demo's own month, or a visitor's file. A baseline is made of nothing else."""

from __future__ import annotations

import csv
import io
from datetime import datetime

import numpy as np

from gridflex.agents.intake.checks import shown
from gridflex.agents.intake.model import Limits
from gridflex.agents.intake.unpack import text_of
from gridflex.backtest.routine import routine_history
from gridflex.backtest.study import BEST_WINDOW
from gridflex.domain.halfhours import floor_half_hour, half_hours, half_hours_between, parse_utc
from gridflex.errors import InputError
from gridflex.markets.baseline import Metered
from gridflex.services.demo_month import DemoMonth

LONGEST_DAYS = 400
MOST_ROWS = 50 * LONGEST_DAYS
COLUMNS = ("from_utc", "mwh")


def routine_of_month(month: DemoMonth, factor: float = 1.0) -> Metered:
    """The demo month as metered under the re-planned best window: habit included, never run at once."""
    routine = routine_history(month.result, BEST_WINDOW)
    return Metered(routine.start, routine.mwh * factor)


def metered_from_csv(data: bytes, now: datetime) -> Metered:
    """Readings before ``now`` from columns ``from_utc`` and ``mwh``, a half-hour a row; gaps stay gaps.

    Raises InputError for what is no such file, a time off the half-hour or there twice, or more than 400 days.
    """
    points = {moment: mwh for moment, mwh in _points(data).items() if moment < floor_half_hour(now)}
    if not points:
        raise InputError("The file holds no reading from before now.")
    start = min(points)
    count = half_hours_between(start, max(points)) + 1
    if count > LONGEST_DAYS * 48:
        raise InputError(f"The file spans more than {LONGEST_DAYS} days.")
    return Metered(start, np.array([points.get(moment, np.nan) for moment in half_hours(start, count)]))


def _points(data: bytes) -> dict[datetime, float]:
    text, _ = text_of(data, Limits())
    rows = csv.DictReader(io.StringIO(text))
    points: dict[datetime, float] = {}
    try:
        if not set(COLUMNS) <= set(rows.fieldnames or ()):
            raise InputError(f"A metered file needs the columns {' and '.join(COLUMNS)}.")
        for number, row in enumerate(rows, start=1):
            if number > MOST_ROWS:
                raise InputError(f"The file has more than {MOST_ROWS:,} rows; at most that many are read.")
            at, mwh = _point(number, row["from_utc"] or "", row["mwh"] or "")
            if at in points:
                raise InputError(f"Row {number}: {at:%Y-%m-%dT%H:%MZ} stands there twice.")
            points[at] = mwh
    except csv.Error:
        raise InputError("The file is no CSV.") from None
    return points


def _point(row: int, moment: str, mwh: str) -> tuple[datetime, float]:
    try:
        at = parse_utc(moment)
    except InputError:
        raise InputError(f"Row {row}: {shown(moment)!r} is no time with its zone, such as 2026-01-08T17:00Z.") from None
    if floor_half_hour(at) != at:
        raise InputError(f"Row {row}: {shown(moment)} is not the start of a half-hour.")
    try:
        value = float(mwh)
    except ValueError:
        raise InputError(f"Row {row}: {shown(mwh)!r} is no energy in MWh.") from None
    if not 0 <= value < 1e6:
        raise InputError(f"Row {row}: {shown(mwh)} MWh cannot be a half-hour's reading.")
    return at, value


def metered_table(history: Metered) -> dict[str, list[object]]:
    """The readings as columns, as they may be brought in again."""
    moments = half_hours(history.start, len(history.mwh))
    return {"from_utc": [f"{moment:%Y-%m-%dT%H:%MZ}" for moment in moments], "mwh": list(history.mwh.tolist())}
