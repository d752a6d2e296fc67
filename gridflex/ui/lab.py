"""The lab of the Tuning page: power, the trade-off, policies side by side, and how sure all that is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from gridflex.agents.demo_jobs import WORK_NOTE
from gridflex.agents.orchestrator import Decisions
from gridflex.domain import format as fmt
from gridflex.planning.horizon import Floats
from gridflex.planning.pareto import TradeOff
from gridflex.planning.policies import POLICIES
from gridflex.services.lab import (
    POLICY_DECIMALS,
    PolicyRow,
    comparison,
    frontier_point,
    policy_table,
    trade_off,
    trade_off_table,
)
from gridflex.services.power_view import power_table, power_view
from gridflex.services.sensitivity import Case, sensitivity
from gridflex.services.work_view import cap_in_force, frontier_table, mean_intensity, work_cost, work_frontier
from gridflex.ui import certainty, exports, planning, scenarios, session
from gridflex.ui.charts.pareto import pareto_figure
from gridflex.ui.charts.power import power_figure
from gridflex.ui.charts.style import CONFIG
from gridflex.ui.charts.work import work_figure
from gridflex.ui.palette import palette
from gridflex.ui.stepwise import Stepwise, go_on


def show(decided: Decisions, others: tuple[Floats, Floats]) -> None:
    """Everything below the sliders, a part at a time: what is not looked at is neither worked out nor drawn.

    No tabs: in each the browser seeks what the Tab key could stop at, and lays the page out for it, on every move.
    """
    parts: dict[str, Callable[[], None]] = {
        "Power": lambda: _power(decided, others),
        "Carbon against cost": lambda: _trade_off(decided),
        "Policies": lambda: _policies(decided),
        "How sure": lambda: _certainty(decided),
        "Scenarios": scenarios.section,
        "Take away": lambda: _files(decided),
    }
    names = list(parts)
    chosen = st.segmented_control(
        "In detail",
        names,
        default=names[0],
        key="lab",
        required=True,
        bind="query-params",
        label_visibility="collapsed",
    )
    places = {name: st.container() for name in names}  # else one part stands under another's heading for a moment
    with places[chosen]:
        parts[chosen]()


def _ready(name: str, decided: Decisions, *work: Stepwise[Any]) -> tuple[Any, ...] | None:
    """The plan and what ``work`` found; under a cap what takes long follows, and until then what was shown stays."""
    if not planning.capped():
        for each in work:
            each.finish()
    if all(each.done for each in work):
        st.session_state[name] = (decided, *(each.finish() for each in work))
    else:
        go_on(work, "what follows is still of the plan before this move.")
    shown: tuple[Any, ...] | None = st.session_state.get(name)
    return shown


def _comparison(decided: Decisions) -> Stepwise[list[PolicyRow]]:
    key = (planning.prepared(), decided.rules, session.controls().headroom)
    return planning.remembered("comparison", key, lambda: Stepwise(lambda: comparison(decided)))


def _frontier(decided: Decisions) -> Stepwise[list[TradeOff]]:
    """It depends on the queue, the grid and the site's cap alone."""
    rules = decided.rules
    key = (planning.prepared(), rules.cap_kw, rules.cap_gpus, session.controls().headroom, rules.objective.delay_cost)
    return planning.remembered("frontier", key, lambda: Stepwise(lambda: trade_off(decided)))


def _cases(decided: Decisions) -> Stepwise[list[Case]]:
    key = (planning.prepared(), decided.rules, decided.plan.policy)
    return planning.remembered("sensitivity", key, lambda: Stepwise(lambda: sensitivity(decided)))


def _power(decided: Decisions, others: tuple[Floats, Floats]) -> None:
    view = power_view(decided, *others)
    st.subheader("Site power" if view.cap_kw is None else "Site power against the cap", anchor=False)
    st.plotly_chart(power_figure(view, palette(session.is_dark())), key="power", config=CONFIG, alt=view.alt)
    st.caption(view.sentence)
    exports.table_button("Export the power", "gridflex-power.csv", power_table(view))


def _trade_off(decided: Decisions) -> None:
    shown = _ready("lab_frontier", decided, _comparison(decided), _frontier(decided))
    if shown is None:
        return
    planned, rows, points = shown
    left, right = st.columns(2, gap="medium")
    with left:
        _pareto(planned, rows, points)
    with right:
        _work(planned, points)


def _pareto(decided: Decisions, rows: Sequence[PolicyRow], points: Sequence[TradeOff]) -> None:
    st.subheader("Carbon against cost", anchor=False)
    chart = pareto_figure(points, rows, frontier_point(decided), palette(session.is_dark()))
    lowest = points[-1].carbon_g / 1e3 if points else 0.0
    st.plotly_chart(
        chart,
        key="pareto_chart",
        config=CONFIG,
        alt=f"The best plans from cheapest to cleanest ({lowest:.1f} kg), with the policies as points.",
    )
    exports.table_button("Export the frontier", "gridflex-frontier.csv", trade_off_table(points))


def _policies(decided: Decisions) -> None:
    st.subheader("Every policy on this queue", anchor=False)
    shown = _ready("lab_policies", decided, _comparison(decided))
    if shown is None:
        return
    rows: list[PolicyRow] = shown[1]
    table = policy_table(rows)
    st.dataframe(
        table,
        hide_index=True,
        column_config={
            name: st.column_config.NumberColumn(name, format=f"%.{digits}f") for name, digits in POLICY_DECIMALS.items()
        },
        alt="Every policy on this queue: carbon saved, share of the possible, gap, cost, delay, peak, dirtier jobs.",
    )
    st.caption("  \n".join(f"**{row.title}.** {POLICIES[row.name].sentence}" for row in rows))
    exports.table_button("Export this comparison", "gridflex-policies.csv", table)


def _certainty(decided: Decisions) -> None:
    shown = _ready("lab_cases", decided, _cases(decided))
    if shown is not None:
        certainty.show(*shown)
    certainty.calibrated()


def _files(decided: Decisions) -> None:
    st.caption("The plan as a calendar, and as commands for a dry run.")
    with st.container(horizontal=True):
        exports.plan_buttons(decided)


def _work(decided: Decisions, points: Sequence[TradeOff]) -> None:
    """Lowest £ per 1,000 units of work under a carbon cap."""
    cost = work_cost(decided)
    if cost is None:
        return
    st.subheader("£ per 1,000 units of work under a carbon cap", anchor=False)
    st.markdown(
        f"This plan: **£{cost.gbp:.4f}** and {fmt.carbon(cost.g)} per 1,000 (at once £{cost.baseline_gbp:.4f} and "
        f"{fmt.carbon(cost.baseline_g)})."
    )
    if session.workspace().is_demo:
        st.caption(WORK_NOTE)
    frontier = work_frontier(decided, points)
    if len(frontier) > 1:
        low, mean = frontier[-1], mean_intensity(decided.plan)
        st.plotly_chart(
            work_figure(frontier, (mean, cost.gbp), cap_in_force(decided), palette(session.is_dark())),
            key="work",
            config=CONFIG,
            alt=f"£ per 1,000 units against the carbon cap, down to {low.mean_g_per_kwh:.0f} g/kWh at "
            f"£{low.gbp_per_1000:.4f}; this plan at {mean:.0f} g/kWh and £{cost.gbp:.4f}.",
        )
        exports.table_button("Export the cost of work", "gridflex-work.csv", frontier_table(frontier))
