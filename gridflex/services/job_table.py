"""The queue as a table: what the page shows is exactly what is exported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridflex.agents.explain import explain
from gridflex.agents.orchestrator import Decisions
from gridflex.domain.decisions import Action, Rationale
from gridflex.domain.halfhours import LONDON
from gridflex.domain.jobs import JobStatus
from gridflex.planning.horizon import Bools, Ints
from gridflex.planning.rationale import ACTIONS, RATIONALES

if TYPE_CHECKING:
    import pandas as pd

MOST_SENTENCES = 200
"""Up to this many rows each carries its whole sentence; longer tables give the reason in a few words."""

ACTION_WORDS = {
    Action.EXECUTE_NOW: "run",
    Action.DEFER: "wait",
    Action.SHIFT_REGION: "shift region",
    Action.CANCEL: "cancelled",
    Action.UNPLACED: "not placed",
}

REASON_WORDS = {
    Rationale.OPTIMAL_CONDITIONS: "conditions are good now",
    Rationale.HIGH_CARBON: "above the threshold now, better later",
    Rationale.HIGH_PRICE: "energy is above its price limit",
    Rationale.SLA_CRITICAL: "may not wait",
    Rationale.FORECAST_BETTER: "better later",
    Rationale.NO_BENEFIT: "waiting gains too little",
    Rationale.OPERATOR: "a person chose this",
    Rationale.BEYOND_HORIZON: "beyond the 48 h known ahead",
    Rationale.PAST_DEADLINE: "cannot meet its deadline",
    Rationale.NO_ROOM: "no room under the site's cap",
    Rationale.WINDOW_ORDERED: "an energy window is ordered for it",
    Rationale.SLOT_SOLD: "a grid agent has booked it",
}


def statuses(decisions: Decisions) -> list[JobStatus]:
    """Status of each job, from its run and the clock."""
    plan = decisions.plan
    now = plan.horizon.now_index
    due = plan.placed & (plan.start <= now)
    runs = due if decisions.advised is None else due & ~decisions.advised
    cancelled, waiting = decisions.of(Action.CANCEL), decisions.of(Action.DEFER, Action.SHIFT_REGION)
    cases = [
        (cancelled, JobStatus.CANCELLED),
        (plan.placed & (plan.end <= now), JobStatus.COMPLETED),
        (runs, JobStatus.RUNNING),
        (waiting, JobStatus.DEFERRED),
    ]
    codes = np.select([case for case, _ in cases], range(len(cases)), len(cases))
    words = [*(word for _, word in cases), JobStatus.QUEUED]
    return [words[code] for code in codes]


def job_table(decisions: Decisions) -> pd.DataFrame:
    """One row a job, units in the column names, times in UTC and UK time."""
    import pandas as pd

    frame, plan, queue = decisions.frame, decisions.plan, decisions.plan.queue
    kwh = queue.energy_kwh
    start = _times(decisions, plan.start, plan.placed)
    return pd.DataFrame(
        {
            "job": frame["job_id"],
            "kind": frame["kind"],
            "priority": frame["priority"],
            "status": [str(word) for word in statuses(decisions)],
            "action": [ACTION_WORDS[ACTIONS[code]] for code in decisions.action],
            "energy_kwh": kwh,
            "power_kw": queue.power_kw,
            "duration_h": frame["duration_hours"],
            "start_uk": start.dt.tz_convert(LONDON),
            "start_utc": start,
            "latest_start_uk": uk_times(decisions, queue.latest, queue.placeable),
            "at_once_g_per_kwh": np.where(plan.placed, plan.baseline_g / kwh, np.nan),
            "planned_g_per_kwh": np.where(plan.placed, plan.carbon_g / kwh, np.nan),
            "saved_kg": plan.saved_g / 1e3,
            "saved_gbp": plan.saved_gbp,
            "why": _reasons(decisions),
        }
    )


def uk_times(decisions: Decisions, rows: Ints, known: Bools) -> pd.Series:
    """Starts of rows of the horizon, UK time; NaT where not known."""
    times: pd.Series = _times(decisions, rows, known).dt.tz_convert(LONDON)
    return times


def _times(decisions: Decisions, rows: Ints, known: Bools) -> pd.Series:
    """Starts of rows of the horizon in UTC; NaT where not known."""
    import pandas as pd

    first = pd.Timestamp(decisions.view.horizon.start)
    times = pd.Series(first + pd.to_timedelta(rows * 30, unit="min"))
    return times.where(known)


def _reasons(decisions: Decisions) -> list[str]:
    if len(decisions) <= MOST_SENTENCES:
        return [job.sentence for job in explain(decisions, range(len(decisions)))]
    return [REASON_WORDS[RATIONALES[code]] for code in decisions.rationale]
