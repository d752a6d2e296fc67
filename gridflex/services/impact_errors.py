"""Forecast error by lead time: what this backtest decided on, and what the archive holds as issued."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gridflex.agents import forecast_error
from gridflex.backtest.result import Result
from gridflex.backtest.settlement import ErrorByLead, error_by_lead

if TYPE_CHECKING:
    import pandas as pd

MOST_ISSUES = 500
"""Issues of a backtest's forecast that are looked at, evenly over its period."""


@dataclass(frozen=True, eq=False)
class Errors:
    """``backtest`` by its own leads; ``archive`` of the last 28 days, a row a half-hour ahead."""

    backtest: ErrorByLead
    archive: forecast_error.ErrorByLead
    knowledge: str

    @property
    def archived(self) -> int:
        """Errors that the archive's figures are over."""
        return int(self.archive.count.sum())


def errors_of(result: Result, archive: forecast_error.ErrorByLead) -> Errors:
    """Both, for a backtest."""
    study = result.study
    every = max(len(study) // MOST_ISSUES, 1)
    return Errors(error_by_lead(study.knowledge, study.intensity, every=every), archive, study.knowledge.name)


def error_sentence(found: Errors) -> str:
    """Mean absolute error near and far, and what the archive's own stand on."""
    backtest, archive = found.backtest, found.archive
    near, far = (f"{backtest.mean_absolute[row]:.0f} g at {backtest.lead_h[row]:g} h" for row in (1, -1))
    said = f"Decided on {found.knowledge}: mean absolute error {near}, {far}."
    if not found.archived:
        return f"{said} The archive holds no forecast of the last 28 days that can be measured yet."
    rows = np.flatnonzero(archive.count > 0)
    ends = (f"{archive.mean_absolute[row]:.0f} g at {archive.lead_h[row]:g} h" for row in (rows[0], rows[-1]))
    return f"{said} The archive's own of the last 28 days, {found.archived:,} errors: {', '.join(ends)}."


def error_table(found: Errors) -> pd.DataFrame:
    """One row a lead of either."""
    import pandas as pd

    one, other = found.backtest, found.archive
    seen = other.count > 0
    return pd.DataFrame(
        {
            "forecast": ["this backtest"] * len(one.lead_h) + ["archive, as issued"] * int(seen.sum()),
            "lead_h": np.concatenate((one.lead_h, other.lead_h[seen])),
            "mean_absolute_gco2_per_kwh": np.concatenate((one.mean_absolute, other.mean_absolute[seen])),
            "bias_gco2_per_kwh": np.concatenate((one.bias, other.bias[seen])),
            "errors": np.concatenate((one.count, other.count[seen])),
        }
    )
