"""Orders made so far, with their state; a row chosen puts that order on the page."""

from __future__ import annotations

import streamlit as st

from gridflex.domain import format as fmt
from gridflex.services.beckn_lines import order_table
from gridflex.ui import beckn_visit, session


def show() -> None:
    """The list, newest first."""
    orders = [one for one in beckn_visit.desk().listed(session.workspace().id) if one.summary.get("window")]
    st.subheader("Orders", anchor=False)
    if not orders:
        st.caption("No order has been made in this workspace yet.")
        return

    def pick() -> None:
        rows = st.session_state["beckn_past"]["selection"]["rows"]
        if rows:
            beckn_visit.show_order(orders[int(rows[0])])

    st.dataframe(
        order_table(orders, session.now()),
        hide_index=True,
        key="beckn_past",
        on_select=pick,
        selection_mode="single-row",
        column_config={
            "MW": st.column_config.NumberColumn(format="%.4f"),
            "£": st.column_config.NumberColumn(format="%.2f"),
            "kg CO2": st.column_config.NumberColumn(format="%.2f"),
        },
        height=min(245, 38 + 35 * len(orders)),
        alt=f"{fmt.plural(len(orders), 'order')} of this workspace with their state.",
    )
    st.caption("Choose a row to put that order on the page.")
