"""What a workspace's rules have to say of a plan that was just made: each once, when its state begins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

import numpy as np

from gridflex.agents.commitments import NOT_YET, Commitments
from gridflex.agents.orchestrator import Decisions
from gridflex.domain import format as fmt
from gridflex.domain.decisions import Action, Rationale
from gridflex.domain.halfhours import epoch_half_hour
from gridflex.domain.provenance import Provenance
from gridflex.notify.rules import Notice, Rule, Trigger
from gridflex.planning.horizon import Bools
from gridflex.planning.rationale import RATIONALES
from gridflex.services.workspace import Workspace

Said = tuple[str, dict[str, object]]
"""A sentence, and its figures."""

NAMED = 5
"""Jobs that a sentence names."""


def watched(
    workspace: Workspace, old: Commitments, decisions: Decisions, now: datetime
) -> tuple[dict[str, Any], list[Notice]]:
    """What each rule has seen now, to be kept, and what is new in it.

    ``old`` is what was decided before, in the same rows.
    """
    seen: dict[str, Any] = {}
    notices = []
    for rule in workspace.rules:
        seen[rule.id], said = _LOOK[rule.trigger](rule, workspace, old, decisions, workspace.seen.get(rule.id))
        if said:
            notices.append(Notice(uuid4().hex, rule, workspace.id, now, *said))
    return seen, notices


def trial(rule: Rule, workspace_id: str, now: datetime) -> Notice:
    """A notice that says that it is a test."""
    return Notice(uuid4().hex, rule, workspace_id, now, f"A test of the rule {rule.trigger}.", {}, test=True)


def _threshold(rule: Rule, _: Workspace, __: Commitments, decisions: Decisions, seen: Any) -> tuple[Any, Said | None]:
    value = decisions.view.intensity_now
    above = bool(value > rule.limit)
    if seen is None or seen == above:  # a new rule first has to know on which side it is
        return above, None
    verb = "rose above" if above else "fell back to or below"
    said = f"Carbon intensity {verb} {fmt.intensity(rule.limit)}: it is {fmt.intensity(value)}."
    return above, (said, {"gco2_per_kwh": value, "above": above, "provenance": decisions.view.provenance.word})


def _plan(
    rule: Rule, workspace: Workspace, old: Commitments, decisions: Decisions, seen: Any
) -> tuple[Any, Said | None]:
    proposal = workspace.proposal
    new = proposal.start if proposal else workspace.before.start
    ahead = (old.start != NOT_YET) & (new != NOT_YET) & ~old.begun(epoch_half_hour(decisions.plan.horizon.now))
    moved, count = int((ahead & (new != old.start)).sum()), int(ahead.sum())
    percent = 100 * moved / count if count else 0.0
    shown = new.tolist() if proposal else None
    if percent <= rule.limit or (shown is not None and shown == seen):
        return shown, None
    how = "is proposed that would move" if proposal else "moves"
    said = f"A new plan {how} {fmt.plural(moved, 'job')} of {count:,} still ahead ({fmt.percent(percent / 100)})."
    return shown, (said, {"moved": moved, "ahead": count, "percent": percent, "proposed": proposal is not None})


def _deadline(
    rule: Rule, workspace: Workspace, _: Commitments, decisions: Decisions, seen: Any
) -> tuple[Any, Said | None]:
    names = [str(name) for name in decisions.frame["job_id"][at_risk(decisions, rule.limit)]]
    fresh = [name for name in names if name not in set(seen or ())]
    if not fresh:
        return names, None
    more = f" and {len(fresh) - NAMED:,} more" if len(fresh) > NAMED else ""
    said = f"{fmt.plural(len(fresh), 'job')} may miss the deadline: {', '.join(fresh[:NAMED])}{more}."
    return names, (said, {"job_ids": fresh[:100], "count": len(fresh), "mode": str(workspace.mode)})


def at_risk(decisions: Decisions, slack_minutes: float) -> Bools:
    """Jobs without a start in time, and those ahead whose start leaves less slack before their last one."""
    plan, queue = decisions.plan, decisions.plan.queue
    codes = [RATIONALES.index(word) for word in (Rationale.PAST_DEADLINE, Rationale.NO_ROOM)]
    lost = decisions.of(Action.UNPLACED) & np.isin(decisions.rationale, codes)
    ahead = plan.placed & ~queue.fixed & (plan.start >= plan.horizon.now_index)
    tight: Bools = ahead & ((queue.latest - plan.start) * 30 < slack_minutes)
    return lost | tight


def _stale(rule: Rule, _: Workspace, __: Commitments, decisions: Decisions, seen: Any) -> tuple[Any, Said | None]:
    view = decisions.view
    age = (view.now - view.fetched_at).total_seconds() / 60 if view.fetched_at else None
    stale = view.provenance is not Provenance.LIVE and (age is None or age > rule.limit)
    if not stale or seen:
        return stale, None
    since = f"the last answer is {fmt.span(view.now - view.fetched_at)} old" if view.fetched_at else "none ever came"
    said = f"The grid's values are {view.provenance.word}: {since}."
    return stale, (said, {"age_minutes": age, "provenance": view.provenance.word})


_LOOK = {Trigger.THRESHOLD: _threshold, Trigger.PLAN: _plan, Trigger.DEADLINE: _deadline, Trigger.STALE: _stale}


def kept_for(rules: tuple[Rule, ...], seen: Mapping[str, Any]) -> dict[str, Any]:
    """What is seen, of the rules that are left."""
    known: Iterator[str] = (rule.id for rule in rules)
    return {name: seen[name] for name in known if name in seen}
