"""The frame round every page: navigation, sidebar, and the guard for cold deep links."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from gridflex.agents.grid_view import GridView
from gridflex.domain import format as fmt
from gridflex.domain.controls import Controls, ThresholdMode
from gridflex.domain.provenance import Provenance
from gridflex.domain.regions import GB, REGIONS
from gridflex.services.headline import provenance_sentence, provenance_words
from gridflex.ui import faults, replay, session, site

ROOT = Path(__file__).resolve().parent.parent.parent
QUEUE = ROOT / "pages" / "queue.py"
BECKN = ROOT / "pages" / "beckn.py"
REVENUE = ROOT / "pages" / "revenue.py"
SYSTEM = ROOT / "pages" / "system.py"
# In the page itself: as a file of the visit it would be gone once a slider has drawn its fragments alone.
FAVICON = f"data:image/png;base64,{b64encode((ROOT / 'gridflex/ui/assets/favicon.png').read_bytes()).decode()}"
REFRESH = "30s"
ICONS = {
    Provenance.LIVE: ":material/sensors:",
    Provenance.CACHED: ":material/history:",
    Provenance.ESTIMATED: ":material/query_stats:",
    Provenance.SAMPLE: ":material/science:",
}
COLOURS = {
    Provenance.LIVE: "green",
    Provenance.CACHED: "orange",
    Provenance.ESTIMATED: "orange",
    Provenance.SAMPLE: "gray",
}


def _page(name: str, title: str, icon: str, *, default: bool = False) -> StreamlitPage:
    path = ROOT / "pages" / f"{name}.py"
    return st.Page(path, title=title, icon=f":material/{icon}:", default=default, url_path=name)


def pages() -> dict[str, list[StreamlitPage]]:
    """Pages in their groups, as the navigation lists them."""
    return {
        "Now": [
            _page("overview", "Overview", "bolt", default=True),
            _page("queue", "Queue", "format_list_bulleted"),
        ],
        "Decide": [
            _page("tuning", "Tuning", "tune"),
            _page("revenue", "Revenue", "payments"),
            _page("impact", "Impact", "eco"),
        ],
        "Network": [_page("beckn", "Beckn", "hub")],
        "Under the hood": [
            _page("audit", "Audit", "verified"),
            _page("system", "System", "monitor_heart"),
        ],
    }


def configure() -> None:
    """Title, layout and an icon of our own: without one a browser fetches the page's symbol from another host."""
    st.set_page_config(page_title="GridFlex", page_icon=FAVICON, layout="wide")


def require_router() -> None:
    """First call of every page script.

    A ``pages`` folder beside the router makes a fresh process run a deep-linked page without
    it; this hands such a run to the router's navigation. The router's mark holds for one run.
    """
    if not st.session_state.pop("router_ran", False):
        configure()
        st.navigation(pages(), position="hidden")
        st.rerun()


def sidebar() -> None:
    """Region, data source and the threshold in force; the threshold's slider stands beside its chart."""
    with st.sidebar:
        _badge_in_time()
        site.region_control()
        site.site_settings()
        if "replay_at" not in st.session_state:
            _threshold_in_force(session.workspace().controls)
            if session.workspace().proposal:
                st.page_link(QUEUE, label="A better plan waits for your yes", icon=":material/rule:")
        if session.grid_view().region != GB:
            st.caption(f"{REGIONS[session.grid_view().region]}: forecast only, settles on the last forecast issued.")


def _threshold_in_force(kept: Controls) -> None:
    """The kept plan's; what a slider shows meanwhile is a preview."""
    if kept.mode is ThresholdMode.OFF:
        st.caption("No threshold in force: the gate is off.")
        return
    day = session.grid_view().horizon
    ahead = day.intensity[day.now_index : day.now_index + 48].tolist()
    st.caption(f"Threshold in force: **{fmt.intensity(kept.threshold_in(ahead))}** ({kept.mode})")


def provenance_badge() -> None:
    """Live, cached with its age, estimated or sample: in a word and an icon."""
    _badge(provenance_sentence)


def _badge(say: Callable[[GridView, datetime], str]) -> None:
    view = session.grid_view()
    st.badge(say(view, session.now()), icon=ICONS[view.provenance], color=COLOURS[view.provenance])  # type: ignore[arg-type]


@st.fragment(run_every=REFRESH)
@faults.told("badge")
def _badge_in_time() -> None:
    """The badge alone, short: a run of the whole page would close a dialog someone is filling in."""
    _badge(provenance_words)


@st.fragment(run_every=REFRESH)
@faults.told("freshness")
def freshness() -> None:
    """The badge, kept up to date; the whole page runs again as soon as the grid's values change."""
    seen = st.session_state.get("seen_view")
    view = st.session_state["seen_view"] = session.grid_view()
    provenance_badge()
    if view.error and "replay_at" not in st.session_state:
        st.text(view.error)  # may quote the service, so never as markup
    if seen is not None and seen is not view:
        st.rerun()


def replay_banner() -> None:
    """Say so when the page speaks of another moment, and offer the way back."""
    if "replay_at" not in st.session_state:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.info(f"Replay of {fmt.date_clock(session.now())} · nothing is written", icon=":material/replay:")
        if st.button("Back to live", icon=":material/sensors:"):
            for name in replay.PARAMETERS:
                st.query_params.pop(name, None)
            st.rerun()
