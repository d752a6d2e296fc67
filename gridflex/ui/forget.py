"""Forget me: the visitor's workspace deleted, its trail's hashes left."""

from __future__ import annotations

import streamlit as st

from gridflex.ui import session


def section() -> None:
    """What goes, what stays, a confirmation, and the button."""
    with st.expander("Forget me", icon=":material/delete_forever:"):
        st.write(
            "Deletes this workspace: its queue, settings, orders, rules and keys. The address you have now opens it no "
            "more. Of the audit trail the content goes; each row's hash, time, kind and subject (such as a job's name) "
            "stay, so that an earlier export can still be proven."
        )
        # The browser keeps a tick under its key: after each forgetting there is another box, not yet ticked.
        key = f"forget_sure_{st.session_state.get('forgotten', 0)}"
        sure = st.checkbox("Yes, delete all of it; it cannot be undone.", key=key)
        if st.button("Forget me", disabled=not sure, icon=":material/delete_forever:"):
            _forget()


def _forget() -> None:
    session.platform().forget(session.workspace().id, session.now(), "asked for by its visitor")
    times = st.session_state.get("forgotten", 0) + 1
    st.session_state.clear()
    st.session_state["forgotten"] = times
    st.query_params.clear()
    session.announce("Your workspace is forgotten. This is a new one.")
    st.rerun()
