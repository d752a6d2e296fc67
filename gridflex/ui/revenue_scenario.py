"""The scenario bar and the event that is called: what the visitor supposes."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from gridflex.agents.orchestrator import Decisions
from gridflex.domain import format as fmt
from gridflex.domain.halfhours import HALF_HOUR
from gridflex.markets.baseline import Metered
from gridflex.markets.eligibility import LARGEST_MW, Capability
from gridflex.markets.events import CalledEvent
from gridflex.markets.firm import SitePlan
from gridflex.markets.rules import rules_sentence
from gridflex.services.revenue_event import EventTerms, suggested
from gridflex.services.revenue_site import Scenario
from gridflex.ui import planning, session
from gridflex.ui.controls import energy_slider
from gridflex.ui.plain import plain

PENCE_STEP = 5.0
LOOK = "5s"


@st.fragment(run_every=LOOK)
def prices() -> None:
    """Rules date, and where prices are from; the page runs again when they come in."""
    market = session.market()
    st.caption(
        f"{rules_sentence(session.now().date())} {plain(market.sentence)} "
        "All of this is a scenario: nothing here is earned yet."
    )
    if market.problems:
        st.caption(plain(f"{'. '.join(dict.fromkeys(market.problems))}."))
    seen, known = st.session_state.get("seen_market"), (market.levels, market.wholesale, market.calls)
    st.session_state["seen_market"] = known
    if seen is not None and any(a is not b for a, b in zip(seen, known, strict=True)):
        st.rerun()


def bar() -> tuple[Scenario, int]:
    """Size of the site, alone or pooled, workload energy."""
    size, way, energy = st.columns([1, 1, 2], gap="medium")
    with size:
        mw = st.number_input(
            "Site, MW (0: the queue as it is)",
            0.0,
            LARGEST_MW,
            0.0,
            1.0,
            key="rev_site_mw",
            help="Scales every job of the plan in force; services and the event follow, the avoided cost does not.",
        )
    with way:
        sold = st.segmented_control("Offered", ["alone", "aggregated"], default="alone", key="rev_sold", required=True)
    with energy:
        kwh = energy_slider()
    return Scenario(mw, _capability(sold == "aggregated")), kwh


def _capability(aggregated: bool) -> Capability:
    """What the site can do; assumed until the visitor says otherwise."""
    usual = Capability()
    with st.expander("Speed, metering and the aggregator's share", icon=":material/tune:"):
        st.caption("Assumed until you set them; they decide the speed and metering tests.")
        one, two, three = st.columns(3)
        response = one.number_input("Seconds to full delivery", 0.1, 7200.0, usual.response_s, 30.0, key="rev_response")
        meter = two.number_input("Seconds between readings", 0.1, 7200.0, usual.meter_s, 30.0, key="rev_meter")
        share = three.number_input(
            "Aggregator keeps, %", 0.0, 100.0, 100 * usual.aggregator_share, PENCE_STEP, key="rev_agg", format="%.0f"
        )
    return Capability(response, meter, aggregated, share / 100)


def event_form(
    plan: SitePlan, decided: Decisions, factor: float, history: Metered | None
) -> tuple[CalledEvent | None, EventTerms]:
    """From, to and MW of the event, and the terms it is settled on; no event where the end is not after the start."""
    horizon = decided.plan.horizon
    key = (planning.prepared(), session.controls(), factor, history)
    usual = planning.remembered("usual_event", key, lambda: suggested(plan, horizon, decided.rules.objective, history))
    _take_up(usual)
    ahead = [horizon.at(row) for row in range(horizon.now_index, len(horizon) + 1)]
    first, last, power = st.columns(3)
    with first:
        start = _moment("Event from (UK time)", ahead[:-1], usual.start, "rev_from")
    with last:
        end = _moment("to", ahead[1:], usual.end, "rev_to")
    with power:
        mw = st.number_input("Turn down by, MW", 0.001, LARGEST_MW, step=0.01, format="%.3f", key="rev_mw")
    terms = _terms()
    inside = start < end and (end - start) // HALF_HOUR <= 48
    return (CalledEvent(start, end, mw) if inside else None), terms


def _take_up(usual: CalledEvent) -> None:
    """Another site or plan suggests another event: what stood in the form belonged to the one before."""
    if st.session_state.get("rev_usual") != usual or "rev_mw" not in st.session_state:
        suggested_now = {"rev_usual": usual, "rev_from": usual.start, "rev_to": usual.end, "rev_mw": usual.mw}
        st.session_state.update(suggested_now)


def _moment(label: str, moments: list[datetime], usual: datetime, key: str) -> datetime:
    if st.session_state.get(key) not in moments:  # the hours ahead move on
        st.session_state[key] = usual
    at: datetime = st.selectbox(label, moments, key=key, format_func=lambda moment: fmt.date_clock(moment))
    return at


def _terms() -> EventTerms:
    usual, wholesale = EventTerms(), session.market().wholesale.name
    with st.expander("Terms and prices of the event", icon=":material/handshake:"):
        st.caption(
            f"Share and fees are assumed. The price sold is the four-week profile of the {plain(wholesale)}; the "
            "system price is that plus what you set here: the real one is known only when it settles; "
            f"{plain(session.market().system)}. A Demand Flexibility price set here is supposed; published: "
            f"{plain(session.market().calls_from)}."
        )
        one, two, three, four = st.columns(4)
        share = one.number_input("Site's share, %", 0.0, 100.0, 100 * usual.share, PENCE_STEP, key="rev_share")
        fees = two.number_input("Fees, £", 0.0, 1e6, 0.0, 1.0, key="rev_fees")
        premium = three.number_input(
            "System price above the price sold, £/MWh", -500.0, 5000.0, 0.0, 10.0, key="rev_premium"
        )
        flexibility = four.number_input("Demand Flexibility supposed, £/MWh", 0.0, 5000.0, 0.0, 50.0, key="rev_dfs")
    return EventTerms(share / 100, fees, premium, flexibility)
