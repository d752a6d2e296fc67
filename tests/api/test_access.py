"""Named keys to one workspace, and the workspace's end, over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from gridflex.api.visits import HEADER
from gridflex.domain.halfhours import parse_utc
from tests.api.conftest import NOW, Serve, Served

OPERATOR = "operator-key-long-enough"


def made(client: Any, name: str = "nightly import") -> Any:
    answer = client.post("/api/workspace/keys", json={"name": name})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_named_key_opens_its_workspace_and_no_other(api: Served) -> None:
    owner, other = api.visitor(), api.visitor()
    key = made(owner)
    named = api.new_client(key["key"])
    mine = owner.get("/api/workspace").json()["workspace_id"]
    assert named.get("/api/workspace").json()["workspace_id"] == mine
    assert other.get("/api/workspace").json()["workspace_id"] != mine
    named.put("/api/workspace/mode", json={"mode": "approve"})
    assert owner.get("/api/workspace").json()["mode"] == "approve"
    bearer = api.new_client().get("/api/workspace", headers={"Authorization": f"Bearer {key['key']}"})
    assert bearer.json()["workspace_id"] == mine
    (listed,) = owner.get("/api/workspace/keys").json()["keys"]
    assert (listed["name"], parse_utc(listed["last_used_at"])) == ("nightly import", NOW)
    assert key["key"] not in owner.get("/api/workspace/keys").text


def test_it_takes_the_workspace_up_in_a_later_half_hour(api: Served) -> None:
    named = api.new_client(made(api.visitor())["key"])
    api.clock.now = NOW + timedelta(hours=1)
    assert parse_utc(named.get("/api/workspace").json()["planned_at"]) == api.clock.now


def test_revoked_it_opens_nothing(api: Served) -> None:
    owner = api.visitor()
    key = made(owner)
    gone = owner.delete(f"/api/workspace/keys/{key['id']}")
    assert (gone.status_code, parse_utc(gone.json()["revoked_at"])) == (200, NOW)
    assert api.new_client(key["key"]).get("/api/workspace").status_code == 401
    assert owner.delete("/api/workspace/keys/unknown").status_code == 404


def test_a_key_that_leaks_makes_no_others_and_ends_nothing(api: Served) -> None:
    named = api.new_client(made(api.visitor())["key"])
    assert named.post("/api/workspace/keys", json={"name": "more"}).status_code == 403
    assert named.delete("/api/workspace").status_code == 403


def test_forgetting_leaves_hashes_and_a_key_that_opens_nothing(api: Served) -> None:
    owner = api.visitor()
    named = api.new_client(made(owner)["key"])
    rows = owner.get("/api/audit/verify").json()["rows"]
    found = owner.delete("/api/workspace")
    assert (found.status_code, found.json()["trail_rows"]) == (200, rows + 1)
    assert owner.get("/api/workspace").status_code == 401
    assert named.get("/api/workspace").status_code == 401
    kept = api.platform.trail.verify(found.json()["workspace_id"])
    assert (kept.count, kept.hash, kept.erased) == (rows + 1, found.json()["trail_head_hash"], rows)
    assert api.new_client().delete("/api/workspace").status_code == 404


def test_where_the_operator_has_keys_a_named_one_changes_its_own_workspace_alone(serve: Serve) -> None:
    with serve(OPERATOR) as api:
        operator = api.new_client(OPERATOR)
        named = api.new_client(made(operator)["key"])
        assert named.post("/optimize").status_code == 200
        assert named.post("/api/tick").status_code == 403
        assert operator.post("/api/tick").status_code == 200
        assert HEADER not in named.post("/optimize").headers
        assert api.new_client().post("/optimize").status_code == 401
        assert operator.delete("/api/workspace").status_code == 200
        assert named.post("/optimize").status_code == 401
