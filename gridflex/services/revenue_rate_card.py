"""The first GridFlex's rate card on the queue at hand: its deferred jobs, and the imagined one if it waits."""

from __future__ import annotations

import numpy as np

from gridflex.agents.orchestrator import Decisions
from gridflex.markets.rate_card import RateCard, RateCardValue, rate_card_value
from gridflex.services.headline import waiting_jobs
from gridflex.services.what_if import DURATION_HOURS, WhatIf

IMAGINED = "imagined job"


def rate_card_of(decisions: Decisions, imagined: WhatIf, card: RateCard) -> RateCardValue:
    """What the card says now. Its energy is what the jobs take at the meter."""
    waits, queue = waiting_jobs(decisions), decisions.plan.queue
    names = [*queue.job_id[waits].tolist()]
    energy, power = queue.energy_kwh[waits], queue.power_kw[waits]
    if imagined.waits:
        names.append(IMAGINED)
        energy = np.append(energy, imagined.power_kw * DURATION_HOURS)
        power = np.append(power, imagined.power_kw)
    return rate_card_value(tuple(names), energy, power, decisions.view.intensity_now, decisions.view.now, card)
