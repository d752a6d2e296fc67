"""The lab's own controls: policy, aim, limits."""

from __future__ import annotations

import math
from collections.abc import Callable

import streamlit as st

from gridflex.domain import format as fmt
from gridflex.domain.controls import Controls
from gridflex.planning.policies import DEFAULT_POLICY, POLICIES
from gridflex.ui import session
from gridflex.ui.address import (
    CAP,
    CARBON_CAP,
    CARBON_CAP_KG,
    CARBON_PRICE,
    DELAY_PENCE,
    GAIN,
    LIMITS,
    PENCE,
    THRESHOLD,
    parameters,
    say,
)


def policy_select() -> None:
    """Which rule decides."""
    st.selectbox(
        "Policy",
        list(POLICIES),
        index=list(POLICIES).index(DEFAULT_POLICY),
        format_func=lambda name: POLICIES[name].title,
        key="policy",
        bind="query-params",
    )


def aim_controls() -> None:
    """What a plan minimises, and its prices."""
    aim = st.segmented_control(
        "Minimise",
        ["money", "carbon", "cost"],
        default=str(Controls().aim),
        key="aim",
        required=True,
        bind="query-params",
        help="Money: energy, carbon and delay at their prices. Carbon and cost are the two extremes.",
    )
    if aim != "money":
        return
    st.slider(
        "Carbon price, £/t (internal)",
        CARBON_PRICE.low,
        CARBON_PRICE.high,
        int(Controls().carbon_price),
        CARBON_PRICE.step,
        key="carbon_price",
        bind="query-params",
        help="What the site adds to wholesale prices, which already carry ETS and carbon price support. The default is "
        "the UK government's appraisal value for 2021, £245/t.",
    )
    st.slider(
        "Delay cost, pence per job and hour (assumed)",
        DELAY_PENCE.low,
        DELAY_PENCE.high,
        0,
        key="delay",
        bind="query-params",
        help="What an hour of later completion costs, for each job.",
    )


def limits(peak_kw: Callable[[], float]) -> None:
    """The plan's limits, a click away; ``peak_kw`` is what would be drawn if all ran at once or herded.

    Laid only while open, and not bound to the address: what a closed popover holds is not drawn, and a value that the
    browser keeps for it would come back over one set elsewhere.
    """
    folded = st.popover("Limits", icon=":material/tune:", key="limits", width="stretch", on_change="rerun")
    if folded.open:
        with folded:
            _site_cap_slider(peak_kw())
            _headroom_toggle()
            _carbon_caps()
            _minimum_gain_slider()
            _price_limit_input()
    chosen = session.controls()
    say(LIMITS, chosen)
    if told := _limit_words(chosen):
        st.caption(f"Set: {told}.")  # not in the label: a popover with another label closes


def _limit_words(chosen: Controls) -> str:
    """What is not as it comes: 200 kW, 140 g/kWh, gain 7 %."""
    mean, whole = chosen.carbon_cap, chosen.carbon_cap_kg
    words = {
        "cap": chosen.cap_kw and fmt.power(chosen.cap_kw),
        "headroom": "room kept",
        "carbon_cap": mean and fmt.intensity(mean),
        "carbon_cap_kg": whole and not mean and fmt.carbon(whole * 1e3),
        "gain": f"gain {fmt.percent(chosen.minimum_gain_percent / 100)}",
        "price_limit": f"price {fmt.number(chosen.price_limit * 100, 1)} p",
    }
    changed = parameters(chosen)
    return ", ".join(str(words[key]) for key in LIMITS if key in changed and words[key])


def _site_cap_slider(peak_kw: float) -> None:
    shown = int(st.session_state.get("cap") or 0)
    reach = max(CAP.step * 10, math.ceil(1.2 * peak_kw / CAP.step) * CAP.step, shown)
    st.slider(
        "Site cap, kW (0: as in Site settings)",
        0,
        min(reach, CAP.high),
        0,
        CAP.step,
        key="cap",
        persist_state="session",
        help="A hard limit on the site's power in every half-hour. Critical jobs go first.",
    )


def _headroom_toggle() -> None:
    st.toggle(
        "Keep room for expected jobs",
        key="headroom",
        persist_state="session",
        help="Leaves the p90 of the demand forecast free under a cap in kW. It is known for the demo queues alone: "
        "nobody knows when jobs of your own arrive.",
    )


def _carbon_caps() -> None:
    st.slider(
        "Carbon cap, mean gCO2/kWh of the plan (0: none)",
        CARBON_CAP.low,
        CARBON_CAP.high,
        0,
        CARBON_CAP.step,
        key="carbon_cap",
        persist_state="session",
        help="A hard limit on the mean intensity of all planned energy; what it costs is shown as a shadow price.",
    )
    st.number_input(
        "Carbon cap, kg of the whole plan (0: none)",
        CARBON_CAP_KG.low,
        CARBON_CAP_KG.high,
        0,
        CARBON_CAP_KG.step,
        key="carbon_cap_kg",
        persist_state="session",
        help="The same limit as a total. Where both are set, the mean counts.",
    )


def _minimum_gain_slider() -> None:
    st.slider(
        "Minimum gain to move a job, % of its own cost",
        GAIN.low,
        GAIN.high,
        3,
        key="gain",
        persist_state="session",
        help="A job stays at its earliest half-hour unless waiting gains at least this much.",
    )


def _price_limit_input() -> None:
    st.number_input(
        "Price limit, pence per kWh of energy",
        float(PENCE.low),
        float(PENCE.high),
        12.0,
        0.5,
        key="price_limit",
        persist_state="session",
        help="A job whose energy row is above it is labelled high_price; the limit defers nothing by itself.",
    )


def try_threshold(value: float) -> None:
    """Put a suggested threshold on the slider; for a button's callback."""
    st.session_state["mode"] = "fixed"
    st.session_state["threshold"] = THRESHOLD.on_step(min(value, THRESHOLD.high))
