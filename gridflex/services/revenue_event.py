"""A called event in the scenario: when it would be worth calling, at which prices, and what it comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import floor

import numpy as np

from gridflex.domain import format as fmt
from gridflex.domain.halfhours import HALF_HOUR, half_hours_between
from gridflex.domain.market_data import FlexibilityCall, PriceSeries
from gridflex.errors import InputError, PlanError
from gridflex.markets.availability import Availability, availability
from gridflex.markets.baseline import BaselineRule, Metered, baseline
from gridflex.markets.cells import Rival
from gridflex.markets.efa import EfaBlock
from gridflex.markets.eligibility import LARGEST_MW, Capability
from gridflex.markets.event_case import EventCase, EventPrices, event_case, until_now
from gridflex.markets.events import CalledEvent, answer
from gridflex.markets.firm import KW_A_MW, SitePlan, turn_down_kw
from gridflex.markets.forward import forward_price
from gridflex.markets.levels import Levels
from gridflex.markets.p415 import Statement, Terms, per_mwh
from gridflex.planning.horizon import Floats, Horizon
from gridflex.planning.objective import Objective
from gridflex.services.markets import MarketView
from gridflex.services.revenue_site import without

GATE_HALF_HOURS = 2
TRIED_HALF_HOURS = (4, 2, 1)
DAY = 48
MOST_TRIED = 100
"""Jobs up to which every call of a day is tried out; beyond it firm power alone says which."""
SMALLEST_MW = 0.001
NO_RUN = "four-week profile, a scenario: no settlement run yet"


@dataclass(frozen=True)
class EventTerms:
    """What the visitor sets: the site's ``share`` of the gross, ``fees_gbp``, the system price against the price
    sold (GBP/MWh), and the price of a supposed Demand Flexibility requirement (GBP/MWh; none: 0)."""

    share: float = 0.7
    fees_gbp: float = 0.0
    system_premium: float = 0.0
    flexibility_gbp_per_mwh: float = 0.0


def suggested(plan: SitePlan, horizon: Horizon, objective: Objective, history: Metered | None = None) -> CalledEvent:
    """The call of the next 24 h that departs most from the baseline: two hours, else one, else half; else the smallest.

    Without a history it is the one that most power can answer.
    """
    first = horizon.now_index + GATE_HALF_HOURS
    for count in TRIED_HALF_HOURS if len(plan.queue) <= MOST_TRIED else ():
        tried = [_whole_window(row, count, horizon) for row in range(first, first + DAY, count)]
        found = [answer(plan, horizon, event, objective).cut_kw for event in tried]
        cuts = [float(cut.min()) for cut in found]
        enough = [cut >= SMALLEST_MW * KW_A_MW for cut in cuts]
        if any(enough):
            worth = _departures(plan, horizon, history, tried, found)
            best = int(np.argmax(np.where(enough, worth, -np.inf)))
            return replace(tried[best], mw=_floored(cuts[best]))
    firm = turn_down_kw(plan, 1)[first : first + DAY]
    window = _whole_window(first + int(firm.argmax()), 1, horizon)
    return replace(window, mw=max(_floored(float(firm.max())), SMALLEST_MW))


def _departures(
    plan: SitePlan, horizon: Horizon, history: Metered | None, tried: Sequence[CalledEvent], cuts: Sequence[Floats]
) -> list[float]:
    """How far below its baseline each call would bring the site, MWh; the power it cuts where there is no baseline."""
    routine = plan.power_kw()
    try:
        usual = None if history is None else [
            baseline(until_now(history, horizon, routine), event.start, event.count, BaselineRule()).baseline_mwh
            for event in tried
        ]  # fmt: skip
    except InputError:
        usual = None
    if usual is None:
        return [float(cut.min()) for cut in cuts]
    rows = [event.rows(horizon) for event in tried]
    return [
        float((mwh - np.maximum(routine[at] - cut, 0.0) / 2 / KW_A_MW).sum())
        for mwh, cut, at in zip(usual, cuts, rows, strict=True)
    ]


def _whole_window(row: int, count: int, horizon: Horizon) -> CalledEvent:
    start = horizon.at(row)
    return CalledEvent(start, start + count * HALF_HOUR, LARGEST_MW)


def _floored(kw: float) -> float:
    return round(floor(kw / KW_A_MW / SMALLEST_MW + 1e-9) * SMALLEST_MW, 3)


def scenario_prices(event: CalledEvent, now: datetime, terms: EventTerms, wholesale: PriceSeries) -> EventPrices:
    """Prices of an event ahead: the profile of what was known of ``wholesale`` before ``now``, nothing later.

    Raises InputError where the series tells nothing of that time of day.
    """
    count = min(max(half_hours_between(wholesale.start, now), 0), len(wholesale))
    past = replace(wholesale, gbp_per_kwh=wholesale.gbp_per_kwh[:count])
    try:
        sold = per_mwh(forward_price(past, event.start, event.count).gbp_per_kwh)
    except PlanError as problem:
        raise InputError(f"The event has no price: {problem}.") from None
    supposed = terms.flexibility_gbp_per_mwh or None
    return EventPrices(sold, sold + terms.system_premium, f"{wholesale.name}, {NO_RUN}", supposed)


def worked_out(
    plan: SitePlan,
    horizon: Horizon,
    history: Metered,
    event: CalledEvent,
    terms: EventTerms,
    objective: Objective,
    market: MarketView,
) -> EventCase:
    """The event from routine to net, without availability. Raises InputError where event or history will not do.

    A requirement that is supposed stands in where none is published.
    """
    supposed = terms.flexibility_gbp_per_mwh
    call = FlexibilityCall("supposed", event.start, event.end, event.mw, supposed)
    return event_case(
        plan,
        horizon,
        history,
        event,
        scenario_prices(event, horizon.now, terms, market.wholesale),
        terms=Terms(terms.share, terms.fees_gbp),
        objective=objective,
        calls=(call, *market.calls) if supposed else market.calls,
    )


def rivals_of(case: EventCase, blocks: Sequence[EfaBlock], horizon: Horizon) -> tuple[Rival, ...]:
    """The event as a use of the turn-down of each block it lies in, worth its part of the net."""
    rows = case.event.rows(horizon)
    shared = [(b, min(b.rows.stop, rows.stop) - max(b.first, rows.start)) for b in blocks]
    worth = case.net.net_gbp / case.event.mw / case.event.count
    return tuple(Rival("P415 wholesale", b, case.event.mw, worth * n) for b, n in shared if n > 0)


def beside_the_event(
    case: EventCase, plan: SitePlan, horizon: Horizon, blocks: Sequence[EfaBlock], site: Capability, levels: Levels
) -> tuple[EventCase, Availability]:
    """The event with what the blocks it leaves alone may hold on the plan that answers it, and those holdings."""
    placement = case.answer.placement
    answered = SitePlan(plan.queue, placement.start, plan.count, placement.parts, plan.cap_kw)
    found = availability(answered, without(blocks, case.event.rows(horizon)), levels, site)
    return replace(case, net=replace(case.net, availability_gbp=found.typical_gbp)), found


def formula(statement: Statement) -> str:
    """The customer's sum with its numbers."""
    counted, terms = statement.counted, statement.terms
    trade, imbalance = (float(gbp[counted].sum()) for gbp in (statement.trade_gbp, statement.imbalance_gbp))
    return (
        f"{terms.share:.0%} × ({fmt.money(trade)} sold ahead + {fmt.money(imbalance)} imbalance at system price) − "
        f"{fmt.money(terms.fees_gbp)} fees = {fmt.money(statement.to_site_gbp)}"
    )
