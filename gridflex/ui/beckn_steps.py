"""The journey as a timeline: each step's sentence, ids, signatures, and both messages behind closed expanders."""

from __future__ import annotations

import json
from collections.abc import Sequence

import streamlit as st

from gridflex.beckn.record import Record, Step
from gridflex.services.beckn_view import step_facts, step_label
from gridflex.ui.plain import plain

MOST_SHOWN = 40_000
"""Characters of a message shown; longer ones are cut, the hash in the trail is of the whole."""


def timeline(record: Record) -> None:
    """Every step taken, oldest first."""
    st.subheader("Steps", anchor=False)
    st.text(f"Transaction {record.transaction_id}")
    steps(record.steps)


def steps(taken: Sequence[Step]) -> None:
    """Steps as a connected timeline."""
    for step in taken:
        with st.status(plain(step_label(step)), state="complete" if step.ok else "error", type="step"):
            for fact in step_facts(step):
                st.text(fact)
            _message("Request", step.request)
            _message("Answer", step.answer)


def _message(name: str, body: str) -> None:
    if body:
        with st.expander(f"{name}, {len(body.encode()):,} bytes"):
            st.code(_laid_out(body), language="json")


def _laid_out(body: str) -> str:
    try:
        text = json.dumps(json.loads(body), indent=1, ensure_ascii=False)
    except ValueError:
        text = body
    return text if len(text) <= MOST_SHOWN else text[:MOST_SHOWN] + "\n… cut here"
