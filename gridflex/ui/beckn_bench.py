"""The test bench: how the sandbox is spoken to, and what it is told to do wrong."""

from __future__ import annotations

import streamlit as st

from gridflex.beckn.provider.misbehaviour import Misbehaviour
from gridflex.beckn.vocabulary import Dialect, Mode
from gridflex.ui import beckn_visit


def show() -> None:
    """The expander; a real network has none."""
    if beckn_visit.desk().remote:
        return
    with st.expander("Test bench: make the sandbox misbehave", icon=":material/bug_report:"):
        fault = st.selectbox(
            "Misbehaviour",
            [str(one) for one in Misbehaviour],
            key="beckn_fault",
            persist_state="session",
            help="Happens at the step its sentence names, in the next steps taken.",
        )
        st.caption(Misbehaviour(fault or "none").sentence)
        with st.container(horizontal=True):
            st.segmented_control(
                "Answers", [str(mode) for mode in reversed(Mode)], default="async", required=True, key="beckn_mode",
                persist_state="session",
                help="Async: an ACK, then the answer posted to us. Sync: in the HTTP response, as an adapter does.",
            )  # fmt: skip
            st.segmented_control(
                "Dialect", [str(one) for one in Dialect], default="deg", required=True, key="beckn_dialect",
                persist_state="session",
                help="Deg: as in the guide's examples. Core: what the core schema validates.",
            )  # fmt: skip
