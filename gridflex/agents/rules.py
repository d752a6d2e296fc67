"""A visitor's controls as the planner takes them, and the placement they lead to."""

from __future__ import annotations

import numpy as np

from gridflex.domain.controls import Aim, Controls, Site, ThresholdMode
from gridflex.errors import InputError
from gridflex.planning.horizon import Floats, Horizon
from gridflex.planning.objective import CARBON_ONLY, COST_ONLY, Objective
from gridflex.planning.planner import Solution, make_plan
from gridflex.planning.policies import POLICIES
from gridflex.planning.policies.base import Placement, Policy, Rules
from gridflex.planning.queue import Queue


def policy_named(name: str) -> Policy:
    """The policy of that name. Raises InputError for one that is none."""
    if name not in POLICIES:
        raise InputError(f"{name!r} is not a policy; choose one of {', '.join(POLICIES)}.")
    return POLICIES[name]


def place_all(
    policy: Policy, queue: Queue, horizon: Horizon, rules: Rules, headroom: Floats | None = None
) -> tuple[Placement, Solution | None]:
    """The policy's placement, and the certified solution where a limit binds the jobs together.

    Runs that began before the horizon stay where they were and are no policy's business.
    """
    inside = queue.earliest >= 0
    part = queue if inside.all() else queue.take(inside)
    solution = None
    if not rules.site_capped and not rules.carbon_capped:
        found = policy.place(part, horizon, rules)
    else:
        solution = make_plan(policy.name, part, horizon, rules, headroom)
        found = Placement(solution.plan.start, solution.plan.parts)
    if part is queue:
        return found, solution
    start, parts = queue.earliest.copy(), None
    start[inside] = found.start
    if found.parts is not None:
        parts = np.zeros((len(queue), len(horizon)), np.bool_)
        parts[inside] = found.parts
    return Placement(start, parts), solution


def rules_of(controls: Controls, threshold: float, site: Site) -> Rules:
    """A visitor's controls as the planner takes them."""
    return Rules(
        objective_of(controls),
        None if controls.mode is ThresholdMode.OFF else threshold,
        controls.minimum_gain_percent / 100,
        cap_kw=controls.cap_kw or site.cap_kw,
        cap_gpus=None if controls.cap_kw else site.cap_gpus,
        carbon_cap=controls.carbon_cap,
        carbon_cap_kg=None if controls.carbon_cap else controls.carbon_cap_kg,
    )


def objective_of(controls: Controls) -> Objective:
    """What the controls aim at."""
    if controls.aim is Aim.MONEY:
        return Objective(controls.carbon_price, controls.delay_cost)
    return CARBON_ONLY if controls.aim is Aim.CARBON else COST_ONLY
