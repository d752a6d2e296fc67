"""The System page's part about the visitor's own workspace."""

from __future__ import annotations

import streamlit as st

from gridflex.ui import forget, keys, rules, steering


def section() -> None:
    """What the visitor may set here; a replay has none of it."""
    if "replay_at" in st.session_state:
        return
    st.subheader("Workspace", anchor=False)
    steering.mode_control()
    rules.section()
    keys.section()
    forget.section()
