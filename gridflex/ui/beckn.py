"""The Beckn page: windows found, the order's steps, what follows it, and our own job slots."""

from __future__ import annotations

import streamlit as st

from gridflex.beckn.record import Record
from gridflex.beckn.states import State
from gridflex.domain import format as fmt
from gridflex.services.beckn_desk import Opened, advance, next_step, run_rest
from gridflex.services.beckn_errands import Errand
from gridflex.services.beckn_lines import STEP_WORDS, trouble
from gridflex.ui import (
    beckn_after,
    beckn_bench,
    beckn_market,
    beckn_orders,
    beckn_steps,
    beckn_visit,
    beckn_windows,
    faults,
    frame,
    session,
)
from gridflex.ui.beckn_wish import Asked, controls_of_wish
from gridflex.ui.plain import plain

CANCELLABLE = frozenset({State.QUOTED, State.INITIALISED, State.CONFIRMED, State.IN_PROGRESS})
UNMADE = frozenset({State.FAILED, State.CANCELLED})
STATE_COLOURS = {
    State.CONFIRMED: "green",
    State.IN_PROGRESS: "green",
    State.COMPLETED: "green",
    State.FAILED: "red",
    State.EXPIRED: "orange",
    State.CANCELLED: "gray",
}


def show() -> None:
    """The whole page."""
    _top()
    frame.replay_banner()
    beckn_visit.refresh_outlook()
    if "replay_at" in st.session_state:
        _replay()
        return
    beckn_visit.look_after()
    found = _order()
    if found is not None:
        beckn_steps.timeline(found.record)
        beckn_after.actions(found)
    beckn_bench.show()
    beckn_orders.show()
    beckn_market.show()


def _top() -> None:
    desk = beckn_visit.desk()
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        st.title("Beckn", width="content")
        if desk.remote:
            st.badge(f"speaking to {plain(desk.network)}", icon=":material/public:", color="blue")
        else:
            st.badge("speaking to the embedded sandbox: nothing is sold", icon=":material/science:", color="gray")


@st.fragment
@faults.told("order")
def _order() -> Opened | None:
    """Controls, windows and buttons: what a slider moves."""
    kept = beckn_visit.at_hand()
    errand = beckn_visit.desk().errands.look(kept.record.transaction_id) if kept else None
    if kept and errand and errand.done:
        beckn_visit.finish(kept, errand.report)
    under_way = kept is not None and kept.record.state not in beckn_visit.UNDECIDED
    head = st.container()
    left, right = st.columns([2, 3], gap="medium")
    with left:
        asked = controls_of_wish(fixed=under_way)
    found = beckn_visit.opened(asked, kept)
    if beckn_visit.is_stale(found.record) and not beckn_visit.desk().remote:
        found.journey.discover()
        st.session_state["beckn_txn"] = found.record.transaction_id
    with head:
        _headline(found.record)
        if errand and not errand.done:
            _waiting(errand)
        else:
            _buttons(found)
    with right:
        beckn_windows.chart(found.record)
    beckn_windows.table(found.record, pick=not under_way)
    return found


@st.fragment(run_every="1s")
@faults.told("waiting")
def _waiting(errand: Errand) -> None:
    """A peer may take half a minute; the page is there meanwhile."""
    if errand.done:
        st.rerun()
    waited = max((session.now() - errand.since).total_seconds(), 0.0)
    st.info(f"Waiting for the network, {waited:.0f} s. You may leave; the step goes on.", icon=":material/hourglass:")


def _headline(record: Record) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(record.state.value, color=STATE_COLOURS.get(record.state, "blue"))  # type: ignore[arg-type]
        st.markdown(f"**{plain(_said(record))}**")
    if wrong := trouble(record):
        st.warning(f"{plain(wrong)}. The queue keeps its plan.", icon=":material/error:")
    elif record.candidates and not record.choice and not any(one.fits for one in record.candidates):
        st.info(beckn_windows.NONE_FITS, icon=":material/search_off:")


def _said(record: Record) -> str:
    if record.terms is None or record.chosen is None:
        return beckn_windows.found_sentence(record)
    terms, window = record.terms, record.chosen.window
    when = fmt.day_clock(terms.start, session.now())
    return (
        f"{window.name}: {terms.load_mw:.4g} MW from {when} for {fmt.hours(terms.hours)}, "
        f"{fmt.money(terms.cost_gbp)}, {fmt.carbon(terms.carbon_budget_kg * 1e3)} · order {record.order_id}"
    )


def _buttons(found: Opened) -> None:
    record, name = found.record, next_step(found.record)
    pick = beckn_visit.picked(record)
    with st.container(horizontal=True):
        if name:
            if st.button("Run all", icon=":material/fast_forward:", help="Every step to a confirmed order"):
                beckn_visit.act(found, lambda one: run_rest(one, pick))
            if st.button(f"Next step: {STEP_WORDS[name].lower()}", icon=":material/skip_next:"):
                beckn_visit.act(found, lambda one: advance(one, pick))
        if record.state is State.DISCOVERED and st.button("Ask again", icon=":material/refresh:"):
            beckn_visit.act(found, lambda one: one.journey.discover())
        if record.state in CANCELLABLE and st.button("Cancel order", icon=":material/cancel:"):
            beckn_visit.act(found, lambda one: one.journey.cancel())
        if record.state in UNMADE and record.choice and st.button("Try another window", icon=":material/replay:"):
            _again(found)
        if record.state not in beckn_visit.UNDECIDED and st.button("New order", icon=":material/add:"):
            st.session_state["beckn_txn"] = beckn_visit.NEW
            st.rerun()


def _again(found: Opened) -> None:
    """A new journey for the same workload that leaves the failed window out."""
    desk, deal = beckn_visit.desk(), beckn_visit.dealing()
    other = desk.begin(deal, found.record.workload, found.keeper.queue, without=found.journey)
    beckn_visit.act(other, advance)


def _replay() -> None:
    head = st.container()
    left, right = st.columns([2, 3], gap="medium")
    with left:
        asked: Asked = controls_of_wish(fixed=False)
    journey = beckn_visit.replayed(asked)
    with head:
        st.markdown(f"**{plain(beckn_windows.found_sentence(journey.record))}**")
        st.caption("A replay orders nothing; go back to live to order a window.")
    with right:
        beckn_windows.chart(journey.record)
    beckn_windows.table(journey.record, pick=False)
