"""Energy windows over Beckn by HTTP: the journey, its orders, and the job an order binds."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.api.conftest import Served

EASY = {"carbon_threshold": 400, "renewable_min": 0, "workload_energy_kwh": 120}


def journey(here: httpx.Client, **asked: Any) -> dict[str, Any]:
    answer = here.post("/beckn/execute-journey", params={**EASY, **asked})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_window_is_found_quoted_reserved_and_confirmed(api: Served) -> None:
    said = journey(api.visitor())
    assert [step["action"] for step in said["steps"]] == ["discover", "choose", "select", "init", "confirm"]
    assert all(step["ok"] for step in said["steps"])
    assert (said["state"], said["confirmed"], said["windows_found"]) == ("confirmed", True, 8)
    assert said["load_mw"] == 120 / 4 / 1000
    assert said["chosen"]["provenance"] == "sample"
    assert said["cost_gbp"] == pytest.approx(120 * said["chosen"]["price_gbp_kwh"])
    asked = [step for step in said["steps"] if step["message_id"]]
    assert all(step["signed"] and step["verified"].startswith("signed by") for step in asked)
    assert all(f'"{said["transaction_id"]}"' in step["request"] for step in asked)


def test_where_no_window_fits_each_says_why(api: Served) -> None:
    here = api.visitor()
    said = journey(here, renewable_min=100)
    assert (said["confirmed"], said["windows_fit"], said["chosen"]) == (False, 0, None)
    assert all("renewable" in window["passed_over"] for window in said["windows"])
    assert said["steps"][-1]["problem"] == "NoWindowFits"


def test_orders_are_listed_shown_and_cancelled_by_their_own_workspace(api: Served) -> None:
    here, other = api.visitor(), api.visitor()
    said = journey(here)
    path = f"/api/orders/{said['transaction_id']}"
    (listed,) = here.get("/api/orders").json()["orders"]
    assert listed["order_id"] == said["order_id"]
    assert (listed["state"], listed["cost_gbp"]) == ("confirmed", pytest.approx(said["cost_gbp"]))
    assert here.get(path).json()["steps"] == said["steps"]
    assert other.get("/api/orders").json()["orders"] == []
    assert [other.get(path).status_code, other.delete(path).status_code] == [404, 404]
    assert here.delete(path).json()["state"] == "cancelled"
    assert here.delete(path).status_code == 409


def test_an_order_for_a_job_binds_it_until_it_is_cancelled(api: Served) -> None:
    here = api.visitor()
    queue = here.get("/workload/queue").json()["jobs"]
    job = max((one for one in queue if one["priority"] == "low"), key=lambda one: one["latest_start"])["job_id"]
    said = journey(here, job_id=job)
    assert (said["confirmed"], said["workload"]) == (True, job)

    def state() -> dict[str, Any]:
        return next(one for one in here.get("/workload/queue").json()["jobs"] if one["job_id"] == job)

    assert (state()["rationale"], state()["start"]) == ("window_ordered", said["chosen"]["run_start"])
    again = here.post("/beckn/execute-journey", params={**EASY, "job_id": job})
    assert (again.status_code, "bound already" in again.json()["detail"]) == (422, True)
    here.delete(f"/api/orders/{said['transaction_id']}")
    assert state()["rationale"] != "window_ordered"
    assert here.get("/api/audit/verify").json()["verified"]


@pytest.mark.parametrize("job", ["nothing", "demo-critical"])
def test_a_job_that_cannot_be_moved_cannot_be_ordered_for(api: Served, job: str) -> None:
    here = api.visitor()
    if job == "demo-critical":
        queue = here.get("/workload/queue").json()["jobs"]
        job = next(one["job_id"] for one in queue if one["priority"] == "critical")
    answer = here.post("/beckn/execute-journey", params={**EASY, "job_id": job})
    assert answer.status_code == 422
    assert repr(job) in answer.json()["detail"]
    assert here.get("/api/orders").json()["orders"] == []


def test_both_sides_of_the_market_are_listed_apart(api: Served) -> None:
    here = api.visitor()
    journey(here)
    assert here.get("/api/orders", params={"side": "slot"}).json()["orders"] == []
    assert here.get("/api/orders", params={"side": "other"}).status_code == 422
