"""Carbon accounts of the period: figures side by side, never summed, and the report that recomputes."""

from __future__ import annotations

import streamlit as st

from gridflex.domain.halfhours import uk_time
from gridflex.errors import InputError
from gridflex.services.impact_view import Impact, book_of
from gridflex.ui import session
from gridflex.ui.plain import plain


def show(view: Impact, source: str) -> None:
    """The accounts under the chosen policy, and their report; ``source`` names the intensity they are settled on."""
    from gridflex.backtest.accounting import report_csv
    from gridflex.backtest.report_page import report_page

    st.subheader("Carbon accounts", anchor=False)
    certified = st.number_input("Renewable certificates, MWh", 0.0, 1e6, 0.0, 1.0, key="impact_certificates")
    try:
        book = book_of(view, session.workspace().site.pue, certified)
    except InputError as problem:
        st.info(plain(str(problem)), icon=":material/data_usage:")
        return
    st.dataframe(
        {
            "figure": [
                "Metered energy, kWh",
                "Operational estimate (average intensity), kgCO2",
                "Marginal estimate (gas turbine, stated), kgCO2",
                "Scope 2 location-based, kgCO2e",
                "Scope 2 market-based, kgCO2e",
            ],
            "value": [
                float(book.metered_kwh.sum()),
                float(book.operational_kg.sum()),
                book.marginal_kg,
                book.location_kg,
                book.market_kg,
            ],
        },
        hide_index=True,
        column_config={"value": st.column_config.NumberColumn("value", format="%,.1f")},
        alt="Carbon accounts: energy, operational and marginal estimate, scope 2 by location and by market.",
    )
    st.caption("These figures answer different questions and are not added up. The report holds every half-hour.")
    prepared = uk_time(session.now()).date()
    with st.container(horizontal=True):
        st.download_button(
            "Export the report, CSV", lambda: report_csv(book, prepared, source), "gridflex-carbon-accounts.csv",
            "text/csv", icon=":material/download:", on_click="ignore", key="export_accounts",
        )  # fmt: skip
        st.download_button(
            "Printable page", lambda: report_page(book, prepared, source), "gridflex-carbon-accounts.html",
            "text/html", icon=":material/print:", on_click="ignore", key="print_accounts",
        )  # fmt: skip
