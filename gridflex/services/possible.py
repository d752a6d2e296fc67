"""The most carbon that any placement of a queue could save under its forecast."""

from __future__ import annotations

from gridflex.agents.commitments import Commitments
from gridflex.agents.kept_runs import with_begun_pauses, with_kept_worth
from gridflex.agents.rules import place_all
from gridflex.planning.horizon import Horizon
from gridflex.planning.objective import CARBON_ONLY
from gridflex.planning.plan import evaluate
from gridflex.planning.policies import POLICIES
from gridflex.planning.policies.base import Rules
from gridflex.planning.queue import Queue

EXACT = Rules(CARBON_ONLY, threshold=None, minimum_gain=0.0)


def possible_g(queue: Queue, horizon: Horizon, before: Commitments) -> float:
    """Grams saved against the baselines if every job ran at its cleanest from now on, pauses included.

    What has begun stays; below zero where even that is dirtier than the baselines.
    """
    cleanest, _ = place_all(POLICIES["interruptible"], queue, horizon, EXACT)
    placement = with_begun_pauses(cleanest, before, horizon)
    return float(with_kept_worth(evaluate("possible", queue, horizon, placement), before).saved_g.sum())
