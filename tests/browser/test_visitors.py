"""Two visitors at once, each with a queue of their own; what a shared link gives away and what not."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_two_visitors_do_not_see_each_others_queue(dashboard: Any, visit: Callable[..., Any]) -> None:
    first, second = visit(dashboard).open("/queue"), visit(dashboard).open("/queue")
    assert first.param["w"] != second.param["w"]
    first.page.get_by_role("button", name="A site's day").click()
    expect(first.main.get_by_text(re.compile("^1,000 jobs"))).to_be_visible()
    second.page.reload()
    second.settle()
    expect(second.main.get_by_text(re.compile("^15 jobs"))).to_be_visible()
    rows = [re.sub(r" rows.*", "", one.go("Audit").main.get_by_text(re.compile("rows, .* head")).inner_text())
            for one in (first, second)]  # fmt: skip
    assert int(rows[0].replace(",", "")) > 1000
    assert rows[1] == "16", "one plan and fifteen decisions"


def test_the_plug_one_visitor_pulls_leaves_the_other_alone(dashboard: Any, visit: Callable[..., Any]) -> None:
    first, second = visit(dashboard).open("/system"), visit(dashboard).open("/")
    before = second.headline.inner_text()
    first.page.get_by_role("radio", name="no data").click()
    expect(first.sidebar.get_by_text("Sample").first).to_be_visible()
    second.page.reload()
    second.settle()
    assert second.headline.inner_text() == before


def test_a_shared_link_shows_the_view_in_a_workspace_of_ones_own(dashboard: Any, visit: Callable[..., Any]) -> None:
    host = visit(dashboard).open("/?threshold=280")
    host.page.get_by_role("button", name="Share").click()
    link = host.page.get_by_role("dialog").locator("code").inner_text()
    assert "threshold=280" in link
    assert host.param["w"] not in link
    guest = visit(dashboard).open("/?" + link.split("?")[1])
    expect(guest.slider("Carbon threshold")).to_have_value("280")
    assert "w" not in guest.param, "a moment that is shown needs no workspace"
    guest.page.get_by_role("button", name="Back to live").click()
    expect(guest.main.get_by_text("Replay of")).to_have_count(0)
    guest.settle()
    assert guest.param["w"] != host.param["w"]


def test_two_tabs_of_one_visitor_do_not_overwrite_each_other(dashboard: Any, visit: Callable[..., Any]) -> None:
    first = visit(dashboard).open("/queue")
    token = first.param["w"]
    second = visit(dashboard).open(f"/queue?w={token}")
    first.page.get_by_role("button", name="Re-plan").click()
    expect(first.page.get_by_text("Planned anew.")).to_be_visible()
    # The second tab takes up what the first one wrote before it plans on it: three plans, none lost.
    second.page.get_by_role("button", name="Re-plan").click()
    expect(second.page.get_by_text("Planned anew.").first).to_be_visible()
    second.go("Audit")
    second.main.get_by_role("combobox", name=re.compile("Kind")).click()
    second.page.get_by_role("option", name="plan", exact=True).click()
    expect(second.main.get_by_text("3 rows", exact=True)).to_be_visible()
