"""How far forecasts were off by lead time: of this backtest, and of the archive as it was issued."""

from __future__ import annotations

import streamlit as st

from gridflex.services.impact_errors import error_sentence, error_table, errors_of
from gridflex.services.impact_view import Impact
from gridflex.ui import planning, session
from gridflex.ui.charts.impact import errors_figure
from gridflex.ui.charts.style import CONFIG
from gridflex.ui.palette import palette
from gridflex.ui.plain import plain
from gridflex.ui.tables import rows_below


def show(view: Impact) -> None:
    """Chart, sentence and rows."""
    st.subheader("Forecast error by lead time", anchor=False)
    archive = session.platform().grid.errors.by_lead(session.now())
    found = planning.remembered("impact_errors", (view.result, archive), lambda: errors_of(view.result, archive))
    said = error_sentence(found)
    st.plotly_chart(
        errors_figure(found, palette(session.is_dark())), key="impact_errors_chart", config=CONFIG, alt=said
    )
    st.caption(plain(said))
    rows_below("Rows of the forecast error", "impact-errors", error_table(found))
