"""The Revenue page: what flexibility is worth, each figure with its formula and its rows; never one sum."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from gridflex.domain import format as fmt
from gridflex.markets.availability import FORMULA
from gridflex.markets.freezing import GivenUp
from gridflex.markets.stacking import RULES_DATE, stacking_table
from gridflex.services import revenue_event, revenue_services
from gridflex.services.revenue_services import services_table, stacking
from gridflex.services.revenue_site import factor_of, peak_mw, site_plan
from gridflex.services.revenue_view import Revenue, avoided_table, revenue, site_label
from gridflex.ui import (
    faults,
    frame,
    planning,
    revenue_history,
    revenue_rate_card,
    revenue_scenario,
    revenue_statement,
    session,
)
from gridflex.ui.charts.revenue import stacking_figure
from gridflex.ui.charts.style import CONFIG
from gridflex.ui.palette import palette
from gridflex.ui.plain import plain
from gridflex.ui.tables import csv_of, headings

if TYPE_CHECKING:
    import pandas as pd

SERVICE_CODES = (
    "DC, DM, DR: Dynamic Containment, Moderation, Regulation, for low (L) or high (H) frequency. QR, SR: Quick and "
    "Slow Reserve, positive (P) or negative (N). P415: a called event, sold wholesale."
)


def show() -> None:
    """The whole page."""
    st.title("Revenue")
    frame.replay_banner()
    if not len(session.workspace().frame):
        st.info("The queue is empty; there is nothing to value yet.", icon=":material/inbox:")
        st.page_link(frame.QUEUE, label="Bring in jobs", icon=":material/upload:")
        return
    revenue_scenario.prices()
    _scenario()


@st.fragment
@faults.told("scenario")
def _scenario() -> None:
    scenario, energy = revenue_scenario.bar()
    decided, here = planning.decisions(), session.workspace()
    st.caption(site_label(scenario, peak_mw(decided)))
    factor = factor_of(decided, scenario)
    plan = site_plan(decided, here.before, here.site, factor)
    cards, grid = st.container(), st.container()
    st.subheader("A called event, sold wholesale (P415)", anchor=False)
    asked = st.container()
    history = revenue_history.history(factor * here.site.pue)
    with asked:
        event, terms = revenue_scenario.event_form(plan, decided, factor, history)
    market = session.market()
    key = (planning.prepared(), session.controls(), scenario, event, terms, history, market.levels, market.wholesale)
    found = planning.remembered("revenue", key, lambda: revenue(decided, plan, scenario, history, event, terms, market))
    revenue_statement.show(found, history)
    with cards:
        _cards(found)
    with grid:
        _stacking(found)
    revenue_rate_card.show(decided, energy)


def _cards(found: Revenue) -> None:
    """Three figures that answer different questions; they are not added up."""
    avoided, services, wholesale = st.columns(3, gap="medium")
    with avoided, st.container(border=True):
        st.metric("Avoided cost", fmt.money(found.avoided.total_gbp))
        st.caption(plain(found.avoided.formula))
        _rows("avoided", avoided_table(found.avoided))
    with services, st.container(border=True):
        held = found.services
        # In whole pounds a range has room on the card; the sentence below has the pence.
        low, high = (fmt.money(round(gbp)).removesuffix(".00") for gbp in (held.low_gbp, held.high_gbp))
        span = "£0" if not held.chosen else low if low == high else f"{low} to {high}"
        st.metric("Availability services, p5 to p95", span)
        st.caption(plain(f"{held.sentence}. {FORMULA}"))
        if numbers := revenue_services.formula(held):
            st.caption(plain(numbers))
        _rows("services", services_table(held))
    with wholesale, st.container(border=True):
        _wholesale(found)
    st.caption("The three cards answer different questions and are never added up.")


def _wholesale(found: Revenue) -> None:
    if found.case is None:
        st.metric("P415 wholesale", "£0")
        st.caption(plain(f"£0: {found.problem}"))
        return
    st.metric("P415 wholesale", fmt.money(found.case.statement.to_site_gbp))
    st.caption(plain(revenue_event.formula(found.case.statement)))
    net = fmt.money(found.case.net.net_gbp)
    st.caption(plain(f"This is the sale alone. With the energy bought back on the bill the event nets {net}, below."))
    _rows("wholesale", revenue_statement.table(found.case.statement))


def _rows(name: str, table: pd.DataFrame) -> None:
    """The rows behind a figure, one click away."""
    with st.popover("Rows", icon=":material/table_rows:", key=f"rows_{name}"):
        columns = headings(table.columns)
        st.dataframe(table, hide_index=True, column_config=columns, alt=f"The rows behind {name}.", key=f"table_{name}")
        st.download_button(
            "Export", csv_of(table), f"gridflex-{name}.csv", "text/csv", icon=":material/download:",
            on_click="ignore", key=f"export_{name}",
        )  # fmt: skip


def _stacking(found: Revenue) -> None:
    st.subheader("What each block could be sold as", anchor=False)
    if not found.blocks:
        st.caption("No whole EFA block lies in the hours ahead.")
        return
    view = stacking(found.services, found.blocks)
    chart = stacking_figure(view, palette(session.is_dark()))
    st.plotly_chart(chart, key="stacking", config=CONFIG, alt=view.alt)
    st.caption(SERVICE_CODES)
    st.markdown(f"**{plain(revenue_services.best(found.services))}**")
    if found.given_up is not None:
        st.caption(_given_up(found.given_up))
    table = services_table(found.services)
    with st.expander("Every service in every block, with the test it fails", icon=":material/rule:"):
        columns = headings(table.columns)
        alt = "Each EFA block and service: MW, £, and the failing test."
        st.dataframe(table, hide_index=True, column_config=columns, alt=alt)
    with st.expander("What the same megawatt may hold at once", icon=":material/layers:"):
        st.caption(f"Rules as of {RULES_DATE}.")
        st.dataframe(
            {
                "service": [row.one for row in stacking_table()],
                "with": [row.other for row in stacking_table()],
                "at once": ["yes" if row.allowed else "no" for row in stacking_table()],
                "why": [row.why for row in stacking_table()],
            },
            hide_index=True,
            alt="Every pair of services and whether one megawatt may hold both in a half-hour.",
        )


def _given_up(lost: GivenUp) -> str:
    jobs = fmt.plural(int(lost.frozen.sum()), "job")
    return (
        f"These bids freeze {jobs} for the planner, which gives up {fmt.carbon(lost.carbon_g)} and "
        f"{fmt.money(lost.gbp)} it could have saved by re-planning."
    )
