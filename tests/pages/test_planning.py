"""Under a cap a plan takes a moment: the pages say so before it is there, and no longer once it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import streamlit as st

PAGES = ["overview", "queue", "tuning"]


@pytest.fixture
def waiting(site: Any, make_visitor: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    """A visitor of a desk that does not come to its plan: a page stands as it does meanwhile."""
    make_visitor().open()  # the process is warm
    monkeypatch.setattr(site.platform.desk, "decide", lambda *_: st.stop())
    return make_visitor()


def laid(place: Any) -> int:
    """Elements in a place, those inside its containers among them."""
    return 1 + sum(laid(each) for each in getattr(place, "children", {}).values())


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_that_a_plan_under_a_cap_is_being_sought(waiting: Any, name: str) -> None:
    said = waiting.open(name, cap="200").text
    assert said.count("*planning* – what you see is still the plan before this move.") == 1


@pytest.mark.parametrize("name", PAGES)
def test_without_a_cap_nothing_is_said(waiting: Any, name: str) -> None:
    assert "planning*" not in waiting.open(name).text


def test_without_a_cap_the_overview_lays_no_place_for_it(waiting: Any, make_visitor: Callable[[], Any]) -> None:
    assert laid(make_visitor().open(cap="200").page.main) == laid(waiting.open().page.main) + 1


@pytest.mark.parametrize("name", PAGES)
def test_it_is_gone_once_the_plan_is_there(visitor: Any, name: str) -> None:
    said = visitor.open(name, cap="200").text
    assert "*planning* – what you see" not in said
    assert "jobs" in said


def test_under_a_cap_the_lab_s_controls_do_not_wait_for_the_plan(waiting: Any) -> None:
    shown = [slider.label for slider in waiting.open("tuning", cap="200").unfold("limits").page.slider]
    assert "Carbon threshold, gCO2/kWh" in shown
    assert "Site cap, kW (0: as in Site settings)" in shown
