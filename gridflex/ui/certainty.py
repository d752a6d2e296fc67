"""How sure the plan is: the forecast one band off, each job's start then, and how the stated chances held."""

from __future__ import annotations

import streamlit as st

from gridflex.agents.orchestrator import Decisions
from gridflex.domain import format as fmt
from gridflex.services.sensitivity import Case, case_table, job_starts
from gridflex.services.settled_rows import calibration_rows, settled_table
from gridflex.ui import exports, job_drawer, planning, session

TABLE_HEIGHT = 320
MOST_SETTLED = 5000


def show(decided: Decisions, cases: list[Case]) -> None:
    """Sensitivity of the whole plan, and of each job."""
    st.subheader("If the forecast is off by one band", anchor=False)
    table = case_table(cases)
    st.dataframe(
        table,
        hide_index=True,
        column_config={"this plan then saves, kg": st.column_config.NumberColumn(format="%.1f")},
        alt="What the plan saves, and how many jobs would be decided otherwise, with the forecast one band off.",
    )
    _jobs(decided, cases)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Choose a row to open the job: what each possible start would cost, the chosen one marked.")
        exports.table_button("Export the sensitivity", "gridflex-sensitivity.csv", table)


def _jobs(decided: Decisions, cases: list[Case]) -> None:
    starts = job_starts(decided, cases)
    times = {name: st.column_config.DatetimeColumn(name, format="ddd D MMM HH:mm") for name in starts.columns[1:]}
    chosen = st.dataframe(
        starts,
        hide_index=True,
        column_config=times,
        height=min(TABLE_HEIGHT, 38 + 35 * len(starts)),
        on_select="rerun",
        selection_mode="single-row",
        key="job_starts",
        placeholder="–",
        alt=f"Start of {fmt.plural(len(starts), 'job')} as planned, and with the forecast one band lower and higher.",
    )
    job_drawer.open_chosen("job_starts", [int(starts.index[row]) for row in chosen.selection.rows])


def calibrated() -> None:
    """Of the deferrals told 10 %, how many were worse."""
    st.subheader("How the stated chances held", anchor=False)
    here, shared = session.workspace(), session.platform()
    rows = planning.remembered(
        "settled", (here,), lambda: shared.trail.rows(here.id, kind="settled", limit=MOST_SETTLED)
    )
    bins = calibration_rows(settled_table(rows))
    if not bins:
        st.caption("No deferral that was told its chance of being worse has been settled yet.")
        return
    st.dataframe(
        {
            "told, from %": [100 * each.low for each in bins],
            "to below %": [100 * each.high for each in bins],
            "runs settled": [each.count for each in bins],
            "mean told, %": [100 * each.told for each in bins],
            "were worse, %": [100 * each.worse for each in bins],
        },
        hide_index=True,
        column_config={
            name: st.column_config.NumberColumn(format="%.0f") for name in ("mean told, %", "were worse, %")
        },
        alt="Deferrals by the chance of being worse that was stated, and the share that was.",
    )
