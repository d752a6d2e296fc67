"""Decisions by cursor, and a trail that anyone can verify."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from gridflex.store.export import verify_export
from tests.api.conftest import Serve, Served


def test_recent_decisions_are_those_written(api: Served) -> None:
    here = api.visitor()
    said = here.get("/decisions/recent", params={"limit": 3}).json()
    rows = here.get("/api/decisions", params={"limit": 3}).json()["rows"]
    assert said["recorded"]
    assert [one["seq"] for one in said["decisions"]] == [row["seq"] for row in rows]
    assert [one["job_id"] for one in said["decisions"]] == ["demo-15", "demo-14", "demo-13"]
    assert [one["sentence"] for one in said["decisions"]] == [row["content"]["sentence"] for row in rows]


def test_without_a_key_the_demo_says_what_it_would_decide(api: Served) -> None:
    said = api.get("/decisions/recent", params={"limit": 2})
    assert not said["recorded"]
    assert [(one["seq"], one["provenance"]) for one in said["decisions"]] == [(None, "sample")] * 2
    assert len(api.get("/decisions/recent", params={"limit": 200})["decisions"]) == 15


def test_a_cursor_walks_the_whole_trail_once(api: Served) -> None:
    here = api.visitor()
    seen: list[int] = []
    cursor: int | None = None
    while True:
        asked = {"limit": 7, "kind": ""} | ({"cursor": cursor} if cursor else {})
        page = here.get("/api/decisions", params=asked).json()
        seen += [row["seq"] for row in page["rows"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    count = here.get("/api/audit/verify").json()["rows"]
    assert seen == list(range(count, 0, -1))


def test_a_job_has_its_own_rows(api: Served) -> None:
    rows = api.visitor().get("/api/decisions", params={"subject": "demo-07"}).json()["rows"]
    assert [row["subject"] for row in rows] == ["demo-07"]


def test_the_export_verifies_without_the_server(api: Served) -> None:
    here = api.visitor()
    answer = here.get("/api/audit/export")
    assert answer.headers["content-disposition"] == 'attachment; filename="gridflex-trail.json"'
    found, said = verify_export(answer.json()), here.get("/api/audit/verify").json()
    assert (said["verified"], said["rows"], said["head_hash"]) == (True, found.count, found.hash)


def test_an_altered_row_is_named(serve: Serve, tmp_path: Path) -> None:
    file = tmp_path / "trail.sqlite3"
    with serve(database=f"sqlite:///{file}") as api:
        here = api.visitor()
        with sqlite3.connect(file) as database:
            database.execute("UPDATE trail_rows SET content = '{}' WHERE seq = 4")
        database.close()
        said = here.get("/api/audit/verify").json()
    assert (said["verified"], said["broken_seq"], said["reason"]) == (False, 4, "row 4: its content was altered")


def test_erased_content_leaves_its_hash(api: Served) -> None:
    here = api.visitor()
    export = here.get("/api/audit/export").json()
    api.platform.trail.erase(export["workspace_id"])
    assert here.get("/api/audit/verify").json()["erased"] == len(export["rows"])
    (newest,) = here.get("/decisions/recent", params={"limit": 1}).json()["decisions"]
    assert (newest["action"], newest["sentence"]) == (None, "")
    (row,) = here.get("/api/decisions", params={"limit": 1}).json()["rows"]
    assert row["content"] is None
