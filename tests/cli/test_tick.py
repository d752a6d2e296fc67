"""``python -m gridflex tick``: a line a workspace, a summary, an exit code."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from gridflex.agents.rules import objective_of
from gridflex.cli.main import main
from gridflex.cli.tick import tick
from gridflex.notify.rules import Trigger
from gridflex.services.beckn_desk import advance, run_rest
from gridflex.services.beckn_tending import dealing_of
from gridflex.services.beckn_workload import Wish, imagined, workload_of
from gridflex.services.platform import Platform, build_platform
from gridflex.settings import Settings
from gridflex.store.deliveries import Deliveries
from gridflex.store.tables import workspaces
from tests.bench import NOW
from tests.receiving import receiving


class Clock:
    """A clock that a test sets."""

    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def platform(tmp_path: Path, clock: Clock) -> Iterator[Platform]:
    wired = build_platform(Settings(GRIDFLEX_DATA_DIR=tmp_path, GRIDFLEX_CARBON_API_URL=""), clock)
    yield wired
    wired.close()


def run(platform: Platform, days: float = 7.0) -> tuple[int, list[str]]:
    out = io.StringIO()
    return tick(platform, days, out), out.getvalue().splitlines()


def test_every_workspace_gets_its_line(platform: Platform, clock: Clock) -> None:
    own = platform.desk.open(None, NOW)
    clock.now = NOW + timedelta(hours=2)
    code, (line, summary) = run(platform)
    assert code == 0
    assert line.startswith(f"{own.id[:12]}  planned: Asleep 17:30–19:00, plan kept. Re-plan of a new half-hour. ")
    assert summary == "1 workspace: 1 planned, 0 up to date, 0 skipped, 0 failed; 0 runs settled."
    assert run(platform) == (
        0,
        [
            f"{own.id[:12]}  up to date: planned at Thu 8 Jan 19:05 UK time",
            "1 workspace: 0 planned, 1 up to date, 0 skipped, 0 failed; 0 runs settled.",
        ],
    )


def test_what_failed_is_an_exit_code(platform: Platform) -> None:
    own = platform.desk.open(None, NOW)
    with platform.database.write() as connection:
        connection.execute(workspaces.update().where(workspaces.c.id == own.id).values(state=b"?"))
    code, (line, _) = run(platform)
    assert (code, "failed: " in line) == (1, True)


def test_the_command_opens_what_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GRIDFLEX_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("GRIDFLEX_CARBON_API_URL", "")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert main(["tick", "--days", "2"]) == 0
    assert capsys.readouterr().out == "0 workspaces: 0 planned, 0 up to date, 0 skipped, 0 failed; 0 runs settled.\n"
    monkeypatch.setenv("DATABASE_URL", "mysql://nobody")
    assert main(["tick"]) == 1
    assert "DATABASE_URL must begin with" in capsys.readouterr().err


@pytest.mark.parametrize("days", ["0", "-1", "nan", "many", "1e9"])
def test_days_are_a_number_above_zero(days: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["tick", "--days", days])
    assert ended.value.code == 2
    assert "--days" in capsys.readouterr().err


def test_what_a_rule_says_is_delivered_before_the_command_ends(tmp_path: Path, clock: Clock) -> None:
    """Cron's process ends with its last line: nothing may still be on its way."""
    settings = Settings.model_validate(
        {"GRIDFLEX_DATA_DIR": tmp_path, "GRIDFLEX_CARBON_API_URL": "", "GRIDFLEX_WEBHOOK_ALLOW_PRIVATE": True}
    )
    with receiving() as receiver:
        wired = build_platform(settings, clock)
        own = wired.desk.open(None, NOW)
        wired.desk.rules.add(own, Trigger.STALE, 60, receiver.url, NOW)
        clock.now = NOW + timedelta(minutes=30)
        run(wired)
        wired.close()
        assert len(receiver.requests) == 1
    again = build_platform(settings, clock)
    (logged,) = Deliveries(again.database).newest(own.id)
    assert (logged.status, logged.test) == ("delivered", False)
    again.close()


def test_orders_that_nobody_looks_at_are_seen_to(platform: Platform, clock: Clock) -> None:
    own = platform.desk.open(None, NOW)
    desk, (dealing, _) = platform.order_desk, dealing_of(platform, own, NOW)
    view = platform.grid.view(own.site.region, NOW)
    load, wish = imagined(150.0, 4.0, 36.0, view), Wish(2000.0)
    workload = workload_of(load, view, own.site, wish, objective_of(own.controls))
    quoted, ordered = desk.begin(dealing, workload), desk.begin(dealing, workload)
    for _ in range(3):
        advance(quoted)
    run_rest(ordered)
    assert {order.state for order in desk.listed(own.id)} == {"confirmed", "initialised"}
    terms = ordered.record.terms
    assert terms is not None
    seen = []
    for now in (NOW + timedelta(minutes=29), NOW + timedelta(minutes=31), terms.start, terms.end):
        clock.now = now
        code, (line, _) = run(platform)
        assert code == 0
        states = sorted(order.state for order in desk.listed(own.id))
        seen.append((line.endswith("1 order seen to."), *states))
    assert seen == [
        (False, "confirmed", "initialised"),
        (True, "confirmed", "expired"),
        (True, "expired", "in progress"),
        (True, "completed", "expired"),
    ]
