"""Too large, too many, too fast: each is said, with when to try again, and others are not held up."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message, Receive, Scope, Send

from gridflex.api.limits import REMEMBERED_CLIENTS, Buckets, Guard, Limits, client_of
from tests.api.conftest import Serve, Served


class Watch:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_granted_then_the_rate() -> None:
    watch = Watch()
    buckets = Buckets(2.0, 3.0, watch)
    assert [buckets.wait("a") for _ in range(4)] == [0, 0, 0, 0.5]
    assert buckets.wait("b") == 0
    watch.now = 0.5
    assert [buckets.wait("a"), buckets.wait("a")] == [0, 0.5]
    watch.now = 1000
    assert [buckets.wait("a") for _ in range(4)] == [0, 0, 0, 0.5]


@given(st.lists(st.floats(0, 5), max_size=60), st.floats(0.1, 20), st.integers(1, 10))
def test_no_client_gets_more_than_burst_and_rate(gaps: list[float], rate: float, burst: int) -> None:
    watch = Watch()
    buckets, granted = Buckets(rate, burst, watch), 0
    for gap in gaps:
        watch.now += gap
        granted += buckets.wait("a") == 0
    assert granted <= burst + rate * watch.now + 1e-6


def test_who_is_not_seen_again_is_forgotten() -> None:
    buckets = Buckets(1.0, 1.0, Watch())
    for number in range(REMEMBERED_CLIENTS + 1):
        buckets.wait(str(number))
    assert buckets.wait("0") == 0  # its empty bucket was the oldest
    assert buckets.wait("2") > 0


def test_changes_and_reading_have_their_own_rates(serve: Serve) -> None:
    with serve(limits=Limits(writes_per_s=0.01, writes_burst=2, reads_per_s=0.01, reads_burst=3)) as api:
        here = api.new_client()
        assert [here.post("/api/plan").status_code for _ in range(3)] == [200, 200, 429]
        answers = [here.get("/grid/current") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 90 <= int(answers[-1].headers["retry-after"]) <= 100
    assert answers[-1].headers["content-type"] == "application/problem+json"
    assert answers[-1].json()["detail"] == "Too many requests of this client."


def test_a_comparison_of_scenarios_plans_and_so_counts_as_a_change(serve: Serve) -> None:
    with serve(limits=Limits(writes_per_s=0.01, writes_burst=2, reads_per_s=0.01, reads_burst=1)) as api:
        here = api.new_client()
        compared = [here.get("/api/workspace/scenario-comparison").status_code for _ in range(3)]
        assert (compared, here.get("/grid/current").status_code) == ([200, 200, 429], 200)


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_an_ipv6_client_is_its_network(address: str, client: str) -> None:
    assert client_of(address) == client


def test_who_changes_its_address_within_its_network_stays_one_client() -> None:
    async def asked() -> list[int]:
        guard = Guard(_fine, Limits(reads_per_s=0.01, reads_burst=2), Counter())
        hosts = ("2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:1::1")
        return [(await _ask(guard, client=host))[0]["status"] for host in hosts]

    assert asyncio.run(asked()) == [200, 200, 429, 200]


def test_words_that_are_no_method_are_counted_together() -> None:
    answered: Counter[tuple[str, int]] = Counter()

    async def asked() -> None:
        guard = Guard(_fine, Limits(), answered)
        for method in ("GET", "DELETE", "BREW", "BREW1", "get"):
            await _ask(guard, method=method)

    asyncio.run(asked())
    assert answered == {("GET", 200): 1, ("DELETE", 200): 1, ("other", 200): 3}


async def _fine(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body"})


SMALL = Limits(body_bytes=1000, writes_per_s=1e6, writes_burst=1e6)


def body(size: int) -> bytes:
    return b'{"job_ids": ["' + b"x" * (size - 17) + b'"]}'


@pytest.mark.parametrize("stated", [True, False])
def test_a_body_too_large_is_refused_whether_its_length_is_stated_or_not(serve: Serve, stated: bool) -> None:
    def pieces(whole: bytes) -> Iterator[bytes]:
        for at in range(0, len(whole), 100):
            yield whole[at : at + 100]

    with serve(limits=SMALL) as api:
        here = api.new_client()
        answers = []
        for size in (1000, 1001):
            content: Any = body(size) if stated else pieces(body(size))
            answers.append(here.post("/api/plan", content=content, headers={"Content-Type": "application/json"}))
    assert [answer.status_code for answer in answers] == [422, 413]
    assert answers[1].json()["detail"] == "At most 1,000 bytes are read."
    assert answers[1].headers["content-type"] == "application/problem+json"


def test_so_many_at_once_and_no_more() -> None:
    asyncio.run(_at_once())


async def _at_once() -> None:
    started, go = asyncio.Semaphore(0), asyncio.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        started.release()
        await go.wait()
        await _fine(scope, receive, send)

    answered: Counter[tuple[str, int]] = Counter()
    guard = Guard(slow, Limits(at_once=2), answered)
    inside = [asyncio.create_task(_ask(guard)) for _ in range(2)]
    for _ in inside:
        await started.acquire()
    assert (await _ask(guard))[0]["status"] == 429
    go.set()
    assert [(await one)[0]["status"] for one in inside] == [200, 200]
    assert (await _ask(guard))[0]["status"] == 200
    assert answered == {("GET", 200): 3, ("GET", 429): 1}


async def _ask(guard: Guard, method: str = "GET", client: str = "192.0.2.1") -> list[Message]:
    said: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        said.append(message)

    scope = {"type": "http", "method": method, "path": "/", "headers": [], "client": (client, 1)}
    await guard(scope, receive, send)
    return said


def test_a_crowd_is_served_in_turn(api: Served) -> None:
    """As many as the server has threads, and twice that, all get their answer."""
    with httpx.Client(base_url=api.url, timeout=30) as crowd, ThreadPoolExecutor(60) as pool:
        answers = list(pool.map(lambda _: crowd.get("/api/grid/current").status_code, range(120)))
    assert answers == [200] * 120


def test_answers_are_neither_sniffed_nor_kept(api: Served) -> None:
    headers = api.new_client().get("/workload/queue").headers
    assert (headers["x-content-type-options"], headers["cache-control"]) == ("nosniff", "no-store")
    file = api.new_client().get("/api/docs/assets/swagger-ui.css").headers
    assert (file["x-content-type-options"], "cache-control" in file, "etag" in file) == ("nosniff", False, True)
