"""Scenarios on the Tuning page: controls kept under a name, two of them side by side."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from gridflex.domain.controls import Controls
from gridflex.services.scenarios import IN_FORCE, MOST_NAME, ON_PAGE, Figures, figures, side_by_side
from gridflex.ui import exports, planning, session
from gridflex.ui.address import CONTROLS
from gridflex.ui.plain import plain

CHOSEN = "scenario_chosen"


def section() -> None:
    """The form, the two choices, and the table."""
    st.subheader("Scenarios side by side", anchor=False)
    here = session.workspace()
    if "replay_at" not in st.session_state:
        _keep()
    known = {ON_PAGE: session.controls(), IN_FORCE: here.controls, **here.scenarios}
    names = list(known)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        left = st.selectbox("Left", names, index=1, key="scenario_left") or IN_FORCE
        right = st.selectbox("Right", names, key="scenario_right")
        right = right or ON_PAGE
        _handle(right, known[right])
    one, other = (_figures(known[name]) for name in (left, right))
    if one and other:
        _table(left, right, one, other)


def _keep() -> None:
    row = st.form("keep_scenario", border=False, clear_on_submit=True).container(
        horizontal=True, vertical_alignment="bottom"
    )
    name = row.text_input("Name for the controls on this page", max_chars=MOST_NAME, placeholder="night shift")
    kept = row.form_submit_button("Keep scenario", icon=":material/bookmark_add:")
    chosen = session.controls()
    if kept and session.change(lambda desk, here: desk.scenarios.keep(here, name, chosen, session.now())):
        st.session_state["scenario_right"] = list(session.workspace().scenarios)[-1]
        session.announce(plain(f"Kept as {name}."))
        st.rerun()


def _handle(name: str, kept: Controls) -> None:
    """Put the right one on the page, or remove it."""
    if name == ON_PAGE:
        return
    if st.button("Put the right one on the page", icon=":material/tune:"):
        st.session_state[CHOSEN] = kept
        st.rerun()
    if name == IN_FORCE or "replay_at" in st.session_state:
        return
    if st.button("Remove the right one", icon=":material/delete:"):
        if session.change(lambda desk, here: desk.scenarios.remove(here, name, session.now())):
            st.session_state.pop("scenario_right", None)
            st.rerun()


def put_chosen() -> None:
    """Before the page's controls are drawn: set them to the scenario that was to be put there, if one was."""
    kept: Controls | None = st.session_state.pop(CHOSEN, None)
    if kept is None:
        return
    for key, control in CONTROLS.items():
        with suppress(ValueError):  # beyond what its widget can show
            st.session_state[key] = control.read(control.text(kept))


def _figures(chosen: Controls) -> Figures | None:
    return session.attempted(lambda: figures(planning.decisions(chosen)))


def _table(left: str, right: str, one: Figures, other: Figures) -> None:
    rows = side_by_side(one, other)
    import pandas as pd

    table = pd.DataFrame(
        {
            "measure": [row.measure for row in rows],
            f"left: {left}": [row.left for row in rows],
            f"right: {right}": [row.right for row in rows],
            "difference": [row.difference for row in rows],
        }
    )
    said = "; ".join(f"{row.measure} {row.left} and {row.right}" for row in rows)
    st.dataframe(table, hide_index=True, alt=f"Two scenarios side by side: {said}.")
    exports.table_button("Export these scenarios", "gridflex-scenarios.csv", table)
