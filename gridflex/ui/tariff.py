"""The energy price: shown with the source of every row, edited as a table."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from gridflex.domain.tariff import DEFAULT_TARIFF, Tariff
from gridflex.services.tariff_table import DAYS, edited_tariff, tariff_table
from gridflex.ui import session


def editor() -> None:
    """An expander with the bands; keeping them is a setting in the trail."""
    here = session.workspace()
    with st.expander(f"Energy price: {here.tariff.name}", icon=":material/payments:"):
        capacity = here.tariff.capacity
        st.caption(
            "Every row names its source, or says assumed. The capacity charge "
            f"(£{capacity.gbp_per_kva_day:.2f} per kVA and day, {capacity.source}) is paid whenever the energy is "
            "used, so no plan changes it."
        )
        edited = st.data_editor(
            tariff_table(here.tariff),
            num_rows="dynamic",
            hide_index=True,
            key=f"tariff_{here.version}",
            disabled="replay_at" in st.session_state,
            column_config={
                "days": st.column_config.SelectboxColumn("days", options=DAYS, required=True),
                "GBP/kWh": st.column_config.NumberColumn("GBP/kWh", format="%.5f", min_value=-10.0, max_value=10.0),
            },
            alt="The tariff's bands: name, days, hours and price of each.",
        )
        with st.container(horizontal=True):
            if st.button("Use this tariff", disabled="replay_at" in st.session_state):
                _keep(lambda: edited_tariff(here.tariff, edited))
            if here.tariff != DEFAULT_TARIFF and st.button("Back to the default"):
                _keep(lambda: DEFAULT_TARIFF)


def _keep(tariff: Callable[[], Tariff]) -> None:
    if session.change(lambda desk, here: desk.change_tariff(here, tariff(), session.now())):
        st.rerun()
