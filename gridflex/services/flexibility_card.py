"""The Overview's card of firm power: what the plan in force could give up, when, and what that is worth."""

from __future__ import annotations

import numpy as np

from gridflex.agents.orchestrator import Decisions
from gridflex.domain import format as fmt
from gridflex.domain.halfhours import HALF_HOUR, uk_time
from gridflex.markets.efa import EfaBlock
from gridflex.markets.firm import firm_mw, turn_down_kw
from gridflex.markets.products import PRODUCTS
from gridflex.services.overview import Card
from gridflex.services.revenue_site import blocks_ahead, site_plan
from gridflex.services.workspace import Workspace

SMALLEST_BID_MW = min(product.minimum_mw for product in PRODUCTS)
PAUSE = 1
"""Half-hours a job must be able to pause to count: the least any product asks."""

LABEL = "Flexibility, plan in force"
RULE = (
    "Firm turn-down: power the plan runs, in every half-hour of a four-hour EFA block, in jobs that can pause and "
    "still meet their deadline. A job that already waits cannot be turned down."
)


def flexibility_card(decisions: Decisions, here: Workspace) -> Card | None:
    """0.09 MW firm Wed 03–07 h · £0: under 1 MW. None where no whole EFA block lies ahead."""
    blocks = blocks_ahead(decisions.plan.horizon)
    if not blocks:
        return None
    firm = firm_mw(turn_down_kw(site_plan(decisions, here.before, here.site), PAUSE), blocks)
    best = int(np.argmax(firm))
    if not firm[best]:
        return Card(LABEL, "0 MW firm", "no running job could pause through a whole EFA block", RULE)
    worth = "what it could earn stands on Revenue"
    if firm[best] < SMALLEST_BID_MW:
        worth = f"£0: under {fmt.number(SMALLEST_BID_MW)} MW, the smallest bid"
    return Card(LABEL, f"{firm[best]:.3f} MW firm {_hours(blocks[best])}", worth, RULE)


def _hours(block: EfaBlock) -> str:
    start, stop = uk_time(block.start), uk_time(block.start + block.count * HALF_HOUR)
    return f"{start:%a %H}–{stop:%H} h"
