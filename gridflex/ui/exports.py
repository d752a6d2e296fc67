"""The plan to take away: as a calendar, and as commands for two schedulers; made only when asked for."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from gridflex.agents.orchestrator import Decisions
from gridflex.services.plan_export import calendar, kubernetes_commands, slurm_commands
from gridflex.ui import session
from gridflex.ui.tables import csv_of

if TYPE_CHECKING:
    import pandas as pd

PLANS = (
    ("Calendar", "gridflex-plan.ics", "text/calendar", calendar),
    ("Slurm commands", "gridflex-plan-slurm.sh", "text/plain", slurm_commands),
    ("Kubernetes commands", "gridflex-plan-kubectl.sh", "text/plain", kubernetes_commands),
)


def plan_buttons(decided: Decisions) -> None:
    """The plan's three files."""
    now = session.now()
    for title, name, mime, make in PLANS:
        st.download_button(title, partial(make, decided, now), name, mime, on_click="ignore", key=name)


def table_button(label: str, name: str, table: pd.DataFrame) -> None:
    """A table as CSV, exactly as it is shown."""
    made = partial(csv_of, table)
    st.download_button(label, made, name, "text/csv", icon=":material/download:", on_click="ignore", key=name)
