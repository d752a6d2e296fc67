"""A hard limit on what the site draws, or on the GPUs it uses, in every half-hour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridflex.errors import PlanError
from gridflex.planning.horizon import Bools, Floats, Horizon, Ints
from gridflex.planning.policies.base import Rules
from gridflex.planning.queue import Queue

TOLERANCE = 1e-9
"""Share of the limit by which a sum of loads may exceed it through rounding."""


@dataclass(frozen=True, eq=False)
class SiteCap:
    """``limit`` in the unit of ``load`` (n,): kW, or GPUs.

    ``always`` marks jobs that run whatever the limit: critical ones and those under way.
    ``broken`` marks the half-hours these alone overload; no other job runs there. ``free``
    (T,) is what they, and the ``headroom`` kept for arrivals (T,), leave to the others.
    """

    limit: float
    load: Floats
    always: Bools
    broken: Bools
    free: Floats
    headroom: Floats


def site_cap(queue: Queue, horizon: Horizon, rules: Rules, headroom: Floats | None = None) -> SiteCap | None:
    """The cap a person set, None where there is none.

    ``headroom`` (T,) is kept free for arrivals that are only forecast, in the cap's unit.
    Raises PlanError where both kinds of cap are set.
    """
    if rules.cap_kw is not None and rules.cap_gpus is not None:
        raise PlanError("the cap is in kW or in GPUs; set one of them")
    if rules.cap_kw is not None:
        limit, load = rules.cap_kw, queue.power_kw
    elif rules.cap_gpus is not None:
        limit, load = rules.cap_gpus, queue.gpus
    else:
        return None
    under_way = queue.fixed & (queue.earliest < horizon.now_index)
    always = (queue.critical | under_way) & queue.placeable
    drawn = usage(queue.earliest[always], queue.slots[always], load[always], len(horizon))
    broken = drawn > limit * (1 + TOLERANCE)
    room = np.zeros(len(horizon)) if headroom is None else headroom
    free = np.where(broken, 0.0, np.maximum(limit - drawn - room, 0.0))
    return SiteCap(limit, load, always, broken, free, room)


def usage(start: Ints, slots: Ints, load: Floats, count: int) -> Floats:
    """Total load of unbroken runs in each of ``count`` half-hours."""
    first, end = np.clip(start, 0, count), np.clip(start + slots, 0, count)
    change = np.bincount(first, load, count + 1) - np.bincount(end, load, count + 1)
    running = np.cumsum(np.bincount(first, minlength=count + 1) - np.bincount(end, minlength=count + 1))
    # A sum of differences leaves a rounding, of either sign, where nothing runs.
    used: Floats = np.where(running > 0, np.maximum(np.cumsum(change), 0.0), 0.0)[:count]
    return used
