"""Jobs by file, form and drawer, as a person brings them in and takes them away."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from gridflex.store.export import verify_export

pytestmark = pytest.mark.browser

HEADER = "job_id,kind,priority,energy_kwh,duration_hours\n"
GOOD = HEADER + "night-1,fine-tuning,low,50,2\nlive-1,data processing,critical,5,0.5\n"
BAD = HEADER + "a,fine-tuning,low,50,2\nb,fine-tuning,urgent,-5,2\nc,x,low,many,2\n"
HOSTILE = "<img src=x onerror=alert(1)> ![x](https://example.org/x.png)"


def button(one: Any, name: str) -> Any:
    return one.page.get_by_role("button", name=name, exact=True)


def upload(one: Any, path: Path, content: str) -> Any:
    """Choose a file in the dialog; the dialog."""
    path.write_text(content)
    button(one, "Upload CSV or JSON").click()
    dialog = one.page.get_by_role("dialog")
    dialog.locator('input[type="file"]').set_input_files(path)
    return dialog


def rows_of_download(one: Any, name: str) -> list[dict[str, str]]:
    with one.page.expect_download() as download:
        button(one, name).click()
    return list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text())))


def test_a_good_file_becomes_the_queue_and_comes_back_as_it_was(
    dashboard: Any, visit: Callable[..., Any], tmp_path: Path
) -> None:
    one = visit(dashboard).open("/queue")
    dialog = upload(
        one, tmp_path / "good.csv", HEADER + "night-1,fine-tuning,low,50,2\nlive-1,data processing,critical,5,0.5\n"
    )
    dialog.get_by_role("button", name="Use these 2 jobs").click()
    expect(one.main.get_by_text(re.compile("^2 jobs · 55.0 kWh"))).to_be_visible()
    expect(one.main.get_by_text("your own jobs")).to_be_visible()
    one.settle()
    table = rows_of_download(one, "Export this table")
    assert [row["job"] for row in table] == ["night-1", "live-1"]
    assert {"start_utc", "start_uk", "energy_kwh", "saved_kg", "why"} <= set(table[0])
    jobs = rows_of_download(one, "Export jobs")
    assert [(row["job_id"], float(row["energy (kWh)"])) for row in jobs] == [("night-1", 50.0), ("live-1", 5.0)]
    again = tmp_path / "again.csv"
    with again.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(jobs[0]))
        writer.writeheader()
        writer.writerows(jobs)
    dialog = upload(one, again, again.read_text())
    expect(dialog.get_by_role("button", name="Use these 2 jobs")).to_be_visible()


def test_bad_rows_are_listed_and_the_good_ones_kept(dashboard: Any, visit: Callable[..., Any], tmp_path: Path) -> None:
    one = visit(dashboard).open("/queue")
    dialog = upload(
        one, tmp_path / "bad.csv", HEADER + "a,fine-tuning,low,50,2\nb,fine-tuning,urgent,-5,2\nc,x,low,many,2\n"
    )
    expect(dialog.get_by_text("2 rows refused; the others can be used.")).to_be_visible()
    expect(dialog.get_by_test_id("stDataFrame")).to_be_visible()
    dialog.get_by_role("button", name=re.compile("^Use this job")).click()
    expect(one.main.get_by_text(re.compile("^1 job · 50.0 kWh"))).to_be_visible()


def test_a_file_that_is_none_is_refused_in_a_sentence(
    dashboard: Any, visit: Callable[..., Any], tmp_path: Path
) -> None:
    one = visit(dashboard).open("/queue")
    dialog = upload(one, tmp_path / "holiday.csv", "date,place\n1,2\n")
    expect(dialog.get_by_role("alert")).to_contain_text("job_id")
    one.page.keyboard.press("Escape")
    expect(one.main.get_by_text(re.compile("^15 jobs"))).to_be_visible()


def test_a_job_by_hand_with_a_hostile_name_is_text_everywhere(dashboard: Any, visit: Callable[..., Any]) -> None:
    one = visit(dashboard).open("/queue")
    button(one, "Add job").click()
    dialog = one.page.get_by_role("dialog")
    dialog.get_by_label("Job id").fill(HOSTILE)
    dialog.get_by_role("button", name="Add job").click()
    expect(one.main.get_by_text(re.compile("^16 jobs"))).to_be_visible()
    for name in ("Overview", "Tuning", "Audit", "System", "Queue"):
        one.go(name)
        assert not one.page.locator('img[src*="example.org"], img[src="x"]').count(), name
    expect(one.main.get_by_text(HOSTILE).first).to_be_visible()


def test_a_row_opens_the_drawer_and_an_override_needs_a_reason(dashboard: Any, visit: Callable[..., Any]) -> None:
    one = visit(dashboard).open("/queue")
    table = one.page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    one.page.mouse.click(box["x"] + 18, box["y"] + 35 + 66 * 1.5)  # the second row's mark: a job that may wait
    drawer = one.page.get_by_role("dialog")
    expect(drawer.get_by_text("demo-02", exact=True)).to_be_visible()
    expect(drawer.get_by_test_id("stPlotlyChart").locator(".main-svg").first).to_be_visible()
    assert "demo-02" in (drawer.get_by_test_id("stPlotlyChart").get_attribute("aria-label") or "")
    drawer.get_by_role("button", name="Override").click()
    expect(drawer.get_by_role("alert")).to_contain_text("needs a reason")
    drawer.get_by_role("radio", name="Hold until").click()
    drawer.get_by_label("Reason (goes into the audit trail)").fill("the team is away until noon")
    drawer.get_by_role("button", name="Override").click()
    expect(drawer).to_have_count(0)
    expect(one.main.get_by_text(re.compile("demo-02: A person chose this start")).first).to_be_visible()
    one.go("Audit")
    one.main.get_by_role("combobox", name=re.compile("Kind")).click()
    one.page.get_by_role("option", name="override").click()
    expect(one.main.get_by_text("1 row", exact=True)).to_be_visible()
    with one.page.expect_download() as download:
        button(one, "Export the whole trail").click()
    trail = json.loads(Path(download.value.path()).read_text())
    assert verify_export(trail).count == len(trail["rows"])
    (override,) = [row for row in trail["rows"] if row["kind"] == "override"]
    assert "the team is away until noon" in override["content"]
