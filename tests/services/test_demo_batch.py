"""Demo queues of any size: seeded, in the stated ranges, critical or not as asked."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridflex.agents.demo_jobs import KINDS
from gridflex.services.demo_batch import demo_batch
from tests.bench import NOW, START


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 50), st.booleans())
def test_as_many_as_asked_with_or_without_critical_ones(seed: int, count: int, critical: bool) -> None:
    frame = demo_batch(seed, NOW, count, critical)
    assert len(frame) == count
    assert (frame["priority"] == "critical").any() == critical
    assert frame["job_id"].is_unique
    assert frame["job_id"].str.startswith("demo-").all()
    assert (frame["release"] == pd.Timestamp(START)).all()
    ranges = {str(kind.kind): kind for kind in KINDS}
    for kind, kwh, hours in zip(frame["kind"], frame["energy_kwh"], frame["duration_hours"], strict=True):
        low, high = ranges[kind].energy_kwh
        assert low <= kwh <= high
        assert ranges[kind].hours[0] <= hours <= ranges[kind].hours[1]


def test_the_same_seed_gives_the_same_jobs() -> None:
    pd.testing.assert_frame_equal(demo_batch(7, NOW, 12, True), demo_batch(7, NOW, 12, True))
    with pytest.raises(AssertionError):
        pd.testing.assert_frame_equal(demo_batch(7, NOW, 12, True), demo_batch(8, NOW, 12, True))
