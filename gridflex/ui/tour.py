"""Five minutes with GridFlex: what to try, in order."""

from __future__ import annotations

import streamlit as st

from gridflex.ui import frame

STEPS = (
    (
        "Read the first sentence",
        "What the grid is doing now, what was decided for the queue, and what that saves.",
        None,
    ),
    ("Move the threshold", "The chart, the sentences and the cards follow. Nothing is written until you say so.", None),
    ("Replay a still winter evening", "The Replay menu opens chosen moments of a sample year.", None),
    (
        "Open the queue",
        "Each job says why it waits or runs. Hold one, run one now: the audit trail remembers.",
        (frame.QUEUE, "Queue"),
    ),
    (
        "Prove it",
        "On System: try every start of a job by brute force, break a copied trail, unplug the grid.",
        (frame.SYSTEM, "System"),
    ),
)
"""Title, what to do, and the page it is done on where that is another one."""


def button() -> None:
    """Opens the tour."""
    if st.button("5-minute tour", icon=":material/explore:"):
        _dialog()


@st.dialog("Five minutes with GridFlex")
def _dialog() -> None:
    for number, (title, text, elsewhere) in enumerate(STEPS, 1):
        st.markdown(f"**{number}. {title}**  \n{text}")
        if elsewhere:
            page, name = elsewhere
            st.page_link(page, label=name, icon=":material/arrow_forward:")
