"""The windows found: as a chart, and as a table with the reason why each was passed over."""

from __future__ import annotations

import streamlit as st

from gridflex.beckn.record import Record
from gridflex.domain import format as fmt
from gridflex.domain.regions import GB
from gridflex.services.beckn_view import window_map, window_table
from gridflex.ui import beckn_visit, session
from gridflex.ui.charts.beckn import windows_figure
from gridflex.ui.charts.style import CONFIG
from gridflex.ui.palette import palette
from gridflex.ui.tables import csv_of

COLUMNS = {
    "from_uk": ("from, UK time", "ddd HH:mm"),
    "until_uk": ("until, UK time", "ddd HH:mm"),
    "run_from_uk": ("run from, UK time", "ddd HH:mm"),
}
NUMBERS = {
    "g_per_kwh": ("g/kWh", "%.1f"),
    "renewable_percent": ("renewable, %", "%.1f"),
    "pence_per_kwh": ("p/kWh", "%.1f"),
    "free_mw": ("MW free", "%.4g"),
    "cost_gbp": ("run, £", "%.2f"),
    "carbon_kg": ("run, kg", "%.2f"),
    "less_kg_than_now": ("kg less than now", "%+.2f"),
    "less_gbp_than_now": ("£ less than now", "%+.2f"),
    "less_kg_than_best_own_start": ("kg less than best own start", "%+.2f"),
    "less_gbp_than_best_own_start": ("£ less than best own start", "%+.2f"),
}


NONE_FITS = (
    "No window fits. Raise the threshold, ask for fewer renewables or give the run more time; the table says why each "
    "was passed over."
)


def found_sentence(record: Record) -> str:
    """8 windows found, 3 fit; the first begins in 2 h 10 min."""
    found, fitting = record.candidates, [one for one in record.candidates if one.fits]
    if record.discovered_at is None:
        return "No window is known" if record.steps else "Nothing has been asked yet"
    said = f"{fmt.plural(len(found), 'window')} found, {len(fitting)} fit"
    if record.unread:
        said += f", {len(record.unread)} could not be read"
    if not fitting:
        return said
    first = min(one.start for one in fitting)
    now = session.now()
    return f"{said} · {'one begins now' if first <= now else f'next in {fmt.span(first - now)}'}"


def chart(record: Record) -> None:
    """When, how clean, how much, for how much."""
    if not record.candidates:
        st.info("No window is known yet. Ask the network for its windows.", icon=":material/search:")
        return
    threshold = record.workload.carbon_threshold
    view = window_map(record.candidates, beckn_visit.preferred(record), threshold, session.now())
    st.plotly_chart(windows_figure(view, palette(session.is_dark())), key="beckn_windows", config=CONFIG, alt=view.alt)
    if beckn_visit.desk().remote:
        said = "All figures are as the network states them."
    else:
        said = (
            "Intensity and price are the Grid agent's own, renewables ahead are estimated from the mix now, capacity "
            "is the sandbox's."
        )
    if record.workload.region == GB:
        said += " The site has no region: windows are compared with the national grid, and all count as at home."
    st.caption(f"Size: MW free. Colour: price. Line: the window's length. {said}")


def table(record: Record, *, pick: bool) -> None:
    """Every window with its verdict; a row picked is ordered instead of the objective's choice."""
    if not record.candidates:
        return
    shown = window_table(
        record, beckn_visit.preferred(record), None if beckn_visit.desk().remote else beckn_visit.outlook()
    )

    def picked() -> None:
        rows = st.session_state["beckn_table"]["selection"]["rows"]
        st.session_state["beckn_pick"] = record.candidates[int(rows[0])].window.key if rows else ""

    columns = {name: st.column_config.DatetimeColumn(label, format=form) for name, (label, form) in COLUMNS.items()}
    numbers = {name: st.column_config.NumberColumn(label, format=form) for name, (label, form) in NUMBERS.items()}
    st.dataframe(
        shown,
        column_config={
            **columns,
            **numbers,
            "verdict": st.column_config.TextColumn("verdict, or why passed over", width=270),
            "moves": st.column_config.TextColumn("transfer"),
            "values": st.column_config.TextColumn("grid values"),
        },
        hide_index=True,
        key="beckn_table",
        on_select=picked if pick else "ignore",
        selection_mode="single-row",
        placeholder="–",
        alt=f"{fmt.plural(len(shown), 'energy window')}, each with its verdict and what it saves against running now.",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        if pick:
            st.caption("The objective chooses; pick a row that fits to order another.")
        st.download_button(
            "Export windows", csv_of(shown), "gridflex-windows.csv", "text/csv", icon=":material/download:",
            on_click="ignore",
        )  # fmt: skip
    for item in record.unread:
        st.text(f"Not read: {item.item_id}: {item.reason}")
