"""The endpoints as they are listed: one list for the API's paths and the System page's curl lines."""

from __future__ import annotations

import shlex

from gridflex.api.on_demand import is_for_api
from gridflex.services.endpoints import ENDPOINTS, JOURNEY, Endpoint


def test_every_listed_path_is_the_api_s() -> None:
    for one in ENDPOINTS:
        assert is_for_api({"type": "http", "path": one.path, "method": one.method, "headers": []}), one.path
    assert not is_for_api({"type": "http", "path": "/queue", "method": "GET", "headers": []})


def test_a_curl_line_is_one_command() -> None:
    journey = Endpoint("POST", "/beckn/execute-journey", "", JOURNEY)
    assert shlex.split(journey.curl("http://localhost:8501")) == [
        "curl", "-X", "POST",
        "http://localhost:8501/beckn/execute-journey?carbon_threshold=200&renewable_min=70&workload_energy_kwh=150",
    ]  # fmt: skip
    assert Endpoint("GET", "/health", "").curl("http://h") == "curl 'http://h/health'"
