"""What the headers forbid is really refused by a browser; what the pages need is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.browser

INJECT = """() => { const script = document.createElement('script');
  script.textContent = 'window.injected = true'; document.head.append(script); return window.injected === true }"""


def test_a_script_that_is_not_the_pages_own_does_not_run(dashboard: Any, chromium: Browser) -> None:
    with chromium.new_context() as context:
        page = context.new_page()
        page.goto(dashboard.url, wait_until="domcontentloaded")
        assert page.evaluate("window.prerenderReady") is not None  # the page's own inline script has run
        assert page.evaluate(INJECT) is False


def test_no_other_page_can_frame_it(dashboard: Any, chromium: Browser) -> None:
    with chromium.new_context() as context:
        page = context.new_page()
        with page.expect_response("**/health") as asked:
            page.set_content(f"<iframe src={dashboard.url}/health></iframe>")
        assert asked.value.status == 200
        expect(page.frame_locator("iframe").locator("body")).not_to_contain_text("degraded")
        assert page.frames[1].url.startswith("chrome-error:")


def test_the_documentation_works_under_its_policy(dashboard: Any, visit: Callable[..., Any]) -> None:
    one = visit(dashboard)
    one.page.goto(f"{dashboard.url}/docs")
    expect(one.page.get_by_text("/api/grid/current", exact=True)).to_be_visible()
    one.page.locator("#operations-grid-grid_current").get_by_role("button").first.click()
    one.page.get_by_role("button", name="Try it out").click()
    one.page.get_by_role("button", name="Execute", exact=True).click()
    expect(one.page.locator(".live-responses-table").get_by_text("carbon_intensity_gco2_kwh").first).to_be_visible()


@pytest.mark.parametrize("path", ["/", "/queue", "/health", "/docs", "/nothing/at/all", "/api/nothing"])
def test_every_answer_carries_them(dashboard: Any, path: str) -> None:
    said = httpx.get(dashboard.url + path, headers={"X-Request-ID": "from-the-proxy-1"}).headers
    assert "frame-ancestors 'none'" in said["content-security-policy"]
    assert "unsafe-inline" not in said["content-security-policy"].split("style-src")[0]
    assert (said["x-frame-options"], said["x-content-type-options"]) == ("DENY", "nosniff")
    assert (said["referrer-policy"], said["x-request-id"]) == ("same-origin", "from-the-proxy-1")
    assert "camera=()" in said["permissions-policy"]
