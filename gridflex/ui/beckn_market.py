"""Our job slots as a catalogue: what we publish, a grid agent that books one, and both sides of the trail."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from gridflex.domain import format as fmt
from gridflex.services import beckn_slots
from gridflex.services.beckn_commit import IN_FORCE
from gridflex.services.beckn_keeper import SLOT
from gridflex.services.beckn_lines import order_table
from gridflex.services.beckn_slots import Market, QueueJobs
from gridflex.services.beckn_trail import KIND, both_sides
from gridflex.services.desk import Desk
from gridflex.services.workspace import Workspace
from gridflex.ui import beckn_steps, beckn_visit, planning, session

PREMIUM_PENCE = 2.0
NEED_HOURS = (2, 4, 6, 8, 12)


def show() -> None:
    """The whole section."""
    st.subheader("Our job slots as a catalogue", anchor=False)
    st.caption(
        "The other way round: jobs that may wait are published as items, and a grid agent that wants load at a "
        "certain time books one. The job then runs at that time, whatever the plan would prefer."
    )
    desk, here = beckn_visit.desk(), session.workspace()
    premium = beckn_slots.published(desk, here.id)
    market = _market(premium if premium is not None else PREMIUM_PENCE / 100)
    _publishing(market, premium)
    if premium is not None:
        _catalogue(market)
        _booking(market)
    _booked(market)


def _market(premium: float) -> Market:
    here = session.workspace()
    decided = planning.decisions(here.controls)
    jobs = QueueJobs(session.platform().desk, here, decided, premium, session.now())
    return Market(beckn_visit.desk(), jobs)


def _publishing(market: Market, premium: float | None) -> None:
    desk, name = beckn_visit.desk(), market.workspace_id
    with st.container(horizontal=True, vertical_alignment="bottom"):
        pence = st.number_input(
            "Flexibility premium, p/kWh (our asking price, assumed)",
            0.0, 50.0, (premium or PREMIUM_PENCE / 100) * 100, 0.5, key="beckn_premium", width=320,
            help="What a grid agent pays for choosing when the job runs.",
        )  # fmt: skip
        slots = len(market.jobs.open_slots(session.now()))
        if st.button("Publish" if premium is None else "Publish anew", icon=":material/campaign:"):
            beckn_slots.publish(desk, name, pence / 100, slots, session.now())
            st.rerun()
        if premium is not None and st.button("Withdraw", icon=":material/visibility_off:"):
            beckn_slots.publish(desk, name, None, slots, session.now())
            st.rerun()


def _catalogue(market: Market) -> None:
    slots = market.jobs.open_slots(session.now())
    if not slots:
        st.caption("No job of the queue is free to be placed at the moment.")
        return
    now = session.now()
    if len(slots) == beckn_slots.MOST_SLOTS:
        st.caption(f"The {len(slots)} largest that are free.")
    st.dataframe(
        {
            "job": [slot.job_id for slot in slots],
            "kind": [slot.kind for slot in slots],
            "kWh": [slot.energy_kwh for slot in slots],
            "MW": [slot.load_mw for slot in slots],
            "may run from": [fmt.day_clock(slot.opens, now) for slot in slots],
            "until": [fmt.day_clock(slot.closes, now) for slot in slots],
            "premium, p/kWh": [slot.premium * 100 for slot in slots],
            "premium, £": [slot.premium * slot.energy_kwh for slot in slots],
            "item": [slot.item_id for slot in slots],
        },
        hide_index=True,
        height=min(245, 38 + 35 * len(slots)),
        column_config={
            "kWh": st.column_config.NumberColumn(format="%.1f"),
            "MW": st.column_config.NumberColumn(format="%.4f"),
            "premium, p/kWh": st.column_config.NumberColumn(format="%.1f"),
            "premium, £": st.column_config.NumberColumn(format="%.2f"),
        },
        alt=f"{fmt.plural(len(slots), 'job slot')} on offer.",
    )


def _booking(market: Market) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        hours = st.selectbox("The grid wants load for, h", NEED_HOURS, 2, key="beckn_need", width=220)
        need = beckn_slots.cleanest_need(session.grid_view(), float(hours))
        start, end = fmt.day_clock(need.start, session.now()), fmt.day_clock(need.end, session.now())
        if st.button("Let a grid agent book one", icon=":material/smart_toy:"):
            _dealt(market, lambda: market.book(need))
    st.caption(f"Its cleanest stretch ahead: {start} to {end}. It takes the lowest premium, the larger job of equals.")


def _dealt(market: Market, deal: Callable[[], object]) -> None:
    """Deal, and show the workspace with what was committed; or say why not."""

    def committed(desk: Desk, here: Workspace) -> Workspace:
        deal()
        return market.jobs.workspace

    if session.change(committed):
        st.rerun()


def _booked(market: Market) -> None:
    desk = beckn_visit.desk()
    market.hear_of_runs()
    orders = desk.orders.listed(market.workspace_id, SLOT)
    if not orders:
        return
    st.markdown("**Who booked what**")
    table = order_table(orders, session.now())
    shown = {name: values for name, values in table.items() if name not in ("window", "kg CO2")}
    formats = {"MW": "%.4f", "£": "%.2f"}
    st.dataframe(
        shown,
        hide_index=True,
        column_config={name: st.column_config.NumberColumn(format=form) for name, form in formats.items()},
        height=min(245, 38 + 35 * len(orders)),
        alt=f"{fmt.plural(len(orders), 'order')} for our job slots.",
    )
    newest = orders[0].transaction_id
    record = market.open(newest).record
    if record.state in IN_FORCE and st.button("The grid agent cancels the newest", icon=":material/cancel:"):
        _dealt(market, lambda: market.cancel(newest))
    with st.expander(f"Steps of the newest booking, {len(record.steps)}"):
        st.caption(f"Transaction {record.transaction_id}")
        beckn_steps.steps(record.steps, "booking")
    _both_sides(newest)


def _both_sides(transaction_id: str) -> None:
    rows = session.platform().trail.rows(session.workspace().id, kind=KIND, text=transaction_id, limit=200)
    pairs = both_sides(rows, transaction_id)
    with st.expander("Both sides of the trail"):
        st.dataframe(
            {
                "action": [pair.action for pair in pairs],
                "message": [pair.message_id for pair in pairs],
                "buyer's hash": [pair.asked[:16] for pair in pairs],
                "our hash": [pair.served[:16] for pair in pairs],
                "same bytes": [pair.agree for pair in pairs],
            },
            hide_index=True,
            alt="Each message as the grid agent and we have noted it.",
        )
