"""A network or a source that accepts and never answers: the API is bounded, and whoever else asks is served."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from gridflex.api.limits import Limits
from gridflex.services.beckn_errands import WORKERS
from tests.api.conftest import PLENTY, Serve, Served

SHORT = Limits(**{**vars(PLENTY), "network_s": 0.3})
AT_MOST_S = 8.0
"""Under the time-outs of the source (10 s) and of the network (35 s), with room for a busy machine."""
JOURNEY = "/beckn/execute-journey?carbon_threshold=400"
GETS = (
    "/health",
    "/agents/status",
    "/grid/current",
    "/workload/queue",
    "/metrics/system",
    "/api/orders",
    "/api/metrics",
)


def timed(do: Callable[[], httpx.Response]) -> tuple[httpx.Response, float]:
    began = time.monotonic()
    return do(), time.monotonic() - began


def test_a_journey_over_a_hanging_network_is_answered_in_time_and_goes_on(serve: Serve, hanging_peer: Any) -> None:
    with serve(limits=SHORT, beckn=hanging_peer.url) as api:
        here = api.visitor()
        answer, took = timed(lambda: here.post(JOURNEY))
        assert answer.status_code == 202, answer.text
        assert took < AT_MOST_S
        said = answer.json()
        assert (said["state"], said["confirmed"], said["steps"]) == ("new", False, [])
        path = f"/api/orders/{said['transaction_id']}"
        assert here.get(path).json()["state"] == "new"
        refused = here.delete(path)
        assert (refused.status_code, refused.headers["retry-after"]) == (409, "5")
        assert "under way" in refused.json()["detail"]
        hanging_peer.end()  # the line breaks: the step ends, and says so
        until = time.monotonic() + 20
        while not (steps := here.get(path).json()["steps"]):
            assert time.monotonic() < until
            time.sleep(0.05)
        assert (steps[-1]["ok"], steps[-1]["action"]) == (False, "discover")
        assert here.get("/api/audit/verify").json()["verified"]


def test_many_journeys_that_hang_take_no_thread_from_the_others(serve: Serve, hanging_peer: Any) -> None:
    with serve(limits=Limits(**{**vars(PLENTY), "network_s": 3.0}), beckn=hanging_peer.url) as api:
        visitors = [api.visitor() for _ in range(WORKERS)]
        with ThreadPoolExecutor(WORKERS) as pool:
            held = [pool.submit(here.post, JOURNEY) for here in visitors]
            _until_busy(api)
            refused, took = timed(lambda: api.visitor().post(JOURNEY))
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "30")
            assert took < AT_MOST_S
            for path in GETS:
                answer, took = timed(lambda path=path: api.new_client().get(path))
                assert (answer.status_code, took < AT_MOST_S) == (200, True), path
            assert [one.result().status_code for one in held] == [202] * WORKERS
        hanging_peer.end()


def _until_busy(api: Served) -> None:
    until = time.monotonic() + 10
    while not api.platform.order_desk.errands.busy:
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_hanging_source_holds_no_endpoint(serve: Serve, hanging_peer: Any) -> None:
    with serve(carbon=hanging_peer.url) as api:
        answer, took = timed(lambda: api.new_client().get("/grid/current"))
        assert (answer.json()["provenance"], took < AT_MOST_S) == ("sample", True)
        here = api.visitor()
        for path in (*GETS, "/api/plan", JOURNEY, "/demo/trigger?num_jobs=5"):
            method = "GET" if path in GETS else "POST"
            answer, took = timed(lambda method=method, path=path: here.request(method, path))
            assert (answer.status_code, took < AT_MOST_S) == (200, True), (path, took)
        hanging_peer.end()
