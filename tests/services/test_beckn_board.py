"""The board of windows for all visitors, and the Overview's card: there when real, and quick."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from threading import Event
from time import monotonic, perf_counter, sleep

import pytest

from gridflex.agents.grid_view import GridView
from gridflex.domain.controls import Controls, Site, ThresholdMode
from gridflex.domain.grid import GenerationMix
from gridflex.domain.provenance import Provenance
from gridflex.planning.objective import Objective
from gridflex.services.beckn_board import Board, beckn_card
from gridflex.services.beckn_workload import NO_GATE, Wish, imagined, threshold_in_force, workload_of
from tests.bench import MIX, NOW, START, PriceSheet, hour, stepped, view_of

SHEET = PriceSheet()
LIVE = replace(view_of(stepped((2, 200), (4, 140), (6, 100), then=180)), mix=GenerationMix(START, MIX))
SAMPLE = replace(LIVE, provenance=Provenance.SAMPLE)


@pytest.fixture
def board() -> Iterator[Board]:
    board = Board(5.0)
    yield board
    board.close()


def test_the_grid_is_asked_once_a_half_hour_for_everyone(board: Board) -> None:
    asked: list[int] = []

    def view_of_region(region: int) -> GridView:
        asked.append(region)
        return LIVE

    for minutes in (0, 1, 20):
        windows = board.windows(view_of_region, LIVE, SHEET, NOW + timedelta(minutes=minutes))
        assert windows is not None
        assert len(windows) == 8
    assert len(asked) == 7
    board.windows(view_of_region, LIVE, SHEET, NOW + timedelta(minutes=30))
    board.windows(view_of_region, LIVE, SHEET, NOW, who="another")
    assert len(asked) == 21


def test_nothing_is_posted_until_every_zone_is_real(board: Board) -> None:
    arrived = Event()

    def view_of_region(region: int) -> GridView:
        return LIVE if arrived.is_set() or region != 5 else SAMPLE

    assert board.windows(view_of_region, LIVE, SHEET, NOW) is None
    arrived.set()
    assert board.windows(view_of_region, LIVE, SHEET, NOW + timedelta(seconds=30)) is None, "asked again in a minute"
    assert board.windows(view_of_region, LIVE, SHEET, NOW + timedelta(seconds=61)) is not None
    assert board.windows(lambda region: SAMPLE, SAMPLE, SHEET, NOW, "offline") is not None


def test_a_slow_source_holds_nobody() -> None:
    board, go = Board(0.01), Event()

    def view_of_region(region: int) -> GridView:
        go.wait(5)
        return LIVE

    began = monotonic()
    assert board.windows(view_of_region, LIVE, SHEET, NOW) is None
    assert monotonic() - began < 1
    go.set()
    until = monotonic() + 5
    while board.windows(view_of_region, LIVE, SHEET, NOW) is None:
        assert monotonic() < until
        sleep(0.01)
    board.close()


def test_a_failure_is_tried_again(board: Board) -> None:
    def broken(region: int) -> GridView:
        raise RuntimeError("the line broke")

    with pytest.raises(RuntimeError):
        board.windows(broken, LIVE, SHEET, NOW)
    assert board.windows(lambda region: LIVE, LIVE, SHEET, NOW) is not None


def test_the_card_in_its_three_sentences(board: Board) -> None:
    windows = board.windows(lambda region: LIVE, LIVE, SHEET, NOW)
    assert windows is not None

    def card(threshold: float, now_of: float = 0.0) -> tuple[str, str]:
        workload = workload_of(imagined(150, 4, 36, LIVE), LIVE, Site(), Wish(threshold), Objective())
        found = beckn_card(windows, workload, NOW + timedelta(hours=now_of))
        return found.value, found.caption

    assert card(130) == ("8 windows, 1 fit", "next in 1 h 55 min · Cambridge, 120 g/kWh")
    assert card(10) == ("8 windows, 0 fit", "none for 37.5 kW under the threshold")
    assert card(2000, 0.5)[1].startswith("next in 25 min")


def test_the_card_costs_less_than_a_millisecond(board: Board) -> None:
    def make() -> float:
        began = perf_counter()
        windows = board.windows(lambda region: LIVE, LIVE, SHEET, NOW)
        workload = workload_of(imagined(150, 4, 36, LIVE), LIVE, Site(), Wish(150), Objective())
        beckn_card(windows or (), workload, NOW)
        return perf_counter() - began

    make()
    assert min(make() for _ in range(50)) < 1e-3


def test_the_imagined_workload_is_bounded_by_its_deadline_and_the_horizon() -> None:
    load = imagined(150, 4, 6, LIVE)
    assert (LIVE.horizon.at(load.earliest), LIVE.horizon.at(load.latest)) == (START, hour(2))
    assert LIVE.horizon.at(imagined(150, 24, 24, LIVE).latest) == START
    assert LIVE.horizon.at(imagined(150, 24, 47, LIVE).latest) == hour(23)


def test_the_gate_is_the_threshold_in_force() -> None:
    assert threshold_in_force(Controls(threshold=120), LIVE) == 120
    assert threshold_in_force(Controls(mode=ThresholdMode.OFF), LIVE) == NO_GATE
    # of the next 24 h 4 half-hours are at 100, 4 at 140: the cleanest tenth reaches 140
    assert threshold_in_force(Controls(mode=ThresholdMode.RELATIVE, cleanest_percent=10), LIVE) == 140
