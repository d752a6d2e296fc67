"""Every page in both themes, wide and on a phone: nothing sideways, nothing without words, nothing left loading."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PATHS = ("/", *sorted(f"/{page.stem}" for page in (Path(__file__).parents[2] / "pages").glob("[!o]*.py")))
PAPER = {"light": "rgb(255, 255, 255)", "dark": "rgb(23, 22, 20)"}
CANNOT_BE = re.compile(r"Traceback|\bNaN\b|\bnan\b|\bNone\b|\binf\b|undefined|\[object Object\]|:material/")


@pytest.mark.parametrize(
    ("theme", "size"),
    [("light", (1280, 900)), ("dark", (1280, 900)), ("dark", (390, 844))],
    ids=["light-wide", "dark-wide", "dark-phone"],
)
def test_every_page_in_its_theme(dashboard: Any, visit: Callable[..., Any], theme: str, size: tuple[int, int]) -> None:
    one = visit(dashboard, *size, theme=theme)
    for path in PATHS:
        one.open(path)
        assert one.page.evaluate(f"getComputedStyle({APP}).backgroundColor") == PAPER[theme]
        found = CANNOT_BE.search(one.page.inner_text("body"))
        assert not found, f"{path} shows {found}"
        assert one.page.evaluate(SIDEWAYS) <= 0, f"{path} scrolls sideways at {size[0]} px"
        assert one.page.evaluate(UNSAID) == [], f"{path} has charts or tables without words"
        assert one.page.evaluate(UNNAMED) == [], f"{path} has controls without a name"
        one.judge()


def test_on_a_phone_the_decision_comes_before_the_chart(dashboard: Any, visit: Callable[..., Any]) -> None:
    one = visit(dashboard, 390, 844).open()
    places = [
        one.headline,
        one.slider("Carbon threshold"),
        one.main.get_by_text(re.compile("this job: ")),
        one.main.get_by_text("Market condition").first,
        one.page.get_by_test_id("stPlotlyChart"),
        one.main.get_by_text("Decisions that tell the story"),
    ]
    tops = [place.bounding_box()["y"] for place in places]
    assert tops == sorted(tops), tops
    expect(one.headline).to_be_in_viewport()


APP = "document.querySelector('[data-testid=\"stApp\"]')"
SIDEWAYS = """() => Math.max(...['[data-testid="stMain"]', '[data-testid="stMainBlockContainer"]', 'html']
  .map(s => document.querySelector(s)).map(e => e.scrollWidth - e.clientWidth))"""
UNSAID = """() => [...document.querySelectorAll('[data-testid="stPlotlyChart"], [data-testid="stDataFrame"]')]
  .filter(e => ![e, ...e.querySelectorAll('[aria-label]')].some(x => (x.getAttribute('aria-label') || '').length > 40))
  .map(e => e.outerHTML.slice(0, 160))"""
UNNAMED = """() => [...document.querySelectorAll('[data-testid="stMain"] button, [data-testid="stMain"] input')]
  .filter(e => e.offsetParent && e.type !== 'hidden' && e.type !== 'file' && e.tabIndex >= 0)
  .filter(e => !(e.textContent || e.getAttribute('aria-label') || e.getAttribute('aria-labelledby')
    || e.getAttribute('title') || (e.labels && e.labels.length)))
  .map(e => e.outerHTML.slice(0, 160))"""
