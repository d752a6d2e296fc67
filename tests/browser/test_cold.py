"""Every page as the first request a fresh process ever sees: full frame, right page, few bytes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

NAMES = sorted(page.stem for page in (Path(__file__).parents[2] / "pages").glob("*.py"))
PAGES = {"": "GridFlex"} | {name: name.capitalize() for name in NAMES if name != "overview"}
ENTRIES = ("asgi.py", "app.py")
MOST_BYTES = 3_000_000


@pytest.fixture(scope="module")
def fresh(start_dashboard: Callable[..., Any]) -> dict[tuple[str, str], Any]:
    """A process for every case, all on their way at once."""
    return {(entry, path): start_dashboard(entry) for entry in ENTRIES for path in PAGES}


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("entry", ENTRIES)
def test_the_first_page_of_a_process(
    fresh: dict[tuple[str, str], Any], visit: Callable[..., Any], entry: str, path: str
) -> None:
    process = fresh[entry, path].ready()
    one = visit(process).open(f"/{path}?threshold=230")
    expect(one.page.locator("h1")).to_have_text(PAGES[path])
    for group in ("Now", "Decide", "Under the hood"):
        expect(one.sidebar.get_by_text(group, exact=True)).to_be_visible()
    assert one.sidebar.get_by_test_id("stSidebarNavLink").count() >= len(PAGES)
    expect(one.sidebar.get_by_text("Site region")).to_be_visible()
    expect(one.page).to_have_title("GridFlex")
    assert one.page.url.startswith(f"{process.url}/{path}?")
    assert one.param["threshold"] == "230", "the rest of the address stays"
    if entry == "asgi.py":
        assert one.wire <= MOST_BYTES, f"{one.wire / 1e6:.2f} MB"
    one.judge()
    process.stop()
