"""What goes into the audit trail: a row for a plan, for each job it changes, each run settled, and for sleep."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from math import isnan

import numpy as np

from gridflex.agents.commitments import NOT_YET, Commitments
from gridflex.agents.explain import explain
from gridflex.agents.grid_view import GridView
from gridflex.agents.orchestrator import Decisions
from gridflex.domain import format as fmt
from gridflex.domain.decisions import Action
from gridflex.domain.halfhours import epoch_half_hour
from gridflex.domain.regions import region_name
from gridflex.notify.rules import Notice
from gridflex.planning.horizon import Bools, Ints
from gridflex.planning.replan import MARGIN
from gridflex.services.rolling import Rolled, asleep_words
from gridflex.services.settlement import got_worse
from gridflex.services.workspace import Workspace
from gridflex.store.chain import Entry

NEW_HALF_HOUR = "a new half-hour"
SETTLED = "settled"
"""Kind of the rows that carry a settlement."""


def changed_rows(old: Commitments, new: Commitments) -> Ints:
    """Rows of the queue whose decision is new or other than before."""
    same: Bools = (old.start == new.start) & (old.action == new.action) & (old.rationale == new.rationale)
    same[[row for row in {*old.pauses, *new.pauses} if old.pauses.get(row) != new.pauses.get(row)]] = False
    return np.flatnonzero(~same | (old.baseline == NOT_YET))


def iso_of_epoch(start: int) -> str | None:
    """ISO 8601 of a half-hour counted since 1970; None for NOT_YET."""
    return None if start == NOT_YET else datetime.fromtimestamp(start * 1800, UTC).isoformat()


def plan_entry(workspace: Workspace, decisions: Decisions, cause: str, rolled: Rolled | None = None) -> Entry:
    """The plan's row: its settings, its result and the digest of its decisions.

    ``rolled`` says what a re-plan found; None where a person asked for the plan.
    """
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
    return Entry("plan", "", content | (_replan_told(rolled, cause) if rolled else {}))


def _replan_told(rolled: Rolled, cause: str) -> dict[str, object]:
    return {
        "sentence": f"Re-plan {'of' if cause == NEW_HALF_HOUR else 'after'} {cause}. {rolled.sentence}",
        "replaced": rolled.replaced,
        "proposed": rolled.waits,
        "replan": str(rolled.cause),
        "gain_g" if rolled.in_grams else "gain_gbp": rolled.gain,
        "margin_percent": 100 * MARGIN,
        "runs_concerned": rolled.moved,
    }


def sleep_entry(before: Commitments, first: datetime, awake: datetime) -> Entry:
    """The row of half-hours in which nobody re-planned: runs began as the stored plan has them."""
    start, stop = epoch_half_hour(first), epoch_half_hour(awake)
    content = {
        "cause": asleep_words(first, awake),
        "from": first.isoformat(),
        "to": awake.isoformat(),
        "missed_half_hours": stop - start,
        "runs_begun": int((before.begun(stop) & (before.start >= start)).sum()),
    }
    return Entry("plan", "", content)


def notice_entry(notice: Notice) -> Entry:
    """The row of what a rule had to say; what became of its delivery is in the log."""
    return Entry("notice", notice.rule.id, {"sentence": notice.sentence, "notice_id": notice.id, **notice.rule.public})


def settled_entries(workspace: Workspace, rows: Ints, view: GridView) -> list[Entry]:
    """A row for each run settled now, estimated and settled figures side by side, and on which values."""
    return [_settled_entry(workspace, row, view) for row in rows.tolist()]


def _settled_entry(workspace: Workspace, row: int, view: GridView) -> Entry:
    kept, chance = workspace.before, float(workspace.before.chance_worse[row])
    saved_g, saved_gbp = float((kept.baseline_g - kept.carbon_g)[row]), float((kept.baseline_gbp - kept.cost_gbp)[row])
    estimated_g, estimated_gbp = float(kept.estimated_g[row]), float(kept.estimated_gbp[row])
    area = region_name(view.region)
    values = f"last forecast issued, {area}" if view.settles_on_forecast else f"measured values, {area}"
    content = {
        "sentence": f"Settled on {values}: a saving of {fmt.carbon(saved_g)} and {fmt.money(saved_gbp)}; "
        f"{fmt.carbon(estimated_g)} and {fmt.money(estimated_gbp)} were estimated when it began.",
        "start": iso_of_epoch(int(kept.start[row])),
        "baseline_start": iso_of_epoch(int(kept.baseline[row])),
        "estimated_saved_g": estimated_g,
        "settled_saved_g": saved_g,
        "estimated_saved_gbp": estimated_gbp,
        "settled_saved_gbp": saved_gbp,
        "settled_run_g": float(kept.carbon_g[row]),
        "settled_baseline_g": float(kept.baseline_g[row]),
        "settled_run_gbp": float(kept.cost_gbp[row]),
        "settled_baseline_gbp": float(kept.baseline_gbp[row]),
        "chance_worse": None if isnan(chance) else chance,
        "worse": bool(got_worse(kept)[row]),
        "values": values,
        "prices": view.price_name,
        "demo": workspace.is_demo,
    }
    return Entry(SETTLED, str(workspace.frame["job_id"].iat[row]), content)


def _issued(view: GridView) -> str | None:
    """When the forecast behind a decision was issued; None for the sample, which is issued by nobody."""
    return view.fetched_at.isoformat() if view.fetched_at else None


def job_entries(decisions: Decisions, rows: Ints, cause: str) -> list[Entry]:
    """A row for each job whose decision is new or other than before, with what caused it."""
    return [
        Entry(
            "decision",
            job.job_id,
            {
                "action": str(job.action),
                "rationale": str(job.rationale),
                "cause": cause,
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
                "chance_worse": job.chance_worse,
                "tie": job.tie,
                "provenance": decisions.view.provenance.word,
                "forecast_issued": _issued(decisions.view),
            },
        )
        for job in explain(decisions, rows)
    ]
