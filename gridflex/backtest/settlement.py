"""Estimated against settled: how far the first promise was off, and how much of it the forecast explains.

A job's miss is what its first decision promised less what was settled. It splits exactly in
two: what that plan would have saved as it turned out (the forecast's part), and what later
re-plans changed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridflex.backtest.knowledge import Knowledge
from gridflex.planning.horizon import Floats, Ints

LEADS_HALF_HOURS = (0, 1, 2, 4, 8, 12, 24, 48, 72, 95)


@dataclass(frozen=True, eq=False)
class EstimatedAndSettled:
    """Columns by job, grams: promised at the first decision, settled, and the first plan as it turned out."""

    estimated_g: Floats
    settled_g: Floats
    first_plan_g: Floats

    @property
    def miss_g(self) -> float:
        """Estimated less settled, in total."""
        return float(self.estimated_g.sum() - self.settled_g.sum())

    @property
    def from_forecast_g(self) -> float:
        """The part of the miss that is forecast error alone."""
        return float(self.estimated_g.sum() - self.first_plan_g.sum())

    @property
    def from_replanning_g(self) -> float:
        """The rest: what later plans lost (negative: won) against the first."""
        return float(self.first_plan_g.sum() - self.settled_g.sum())

    @property
    def explained_by_job(self) -> float:
        """Share (0 to 1) of the misses' variance over jobs that the forecast's part explains."""
        miss = self.estimated_g - self.settled_g
        spread = float(miss.var())
        left = float((self.first_plan_g - self.settled_g).var())
        return max(1.0 - left / spread, 0.0) if spread > 0 else 1.0


@dataclass(frozen=True, eq=False)
class ErrorByLead:
    """Forecast error by lead time: hours ahead, mean absolute, bias (forecast − settled) and root mean square,
    gCO2/kWh, and how many forecasts each is over."""

    lead_h: Floats
    mean_absolute: Floats
    bias: Floats
    rms: Floats
    count: Ints


def error_by_lead(
    knowledge: Knowledge, settled: Floats, leads: tuple[int, ...] = LEADS_HALF_HOURS, every: int = 1
) -> ErrorByLead:
    """Error of what was known against what was settled, asked at every ``every``-th half-hour."""
    longest = max(leads) + 1
    errors: list[list[float]] = [[] for _ in leads]
    for row in range(0, len(settled), every):
        forecast = knowledge.at(row, longest)
        for found, lead in zip(errors, leads, strict=True):
            if lead < len(forecast) and row + lead < len(settled):
                found.append(float(forecast[lead] - settled[row + lead]))
    columns = [np.array([e for e in found if np.isfinite(e)]) for found in errors]
    return ErrorByLead(
        np.array(leads) / 2,
        np.array([np.abs(e).mean() if len(e) else np.nan for e in columns]),
        np.array([e.mean() if len(e) else np.nan for e in columns]),
        np.array([np.sqrt((e**2).mean()) if len(e) else np.nan for e in columns]),
        np.array([len(e) for e in columns]),
    )
