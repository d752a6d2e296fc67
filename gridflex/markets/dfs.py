"""Demand Flexibility Service: utilisation only, paid per MWh delivered against the baseline.

From 0.1 MW, only in half-hours with a published requirement, and only for load not already
shifted by habit, as the habit is in the baseline. Everything else is £0, with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from gridflex.domain.format import money
from gridflex.domain.halfhours import HALF_HOUR, HOURS_PER_HALF_HOUR, half_hours
from gridflex.domain.market_data import FlexibilityCall
from gridflex.planning.horizon import Floats

THRESHOLD_MW = 0.1
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class FlexibilityPay:
    """Columns by half-hour from ``start``: delivered MWh, price (GBP/MWh, NaN without a requirement), GBP, reason."""

    start: datetime
    delivered_mwh: Floats
    gbp_per_mwh: Floats
    gbp: Floats
    reason: NDArray[np.object_]

    @property
    def total_gbp(self) -> float:
        """Sum of the half-hours."""
        return float(self.gbp.sum())

    @property
    def sentence(self) -> str:
        """The figure in words, or why it is zero."""
        if self.gbp.any():
            return f"{money(self.total_gbp)} for {float(self.delivered_mwh[self.gbp != 0].sum()):.3f} MWh delivered"
        reasons = [reason for reason in dict.fromkeys(self.reason.tolist()) if reason]
        return f"£0: {reasons[0]}" if reasons else "£0: nothing was delivered"


def flexibility_pay(
    start: datetime, deviation_mwh: Floats, calls: Sequence[FlexibilityCall], scenario_gbp_per_mwh: float | None = None
) -> FlexibilityPay:
    """Pay for the deviation from the baseline in each half-hour from ``start``.

    A call's guaranteed price counts where one is named, else ``scenario_gbp_per_mwh``; with
    neither the half-hour pays nothing.
    """
    moments = half_hours(start, len(deviation_mwh))
    price = np.full(len(moments), np.nan)
    reason = np.full(len(moments), "no requirement is published", dtype=object)
    for row, moment in enumerate(moments):
        for call in calls:
            if call.start <= moment and moment + HALF_HOUR <= call.end:
                offered = call.gbp_per_mwh if call.gbp_per_mwh is not None else scenario_gbp_per_mwh
                price[row] = np.nan if offered is None else offered
                reason[row] = "" if offered is not None else "the requirement names no price"
    wanted = reason == ""
    power = deviation_mwh / HOURS_PER_HALF_HOUR
    reason[wanted & ~np.isfinite(deviation_mwh)] = "a reading is missing"
    small = wanted & (power < THRESHOLD_MW - _ROUNDING)
    reason[small] = f"under {THRESHOLD_MW:g} MW against the baseline"
    paid = reason == ""
    return FlexibilityPay(
        start, deviation_mwh, price, np.where(paid, deviation_mwh * np.nan_to_num(price), 0.0), reason
    )
