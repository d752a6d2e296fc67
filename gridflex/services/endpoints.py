"""The API's main endpoints, listed once: where they answer at the root, and on the System page."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlencode


class Endpoint(NamedTuple):
    """A path that answers at the root as under ``/api``; ``example`` is what its curl line sends."""

    method: str
    path: str
    what: str
    example: tuple[tuple[str, str], ...] = ()

    def address(self, base: str) -> str:
        """The whole address, with the example's parameters."""
        return f"{base}{self.path}{'?' if self.example else ''}{urlencode(self.example)}"

    def curl(self, base: str) -> str:
        """A line that can be pasted into a shell."""
        if self.method == "GET":
            return f"curl '{self.address(base)}'"
        return f"curl -X {self.method} '{self.address(base)}'"


JOURNEY = (("carbon_threshold", "200"), ("renewable_min", "70"), ("workload_energy_kwh", "150"))

ENDPOINTS = (
    Endpoint("GET", "/health", "whether the store answers, and on what the agents decide"),
    Endpoint("GET", "/agents/status", "the three agents"),
    Endpoint("GET", "/grid/current", "the grid now, the next hour, and a recommendation"),
    Endpoint("GET", "/workload/queue", "the queue and its totals"),
    Endpoint("POST", "/optimize", "decide for the queue"),
    Endpoint("GET", "/decisions/recent", "the newest decisions", (("limit", "5"),)),
    Endpoint("GET", "/metrics/system", "savings, decision times, uptime once it is known"),
    Endpoint("POST", "/beckn/execute-journey", "book a low-carbon window in four steps", JOURNEY),
    Endpoint("POST", "/demo/trigger", "demo jobs, and decisions for them", (("num_jobs", "15"),)),
    Endpoint("POST", "/demo/generate", "the demo month and its projection"),
)
