"""What tests share: the recorded data beside the checkout, and a replay of the public APIs on loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

import httpx
import pytest
from hypothesis import settings

from tests import postgres

settings.register_profile("thorough", max_examples=3000, deadline=None)

for _name in ("ELEXON_API_URL", "NESO_PORTAL_URL", "OCTOPUS_API_URL"):
    os.environ[f"GRIDFLEX_{_name}"] = ""
"""No test asks a market source on the internet."""


@dataclass
class Replay:
    """A running replay. Its own clock is the machine's unless started with ``--now``."""

    url: str

    def fault(self, mode: str) -> None:
        """Switch the fault; ``none`` ends it. Raises httpx.HTTPStatusError for an unknown mode."""
        httpx.post(f"{self.url}/_fault", params={"mode": mode}, timeout=10).raise_for_status()

    def requests(self) -> dict[str, int]:
        """Requests so far, by path."""
        counted: dict[str, int] = httpx.get(f"{self.url}/_stats", timeout=10).json()["requests"]
        return counted


class Peer:
    """Accepts every connection on loopback and never ends an answer; ``drip`` sends a byte of one now and then."""

    HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"

    def __init__(self, drip: bool) -> None:
        self._drip, self._over = drip, Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.connections: list[socket.socket] = []
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        self._listener.settimeout(0.05)
        while not self._over.is_set():
            with suppress(TimeoutError):
                connection, _ = self._listener.accept()
                self.connections.append(connection)
                if self._drip:
                    connection.sendall(self.HEAD)
            for connection in self.connections if self._drip else ():
                with suppress(OSError):
                    connection.sendall(b" ")

    def end(self) -> None:
        """Hang up on everyone."""
        self._over.set()
        self._thread.join()
        for connection in self.connections:
            connection.close()
        self._listener.close()


@pytest.fixture(params=["silent", "dripping"])
def hanging_peer(request: pytest.FixtureRequest) -> Iterator[Peer]:
    """A peer that never ends an answer, once silent and once a byte at a time."""
    peer = Peer(drip=request.param == "dripping")
    yield peer
    peer.end()


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder of recorded data beside the checkout; GRIDFLEX_SHARED names another."""
    path = Path(os.environ.get("GRIDFLEX_SHARED", Path(__file__).parents[2] / "shared"))
    if not path.is_dir():
        pytest.skip(f"no recorded data at {path}")
    return path


@pytest.fixture(scope="session")
def start_replay(shared_dir: Path) -> Iterator[Callable[..., Replay]]:
    """Starts a replay of one's own with the given arguments; all end with the tests."""
    with ExitStack() as running:

        def start(*arguments: str) -> Replay:
            command = [sys.executable, str(shared_dir / "upstream" / "replay.py"), "--port", "0", *arguments]
            process = running.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
            running.callback(process.terminate)
            assert process.stdout is not None
            said = process.stdout.readline().split()
            assert said, "the replay did not start"
            return Replay(said[2].rstrip(","))

        yield start


@pytest.fixture(scope="session")
def _replay(start_replay: Callable[..., Replay]) -> Replay:
    return start_replay()


@pytest.fixture
def replay(_replay: Replay) -> Iterator[Replay]:
    """The replay on the machine's clock, shared by all tests, without a fault at start and end."""
    _replay.fault("none")
    yield _replay
    _replay.fault("none")


@pytest.fixture
def server() -> Iterator[postgres.Server]:
    """A PostgreSQL of the test's own, to be stopped and started."""
    found = postgres.programs()
    if found is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    with postgres.running(found) as running:
        yield running
