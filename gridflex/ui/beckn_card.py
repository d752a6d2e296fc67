"""The Overview's Beckn card for this visitor."""

from __future__ import annotations

import streamlit as st

from gridflex.services.beckn_board import beckn_card
from gridflex.services.overview import Card
from gridflex.ui import session
from gridflex.ui.beckn_wish import standing


def card() -> Card | None:
    """Windows on offer, how many fit, and when the next begins.

    None until all zones' values are in, and for a real network, whose windows are known only once it is asked.
    """
    desk, state = session.platform().order_desk, st.session_state
    if desk.remote:
        return None
    who = (state.get("replay_at"), state.get("plug"))
    now, tariff = session.now(), session.price()
    windows = desk.board.windows(session.regional(), session.grid_view(), tariff, now, who)
    return None if windows is None else beckn_card(windows, standing(), now)
