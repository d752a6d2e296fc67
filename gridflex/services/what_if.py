"""One imagined job beside the slider: what would be decided for it, and what that is worth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from gridflex.agents.grid_view import GridView
from gridflex.agents.sentences import odds_words
from gridflex.domain import format as fmt
from gridflex.planning.plan import evaluate
from gridflex.planning.policies import POLICIES
from gridflex.planning.policies.base import Rules
from gridflex.planning.queue import Queue, whole_slots
from gridflex.planning.uncertainty import odds_of
from gridflex.services.headline import worth_words

DURATION_HOURS = 5.0
MAY_WAIT_HOURS = 24.0


@dataclass(frozen=True)
class WhatIf:
    """The imagined job's decision; savings against running now.

    ``chance_worse`` is the chance (0 to 1) that waiting turns out dirtier; None where it runs now,
    or where nothing is uncertain.
    """

    energy_kwh: float
    power_kw: float
    start: datetime
    waits: bool
    saved_g: float
    saved_share: float
    saved_gbp: float
    chance_worse: float | None
    sentence: str


def what_if(energy_kwh: float, view: GridView, policy: str, rules: Rules, pue: float = 1.0) -> WhatIf:
    """Decide a job of ``energy_kwh`` over five hours that may wait a day, by the policy and rules in force."""
    queue = _single(energy_kwh * pue / DURATION_HOURS, view)
    plan = evaluate(policy, queue, view.horizon, POLICIES[policy].place(queue, view.horizon, rules))
    start = view.horizon.at(plan.start[0])
    saved, pounds = float(plan.saved_g[0]), float(plan.saved_gbp[0])
    share = saved / float(plan.baseline_g[0]) if plan.baseline_g[0] else 0.0
    waits = bool(plan.start[0] > queue.earliest[0])
    when = fmt.day_clock(start, view.now)
    sentence = f"this job: wait to {when} · {worth_words(saved, pounds, share)}" if waits else "this job: run now"
    odds = odds_of(plan)
    chance = None if np.isnan(odds.told[0]) else float(odds.told[0])
    if chance is not None:
        sentence += f" · {odds_words(chance, bool(odds.tie[0]))}"
    return WhatIf(energy_kwh, float(queue.power_kw[0]), start, waits, saved, share, pounds, chance, sentence)


def _single(power_kw: float, view: GridView) -> Queue:
    length = np.array([DURATION_HOURS * 2])
    now = np.array([view.horizon.now_index])
    no = np.zeros(1, np.bool_)
    return Queue(
        job_id=np.array(["what-if"], dtype=np.object_),
        power_kw=np.array([power_kw]),
        length=length,
        slots=whole_slots(length),
        earliest=now,
        latest=now + int(MAY_WAIT_HOURS * 2),
        baseline=now.copy(),
        fixed=no,
        critical=no.copy(),
        interruptible=no.copy(),
        late=no.copy(),
    )
