"""Site power by half-hour: the plan against the cap, all at once, and the herd."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gridflex.agents.orchestrator import Decisions
from gridflex.domain import format as fmt
from gridflex.planning.horizon import Floats, Horizon
from gridflex.planning.objective import CARBON_ONLY
from gridflex.planning.plan import evaluate
from gridflex.planning.policies import POLICIES
from gridflex.planning.policies.base import Rules
from gridflex.planning.queue import Queue
from gridflex.services.axis import Axis, time_axis

if TYPE_CHECKING:
    import pandas as pd

HALF_HOURS_BACK = 4


@dataclass(frozen=True, eq=False)
class PowerView:
    """Site power by half-hour, kW: the plan, all at once, and the herd in which each job picks its greenest window."""

    axis: Axis
    now_row: int
    plan: Floats
    at_once: Floats
    herd: Floats
    cap_kw: float | None
    sentence: str
    alt: str


def power_table(view: PowerView) -> pd.DataFrame:
    """The three powers as exported, a row a half-hour, UK time."""
    import pandas as pd

    return pd.DataFrame(
        {
            "from_uk": view.axis.labels,
            "planned_kw": view.plan,
            "greenest_window_kw": view.herd,
            "at_once_kw": view.at_once,
        }
    )


def alternatives(queue: Queue, horizon: Horizon) -> tuple[Floats, Floats]:
    """Power by half-hour, kW, if all ran at once, and if each job picked its greenest window; no cap on either."""
    greenest = Rules(CARBON_ONLY, threshold=None, minimum_gain=0.0)
    at_once, herd = (
        evaluate(name, queue, horizon, POLICIES[name].place(queue, horizon, greenest)).power_kw()
        for name in ("run-at-once", "best-window")
    )
    return at_once, herd


def power_view(decisions: Decisions, at_once: Floats, herd: Floats) -> PowerView:
    """The plan's power against the cap, and the peak a herd would have drawn."""
    plan, horizon = decisions.plan, decisions.plan.horizon
    cut = slice(horizon.now_index - HALF_HOURS_BACK, len(horizon))
    peak, herd_peak = float(plan.power_kw().max(initial=0.0)), float(herd.max(initial=0.0))
    avoided = f"{fmt.power(herd_peak - peak)} of the herd's peak avoided" if herd_peak > peak else "no herd to avoid"
    sentence = f"Peak {fmt.power(peak)}; if each job picked its greenest window {fmt.power(herd_peak)}: {avoided}."
    return PowerView(
        axis=time_axis(horizon.at(cut.start), len(horizon) - cut.start),
        now_row=HALF_HOURS_BACK,
        plan=plan.power_kw()[cut],
        at_once=at_once[cut],
        herd=herd[cut],
        cap_kw=decisions.rules.cap_kw,
        sentence=sentence,
        alt=f"Site power under the plan. {sentence}",
    )
