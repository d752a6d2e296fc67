"""One visitor in a real Chromium: a key press on the slider to the repainted chart, and the first load."""

from __future__ import annotations

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

WATCH = """() => {
  const chart = document.querySelector("[data-testid='stPlotlyChart']");
  window.repainted = new Promise((done, failed) => {
    const timer = setTimeout(() => failed("no repaint"), 10000);
    let began;
    document.addEventListener("keydown", () => { began = performance.now(); }, {once: true, capture: true});
    const watch = new MutationObserver(() => {
      watch.disconnect(); clearTimeout(timer);
      requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)));
    });
    watch.observe(chart, {subtree: true, childList: true, attributes: true, characterData: true});
  });
}"""


def first_load(page: Page, url: str) -> float:
    """Bytes on the wire, in MB, from nothing to the drawn chart."""
    sizes: list[int] = []
    page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    page.goto(url)
    page.wait_for_selector(CHART, timeout=60_000)
    page.wait_for_timeout(2000)
    return sum(sizes) / 1e6


def moves(page: Page, count: int) -> list[float]:
    """Milliseconds from each key press to two frames after the chart changed."""
    page.wait_for_selector(SLIDER, state="attached")
    found = []
    for _ in range(count):
        page.evaluate("(slider) => document.querySelector(slider).focus()", SLIDER)
        page.evaluate(WATCH)
        page.keyboard.press("ArrowRight")
        found.append(float(page.evaluate("() => window.repainted")))
        page.wait_for_timeout(700)
    return found[2:]


def measure(url: str, count: int = 25) -> tuple[float, list[float]]:
    """First load in MB, and the latencies of ``count`` moves (the first two warm up)."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 1200})
        loaded = first_load(page, url)
        found = moves(page, count + 2)
        browser.close()
    return loaded, found
