"""A called event worked through: who answers, against which baseline, what it earns, net to the site."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from gridflex.domain.halfhours import HALF_HOUR, half_hours_between
from gridflex.domain.market_data import MWH, FlexibilityCall
from gridflex.markets.baseline import Baseline, BaselineRule, Metered, baseline
from gridflex.markets.dfs import FlexibilityPay, flexibility_pay
from gridflex.markets.events import Answer, CalledEvent, answer
from gridflex.markets.firm import SitePlan
from gridflex.markets.net import Holding, NetStatement, net_statement
from gridflex.markets.p415 import Statement, Terms, Volumes, habit_mwh, settle
from gridflex.planning.horizon import Bools, Floats, Horizon
from gridflex.planning.objective import Objective
from gridflex.planning.plan import Plan, evaluate
from gridflex.planning.policies.base import Placement


@dataclass(frozen=True, eq=False)
class EventPrices:
    """Prices of the event's half-hours, GBP/MWh, NaN where not known; ``run`` says where the system price is from."""

    sold_gbp_per_mwh: Floats
    system_gbp_per_mwh: Floats
    run: str
    flexibility_gbp_per_mwh: float | None = None


@dataclass(frozen=True, eq=False)
class EventCase:
    """All of one event. ``event_plan`` is the plan with the jobs that answer moved; ``to_flexibility`` marks the
    half-hours whose deviation the Demand Flexibility Service pays instead of the trader."""

    event: CalledEvent
    answer: Answer
    event_plan: Plan
    baseline: Baseline
    statement: Statement
    flexibility: FlexibilityPay
    to_flexibility: Bools
    net: NetStatement


def event_case(
    plan: SitePlan,
    horizon: Horizon,
    history: Metered,
    event: CalledEvent,
    prices: EventPrices,
    *,
    terms: Terms | None = None,
    rule: BaselineRule | None = None,
    objective: Objective | None = None,
    calls: Sequence[FlexibilityCall] = (),
    event_days: Collection[date] = (),
    availability_gbp: float = 0.0,
) -> EventCase:
    """Work an event through. ``history`` is what the site metered up to the horizon's present; from there to the
    event the routine ``plan`` stands in. Raises InputError where the event or the history will not do."""
    terms, rule = terms or Terms(), rule or BaselineRule()
    rows = event.rows(horizon)
    found = answer(plan, horizon, event, objective or Objective())
    routine_kw = plan.power_kw()
    event_plan = evaluate("event", plan.queue, horizon, found.placement)
    event_kw = event_plan.power_kw()
    usual = baseline(until_now(history, horizon, routine_kw), event.start, event.count, rule, event_days)
    volumes = Volumes(
        event.start,
        usual.baseline_mwh,
        event_kw[rows] / 2 / MWH,
        np.full(event.count, event.mw / 2),
        prices.sold_gbp_per_mwh,
        prices.system_gbp_per_mwh,
    )
    at_once = evaluate("at once", plan.queue, horizon, Placement(plan.queue.baseline)).power_kw()
    habit = habit_mwh(at_once, routine_kw)
    first = settle(volumes, terms, habit, prices.run)
    pay = flexibility_pay(event.start, first.deviation_mwh, calls, prices.flexibility_gbp_per_mwh)
    share = np.where(first.settled, terms.share * (first.trade_gbp + first.imbalance_gbp), 0.0)
    # Where selling would lose money and nobody pays, the loss stays with the trader.
    chosen: Bools = (pay.gbp > share) & (pay.gbp > 0)
    pay = replace(pay, gbp=np.where(chosen, pay.gbp, 0.0))
    statement = settle(volumes, terms, habit, prices.run, chosen)
    cut_mw = np.zeros(len(horizon))
    cut_mw[rows] = np.maximum(found.cut_kw, 0.0) / MWH
    net = net_statement(
        routine_kw / 2,
        event_kw / 2,
        horizon.price,
        statement.to_site_gbp,
        pay.total_gbp,
        availability_gbp,
        _holdings(cut_mw, rows, chosen),
        cut_mw,
    )
    return EventCase(event, found, event_plan, usual, statement, pay, chosen, net)


def until_now(history: Metered, horizon: Horizon, routine_kw: Floats) -> Metered:
    """The record up to the present, then the routine plan."""
    record = history.rows(history.start, max(half_hours_between(history.start, horizon.now), 0))
    ahead = routine_kw[horizon.now_index :] / 2 / MWH
    return Metered(horizon.now - len(record) * HALF_HOUR, np.concatenate((record, ahead)))


def _holdings(cut_mw: Floats, rows: slice, to_flexibility: Bools) -> tuple[Holding, ...]:
    flexible = np.zeros(len(cut_mw), np.bool_)
    flexible[rows] = to_flexibility
    return (
        Holding("P415 wholesale", np.where(flexible, 0.0, cut_mw)),
        Holding("Demand Flexibility Service", np.where(flexible, cut_mw, 0.0)),
    )
