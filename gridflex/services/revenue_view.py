"""Everything the Revenue page says of one scenario, worked out together so that its figures agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gridflex.agents.orchestrator import Decisions
from gridflex.domain.halfhours import uk_time
from gridflex.errors import InputError
from gridflex.markets.availability import Availability, availability
from gridflex.markets.avoided import AvoidedCost, avoided_cost
from gridflex.markets.baseline import Metered
from gridflex.markets.efa import EfaBlock
from gridflex.markets.event_case import EventCase
from gridflex.markets.events import CalledEvent
from gridflex.markets.firm import SitePlan
from gridflex.markets.freezing import GivenUp
from gridflex.planning.horizon import Floats
from gridflex.services.markets import MarketView
from gridflex.services.revenue_event import EventTerms, beside_the_event, rivals_of, worked_out
from gridflex.services.revenue_services import frozen_by_bids, price_of_bids
from gridflex.services.revenue_site import Scenario, blocks_ahead

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Revenue:
    """One scenario. ``case`` is None where ``problem`` says why the event cannot be worked out.

    ``services`` is the best exclusive choice with the event as a rival; ``beside`` what the
    blocks the event leaves alone hold on the plan that answers it.
    """

    plan: SitePlan
    blocks: tuple[EfaBlock, ...]
    avoided: AvoidedCost
    services: Availability
    given_up: GivenUp | None
    case: EventCase | None
    beside: Availability | None
    problem: str


def revenue(
    decisions: Decisions,
    plan: SitePlan,
    scenario: Scenario,
    history: Metered | None,
    event: CalledEvent | None,
    terms: EventTerms,
    market: MarketView,
) -> Revenue:
    """Work a scenario out. ``plan`` is the site's at the scenario's size; without ``history`` there is no event."""
    horizon, site = decisions.plan.horizon, scenario.capability
    blocks = blocks_ahead(horizon)
    case, beside, problem = None, None, ""
    if event is None:
        problem = "The event must end after it starts, within the hours ahead."
    elif history is None:
        problem = "A baseline needs what this site metered on earlier days; bring its readings in below."
    else:
        try:
            case = worked_out(plan, horizon, history, event, terms, decisions.rules.objective, market)
            case, beside = beside_the_event(case, plan, horizon, blocks, site, market.levels)
        except InputError as refused:
            problem = str(refused)
    rivals = rivals_of(case, blocks, horizon) if case else ()
    found = availability(plan, blocks, market.levels, site, rivals=rivals)
    frozen = frozen_by_bids(found, plan)
    lost = price_of_bids(decisions, plan, frozen) if frozen.any() else None
    avoided = avoided_cost(decisions.plan, decisions.view.price_name)
    return Revenue(plan, blocks, avoided, found, lost, case, beside, problem)


def avoided_table(found: AvoidedCost) -> pd.DataFrame:
    """One row a job; the £ add up to the card's."""
    import pandas as pd

    return pd.DataFrame(
        {
            "job": found.job_id,
            "energy_kwh": found.energy_kwh,
            "would_have_run_gbp_per_kwh": found.price_at_baseline,
            "runs_gbp_per_kwh": found.price_when_it_runs,
            "avoided_gbp": found.gbp,
        }
    )


def bill_rows(routine_kw: Floats, case: EventCase) -> pd.DataFrame:
    """Half-hours whose energy the event changes; the £ add up to the bill change."""
    import pandas as pd

    horizon, event_kwh, bill = case.event_plan.horizon, case.event_plan.power_kw() / 2, case.net.bill_gbp
    rows = np.flatnonzero(np.abs(routine_kw / 2 - event_kwh) > 0)
    moments = [horizon.at(int(row)) for row in rows]
    return pd.DataFrame(
        {
            "from_utc": [f"{moment:%Y-%m-%dT%H:%MZ}" for moment in moments],
            "uk_time": [f"{uk_time(moment):%Y-%m-%d %H:%M}" for moment in moments],
            "routine_kwh": routine_kw[rows] / 2,
            "event_kwh": event_kwh[rows],
            "retail_gbp_per_kwh": horizon.price[rows],
            "bill_change_gbp": bill[rows],
        }
    )


def site_label(scenario: Scenario, peak: float) -> str:
    """What site the services and the event are worked out for."""
    if not scenario.site_mw or not peak:
        return f"The queue as it is, {peak:.3f} MW at its peak."
    return f"Scenario: this queue's plan at {scenario.site_mw:g} MW, every job × {scenario.site_mw / peak:.3g}."
