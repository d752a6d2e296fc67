"""The documented threshold rule end to end, with numbers worked out by hand.

Now is 17:05. Carbon: 200 g until 19:00, 140 until 21:00, 100 until 23:00, then 180. Energy
costs 10 p/kWh until 19:00, 8 p after. The job: 10 kWh over one hour, released now.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gridflex.agents.commitments import Commitments
from gridflex.agents.explain import Explained, explain
from gridflex.agents.grid_view import GridView
from gridflex.agents.orchestrator import Decisions, Orchestrator
from gridflex.agents.rules import policy_named
from gridflex.domain.controls import Aim, Controls, Site, ThresholdMode
from gridflex.domain.decisions import Action, Rationale
from gridflex.domain.job_frame import frame_from_jobs
from gridflex.domain.provenance import Provenance
from gridflex.errors import InputError
from gridflex.planning.policies import POLICIES
from tests.bench import RULE, PriceSheet, decide, flat, hour, job, stepped, view_of

CARBON = stepped((2, 200), (4, 140), (6, 100), then=180)
SHEET = PriceSheet(stepped((2, 0.10), then=0.08), energy=flat(0.09))
VIEW = view_of(CARBON, SHEET)
DEFER, NOW_ = Action.DEFER, Action.EXECUTE_NOW


def one(view: GridView = VIEW, controls: Controls = RULE, **given: Any) -> Explained:
    return explain(decide([job(**given)], view, controls), [0])[0]


def ruled(**given: Any) -> Controls:
    return Controls.model_validate(RULE.model_dump() | given)


def test_above_the_threshold_a_job_waits_for_the_earliest_window_at_or_below_it() -> None:
    found = one()
    assert (found.action, found.rationale, found.start) == (DEFER, Rationale.HIGH_CARBON, hour(2))
    assert (found.baseline_intensity, found.intensity, found.gate_intensity) == (200, 140, 200)
    assert (found.saved_g, found.saved_share) == (600, pytest.approx(0.3))
    assert (found.baseline_price, found.price) == (pytest.approx(0.10), pytest.approx(0.08))
    assert found.saved_gbp == pytest.approx(0.20)
    assert (found.baseline_start, found.end, found.latest_start) == (hour(0), hour(3), hour(24))
    assert found.sentence == (
        "Waits until 19:00: 200 g/kWh is above the threshold of 150. "
        "Its run averages 140 g/kWh instead of 200. Saves 600 g (30 %) and £0.20."
    )


def test_the_mean_of_the_whole_run_counts_not_its_first_half_hour() -> None:
    # Two hours and a half from 18:30: 200, 140 x 4 = mean 152; from 19:00: 140 x 4, 100 = 132.
    assert one(hours=2.5, kwh=25).start == hour(2)
    # A mean of exactly 150 is at the threshold: from 18:30 one half-hour at 200 and five at 140.
    assert one(hours=3, kwh=30, view=view_of(stepped((2, 200), (9, 140), then=500), SHEET)).start == hour(1.5)


def test_a_run_is_summed_with_the_fraction_of_its_last_half_hour() -> None:
    # 1.2 h at 10 kW from 20:30: 5 kWh x 140 + 5 kWh x 100 + 2 kWh x 100 = 1,400 g.
    found = one(hours=1.2, kwh=12, release=hour(3.5), priority="critical")
    assert found.intensity * 12 == pytest.approx(1400)
    assert found.price * 12 == pytest.approx(12 * 0.08)
    assert found.end == hour(4.7)


@pytest.mark.parametrize(
    ("threshold", "start"),
    [(199.9, 1.5), (170, 1.5), (169.9, 2), (140, 2), (139.9, 3.5), (120, 3.5), (119, 4), (100, 4)],
)
def test_the_threshold_chooses_the_window(threshold: float, start: float) -> None:
    found = one(controls=ruled(threshold=threshold))
    assert (found.action, found.start) == (DEFER, hour(start))


@pytest.mark.parametrize("threshold", [200, 250])
def test_at_the_threshold_a_job_runs(threshold: float) -> None:
    found = one(controls=ruled(threshold=threshold))
    assert (found.action, found.rationale, found.start) == (NOW_, Rationale.OPTIMAL_CONDITIONS, hour(0))
    assert found.saved_g == found.saved_gbp == 0
    said = f"Runs now: 200 g/kWh is at or below the threshold of {threshold} and the price is within its limit."
    assert found.sentence == said


def test_where_no_window_is_clean_the_cleanest_one_is_taken_if_it_gains_enough() -> None:
    view = view_of(stepped((2, 200), (4, 180), (5, 160), then=200), SHEET)
    found = one(view)
    assert (found.action, found.rationale, found.start) == (DEFER, Rationale.HIGH_CARBON, hour(4))
    assert found.saved_g == 400


@pytest.mark.parametrize(("least", "action"), [(19.9, DEFER), (20, DEFER), (20.1, NOW_), (100, NOW_)])
def test_a_gain_under_the_minimum_moves_nothing(least: float, action: Action) -> None:
    view = view_of(stepped((2, 200), (4, 180), (5, 160), then=200), SHEET)
    found = one(view, ruled(minimum_gain_percent=least))
    assert found.action is action
    if action is NOW_:
        assert (found.rationale, found.start) == (Rationale.NO_BENEFIT, hour(0))
        assert found.sentence.startswith("Runs now although 200 g/kWh is above the threshold: no later window gains ")


def test_a_clean_window_after_the_deadline_is_missed_and_the_next_best_taken() -> None:
    view = view_of(stepped((2, 200), (4, 190), then=100), SHEET)
    found = one(view, deadline=hour(4))
    assert (found.start, found.saved_g) == (hour(2), 100)
    assert found.deadline == hour(4)
    kept = one(view, deadline=hour(2))
    assert (kept.action, kept.rationale) == (NOW_, Rationale.NO_BENEFIT)


def test_the_gate_looks_at_the_job_s_earliest_half_hour() -> None:
    clean_then = one(release=hour(4), max_defer_hours=20)
    assert (clean_then.action, clean_then.start) == (NOW_, hour(4))
    assert clean_then.sentence.startswith("Runs at 21:00: 100 g/kWh is at or below the threshold")
    dirty_then = one(release=hour(6), view=view_of(stepped((2, 100), (8, 200), then=110), SHEET))
    assert (dirty_then.action, dirty_then.start, dirty_then.baseline_start) == (DEFER, hour(8), hour(6))
    assert dirty_then.gate_intensity == 200


def test_ties_go_to_the_earliest_start() -> None:
    view = view_of(stepped((1, 200), (2, 160), (3, 200), (4, 160), then=200))
    for policy in ("threshold", "threshold-best-window", "best-window"):
        assert one(view, ruled(policy=policy, carbon_price=500)).start == hour(1)


@pytest.mark.parametrize("provenance", list(Provenance))
@pytest.mark.parametrize("policy", list(POLICIES))
def test_critical_jobs_run_now_whatever_is_down_and_whatever_the_policy(provenance: Provenance, policy: str) -> None:
    view = view_of(stepped((1, 400), then=1), SHEET, provenance=provenance)
    found = one(view, ruled(policy=policy), priority="critical", max_defer_hours=20)
    assert (found.action, found.rationale, found.start) == (NOW_, Rationale.SLA_CRITICAL, hour(0))
    assert found.sentence == "Critical: runs now, whatever the grid does (400 g/kWh over the run)."


def test_a_job_that_may_not_wait_runs_at_its_release() -> None:
    found = one(deferrable=False, release=hour(1))
    assert (found.start, found.rationale) == (hour(1), Rationale.SLA_CRITICAL)
    assert found.sentence.startswith("May not wait: runs at 18:00")


@pytest.mark.parametrize(
    ("energy", "limit", "rationale"),
    [
        (0.12, 0.12, Rationale.OPTIMAL_CONDITIONS),
        (0.1201, 0.12, Rationale.HIGH_PRICE),
        (0.19, 0.2, Rationale.OPTIMAL_CONDITIONS),
    ],
)
def test_a_dear_energy_row_is_a_label_and_defers_nothing(energy: float, limit: float, rationale: Rationale) -> None:
    view = view_of(flat(150), PriceSheet(flat(0.5), energy=flat(energy)))
    found = one(view, ruled(price_limit=limit))
    assert (found.action, found.rationale, found.start) == (NOW_, rationale, hour(0))
    if rationale is Rationale.HIGH_PRICE:
        assert found.sentence == (
            "Runs now: 150 g/kWh is within the threshold. Energy is above its price limit, which moves nothing."
        )


def test_a_planner_that_finds_better_below_both_says_so() -> None:
    found = one(controls=ruled(policy="best-window", threshold=400, carbon_price=100))
    assert (found.action, found.rationale, found.start) == (DEFER, Rationale.FORECAST_BETTER, hour(4))
    assert found.sentence == (
        "Waits until 21:00: below the threshold already, but better then. "
        "Its run averages 100 g/kWh instead of 200. Saves 1.00 kg (50 %) and £0.20."
    )
    dear = PriceSheet(SHEET.value, energy=flat(0.3))
    labelled = one(view_of(CARBON, dear), ruled(policy="best-window", threshold=400))
    assert (labelled.action, labelled.rationale) == (DEFER, Rationale.HIGH_PRICE)
    assert labelled.sentence.startswith("Waits until 21:00: energy is dear now. Its run averages 100")


def test_the_page_s_default_waits_for_the_best_window() -> None:
    assert Controls().policy == "threshold-best-window"
    assert one(controls=Controls()).start == hour(4)
    assert one(controls=Controls(threshold=200)).start == hour(0)


def test_a_job_the_objective_makes_dirtier_or_dearer_says_so() -> None:
    view = view_of(stepped((2, 200), then=100), PriceSheet(stepped((2, 0.10), then=0.15), energy=flat(0.1)))
    assert one(view, ruled(threshold=120)).sentence.endswith("Saves 1.00 kg (50 %) and costs £0.50 more.")
    cheap = view_of(stepped((2, 100), then=110), PriceSheet(stepped((2, 0.20), then=0.10), energy=flat(0.1)))
    said = one(cheap, ruled(policy="best-window", aim=Aim.MONEY)).sentence
    assert said.endswith("Its run averages 110 g/kWh instead of 100. Adds 100 g (10 %) and saves £1.00.")


@pytest.mark.parametrize(
    ("given", "rationale", "said"),
    [
        ({"deadline": hour(0.9)}, Rationale.PAST_DEADLINE, "Cannot be done by its deadline of 17:54"),
        ({"hours": 49}, Rationale.BEYOND_HORIZON, "Not placed yet: its run would end beyond the 48 hours"),
        ({"release": hour(72)}, Rationale.BEYOND_HORIZON, "Not placed yet"),
    ],
)
def test_what_cannot_be_placed_says_why(given: dict[str, Any], rationale: Rationale, said: str) -> None:
    found = one(**given)
    assert (found.action, found.rationale, found.start, found.end) == (Action.UNPLACED, rationale, None, None)
    assert (found.saved_g, found.saved_gbp, found.saved_share) == (0, 0, 0)
    assert found.sentence.startswith(said)


def test_a_relative_threshold_is_taken_from_the_next_24_hours() -> None:
    controls = ruled(mode=ThresholdMode.RELATIVE, cleanest_percent=8)  # 4 of 48 half-hours: those at 100
    decided = decide([job()], VIEW, controls)
    assert (decided.threshold, decided.rules.threshold) == (100, 100)
    assert explain(decided, [0])[0].start == hour(4)
    assert decide([job()], VIEW, ruled(mode=ThresholdMode.RELATIVE, cleanest_percent=100)).threshold == 200


@pytest.mark.parametrize(
    ("policy", "why"),
    [("run-at-once", "the policy starts every job at once"), ("peer-sliding-mean", "the policy found no better start")],
)
def test_policies_without_a_minimum_gain_do_not_speak_of_one(policy: str, why: str) -> None:
    view = view_of(flat(200), SHEET)
    assert one(view, ruled(policy=policy)).sentence == f"Runs now although 200 g/kWh is above the threshold: {why}."
    none = one(view, ruled(minimum_gain_percent=0)).sentence
    assert none.endswith("the policy found no better start.")


def test_pue_counts_in_energy_power_carbon_and_cost_alike() -> None:
    plain, site = decide([job()], VIEW), decide([job()], VIEW, site=Site(pue=1.5))
    found = explain(site, [0])[0]
    assert (found.energy_kwh, found.power_kw) == (15, 15)
    assert site.plan.baseline_g[0] == 1.5 * plain.plan.baseline_g[0] == 3000
    assert found.saved_g == pytest.approx((found.baseline_intensity - found.intensity) * found.energy_kwh)
    assert found.saved_gbp == pytest.approx((found.baseline_price - found.price) * found.energy_kwh)


def test_a_site_without_carbon_has_no_share_to_save() -> None:
    found = one(view_of(flat(0), SHEET))
    assert (found.action, found.saved_share, found.intensity) == (NOW_, 0, 0)


def test_a_run_that_pauses_ends_with_its_last_half_hour_and_says_its_parts() -> None:
    carbon = stepped((1, 300), (1.5, 50), (3, 300), (3.5, 50), (5, 300), (5.5, 60), then=300)
    found = one(view_of(carbon, SHEET), ruled(policy="interruptible"), hours=1.2, kwh=12, interruptible=True)
    assert (found.start, found.end, found.parts) == (hour(1), hour(5.2), 3)
    # Two half-hours at 50 (5 kWh each) and 0.4 of one at 60 (2 kWh).
    assert found.intensity * 12 == pytest.approx(5 * 50 + 5 * 50 + 2 * 60)
    assert found.sentence.startswith("Waits until 18:00: 300 g/kWh is above the threshold")
    assert found.sentence.endswith(" It runs in 3 parts.")


def test_a_run_that_begins_now_and_pauses_does_not_claim_to_wait() -> None:
    carbon = stepped((0.5, 50), (2, 300), (2.5, 50), then=300)
    found = one(view_of(carbon, SHEET), ruled(policy="interruptible", threshold=40), interruptible=True)
    assert (found.start, found.parts, found.action) == (hour(0), 2, DEFER)
    assert found.sentence.startswith("Begins now and pauses: 50 g/kWh is above the threshold of 40.")


def test_without_a_gate_no_sentence_speaks_of_a_threshold() -> None:
    controls = ruled(policy="best-window", mode=ThresholdMode.OFF)
    waits, runs = one(controls=controls), one(view_of(flat(300), SHEET), controls, deadline=hour(2))
    assert (waits.action, runs.action) == (DEFER, NOW_)
    assert waits.sentence.startswith("Waits until 21:00: the best time in its window. Its run averages 100 g/kWh")
    assert runs.sentence == "Runs now: no later window gains 3 % or more."


def test_a_policy_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="'cheapest' is not a policy; choose one of run-at-once, threshold"):
        decide([job()], VIEW, ruled(policy="cheapest"))
    assert policy_named("threshold").name == "threshold"


def test_the_time_a_plan_took_is_measured() -> None:
    ticks = iter([10.0, 10.0042])
    agent = Orchestrator(timer=lambda: next(ticks))
    frame, none = frame_from_jobs([job()]), Commitments.none(1)
    decided = agent.decide(frame, agent.prepare(frame, VIEW, VIEW.now, Site(), none), VIEW, RULE, none)
    assert decided.took_ms == pytest.approx(4.2)


def test_decisions_stand_in_the_queue_s_order_and_name_their_half_hours() -> None:
    jobs = [job("c", priority="critical"), job("w"), job("late", deadline=hour(0.9)), job("far", hours=60)]
    decided: Decisions = decide(jobs, VIEW)
    assert len(decided) == 4
    assert decided.of(DEFER).tolist() == [False, True, False, False]
    assert decided.of(DEFER, NOW_).tolist() == [True, True, False, False]
    first = int(hour(0).timestamp()) // 1800
    assert decided.start_epoch().tolist() == [first, first + 4, -1, -1]
    assert decided.baseline_epoch().tolist() == [first] * 4
    assert [found.job_id for found in explain(decided, [2, 0])] == ["late", "c"]
    assert np.array_equal(decided.plan.saved_g, [0, 600, 0, 0])
