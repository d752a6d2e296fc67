"""The journey as a timeline: each step's sentence, ids, signatures, and both messages behind closed expanders."""

from __future__ import annotations

import json
from collections.abc import Sequence

import streamlit as st

from gridflex.beckn.record import Record, Step
from gridflex.services.beckn_lines import STEP_WORDS, step_facts, step_label, to_come
from gridflex.ui.plain import plain

MESSAGE_PX = 360
MOST_SHOWN = 40_000
"""Characters of a message shown; longer ones are cut, the hash in the trail is of the whole."""


def timeline(record: Record) -> None:
    """Every step taken, oldest first, then those to come."""
    st.subheader("Steps", anchor=False)
    st.caption(f"Transaction {record.transaction_id}")
    steps(record.steps, "journey")
    for name, sentence in to_come(record):
        with st.expander(f"{STEP_WORDS[name]} · to come", icon=":material/radio_button_unchecked:", type="step"):
            st.text(sentence)


def steps(taken: Sequence[Step], where: str) -> None:
    """Steps as a connected timeline.

    ``where`` on the page names its messages' expanders: a session remembers every name and label they had for as long
    as it lives, and its messages would fill it.
    """
    for number, step in enumerate(taken):
        icon = ":material/check_circle:" if step.ok else ":material/error:"
        with st.expander(plain(step_label(step)), icon=icon, type="step"):
            st.text("\n".join(step_facts(step)))
            _message(f"{where} {number}", "Request", step.request)
            _message(f"{where} {number}", "Answer", step.answer)


def _message(key: str, name: str, body: str) -> None:
    """A message, sent to the browser once it is opened."""
    if not body:
        return
    place = st.expander(name, key=f"{key} {name}", on_change="rerun")
    if place.open:
        place.caption(f"{len(body.encode()):,} bytes")
        place.code(_laid_out(body), language="json", height=MESSAGE_PX)


def _laid_out(body: str) -> str:
    try:
        text = json.dumps(json.loads(body), indent=1, ensure_ascii=False)
    except ValueError:
        text = body
    return text if len(text) <= MOST_SHOWN else text[:MOST_SHOWN] + "\n… cut here"
