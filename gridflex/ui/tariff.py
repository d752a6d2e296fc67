"""The energy price: shown with the source of every row, edited as a table."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from gridflex.domain.tariff import DEFAULT_TARIFF, Follows, Tariff
from gridflex.markets.forward import PublishedTariff
from gridflex.services.price_ahead import price_ahead
from gridflex.services.tariff_table import DAYS, edited_tariff, tariff_table
from gridflex.services.workspace import Workspace
from gridflex.ui import faults, session
from gridflex.ui.charts.price import price_figure
from gridflex.ui.charts.style import CONFIG
from gridflex.ui.palette import palette

FOLLOW = {Follows.AGILE: "Follow Octopus Agile", Follows.ROWS: "Follow the rows above"}


@st.fragment
@faults.told("tariff")
def editor() -> None:
    """An expander with the bands, not sent before it is unfolded; keeping them is a setting in the trail."""
    folded = st.expander("Energy price", icon=":material/payments:", key="tariff", on_change="rerun")
    if folded.open or "tariff_sent" in st.session_state:  # folded again it keeps what was edited
        st.session_state["tariff_sent"] = True
        with folded:
            _bands(session.workspace())


def _bands(here: Workspace) -> None:
    capacity = here.tariff.capacity
    st.caption(
        f"In force: {here.tariff.name}. Every row names its source, or says assumed. Octopus Agile, the one price "
        "published ahead, may stand in for what a half-hourly contract follows: a domestic tariff, here without VAT. "
        f"The capacity charge (£{capacity.gbp_per_kva_day:.2f} per kVA and day, {capacity.source}) is paid whenever "
        "the energy is used, so no plan changes it."
    )
    _agile(here.tariff)
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
        other = Follows.ROWS if here.tariff.follows is Follows.AGILE else Follows.AGILE
        if st.button(FOLLOW[other], icon=":material/query_stats:", disabled="replay_at" in st.session_state):
            _keep(lambda: here.tariff.model_copy(update={"follows": other}))
        if here.tariff != DEFAULT_TARIFF and st.button("Back to the default"):
            _keep(lambda: DEFAULT_TARIFF)


def _agile(tariff: Tariff) -> None:
    """What a site that follows Agile pays: published where it is, a profile with its band beyond."""
    if tariff.follows is Follows.ROWS:
        return
    price, horizon = session.price(), session.grid_view().horizon
    if not isinstance(price, PublishedTariff):
        said = "Octopus Agile cannot be read here and now; the rows below price the energy."
        st.warning(said, icon=":material/cloud_off:")
        return
    ahead = price_ahead(price, horizon)
    if ahead is None:
        return
    st.text(ahead.sentence)
    chart = price_figure(ahead, palette(session.is_dark()))
    st.plotly_chart(chart, key="agile", config=CONFIG, alt=ahead.sentence)


def _keep(tariff: Callable[[], Tariff]) -> None:
    if session.change(lambda desk, here: desk.change_tariff(here, tariff(), session.now())):
        st.rerun()
