"""``gridflex plan``: a queue and a horizon in, a plan with its certificate out."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, TextIO

from gridflex.cli.horizon_file import read_horizon_file
from gridflex.cli.jobs_file import read_jobs_file
from gridflex.cli.plan_report import write_csv, write_json, write_text
from gridflex.domain.halfhours import parse_utc
from gridflex.errors import InputError
from gridflex.planning.objective import COST_ONLY, GRAMS_PER_TONNE, Objective
from gridflex.planning.planner import make_plan
from gridflex.planning.policies import POLICIES
from gridflex.planning.policies.base import Rules
from gridflex.planning.queue import queue_from_frame

DEFAULTS = Rules()


def add_to(commands: Any) -> None:
    """Add the command to the subparsers of ``gridflex``."""
    parser = commands.add_parser("plan", help="plan jobs on a horizon", description=__doc__)
    add = parser.add_argument
    add("--jobs", type=Path, required=True, help="CSV: job_id, power_kw or energy_kwh, duration_hours, release, ...")
    add("--horizon", type=Path, required=True, help="CSV: from, intensity_gco2_kwh, price_gbp_kwh")
    add("--now", help="ISO 8601 time with its zone; default the horizon's first half-hour")
    add("--policy", choices=tuple(POLICIES), default="best-window")
    add("--threshold", type=float, default=DEFAULTS.threshold, help="gCO2/kWh, for the threshold policies")
    add("--objective", choices=("money", "carbon", "cost"), default="money")
    add("--carbon-price", type=float, default=DEFAULTS.objective.carbon_price, help="GBP/t")
    add("--delay-cost", type=float, default=DEFAULTS.objective.delay_cost, help="GBP per job and hour of delay")
    add("--minimum-gain-percent", type=float, default=0.0, help="least gain of its own cost a job is moved for")
    add("--cap-kw", type=float, help="most power in any half-hour, kW")
    add("--carbon-cap-g-per-kwh", type=float, help="highest mean intensity of the planned energy")
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--json", dest="write", action="store_const", const=write_json)
    output.add_argument("--csv", dest="write", action="store_const", const=write_csv)
    parser.set_defaults(run=run, write=write_text)


def run(options: argparse.Namespace, out: TextIO) -> None:
    """Read, plan, write. Raises InputError, RowsRefused or PlanError; nothing is written then."""
    rules = _rules(options)
    now = None if options.now is None else parse_utc(options.now)
    horizon = read_horizon_file(options.horizon, now)
    frame = read_jobs_file(options.jobs, horizon.now)
    queue = queue_from_frame(frame, horizon)
    options.write(make_plan(options.policy, queue, horizon, rules), rules, out)


def _rules(options: argparse.Namespace) -> Rules:
    _refuse_below_zero(options, "carbon_price", "delay_cost", "cap_kw", "carbon_cap_g_per_kwh", "minimum_gain_percent")
    return Rules(
        objective=_objective(options),
        threshold=options.threshold,
        minimum_gain=options.minimum_gain_percent / 100,
        cap_kw=options.cap_kw,
        carbon_cap=options.carbon_cap_g_per_kwh,
    )


def _objective(options: argparse.Namespace) -> Objective:
    """Carbon alone is still told in GBP, at the carbon price (GBP 1 a gram where that is 0)."""
    if options.objective == "carbon":
        return Objective(options.carbon_price or GRAMS_PER_TONNE, options.delay_cost, energy=False)
    price = options.carbon_price if options.objective == "money" else COST_ONLY.carbon_price
    return Objective(price, options.delay_cost)


def _refuse_below_zero(options: argparse.Namespace, *names: str) -> None:
    for name in names:
        value = getattr(options, name)
        if value is not None and not 0 <= value < float("inf"):
            raise InputError(f"--{name.replace('_', '-')} {value}: a number from 0")
