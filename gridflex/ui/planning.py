"""What the page plans with: columns of the queue, and decisions under its controls, each made once for many reruns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import streamlit as st

from gridflex.agents.grid_view import GridView
from gridflex.agents.orchestrator import Decisions
from gridflex.domain.controls import Controls
from gridflex.planning.queue import Queue
from gridflex.services.demand_view import DemandView, expected_demand
from gridflex.services.possible import possible_g
from gridflex.services.workspace import Workspace
from gridflex.ui import session

Kept = TypeVar("Kept")


def decisions(chosen: Controls | None = None) -> Decisions:
    """Decisions under the controls on the page, or others; made once for the page's and for those in force."""
    here, shown = prepared(), session.controls()
    wanted = chosen or shown

    def decide() -> Decisions:
        return session.platform().desk.decide(here.workspace, here.view, wanted, here.queue)

    if wanted == shown:
        return remembered("decisions", (here, wanted), decide)
    if wanted == here.workspace.controls:
        return remembered("decisions_in_force", (here, wanted), decide)
    return decide()


def capped() -> bool:
    """Whether a limit binds the jobs together, so that planning takes a moment."""
    site, chosen = session.workspace().site, session.controls()
    return any((site.cap_kw, site.cap_gpus, chosen.cap_kw, chosen.carbon_cap, chosen.carbon_cap_kg))


@dataclass(frozen=True, eq=False)
class Prepared:
    """What stays the same while a slider moves."""

    workspace: Workspace
    view: GridView
    queue: Queue
    possible_g: float
    demand: DemandView | None


def prepared() -> Prepared:
    """Columns of the queue on the horizon, and what follows from them alone; made anew when either changes."""
    here, view = session.workspace(), session.grid_view()
    kept: Prepared | None = st.session_state.get("prepared")
    if kept is None or kept.workspace is not here or kept.view is not view:
        queue = session.platform().desk.prepare(here, view)
        kept = Prepared(here, view, queue, possible_g(queue, view.horizon, here.before), expected_demand(here, view))
        st.session_state["prepared"] = kept
    return kept


def remembered(name: str, key: tuple[object, ...], make: Callable[[], Kept]) -> Kept:
    """What ``make`` gave for this ``key``, kept until another key comes; equal parts may be compared by identity."""
    kept = st.session_state.get(name)
    if kept is None or not all(a is b or a == b for a, b in zip(kept[0], key, strict=True)):
        kept = st.session_state[name] = (key, make())
    found: Kept = kept[1]
    return found
