"""What the first GridFlex's formula would claim on the queue at hand, with its inputs and its rows."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from gridflex.agents.orchestrator import Decisions
from gridflex.backtest.first_gridflex import CYCLES, RULES, Claim, first_cycle, first_gridflex
from gridflex.domain import format as fmt
from gridflex.domain.halfhours import half_hours_between, uk_midnight, uk_time
from gridflex.planning.horizon import Bools, Floats

if TYPE_CHECKING:
    import pandas as pd

UNITS = {"GBP": "£{:,.0f}", "t": "{:,.2f} t", "%": "{:g} %", "jobs": "{:,.0f} jobs"}


def claims_of(decisions: Decisions) -> tuple[Claim, ...]:
    """What the first GridFlex's formula would claim on the queue at hand; none on an empty one."""
    return first_gridflex(*_looked_at(decisions)) if len(decisions.plan.queue) else ()


def claim_table(decisions: Decisions) -> pd.DataFrame:
    """One row a job of the queue: what one of its cycles claims, and × 90; sums are the struck-out figures."""
    import pandas as pd

    queue, cycle = decisions.plan.queue, first_cycle(*_looked_at(decisions))
    return pd.DataFrame(
        {
            "job": queue.job_id,
            "energy_kwh": queue.energy_kwh,
            "may_wait": ~queue.fixed,
            "rule": [RULES[rule] for rule in cycle.rule],
            "one_cycle_gbp": cycle.gbp,
            "one_cycle_kg": cycle.kg,
            "claimed_gbp": cycle.gbp * CYCLES,
            "claimed_kg": cycle.kg * CYCLES,
        }
    )


def claim_inputs(decisions: Decisions) -> str:
    """What the formula looks at, with its units."""
    energy, _, intensity, price, forecast, threshold = _looked_at(decisions)
    then = first_cycle(*_looked_at(decisions)).then_g
    whence = "half of now's, without a forecast" if forecast is None else "the forecast of 00:30 this morning"
    return (
        f"Its inputs: {fmt.plural(len(energy), 'job')} of your queue, {fmt.energy(float(energy.sum()))}; carbon now "
        f"{fmt.intensity(intensity)}, carbon then {fmt.intensity(then)} ({whence}), threshold "
        f"{fmt.intensity(threshold)}, price now {fmt.unit_price(price)}. A month is taken to be {CYCLES} such cycles."
    )


def _looked_at(decisions: Decisions) -> tuple[Floats, Bools, float, float, float | None, float]:
    view, queue = decisions.view, decisions.plan.queue
    half_past = uk_midnight(uk_time(view.now).date()) + timedelta(minutes=30)
    forecast = float(view.forecast[half_hours_between(view.horizon.start, half_past)])
    known = forecast if np.isfinite(forecast) else None
    return queue.energy_kwh, ~queue.fixed, view.intensity_now, view.price_now, known, decisions.threshold


def claim_text(claim: Claim) -> str:
    """Its figure with its unit."""
    return UNITS[claim.unit].format(claim.value)
