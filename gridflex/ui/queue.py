"""The Queue page: totals, timeline, table with a drawer for each job, and the decision feed."""

from __future__ import annotations

import streamlit as st

from gridflex.agents.orchestrator import Decisions
from gridflex.domain import format as fmt
from gridflex.domain.job_frame import totals_by
from gridflex.planning.policies import POLICIES
from gridflex.services.headline import totals, worth_words
from gridflex.services.job_table import ACTION_WORDS, MOST_SENTENCES, job_table
from gridflex.services.proof_lines import certificate_line
from gridflex.services.timeline import timeline
from gridflex.ui import controls, exports, feed, frame, intake, job_drawer, planning, session, steering
from gridflex.ui.charts.style import CONFIG, legend
from gridflex.ui.charts.timeline import marks, timeline_figure
from gridflex.ui.palette import palette

ACTION_COLOURS = {"run": "#0F766E", "wait": "#B58900", "shift region": "#2B6CB0", "cancelled": "#8A8F98"}
TABLE_HEIGHT = 560
SENTENCE_ROW = 66
"""A row of three lines, px: above 4 rem the table wraps its text."""
FIRST = ("job", "action", "start_uk", "saved_kg", "saved_gbp", "why")
"""Seen without scrolling on a desktop; what a row is made of stands to their right."""


def show() -> None:
    """The whole page."""
    st.title("Queue")
    frame.replay_banner()
    if not len(session.workspace().frame):
        _empty()
        return
    decided = controls.planned()
    _header(decided)
    controls.keep_button()
    drawn, colours = timeline(decided, decided.rules.cap_kw), palette(session.is_dark())
    st.caption(f"Strip, carbon intensity: {legend(marks(colours))}")
    st.plotly_chart(timeline_figure(drawn, colours), key="timeline", config=CONFIG, alt=drawn.alt)
    _table(decided)
    _totals(decided)
    feed.show()


def _empty() -> None:
    st.info("The queue is empty. Add a job, upload a file, or start a demo.", icon=":material/inbox:")
    intake.buttons()


def _header(decided: Decisions) -> None:
    sums = totals(decided)
    movable = int((~decided.plan.queue.fixed).sum())
    kwh = float(decided.plan.queue.energy_kwh.sum())
    saves = f"plan {worth_words(sums.saved_g, sums.saved_gbp, sums.saved_share)}"
    if decided.rules.site_capped:
        saves += " against first come, first served under the cap"
    st.markdown(f"**{fmt.plural(sums.jobs, 'job')} · {fmt.energy(kwh)} · {movable:,} deferrable · {saves}**")
    policy = POLICIES[decided.plan.policy].title
    st.caption(f"Showing: {session.workspace().kind.label} · policy: {policy} · {certificate_line(decided)}")
    intake.buttons()
    steering.toolbar()


def _totals(decided: Decisions) -> None:
    folded = st.expander("Totals by kind and priority", key="totals", on_change="rerun")
    if not folded.open:
        return
    with folded:
        for column in ("kind", "priority"):
            sums = totals_by(decided.frame, column).reset_index()
            st.dataframe(
                sums,
                hide_index=True,
                column_config={
                    "may_wait": st.column_config.NumberColumn("may wait"),
                    "energy_kwh": st.column_config.NumberColumn("energy, kWh", format="%.1f"),
                    "power_kw": st.column_config.NumberColumn("power if all ran, kW", format="%.1f"),
                },
                alt=f"Jobs, energy and power by {column}.",
            )


def _table(decided: Decisions) -> None:
    table = planning.remembered("job_table", (decided,), lambda: job_table(decided))
    shown = table.drop(columns=["start_utc"])
    shown["action"] = table["action"].map(lambda word: [word])
    words = list(ACTION_WORDS.values())
    colours = [ACTION_COLOURS.get(word, "#8A8F98") for word in words]
    wraps = len(table) <= MOST_SENTENCES
    columns = {
        "job": st.column_config.TextColumn("job", width=84),
        "action": st.column_config.MultiselectColumn("action", options=words, color=colours, width=92),
        "energy_kwh": st.column_config.NumberColumn("energy, kWh", format="%.1f"),
        "power_kw": st.column_config.NumberColumn("power, kW", format="%.1f"),
        "duration_h": st.column_config.NumberColumn("run, h", format="%.2f"),
        "start_uk": st.column_config.DatetimeColumn("start, UK time", format="ddd D MMM HH:mm", width=124),
        "latest_start_uk": st.column_config.DatetimeColumn("latest start, UK time", format="ddd D MMM HH:mm"),
        "at_once_g_per_kwh": st.column_config.NumberColumn("at once, g/kWh", format="%.0f"),
        "planned_g_per_kwh": st.column_config.NumberColumn("planned, g/kWh", format="%.0f"),
        "saved_kg": st.column_config.NumberColumn("saves, kg", format="%.1f", width=74),
        "saved_gbp": st.column_config.NumberColumn("saves, £", format="%.2f", width=72),
        "why": st.column_config.TextColumn("why", width=360),
    }
    chosen = st.dataframe(
        shown,
        column_config=columns,
        column_order=(*FIRST, *(name for name in shown.columns if name not in FIRST)),
        hide_index=True,
        row_height=SENTENCE_ROW if wraps else None,
        height=min(TABLE_HEIGHT, 38 + (SENTENCE_ROW if wraps else 35) * len(shown)),
        on_select="rerun",
        selection_mode="single-row",
        key="jobs",
        placeholder="–",
        alt=f"Table of {fmt.plural(len(shown), 'job')} with the decision for each and its reason.",
    )
    job_drawer.open_chosen("jobs", [int(row) for row in chosen.selection.rows])
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Choose a row to open the job.")
        exports.table_button("Export this table", "gridflex-decisions.csv", table)
        exports.plan_buttons(decided)
