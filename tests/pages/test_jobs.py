"""Jobs that come in, are shown as text whatever their id says, and are decided; a person's word on one of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from gridflex.agents.orchestrator import Commitments
from gridflex.services.workspace import with_jobs
from gridflex.store.workspaces import Workspaces

MARKUP = "![x](https://example.org/x.png) **bold** [go](https://example.org) <b>b</b> :red[r] $x$ `c`"
HOSTILE = {"markup": MARKUP[:64], "formula": "=" + "x" * 63}
GOOD = "job_id,kind,priority,energy_kwh,duration_hours\n"


def add(visitor: Any, job_id: str) -> Any:
    visitor.open("queue").press("Add job")
    visitor.field("text_input", "Job id").input(job_id)
    visitor.page.button[0].click()  # the dialog's opener again, so that the dialog is there to submit
    return visitor.press("Add job")


def upload(visitor: Any, name: str, content: str) -> Any:
    visitor.open("queue").press("Upload CSV or JSON")
    visitor.page.file_uploader[0].upload(name, content.encode(), "text/csv")
    return visitor.press("Upload CSV or JSON")


def markdowns(visitor: Any) -> str:
    """Everything that is read as markup."""
    page = visitor.page
    kinds = (page.markdown, page.caption, page.subheader, page.info, page.success, page.warning, page.error, page.toast)
    return "\n".join(str(one.value) for kind in kinds for one in kind)


def test_what_a_decision_gives_and_why_stand_first_in_the_table(visitor: Any) -> None:
    shown = visitor.open("queue").page.dataframe[0]
    first = list(shown.proto.column_order)[:6]
    assert first == ["job", "action", "start_uk", "saved_kg", "saved_gbp", "why"]
    assert set(shown.proto.column_order) == set(shown.value.columns)


def test_every_bar_of_the_timeline_keeps_to_its_row(visitor: Any) -> None:
    visitor.open("queue", threshold="120")
    figure = json.loads(visitor.page.get("plotly_chart")[0].proto.spec)
    bars = [trace for trace in figure["data"] if trace["type"] == "bar"]
    assert len(bars) == 3
    assert all(0 < trace["width"] < 1 for trace in bars)


def test_a_job_from_the_form_is_decided_and_written(visitor: Any) -> None:
    add(visitor, "mine-1")
    assert "16 jobs" in visitor.text
    assert "mine-1" in visitor.jobs["job"].tolist()
    newest = visitor.trail()[0]
    assert (newest.kind, newest.subject) == ("decision", "mine-1")
    assert visitor.trail("upload")[0].data["jobs"] == 1
    assert "mine-1" in visitor.page.text[0].value, "the feed has it first"


@pytest.mark.parametrize(("job_id", "said"), [("", "job_id"), ("demo-01", "already")])
def test_the_form_refuses_in_a_sentence(visitor: Any, job_id: str, said: str) -> None:
    add(visitor, job_id)
    assert said in visitor.page.error[0].value.replace("\\", "")
    assert "15 jobs" in visitor.text


@pytest.mark.parametrize("job_id", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_id_is_text_on_every_page(visitor: Any, job_id: str) -> None:
    add(visitor, job_id)
    add(visitor, job_id)
    assert len(visitor.page.error) == 1, "the same id twice is refused, with the id in the sentence"
    assert "![x](" not in markdowns(visitor)
    for name in ("overview", "queue", "tuning", "audit", "system"):
        visitor.open(name)
        assert "![x](" not in markdowns(visitor), name
        assert "**bold**" not in markdowns(visitor)
    visitor.open("queue").choose(15)
    assert "![x](" not in markdowns(visitor)
    assert job_id in [one.value for one in visitor.page.text]
    upload(visitor, "one.csv", GOOD + f'"{job_id}","{job_id}",low,500,20\n')
    visitor.press("Upload CSV or JSON", "Use this job")
    assert "![x](" not in markdowns(visitor.open()), "a kind may be anything too"
    visitor.open("system").press("Try every start")
    assert "![x](" not in markdowns(visitor)
    assert "**bold**" not in markdowns(visitor)


def test_a_good_file_becomes_the_queue(visitor: Any) -> None:
    upload(visitor, "two.csv", GOOD + "a,fine-tuning,low,50,2\nb,fine-tuning,critical,5,0.5\n")
    visitor.press("Upload CSV or JSON", "Use these 2 jobs")
    assert visitor.jobs["job"].tolist() == ["a", "b"]
    assert "your own jobs" in visitor.text
    assert visitor.trail("upload")[0].data["jobs"] == 2


def test_bad_rows_are_listed_and_good_ones_kept(visitor: Any) -> None:
    upload(visitor, "bad.csv", GOOD + "a,fine-tuning,low,50,2\nb,fine-tuning,urgent,-5,2\nc,fine-tuning,low,many,2\n")
    listed = visitor.page.dataframe[-1].value
    assert listed["row"].nunique() == 2
    assert {"priority", "energy_kwh"} <= set(listed["column"])
    assert {"urgent", "-5", "many"} <= set(listed["value"])
    assert "2 rows refused" in visitor.page.warning[0].value
    visitor.press("Upload CSV or JSON", "Use this job")
    assert visitor.jobs["job"].tolist() == ["a"]
    assert visitor.page.toast[0].value == "1 job taken, 2 rows refused. The plan is made."


@pytest.mark.parametrize("content", ["", "nothing,here\n1,2\n", "\x00\x01\x02", "job_id\n", "{"])
def test_a_file_that_is_none_is_refused_in_a_sentence(visitor: Any, content: str) -> None:
    upload(visitor, "odd.csv", content)
    assert visitor.page.error[0].value.endswith(".")
    assert "15 jobs" in visitor.text


def test_the_other_demo_is_a_thousand_jobs_and_leads_back(visitor: Any) -> None:
    visitor.open().press("A site's day")
    assert "of 1,000 jobs" in visitor.text
    table = visitor.open("queue").jobs
    assert len(table) == 1000
    assert table["job"].is_unique
    assert table["saved_kg"].nunique() > 100, "decided job by job, not the first multiplied"
    visitor.press("15 jobs")
    assert len(visitor.jobs) == 15


def test_keeping_a_preview_writes_a_plan_and_its_decisions(visitor: Any) -> None:
    visitor.open("overview", threshold="300")
    before = visitor.trail()
    assert "A preview" in visitor.text
    visitor.press("Use this plan")
    written = visitor.trail()[: -len(before)]
    assert [row.kind for row in written].count("plan") == 1
    assert next(row for row in written if row.kind == "plan").data["threshold_g_per_kwh"] == 300
    moved = {row.subject for row in written if row.kind == "decision"}
    assert len(moved) >= 7, "what waited now runs"
    assert "Use this plan" not in visitor.buttons
    assert visitor.platform_verifies()


def test_an_override_needs_a_reason_and_is_remembered(visitor: Any) -> None:
    row = visitor.open("queue").jobs["action"].map(list).tolist().index(["wait"])
    name = visitor.jobs["job"][row]
    visitor.choose(row).button("Override").click()
    visitor.again()
    assert "needs a reason" in visitor.page.error[0].value
    assert not visitor.trail("override")
    visitor.field("text_input", "Reason (goes into the audit trail)").input("the team needs it **today**")
    visitor.button("Override").click()
    visitor.again()
    override = visitor.trail("override")[0]
    assert (override.subject, override.data["action"]) == (name, "execute_now")
    assert visitor.trail()[0].data["rationale"] == "operator"
    assert visitor.jobs["action"].map(list)[row] == ["run"]
    assert "**today**" not in markdowns(visitor)
    assert "the team needs it **today**" in "\n".join(one.value for one in visitor.choose(row).page.text)


def test_a_cancelled_job_stands_in_the_counts(visitor: Any) -> None:
    row = visitor.open("queue").jobs["action"].map(list).tolist().index(["wait"])
    visitor.choose(row)
    visitor.field("segmented_control", "What").set_value("Cancel")
    visitor.field("text_input", "Reason (goes into the audit trail)").input("not needed")
    visitor.button("Override").click()
    visitor.again()
    assert visitor.jobs["action"].map(list)[row] == ["cancelled"]
    assert "1 cancelled" in visitor.open().page.subheader[0].value


def test_an_empty_queue_has_a_sentence_and_a_way_out(visitor: Any, site: Any, make_visitor: Callable[[], Any]) -> None:
    token = visitor.open().address["w"]
    kept = site.platform.desk.open(token, site.now)
    empty = replace(with_jobs(kept, kept.frame.iloc[:0], kept.kind, Commitments.none(0)), reasons={})
    Workspaces(site.platform.database).save(kept.id, empty.to_state(), expected_version=kept.version, at=site.now)
    for name in ("overview", "queue", "tuning", "audit", "system"):
        again = make_visitor().open(name, w=token)
        assert not {"nan", "inf", "None"} & set(again.text.split())
        if name in ("queue", "tuning"):
            assert "queue is empty" in again.text
    assert "Add job" in again.open("queue").buttons


def test_totals_are_drawn_once_they_are_unfolded(visitor: Any) -> None:
    folded = len(visitor.open("queue").page.dataframe)
    tables = [table.value for table in visitor.unfold("totals").page.dataframe]
    kinds, priorities = tables[1:3]
    assert len(tables) == folded + 2
    assert kinds["jobs"].sum() == priorities["jobs"].sum() == len(visitor.jobs)
