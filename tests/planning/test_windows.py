from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridflex.planning.start_table import StartTable, table_pays
from gridflex.planning.windows import DirectSearch, cheapest_start, cost_at, first_start_where, start_costs
from tests.planning.queues import queue_of, random_horizon, random_queue, run_cost, seeds

T = 24


@given(seeds, st.sampled_from([0.0, 3.0]), st.booleans())
def test_the_cheapest_start_equals_trying_them_all(seed: int, delay_cost: float, ties: bool) -> None:
    queue, values = random_queue(seed, 8, T), random_horizon(seed, T, ties).price
    start, cost = cheapest_start(values, queue, delay_cost)
    for job in range(len(queue)):
        first, last = int(queue.earliest[job]), int(queue.latest[job])
        tried = [
            run_cost(values, at, queue.length[job]) * queue.power_kw[job] / 2 + delay_cost / 2 * (at - first)
            for at in range(first, last + 1)
        ]
        if not tried:
            assert (start[job], cost[job]) == (first, np.inf)
            continue
        assert cost[job] == pytest.approx(min(tried), abs=1e-9)
        assert tried[start[job] - first] == pytest.approx(min(tried), abs=1e-9)


def test_of_equal_starts_the_earliest_is_taken() -> None:
    start, _ = cheapest_start(np.array([3.0, 1.0, 2.0, 1.0]), queue_of({"latest": 3}, {"earliest": 2, "latest": 3}))
    assert start.tolist() == [1, 3]


@given(seeds, st.booleans())
def test_the_table_finds_what_the_search_finds(seed: int, ties: bool) -> None:
    queue, values = random_queue(seed, 300, T, whole=True), random_horizon(seed, T, ties).intensity
    start, cost = StartTable(values, int(queue.slots.max())).cheapest(queue)
    searched, searched_cost = DirectSearch(values, 0.0).cheapest(queue)
    assert cost == pytest.approx(searched_cost)
    at_both = np.isfinite(cost)
    assert cost_at(values, queue, start)[at_both] == pytest.approx(cost_at(values, queue, searched)[at_both])
    if not ties:
        assert start.tolist() == searched.tolist()


def test_a_large_queue_of_whole_half_hours_is_looked_up() -> None:
    queue, values = random_queue(1, 3000, 96, whole=True), random_horizon(1, 96).intensity
    assert table_pays(queue, 96)
    assert not table_pays(random_queue(1, 3000, 96), 96)
    assert not table_pays(queue.take(slice(100)), 96)
    start, cost = cheapest_start(values, queue)
    searched, searched_cost = DirectSearch(values, 0.0).cheapest(queue)
    assert start.tolist() == searched.tolist()
    assert cost == pytest.approx(searched_cost)


def test_starts_outside_the_window_cost_infinity() -> None:
    starts, cost = start_costs(np.array([1.0, 2.0, 4.0, 8.0]), queue_of({"length": 1.5, "earliest": 1, "latest": 2}))
    assert starts.tolist() == [0, 1, 2, 3]
    assert cost[0].tolist() == [np.inf, 5.0 * (2 + 2), 5.0 * (4 + 4), np.inf]


def test_an_empty_queue_has_no_starts() -> None:
    start, cost = cheapest_start(np.ones(4), queue_of())
    assert len(start) == len(cost) == 0


def test_the_first_allowed_start() -> None:
    assert first_start_where(np.array([[False, True, True], [False, False, False]])).tolist() == [1, -1]
