"""The Tuning page: the rules on the left, their consequences beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import streamlit as st

from gridflex.agents.demo_jobs import WORK_NOTE
from gridflex.agents.orchestrator import Decisions
from gridflex.domain import format as fmt
from gridflex.planning.horizon import Floats
from gridflex.planning.pareto import TradeOff
from gridflex.planning.policies import POLICIES
from gridflex.services.curves import Curves, swept, threshold_curves
from gridflex.services.headline import totals, worth_words
from gridflex.services.lab import alternatives, frontier_point, policy_rows, policy_table, power_view, trade_off
from gridflex.services.proof_lines import proof_lines
from gridflex.services.sensitivity import sensitivity
from gridflex.services.what_if import what_if
from gridflex.services.work_view import work_cost, work_frontier
from gridflex.ui import controls, frame, session, tariff
from gridflex.ui.charts.curves import curves_figure
from gridflex.ui.charts.pareto import pareto_figure
from gridflex.ui.charts.power import power_figure
from gridflex.ui.charts.style import CONFIG
from gridflex.ui.charts.work import work_figure
from gridflex.ui.palette import palette
from gridflex.ui.tables import csv_of


def show() -> None:
    """The whole page."""
    st.title("Tuning")
    frame.replay_banner()
    if not len(session.workspace().frame):
        st.info("The queue is empty; there is nothing to tune yet.", icon=":material/inbox:")
        st.page_link(frame.QUEUE, label="Bring in jobs", icon=":material/upload:")
        return
    _lab()
    tariff.editor()


@st.fragment
def _lab() -> None:
    """Figures first, then the charts in the order of their cost: a new move need not wait for the slow ones."""
    left, right = st.columns([1, 2], gap="medium")
    with left:
        controls.policy_select()
        controls.threshold_controls()
        controls.aim_controls()
        controls.limit_controls(float(np.max(_alternatives())))
        controls.minimum_gain_slider()
        controls.price_limit_input()
        energy = controls.energy_slider()
    with right:
        told, proof = st.container(), st.container()
        decided = session.decisions()
        with told:
            _consequences(decided, energy)
            controls.keep_button()
        _curves(decided)
        with proof:
            for line in proof_lines(decided):
                st.text(line)  # job ids are text from outside
        _power(decided)
        _comparison(decided)


def _alternatives() -> tuple[Floats, Floats]:
    """Power if all ran at once, and of the herd; they depend on the queue and the grid alone."""
    here = session.prepared()
    return session.remembered("herd", (here,), lambda: alternatives(here.queue, here.view.horizon))


def _consequences(decided: Decisions, energy: int) -> None:
    sums = totals(decided)
    against = " against first come, first served under the cap" if decided.rules.cap_kw else ""
    st.markdown(
        f"**{sums.waiting:,} of {fmt.plural(sums.jobs, 'job')} wait.** The plan "
        f"{worth_words(sums.saved_g, sums.saved_gbp, sums.saved_share)}{against}."
    )
    found = what_if(energy, decided.view, decided.plan.policy, decided.rules, session.workspace().site.pue)
    st.caption(f"{fmt.energy(energy)} over 5 h is {fmt.power(found.power_kw)}; {found.sentence}")
    st.caption(POLICIES[decided.plan.policy].sentence)


def _settled(decided: Decisions) -> tuple[object, ...]:
    """What a chart depends on when the threshold is not part of it."""
    return (session.prepared(), decided.plan.policy, replace(decided.rules, threshold=None))


def _curves(decided: Decisions) -> None:
    sweep = session.remembered("sweep", _settled(decided), lambda: swept(decided))
    curves = threshold_curves(decided, sweep)
    st.plotly_chart(curves_figure(curves, palette(session.is_dark())), key="curves", config=CONFIG, alt=curves.alt)
    _suggestion(curves)
    _export(curves)


def _power(decided: Decisions) -> None:
    st.subheader("Power against the cap", anchor=False)
    view = power_view(decided, *_alternatives())
    st.plotly_chart(power_figure(view, palette(session.is_dark())), key="power", config=CONFIG, alt=view.alt)
    st.caption(view.sentence)


def _comparison(decided: Decisions) -> None:
    """Policies and the frontier, which take longer and follow the move."""
    st.subheader("Carbon against cost", anchor=False)
    rows = session.remembered("policies", (session.prepared(), decided.rules), lambda: policy_rows(decided))
    points = session.remembered("pareto", _settled(decided)[:1] + _limits(decided), lambda: trade_off(decided))
    chart = pareto_figure(points, rows, frontier_point(decided), palette(session.is_dark()))
    lowest = points[-1].carbon_g / 1e3 if points else 0.0
    st.plotly_chart(
        chart,
        key="pareto_chart",
        config=CONFIG,
        alt=f"The best plans from cheapest to cleanest ({lowest:.1f} kg), with the policies as points.",
    )
    table = policy_table(rows)
    st.dataframe(
        table,
        hide_index=True,
        column_config={name: st.column_config.NumberColumn(name, format="%.1f") for name in table.columns[1:]},
        alt="Every policy on this queue: carbon saved, share of the possible, gap, cost, delay, peak, dirtier jobs.",
    )
    st.download_button(
        "Export this comparison", csv_of(table), "gridflex-policies.csv", "text/csv", icon=":material/download:",
        on_click="ignore", key="export_policies",
    )  # fmt: skip
    _work(decided, points)
    _sensitivity(decided)


def _work(decided: Decisions, points: Sequence[TradeOff]) -> None:
    """Lowest £ per 1,000 units of work under a carbon cap."""
    cost = work_cost(decided)
    if cost is None:
        return
    st.subheader("£ per 1,000 inferences under a carbon cap", anchor=False)
    st.markdown(
        f"This plan: **£{cost.gbp:.4f}** and {fmt.carbon(cost.g)} per 1,000 (at once £{cost.baseline_gbp:.4f} and "
        f"{fmt.carbon(cost.baseline_g)})."
    )
    if session.workspace().is_demo:
        st.caption(WORK_NOTE)
    frontier = work_frontier(decided, points)
    if len(frontier) > 1:
        low = frontier[-1]
        st.plotly_chart(
            work_figure(frontier, decided.rules.carbon_cap, palette(session.is_dark())),
            key="work",
            config=CONFIG,
            alt=f"£ per 1,000 units against the carbon cap, down to {low.mean_g_per_kwh:.0f} g/kWh at "
            f"£{low.gbp_per_1000:.4f}.",
        )


def _sensitivity(decided: Decisions) -> None:
    st.subheader("If the forecast is off by one band", anchor=False)
    cases = session.remembered("sensitivity", (session.prepared(), decided.rules), lambda: sensitivity(decided))
    st.dataframe(
        {
            "the grid turns out": [case.case for case in cases],
            "this plan then saves, kg": [case.saved_kg for case in cases],
            "jobs that would start otherwise": [case.other_starts for case in cases],
            "jobs that would wait": [case.waiting for case in cases],
        },
        hide_index=True,
        column_config={"this plan then saves, kg": st.column_config.NumberColumn(format="%.1f")},
        alt="What the plan saves, and how many jobs would be decided otherwise, with the forecast one band off.",
    )


def _limits(decided: Decisions) -> tuple[object, ...]:
    rules = decided.rules
    return (rules.cap_kw, rules.carbon_cap, rules.objective.delay_cost)


def _suggestion(curves: Curves) -> None:
    suggested = curves.suggestion
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**Suggestion.** {suggested.reason}")
        if suggested.threshold is not None:
            st.button("Try it", key="try_suggestion", on_click=controls.try_threshold, args=(suggested.threshold,))


def _export(curves: Curves) -> None:
    import pandas as pd

    sweep = curves.sweep
    table = pd.DataFrame(
        {
            "threshold_g_per_kwh": sweep.threshold,
            "jobs_deferred": sweep.deferred,
            "carbon_kg": sweep.carbon_g / 1e3,
            "carbon_saved_percent": curves.carbon_percent,
            "cost_gbp": sweep.cost_gbp,
            "cost_saved_percent": curves.cost_percent,
            "mean_delay_h": sweep.delay_hours,
        }
    )
    st.download_button(
        "Export these curves", csv_of(table), "gridflex-threshold.csv", "text/csv", icon=":material/download:",
        on_click="ignore",
    )  # fmt: skip
