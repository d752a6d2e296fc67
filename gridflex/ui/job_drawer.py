"""A job's drawer: its chart, its sentence, and a person's word on it."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from gridflex.domain import format as fmt
from gridflex.domain.decisions import Action, Rationale
from gridflex.domain.halfhours import HALF_HOUR
from gridflex.services.job_detail import JobDetail, job_detail
from gridflex.services.overrides import Override
from gridflex.ui import faults, frame, planning, session
from gridflex.ui.charts.job import job_figure
from gridflex.ui.charts.style import CONFIG
from gridflex.ui.palette import palette
from gridflex.ui.plain import plain

CHOICES = {"Run now": Action.EXECUTE_NOW, "Hold until": Action.DEFER, "Cancel": Action.CANCEL}


def open_chosen(table: str, rows: list[int]) -> None:
    """Open the drawer of the job chosen in a table, once for each choice; ``rows`` are rows of the queue."""
    shown = f"drawer_of_{table}"
    if rows and st.session_state.get(shown) != rows:
        st.session_state[shown] = rows
        open_drawer(rows[0])
    elif not rows:
        st.session_state.pop(shown, None)


@st.dialog("Job", position="right", width="large")
@faults.told("open_drawer")
def open_drawer(row: int) -> None:
    """Everything about one job's decision."""
    found = job_detail(planning.decisions(), row)
    job = found.job
    st.text(job.job_id)
    run = f"{fmt.power(job.power_kw)} for {fmt.hours(job.duration_hours)}"
    starts = f"may start {found.axis.labels[0]} to {found.axis.labels[-1]}" if len(found.carbon_kg) > 1 else "one start"
    st.caption(plain(f"{job.kind} · {job.priority} · {fmt.energy(job.energy_kwh)} · {run} · {starts}"))
    st.markdown(f"**{job.sentence}**")
    st.caption(f"Rationale: {job.rationale.replace('_', ' ')}. {found.issued}")
    _chart(found)
    here = session.workspace()
    bound = here.before.bound(row)
    if reason := here.reasons.get(job.job_id):
        st.text(f"{'Bound by' if bound else 'Last word on it:'} {reason}")
    if "replay_at" in st.session_state:
        return
    _over_beckn(found, bound)
    if not bound:
        _override(found)


def _over_beckn(found: JobDetail, bound: bool) -> None:
    """The way to the job's order, or to one for it where it may still be moved."""
    ordered = bound and found.job.rationale is Rationale.WINDOW_ORDERED
    if not ordered and (bound or len(found.carbon_kg) < 2):
        return
    if st.button("Show its order" if ordered else "Book a window over Beckn", icon=":material/hub:"):
        st.session_state.update(beckn_job=found.job.job_id, beckn_txn="")
        st.switch_page(frame.BECKN)


def _chart(found: JobDetail) -> None:
    if len(found.carbon_kg) < 2:
        st.caption("It has only one possible start.")
        return
    st.plotly_chart(job_figure(found, palette(session.is_dark())), key="job_chart", config=CONFIG, alt=found.alt)


def _override(found: JobDetail) -> None:
    job, now = found.job, session.now()
    if job.start and job.start <= now and job.action is not Action.EXECUTE_NOW:
        return
    with st.form("override", border=True):
        st.markdown("**Override**")
        choice = st.segmented_control("What", list(CHOICES), default="Run now", required=True)
        hours = st.number_input("Hold for, hours from now", 0.5, 48.0, 2.0, 0.5)
        reason = st.text_input("Reason (goes into the audit trail)", max_chars=200)
        if not st.form_submit_button("Override", icon=":material/front_hand:"):
            return
        until = now + timedelta(hours=hours) // HALF_HOUR * HALF_HOUR
        word = Override(job.job_id, CHOICES[choice or "Run now"], reason, until)
        if session.change(lambda desk, here: desk.override(here, word, now)):
            session.announce("Done; it stands in the audit trail.")
            st.rerun()
