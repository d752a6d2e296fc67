"""A workspace from word to end: run everything, undo, a key that opens it over HTTP, and Forget me."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def button(one: Any, name: str) -> Any:
    return one.main.get_by_role("button", name=name, exact=True)


def asked(dashboard: Any, key: str) -> httpx.Response:
    return httpx.get(f"{dashboard.url}/api/workspace", headers={"X-GridFlex-Key": key}, timeout=30)


def test_hold_everything_and_take_it_back(dashboard: Any, visit: Callable[..., Any]) -> None:
    one = visit(dashboard).open("/queue")
    expect(button(one, "Undo")).to_have_count(0)
    button(one, "Hold deferrable until …").click()
    one.page.get_by_label("Why (goes into the audit trail)").fill("the line is at work")
    one.page.get_by_test_id("stPopoverBody").get_by_role("button", name="Hold").click()
    expect(one.main.get_by_text(re.compile(r"demo-\d+: A person chose this start")).first).to_be_visible()
    button(one, "Undo").click()
    expect(button(one, "Undo")).to_have_count(0)
    expect(button(one, "Let the plan decide again")).to_have_count(0)


def test_a_key_opens_the_workspace_until_it_is_forgotten(dashboard: Any, visit: Callable[..., Any]) -> None:
    one = visit(dashboard).open("/system")
    token = one.param["w"]
    one.main.get_by_text("API keys").click()
    one.page.get_by_label("Name of a new key").fill("nightly import")
    button(one, "Create key").click()
    key = one.main.locator("code", has_text="gfk_").inner_text()
    one.main.get_by_test_id("stButtonGroup").first.get_by_text("approve").click()
    expect(one.main.get_by_text("it is proposed").or_(one.main.get_by_text("a better one is proposed"))).to_be_visible()
    opened = asked(dashboard, key)
    assert (opened.status_code, opened.json()["mode"]) == (200, "approve")
    one.settle()
    one.main.get_by_text("Forget me").first.click()
    one.main.get_by_text("Yes, delete all of it; it cannot be undone.").click()
    button(one, "Forget me").last.click()
    expect(one.page).not_to_have_url(re.compile(re.escape(token)))
    one.settle()
    assert asked(dashboard, key).status_code == asked(dashboard, token).status_code == 401
    expect(one.main.get_by_text("Each half-hour a better plan is taken by itself")).to_be_visible()
