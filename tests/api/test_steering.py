"""A person's words on the whole queue, over HTTP."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from gridflex.domain.halfhours import parse_utc
from gridflex.services.proposals import Proposal
from gridflex.store.workspaces import Workspaces
from tests.api.conftest import NOW, Served


def change(client: Any, path: str, **given: Any) -> Any:
    answer = client.post(f"/api/workspace/{path}", json=given)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_who_brings_no_key_sees_how_a_demo_is_set(api: Served) -> None:
    found = api.get("/api/workspace")
    assert (found["mode"], found["recorded"], found["workspace_id"], found["undo"]) == ("automatic", False, None, None)


def test_the_mode_is_set_and_undone(api: Served) -> None:
    client = api.visitor()
    found = client.put("/api/workspace/mode", json={"mode": "advise"}).json()
    assert (found["mode"], found["undo"]["said"]) == ("advise", "the mode advise")
    assert client.put("/api/workspace/mode", json={"mode": "bold"}).status_code == 422
    change(client, "undo")
    assert client.get("/api/workspace").json()["mode"] == "automatic"
    nothing = client.post("/api/workspace/undo")
    assert (nothing.status_code, "nothing to undo" in nothing.json()["detail"]) == (422, True)


def test_run_hold_and_let_go_move_what_may_wait(api: Served) -> None:
    client = api.visitor()
    planned = client.get("/workload/queue").json()["jobs"]
    ran = change(client, "run-now", reason="all of it")
    assert (ran["recorded"], ran["summary"]["deferred"]) == (True, 0)
    until = NOW + timedelta(hours=3)
    change(client, "undo")
    held = change(client, "hold", reason="not now", until=until.isoformat())
    for job in held["decisions"]:
        if job["priority"] == "critical":
            assert (job["action"], job["rationale"]) == ("execute_now", "sla_critical")
        elif job["rationale"] == "operator":
            assert parse_utc(job["start"]) >= min(until, parse_utc(job["latest_start"]))
    free = change(client, "let-go", reason="over")
    assert [job["start"] for job in free["decisions"]] == [job["start"] for job in planned]
    kinds = client.get("/api/decisions", params={"kind": "override"}).json()["rows"]
    assert [row["content"]["reason"] for row in kinds] == ["over", "not now", "all of it"]
    assert client.get("/api/audit/verify").json()["verified"]


def test_a_word_needs_a_reason_and_a_time_ahead(api: Served) -> None:
    client = api.visitor()
    assert client.post("/api/workspace/run-now", json={"reason": "  "}).status_code == 422
    late = client.post("/api/workspace/hold", json={"reason": "x", "until": NOW.isoformat()})
    assert (late.status_code, "later half-hour" in late.json()["detail"]) == (422, True)


def test_there_is_nothing_to_approve_at_first(api: Served) -> None:
    client = api.visitor()
    answer = client.post("/api/workspace/proposal", json={"made_at": NOW.isoformat(), "accept": True})
    assert (answer.status_code, answer.json()["detail"]) == (422, "No plan is proposed at the moment.")


def test_a_proposal_is_seen_and_taken_or_turned_down(api: Served) -> None:
    client = api.visitor()
    client.put("/api/workspace/mode", json={"mode": "approve"})
    name = client.get("/api/workspace").json()["workspace_id"]
    own = api.platform.desk.find(name, NOW)
    assert own is not None
    later = own.before.start.copy()
    row = int((~own.before.begun(int(NOW.timestamp()) // 1800) & (later > later.min())).nonzero()[0][0])
    later[row] += 1
    waiting = replace(own, proposal=Proposal(NOW, "It gains a lot.", later, own.before.pauses))
    Workspaces(api.platform.database).save(name, waiting.to_state(), expected_version=own.version, at=NOW)
    shown = client.get("/api/workspace").json()["proposal"]
    assert shown["sentence"] == "It gains a lot."
    other = client.post("/api/workspace/proposal", json={"made_at": "2026-01-08T17:00:00Z", "accept": True})
    assert (other.status_code, "Another proposal" in other.json()["detail"]) == (422, True)
    change(client, "proposal", made_at=shown["made_at"], accept=True)
    taken = api.platform.desk.find(name, NOW)
    assert taken is not None
    assert (taken.before.start.tolist(), taken.proposal) == (later.tolist(), None)
