"""A visitor of the pages without a browser, on a clock the test moves."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from gridflex.services.platform import Platform
from gridflex.store.chain import Row
from gridflex.store.workspaces import workspace_id
from gridflex.ui import session
from tests.databases import fresh_database

ROUTER = Path(__file__).parent / "entry.py"
START = datetime(2026, 11, 18, 10, 20, tzinfo=UTC)


@dataclass
class Visitor:
    """One visit; every method that runs a page fails on an exception in it."""

    page: AppTest = field(default_factory=lambda: AppTest.from_file(ROUTER, default_timeout=20), repr=False)

    def open(self, name: str = "overview", **address: Any) -> Visitor:
        """A page by its name, with parameters added to the address."""
        self.page.query_params.update(address)
        if self.title or name != "overview":
            self.page.switch_page(f"../../pages/{name}.py")
        return self.run()

    def run(self) -> Visitor:
        self.page.run()
        assert not self.page.exception, self.page.exception
        assert self.title
        return self

    def press(self, *labels: str) -> Visitor:
        """Press buttons in one go: for a dialog, the one that opens it and one inside."""
        for label in labels:
            self.button(label).click()
        return self.run()

    def button(self, label: str) -> Any:
        """The last button of that label: a dialog's own comes after the one that opens it."""
        found = [one for one in self.page.button if one.label == label]
        assert found, f"no button {label!r} among {self.buttons}"
        return found[-1]

    def field(self, kind: str, label: str) -> Any:
        """A widget by its kind and label."""
        return next(one for one in self.page.get(kind) if one.label == label)

    def unfold(self, key: str) -> Visitor:
        """Open what is drawn only once it is open, by its key."""
        self.page.session_state[key] = True
        return self.run()

    @property
    def buttons(self) -> list[str]:
        return [one.label for one in self.page.button]

    @property
    def jobs(self) -> Any:
        """The Queue's table."""
        return self.page.dataframe[0].value

    def choose(self, row: int) -> Visitor:
        """Open the drawer of a row of the Queue's table."""
        self.page.session_state["jobs"] = {"selection": {"rows": [row], "columns": [], "cells": []}}
        return self.again()

    def again(self) -> Visitor:
        """Run with the drawer still open; a browser runs the drawer's own fragment."""
        if "drawer_of_jobs" in self.page.session_state:
            del self.page.session_state["drawer_of_jobs"]
        return self.run()

    @property
    def title(self) -> str | None:
        titles = [one.value for one in self.page.title]
        return titles[0] if titles else None

    @property
    def text(self) -> str:
        """Everything the page says, top to bottom as far as kinds of elements allow."""
        page = self.page
        kinds = (page.title, page.subheader, page.markdown, page.caption, page.text, page.info, page.warning)
        said = [str(one.value) for kind in (*kinds, page.error, page.success) for one in kind]
        return "\n".join(said)

    @property
    def badge(self) -> str:
        """Where the grid's values come from, as the frame says it."""
        return next(one.value for one in self.page.sidebar.markdown if "badge[" in one.value)

    @property
    def error(self) -> str:
        """What the source said last, as the pages quote it."""
        platform = session.platform()
        return platform.feed.state(0, platform.clock()).error or " "

    @property
    def address(self) -> dict[str, Any]:
        return self.page.query_params

    def trail(self, kind: str | None = None) -> list[Row]:
        """Rows of this visit's own trail, newest first."""
        return session.platform().trail.rows(workspace_id(self.address["w"]), kind=kind, limit=2000)

    def platform_verifies(self) -> bool:
        return session.platform().trail.verify(workspace_id(self.address["w"])).count == len(self.trail())


@dataclass
class Site:
    """A process of its own: its platform, and the clock that the test moves."""

    now: datetime = START

    @property
    def platform(self) -> Platform:
        return session.platform(lambda: self.now)

    def pass_time(self, **span: float) -> None:
        self.now += timedelta(**span)

    def settle(self, region: int = 0) -> None:
        """Wait until a fetch that was due has come to its end."""
        until = time.monotonic() + 30
        while self.platform.feed.state(region, self.now).refreshing:
            assert time.monotonic() < until, "the fetch does not end"
            time.sleep(0.01)

    def leave(self) -> None:
        self.platform.close()
        st.cache_resource.clear()


@pytest.fixture
def start_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Site]]:
    """Starts a process as the environment would have it; a second one takes over the disk of the first."""
    monkeypatch.setenv("GRIDFLEX_DATA_DIR", str(tmp_path))
    running: list[Site] = []

    def leave() -> None:
        while running:
            running.pop().leave()

    def start(carbon_url: str = "", now: datetime = START) -> Site:
        leave()
        monkeypatch.setenv("GRIDFLEX_CARBON_API_URL", carbon_url)
        running.append(Site(now))
        assert running[0].platform.settings.data_dir == tmp_path
        return running[0]

    with fresh_database("") as address:
        monkeypatch.setenv("DATABASE_URL", address)
        yield start
        leave()


@pytest.fixture
def site(start_site: Callable[..., Site]) -> Site:
    """A process on the sample grid."""
    return start_site()


@pytest.fixture
def make_visitor() -> Callable[[], Visitor]:
    """One more visitor of the process that was started."""
    return Visitor


@pytest.fixture
def visitor(site: Site) -> Visitor:
    """A visitor of a process on the sample grid."""
    return Visitor()


@pytest.fixture(autouse=True)
def _nothing_in_the_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever a page makes the server log, from a warning up, is a fault."""
    yield
    bare = "missing ScriptRunContext"  # the test itself asks outside a run
    said = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert not [line for line in said if bare not in line]
