"""The decision feed: newest first, from the trail, as it was written."""

from __future__ import annotations

import json

import streamlit as st

from gridflex.domain import format as fmt
from gridflex.ui import session

SHOWN = 12


def show() -> None:
    """The newest decisions of this workspace."""
    st.subheader("Decision feed", anchor=False)
    if "replay_at" in st.session_state:
        st.caption("A replay writes no decisions; the feed is the live workspace's alone.")
        return
    lines(SHOWN)


def button(last: int) -> None:
    """Opens the ``last`` decisions, and tells how many this workspace has made so far."""
    made = session.platform().trail.count(session.workspace().id, kind="decision")
    if st.button(f"Last {last}, of {made:,} so far", icon=":material/history:"):
        _dialog(last)


@st.dialog("The last decisions", width="large")
def _dialog(last: int) -> None:
    lines(last)


def lines(limit: int) -> None:
    """The newest decisions, a line each."""
    rows = session.platform().trail.rows(session.workspace().id, kind="decision", limit=limit)
    if not rows:
        st.caption("Nothing has been decided yet.")
    for row in rows:
        said = row.data or {}
        sentence, why = said.get("sentence", "content erased"), said.get("rationale", "").replace("_", " ")
        st.text(f"{fmt.date_clock(row.moment)} · {row.subject}: {sentence} [{why}]")


def as_json(content: str | None) -> str:
    """Content of a row, laid out to be read."""
    return "erased" if content is None else json.dumps(json.loads(content), indent=2, ensure_ascii=False)
