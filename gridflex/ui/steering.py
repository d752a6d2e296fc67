"""Words on the whole queue: the answer to a proposal, run everything, hold, let go, undo; and the mode."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import streamlit as st

from gridflex.domain import format as fmt
from gridflex.domain.halfhours import epoch_half_hour, floor_half_hour
from gridflex.domain.modes import Mode
from gridflex.services.beckn_undo import undo
from gridflex.services.desk import Desk
from gridflex.services.workspace import Workspace
from gridflex.ui import session
from gridflex.ui.plain import plain

BY_CLICK = "asked for on the Queue page"
HOLD_HOURS = (1, 2, 4, 8, 12)


def toolbar() -> None:
    """Under the queue's buttons; a replay has none."""
    if "replay_at" in st.session_state:
        return
    here = session.workspace()
    _proposal(here)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"Mode: **{here.mode}**", width="content")
        if here.mode is Mode.ADVISE and st.button("Start what is advised", icon=":material/play_arrow:"):
            _do(lambda desk, own: desk.steer.run_everything(own, BY_CLICK, session.now(), advised_only=True))
        if st.button("Run everything now", icon=":material/play_circle:", help="All jobs that wait start at once."):
            _do(lambda desk, own: desk.steer.run_everything(own, BY_CLICK, session.now()))
        # A key that changes with what was last done: the popover closes when its form has been sent.
        with st.popover(
            "Hold deferrable until …",
            icon=":material/pause_circle:",
            key=f"hold_after_{here.last and here.last.at}",
        ):
            _hold_form()
        held = here.before.pinned & ~here.before.ordered & ~here.before.begun(epoch_half_hour(session.now()) + 1)
        if held.any():
            if st.button("Let the plan decide again", icon=":material/lock_open:"):
                _do(lambda desk, own: desk.steer.let_go(own, BY_CLICK, session.now()))
        if here.last and st.button("Undo", icon=":material/undo:", help=plain(f"Takes back: {here.last.said}")):
            orders = session.platform().order_desk.orders
            _do(lambda desk, own: undo(desk, orders, own, session.now()), f"Taken back: {here.last.said}.")


def mode_control() -> None:
    """The mode in force, and another."""
    here = session.workspace()
    chosen = st.segmented_control(
        "Mode", list(Mode), default=here.mode, required=True, format_func=str, key=f"mode_{here.mode}"
    )
    st.caption(Mode(chosen).sentence)
    if chosen is not here.mode:
        _do(lambda desk, own: desk.steer.set_mode(own, Mode(chosen), session.now()), f"The mode is {chosen} now.")


def _proposal(here: Workspace) -> None:
    if here.proposal is None:
        return
    made_at = here.proposal.made_at
    with st.container(border=True):
        st.markdown(f"**A better plan waits for your yes.** {here.proposal.sentence}")
        with st.container(horizontal=True):
            yes = st.button("Approve", icon=":material/check:")
            if yes or st.button("Keep the plan as it is"):
                _do(lambda desk, own: desk.steer.answer(own, made_at, yes, session.now()))


def _hold_form() -> None:
    now = session.now()
    with st.form("hold", border=False):
        times = [floor_half_hour(now) + timedelta(hours=hours) for hours in HOLD_HOURS]
        until = st.selectbox("Until, UK time", times, index=1, format_func=lambda at: fmt.day_clock(at, now))
        reason = st.text_input("Why (goes into the audit trail)", BY_CLICK, max_chars=200)
        st.caption("Critical jobs are never held. A job whose window closes sooner runs at its last start.")
        if st.form_submit_button("Hold", icon=":material/pause_circle:"):
            _do(lambda desk, own: desk.steer.hold(own, until, reason, now))


def _do(make: Callable[[Desk, Workspace], Workspace], said: str = "Done; it stands in the audit trail.") -> None:
    if session.change(make):
        session.announce(plain(said))
        st.rerun()
