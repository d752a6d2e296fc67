"""Estimated against settled, from the trail's rows: per job, and how far the chances that were told held."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from gridflex.domain.halfhours import LONDON
from gridflex.planning.calibration import Bin, calibration
from gridflex.services.entries import SETTLED
from gridflex.store.chain import Row

if TYPE_CHECKING:
    import pandas as pd


def settled_table(rows: Iterable[Row]) -> pd.DataFrame:
    """One row a settled run, units in the column names; rows whose content was erased are left out.

    ``chance_worse_percent`` is what was told before it began, NaN where nothing was.
    """
    import pandas as pd

    jobs: list[str] = []
    said: list[dict[str, Any]] = []
    for row in rows:
        if row.kind == SETTLED and (content := row.data):
            jobs.append(row.subject)
            said.append(content)
    start = pd.Series(pd.to_datetime([content["start"] for content in said], utc=True))
    chance = [np.nan if content["chance_worse"] is None else 100 * content["chance_worse"] for content in said]
    return pd.DataFrame(
        {
            "job": jobs,
            "start_uk": start.dt.tz_convert(LONDON),
            "start_utc": start,
            "estimated_saved_kg": np.array([content["estimated_saved_g"] for content in said], np.float64) / 1e3,
            "settled_saved_kg": np.array([content["settled_saved_g"] for content in said], np.float64) / 1e3,
            "estimated_saved_gbp": np.array([content["estimated_saved_gbp"] for content in said], np.float64),
            "settled_saved_gbp": np.array([content["settled_saved_gbp"] for content in said], np.float64),
            "chance_worse_percent": np.array(chance, np.float64),
            "was_worse": np.array([content["worse"] for content in said], np.bool_),
            "settled_on": [content["values"] for content in said],
            "demo": np.array([content["demo"] for content in said], np.bool_),
        }
    )


def calibration_rows(table: pd.DataFrame) -> list[Bin]:
    """Of those told 10 %, how many were worse: a row for each range of chances that was told; empty without history."""
    chance = table["chance_worse_percent"].to_numpy(np.float64) / 100
    told = ~np.isnan(chance)
    return calibration(chance[told], table["was_worse"].to_numpy(np.bool_)[told])
