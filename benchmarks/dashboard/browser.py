"""One visitor in a real Chromium: a key press on the slider to the repainted chart, and the first load."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CHROMIUM = "/usr/bin/chromium"
CHART = "[data-testid='stPlotlyChart'] .main-svg"
SLIDER = "[data-testid='stSlider'] input[type='range']"

WATCH = """(slider) => {
  window.repainted = new Promise((done, failed) => {
    const timer = setTimeout(() => failed("no repaint"), 10000);
    const value = () => document.querySelector(slider).getAttribute("aria-valuetext");
    const before = value();
    let began;
    document.addEventListener("keydown", () => { began = performance.now(); }, {once: true, capture: true});
    const watch = new MutationObserver(() => {
      if (began === undefined || value() === before) return;
      const said = ["threshold " + value(), "now " + value()];
      const drawn = [...document.querySelectorAll(".annotation-text")].find((text) => said.includes(text.textContent));
      if (!drawn?.checkVisibility()) return;
      watch.disconnect(); clearTimeout(timer);
      requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)));
    });
    watch.observe(document.body, {subtree: true, childList: true});
  });
}"""
"""A visible chart's label must show the slider's new value. Streamlit hides the chart of before at once, draws another
beside it, and takes the first one away only when the run has ended, so that no change of either tells. Visibility is
asked last, of that label alone, as it makes the browser lay the page out. A chart shown by a change of an attribute
alone would be seen at the next node inserted: later, never earlier."""


def first_load(page: Page, url: str) -> float:
    """Bytes on the wire, in MB, from nothing to the drawn chart."""
    sizes: list[int] = []
    page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    page.goto(url)
    page.wait_for_selector(CHART, timeout=60_000)
    page.wait_for_timeout(2000)
    return sum(sizes) / 1e6


def moves(page: Page, count: int, rest_ms: int = 700) -> list[float]:
    """Milliseconds from each key press to two frames after the chart showed it; the slider rests between them."""
    page.wait_for_selector(SLIDER, state="attached")
    found = []
    for _ in range(count):
        page.evaluate("(slider) => document.querySelector(slider).focus()", SLIDER)
        page.evaluate(WATCH, SLIDER)
        page.keyboard.press("ArrowRight")
        found.append(float(page.evaluate("() => window.repainted")))
        page.wait_for_timeout(rest_ms)
    return found[2:]


def measure(url: str, count: int = 25) -> tuple[float, list[float]]:
    """First load in MB, and the latencies of ``count`` moves (the first two warm up)."""
    with window() as page:
        return first_load(page, url), moves(page, count + 2)


def measure_elsewhere(url: str, jobs: Path, count: int = 15) -> dict[str, list[float]]:
    """Latencies of ``count`` moves where more is drawn: on Tuning, and on both pages with the ``jobs`` uploaded.

    The slider rests until the page has drawn what follows a move.
    """
    found: dict[str, list[float]] = {}
    with window() as page:
        first_load(page, url)
        address = urlsplit(page.url)

        def moved(path: str) -> list[float]:
            first_load(page, address._replace(path=path).geturl())
            return moves(page, count + 2, rest_ms=2500)

        found["Tuning"] = moved("/tuning")
        page.goto(address._replace(path="/queue").geturl())
        page.get_by_role("button", name="Upload CSV or JSON").click()
        page.locator("input[type=file]").set_input_files(jobs)
        page.get_by_role("button", name="Use these").click(timeout=60_000)
        page.get_by_role("dialog").wait_for(state="detached", timeout=60_000)
        found["10,000 jobs"] = moved("/")
        found["Tuning, 10,000 jobs"] = moved("/tuning")
    return found


@contextmanager
def window() -> Iterator[Page]:
    """A page of a real Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser.new_page(viewport={"width": 1280, "height": 1200})
        browser.close()
