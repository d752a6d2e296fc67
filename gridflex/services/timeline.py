"""The timeline's view model: each job before and after, over the carbon of the same hours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridflex.agents.orchestrator import Decisions
from gridflex.domain import format as fmt
from gridflex.domain.bands import INDEX_WORDS, index_level
from gridflex.domain.decisions import Action
from gridflex.domain.halfhours import uk_time
from gridflex.planning.horizon import Floats, Ints
from gridflex.planning.plan import site_power
from gridflex.planning.policies.base import UNPLACED
from gridflex.planning.rationale import ACTIONS
from gridflex.services.axis import Axis, time_axis

MOST_ROWS = 40
HALF_HOURS_BACK = 12


@dataclass(frozen=True)
class Bar:
    """One row of the timeline; times are columns of the chart. ``jobs`` above 1 is a group."""

    label: str
    jobs: int
    action: Action
    baseline: tuple[float, float]
    planned: tuple[float, float] | None
    due: float | None
    hover: str


@dataclass(frozen=True, eq=False)
class Timeline:
    """Rows from top to bottom, the carbon strip above them and the site's power below."""

    axis: Axis
    now_row: int
    bars: tuple[Bar, ...]
    levels: tuple[int, ...]
    strip_hover: tuple[str, ...]
    power: Floats
    power_at_once: Floats
    cap_kw: float | None
    alt: str


def timeline(decisions: Decisions, cap_kw: float | None = None) -> Timeline:
    """The largest jobs one by one, the others in groups by action."""
    plan, view = decisions.plan, decisions.view
    first = plan.horizon.now_index - HALF_HOURS_BACK
    cut = slice(first, len(plan.horizon))
    order = np.argsort(-plan.queue.energy_kwh, kind="stable")
    single = np.sort(order[:MOST_ROWS]) if len(order) > MOST_ROWS else np.arange(len(order))
    single = single[np.argsort(plan.queue.earliest[single], kind="stable")]
    # Read once: each look at a frame's column leaves a mark on it that pandas keeps for a while.
    names, kinds = decisions.frame["job_id"].tolist(), decisions.frame["kind"].tolist()
    bars = [_bar(decisions, int(row), first, f"{names[row]}", f"{kinds[row]}") for row in single]
    bars += [_group(decisions, rows, first) for rows in _groups(decisions, order[MOST_ROWS:])]
    year = uk_time(view.now).year
    axis = time_axis(plan.horizon.at(first), len(plan.horizon) - first)
    levels = tuple(index_level(g, year) for g in plan.horizon.intensity[cut].tolist())
    grams = plan.horizon.intensity[cut].tolist()
    at_once = site_power(plan.queue, np.where(plan.placed, plan.queue.baseline, UNPLACED), None, len(plan.horizon))
    return Timeline(
        axis=axis,
        now_row=HALF_HOURS_BACK,
        bars=tuple(bars),
        levels=levels,
        strip_hover=tuple(
            f"{when}: {fmt.intensity(g)}, {INDEX_WORDS[k]}"
            for when, g, k in zip(axis.labels, grams, levels, strict=True)
        ),
        power=plan.power_kw()[cut],
        power_at_once=at_once[cut],
        cap_kw=cap_kw,
        alt=_alt(decisions),
    )


def _bar(decisions: Decisions, row: int, first: int, job: str, kind: str) -> Bar:
    plan, queue = decisions.plan, decisions.plan.queue
    begin, length = int(queue.baseline[row]) - first, float(queue.length[row])
    start = int(plan.start[row]) - first
    placed = bool(plan.placed[row])
    action = ACTIONS[decisions.action[row]]
    when = fmt.date_clock(plan.horizon.at(plan.start[row])) if placed else "not placed"
    return Bar(
        label=job[:24],
        jobs=1,
        action=action,
        baseline=(begin, begin + length),
        planned=(start, start + length) if placed else None,
        due=float(queue.latest[row] + queue.slots[row] - first) if not queue.fixed[row] else None,
        hover=f"{job} · {kind} · {fmt.power(float(queue.power_kw[row]))}<br>{_word(action)} · {when}",
    )


def _groups(decisions: Decisions, rows: Ints) -> list[Ints]:
    """Rows that are not shown one by one, by action."""
    return [rows[decisions.action[rows] == code] for code in np.unique(decisions.action[rows])]


def _group(decisions: Decisions, rows: Ints, first: int) -> Bar:
    plan, queue = decisions.plan, decisions.plan.queue
    action = ACTIONS[decisions.action[rows[0]]]
    begin, stop = queue.baseline[rows], queue.baseline[rows] + queue.length[rows]
    placed = rows[plan.placed[rows]]
    planned = None
    if len(placed):
        ends = plan.start[placed] + queue.length[placed]
        planned = (float(plan.start[placed].min() - first), float(ends.max() - first))
    return Bar(
        label=f"{len(rows):,} more, {_word(action)}",
        jobs=len(rows),
        action=action,
        baseline=(float(begin.min() - first), float(stop.max() - first)),
        planned=planned,
        due=None,
        hover=f"{len(rows):,} smaller jobs, {_word(action)}, from the first start to the last end",
    )


def _word(action: Action) -> str:
    return {"execute_now": "run", "defer": "wait", "shift_region": "shift", "cancel": "cancelled"}.get(action, action)


def _alt(decisions: Decisions) -> str:
    waiting = int(decisions.of(Action.DEFER).sum())
    return (
        f"Timeline of {fmt.plural(len(decisions), 'job')}: hollow bars where each would run at once, solid where it is "
        f"planned; {waiting} wait. Above, the carbon intensity of the same hours; below, the site's power."
    )
