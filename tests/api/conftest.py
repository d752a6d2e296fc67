"""The API on a loopback port of its own, over an offline platform whose clock the test moves."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import uvicorn
from pydantic import SecretStr
from starlette.types import ASGIApp

from gridflex.api.app import create_app
from gridflex.api.limits import Limits
from gridflex.api.visits import HEADER
from gridflex.services.platform import Platform, build_platform
from gridflex.services.self_checks import SelfChecks, self_checks
from gridflex.settings import Settings
from tests.bench import OFFLINE
from tests.databases import fresh_database

NOW = datetime(2026, 1, 8, 17, 5, tzinfo=UTC)
"""A winter evening: the sample grid is dirty, and many jobs wait."""
PLENTY = Limits(reads_per_s=1e6, reads_burst=1e6, writes_per_s=1e6, writes_burst=1e6)


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Served:
    """A running API; a visitor's key is kept by ``visitor`` and sent by nobody else."""

    platform: Platform
    checks: SelfChecks
    clock: Clock
    url: str
    opened: list[httpx.Client] = field(default_factory=list)

    def new_client(self, key: str | None = None) -> httpx.Client:
        self.opened.append(httpx.Client(base_url=self.url, timeout=30, headers={HEADER: key} if key else {}))
        return self.opened[-1]

    def visitor(self) -> httpx.Client:
        """A visitor who has made a first change."""
        answer = self.new_client().post("/optimize")
        assert answer.status_code == 200, answer.text
        return self.new_client(answer.headers[HEADER])

    def close_clients(self) -> None:
        while self.opened:
            self.opened.pop().close()

    def get(self, path: str, **given: Any) -> Any:
        """JSON of a GET that comes off, by who brings no key."""
        answer = self.new_client().get(path, **given)
        assert answer.status_code == 200, answer.text
        return answer.json()


Serve = Callable[..., AbstractContextManager[Served]]


@contextmanager
def listening(app: ASGIApp) -> Iterator[str]:
    """The address of an app served on loopback."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", ws="none", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def served(
    *keys: str,
    limits: Limits = PLENTY,
    origins: tuple[str, ...] = (),
    database: str = "",
    carbon: str = "",
    beckn: str = "",
    private: bool = False,
) -> Iterator[Served]:
    clock = Clock()
    with ExitStack() as stack:
        address = database or stack.enter_context(fresh_database())
        given = {**OFFLINE, "GRIDFLEX_CARBON_API_URL": carbon, "GRIDFLEX_BECKN_URL": beckn}
        given |= {"GRIDFLEX_WEBHOOK_ALLOW_PRIVATE": private, "DATABASE_URL": SecretStr(address)}
        settings = Settings.model_validate(given)
        platform = build_platform(settings, clock)
        stack.callback(platform.close)
        checks = self_checks(platform)
        url = stack.enter_context(listening(create_app(platform, checks, keys, origins, limits)))
        api = Served(platform, checks, clock, url)
        stack.callback(api.close_clients)
        yield api


@pytest.fixture(scope="session")
def serve() -> Serve:
    """Starts an API of one's own."""
    return served


@pytest.fixture(scope="session")
def _shared() -> Iterator[Served]:
    with served() as api:
        yield api


@pytest.fixture
def api(_shared: Served) -> Iterator[Served]:
    """One API for all tests, without the operator's keys and limits; each visitor has a workspace of their own."""
    _shared.clock.now = NOW
    yield _shared
    _shared.close_clients()
