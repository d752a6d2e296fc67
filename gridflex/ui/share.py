"""A link that shows others the same controls, never the visitor's own workspace."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from gridflex.services.workspace import QueueKind
from gridflex.ui import address, replay, session

PRIVATE = ("w",)


def share_link() -> str:
    """The page's address with its controls and the moment shown, without the resume token."""
    page = (st.context.url or "").split("?")[0]
    kept = {name: value for name, value in st.query_params.items() if name not in PRIVATE}
    kept.update(address.parameters(session.controls()))
    kept.update(replay.parameters(session.workspace(), session.now()))
    return f"{page}?{urlencode(kept)}"


def button() -> None:
    """Opens the dialog with the link."""
    if st.button("Share", icon=":material/share:"):
        _dialog()


@st.dialog("Share this view")
def _dialog() -> None:
    st.write("The link carries the controls, the demo, its region and this half-hour; it does not open your workspace.")
    if session.workspace().kind is QueueKind.OWN:
        st.caption("Your own jobs stay yours: the link shows the demo queue.")
    st.code(share_link(), language=None, wrap_lines=True)
