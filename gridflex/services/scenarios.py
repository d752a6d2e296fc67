"""Named scenarios: controls kept under a name, and two of them side by side on the queue at hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from gridflex.agents.orchestrator import Decisions
from gridflex.agents.rules import policy_named
from gridflex.domain import format as fmt
from gridflex.domain.controls import Controls
from gridflex.errors import InputError
from gridflex.services.decider import Decider
from gridflex.services.headline import totals
from gridflex.services.workspace import Workspace
from gridflex.store.chain import Entry

MOST_SCENARIOS = 20
MOST_NAME = 40
ON_PAGE, IN_FORCE = "on this page", "in force"
"""What the controls that are no scenario are called beside one; no scenario may be called so."""


class ScenarioBook:
    """Every method returns the new workspace, on disk with its row in the trail."""

    def __init__(self, decider: Decider) -> None:
        self._decider = decider

    def keep(self, workspace: Workspace, name: str, controls: Controls, now: datetime) -> Workspace:
        """Keep ``controls`` under a name, in place of what had it before.

        Raises InputError without a name or for one that is taken, for a policy that is none, or for too many.
        """
        name = tidy(name)
        if not name:
            raise InputError("A scenario needs a name.")
        if name in (ON_PAGE, IN_FORCE):
            raise InputError(f"A scenario cannot be called {name!r}: that is what the controls {name} are called.")
        policy_named(controls.policy)
        if name not in workspace.scenarios and len(workspace.scenarios) >= MOST_SCENARIOS:
            raise InputError(f"A workspace keeps at most {MOST_SCENARIOS} scenarios; remove one first.")
        others = {other: kept for other, kept in workspace.scenarios.items() if other != name}
        changed = replace(workspace, scenarios={**others, name: controls})
        said = {"action": "kept", "name": name, "controls": controls.model_dump(mode="json")}
        return self._decider.noted(changed, now, [Entry("scenario", name, said)])

    def remove(self, workspace: Workspace, name: str, now: datetime) -> Workspace:
        """One scenario less. Raises InputError for one that is not there."""
        name = tidy(name)
        scenario(workspace, name)
        left = {other: controls for other, controls in workspace.scenarios.items() if other != name}
        entry = Entry("scenario", name, {"action": "removed", "name": name})
        return self._decider.noted(replace(workspace, scenarios=left), now, [entry])


def tidy(name: str) -> str:
    """The name as it is kept: single spaces, none at its ends, at most ``MOST_NAME`` characters."""
    return " ".join(name.split())[:MOST_NAME]


def scenario(workspace: Workspace, name: str) -> Controls:
    """The controls of that name. Raises InputError for one that is not there."""
    if name not in workspace.scenarios:
        raise InputError(f"There is no scenario {name!r}.")
    return workspace.scenarios[name]


@dataclass(frozen=True)
class Figures:
    """What a set of decisions adds up to. Saved is against the baseline, negative where it got worse."""

    carbon_saved_kg: float
    carbon_saved_percent: float
    cost_saved_gbp: float
    carbon_kg: float
    cost_gbp: float
    mean_delay_h: float
    peak_kw: float
    jobs_deferred: int


def figures(decisions: Decisions) -> Figures:
    """Carbon and cost of all placed runs, mean delay of those that may be moved, and the site's peak ahead."""
    plan, sums = decisions.plan, totals(decisions)
    movable = plan.placed & ~plan.queue.fixed
    return Figures(
        carbon_saved_kg=sums.saved_g / 1e3,
        carbon_saved_percent=100 * sums.saved_share,
        cost_saved_gbp=sums.saved_gbp,
        carbon_kg=float(plan.carbon_g.sum()) / 1e3,
        cost_gbp=float(plan.cost_gbp.sum()),
        mean_delay_h=float(plan.delay_hours[movable].mean()) if movable.any() else 0.0,
        peak_kw=float(plan.power_kw()[plan.horizon.now_index :].max(initial=0.0)),
        jobs_deferred=sums.waiting,
    )


@dataclass(frozen=True)
class Measure:
    """One row of two scenarios side by side; ``difference`` is right minus left."""

    measure: str
    left: str
    right: str
    difference: str


def _plain(unit: str, decimals: int = 0) -> Callable[[float], str]:
    return lambda value: f"{fmt.number(value, decimals)}{unit}"


MEASURES: tuple[tuple[str, str, Callable[[float], str]], ...] = (
    ("carbon saved", "carbon_saved_kg", lambda kg: fmt.carbon(kg * 1e3)),
    ("carbon saved, share", "carbon_saved_percent", _plain(" %", 1)),
    ("cost saved", "cost_saved_gbp", fmt.money),
    ("carbon of all runs", "carbon_kg", lambda kg: fmt.carbon(kg * 1e3)),
    ("cost of all runs", "cost_gbp", fmt.money),
    ("mean delay", "mean_delay_h", _plain(" h", 1)),
    ("peak", "peak_kw", _plain(" kW", 1)),
    ("jobs deferred", "jobs_deferred", _plain("")),
)


def side_by_side(left: Figures, right: Figures) -> list[Measure]:
    """Every measure of both, and the difference."""
    rows = []
    for title, name, written in MEASURES:
        one, other = getattr(left, name), getattr(right, name)
        change = other - one
        said = written(abs(change))
        sign = "" if said == written(0) else "+" if change > 0 else "−"
        rows.append(Measure(title, written(one), written(other), sign + said))
    return rows
