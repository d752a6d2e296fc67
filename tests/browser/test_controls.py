"""Sliders by keyboard, with the chart, the sentence and the address in step; what a reload and a cut line keep."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

WINTER = "at=2026-01-06T17:00Z"


def label_in_chart(one: Any, text: str) -> Any:
    return one.page.get_by_test_id("stPlotlyChart").get_by_text(text, exact=True)


def rows_of(one: Any) -> str:
    """The trail's length, as the Audit page has it."""
    return str(one.main.get_by_text(re.compile(r"^[\d,]+ rows, .* head ")).inner_text()).split(" rows")[0]


def test_the_threshold_moves_by_keyboard(dashboard: Any, visit: Callable[..., Any]) -> None:
    one = visit(dashboard).open(f"/?{WINTER}")
    before = one.headline.inner_text()
    slider = one.slider("Carbon threshold")
    slider.focus()
    expect(slider).to_be_focused()
    assert one.page.evaluate(RING), "the focused slider looks like any other"
    for _ in range(30):
        one.page.keyboard.press("ArrowRight")
    expect(slider).to_have_value("300")
    expect(label_in_chart(one, "threshold 300")).to_be_visible()
    expect(one.headline).to_contain_text("Below 300 g")
    assert before != one.headline.inner_text()
    expect(one.page).to_have_url(re.compile("threshold=300"))
    one.page.keyboard.press("Home")
    expect(label_in_chart(one, "threshold 0")).to_be_visible()
    one.page.keyboard.press("ArrowRight")
    expect(label_in_chart(one, "threshold 5")).to_be_visible()


def test_the_axis_stays_put_while_the_threshold_moves(dashboard: Any, visit: Callable[..., Any]) -> None:
    one = visit(dashboard).open(f"/?{WINTER}")
    ticks = one.page.evaluate(TICKS)
    for _ in range(20):
        one.slider("Carbon threshold").press("ArrowRight")
    expect(label_in_chart(one, "threshold 250")).to_be_visible()
    one.settle()
    assert one.page.evaluate(TICKS) == ticks


def test_the_workload_energy_moves_by_keyboard(dashboard: Any, visit: Callable[..., Any]) -> None:
    one = visit(dashboard).open(f"/?{WINTER}")
    slider = one.slider("Workload energy")
    for _ in range(2):
        slider.press("ArrowRight")
    expect(one.main.get_by_text(re.compile("^160 kWh over 5 h is 32.0 kW"))).to_be_visible()
    expect(one.page).to_have_url(re.compile("energy=160"))


def test_the_lab_follows_once_the_slider_rests(dashboard: Any, visit: Callable[..., Any]) -> None:
    one = visit(dashboard).open(f"/tuning?{WINTER}")
    power = one.page.locator("[aria-label^='Site power under the plan']")
    before = power.get_attribute("aria-label")
    one.slider("Carbon threshold").press("End")
    expect(one.main.get_by_text("What follows comes next.")).to_be_visible()
    expect(one.main.get_by_text("What follows is of this plan.")).to_be_visible()
    one.settle()
    expect(power).to_have_count(1)
    expect(power).not_to_have_attribute("aria-label", before)


def test_a_kept_scenario_comes_back_onto_the_sliders(dashboard: Any, visit: Callable[..., Any]) -> None:
    one = visit(dashboard).open("/tuning?threshold=300&lab=Scenarios")
    one.page.get_by_label("Name for the controls on this page").fill("lax")
    one.page.get_by_role("button", name="Keep scenario").click()
    one.settle()
    slider = one.slider("Carbon threshold")
    slider.press("Home")
    expect(one.page).to_have_url(re.compile("threshold=0"))
    one.page.get_by_role("button", name="Put the right one on the page").click()
    expect(slider).to_have_value("300")


def test_a_limit_is_set_while_its_popover_is_open_and_gone_when_a_scenario_takes_it_away(
    dashboard: Any, visit: Callable[..., Any]
) -> None:
    one = visit(dashboard).open(f"/tuning?{WINTER}&lab=Scenarios")
    limits, told = one.main.get_by_role("button", name="Limits"), one.main.get_by_text(re.compile("^Set: "))
    limits.click()
    cap = one.slider("Site cap")
    cap.press("End")
    expect(told).to_be_visible()
    expect(one.page).to_have_url(re.compile("cap=[1-9]"))
    expect(cap).to_be_visible()
    one.page.keyboard.press("Escape")
    expect(cap).to_have_count(0)
    expect(told).to_be_visible()
    expect(one.page).to_have_url(re.compile("cap=[1-9]"))
    one.settle()
    right = one.page.get_by_role("combobox", name="Right")
    right.scroll_into_view_if_needed()  # a list closes when what it stands in is scrolled
    one.settle()
    right.click()
    one.page.get_by_role("option", name="in force").click()
    one.page.get_by_role("button", name="Put the right one on the page").click()
    expect(told).to_have_count(0)
    one.slider("Carbon threshold").press("ArrowRight")
    expect(one.page).to_have_url(re.compile("threshold="))
    one.settle()
    expect(told).to_have_count(0)
    assert "cap" not in one.param
    limits.click()
    expect(one.slider("Site cap")).to_have_value("0")


def test_a_key_held_on_the_cap_leaves_the_page_standing(dashboard: Any, visit: Callable[..., Any]) -> None:
    one = visit(dashboard).open(f"/tuning?{WINTER}")
    one.main.get_by_role("button", name="Limits").click()
    cap = one.slider("Site cap")
    for _ in range(12):
        cap.press("ArrowRight", delay=20)
    expect(one.main.get_by_text(re.compile("^Set: 120 kW"))).to_be_visible()
    one.settle()
    expect(one.main.get_by_text("The curves leave caps out", exact=False)).to_be_visible()


def test_the_tab_key_reaches_the_controls_in_the_order_read(dashboard: Any, visit: Callable[..., Any]) -> None:
    one = visit(dashboard).open(f"/?{WINTER}")
    one.slider("Carbon threshold").focus()
    for _ in range(4):
        one.page.keyboard.press("Tab")
        if one.page.evaluate("document.activeElement.type") == "range":
            break
    expect(one.slider("Workload energy")).to_be_focused()


def test_a_reload_keeps_threshold_and_workspace_on_every_page(dashboard: Any, visit: Callable[..., Any]) -> None:
    one = visit(dashboard).open("/?threshold=280")
    token = one.param["w"]
    for name in ("Queue", "Tuning", "Audit", "System", "Overview"):
        one.go(name)
        assert (one.param["w"], one.param["threshold"]) == (token, "280"), name
        one.page.reload()
        one.settle()
        assert (one.param["w"], one.param["threshold"]) == (token, "280"), f"{name}, reloaded"
    expect(label_in_chart(one, "threshold 280")).to_be_visible()
    one.go("Tuning")
    expect(one.slider("Carbon threshold")).to_have_value("280")


def test_a_cut_line_mends_itself_and_keeps_what_was_set(dashboard: Any, visit: Callable[..., Any]) -> None:
    one = visit(dashboard)
    lines: list[Any] = []

    def through(line: Any) -> None:
        line.connect_to_server()
        lines.append(line)

    one.page.route_web_socket(re.compile("_stcore/stream"), through)
    one.open("/")
    token = one.param["w"]
    for _ in range(4):
        one.slider("Carbon threshold").press("ArrowRight")
    expect(label_in_chart(one, "threshold 170")).to_be_visible()
    lines[-1].close(code=1011)
    one.page.wait_for_function(
        "() => document.querySelector('[data-testid=\"stApp\"]').dataset.testConnectionState !== 'CONNECTED'"
    )
    one.page.wait_for_function(
        "() => document.querySelector('[data-testid=\"stApp\"]').dataset.testConnectionState === 'CONNECTED'"
    )
    one.slider("Carbon threshold").press("ArrowRight")
    expect(label_in_chart(one, "threshold 175")).to_be_visible()
    assert one.param["w"] == token


def test_a_new_process_takes_over_where_a_killed_one_left(
    start_dashboard: Callable[..., Any], visit: Callable[..., Any]
) -> None:
    mortal = start_dashboard().ready()
    one = visit(mortal).open("/queue")
    one.page.get_by_role("button", name="A site's day").click()
    expect(one.main.get_by_text("1,000 jobs").first).to_be_visible()
    token = one.param["w"]
    shown = rows_of(one.go("Audit"))
    mortal.kill()
    mortal.start().ready()
    one.page.wait_for_function(
        "() => document.querySelector('[data-testid=\"stApp\"]').dataset.testConnectionState === 'CONNECTED'"
    )
    one.wrong.clear()  # a socket that is refused meanwhile is an error in the console
    one.page.reload()
    one.settle()
    assert one.param["w"] == token
    assert rows_of(one) == shown
    expect(one.main.get_by_text("chain verified")).to_be_visible()
    one.go("Queue")
    expect(one.main.get_by_text("1,000 jobs").first).to_be_visible()


def test_replay_opens_from_the_menu_follows_to_each_page_and_leads_back(
    dashboard: Any, visit: Callable[..., Any]
) -> None:
    one = visit(dashboard).open("/")
    one.page.get_by_role("button", name="Replay").click()
    one.page.get_by_text("Still winter evening").click()
    banner = one.main.get_by_text("Replay of Tue 6 Jan 17:00")
    expect(banner).to_be_visible()
    for name in ("Queue", "Tuning", "System", "Overview"):
        one.go(name)
        expect(banner).to_be_visible()
    one.page.get_by_role("button", name="Back to live").click()
    expect(banner).to_have_count(0)
    assert "at" not in one.param


RING = """() => { const seen = getComputedStyle(document.activeElement.closest('[data-rac]'));
  return seen.outlineStyle !== 'none' || seen.boxShadow !== 'none'; }"""
TICKS = "() => [...document.querySelectorAll('.ytick text, .xtick text')].map(t => t.textContent)"
LINE = "document.querySelector('[data-testid=\"stApp\"]').dataset.testConnectionState"
