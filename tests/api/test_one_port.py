"""Dashboard and API on one port, as an operator starts them."""

from __future__ import annotations

import json
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
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the started app keeps its data and its log."""
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="module")
def started(folder: Path) -> Iterator[httpx.Client]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "asgi.py", f"--server.port={port}"]
    kept = {"GRIDFLEX_CARBON_API_URL": "", "GRIDFLEX_DATA_DIR": str(folder / "data")}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--server.address=127.0.0.1"],
            cwd=ROOT,
            env=os.environ | kept,
            stdout=subprocess.DEVNULL,
            stderr=log,
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
    states = {one["part"]: one["state"] for one in started.get("/health").json()["components"]}
    assert states["Audit trail"] in ("durable", "temporary")
    answer = started.post("/optimize")
    assert (answer.status_code, answer.json()["recorded"]) == (200, True)
    assert started.get("/decisions/recent").json()["recorded"]  # by its cookie


def test_answers_are_compressed(started: httpx.Client) -> None:
    assert started.get("/api/openapi.json").headers["content-encoding"] == "gzip"


def test_a_networks_answers_still_come_in(started: httpx.Client) -> None:
    assert started.post("/beckn/on_select", content=b"{}").json()["message"]["ack"]["status"] == "NACK"


def test_the_log_is_json_with_the_requests_id_and_without_the_key(started: httpx.Client, folder: Path) -> None:
    answer = httpx.post(f"{started.base_url}/optimize?w=a-token-of-some-length", headers={"X-Request-ID": "traced-1"})
    until = time.monotonic() + 10
    while "traced-1" not in (text := (folder / "log").read_text()) and time.monotonic() < until:
        time.sleep(0.05)  # the line follows the answer
    (line,) = [said for said in map(json.loads, text.splitlines()) if said.get("request_id") == "traced-1"]
    assert (line["path"], line["status"], line["method"]) == ("/optimize", 200, "POST")
    assert answer.headers["x-gridflex-key"] not in text
    assert "a-token-of-some-length" not in text
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_an_answer_on_a_kept_connection_does_not_wait_for_its_acknowledgement(started: httpx.Client) -> None:
    took = [started.get("/api/grid/current").elapsed.total_seconds() for _ in range(30)]
    assert min(took[10:]) < 0.03  # with Nagle's algorithm each takes the 40 ms of a delayed acknowledgement
