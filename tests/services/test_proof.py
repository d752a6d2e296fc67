"""The proofs a visitor runs: they must be able to fail."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridflex.domain.controls import Aim, Controls
from gridflex.planning.policies import POLICIES
from gridflex.planning.policies.base import Placement
from gridflex.planning.policies.best_window import BestWindow
from gridflex.services.proof import altered_copy, brute_force
from gridflex.store.export import verify_export
from tests.bench import RULE, START, Bench, PriceSheet, decide, hour, job, stepped, view_of

CARBON = stepped((2, 200), (4, 140), (6, 100), then=180)
VIEW = view_of(CARBON)


def test_every_start_of_the_widest_job_is_tried() -> None:
    jobs = [job("narrow", max_defer_hours=1), job("wide", deadline=hour(30)), job("c", priority="critical")]
    found = brute_force(decide(jobs, VIEW, Controls(aim=Aim.CARBON)))
    assert (found.job_id, found.tried, found.equal) == ("wide", 59, True)
    assert found.sentence == ("Tried all 59 starts of wide: the best is 1.00 kg, best window's (21:00) 1.00 kg: equal.")
    money = brute_force(decide(jobs, VIEW, Controls(aim=Aim.MONEY, carbon_price=100)))
    assert "the best is £1.10, best window's (21:00) £1.10: equal." in money.sentence


def test_a_queue_in_which_nothing_may_move_has_nothing_to_try() -> None:
    found = brute_force(decide([job(priority="critical"), job("far", hours=60)], VIEW))
    assert (found.tried, found.equal) == (0, True)
    assert "nothing to try" in found.sentence


def test_a_planner_that_is_wrong_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    class Wrong(BestWindow):
        def place(self, *given: Any) -> Placement:
            return Placement(super().place(*given).start + 4)

    decided = decide([job()], VIEW)
    monkeypatch.setitem(POLICIES, "best-window", Wrong())
    found = brute_force(decided)
    assert not found.equal
    assert found.sentence.endswith("NOT equal.")


@settings(max_examples=40)
@given(
    st.lists(st.integers(0, 400), min_size=20, max_size=20),
    st.floats(0.1, 20),
    st.integers(0, 48),
    st.sampled_from(list(Aim)),
    st.sampled_from([0.0, 1.5]),
)
def test_brute_force_and_the_planner_agree_on_any_grid(
    levels: list[int], hours: float, wait: int, aim: Aim, delay_cost: float
) -> None:
    view = view_of(
        lambda moment: float(levels[int((moment - START).total_seconds() // 1800) % 20]),
        PriceSheet(lambda moment: levels[int(moment.hour) % 20] / 1000),
    )
    controls = Controls(aim=aim, delay_cost=delay_cost, threshold=0)
    found = brute_force(decide([job(hours=hours, kwh=hours * 7, max_defer_hours=wait / 2)], view, controls))
    assert found.equal
    assert found.tried == wait + 1


def test_an_altered_row_is_named(here: Bench) -> None:
    own = here.own(job("a"), job("b"))
    export = here.trail.export(own.id)
    row, said = altered_copy(export)
    assert said == f"row {row}: its content was altered"
    assert 1 <= row <= len(export["rows"])  # type: ignore[arg-type]
    assert verify_export(export).count == len(export["rows"])  # type: ignore[arg-type]
    assert here.trail.verify(own.id)


def test_an_erased_row_that_is_filled_again_is_named_too(here: Bench) -> None:
    own = here.own(job("a"))
    here.trail.erase(own.id)
    row, said = altered_copy(here.trail.export(own.id))
    assert said == f"row {row}: its content was altered"


def test_the_plan_in_force_is_not_what_is_tried() -> None:
    decided = decide([job()], VIEW, RULE)
    found = brute_force(replace(decided, plan=replace(decided.plan, start=np.array([150]))))
    assert found.equal
