"""A plan as JSON, as CSV and as a few lines for a person."""

from __future__ import annotations

import json
from collections.abc import Iterator
from math import isfinite
from typing import Any, TextIO

import numpy as np

from gridflex.domain.spreadsheet import row_writer
from gridflex.planning.horizon import Bools, Horizon
from gridflex.planning.planner import Solution
from gridflex.planning.policies.base import Rules
from gridflex.planning.rationale import labels

FIELDS = ("job_id", "action", "start", "half_hours", "gco2", "gbp", "reason")


def write_json(solution: Solution, rules: Rules, out: TextIO) -> None:
    """``{"summary": ..., "jobs": [...]}``, a job a line."""
    out.write(f'{{"summary": {json.dumps(summary(solution), allow_nan=False)}, "jobs": [')
    for number, job in enumerate(jobs(solution, rules)):
        out.write((",\n" if number else "\n") + json.dumps(job, allow_nan=False))
    out.write("\n]}\n")


def write_csv(solution: Solution, rules: Rules, out: TextIO) -> None:
    """A row a job; half-hours of a run that pauses are separated by spaces."""
    write = row_writer(out)
    write(FIELDS)
    for job in jobs(solution, rules):
        told = job | {"half_hours": " ".join(job["half_hours"] or ())}
        write(told[name] for name in FIELDS)


def write_text(solution: Solution, rules: Rules, out: TextIO) -> None:
    """The summary, a line a figure."""
    del rules
    width = max(map(len, summary(solution)))
    for name, value in summary(solution).items():
        out.write(f"{name:{width}}  {value:.6g}\n" if isinstance(value, float) else f"{name:{width}}  {value}\n")


def summary(solution: Solution) -> dict[str, Any]:
    """Totals of the placed jobs; carbon in g, money in GBP, shares in per cent.

    ``baseline_gco2`` has each job at its earliest half-hour, ``baseline_capped_gco2`` first
    come, first served under the cap. ``bound_gco2`` and ``share_of_possible_percent`` are of
    carbon alone, ``gap_percent`` of the objective.
    """
    certificate, plan = solution.certificate, solution.plan
    told: dict[str, Any] = {
        "saved_gco2": certificate.saved_g,
        "baseline_gco2": certificate.baseline_g,
        "baseline_capped_gco2": certificate.baseline_capped_g,
        "planned_gco2": certificate.planned_g,
        "bound_gco2": certificate.bound_g,
        "gap_percent": certificate.gap_percent,
        "share_of_possible_percent": certificate.share_of_possible_percent,
        "peak_kw": float(plan.power_kw().max()),
        "unplaced": int((~plan.placed).sum()),
        "objective_gbp": certificate.value,
        "bound_gbp": certificate.bound,
        "cap_broken_by_critical": [] if solution.cap is None else _times(plan.horizon, solution.cap.broken),
    }
    return told | _carbon_cap(solution)


def _carbon_cap(solution: Solution) -> dict[str, Any]:
    """What a carbon cap asked for and got; nothing where there is none."""
    carbon = solution.carbon
    if carbon is None:
        return {}
    kwh = max(solution.plan.placed_kwh, 1e-12)
    price = carbon.shadow_price
    return {
        "carbon_cap": {
            "met": carbon.met,
            "limit_g_per_kwh": carbon.limit_g / kwh,
            "planned_g_per_kwh": solution.certificate.planned_g / kwh,
            "least_possible_g_per_kwh": carbon.least_g / kwh,
            "shadow_price_gbp_per_t": price if isfinite(price) else None,
        }
    }


def jobs(solution: Solution, rules: Rules) -> Iterator[dict[str, Any]]:
    """Each job in the order of the file; times ISO 8601 in UTC, null where there is none."""
    plan = solution.plan
    found = labels(plan, rules, plan.horizon.price)
    clock = [_iso(plan.horizon, row) for row in range(len(plan.horizon))]
    columns = zip(
        plan.queue.job_id.tolist(),
        *found.words(),
        plan.start.tolist(),
        plan.carbon_g.tolist(),
        plan.cost_gbp.tolist(),
        strict=True,
    )
    for row, (job_id, action, reason, start, grams, gbp) in enumerate(columns):
        used = None if plan.parts is None or not plan.parts[row].any() else _used(clock, plan.parts[row])
        begins = clock[start] if start >= 0 else None
        yield dict(zip(FIELDS, (job_id, str(action), begins, used, grams, gbp, str(reason)), strict=True))


def _used(clock: list[str], part: Bools) -> list[str]:
    return [clock[row] for row in np.flatnonzero(part)]


def _times(horizon: Horizon, rows: Bools) -> list[str]:
    return [_iso(horizon, int(row)) for row in np.flatnonzero(rows)]


def _iso(horizon: Horizon, row: int) -> str:
    return horizon.at(row).strftime("%Y-%m-%dT%H:%M:%SZ")
