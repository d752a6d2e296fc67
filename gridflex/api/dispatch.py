"""A plan from a visit: previewed, or changed at the desk and on disk before it is answered."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np

from gridflex.agents.orchestrator import Decisions
from gridflex.api.models.jobs import job_decisions
from gridflex.api.models.plans import PlanOut, Summary
from gridflex.api.visits import Visit
from gridflex.errors import InputError
from gridflex.services.desk import Desk
from gridflex.services.workspace import Workspace

MOST_ANSWERED = 200
"""Decisions of a plan that are answered where nobody named any."""


def dispatched(
    visit: Visit, change: Callable[[Desk, Workspace], Workspace], job_ids: Sequence[str] | None = None
) -> PlanOut:
    """Change the workspace and answer with its new plan; raises what the desk raises, and nothing is written then."""
    began = time.perf_counter()
    changed = change(visit.parts.platform.desk, visit.workspace)
    took = (time.perf_counter() - began) * 1e3
    visit.parts.meter.dispatches.add(took)
    return plan_out(visit.at(changed), visit.at(changed).decisions(), job_ids, dispatch_time_ms=took)


def plan_out(
    visit: Visit,
    decisions: Decisions,
    job_ids: Sequence[str] | None = None,
    *,
    dispatch_time_ms: float | None = None,
) -> PlanOut:
    """The plan, with the decisions of some jobs or the first of all. Raises InputError for an id that is not there."""
    return PlanOut(
        recorded=dispatch_time_ms is not None,
        demo=visit.workspace.is_demo,
        workspace_id=visit.workspace.id or None,
        dispatch_time_ms=dispatch_time_ms,
        summary=Summary.of(decisions),
        decisions_total=len(decisions),
        decisions=job_decisions(decisions, _rows(decisions, job_ids)),
    )


def require_known(workspace: Workspace, job_ids: Sequence[str] | None) -> None:
    """Raises InputError for an id that is not in the queue."""
    known = set(workspace.frame["job_id"])
    for name in job_ids or ():
        if name not in known:
            raise InputError(f"There is no job {name!r} in the queue.")


def _rows(decisions: Decisions, job_ids: Sequence[str] | None) -> Sequence[int]:
    if job_ids is None:
        return range(min(len(decisions), MOST_ANSWERED))
    rows: list[int] = np.flatnonzero(decisions.frame["job_id"].isin(list(job_ids))).tolist()
    return rows
