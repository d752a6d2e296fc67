"""The System page: state of every part, and three proofs at a button each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from urllib.parse import urlsplit

import streamlit as st

from gridflex.domain import format as fmt
from gridflex.services.endpoints import ENDPOINTS
from gridflex.services.proof import altered_copy, brute_force
from gridflex.services.system_view import StatusRow, agent_rows, source_rows, uptime_row, version_rows
from gridflex.ui import faults, frame, planning, session, workspace
from gridflex.ui.plain import plain

REFRESH = "15s"


def show() -> None:
    """The whole page."""
    st.title("System")
    frame.replay_banner()
    _state()
    workspace.section()
    _proofs()
    _api()
    with st.expander("Versions and settings in force"):
        shared = session.platform()
        _listed(version_rows(), ("part", "version"), "Versions of GridFlex and its libraries.")
        _listed(shared.settings.described(), ("setting", "value", "from"), "Settings and where each came from.")
        st.caption(f"Running since {fmt.date_clock(shared.started_at)} UK time.")


@st.fragment(run_every=REFRESH)
@faults.told("state")
def _state() -> None:
    frame.provenance_badge()
    rows = [
        *agent_rows(planning.decisions()),
        *source_rows(session.platform(), session.workspace().site.region),
        uptime_row(session.checks()),
    ]
    _status_table(rows)


def _status_table(rows: list[StatusRow]) -> None:
    columns = {name: [asdict(row)[name] for row in rows] for name in ("part", "state", "since", "note")}
    widths = {"since": st.column_config.TextColumn(width=125), "note": st.column_config.TextColumn(width="large")}
    st.dataframe(columns, hide_index=True, column_config=widths, alt="State of agents, sources and the store.")


def _listed(rows: Sequence[tuple[str, ...]], names: tuple[str, ...], alt: str) -> None:
    st.dataframe({name: [row[i] for row in rows] for i, name in enumerate(names)}, hide_index=True, alt=alt)


def _api() -> None:
    """Each endpoint with its curl line, and its present answer one click away."""
    with st.expander("The same agents over HTTP", icon=":material/api:"):
        if not session.checks().counting:
            st.caption("Served as a plain script, this dashboard has no API: `make run` serves both on one port.")
            return
        parts = urlsplit(st.context.url or "")
        base = f"{parts.scheme}://{parts.netloc}"
        st.caption(
            "Every path also answers under /api. An address opens its present answer; the documentation is at /docs."
        )
        columns = {
            "method": [one.method for one in ENDPOINTS],
            "answer": [one.address(base) if one.method == "GET" else None for one in ENDPOINTS],
            "what": [one.what for one in ENDPOINTS],
            "curl": [one.curl(base) for one in ENDPOINTS],
        }
        link = st.column_config.LinkColumn("answer", display_text=r"^https?://[^/]+(/[^?]*)")
        wide = st.column_config.TextColumn("curl", width="large")
        st.dataframe(
            columns, hide_index=True, column_config={"answer": link, "curl": wide}, placeholder="by curl",
            alt="The API's endpoints: method, address of the present answer, what it is, and a curl line.",
        )  # fmt: skip


def _proofs() -> None:
    st.subheader("Prove it", anchor=False)
    places = st.grid(3, min_column_width=260, border=True)
    for proof in (_brute_force, _break_copy, _unplug):
        with places.cell():
            proof()


def _brute_force() -> None:
    st.markdown("**Try every start**")
    st.caption("One job, every start in its window, costed one by one, against what best window chooses.")
    if st.button("Try every start", icon=":material/calculate:"):
        st.session_state["proved_starts"] = brute_force(planning.decisions()), session.now()
    if kept := st.session_state.get("proved_starts"):
        found, at = kept
        (st.success if found.equal else st.error)(plain(f"{fmt.clock(at)} · {found.sentence}"))


def _break_copy() -> None:
    st.markdown("**Alter a copy of the trail**")
    st.caption("One row of a copy is changed; verification must name it. The trail itself is untouched.")
    replaying = "replay_at" in st.session_state
    if st.button("Alter a copy", icon=":material/link_off:", disabled=replaying):
        copy = session.platform().trail.export(session.workspace().id)
        st.session_state["proved_chain"] = *altered_copy(copy), session.now()
    if kept := st.session_state.get("proved_chain"):
        row, said, at = kept
        st.error(
            f"{fmt.clock(at)} · Row {row} of the copy was altered. Verification says: {said}.",
            icon=":material/link_off:",
        )


def _unplug() -> None:
    st.markdown("**Unplug the grid**")
    st.caption("For this visit alone: the cards go to cached, then sample; the decisions go on. Others notice nothing.")
    options = ["live", *session.UNPLUGGED]
    st.segmented_control("Grid", options, default=options[0], required=True, key="plug", persist_state="session")
