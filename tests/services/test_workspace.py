"""A workspace survives being written as plain JSON."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from gridflex.agents.commitments import COLUMNS, NOT_YET, Commitments
from gridflex.domain.controls import Controls, Site
from gridflex.domain.decisions import Action, Rationale
from gridflex.domain.job_frame import frame_from_jobs
from gridflex.domain.tariff import DEFAULT_TARIFF
from gridflex.services.demo_workspace import demo_workspace
from gridflex.services.workspace import QueueKind, Workspace, from_state, with_jobs
from tests.bench import NOW, START, hour, job, one_price


def workspace() -> Workspace:
    made = demo_workspace("t" * 32, "name", NOW, 42, QueueKind.DEMO)
    before = Commitments.none(15).overridden(3, Action.CANCEL, NOT_YET)
    before = replace(before, baseline_g=np.linspace(0, 1e6, 15) / 3, pauses={1: (983000, 983002)})
    return replace(
        made,
        version=3,
        planned_at=NOW,
        site=Site(region=1, cap_kw=100, pue=1.1),
        controls=Controls(policy="threshold", threshold=80),
        before=before,
        reasons={"demo-04": "not “needed” 🔌"},
        tariff=one_price(0.2),
    )


def test_what_is_written_is_read_again() -> None:
    made = workspace()
    text = json.dumps(made.to_state(), allow_nan=False)
    again = from_state(made.token, made.id, made.version, json.loads(text))
    for name in ("token", "id", "version", "seed", "kind", "anchor", "planned_at", "site", "controls", "reasons"):
        assert getattr(again, name) == getattr(made, name)
    assert again.tariff == made.tariff
    assert again.frame.equals(made.frame)
    for name, dtype in COLUMNS.items():
        column = getattr(again.before, name)
        assert column.dtype == dtype
        assert np.array_equal(column, getattr(made.before, name), equal_nan=dtype is np.float64)
    assert again.before.pauses == made.before.pauses
    assert json.dumps(again.to_state()) == text


def test_a_state_holds_no_token() -> None:
    assert "t" * 32 not in json.dumps(workspace().to_state())


@pytest.mark.parametrize(
    ("kind", "jobs", "label"),
    [(QueueKind.DEMO, 15, "demo queue of 15 jobs"), (QueueKind.DAY, 1000, "demo day of 1,000 jobs")],
)
def test_a_demo_is_called_one_and_is_the_same_for_the_same_seed(kind: QueueKind, jobs: int, label: str) -> None:
    made = demo_workspace("", "", NOW, 7, kind)
    assert (len(made.frame), made.is_demo, kind.label, made.anchor) == (jobs, True, label, START)
    assert demo_workspace("", "", NOW, 7, kind).frame.equals(made.frame)
    assert not demo_workspace("", "", NOW, 8, kind).frame.equals(made.frame)
    assert made.tariff is DEFAULT_TARIFF


def test_own_jobs_are_no_demo_unless_a_demo_s_are_among_them() -> None:
    own = with_jobs(workspace(), frame_from_jobs([job("mine")]), QueueKind.OWN, Commitments.none(1))
    assert (own.is_demo, own.kind.label) == (False, "your own jobs")
    exported = with_jobs(workspace(), workspace().frame, QueueKind.OWN, Commitments.none(15))
    assert exported.is_demo


def test_commitments_grow_with_the_queue() -> None:
    before = workspace().before
    more = before.extended(2)
    assert len(more.start) == 17
    assert more.cancelled.tolist() == [*before.cancelled.tolist(), False, False]
    assert more.baseline[-2:].tolist() == [NOT_YET, NOT_YET]
    assert more.pauses == before.pauses
    now = int(hour(1).timestamp()) // 1800
    started = more.overridden(16, Action.EXECUTE_NOW, now - 1)
    assert started.begun(now).tolist() == [False] * 16 + [True]
    assert not started.begun(now - 1).any()
    assert not started.overridden(16, Action.CANCEL, NOT_YET).begun(now).any()
    assert more.start[16] == NOT_YET  # nothing is changed in place


def test_an_order_binds_a_job_until_it_is_freed() -> None:
    before = Commitments.none(2)
    ordered = before.overridden(1, Action.DEFER, 983000, Rationale.WINDOW_ORDERED).valued(1, 900.0, 1.5)
    assert [ordered.bound(row) for row in (0, 1)] == [False, True]
    assert (ordered.carbon_g.tolist(), ordered.cost_gbp.tolist()) == ([0, 900], [0, 1.5])
    assert not ordered.freed(1).bound(1)
    assert not before.overridden(1, Action.DEFER, 983000).bound(1)  # a person's word is no order
    assert before.carbon_g.tolist() == [0, 0]


def test_an_older_state_takes_its_estimates_from_what_was_last_valued() -> None:
    before = replace(Commitments.none(2), baseline_g=np.array([2000.0, 0]), carbon_g=np.array([1400.0, 0]))
    state = before.to_state()
    for name in ("estimated_g", "estimated_gbp", "chance_worse", "settled"):
        del state[name]
    again = Commitments.from_state(json.loads(json.dumps(state, allow_nan=False)))
    assert again.estimated_g.tolist() == [600, 0]
    assert (np.isnan(again.chance_worse).all(), again.settled.any()) == (True, False)
