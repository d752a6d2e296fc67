"""Why each job runs when it does: one action and one word per job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from gridflex.domain.decisions import Action, Rationale
from gridflex.planning.horizon import Bools, Floats
from gridflex.planning.plan import Plan
from gridflex.planning.policies.base import Rules

ACTIONS = tuple(Action)
RATIONALES = tuple(Rationale)
PRICE_LIMIT = 0.12
"""GBP/kWh of the tariff's energy row; the default of an editable limit (assumed)."""


@dataclass(frozen=True, eq=False)
class Labels:
    """Codes in the plan's order: rows of ACTIONS and RATIONALES."""

    action: NDArray[np.uint8]
    rationale: NDArray[np.uint8]

    def words(self) -> tuple[list[Action], list[Rationale]]:
        """The codes as words."""
        return [ACTIONS[i] for i in self.action], [RATIONALES[i] for i in self.rationale]


def labels(plan: Plan, rules: Rules, energy_price: Floats, price_limit: float = PRICE_LIMIT) -> Labels:
    """Action and rationale of every job of a plan.

    Conditions are those of the job's earliest half-hour. ``energy_price`` is the tariff's
    energy row, GBP/kWh, one value a half-hour of the horizon.
    """
    queue, horizon = plan.queue, plan.horizon
    row = np.clip(queue.earliest, 0, len(horizon) - 1)
    above = horizon.intensity[row] > (np.inf if rules.threshold is None else rules.threshold)
    dear = energy_price[row] > price_limit
    later = plan.waits
    action = _codes(ACTIONS, [(~plan.placed, Action.UNPLACED), (later, Action.DEFER)], Action.EXECUTE_NOW)
    rationale = _codes(
        RATIONALES,
        [
            (~plan.placed & queue.late, Rationale.PAST_DEADLINE),
            (~plan.placed & ~queue.placeable, Rationale.BEYOND_HORIZON),
            (~plan.placed, Rationale.NO_ROOM),
            (queue.fixed, Rationale.SLA_CRITICAL),
            (above & later, Rationale.HIGH_CARBON),
            (above, Rationale.NO_BENEFIT),
            (dear, Rationale.HIGH_PRICE),
            (later, Rationale.FORECAST_BETTER),
        ],
        Rationale.OPTIMAL_CONDITIONS,
    )
    return Labels(action, rationale)


def _codes(words: Sequence[StrEnum], cases: list[tuple[Bools, StrEnum]], otherwise: StrEnum) -> NDArray[np.uint8]:
    """Code of the first case that holds for each job."""
    choices = [np.uint8(words.index(word)) for _, word in cases]
    return np.select([case for case, _ in cases], choices, np.uint8(words.index(otherwise))).astype(np.uint8)
