"""The Tuning page: the rules on the left, their consequences beside them."""

from __future__ import annotations

import streamlit as st

from gridflex.agents.orchestrator import Decisions
from gridflex.domain import format as fmt
from gridflex.planning.policies import POLICIES
from gridflex.services.curves import Curves, threshold_curves
from gridflex.services.headline import totals
from gridflex.services.what_if import what_if
from gridflex.ui import controls, frame, session, tariff
from gridflex.ui.charts.curves import curves_figure
from gridflex.ui.charts.style import CONFIG
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
    left, right = st.columns([1, 2], gap="medium")
    with left:
        controls.policy_select()
        controls.threshold_controls()
        energy = controls.energy_slider()
        controls.minimum_gain_slider()
        controls.price_limit_input()
        decided = session.decisions()
        _consequences(decided, energy)
        controls.keep_button()
    with right:
        curves = threshold_curves(decided)
        st.plotly_chart(curves_figure(curves, palette(session.is_dark())), key="curves", config=CONFIG, alt=curves.alt)
        _suggestion(curves)
        _export(curves)


def _consequences(decided: Decisions, energy: int) -> None:
    sums = totals(decided)
    st.markdown(
        f"**{sums.waiting:,} of {fmt.plural(sums.jobs, 'job')} wait.** Saves {fmt.carbon(sums.saved_g)} "
        f"({fmt.percent(sums.saved_share)}) and {fmt.money(sums.saved_gbp)}."
    )
    found = what_if(energy, decided.view, decided.plan.policy, decided.rules, session.workspace().site.pue)
    st.caption(f"{fmt.energy(energy)} over 5 h is {fmt.power(found.power_kw)}; {found.sentence}")
    st.caption(POLICIES[decided.plan.policy].sentence)


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
