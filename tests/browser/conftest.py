"""A real Chromium against real servers: each with its own port, disk and log."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import httpx
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)

ROOT = Path(__file__).parents[2]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
PATIENCE_MS = 20_000
PROBES = "/_stcore/"  # on a deep link Streamlit's own page looks for its base path and meets 404s
BAD_LOG = re.compile(r"warning|traceback|exception|scriptruncontext|deprecat|was created with a default", re.IGNORECASE)


@dataclass
class Dashboard:
    """A server process. What it logged is judged when it is stopped."""

    entry: str
    data: Path
    carbon_url: str = ""
    extra: dict[str, str] = field(default_factory=dict)
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return (self.data / "server.log").read_text()

    def start(self) -> Dashboard:
        self.port = self.port or free_port()
        with (self.data / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "streamlit", "run", self.entry, f"--server.port={self.port}"],
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={
                    **os.environ,
                    "GRIDFLEX_CARBON_API_URL": self.carbon_url,
                    "GRIDFLEX_DATA_DIR": str(self.data / "kept"),
                    "PYTHONPATH": str(ROOT),
                    **self.extra,
                },
            )
        return self

    def ready(self) -> Dashboard:
        """Wait for health; no page has been asked for then."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            assert self.process is not None
            assert self.process.poll() is None, self.log
            try:
                if httpx.get(f"{self.url}/_stcore/health", timeout=2).text == "ok":
                    return self
            except httpx.HTTPError:
                time.sleep(0.05)
        raise AssertionError(f"not healthy within a minute: {self.log}")

    def kill(self) -> None:
        """As the machine would: without a chance to say goodbye."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def judge(self) -> None:
        lines = [line for line in self.log.splitlines() if BAD_LOG.search(line)]
        assert not lines, "\n".join(lines)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def start_dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Dashboard]]:
    """Starts a server of one's own; all end with the tests, and none may have warned."""
    running: list[Dashboard] = []

    def start(entry: str = "asgi.py", carbon_url: str = "", **extra: str) -> Dashboard:
        running.append(Dashboard(entry, tmp_path_factory.mktemp("site"), carbon_url, extra))
        return running[-1].start()

    yield start
    for dashboard in running:
        dashboard.stop()
    for dashboard in running:
        dashboard.judge()


@pytest.fixture(scope="session")
def dashboard(start_dashboard: Callable[..., Dashboard]) -> Dashboard:
    """The server most tests share, on the sample grid."""
    return start_dashboard().ready()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser; a machine without one fails in CI and skips elsewhere."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None and os.environ.get("CI") == "true":
        pytest.fail("no Chromium on this machine: apt-get install chromium")
    if path is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Visit:
    """One visitor's browser window, with everything it did wrong and the bytes it took."""

    page: Page
    url: str
    wrong: list[str] = field(default_factory=list)
    wire: int = 0

    def open(self, path: str = "/") -> Visit:
        self.page.goto(self.url + path, wait_until="domcontentloaded")
        return self.settle()

    def settle(self) -> Visit:
        """Until a title is there, nothing runs and nothing is still a placeholder."""
        expect(self.page.locator("h1")).to_be_visible()
        self.page.wait_for_function(SETTLED)
        return self

    def go(self, name: str) -> Visit:
        """To another page by the navigation."""
        self.page.get_by_test_id("stSidebarNav").get_by_role("link", name=name, exact=True).click()
        expect(self.page.locator("h1")).to_have_text("GridFlex" if name == "Overview" else name)
        return self.settle()

    def slider(self, label: str) -> Any:
        return self.page.get_by_role("slider", name=label)

    @property
    def sidebar(self) -> Any:
        return self.page.get_by_test_id("stSidebar")

    @property
    def main(self) -> Any:
        return self.page.get_by_test_id("stMain")

    @property
    def headline(self) -> Any:
        return self.main.locator("h3").first

    @property
    def param(self) -> dict[str, str]:
        return dict(part.split("=", 1) for part in urlparse(self.page.url).query.split("&") if part)

    def judge(self) -> None:
        assert not self.wrong, self.wrong
        if not self.page.is_closed():
            assert not self.page.get_by_test_id("stException").count(), self.page.inner_text("body")


SETTLED = """() => {
  const app = document.querySelector('[data-testid="stApp"]');
  return app && app.getAttribute('data-test-script-state') === 'notRunning'
    && !document.querySelector('[data-testid="stSkeleton"], [data-testid="stSpinner"]')
    && [...document.querySelectorAll('[data-testid="stPlotlyChart"]')].every(c => c.querySelector('.main-svg'));
}"""


def watch(visit: Visit, host: str) -> None:
    """Note console errors, page errors, foreign requests and refused ones."""

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error" and PROBES not in message.location.get("url", ""):
            visit.wrong.append(f"console: {message.text[:200]}")

    def asked(request: Request) -> None:
        if urlparse(request.url).netloc not in ("", host) and not request.url.startswith(("data:", "blob:")):
            visit.wrong.append(f"foreign request: {request.url[:200]}")

    def came(response: Response) -> None:
        if response.status >= 400 and PROBES not in response.url:
            visit.wrong.append(f"{response.status}: {response.url[:200]}")

    def done(request: Request) -> None:
        if not request.url.startswith(("data:", "blob:")):
            visit.wire += request.sizes()["responseBodySize"]

    page = visit.page
    page.on("console", heard)
    page.on("request", asked)
    page.on("response", came)
    page.on("requestfinished", done)
    page.on("pageerror", lambda error: visit.wrong.append(f"page error: {error}"))


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Visit]]:
    """Opens windows of visitors who share nothing; in the end none of them may have met an error."""
    opened: list[tuple[BrowserContext, Visit]] = []
    expect.set_options(timeout=PATIENCE_MS)

    def begin(dashboard: Dashboard, width: int = 1280, height: int = 900, theme: str = "light") -> Visit:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme=theme,
            accept_downloads=True,  # type: ignore[arg-type]
        )
        context.set_default_timeout(PATIENCE_MS)
        one = Visit(context.new_page(), dashboard.url)
        watch(one, urlparse(dashboard.url).netloc)
        opened.append((context, one))
        return one

    yield begin
    for _, one in opened:
        one.judge()
    for context, _ in opened:
        context.close()
