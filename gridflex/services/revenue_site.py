"""The site behind the revenue figures: the plan in force with every job's own window, at the scenario's size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from gridflex.agents.commitments import Commitments
from gridflex.agents.orchestrator import Decisions
from gridflex.domain.controls import Site
from gridflex.domain.halfhours import epoch_half_hour
from gridflex.errors import InputError
from gridflex.markets.efa import EfaBlock, whole_blocks
from gridflex.markets.eligibility import LARGEST_MW, Capability
from gridflex.markets.firm import KW_A_MW, SitePlan
from gridflex.planning.horizon import Horizon
from gridflex.planning.queue import Queue, queue_from_frame


@dataclass(frozen=True)
class Scenario:
    """What the services and the event are worked out for.

    ``site_mw`` is the peak of the plan ahead, to which every job's power is scaled; 0 leaves
    the queue as it is.
    """

    site_mw: float = 0.0
    capability: Capability = field(default_factory=Capability)

    def __post_init__(self) -> None:
        if not 0 <= self.site_mw <= LARGEST_MW:
            raise InputError(f"a site has from 0 to {LARGEST_MW:,.0f} MW")


def peak_mw(decisions: Decisions) -> float:
    """Highest site power from now on, MW."""
    return float(decisions.plan.power_kw()[decisions.plan.horizon.now_index :].max(initial=0.0)) / KW_A_MW


def factor_of(decisions: Decisions, scenario: Scenario) -> float:
    """What every job's power is multiplied by; 1 where nothing runs."""
    peak = peak_mw(decisions)
    return scenario.site_mw / peak if scenario.site_mw and peak else 1.0


def site_plan(decisions: Decisions, before: Commitments, site: Site, factor: float = 1.0) -> SitePlan:
    """The plan with the own windows of jobs that have begun: they may still pause, unless a person pinned them."""
    plan = decisions.plan
    horizon = plan.horizon
    begun = before.begun(epoch_half_hour(horizon.now)) & ~before.pinned
    own = queue_from_frame(decisions.frame, horizon, site.pue, now=decisions.view.now)
    queue = replace(
        scaled(plan.queue, factor),
        latest=np.where(begun, np.maximum(own.latest, plan.start), plan.queue.latest),
        fixed=np.where(begun, own.fixed, plan.queue.fixed),
    )
    cap = decisions.rules.cap_kw
    return SitePlan(queue, plan.start, len(horizon), plan.parts, cap * factor if cap else None)


def scaled(queue: Queue, factor: float) -> Queue:
    """The queue with every job's power and restart energy multiplied."""
    return replace(queue, power_kw=queue.power_kw * factor, restart_kwh=queue.restart_kwh * factor)


def blocks_ahead(horizon: Horizon) -> tuple[EfaBlock, ...]:
    """The EFA blocks that lie wholly in the hours ahead, on rows of the horizon."""
    return tuple(b for b in whole_blocks(horizon.start, len(horizon)) if b.first >= horizon.now_index)


def without(blocks: Sequence[EfaBlock], rows: slice) -> tuple[EfaBlock, ...]:
    """The blocks that share no half-hour with ``rows``."""
    return tuple(b for b in blocks if b.rows.stop <= rows.start or b.first >= rows.stop)
