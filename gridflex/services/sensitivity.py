"""How much the decision hangs on the forecast: the same rule with the forecast one band lower and higher."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gridflex.agents.orchestrator import Decisions
from gridflex.agents.rules import place_all, policy_named
from gridflex.planning.horizon import Horizon, Ints
from gridflex.planning.plan import evaluate
from gridflex.planning.policies.base import UNPLACED, Placement
from gridflex.services.job_table import uk_times

if TYPE_CHECKING:
    import pandas as pd

CASES = ((-1.0, "one band lower"), (0.0, "as forecast"), (1.0, "one band higher"))
MOST_JOBS = 200


@dataclass(frozen=True, eq=False)
class Case:
    """If the grid turned out so: where each job would be placed, and what the plan in force would save."""

    name: str
    start: Ints
    other_starts: int
    waiting: int
    saved_kg: float


def sensitivity(decisions: Decisions) -> Generator[None, None, list[Case]]:
    """Three cases, a step each; the band is one standard deviation of the forecast's error in each half-hour ahead."""
    cases = []
    for bands, name in CASES:
        cases.append(_case(decisions, bands, name))
        yield
    return cases


def case_table(cases: list[Case]) -> pd.DataFrame:
    """The cases as shown and exported."""
    import pandas as pd

    return pd.DataFrame(
        {
            "the grid turns out": [case.name for case in cases],
            "this plan then saves, kg": [case.saved_kg for case in cases],
            "jobs that would start otherwise": [case.other_starts for case in cases],
            "jobs that would wait": [case.waiting for case in cases],
        }
    )


def job_starts(decisions: Decisions, cases: list[Case]) -> pd.DataFrame:
    """Start of each job as planned and in each case, UK time; the index is the job's row.

    The jobs whose start hangs on the forecast come first, then the largest; at most MOST_JOBS.
    """
    import pandas as pd

    plan = decisions.plan
    hangs = np.any([case.start != plan.start for case in cases], axis=0)
    rows = np.lexsort((-plan.queue.energy_kwh, ~hangs))[:MOST_JOBS]
    starts = {f"start, {case.name}": case.start for case in cases if case.name != "as forecast"}
    columns = {"planned start": plan.start, **starts}
    times = {name: uk_times(decisions, start, start != UNPLACED).iloc[rows] for name, start in columns.items()}
    return pd.DataFrame({"job": decisions.frame["job_id"].iloc[rows], **times}).set_axis(rows, axis=0)


def _case(decisions: Decisions, bands: float, name: str) -> Case:
    plan = decisions.plan
    horizon = _shifted(plan.horizon, bands)
    policy = policy_named(plan.policy)
    found, _ = place_all(policy, plan.queue, horizon, decisions.rules)
    kept = evaluate(plan.policy, plan.queue, horizon, Placement(plan.start, plan.parts))
    waits = (found.start > plan.queue.earliest) & ~plan.queue.fixed
    otherwise = int((found.start != plan.start).sum())
    return Case(name, found.start, otherwise, int(waits.sum()), float(kept.saved_g.sum()) / 1e3)


def _shifted(horizon: Horizon, bands: float) -> Horizon:
    return replace(horizon, intensity=np.maximum(horizon.intensity + bands * horizon.sd, 0.0))
