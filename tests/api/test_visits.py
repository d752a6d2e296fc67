"""Whose workspace it is: keys open their own and no other, and reading creates nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from gridflex.api.visits import COOKIE, HEADER
from gridflex.services.platform import Platform
from gridflex.store.tables import workspaces
from tests.api.conftest import NOW, Serve, Served

OPERATOR = "an-operator-key-of-some-length"


def count(platform: Platform) -> int:
    with platform.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(workspaces)).scalar_one())


def test_reading_creates_nothing(api: Served) -> None:
    before = count(api.platform)
    for path in ("/workload/queue", "/decisions/recent", "/api/orders", "/api/audit/export", "/api/decisions"):
        assert api.new_client().get(path).status_code == 200
    assert count(api.platform) == before


def test_a_first_change_gives_a_key_for_a_day(api: Served) -> None:
    answer = api.new_client().post("/optimize")
    key = answer.headers[HEADER]
    cookie = answer.headers["set-cookie"]
    assert f"{COOKIE}={key}" in cookie
    assert all(word in cookie for word in ("HttpOnly", "SameSite=strict", "Max-Age=86400", "Path=/"))
    said = answer.json()
    here = api.new_client(key)
    assert here.post("/optimize").json()["workspace_id"] == said["workspace_id"]
    api.clock.now = NOW + timedelta(hours=23, minutes=59)
    assert here.get("/workload/queue").status_code == 200
    api.clock.now = NOW + timedelta(hours=24, seconds=1)
    assert here.get("/workload/queue").status_code == 401


def test_a_browser_comes_back_by_its_cookie(api: Served) -> None:
    browser = api.new_client()
    first = browser.post("/optimize").json()["workspace_id"]
    assert browser.post("/optimize").json()["workspace_id"] == first
    assert browser.get("/decisions/recent").json()["recorded"]


def test_a_stale_cookie_is_no_error(api: Served) -> None:
    browser = api.new_client()
    browser.cookies.set(COOKIE, "visit-1000000000-" + "a" * 32)
    assert not browser.get("/decisions/recent").json()["recorded"]
    answer = browser.post("/optimize")
    assert answer.status_code == 200
    assert HEADER in answer.headers


@pytest.mark.parametrize("header", [{HEADER: "{key}"}, {"Authorization": "Bearer {key}"}])
def test_a_key_opens_its_own_workspace_and_no_other(api: Served, header: dict[str, str]) -> None:
    ours, theirs = api.visitor(), api.visitor()
    headers = {name: text.format(key=ours.headers[HEADER]) for name, text in header.items()}
    with api.new_client() as here:
        here.post("/demo/trigger", params={"num_jobs": 3}, headers=headers)
        assert here.get("/workload/queue", headers=headers).json()["total_jobs"] == 3
    assert theirs.get("/workload/queue").json()["total_jobs"] == 15
    ids = [one.get("/api/audit/export").json()["workspace_id"] for one in (ours, theirs)]
    assert ids[0] != ids[1]


@pytest.mark.parametrize("key", ["x", "a" * 32, "visit-4000000000-" + "a" * 32])
def test_a_key_that_opens_nothing_is_refused(api: Served, key: str) -> None:
    for method, path in (("GET", "/workload/queue"), ("POST", "/optimize")):
        answer = api.new_client(key).request(method, path)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_the_end_of_a_key_cannot_be_moved(api: Served) -> None:
    key = api.visitor().headers[HEADER]
    end = key.split("-")[1]
    assert api.new_client(key.replace(end, str(int(end) + 1))).get("/workload/queue").status_code == 401


def test_the_dashboards_token_opens_the_dashboards_workspace(api: Served) -> None:
    visit = api.platform.desk.open(None, api.clock.now)
    here = api.new_client(visit.token)
    here.post("/demo/trigger", params={"num_jobs": 2})
    assert len(api.platform.desk.open(visit.token, api.clock.now).frame) == 2


def test_the_operators_keys_protect_changes(serve: Serve) -> None:
    with serve(OPERATOR, "another-operators-long-key") as api:
        assert api.get("/api")["changes_need_key"]
        assert api.new_client().get("/workload/queue").status_code == 200
        for path in ("/optimize", "/demo/trigger", "/beckn/execute-journey", "/api/tick"):
            assert api.new_client().post(path).status_code == 401
        token = api.platform.desk.open(None, NOW).token
        assert api.new_client(token).get("/workload/queue").status_code == 200
        assert api.new_client(token).post("/optimize").status_code == 403

        ours = api.new_client(OPERATOR)
        assert not ours.get("/decisions/recent").json()["recorded"]
        answer = ours.post("/optimize")
        assert answer.status_code == 200
        assert HEADER not in answer.headers
        assert ours.get("/decisions/recent").json()["recorded"]
        other = api.new_client("another-operators-long-key").post("/optimize").json()
        assert other["workspace_id"] != answer.json()["workspace_id"]


def test_two_first_changes_by_one_key_share_a_workspace(serve: Serve) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with serve(OPERATOR) as api:
        clients = [api.new_client(OPERATOR) for _ in range(6)]
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(lambda client: client.post("/optimize"), clients))
        assert {answer.status_code for answer in answers} <= {200, 409}
        assert len({answer.json()["workspace_id"] for answer in answers if answer.status_code == 200}) == 1
        assert count(api.platform) == 1
        assert ours_verify(api)


def ours_verify(api: Served) -> bool:
    return bool(api.new_client(OPERATOR).get("/api/audit/verify").json()["verified"])


def test_other_pages_scripts_may_ask_only_where_allowed(serve: Serve) -> None:
    asked = {"Origin": "https://elsewhere.example"}
    with serve() as closed, serve(origins=("https://elsewhere.example",)) as opened:
        assert "access-control-allow-origin" not in closed.new_client().get("/health", headers=asked).headers
        found = opened.new_client().get("/health", headers=asked).headers
        assert found["access-control-allow-origin"] == "https://elsewhere.example"
