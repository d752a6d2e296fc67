"""Keys to the visitor's own workspace: made, named, seen in use, revoked."""

from __future__ import annotations

import streamlit as st

from gridflex.domain import format as fmt
from gridflex.store.api_keys import MOST_NAME, ApiKey, ApiKeys
from gridflex.ui import session
from gridflex.ui.plain import plain


def section() -> None:
    """The list, a form for one more, and a way to revoke each."""
    with st.expander("API keys", icon=":material/key:"):
        st.caption("A key opens this workspace over the API, in the header X-GridFlex-Key or as a bearer token.")
        store, here = ApiKeys(session.platform().database), session.workspace()
        _make(store, here.id)
        _listed(store, here.id)


def _make(store: ApiKeys, workspace_id: str) -> None:
    with st.form("new_key", border=False, clear_on_submit=True):
        name = st.text_input("Name of a new key", max_chars=MOST_NAME, placeholder="nightly import")
        if st.form_submit_button("Create key", icon=":material/add:"):
            made = session.attempted(lambda: store.create(workspace_id, name, session.now()))
            if made is None:
                return
            st.code(made[1], language=None)
            st.warning("Copy it now: it is shown this once. What is kept is its hash.", icon=":material/content_copy:")


def _listed(store: ApiKeys, workspace_id: str) -> None:
    keys = store.all(workspace_id)
    if not keys:
        st.caption("There is no key yet.")
        return
    rows = {
        "name": [key.name for key in keys],
        "created": [fmt.date_clock(key.created_at) for key in keys],
        "last used": [fmt.date_clock(key.last_used_at) if key.last_used_at else "never" for key in keys],
        "state": ["revoked" if key.revoked_at else "in use" for key in keys],
    }
    st.dataframe(rows, hide_index=True, alt="Keys to this workspace: name, created, last used, state.")
    in_use = [key for key in keys if key.revoked_at is None]
    if in_use:
        _revoke(store, workspace_id, in_use)


def _revoke(store: ApiKeys, workspace_id: str, keys: list[ApiKey]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox("Key to revoke", keys, format_func=lambda key: f"{key.name} ({key.id[:4]})")
        if st.button("Revoke", icon=":material/block:"):
            store.revoke(workspace_id, chosen.id, session.now())
            session.announce(plain(f"Key {chosen.name} opens nothing any more."))
            st.rerun()
