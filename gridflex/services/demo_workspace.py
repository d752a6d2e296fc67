"""A workspace to begin with: a demo queue, and nothing decided."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pandas as pd

from gridflex.agents.commitments import Commitments
from gridflex.agents.demo_queue import fifteen_jobs, site_day
from gridflex.domain.controls import Controls, Site
from gridflex.domain.halfhours import floor_half_hour
from gridflex.services.workspace import QueueKind, Workspace

DEMO_SEED = 42


def demo_workspace(token: str, name: str, at: datetime, seed: int, kind: QueueKind) -> Workspace:
    """A workspace with a demo queue released at ``at`` and nothing decided."""
    make: Callable[[int, datetime], pd.DataFrame] = site_day if kind is QueueKind.DAY else fifteen_jobs
    anchor = floor_half_hour(at)
    frame = make(seed, anchor)
    return Workspace(
        token, name, 0, seed, kind, anchor, anchor, Site(), Controls(), frame, Commitments.none(len(frame))
    )
