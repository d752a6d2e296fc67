"""After an order is confirmed: its status, a shift of workload, the answer to an alert, a rating, support."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from gridflex.beckn.record import Record
from gridflex.beckn.states import BOOKED, State
from gridflex.domain import format as fmt
from gridflex.services.beckn_commit import IN_FORCE
from gridflex.services.beckn_desk import Opened
from gridflex.ui import beckn_visit


def actions(found: Opened) -> None:
    """The buttons that the order's state allows."""
    record = found.record
    if record.state not in BOOKED | {State.INITIALISED}:
        return
    _alert(record)
    with st.container(horizontal=True):
        if st.button("Status", icon=":material/sync:"):
            beckn_visit.act(found, lambda one: one.journey.status())
        if record.state in IN_FORCE:
            _shift(found)
            if record.alert and not record.alert.answered and st.button("Answer alert", icon=":material/reply:"):
                beckn_visit.act(found, lambda one: one.journey.answer_alert())
        if record.state in BOOKED:
            _rate(found)
        if st.button("Get support", icon=":material/support_agent:"):
            beckn_visit.act(found, lambda one: one.journey.support())
    _metrics(record.metrics)


def _alert(record: Record) -> None:
    alert = record.alert
    if alert is None or record.state not in IN_FORCE:
        return
    (st.info if alert.answered else st.warning)(
        "The alert is answered: the run goes on." if alert.answered else "The provider has raised an alert.",
        icon=":material/bolt:",
    )
    st.text(alert.message or alert.kind)


def _shift(found: Opened) -> None:
    record = found.record
    targets = sorted(
        {one.window.locality for one in record.candidates if one.window.key != record.chosen.window.key}
        if record.chosen
        else ()
    )
    with st.popover(
        "Shift workload", icon=":material/moving:", disabled=record.workload.transfer is None or not targets
    ):
        assert record.terms is not None
        load = record.terms.load_mw * 1e3
        share = st.slider("Part of the load that moves, %", 5, 100, 25, 5, key="beckn_shift")
        target = st.selectbox("To", targets, key="beckn_target")
        st.caption(f"{fmt.power(load * share / 100)} of {fmt.power(load)} leaves the window; the rest goes on.")
        if st.button("Shift", key="beckn_shift_go") and target:
            beckn_visit.act(found, lambda one: one.journey.shift(round(load * share / 1e5, 9), str(target)))


def _rate(found: Opened) -> None:
    with st.popover("Rate", icon=":material/star:"):
        stars = st.feedback("stars", key="beckn_stars")
        words = st.text_input("Comment", max_chars=200, key="beckn_words")
        if st.button("Send", key="beckn_rate_go", disabled=stars is None):
            value = 1 + (stars or 0)
            beckn_visit.act(found, lambda one: one.journey.rate(value, words))


def _metrics(metrics: Mapping[str, Any]) -> None:
    rows = [
        (group, name, str(value))
        for group, values in metrics.items()
        if isinstance(values, dict)
        for name, value in values.items()
    ]
    if rows:
        st.markdown("**What the provider reports of the run**")
        columns = {name: [row[at] for row in rows] for at, name in enumerate(("group", "figure", "value"))}
        st.dataframe(columns, hide_index=True, alt="Figures the provider reports of the finished run.")
