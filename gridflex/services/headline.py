"""The first screen's sentences: the grid now, what was decided, what it is worth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from gridflex.agents.grid_view import GridView
from gridflex.agents.orchestrator import Decisions
from gridflex.domain import format as fmt
from gridflex.domain.bands import index_word
from gridflex.domain.decisions import Action
from gridflex.domain.halfhours import uk_time
from gridflex.domain.provenance import Provenance
from gridflex.planning.horizon import Bools, Ints

EMBEDDED = "the embedded model of a GB year"
SIDEBAR_LETTERS = 35


@dataclass(frozen=True)
class Totals:
    """Sums over a plan's jobs; grams and GBP against the baseline.

    ``waiting`` jobs are deferred and have not begun, ``now`` run, ``later`` start at their
    release, ``done`` are over, ``advised`` should start now and wait for a person's word.
    """

    jobs: int
    waiting: int
    now: int
    later: int
    done: int
    unplaced: int
    cancelled: int
    baseline_g: float
    saved_g: float
    baseline_gbp: float
    saved_gbp: float
    advised: int = 0

    @property
    def saved_share(self) -> float:
        """Saved over baseline; 0 where the baseline is zero."""
        return self.saved_g / self.baseline_g if self.baseline_g else 0.0


def totals(decisions: Decisions) -> Totals:
    """Count and add up; every figure of a view comes from here."""
    plan = decisions.plan
    waiting = waiting_jobs(decisions)
    cancelled = decisions.of(Action.CANCEL)
    done = plan.placed & (plan.end <= plan.horizon.now_index)
    due = plan.placed & (plan.start <= plan.horizon.now_index) & ~done
    advised = np.zeros_like(due) if decisions.advised is None else due & decisions.advised
    now = due & ~advised
    return Totals(
        jobs=len(decisions),
        waiting=int(waiting.sum()),
        now=int(now.sum()),
        advised=int(advised.sum()),
        later=int((plan.placed & ~waiting & ~due & ~done).sum()),
        done=int(done.sum()),
        unplaced=int((~plan.placed & ~cancelled).sum()),
        cancelled=int(cancelled.sum()),
        **_worth(decisions),
    )


def _worth(decisions: Decisions) -> dict[str, float]:
    """Sums against the baseline; under a site cap that is first come, first served, which keeps the cap too."""
    plan = decisions.plan
    if decisions.rules.site_capped and decisions.solution is not None:
        proof = decisions.solution.certificate
        return {
            "baseline_g": proof.baseline_capped_g,
            "saved_g": proof.saved_g,
            "baseline_gbp": proof.baseline_capped_gbp,
            "saved_gbp": proof.saved_gbp,
        }
    return {
        "baseline_g": float(plan.baseline_g.sum()),
        "saved_g": float(plan.saved_g.sum()),
        "baseline_gbp": float(plan.baseline_gbp.sum()),
        "saved_gbp": float(plan.saved_gbp.sum()),
    }


def waiting_jobs(decisions: Decisions) -> Bools:
    """Which jobs are deferred and have not begun."""
    return decisions.of(Action.DEFER, Action.SHIFT_REGION) & (decisions.plan.start > decisions.plan.horizon.now_index)


def grid_sentence(view: GridView) -> str:
    """The grid is high: 182 g/kWh."""
    word = index_word(view.intensity_now, uk_time(view.now).year)
    return f"The grid is {word}: {fmt.intensity(view.intensity_now)}."


def decision_sentence(decisions: Decisions, sums: Totals) -> str:
    """9 of 15 jobs wait for starts from 22:00 to 02:30, 6 run now."""
    parts = []
    if sums.waiting:
        starts = decisions.plan.start[waiting_jobs(decisions)]
        verb = "waits" if sums.waiting == 1 else "wait"
        parts.append(f"{sums.waiting:,} of {fmt.plural(sums.jobs, 'job')} {verb} {_when(decisions, starts)}")
    if sums.now:
        parts.append(f"{_all(sums.now, sums.jobs)} run{'s' if sums.now == 1 else ''} now")
    if sums.advised:
        should = "should start now, at your word"
        parts.append(f"{_all(sums.advised, sums.jobs)} {should}")
    if sums.later:
        parts.append(f"{sums.later:,} {'starts when it is' if sums.later == 1 else 'start when they are'} released")
    if sums.done:
        parts.append(f"{_all(sums.done, sums.jobs)} done")
    if sums.unplaced:
        parts.append(f"{sums.unplaced:,} cannot be placed")
    if sums.cancelled:
        parts.append(f"{sums.cancelled:,} cancelled")
    return ", ".join(parts) + "."


def worth_sentence(sums: Totals, share_of_possible: float | None, under: str = "this forecast") -> str:
    """That saves 38 kg (14 %) and £12.60: 97 % of the saving possible under this forecast."""
    if not sums.waiting and sums.saved_g == 0:
        return ""
    shown = share_of_possible and sums.saved_g > 0
    tail = f": {fmt.percent(share_of_possible or 0.0)} of the saving possible under {under}" if shown else ""
    return f"That {worth_words(sums.saved_g, sums.saved_gbp, sums.saved_share)}{tail}."


def worth_words(saved_g: float, saved_gbp: float, share: float | None = None) -> str:
    """Saves 38 kg (14 %) and £12.60; adds, costs or for … more where a sign is the other way."""
    if saved_g == 0 and saved_gbp == 0:
        return "saves nothing"
    carbon = fmt.carbon(abs(saved_g)) + ("" if share is None else f" ({fmt.percent(abs(share))})")
    pounds = fmt.money(abs(saved_gbp))
    if saved_g < 0:
        return f"adds {carbon} and {'saves' if saved_gbp >= 0 else 'costs'} {pounds}"
    return f"saves {carbon} {f'and {pounds}' if saved_gbp >= 0 else f'for {pounds} more'}"


def provenance_sentence(view: GridView, now: datetime) -> str:
    """Live · NESO 4 min ago · next 15:12."""
    parts = [view.provenance.word.capitalize() + (" + estimated" if view.estimated_ahead else "")]
    if view.replay:
        return f"{parts[0]} · as known on {fmt.date_clock(view.now)}"
    if view.fetched_at:
        age = fmt.span(now - view.fetched_at)
        parts.append("NESO just now" if age == "0 min" else f"NESO {age} ago")
    if view.provenance is Provenance.SAMPLE:
        parts.append(EMBEDDED)
    if view.next_due and view.next_due > now and not view.replay:
        parts.append(f"next {fmt.clock(view.next_due)}")
    return " · ".join(parts)


def provenance_words(view: GridView, now: datetime) -> str:
    """The same as far as a sidebar is wide: Live · NESO 4 min ago · next 15:12, or Sample grid · next 05:57."""
    short = (
        provenance_sentence(view, now).replace(f"Sample · {EMBEDDED}", "Sample grid").replace("as known on", "as of")
    )
    said, *others = short.split(" · ")
    for part in others:
        if len(f"{said} · {part}") <= SIDEBAR_LETTERS:
            said = f"{said} · {part}"
    return said


def mix_sentence(view: GridView) -> str:
    """Wind 31 %, gas 27 %, …; renewable 44 %, biomass named apart."""
    if view.mix is None:
        return "The generation mix is not known at the moment."
    ranked = sorted(view.mix.shares.items(), key=lambda item: -item[1])
    shown = ", ".join(f"{fuel} {fmt.number(share)} %" for fuel, share in ranked if share >= 0.5)
    biomass = view.mix.shares.get("biomass", 0.0)
    renewable = f"renewable {fmt.number(view.mix.renewable_percent)} %, biomass apart {fmt.number(biomass)} %"
    return f"Mix: {shown} ({renewable})"


def _when(decisions: Decisions, starts: Ints) -> str:
    horizon, now = decisions.plan.horizon, decisions.view.now
    first, last = (fmt.day_clock(horizon.at(row), now) for row in (starts.min(), starts.max()))
    return f"until {first}" if first == last else f"for starts from {first} to {last}"


def _all(count: int, jobs: int) -> str:
    return f"all {count:,}" if count == jobs > 1 else f"{count:,}"
