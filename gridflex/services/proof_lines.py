"""What proves a plan, in sentences: its gap, its share of the possible, its limits, its waits."""

from __future__ import annotations

from collections.abc import Iterator

from gridflex.agents.orchestrator import Decisions
from gridflex.domain import format as fmt
from gridflex.planning.figures import figures_of
from gridflex.planning.objective import CARBON_ONLY, COST_ONLY
from gridflex.planning.plan import load_in_use
from gridflex.planning.rationale import RATIONALES
from gridflex.services.job_table import REASON_WORDS

MOST_NAMED = 5
AIMS = {CARBON_ONLY: "", COST_ONLY: " in energy cost"}
"""What a gap is measured in, where that is not carbon."""


def proof_lines(decisions: Decisions) -> Iterator[str]:
    """Certificate, cap, unplaced jobs and waits."""
    yield certificate_line(decisions)
    if decisions.rules.site_capped:
        yield from _cap_lines(decisions)
    if decisions.solution is not None and decisions.solution.carbon is not None:
        yield _carbon_line(decisions)
    if not decisions.plan.placed.all():
        yield _unplaced_line(decisions)
    found = figures_of(decisions.plan, decisions.rules.cap_gpus)
    every = decisions.plan.placed.all() and not decisions.plan.delay_hours.any()
    waits = f"{'All' if every else 'Nearly all'} jobs start without waiting"
    if found.wait_p95_hours > 0:
        half, most = fmt.hours(found.wait_p50_hours), fmt.hours(found.wait_p95_hours)
        few = (
            f"Half of the jobs wait {half} or less, 95 %"
            if found.wait_p50_hours > 0
            else "Half of the jobs do not wait, 95 % wait"
        )
        waits = f"{few} {most} or less"
    dirtier = f"; {fmt.plural(found.dirtier, 'job')} made dirtier" if found.dirtier else ""
    yield f"{waits}; all done in {fmt.hours(found.makespan_hours)}; peak {fmt.power(found.peak_kw)}{dirtier}."
    if found.idle_gpu_hours is not None:
        yield f"{fmt.number(found.idle_gpu_hours, 1)} GPU-hours stood idle while jobs that ask for GPUs waited."


def certificate_line(decisions: Decisions) -> str:
    """97 % of the carbon saving possible under this forecast; the best plan is at most 0.02 % better."""
    proof = decisions.certificate
    under = " and cap" if decisions.rules.site_capped else ""
    gap = fmt.number(max(proof.gap_percent, 0.0), 2)
    if decisions.plan.queue.fixed.all():
        return "No start is left to choose: every job is critical, under way, or fixed by a person."
    if proof.nothing_to_save:
        return f"No carbon saving is possible under this forecast{under}: no start that is still open is cleaner."
    share = fmt.percent(proof.share_of_possible_percent / 100)
    aim = AIMS.get(decisions.rules.objective, " in money")
    best = f"the best plan{aim} is at most {gap} % better"
    return f"{share} of the carbon saving possible under this forecast{under}; {best}."


def _cap_lines(decisions: Decisions) -> Iterator[str]:
    solution = decisions.solution
    assert solution is not None
    cap, all_now, proof = solution.cap, solution.at_once, solution.certificate
    assert cap is not None
    peak = float(load_in_use(all_now.queue, all_now.start, all_now.parts, cap.load, len(all_now.horizon)).max())
    told = fmt.power if decisions.rules.cap_gpus is None else fmt.gpus
    yield (
        f"Against first come, first served under the cap: {fmt.carbon(proof.saved_g)} and "
        f"{fmt.money(proof.saved_gbp)} saved. Running all at once would draw {told(peak)}, "
        f"{'above' if peak > cap.limit else 'within'} the cap of {told(cap.limit)}."
    )
    if (room := float(cap.headroom.max(initial=0.0))) > 0:
        yield f"Up to {fmt.power(room)} stay free under it for arrivals: p90 of the demand forecast."
    broken = int(cap.broken.sum())
    if broken:
        yield f"Critical jobs alone exceed the cap in {fmt.plural(broken, 'half-hour')}; nothing else runs there."


def _carbon_line(decisions: Decisions) -> str:
    assert decisions.solution is not None
    kept = decisions.solution.carbon
    assert kept is not None
    kwh = kept.plan.placed_kwh
    if kept.met:
        return f"Carbon cap met; one tonne more would save {fmt.money(kept.shadow_price)} (its shadow price)."
    least = fmt.intensity(kept.least_g / kwh if kwh else 0.0)
    return f"Carbon cap not reachable: the least possible by this policy is {least}."


def _unplaced_line(decisions: Decisions) -> str:
    left = (~decisions.plan.placed).nonzero()[0]
    named = ", ".join(
        f"{decisions.frame['job_id'].iat[row]} ({REASON_WORDS[RATIONALES[decisions.rationale[row]]]})"
        for row in left[:MOST_NAMED]
    )
    more = f" and {len(left) - MOST_NAMED:,} more" if len(left) > MOST_NAMED else ""
    return f"Not placed: {named}{more}."
