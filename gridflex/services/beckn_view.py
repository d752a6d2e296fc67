"""The windows of a journey side by side: as spots on a chart, and as a table with the verdict on each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from gridflex.beckn.candidates import Candidate, Run
from gridflex.beckn.comparison import saving
from gridflex.beckn.record import Record
from gridflex.domain import format as fmt
from gridflex.domain.halfhours import HALF_HOUR, LONDON, floor_half_hour, half_hours_between
from gridflex.services.axis import Axis, time_axis
from gridflex.services.beckn_outlook import Outlook

if TYPE_CHECKING:
    import pandas as pd

LEAST_TOP = 200.0
TICK_HOURS = 6
CHOSEN, FITS = "chosen", "fits"


@dataclass(frozen=True)
class Spot:
    """One window on the chart: columns of the axis, gCO2/kWh, MW free, GBP/kWh."""

    label: str
    begins: float
    ends: float
    intensity: float
    capacity_mw: float
    price: float
    fits: bool
    chosen: bool
    hover: tuple[str, ...]


@dataclass(frozen=True)
class WindowMap:
    """Windows by when and how clean; ``top`` does not move with a slider."""

    axis: Axis
    width: int
    spots: tuple[Spot, ...]
    threshold: float
    top: float
    alt: str


def window_map(candidates: Sequence[Candidate], chosen: str, threshold: float, now: datetime) -> WindowMap:
    """The chart of all windows found, ``chosen`` ringed."""
    first = floor_half_hour(now)
    last = max((one.window.end for one in candidates), default=first)
    width = max(48, half_hours_between(first, last) + 1)
    spots = tuple(_spot(one, first, chosen) for one in candidates)
    cleanest = min(candidates, key=lambda one: one.window.intensity, default=None)
    fit = sum(one.fits for one in candidates)
    tail = f" Cleanest: {cleanest.window.name}, {fmt.intensity(cleanest.window.intensity)}." if cleanest else ""
    taken = next((one.window.name for one in candidates if one.window.key == chosen), "")
    tail += f" Ringed: {taken}." if taken else ""
    return WindowMap(
        axis=time_axis(first, width, TICK_HOURS),
        width=width,
        spots=spots,
        threshold=threshold,
        top=1.15 * max([LEAST_TOP, *(one.window.intensity for one in candidates)]),
        alt=f"{fmt.plural(len(candidates), 'energy window')} by time and carbon intensity, {fit} fit.{tail}",
    )


def _spot(one: Candidate, first: datetime, chosen: str) -> Spot:
    window = one.window
    begins, ends = ((moment - first) / HALF_HOUR for moment in (window.start, window.end))
    said = (
        f"{fmt.date_clock(window.start)} to {fmt.clock(window.end)}",
        f"{fmt.intensity(window.intensity)}, {round(window.renewable_percent, 1):g} % renewable",
        f"{fmt.unit_price(window.price)}, {window.capacity_mw:g} MW free",
        one.passed_over or f"this run: {fmt.money(one.cost_gbp)}, {fmt.carbon(one.carbon_kg * 1e3)}",
    )
    return Spot(
        label=window.locality or window.name,
        begins=max(begins, 0.0),
        ends=ends,
        intensity=window.intensity,
        capacity_mw=window.capacity_mw,
        price=window.price,
        fits=one.fits,
        chosen=window.key == chosen,
        hover=(window.name, *said),
    )


def window_table(record: Record, chosen: str, outlook: Outlook | None) -> pd.DataFrame:
    """One row a window, units in the names: what the run in it costs, and less than now and than the best own start."""
    import pandas as pd

    rows = [_row(one, record, chosen, outlook) for one in record.candidates]
    table = pd.DataFrame(rows, columns=list(_EMPTY) if not rows else None)
    for name in ("from_uk", "until_uk", "run_from_uk"):
        table[name] = pd.to_datetime(table[name], utc=True).dt.tz_convert(LONDON)
    return table


_EMPTY = ("window", "verdict", "from_uk", "until_uk", "run_from_uk")


def _row(one: Candidate, record: Record, chosen: str, outlook: Outlook | None) -> dict[str, object]:
    window, workload = one.window, record.workload
    known = outlook.provenance(window.region) if outlook else None
    return {
        "window": window.name,
        "verdict": CHOSEN if window.key == chosen else one.passed_over or FITS,
        "run_from_uk": one.start,
        "g_per_kwh": window.intensity,
        **_against(one, workload.run_now, "now"),
        **_against(one, workload.best_run, "best_own_start"),
        "renewable_percent": window.renewable_percent,
        "pence_per_kwh": window.price * 100,
        "free_mw": window.capacity_mw,
        "cost_gbp": one.cost_gbp,
        "carbon_kg": one.carbon_kg,
        "from_uk": window.start,
        "until_uk": window.end,
        "moves": f"{one.transfer_hours:g} h, {one.transfer_kwh:g} kWh" if one.moves else "stays",
        "values": known.word if known is not None else "as stated",
    }


def _against(one: Candidate, run: Run | None, name: str) -> dict[str, float]:
    if run is None:
        return {}
    saved = saving(one, run)
    return {f"less_kg_than_{name}": saved.carbon_kg, f"less_gbp_than_{name}": saved.cost_gbp}
