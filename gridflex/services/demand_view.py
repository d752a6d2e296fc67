"""Load that is expected to arrive: a band for the power strip, and the spike in a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import numpy as np

from gridflex.agents.demo_queue import arrival_history
from gridflex.agents.grid_view import GridView
from gridflex.domain import format as fmt
from gridflex.planning.demand import DemandForecast, forecast_demand, spike
from gridflex.planning.horizon import Floats
from gridflex.services.workspace import QueueKind, Workspace

HISTORY_DAYS = 28
SITE_JOBS_A_DAY = 1000.0


@dataclass(frozen=True, eq=False)
class DemandView:
    """p10 and p90 of arriving load from now on, kW by half-hour, and the spike in words."""

    low: Floats
    high: Floats
    sentence: str


def expected_demand(workspace: Workspace, view: GridView) -> DemandView | None:
    """Forecast from the demo's marked history; None for a visitor's own jobs, whose arrivals are not known."""
    if not workspace.is_demo:
        return None
    found = _demo_forecast(workspace.seed, workspace.kind, view.horizon.now)
    ahead = view.horizon.intensity[view.horizon.now_index :][: len(found.p50)]
    peak = spike(found, ahead)
    meets = ", meets the dirtiest hour" if peak.meets_dirtiest else ""
    when = fmt.day_clock(peak.start, view.now)
    sentence = f"Expected peak of arriving load: {when}, {fmt.power(peak.kw)}{meets} (from the demo's made-up history)."
    return DemandView(found.p10, found.p90, sentence)


def expected_headroom(workspace: Workspace, view: GridView) -> Floats | None:
    """p90 of the load expected to arrive, kW for each half-hour of the horizon; None where nothing is known of it."""
    demand = expected_demand(workspace, view)
    if demand is None:
        return None
    room, first = np.zeros(len(view.horizon)), view.horizon.now_index
    room[first : first + len(demand.high)] = demand.high
    return room


@lru_cache(maxsize=32)
def _demo_forecast(seed: int, kind: QueueKind, now: datetime) -> DemandForecast:
    """The same for every visitor of one demo in one half-hour."""
    more = {"jobs_a_day": SITE_JOBS_A_DAY} if kind is QueueKind.DAY else {}
    return forecast_demand(arrival_history(seed, now, HISTORY_DAYS, **more).kw, now)
