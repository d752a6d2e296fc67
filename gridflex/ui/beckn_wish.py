"""What is wished for: a workload or a job, how clean a window must be, whether the work may move."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from gridflex.agents.rules import objective_of
from gridflex.beckn.candidates import Transfer, Workload
from gridflex.domain import format as fmt
from gridflex.domain.decisions import Rationale
from gridflex.domain.regions import REGIONS
from gridflex.planning.rationale import RATIONALES
from gridflex.services.beckn_commit import queue_name
from gridflex.services.beckn_outlook import REGIONS_SOLD
from gridflex.services.beckn_workload import (
    Load,
    Wish,
    imagined,
    movable_rows,
    queued,
    threshold_in_force,
    workload_of,
)
from gridflex.ui import controls, planning, session

ENERGIES = (10, 25, 50, 100, 150, 200, 300, 500, 750, 1000, 2000, 4800, 10_000, 20_000, 40_000)
HOURS = (0.5, 1, 2, 3, 4, 5, 6, 8, 10, 12, 24)
WITHIN = (6, 12, 18, 24, 30, 36, 47)
IMAGINED = "an imagined workload"
MOST_JOBS = 300
TRANSFER_H, TRANSFER_KWH = 0.5, 2.0
ENERGY_KWH, RUN_HOURS, WITHIN_HOURS = 150, 4, 36


@dataclass(frozen=True)
class Asked:
    """The workload as the controls stand, and the queue its job is from (empty: imagined)."""

    workload: Workload
    queue: str = ""


def controls_of_wish(*, fixed: bool) -> Asked:
    """The controls; ``fixed`` while an order is under way, which no slider changes any more."""
    rows = _jobs()
    name = st.selectbox(
        "What is to run",
        [IMAGINED, *rows],
        key="beckn_job",
        bind="query-params",
        persist_state="session",
        on_change=lambda: st.session_state.update(beckn_txn=""),
        help="An imagined workload, or a job of the queue: an order for it moves the job.",
    )
    controls.threshold_controls()
    renewables = st.slider(
        "Renewables at least, %",
        0,
        100,
        0,
        5,
        key="renewables",
        bind="query-params",
        persist_state="session",
        help="Wind, solar and hydro of the window's zone; biomass is not counted.",
    )
    load = (
        _imagined() if name not in rows else queued(planning.decisions(session.workspace().controls), rows[str(name)])
    )
    view, site, chosen = session.grid_view(), session.workspace().site, session.controls()
    wish = _moving(Wish(threshold_in_force(chosen, view), renewables))
    workload = workload_of(load, view, site, wish, objective_of(chosen))
    power = fmt.power(workload.load_mw * 1e3)
    st.caption(
        f"{fmt.energy(load.energy_kwh)} over {fmt.hours(load.hours)} × PUE {site.pue:g} is **{power}**; "
        f"done by {fmt.date_clock(workload.deadline)}."
        + (" The order under way keeps its own figures." if fixed else "")
    )
    return Asked(workload, queue_name(session.workspace()) if name in rows else "")


def standing() -> Workload:
    """The imagined workload as it was left on the page, without its controls."""
    state, view, site = st.session_state, session.grid_view(), session.workspace().site
    hours = float(state.get("run_hours") or RUN_HOURS)
    within = max(float(state.get("within_hours") or WITHIN_HOURS), hours)
    load = imagined(float(state.get("workload_kwh") or ENERGY_KWH), hours, within, view)
    chosen = session.controls()
    transfer = Transfer(hours=TRANSFER_H, energy_kwh=TRANSFER_KWH) if state.get("beckn_moves", True) else None
    wish = Wish(
        threshold_in_force(chosen, view),
        float(state.get("renewables") or 0),
        tuple(state.get("beckn_regions") or ()),
        transfer,
    )
    return workload_of(load, view, site, wish, objective_of(chosen))


def _jobs() -> dict[str, int]:
    """Jobs of the queue that may move, by id, and their rows."""
    decided = planning.decisions(session.workspace().controls)
    ids = decided.frame["job_id"]
    return {str(ids.iat[row]): row for row in _offered(movable_rows(decided))}


def _offered(rows: list[int]) -> list[int]:
    """First those with an order for a window, then those that are free."""
    before = session.workspace().before
    ordered = before.pinned & (before.rationale == RATIONALES.index(Rationale.WINDOW_ORDERED))
    return [*np.flatnonzero(ordered).tolist(), *(row for row in rows if not before.pinned[row])][:MOST_JOBS]


def _imagined() -> Load:
    energy = st.select_slider(
        "Workload energy, kWh",
        ENERGIES,
        ENERGY_KWH,
        key="workload_kwh",
        bind="query-params",
        persist_state="session",
        help="What the machines use over the whole run.",
    )
    hours = st.select_slider(
        "Runs for, h", HOURS, RUN_HOURS, key="run_hours", bind="query-params", persist_state="session", help="Duration."
    )
    within = st.select_slider(
        "Done within, h",
        WITHIN,
        WITHIN_HOURS,
        key="within_hours",
        bind="query-params",
        persist_state="session",
        help="Its deadline, counted from now.",
    )
    return imagined(float(energy), float(hours), max(float(within), float(hours)), session.grid_view())


def _moving(wish: Wish) -> Wish:
    """Whether and where the work may run elsewhere, and what a move takes."""
    with st.popover("Where it may run", icon=":material/moving:"):
        regions = st.multiselect(
            "Regions (none chosen: all)",
            list(REGIONS_SOLD),
            format_func=REGIONS.__getitem__,
            key="beckn_regions",
            persist_state="session",
        )
        movable = st.toggle("The work can move to another zone", value=True, key="beckn_moves", persist_state="session")
        hours = st.number_input("Transfer, hours (assumed)", 0.0, 24.0, TRANSFER_H, 0.5, disabled=not movable)
        kwh = st.number_input("Transfer, kWh (assumed)", 0.0, 1000.0, TRANSFER_KWH, 1.0, disabled=not movable)
    transfer = Transfer(hours=hours, energy_kwh=kwh) if movable else None
    return Wish(wish.threshold, wish.renewables, tuple(regions), transfer)
