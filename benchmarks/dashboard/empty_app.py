"""The floor: an almost empty Streamlit app, with a dashboard's parts and nothing to say.

Two pages, three metrics with a sparkline, a slider that moves a chart in the script and one
that moves a chart in a fragment.
"""

import streamlit as st

from benchmarks.dashboard.floor import VALUES, figure, frozen, moved


def now() -> None:
    """The page that is measured."""
    st.title("Now")
    moved()
    for column, name in zip(st.columns(3), ("intensity", "price", "power"), strict=True):
        column.metric(name, "150", chart_data=VALUES, border=True)
    limit = st.slider("limit", 0, 400, 150, 5, key="limit", bind="query-params")
    st.plotly_chart(figure(limit), key="script_chart")


def about() -> None:
    """The other page."""
    st.title("About")


frozen()
st.navigation([st.Page(now, default=True), st.Page(about)]).run()
