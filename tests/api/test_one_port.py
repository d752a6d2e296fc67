"""Dashboard and API on one port, as an operator starts them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
BROWSER = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "asgi.py", f"--server.port={port}"]
    kept = {"GRIDFLEX_CARBON_API_URL": "", "GRIDFLEX_DATA_DIR": str(tmp_path_factory.mktemp("data"))}
    process = subprocess.Popen(
        [*command, "--server.address=127.0.0.1"], cwd=ROOT, env=os.environ | kept, stdout=subprocess.DEVNULL
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            _wait(client)
            yield client
    finally:
        process.terminate()
        process.wait()


def _wait(client: httpx.Client) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            client.get("/_stcore/health").raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.2)
        else:
            return
    pytest.fail("the app did not start")


def test_pages_and_api_share_the_port(started: httpx.Client) -> None:
    for page in ("/", "/queue", "/beckn"):
        assert started.get(page, headers=BROWSER).headers["content-type"].startswith("text/html")
    assert started.get("/", headers={"Accept": "application/json"}).json()["name"] == "GridFlex"
    assert started.get("/health").json()["components"][2]["state"] in ("durable", "temporary")
    answer = started.post("/optimize")
    assert (answer.status_code, answer.json()["recorded"]) == (200, True)
    assert started.get("/decisions/recent").json()["recorded"]  # by its cookie


def test_answers_are_compressed(started: httpx.Client) -> None:
    assert started.get("/api/openapi.json").headers["content-encoding"] == "gzip"


def test_a_networks_answers_still_come_in(started: httpx.Client) -> None:
    assert started.post("/beckn/on_select", content=b"{}").json()["message"]["ack"]["status"] == "NACK"
