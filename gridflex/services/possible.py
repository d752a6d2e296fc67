"""The most carbon that any placement of a queue could save under its forecast."""

from __future__ import annotations

import numpy as np

from gridflex.planning.horizon import Horizon
from gridflex.planning.objective import CARBON_ONLY
from gridflex.planning.plan import evaluate
from gridflex.planning.policies import POLICIES
from gridflex.planning.policies.base import Rules
from gridflex.planning.queue import Queue

EXACT = Rules(CARBON_ONLY, threshold=None, minimum_gain=0.0)


def possible_g(queue: Queue, horizon: Horizon) -> float:
    """Grams saved against the baselines if every job ran at its cleanest, pauses included."""
    placement = POLICIES["interruptible"].place(queue, horizon, EXACT)
    return float(np.maximum(evaluate("possible", queue, horizon, placement).saved_g, 0).sum())
