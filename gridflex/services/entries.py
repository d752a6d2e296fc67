"""What goes into the audit trail: one row for a plan, one for each job it changes."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import numpy as np

from gridflex.agents.commitments import NOT_YET, Commitments
from gridflex.agents.explain import explain
from gridflex.agents.grid import GridView
from gridflex.agents.orchestrator import Decisions
from gridflex.domain.decisions import Action
from gridflex.planning.horizon import Bools, Ints
from gridflex.services.workspace import Workspace
from gridflex.store.chain import Entry


def changed_rows(old: Commitments, new: Commitments) -> Ints:
    """Rows of the queue whose decision is new or other than before."""
    same: Bools = (old.start == new.start) & (old.action == new.action) & (old.rationale == new.rationale)
    return np.flatnonzero(~same | (old.baseline == NOT_YET))


def iso_of_epoch(start: int) -> str | None:
    """ISO 8601 of a half-hour counted since 1970; None for NOT_YET."""
    return None if start == NOT_YET else datetime.fromtimestamp(start * 1800, UTC).isoformat()


def plan_entry(workspace: Workspace, decisions: Decisions, cause: str) -> Entry:
    """The plan's row: its settings, its result and the digest of its decisions."""
    view, plan = decisions.view, decisions.plan
    columns = (decisions.start_epoch(), decisions.baseline_epoch(), decisions.action, decisions.rationale)
    digest = hashlib.sha256("\n".join(decisions.frame["job_id"]).encode())
    for column in columns:
        digest.update(np.ascontiguousarray(column, dtype=np.int64).tobytes())
    content = {
        "cause": cause,
        "policy": plan.policy,
        "threshold_g_per_kwh": decisions.threshold,
        "controls": workspace.controls.model_dump(mode="json"),
        "site": workspace.site.model_dump(mode="json"),
        "provenance": view.provenance.word,
        "forecast_issued": _issued(view),
        "jobs": len(decisions),
        "deferred": int(decisions.of(Action.DEFER).sum()),
        "saved_g": float(plan.saved_g.sum()),
        "baseline_g": float(plan.baseline_g.sum()),
        "saved_gbp": float(plan.saved_gbp.sum()),
        "decisions_sha256": digest.hexdigest(),
    }
    return Entry("plan", "", content)


def _issued(view: GridView) -> str | None:
    """When the forecast behind a decision was issued; None for the sample, which is issued by nobody."""
    return view.fetched_at.isoformat() if view.fetched_at else None


def job_entries(decisions: Decisions, rows: Ints) -> list[Entry]:
    """A row for each job whose decision is new or other than before."""
    return [
        Entry(
            "decision",
            job.job_id,
            {
                "action": str(job.action),
                "rationale": str(job.rationale),
                "sentence": job.sentence,
                "start": job.start.isoformat() if job.start else None,
                "end": job.end.isoformat() if job.end else None,
                "parts": job.parts,
                "baseline_start": job.baseline_start.isoformat(),
                "baseline_g_per_kwh": job.baseline_intensity,
                "g_per_kwh": job.intensity,
                "baseline_gbp_per_kwh": job.baseline_price,
                "gbp_per_kwh": job.price,
                "energy_kwh": job.energy_kwh,
                "saved_g": job.saved_g,
                "saved_gbp": job.saved_gbp,
                "provenance": decisions.view.provenance.word,
                "forecast_issued": _issued(decisions.view),
            },
        )
        for job in explain(decisions, rows)
    ]
