from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gridflex.cli.main import main

START = datetime(2026, 1, 8, 17, tzinfo=UTC)
INTENSITY = [200, 300, 100, 50, 80, 120]
PRICE = [0.10, 0.30, 0.20, 0.25, 0.05, 0.10]
HEADINGS = "job_id,power_kw,duration_hours,release,deadline,deferrable,interruptible,priority"

Run = Callable[..., tuple[int, str, str]]


def at(row: float) -> str:
    return (START + timedelta(minutes=30 * row)).strftime("%Y-%m-%dT%H:%MZ")


def horizon_text(intensity: list[float] = INTENSITY, price: list[float] = PRICE) -> str:
    rows = [f"{at(row)},{grams},{gbp}" for row, (grams, gbp) in enumerate(zip(intensity, price, strict=True))]
    return "\n".join(["from,intensity_gco2_kwh,price_gbp_kwh", *rows])


def job(
    job_id: str, power: float = 10, hours: float = 0.5, release: float = 0, deadline: float | None = 6, **more: str
) -> str:
    due = "" if deadline is None else at(deadline)
    flags = {"deferrable": "true", "interruptible": "false", "priority": "low"} | more
    return f"{job_id},{power},{hours},{at(release)},{due},{','.join(flags.values())}"


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(jobs: list[str] | str, *options: str, horizon: str | None = None) -> tuple[int, str, str]:
        text = jobs if isinstance(jobs, str) else "\n".join([HEADINGS, *jobs])
        (tmp_path / "jobs.csv").write_text(text)
        (tmp_path / "horizon.csv").write_text(horizon_text() if horizon is None else horizon)
        files = ["--jobs", str(tmp_path / "jobs.csv"), "--horizon", str(tmp_path / "horizon.csv")]
        code = main(["plan", *files, *options])
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def plan(run: Run) -> Callable[..., tuple[dict[str, Any], dict[str, dict[str, Any]]]]:
    def plan(jobs: list[str] | str, *options: str, horizon: str | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
        code, out, err = run(jobs, "--json", *options, horizon=horizon)
        assert (code, err) == (0, "")
        told = json.loads(out)
        assert list(told) == ["summary", "jobs"]
        return told["summary"], {each["job_id"]: each for each in told["jobs"]}

    return plan


Plan = Callable[..., tuple[dict[str, Any], dict[str, dict[str, Any]]]]


def test_a_worked_example_in_money(plan: Plan) -> None:
    """Row 4 costs 0.05 + 80 g x GBP 245/t = 0.0696 GBP/kWh, the least; the run is 5 kWh."""
    summary, jobs = plan([job("a")])
    assert jobs["a"] == {
        "job_id": "a",
        "action": "defer",
        "start": "2026-01-08T19:00:00Z",
        "half_hours": None,
        "gco2": 400.0,
        "gbp": pytest.approx(0.25),
        "reason": "high_carbon",
    }
    assert summary["baseline_gco2"] == summary["baseline_capped_gco2"] == 1000
    assert (summary["planned_gco2"], summary["saved_gco2"], summary["bound_gco2"]) == (400, 600, 250)
    assert summary["share_of_possible_percent"] == pytest.approx(80.0)
    assert summary["objective_gbp"] == pytest.approx(0.25 + 400 * 245e-6)
    assert summary["bound_gbp"] == pytest.approx(summary["objective_gbp"])
    assert summary["gap_percent"] == pytest.approx(0.0, abs=1e-9)
    assert (summary["peak_kw"], summary["unplaced"], summary["cap_broken_by_critical"]) == (10, 0, [])


def test_objectives_and_prices(plan: Plan) -> None:
    def start(*options: str) -> str:
        return str(plan([job("a")], *options)[1]["a"]["start"])[11:16]

    assert start("--objective", "carbon") == "18:30"
    assert start("--objective", "cost") == "19:00"
    assert start("--carbon-price", "100000") == "18:30"
    assert start("--delay-cost", "100") == "17:00"


def test_the_delay_cost_is_per_hour_of_later_completion(plan: Plan) -> None:
    summary, _ = plan([job("a")], "--objective", "cost", "--delay-cost", "0.01")
    assert summary["objective_gbp"] == pytest.approx(0.25 + 0.02)


def test_policies_and_thresholds(plan: Plan) -> None:
    def start(*options: str) -> str:
        return str(plan([job("a")], "--objective", "carbon", *options)[1]["a"]["start"])[11:16]

    assert start("--policy", "run-at-once") == "17:00"
    assert start("--policy", "threshold") == "18:00"
    assert start("--policy", "threshold", "--threshold", "60") == "18:30"
    assert start("--policy", "threshold", "--threshold", "200") == "17:00"
    assert start("--policy", "threshold-best-window") == "18:30"
    assert start("--policy", "threshold-best-window", "--threshold", "200") == "17:00"
    assert start("--policy", "best-window", "--threshold", "200") == "18:30"
    assert start("--policy", "peer-sliding-mean") == "18:30"


def test_a_job_that_can_pause_lists_its_half_hours(plan: Plan) -> None:
    summary, jobs = plan(
        [job("a", hours=1.5, interruptible="true")], "--policy", "interruptible", "--objective", "cost"
    )
    assert [text[11:16] for text in jobs["a"]["half_hours"]] == ["17:00", "19:00", "19:30"]
    assert jobs["a"]["start"] == jobs["a"]["half_hours"][0]
    assert jobs["a"]["gbp"] == pytest.approx(5 * (0.10 + 0.05 + 0.10))
    assert summary["gap_percent"] == pytest.approx(0.0, abs=1e-9)


def test_energy_is_accepted_in_place_of_power_and_other_columns_are_ignored(plan: Plan) -> None:
    text = f"gpus,id,job_id,energy_kwh,duration_hours,release\nmany,7,a,5,0.5,{at(0)}"
    summary, jobs = plan(text, "--objective", "carbon")
    assert summary["peak_kw"] == 10
    assert jobs["a"]["start"] == "2026-01-08T18:30:00Z"


def test_under_a_cap_jobs_share_the_room(plan: Plan) -> None:
    summary, jobs = plan([job("a"), job("b", power=12)], "--cap-kw", "15", "--objective", "carbon")
    assert (jobs["b"]["start"][11:16], jobs["a"]["start"][11:16]) == ("18:30", "19:00")
    assert summary["peak_kw"] == 12
    assert summary["baseline_gco2"] == 2200
    assert summary["baseline_capped_gco2"] == 1000 + 1800
    assert summary["planned_gco2"] == 300 + 400
    assert summary["bound_gco2"] <= 700
    assert summary["saved_gco2"] == 2100


def test_critical_jobs_run_and_what_they_overload_is_listed(plan: Plan) -> None:
    critical = [job("a", power=80, priority="critical"), job("b", power=30, priority="critical")]
    summary, jobs = plan([*critical, job("c", deadline=1)], "--cap-kw", "100")
    assert [jobs[name]["start"][11:16] for name in "ab"] == ["17:00", "17:00"]
    assert summary["cap_broken_by_critical"] == ["2026-01-08T17:00:00Z"]
    assert (jobs["c"]["start"], jobs["c"]["action"], jobs["c"]["reason"]) == (None, "unplaced", "no_room")
    assert (jobs["c"]["gco2"], summary["unplaced"]) == (0.0, 1)


def test_what_fits_its_window_but_not_the_horizon_is_unplaced(plan: Plan) -> None:
    summary, jobs = plan([job("a", hours=3.5, deadline=20), job("b", release=5.5, deadline=6.9), job("c")])
    assert (jobs["a"]["action"], jobs["a"]["start"], jobs["a"]["reason"]) == ("unplaced", None, "beyond_horizon")
    assert jobs["b"]["action"] == "unplaced"
    assert jobs["c"]["start"] is not None
    assert summary["unplaced"] == 2


def test_now_moves_the_present(plan: Plan) -> None:
    _, jobs = plan([job("a"), job("b", deadline=2)], "--now", at(3.5), "--objective", "carbon")
    assert jobs["a"]["start"] == "2026-01-08T18:30:00Z"
    assert (jobs["b"]["action"], jobs["b"]["reason"]) == ("unplaced", "past_deadline")


def test_a_carbon_cap_is_kept_or_said_to_be_out_of_reach(plan: Plan) -> None:
    summary, jobs = plan([job("a"), job("b")], "--objective", "cost", "--carbon-cap-g-per-kwh", "70")
    assert sorted(each["start"][11:16] for each in jobs.values()) == ["18:30", "19:00"]
    assert summary["carbon_cap"]["met"] is True
    assert summary["carbon_cap"]["planned_g_per_kwh"] == pytest.approx(65)
    assert summary["carbon_cap"]["shadow_price_gbp_per_t"] == pytest.approx(0.2 / 30e-6, rel=2e-3)
    summary, _ = plan([job("a")], "--carbon-cap-g-per-kwh", "40")
    assert summary["carbon_cap"]["met"] is False
    assert summary["carbon_cap"]["least_possible_g_per_kwh"] == 50
    assert summary["carbon_cap"]["shadow_price_gbp_per_t"] is None


def test_every_bad_row_is_listed_and_nothing_planned(run: Run) -> None:
    jobs = [job("a", power=-1), job("b"), job("c", hours=2, deadline=3), job("d", deferrable="perhaps"), job("b")]
    code, out, err = run(jobs, "--json")
    assert (code, out) == (2, "")
    assert "row 1, power_kw: '-1'; allowed: a number above 0" in err
    assert "row 3, deadline: '2026-01-08T18:30:00+00:00'; allowed: at least duration_hours (2) after the release" in err
    assert "row 4, deferrable: 'perhaps'; allowed: one of yes, true, 1, no, false, 0" in err
    assert "row 5, job_id: 'b'; allowed: an id that no good row above has" in err
    assert "row 2" not in err
    assert err.splitlines()[-1].endswith("wrong cells; nothing is planned.")


def test_times_without_a_zone_are_refused(run: Run) -> None:
    code, _, err = run([job("a").replace("Z", "", 1)])
    assert code == 2
    assert "a time with its zone" in err


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (horizon_text().replace(at(2), at(1)), "row 3, from: '2026-01-08T17:30Z'; allowed: each half-hour once"),
        (horizon_text().replace(at(2), "2026-01-08T18:10Z"), "row 3, from: '2026-01-08T18:10Z'; allowed: the start"),
        (horizon_text().replace(at(5), at(9)), "row 6, from: '2026-01-08T21:30Z'; allowed: the half-hour after"),
        (horizon_text().replace(",300,", ",-3,"), "row 2, intensity_gco2_kwh: '-3'; allowed: a number from 0"),
        (horizon_text().replace(",0.25", ","), "row 4, price_gbp_kwh: ''; allowed: a number from -100"),
        (horizon_text().replace(at(0), ""), "row 1, from: ''; allowed: the start of a half-hour"),
        ("from,price_gbp_kwh\n" + at(0) + ",1", "horizon.csv: no column intensity_gco2_kwh"),
        ("from,intensity_gco2_kwh,price_gbp_kwh", "horizon.csv: it lists no half-hour"),
    ],
)
def test_a_horizon_that_is_none(run: Run, broken: str, said: str) -> None:
    code, out, err = run([job("a")], horizon=broken)
    assert (code, out) == (2, "")
    assert said in err


def test_a_shuffled_horizon_is_put_in_order(plan: Plan) -> None:
    heading, *rows = horizon_text().splitlines()
    _, jobs = plan([job("a")], "--objective", "carbon", horizon="\n".join([heading, *reversed(rows)]))
    assert jobs["a"]["start"] == "2026-01-08T18:30:00Z"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--now", at(7)), "--now must lie in the horizon"),
        (("--now", "2026-01-08T17:00"), "has no time zone"),
        (("--cap-kw", "-1"), "--cap-kw -1.0: a number from 0"),
        (("--carbon-price", "nan"), "--carbon-price nan: a number from 0"),
    ],
)
def test_options_that_cannot_be(run: Run, options: tuple[str, ...], said: str) -> None:
    code, out, err = run([job("a")], *options)
    assert (code, out) == (2, "")
    assert said in err


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = str(tmp_path / "none.csv")
    assert main(["plan", "--jobs", missing, "--horizon", missing]) == 2
    assert "none.csv: No such file" in capsys.readouterr().err


def test_an_unknown_policy_is_refused_by_the_parser(run: Run) -> None:
    with pytest.raises(SystemExit) as refused:
        run([job("a")], "--policy", "magic")
    assert refused.value.code == 2


def test_csv_holds_no_formula(run: Run) -> None:
    _, out, _ = run([job("=cmd|' /C calc'!A0"), job("-1+2")], "--csv")
    assert [row["job_id"] for row in csv.DictReader(io.StringIO(out))] == ["'=cmd|' /C calc'!A0", "'-1+2"]


def test_csv_says_the_same(run: Run, plan: Plan) -> None:
    jobs = [job("a"), job("b", hours=1.5, interruptible="true")]
    options = ("--policy", "interruptible", "--objective", "cost")
    _, told = plan(jobs, *options)
    _, out, _ = run(jobs, *options, "--csv")
    rows = {row["job_id"]: row for row in csv.DictReader(io.StringIO(out))}
    assert list(rows) == ["a", "b"]
    assert rows["b"]["half_hours"].split() == told["b"]["half_hours"]
    assert all(float(rows[name]["gco2"]) == told[name]["gco2"] for name in rows)
    assert rows["a"]["start"] == told["a"]["start"]


def test_a_person_gets_the_summary(run: Run) -> None:
    code, out, _ = run([job("a")])
    assert code == 0
    assert "planned_gco2               400" in out


def test_sums_equal_their_rows(plan: Plan) -> None:
    jobs = [job(f"j{number}", power=3 + number, hours=0.3 + number / 7, deadline=None) for number in range(9)]
    summary, told = plan(jobs, "--cap-kw", "30")
    assert sum(each["gco2"] for each in told.values()) == pytest.approx(summary["planned_gco2"])
    assert summary["saved_gco2"] == pytest.approx(summary["baseline_capped_gco2"] - summary["planned_gco2"])


def test_it_runs_as_a_module_and_survives_a_closed_pipe(tmp_path: Path) -> None:
    (tmp_path / "jobs.csv").write_text("\n".join([HEADINGS, *(job(f"j{number}") for number in range(3000))]))
    (tmp_path / "horizon.csv").write_text(horizon_text())
    files = ["--jobs", str(tmp_path / "jobs.csv"), "--horizon", str(tmp_path / "horizon.csv")]
    command = [sys.executable, "-m", "gridflex", "plan", *files, "--csv"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith("job_id,action")
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 0
