"""Ways to bring jobs in: one in a form, a file, the table itself; and the way back to a demo."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import streamlit as st
from pydantic import ValidationError

from gridflex.agents.intake import MAX_ROWS, Intake, export_csv, read_jobs, validate_edited
from gridflex.domain import format as fmt
from gridflex.domain.halfhours import floor_half_hour
from gridflex.domain.job_frame import JOB_DTYPES, frame_from_jobs
from gridflex.domain.jobs import Job, JobKind, Priority
from gridflex.errors import GridFlexError
from gridflex.services.workspace import QueueKind
from gridflex.ui import faults, session
from gridflex.ui.plain import plain

MOST_LISTED = 200
MOST_EDITED = 500
UPLOAD_MB = 10


def buttons() -> None:
    """The row of buttons above the queue."""
    if "replay_at" in st.session_state:
        return
    here = session.workspace()
    with st.container(horizontal=True):
        if st.button("Add job", icon=":material/add:"):
            _add_dialog()
        if st.button("Upload CSV or JSON", icon=":material/upload:"):
            _upload_dialog()
        if st.button("Edit the table", icon=":material/edit:", disabled=len(here.frame) > MOST_EDITED):
            _edit_dialog()
        st.download_button(
            "Export jobs", partial(export_csv, here.frame), "gridflex-jobs.csv", "text/csv", icon=":material/download:",
            on_click="ignore",
        )  # fmt: skip
        if st.button("Re-plan", icon=":material/refresh:"):
            chosen = session.controls()
            if session.change(lambda desk, here: desk.adopt(here, chosen, session.now(), "asked for by the visitor")):
                session.announce("Planned anew.")
                st.rerun()
        for kind, label in ((QueueKind.DEMO, "15 jobs"), (QueueKind.DAY, "A site's day")):
            if here.kind is not kind and st.button(label, key=f"demo_{kind}"):
                start_demo(kind)


def start_demo(kind: QueueKind) -> None:
    """Begin again with a demo queue."""
    if session.change(lambda desk, here: desk.restart(here, kind, session.now())):
        st.rerun()


@st.dialog("Add a job")
@faults.told("add_dialog")
def _add_dialog() -> None:
    with st.form("add_job", border=False):
        job_id = st.text_input("Job id", max_chars=64)
        kind = st.selectbox("Kind", [str(kind) for kind in JobKind], index=5)
        priority = st.selectbox("Priority", [str(word) for word in Priority], index=3)
        energy = st.slider("Workload energy, kWh", 1, 1000, 150)
        hours = st.number_input("Run, hours", 0.1, 168.0, 5.0, 0.5)
        wait = st.number_input("May finish up to, hours from now (deadline)", 0.5, 336.0, 24.0, 0.5)
        pause = st.toggle("It can pause and go on", value=False)
        if not st.form_submit_button("Add job"):
            return
    now = session.now()
    try:
        job = Job(
            job_id=job_id, kind=kind, priority=Priority(priority), energy_kwh=energy, duration_hours=hours,
            release=floor_half_hour(now), deadline=now + timedelta(hours=wait), interruptible=pause,
        )  # fmt: skip
    except ValidationError as problem:
        first = problem.errors()[0]
        where = first["loc"][0] if first["loc"] else "The job"
        st.error(plain(f"{where}: {first['msg'].removeprefix('Value error, ')}"))
        return
    cause = f"job {job.job_id} added by hand"
    if session.change(lambda desk, here: desk.take_jobs(here, frame_from_jobs([job]), now, cause=cause, add=True)):
        session.announce("The job is in the queue. The plan is made.")
        st.rerun()


@st.dialog("Upload jobs", width="large")
@faults.told("upload_dialog")
def _upload_dialog() -> None:
    st.write(
        f"CSV, JSON, `squeue --json`, the Standard Workload Format or a GAIA trace, plain or gzipped; up to "
        f"{UPLOAD_MB} MB and {MAX_ROWS:,} jobs. Every wrong row is listed; the good ones are kept."
    )
    file = st.file_uploader("File of jobs", key="upload", max_upload_size=UPLOAD_MB)
    if file is None:
        return
    try:
        found = read_jobs(file.name, file.getvalue(), session.now())
    except GridFlexError as problem:
        st.error(plain(str(problem)))
        return
    _report(found)
    these = "this job" if len(found.frame) == 1 else f"these {len(found.frame):,} jobs"
    if len(found.frame) and st.button(f"Use {these}"):
        _take(found, f"uploaded as {found.format}")


def _report(found: Intake) -> None:
    st.text(found.sentence)
    for note in found.notes:
        st.caption(plain(note))
    if found.problems:
        rest = "the others can be used" if len(found.frame) else "none is left to use"
        st.warning(f"{fmt.plural(found.refused, 'row')} refused; {rest}.", icon=":material/rule:")
        rows = [(p.row, p.column, p.value, p.allowed) for p in found.problems[:MOST_LISTED]]
        st.dataframe(
            {name: [row[i] for row in rows] for i, name in enumerate(("row", "column", "value", "allowed"))},
            hide_index=True,
            alt="Rows that were refused, with the column, the value and what is allowed.",
        )
        if len(found.problems) > MOST_LISTED:
            st.caption(f"The first {MOST_LISTED} of {len(found.problems):,} are shown.")


@st.dialog("Edit the table", width="large")
@faults.told("edit_dialog")
def _edit_dialog() -> None:
    here = session.workspace()
    edited = st.data_editor(
        here.frame[list(JOB_DTYPES)], num_rows="dynamic", hide_index=True, key="edited", alt="The queue, editable"
    )
    if not st.button("Use this table"):
        return
    try:
        found = validate_edited(edited, session.now())
    except GridFlexError as problem:
        st.error(plain(str(problem)))
        return
    if found.problems:
        _report(found)
        return
    _take(found, "edited by hand")


def _take(found: Intake, cause: str) -> None:
    if session.change(lambda desk, here: desk.take_jobs(here, found.frame, session.now(), cause=cause)):
        refused = f", {fmt.plural(found.refused, 'row')} refused" if found.refused else ""
        session.announce(f"{fmt.plural(len(found.frame), 'job')} taken{refused}. The plan is made.")
        st.rerun()
