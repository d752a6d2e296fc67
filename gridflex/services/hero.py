"""The hero chart's view model: the grid behind and ahead, and what the site does in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import ceil

import numpy as np

from gridflex.agents.grid_view import GridView
from gridflex.domain import format as fmt
from gridflex.planning.horizon import Floats
from gridflex.planning.plan import Plan, site_power
from gridflex.planning.policies.base import UNPLACED
from gridflex.services.axis import Axis, time_axis
from gridflex.services.demand_view import DemandView

HALF_HOURS_BACK = 48
MOST_WINDOWS = 4
LEAST_TOP = 300.0


@dataclass(frozen=True)
class Window:
    """Half-hours (rows) in which waiting jobs run, and what to write on them."""

    first: int
    last: int
    jobs: int


@dataclass(frozen=True, eq=False)
class Hero:
    """One row a half-hour from 24 h back to 48 h ahead; gCO2/kWh and kW. NaN where there is nothing.

    ``hover`` says of each what no plan changes: intensity and price.
    """

    axis: Axis
    now_row: int
    threshold: float | None
    actual: Floats
    forecast: Floats
    low: Floats
    high: Floats
    top: float
    power: Floats
    power_at_once: Floats
    power_top: float
    demand_low: Floats
    demand_high: Floats
    windows: tuple[Window, ...]
    hover: tuple[str, ...]
    alt: str

    @property
    def expects_arrivals(self) -> bool:
        """Whether the load expected to arrive is known for any half-hour."""
        return not bool(np.isnan(self.demand_high).all())


def hero(view: GridView, plan: Plan, threshold: float | None, demand: DemandView | None = None) -> Hero:
    """Lay the plan over the grid, and the load expected to arrive below it. Without a gate no ``threshold``."""
    horizon = view.horizon
    cut = slice(horizon.now_index - HALF_HOURS_BACK, len(horizon))
    now_row = HALF_HOURS_BACK
    intensity = horizon.intensity[cut]
    measured = view.actual[cut].copy()
    ahead = intensity.copy()
    ahead[:now_row] = view.forecast[cut][:now_row]
    solid = np.where(np.isnan(measured), np.nan, measured)
    band = np.where(horizon.sd[cut] > 0, horizon.sd[cut], np.nan)
    band[:now_row] = np.nan
    power = plan.power_kw()[cut]
    at_once = site_power(plan.queue, np.where(plan.placed, plan.queue.baseline, UNPLACED), None, len(horizon))[cut]
    low, high = np.full(len(ahead), np.nan), np.full(len(ahead), np.nan)
    if demand is not None:
        reach = slice(now_row, now_row + len(demand.low))
        low[reach], high[reach] = demand.low, demand.high
    axis = time_axis(horizon.at(cut.start), len(ahead))
    windows = _windows(plan, cut.start)
    return Hero(
        axis=axis,
        now_row=now_row,
        threshold=threshold,
        actual=solid,
        forecast=np.where(np.isnan(ahead), np.nan, ahead),
        low=np.maximum(ahead - band, 0),
        high=ahead + band,
        top=max(LEAST_TOP, ceil(float(np.nanmax(intensity + horizon.sd[cut])) / 50) * 50),
        power=power,
        power_at_once=at_once,
        power_top=_round_up(float(max(np.max(power), np.max(at_once), np.nanmax(np.append(high, 0)), 1))),
        demand_low=low,
        demand_high=high,
        windows=windows,
        hover=_hover(view, cut.start),
        alt=_alt(view, intensity[now_row:], threshold, windows, axis),
    )


def _windows(plan: Plan, first_row: int) -> tuple[Window, ...]:
    """Runs of waiting jobs merged where they touch; the largest few by energy, in time order."""
    waits = np.flatnonzero(plan.placed & (plan.start > plan.queue.earliest) & ~plan.queue.fixed)
    if not len(waits):
        return ()
    order = waits[np.argsort(plan.start[waits], kind="stable")]
    start, reach = plan.start[order], np.maximum.accumulate(plan.end[order])
    opens = np.flatnonzero(np.append(True, start[1:] > reach[:-1]))
    jobs = np.diff(np.append(opens, len(order)))
    energy = np.add.reduceat(plan.queue.energy_kwh[order], opens)
    ends = np.ceil(reach[opens + jobs - 1])
    largest = np.sort(np.argsort(-energy, kind="stable")[:MOST_WINDOWS])
    return tuple(
        Window(int(start[opens[k]]) - first_row, int(ends[k]) - first_row, int(jobs[k])) for k in largest.tolist()
    )


@lru_cache(maxsize=32)
def _hover(view: GridView, first: int) -> tuple[str, ...]:
    """Told once for a view: moving a slider changes none of it."""
    horizon = view.horizon
    columns = (horizon.intensity[first:], np.isnan(view.actual[first:]), horizon.price[first:])
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return tuple(
        f"{fmt.intensity(g)} {'forecast' if ahead else 'measured'}, {fmt.unit_price(p)}" for g, ahead, p in rows
    )


def _alt(view: GridView, ahead: Floats, threshold: float | None, windows: tuple[Window, ...], axis: Axis) -> str:
    lowest = int(np.argmin(ahead))
    best = fmt.day_clock(view.horizon.at(view.horizon.now_index + lowest), view.now)
    waits = sum(window.jobs for window in windows)
    gate = "no threshold" if threshold is None else f"threshold {fmt.intensity(threshold)}"
    tail = f"{fmt.plural(waits, 'waiting job')} run in the shaded windows." if waits else "No job waits."
    return (
        f"Carbon intensity, 24 hours back and 48 hours ahead. Now {fmt.intensity(view.intensity_now)}; lowest ahead "
        f"{fmt.intensity(float(ahead[lowest]))} at {best} UK time; {gate}. {tail}"
    )


def _round_up(value: float) -> float:
    """The next 1, 2 or 5 times a power of ten, so that the axis seldom moves."""
    size = 10.0 ** np.floor(np.log10(value))
    return float(next(step * size for step in (1, 2, 5, 10) if step * size >= value))
