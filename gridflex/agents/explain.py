"""A decision in a person's words, with the figures in it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from gridflex.agents.orchestrator import Decisions
from gridflex.agents.sentences import odds_words, sentence
from gridflex.domain.decisions import Action, Rationale
from gridflex.domain.halfhours import HALF_HOUR
from gridflex.planning.plan import Plan
from gridflex.planning.rationale import ACTIONS, RATIONALES
from gridflex.planning.uncertainty import odds_of


@dataclass(frozen=True)
class Explained:
    """One job's decision. Energy and power are the meter's, with the site's PUE.

    Intensities and prices are means over the whole run, savings against its baseline.
    ``gate_intensity`` is that of its earliest half-hour; ``parts`` counts the stretches a run that
    pauses is done in (else 1). ``chance_worse`` is the chance (0 to 1) that a run which is not over
    turns out dirtier than its baseline, None where it is not moved; ``tie`` where saving or loss is
    smaller than its own mean error, ``odds`` both in words. ``stands`` where a fresh plan would have
    it run at another time, but for too little gain.
    """

    row: int
    job_id: str
    kind: str
    priority: str
    energy_kwh: float
    power_kw: float
    duration_hours: float
    release: datetime
    deadline: datetime | None
    action: Action
    rationale: Rationale
    start: datetime | None
    end: datetime | None
    parts: int
    latest_start: datetime
    baseline_start: datetime
    baseline_intensity: float
    intensity: float
    gate_intensity: float
    baseline_price: float
    price: float
    saved_g: float
    saved_gbp: float
    chance_worse: float | None
    tie: bool
    odds: str
    stands: bool
    sentence: str

    @property
    def saved_share(self) -> float:
        """Share of the baseline's carbon that is saved; 0 where the baseline is zero."""
        return 1 - self.intensity / self.baseline_intensity if self.start and self.baseline_intensity else 0.0


def explain(decisions: Decisions, rows: Iterable[int]) -> list[Explained]:
    """The decisions of the given rows of the queue, in that order."""
    chosen = np.fromiter(rows, np.int64)
    part = decisions.plan.take(chosen)
    odds = odds_of(part)
    jobs = decisions.frame.iloc[chosen].to_dict("records")
    known = zip(chosen.tolist(), jobs, part.end.tolist(), odds.told.tolist(), odds.tie.tolist(), strict=True)
    return [_explained(decisions, part, at, *told) for at, told in enumerate(known)]


def _explained(
    decisions: Decisions,
    part: Plan,
    at: int,
    row: int,
    job: Mapping[Hashable, Any],
    end: float,
    chance: float,
    tie: bool,
) -> Explained:
    """The decision of row ``at`` of ``part``, which is row ``row`` of the queue."""
    queue, horizon = part.queue, part.horizon
    placed = bool(part.placed[at])
    kwh = float(queue.energy_kwh[at])
    start = horizon.at(part.start[at]) if placed else None
    is_open = not np.isnan(chance) and end > horizon.now_index
    instead = "running now" if queue.baseline[at] == horizon.now_index else "not waiting"
    gate = min(max(int(queue.earliest[at]), 0), len(horizon) - 1)
    found = Explained(
        row=row,
        job_id=str(job["job_id"]),
        kind=str(job["kind"]),
        priority=str(job["priority"]),
        energy_kwh=kwh,
        power_kw=float(queue.power_kw[at]),
        duration_hours=float(job["duration_hours"]),
        release=job["release"].to_pydatetime(),
        deadline=None if pd.isna(job["deadline"]) else job["deadline"].to_pydatetime(),
        action=ACTIONS[decisions.action[row]],
        rationale=RATIONALES[decisions.rationale[row]],
        start=start,
        end=horizon.start + HALF_HOUR * end if placed else None,
        parts=_stretches(part, at),
        latest_start=horizon.at(queue.latest[at]),
        baseline_start=horizon.at(queue.baseline[at]),
        baseline_intensity=float(part.baseline_g[at]) / kwh,
        intensity=float(part.carbon_g[at]) / kwh,
        gate_intensity=float(horizon.intensity[gate]),
        baseline_price=float(part.baseline_gbp[at]) / kwh,
        price=float(part.cost_gbp[at]) / kwh,
        saved_g=float(part.saved_g[at]),
        saved_gbp=float(part.saved_gbp[at]),
        chance_worse=chance if is_open else None,
        tie=is_open and tie,
        odds=odds_words(chance, tie, instead) if is_open else "",
        stands=decisions.stands is not None and bool(decisions.stands[row]),
        sentence="",
    )
    return replace(found, sentence=sentence(found, decisions))


def _stretches(plan: Plan, row: int) -> int:
    """Unbroken stretches of a job's run."""
    if plan.parts is None or not plan.parts[row].any():
        return 1
    return int((np.diff(plan.parts[row].astype(np.int8), prepend=0) == 1).sum())
