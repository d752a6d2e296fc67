"""Plans under a site cap: ``python -m benchmarks.planner_cap [SERIES.csv] [--start TIME] [--sizes N ...]``.

For each size and both kinds of queue (benchmarks/planner_queues.py): carbon of the plan, its
proven gap, the seconds the plan took and the seconds with certificate and baselines; beside
it running at once and each job in its own best window (both break the cap) and first come,
first served under it. Carbon alone is minimised, no minimum gain. 10,000 runs of odd lengths
are planned for money and for cost alone, too, at the default tariff: its long hours of one
price leave many plans that cost the same.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

from benchmarks.figures import publish
from benchmarks.planner_queues import capped_queue, horizon_from
from gridflex.domain.halfhours import parse_utc
from gridflex.domain.tariff import DEFAULT_TARIFF
from gridflex.planning.capped_policies import place_under_cap
from gridflex.planning.horizon import Horizon
from gridflex.planning.objective import CARBON_ONLY, COST_ONLY, Objective
from gridflex.planning.plan import evaluate
from gridflex.planning.planner import make_plan
from gridflex.planning.policies import POLICIES
from gridflex.planning.policies.base import Rules
from gridflex.planning.site_cap import site_cap

SIZES = [1_000, 10_000, 100_000, 1_000_000]


AIMS = {"carbon": CARBON_ONLY, "money": Objective(), "cost": COST_ONLY}
ODD = 10_000


def row_of(
    count: int, own_slack: bool, horizon: Horizon, times: int, aim: str = "carbon", odd: bool = False
) -> dict[str, object]:
    """One queue, planned ``times`` over; the shortest time is told."""
    queue, cap = capped_queue(count, own_slack, odd=odd)
    rules = Rules(AIMS[aim], threshold=None, minimum_gain=0.0, cap_kw=cap)
    kept = site_cap(queue, horizon, rules)
    assert kept is not None
    placing, total = float("inf"), float("inf")
    for _ in range(times):
        began = time.perf_counter()
        place_under_cap("best-window", queue, horizon, rules, kept)
        placing = min(placing, time.perf_counter() - began)
    for _ in range(min(times, 2)):
        began = time.perf_counter()
        solution = make_plan("best-window", queue, horizon, rules)
        total = min(total, time.perf_counter() - began)
    certificate, plan = solution.certificate, solution.plan
    herd = evaluate("herd", queue, horizon, POLICIES["best-window"].place(queue, horizon, rules))
    return {
        "jobs": count,
        "slack": "own, 10 % critical" if own_slack else "24 h",
        "aim": f"{aim}, odd lengths" if odd else aim,
        "at_once_kg": round(certificate.baseline_g / 1e3),
        "own_window_kg": round(float(herd.carbon_g.sum()) / 1e3),
        "own_window_peak": round(float(herd.power_kw().max()) / cap, 2),
        "first_come_kg": round(certificate.baseline_capped_g / 1e3),
        "plan_kg": round(certificate.planned_g / 1e3, 1),
        "bound_kg": round(certificate.bound_g / 1e3, 1),
        "gap_percent": round(certificate.gap_percent, 5),
        "peak": round(float(plan.power_kw().max()) / cap, 6),
        "unplaced": int((~plan.placed).sum()),
        "plan_s": round(placing, 2),
        "with_certificate_s": round(total, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("series", type=Path, nargs="?", help="CSV of half-hourly gCO2/kWh; default the sample grid")
    parser.add_argument("--start", type=parse_utc, help="first half-hour of the 48 h; default the first row")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--times", type=int, default=3)
    options = parser.parse_args()
    horizon, data = horizon_from(options.series, options.start)
    rows = [
        row_of(count, own, horizon, options.times)
        for own in (False, True)
        for count in options.sizes
        if not own or count <= 100_000
    ]
    priced = replace(horizon, price=DEFAULT_TARIFF.prices(horizon.start, len(horizon)))
    if ODD in options.sizes:
        rows += [row_of(ODD, True, priced, options.times, aim, odd=True) for aim in AIMS]
    publish("planner_cap", rows, f"{data} from {horizon.start:%Y-%m-%dT%H:%MZ}")


if __name__ == "__main__":
    main()
