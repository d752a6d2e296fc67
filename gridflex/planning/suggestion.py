"""A threshold worth suggesting, with its reason."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridflex.planning.objective import GRAMS_PER_TONNE, Objective
from gridflex.planning.sweep import Sweep

ENOUGH = 0.95
"""Share of the largest gain that is as good as all of it: beyond it jobs wait for little (assumed)."""


@dataclass(frozen=True)
class Suggestion:
    """A threshold in gCO2/kWh, None where no threshold gains anything, and a sentence."""

    threshold: float | None
    reason: str


def suggest_threshold(sweep: Sweep, objective: Objective) -> Suggestion:
    """The highest threshold, and so the fewest waiting jobs, that keeps nearly all of the largest gain.

    The gain is what the plan costs less than running at once: energy and carbon at the
    objective's price. Delay is told, not weighed.
    """
    saved_t = (sweep.baseline_g - sweep.carbon_g) / GRAMS_PER_TONNE
    gain = saved_t * objective.carbon_price
    if objective.energy:
        gain = gain + sweep.baseline_gbp - sweep.cost_gbp
    if gain.max() <= 0:
        return Suggestion(None, "No threshold gains anything on this forecast: running at once is best.")
    if np.ptp(sweep.carbon_g) == 0 and np.ptp(sweep.cost_gbp) == 0:
        return Suggestion(None, "Every threshold gives the same plan.")
    row = int(np.flatnonzero(gain >= ENOUGH * gain.max())[-1])
    threshold = float(sweep.threshold[row])
    waiting = int(sweep.deferred[row])
    return Suggestion(
        threshold,
        f"{threshold:.0f} g/kWh is the highest threshold that keeps {100 * gain[row] / gain.max():.0f} % of the "
        f"most this policy can gain: {waiting} job{'s wait' if waiting != 1 else ' waits'}, "
        f"{sweep.delay_hours[row]:.1f} h on average over all that may wait.",
    )
