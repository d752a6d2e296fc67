"""The controls that stand beside charts: bound to the address, snapped, a preview until kept."""

from __future__ import annotations

import streamlit as st

from gridflex.agents.orchestrator import Decisions
from gridflex.ui import planning, session
from gridflex.ui.address import (
    CLEANEST,
    THRESHOLD,
)

TRY_ENERGY_KWH = 150


def threshold_controls() -> None:
    """Fixed or relative, and the slider of the one in force."""
    mode = st.segmented_control(
        "Threshold",
        ["fixed", "relative", "off"],
        default="fixed",
        key="mode",
        required=True,
        help="A gate on top of the policy. Fixed: a number of grams. Relative: the cleanest share of the next 24 "
        "hours. Off: no gate.",
        persist_state="session",
        bind="query-params",
    )
    if mode == "relative":
        st.slider(
            "Cleanest share of the next 24 h, %",
            CLEANEST.low,
            CLEANEST.high,
            30,
            CLEANEST.step,
            key="cleanest",
            bind="query-params",
            help="A deferrable job is asked to wait unless now is among this share of the cleanest half-hours ahead.",
        )
        return
    if mode == "off":
        st.caption("No gate: the policy may move every job that can wait.")
        return
    st.slider(
        "Carbon threshold, gCO2/kWh",
        THRESHOLD.low,
        THRESHOLD.high,
        150,
        THRESHOLD.step,
        key="threshold",
        bind="query-params",
        help="Above it a deferrable job is asked to wait. Critical jobs never wait.",
    )


def energy_slider() -> int:
    """Energy of an imagined job, kWh."""
    return int(
        st.slider(
            "Workload energy, kWh (a fine-tuning job over 5 h)",
            5,
            500,
            TRY_ENERGY_KWH,
            5,
            key="energy",
            bind="query-params",
            help="An imagined job that may wait up to a day: what would be decided for it.",
        )
    )


def planned() -> Decisions:
    """The decisions under the controls; under a cap a line in this place says *planning* meanwhile.

    What the page shows stays until the new plan is found. Without a cap nothing is laid.
    """
    if not planning.capped():
        return planning.decisions()
    line = st.empty()
    line.caption(":material/hourglass_top: *planning* – what you see is still the plan before this move.")
    found = planning.decisions()
    line.empty()
    return found


def keep_button() -> None:
    """Offer to make the preview the plan, where it differs from what is kept."""
    here, chosen = session.workspace(), session.controls()
    if "replay_at" in st.session_state or chosen == here.controls:
        return
    st.caption("A preview: nothing is changed yet.")
    if st.button("Use this plan", icon=":material/check:", key="use_plan"):
        if session.change(lambda desk, here: desk.adopt(here, chosen, session.now(), "kept by the visitor")):
            session.announce("This is the plan now; it stands in the audit trail.")
            st.rerun()
