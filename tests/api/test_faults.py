"""The carbon service's faults under every endpoint: nothing breaks, and each value says truly where it came from."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from math import isfinite
from typing import Any

import httpx
import pytest

from gridflex.beckn.provider.zones import ZONES
from gridflex.domain.halfhours import floor_half_hour
from gridflex.domain.regions import GB
from tests.api.conftest import NOW, Serve, Served
from tests.replay_faults import BROKEN, HARMLESS, HOLED

PUBLISHED = (*HARMLESS, *HOLED)
"""The present half-hour is still published: no endpoint takes a filled hole further ahead for the present."""
NEXT_FETCH = timedelta(minutes=38)
"""From the test's start to twelve minutes past the next half-hour and a minute."""
REGIONS = (GB, *dict.fromkeys(zone.region for zone in ZONES))
JOB = {"job_id": "mine", "energy_kwh": 20, "duration_hours": 2}
BODIES: dict[tuple[str, str], Any] = {("post", "/api/jobs"): {"jobs": [JOB]}}
PLACES = {"{job_id}": "mine"}
AFTER_WRITES = ("/api/audit", "/api/decisions", "/api/orders", "/api/metrics")
MONTH = "/api/demo/generate"
"""Works a month through: asked under one fault of each class alone. It reads the archive, never the service."""
STEERING = "/api/workspace"
"""A person's words want bodies of their own, and are tested with them; here they only must not break."""
FORGET = ("delete", STEERING)
"""Would end the visit that asks the others."""
IMPOSSIBLE = (1e9, -50)
"""What the faults *huge* and *negative* put in the place of a value."""


@pytest.fixture(scope="module")
def service(start_replay: Any) -> Any:
    return start_replay("--now", f"{NOW:%Y-%m-%dT%H:%MZ}")


@pytest.fixture
def live(service: Any, serve: Serve) -> Iterator[Served]:
    """An API of its own whose every zone was seen live."""
    service.fault("none")
    with serve(carbon=service.url) as api:
        settle(api)
        assert api.get("/grid/current")["provenance"] == "live"
        yield api


def settle(api: Served) -> None:
    """Start the fetches that are due, and wait for their end."""
    until, now = time.monotonic() + 30, api.clock.now
    while sum(api.platform.feed.state(region, now).refreshing for region in REGIONS):
        assert time.monotonic() < until, "the fetch does not end"
        time.sleep(0.01)


def operations(api: Served) -> list[tuple[str, str]]:
    """All of the document: those that change something, then the others, then what lists what was written.

    Last a person's words on the whole workspace, which may undo what the others did.
    """
    paths: dict[str, Any] = api.get("/openapi.json")["paths"]
    found = [(method, path) for path, known in paths.items() for method in known]
    return sorted(
        found, key=lambda one: (steers(one), one[1].startswith(AFTER_WRITES), one[0] == "get", one[0] == "delete")
    )


def steers(operation: tuple[str, str]) -> bool:
    """Whether it changes the workspace as a whole."""
    method, path = operation
    return path.startswith(STEERING) and method != "get"


def answers(api: Served, here: httpx.Client, *, month: bool) -> Iterator[tuple[str, httpx.Response]]:
    """Every operation's answer; an order's own are asked for the order that the journey made."""
    order = "none"
    for method, path in operations(api):
        if (path == MONTH and not month) or (method, path) == FORGET:
            continue
        url = path.replace("{transaction_id}", order)
        for name, value in PLACES.items():
            url = url.replace(name, value)
        answer = here.request(method, url, json=BODIES.get((method, path)))
        if path == "/api/beckn/execute-journey":
            order = answer.json()["transaction_id"]
        yield f"{method} {path}", answer


def told(value: Any, since: str) -> Iterator[str]:
    """Every word of provenance in an answer; a row written before ``since`` tells of its own time."""
    if isinstance(value, list):
        for one in value:
            yield from told(one, since)
    elif isinstance(value, dict) and value.get("at", value.get("decided_at", since)) >= since:
        if isinstance(value.get("provenance"), str):
            yield value["provenance"]
        for one in value.values():
            yield from told(one, since)


def numbers(value: Any) -> Iterator[float]:
    """Every number in an answer."""
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from numbers(one)
    elif isinstance(value, int | float):
        yield value


def refused(answer: httpx.Response) -> bool:
    """Whether it is a designed refusal of what was asked, in problem details."""
    problem = answer.headers["content-type"] == "application/problem+json"
    return problem and answer.status_code in (404, 409, 422) and bool(answer.json()["detail"])


def asked_everywhere(api: Served, here: httpx.Client, *, month: bool = False) -> set[str]:
    """The words of provenance of all endpoints; fails on an error, and on a value that cannot be."""
    since, words, went = f"{floor_half_hour(api.clock.now):%Y-%m-%dT%H:%M}", set(), 0
    for name, answer in answers(api, here, month=month):
        assert answer.status_code in (200, 201) or (STEERING in name and refused(answer)), (name, answer.text)
        if answer.headers["content-type"].startswith("text/plain"):
            words |= set(re.findall(r'provenance="(\w+)"', answer.text))
        elif answer.content:
            said = answer.json()
            assert all(isfinite(number) and number not in IMPOSSIBLE for number in numbers(said)), (name, answer.text)
            words |= set() if MONTH in name else set(told(said, since))
        went += 1
    assert went >= 22
    return words


@pytest.mark.parametrize("mode", PUBLISHED)
def test_every_endpoint_stays_live_under_a_harmless_fault(live: Served, service: Any, mode: str) -> None:
    here = live.visitor()
    service.fault(mode)
    live.clock.now += NEXT_FETCH
    settle(live)
    assert asked_everywhere(live, here, month=mode in ("zeroactual", "gap")) == {"live"}


@pytest.mark.parametrize("mode", BROKEN)
def test_every_endpoint_says_cached_under_a_broken_answer_until_it_recovers(
    live: Served, service: Any, mode: str
) -> None:
    here = live.visitor()
    service.fault(mode)
    live.clock.now += NEXT_FETCH
    settle(live)
    assert asked_everywhere(live, here, month=mode == "500") == {"cached"}
    said = here.get("/health").json()
    assert (said["status"], said["components"][0]["state"]) == ("degraded", "cached")
    assert len(said["components"][0]["note"].splitlines()) == 1
    service.fault("none")
    live.clock.now += timedelta(minutes=1)
    settle(live)
    assert here.get("/health").json()["status"] == "healthy"
    assert here.post("/api/plan").json()["summary"]["provenance"] == "live"


@pytest.mark.parametrize("mode", ["500", "reset", "empty", "huge", "misdated", "timeout"])
def test_with_nothing_known_yet_every_endpoint_says_sample(serve: Serve, service: Any, mode: str) -> None:
    service.fault(mode)
    with serve(carbon=service.url) as api:
        began = time.monotonic()
        assert api.get("/grid/current")["provenance"] == "sample"
        assert time.monotonic() - began < 8
        if mode != "timeout":
            settle(api)
        assert asked_everywhere(api, api.new_client()) == {"sample"}
        service.fault("none")


def test_a_long_outage_is_estimated_everywhere(live: Served, service: Any) -> None:
    service.fault("500")
    live.clock.now += timedelta(hours=60)
    settle(live)
    assert asked_everywhere(live, live.visitor()) == {"estimated"}
