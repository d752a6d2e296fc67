"""Every error is a problem document (RFC 9457), whoever raises it."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from gridflex.api import problems
from gridflex.api.models.problem import Problem
from gridflex.errors import (
    BecknError,
    Conflict,
    GridFlexError,
    InputError,
    NoWindowFits,
    PlanError,
    RowProblem,
    RowsRefused,
    SettingsError,
    StoreError,
    TrailBroken,
    Unreachable,
)
from tests.api.conftest import Serve, Served, listening


def told(answer: httpx.Response) -> Problem:
    assert answer.headers["content-type"] == "application/problem+json"
    said = Problem.model_validate(answer.json())
    assert said.status == answer.status_code
    assert said.title
    return said


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/nothing", 404),
        ("GET", "/api/orders/nothing", 404),
        ("POST", "/api/grid/current", 405),
        ("PUT", "/optimize", 405),
        ("GET", "/grid/current?region=18", 422),
        ("GET", "/grid/current?threshold=nan", 422),
        ("GET", "/workload/queue?limit=0", 422),
        ("POST", "/beckn/execute-journey?workload_energy_kwh=-1", 422),
    ],
)
def test_wrong_requests(api: Served, method: str, path: str, status: int) -> None:
    said = told(api.new_client().request(method, path))
    assert (said.status, said.instance) == (status, path.partition("?")[0])


@pytest.mark.parametrize("content", [b"{", b"\xff", b'"text"', b"[" * 100_000])
def test_bodies_that_are_none(api: Served, content: bytes) -> None:
    answer = api.new_client().post("/api/plan", content=content, headers={"Content-Type": "application/json"})
    assert told(answer).status in (400, 422)


def test_every_wrong_value_is_named(api: Served) -> None:
    said = told(api.new_client().get("/grid/current?region=18&threshold=-1"))
    assert [fault.where for fault in said.errors] == ["query.region", "query.threshold"]
    assert said.detail.startswith("query.region: ")


@pytest.mark.parametrize(
    ("error", "status", "after"),
    [
        (InputError("that is wrong"), 422, None),
        (PlanError("that cannot be planned"), 422, None),
        (NoWindowFits("none fits"), 409, None),
        (BecknError("the network failed"), 502, None),
        (Conflict("someone was first"), 409, "1"),
        (TrailBroken(4, "was altered"), 409, None),
        (Unreachable("no answer"), 503, "5"),
        (SettingsError("the database is newer"), 503, "60"),
        (GridFlexError("something else"), 500, None),
    ],
)
def test_our_own_errors_say_their_sentence(error: GridFlexError, status: int, after: str | None) -> None:
    answer = raised(error)
    said = told(answer)
    assert (said.status, said.detail, answer.headers.get("retry-after")) == (status, str(error), after)


def test_the_database_s_own_words_are_for_the_log(caplog: pytest.LogCaptureFixture) -> None:
    answer = raised(StoreError("connection to server at 10.0.0.7 failed"))
    said = told(answer)
    assert (said.status, answer.headers["retry-after"]) == (503, "5")
    assert said.detail == "The database cannot do its work just now; try again in a moment."
    assert "10.0.0.7" in caplog.text
    caplog.clear()


def test_refused_rows_are_listed() -> None:
    said = told(raised(RowsRefused([RowProblem(3, "energy_kwh", "-1", "above 0")])))
    assert [(fault.where, fault.message) for fault in said.errors] == [("row 3, energy_kwh", "allowed: above 0")]


def test_what_nobody_expected_tells_nothing_of_the_inside() -> None:
    said = told(raised(RuntimeError("password=secret")))
    assert (said.status, said.detail) == (500, "Something went wrong here; it has been logged.")


def raised(error: Exception) -> httpx.Response:
    """What is answered where a route raises ``error``."""
    from fastapi import FastAPI

    app = FastAPI()
    problems.install(app)

    @app.get("/broken")
    def broken() -> None:
        raise error

    with listening(app) as url:
        return httpx.get(f"{url}/broken")


def test_a_store_that_is_gone_is_said(serve: Serve, tmp_path: Path) -> None:
    with serve(database=f"sqlite:///{tmp_path / 'a.sqlite3'}") as api:
        here = api.visitor()
        assert here.get("/health").status_code == 200
        api.platform.database.dispose()
        for file in tmp_path.iterdir():
            file.unlink()
        (tmp_path / "a.sqlite3").mkdir()
        for method, path in (("GET", "/health"), ("GET", "/workload/queue"), ("POST", "/optimize")):
            answer = here.request(method, path)
            said = told(answer)
            assert (said.status, said.detail[:32]) == (503, "The database cannot do its work ")
            assert answer.headers["Retry-After"] == "5"
        (tmp_path / "a.sqlite3").rmdir()
