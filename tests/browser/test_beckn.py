"""The Beckn page in a browser: the whole journey, a slider in the address, messages opened, a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def button(one: Any, name: str) -> Any:
    return one.main.get_by_role("button", name=name, exact=True)


def step(one: Any, name: str) -> Any:
    """A step of the timeline by its first word, the newest; its icon's name comes before it."""
    return one.main.locator("summary", has_text=re.compile(f"{name} · ")).last


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_the_journey_from_windows_to_a_confirmed_order(
    dashboard: Any, visit: Callable[..., Any], theme: str, width: int
) -> None:
    one = visit(dashboard, width=width, theme=theme).open("/beckn")
    expect(one.main.get_by_text(re.compile("^8 windows found, "))).to_be_visible()
    button(one, "Run all").click()
    expect(one.main.get_by_text("confirmed", exact=True).first).to_be_visible()
    expect(step(one, "Confirm")).to_be_visible()
    one.settle()
    assert one.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    button(one, "Status").click()
    expect(step(one, "Status")).to_contain_text("the order is confirmed")
    button(one, "Cancel order").click()
    expect(step(one, "Cancel")).to_contain_text("the provider has cancelled the order")


def test_a_message_is_there_once_it_is_opened_and_stays_open(dashboard: Any, visit: Callable[..., Any]) -> None:
    one = visit(dashboard).open("/beckn")
    step(one, "Discover").click()
    expect(one.main.get_by_text(re.compile("^at .* UK time · the order is now discovered"))).to_be_visible()
    one.main.locator("summary", has_text=re.compile(r"Request\b")).last.click()
    expect(one.main.get_by_text('"action": "discover"')).to_be_visible()
    expect(one.main.get_by_text('"on_discover"')).to_have_count(0)


def test_a_slider_moves_the_windows_and_stands_in_the_address(dashboard: Any, visit: Callable[..., Any]) -> None:
    one = visit(dashboard).open("/beckn?threshold=400")
    expect(one.main.get_by_text(re.compile("^8 windows found, 8 fit|^8 windows found, 7 fit"))).to_be_visible()
    renewables = one.slider("Renewables at least, %")
    renewables.focus()
    renewables.press("End")
    expect(one.main.get_by_text(re.compile("^8 windows found, 0 fit"))).to_be_visible()
    one.settle()
    assert one.param["renewables"] == "100"
    again = visit(dashboard).open(f"/beckn?{one.page.url.split('?')[1]}")
    expect(again.main.get_by_text(re.compile("^8 windows found, 0 fit"))).to_be_visible()


def test_a_job_is_booked_from_its_drawer(dashboard: Any, visit: Callable[..., Any]) -> None:
    one = visit(dashboard).open("/queue")
    canvas = one.main.get_by_test_id("stDataFrame").first
    booked = one.page.get_by_role("button", name="Book a window over Beckn")
    for row in range(8):  # as many as are seen without scrolling
        canvas.click(position={"x": 20, "y": 35 + 66 * (row + 0.5)})
        expect(one.page.get_by_role("dialog")).to_be_visible()
        one.settle()
        if booked.count():
            break
        one.page.keyboard.press("Escape")
        expect(one.page.get_by_role("dialog")).to_have_count(0)
    booked.click()
    expect(one.page.locator("h1")).to_have_text("Beckn")
    one.settle()
    expect(one.main.get_by_role("combobox", name=re.compile("What is to run"))).to_have_value(re.compile("demo-"))
    button(one, "Run all").click()
    expect(one.main.get_by_text("confirmed", exact=True).first).to_be_visible()


def test_a_grid_agent_books_a_job_of_ours(dashboard: Any, visit: Callable[..., Any]) -> None:
    one = visit(dashboard).open("/beckn")
    button(one, "Publish").click()
    button(one, "Let a grid agent book one").click()
    expect(one.main.get_by_text("Who booked what")).to_be_visible()
    one.main.locator("summary", has_text="Both sides of the trail").click()
    expect(button(one, "The grid agent cancels the newest")).to_be_visible()
