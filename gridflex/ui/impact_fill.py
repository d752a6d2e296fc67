"""The archive filled for a backtest's period: a bar while it goes on, a sentence when it is over."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from gridflex.domain.halfhours import floor_half_hour, uk_midnight
from gridflex.services.impact_fill import Filling, Fills
from gridflex.services.impact_study import Asked
from gridflex.store.workspaces import new_token
from gridflex.ui import session
from gridflex.ui.plain import plain

LOOK = "1s"


@st.cache_resource(show_spinner=False)
def fills() -> Fills:
    """Those of this process."""
    return Fills()


def start(asked: Asked) -> None:
    """Ask the services for what the archive misses of the period."""
    begin, end = uk_midnight(asked.first), uk_midnight(asked.last + timedelta(days=1))
    records = session.platform().fillable(asked.region)
    fills().start(_visitor(), records, begin, min(end, floor_half_hour(session.now())))


def _visitor() -> str:
    name: str = st.session_state.setdefault("filling_visitor", new_token())
    return name


def progress() -> None:
    """The bar of a filling under way; what the last one came to."""
    filling = fills().of(_visitor())
    if filling is None:
        return
    if filling.over:
        (st.info if filling.done and not filling.done.stopped else st.warning)(
            plain(filling.sentence), icon=":material/cloud_download:"
        )
    else:
        _watch(filling)


@st.fragment(run_every=LOOK)
def _watch(filling: Filling) -> None:
    """Looks once a second; the whole page runs again when it is over."""
    if filling.over:
        st.rerun()
    st.progress(min(filling.share, 1.0), f"Filling the archive in pieces of 13 days · {100 * filling.share:.0f} %")
    if st.button("Stop filling", icon=":material/stop:", key="cancel_fill"):
        filling.stopped.set()
