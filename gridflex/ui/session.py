"""One visit: the shared platform, the visitor's workspace, and the moment the pages speak of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import streamlit as st

from gridflex.agents.grid_view import GridView
from gridflex.agents.ports import PricePort
from gridflex.domain.controls import Controls
from gridflex.domain.provenance import Provenance
from gridflex.errors import Conflict, GridFlexError, InputError, PlanError
from gridflex.services.desk import Desk
from gridflex.services.markets import MarketView, published_view
from gridflex.services.platform import Clock, Platform, build_platform
from gridflex.services.self_checks import SelfChecks, self_checks
from gridflex.services.workspace import Workspace
from gridflex.settings import read_settings
from gridflex.sources.http import utc_now
from gridflex.ui import address, faults, replay
from gridflex.ui.plain import plain

UNPLUGGED = {"source down": Provenance.CACHED, "no data": Provenance.SAMPLE}
"""What is left of the grid when a visitor pulls its plug on the System page."""


Kept = TypeVar("Kept")


@st.cache_resource(show_spinner=False)
def platform(_clock: Clock = utc_now) -> Platform:
    """Sources, store and agents of this process; whoever asks first may bring another clock than the machine's."""
    return build_platform(read_settings(), _clock)


@st.cache_resource(show_spinner=False)
def checks() -> SelfChecks:
    """The process's checks of itself."""
    return self_checks(platform())


def open_visit(page: str) -> None:
    """Before any page: find the visitor's workspace or begin one, and keep its token in the address."""
    state = st.session_state
    state["router_ran"] = True
    address.carry(page)
    wanted = replay.read({name: st.query_params[name] for name in replay.PARAMETERS if name in st.query_params})
    if wanted is None:
        state.pop("replay_at", None)
        _open_workspace()
    elif "replay_at" not in state or state.get("replayed") != wanted:
        demo = platform().desk.replayed(wanted.at, wanted.seed, wanted.kind, wanted.region)
        state["replay_at"], state["replayed"], state["replay"] = wanted.at, wanted, demo
        address.restore(workspace().controls)
    address.note(page, workspace().controls)
    if said := state.pop("announced", None):
        st.toast(said, icon=":material/verified:")


def _open_workspace() -> None:
    token = st.query_params.get("w") or st.session_state.get("token")
    kept: Workspace | None = st.session_state.get("workspace")
    if kept is None or kept.token != token:
        known, kept = None, platform().desk.open(token, now())
    else:
        known, kept = kept.controls, platform().desk.current(kept, now())
    if kept.controls != known:
        address.restore(kept.controls)
    keep(kept)
    if st.query_params.get("w") != kept.token:
        st.query_params["w"] = kept.token


def now() -> datetime:
    """The visitor's present: the wall clock, or the replayed half-hour."""
    replayed: datetime | None = st.session_state.get("replay_at")
    return replayed or platform().clock()


def workspace() -> Workspace:
    """The visitor's workspace, or the replay's."""
    found: Workspace = st.session_state["replay" if "replay_at" in st.session_state else "workspace"]
    return found


def keep(changed: Workspace) -> None:
    """Show a workspace that was just written."""
    st.session_state["workspace"], st.session_state["token"] = changed, changed.token


def change(make: Callable[[Desk, Workspace], Workspace]) -> bool:
    """Change the workspace at the desk and show the result; else say in a sentence why not.

    Where another tab was first, its workspace is taken up, so that nothing is overwritten unseen.
    """
    here = workspace()
    try:
        keep(make(platform().desk, here))
    except Conflict as conflict:
        keep(platform().desk.open(here.token, now()))
        st.toast(f"{conflict} It has been; please try again.", icon=":material/sync_problem:")
        return False
    except GridFlexError as problem:
        st.error(faults.sentence(problem, "change"))
        return False
    return True


def attempted(do: Callable[[], Kept]) -> Kept | None:
    """What ``do`` gives; where it refuses what a person asked for None, and its sentence on the page."""
    try:
        return do()
    except (InputError, PlanError) as problem:
        st.error(plain(str(problem)))
        return None


def announce(text: str) -> None:
    """Say it in a toast after the rerun that follows, which would swallow one shown before it."""
    st.session_state["announced"] = text


def grid_view() -> GridView:
    """The grid for the visitor's region, tariff and moment; with the plug pulled, if this visitor pulled it."""
    return regional()(workspace().site.region)


def regional() -> Callable[[int], GridView]:
    """The grid of any region for the visitor's tariff and moment; other threads may ask."""
    tariff, grid, at = price(), platform().grid, now()
    if "replay_at" in st.session_state:
        return lambda region: grid.replay(region, at, tariff)
    if left := UNPLUGGED.get(st.session_state.get("plug", "")):
        return lambda region: grid.unplugged(region, at, tariff, left=left)
    return lambda region: grid.view(region, at, tariff)


def price() -> PricePort:
    """The visitor's energy price: what the site's tariff follows; its rows in a replay and with the plug pulled."""
    here = workspace()
    if "replay_at" in st.session_state or st.session_state.get("plug", "") in UNPLUGGED:
        return here.tariff
    return platform().grid.price_of(here.site.region, here.tariff)


def market() -> MarketView:
    """The markets at the visitor's moment: published levels and sample prices in a replay and with the plug pulled."""
    at = now()
    if "replay_at" in st.session_state or st.session_state.get("plug", "") in UNPLUGGED:
        return published_view(at)
    return platform().markets.view(at)


def controls() -> Controls:
    """The controls as they stand on the page: a preview until the visitor keeps them."""
    return address.chosen(workspace().controls)


def is_dark() -> bool:
    """Whether the visitor's theme is dark."""
    return st.context.theme.type == "dark"
