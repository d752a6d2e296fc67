"""A called event in the scenario: when it would be worth calling, at which prices, and what it comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import floor

import numpy as np

from gridflex.domain import format as fmt
from gridflex.domain.halfhours import HALF_HOUR
from gridflex.domain.market_data import FlexibilityCall, PriceSeries
from gridflex.markets.availability import Availability, availability
from gridflex.markets.baseline import Metered
from gridflex.markets.cells import Rival
from gridflex.markets.efa import EfaBlock
from gridflex.markets.eligibility import LARGEST_MW, Capability
from gridflex.markets.event_case import EventCase, EventPrices, event_case
from gridflex.markets.events import CalledEvent, answer
from gridflex.markets.firm import KW_A_MW, SitePlan, turn_down_kw
from gridflex.markets.forward import PROFILE_DAYS, forward_price
from gridflex.markets.p415 import Statement, Terms, per_mwh, settle
from gridflex.planning.horizon import Bools, Horizon
from gridflex.planning.objective import Objective
from gridflex.services.revenue_services import LEVELS
from gridflex.services.revenue_site import without
from gridflex.sources.sample_grid import sample_price

GATE_HALF_HOURS = 2
TRIED_HALF_HOURS = (4, 2, 1)
DAY = 48
MOST_TRIED = 100
"""Jobs up to which every call of a day is tried out; beyond it firm power alone says which."""
SMALLEST_MW = 0.001
PRICES = "scenario: four-week profile of the sample wholesale price, no settlement run yet"


@dataclass(frozen=True)
class EventTerms:
    """What the visitor sets: the site's ``share`` of the gross, ``fees_gbp``, the system price against the price
    sold (GBP/MWh), and the price of a supposed Demand Flexibility requirement (GBP/MWh; none: 0)."""

    share: float = 0.7
    fees_gbp: float = 0.0
    system_premium: float = 0.0
    flexibility_gbp_per_mwh: float = 0.0


def suggested(plan: SitePlan, horizon: Horizon, objective: Objective) -> CalledEvent:
    """The call of the next 24 h that most power can answer: two hours, else one, else half; else the smallest."""
    first = horizon.now_index + GATE_HALF_HOURS
    for count in TRIED_HALF_HOURS if len(plan.queue) <= MOST_TRIED else ():
        tried = [_whole_window(row, count, horizon) for row in range(first, first + DAY, count)]
        cuts = [float(answer(plan, horizon, event, objective).cut_kw.min()) for event in tried]
        best = int(np.argmax(cuts))
        if cuts[best] >= SMALLEST_MW * KW_A_MW:
            return replace(tried[best], mw=_floored(cuts[best]))
    firm = turn_down_kw(plan, 1)[first : first + DAY]
    window = _whole_window(first + int(firm.argmax()), 1, horizon)
    return replace(window, mw=max(_floored(float(firm.max())), SMALLEST_MW))


def _whole_window(row: int, count: int, horizon: Horizon) -> CalledEvent:
    start = horizon.at(row)
    return CalledEvent(start, start + count * HALF_HOUR, LARGEST_MW)


def _floored(kw: float) -> float:
    return round(floor(kw / KW_A_MW / SMALLEST_MW + 1e-9) * SMALLEST_MW, 3)


def scenario_prices(event: CalledEvent, now: datetime, terms: EventTerms) -> EventPrices:
    """Prices of an event ahead from what is known at ``now``: nothing later is looked up."""
    start = now - timedelta(days=PROFILE_DAYS)
    past = PriceSeries("Sample wholesale price", start, sample_price(start, PROFILE_DAYS * 48))
    sold = per_mwh(forward_price(past, event.start, event.count).gbp_per_kwh)
    return EventPrices(sold, sold + terms.system_premium, PRICES)


def worked_out(
    plan: SitePlan, horizon: Horizon, history: Metered, event: CalledEvent, terms: EventTerms, objective: Objective
) -> EventCase:
    """The event from routine to net, without availability. Raises InputError where event or history will not do."""
    supposed = terms.flexibility_gbp_per_mwh
    call = FlexibilityCall("supposed", event.start, event.end, event.mw, supposed)
    case = event_case(
        plan,
        horizon,
        history,
        event,
        scenario_prices(event, horizon.now, terms),
        terms=Terms(terms.share, terms.fees_gbp),
        objective=objective,
        calls=(call,) if supposed else (),
    )
    return _with_losses(case)


def _with_losses(case: EventCase) -> EventCase:
    """A half-hour that the Demand Flexibility Service pays nothing for stays with the trader, losses too."""
    paid: Bools = case.to_flexibility & (case.flexibility.gbp > 0)
    was = case.statement
    statement = settle(was.volumes, was.terms, was.shifted_by_habit_mwh, was.run, paid)
    net = replace(case.net, p415_gbp=statement.to_site_gbp)
    return replace(case, statement=statement, to_flexibility=paid, net=net)


def rivals_of(case: EventCase, blocks: Sequence[EfaBlock], horizon: Horizon) -> tuple[Rival, ...]:
    """The event as a use of the turn-down of each block it lies in, worth its part of the net."""
    rows = case.event.rows(horizon)
    shared = [(b, min(b.rows.stop, rows.stop) - max(b.first, rows.start)) for b in blocks]
    worth = case.net.net_gbp / case.event.mw / case.event.count
    return tuple(Rival("P415 wholesale", b, case.event.mw, worth * n) for b, n in shared if n > 0)


def beside_the_event(
    case: EventCase, plan: SitePlan, horizon: Horizon, blocks: Sequence[EfaBlock], site: Capability
) -> tuple[EventCase, Availability]:
    """The event with what the blocks it leaves alone may hold on the plan that answers it, and those holdings."""
    placement = case.answer.placement
    answered = SitePlan(plan.queue, placement.start, plan.count, placement.parts, plan.cap_kw)
    found = availability(answered, without(blocks, case.event.rows(horizon)), LEVELS, site)
    return replace(case, net=replace(case.net, availability_gbp=found.typical_gbp)), found


def formula(statement: Statement) -> str:
    """The customer's sum with its numbers."""
    counted, terms = statement.counted, statement.terms
    trade, imbalance = (float(gbp[counted].sum()) for gbp in (statement.trade_gbp, statement.imbalance_gbp))
    return (
        f"{terms.share:.0%} × ({fmt.money(trade)} sold ahead + {fmt.money(imbalance)} imbalance at system price) − "
        f"{fmt.money(terms.fees_gbp)} fees = {fmt.money(statement.to_site_gbp)}"
    )
