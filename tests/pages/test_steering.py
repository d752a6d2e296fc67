"""Words on the whole queue, one click away; the mode; the answer to a proposal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gridflex.domain.modes import Mode
from gridflex.services.proposals import Proposal
from gridflex.services.workspace import Workspace
from gridflex.store.workspaces import Workspaces


def actions(visitor: Any) -> list[str]:
    return [word for words in visitor.jobs["action"] for word in words]


def kept(visitor: Any, site: Any) -> Workspace:
    found: Workspace = site.platform.desk.open(visitor.address["w"], site.now)
    return found


def test_run_everything_is_a_click_and_undo_another(visitor: Any) -> None:
    planned = actions(visitor.open("queue"))
    assert "wait" in planned
    assert "Undo" not in visitor.buttons
    visitor.press("Run everything now")
    assert "wait" not in actions(visitor)
    override = visitor.trail("override")[0]
    assert (override.data["action"], override.data["reason"]) == ("run everything now", "asked for on the Queue page")
    visitor.press("Undo")
    assert actions(visitor) == planned
    assert visitor.trail("undo")[0].data["undoes"] == "override"
    assert visitor.platform_verifies()


def test_hold_takes_a_time_and_is_let_go_again(visitor: Any, site: Any) -> None:
    planned = visitor.open("queue").jobs
    visitor.press("Hold")
    held = visitor.jobs
    reason = visitor.trail("override")[0].data
    assert reason["action"] == "hold until 12:00"
    moved = held[held["start_uk"] != planned["start_uk"]]
    assert len(moved)
    assert (moved["priority"] != "critical").all()
    assert ((moved["start_uk"] >= "2026-11-18 12:00+00:00") | (moved["start_uk"] == moved["latest_start_uk"])).all()
    visitor.press("Let the plan decide again")
    assert visitor.jobs["start_uk"].tolist() == planned["start_uk"].tolist()
    assert "Let the plan decide again" not in visitor.buttons


def test_the_mode_is_set_on_the_system_page_and_shown_on_the_queue(visitor: Any, site: Any) -> None:
    visitor.open("system")
    visitor.field("segmented_control", "Mode").set_value(Mode.ADVISE)
    visitor.run()
    assert kept(visitor, site).mode is Mode.ADVISE
    visitor.open("queue")
    assert "Mode: **advise**" in visitor.text
    assert "Start what is advised" in visitor.buttons
    site.pass_time(hours=2)  # a run was planned for 12:00
    visitor.run()
    assert "at your word" in visitor.open("overview").text
    visitor.open("queue").press("Start what is advised")
    assert "at your word" not in visitor.open("overview").text
    visitor.open("queue").press("Undo")
    assert "at your word" in visitor.open("overview").text


def test_a_proposal_waits_on_the_queue_for_a_yes(visitor: Any, site: Any, make_visitor: Callable[[], Any]) -> None:
    own = kept(visitor.open("queue"), site)
    own = site.platform.desk.steer.set_mode(own, Mode.APPROVE, site.now)
    later = own.before.put((own.before.start > 0).nonzero()[0][:1], own.before.start[:1] + 4, own.before.pinned[:1])
    waiting = replace(own, proposal=Proposal(site.now, "It gains a lot.", later.start, {}))
    Workspaces(site.platform.database).save(own.id, waiting.to_state(), expected_version=own.version, at=site.now)
    again = make_visitor().open("queue", w=visitor.address["w"])
    assert "A better plan waits for your yes" in again.text
    assert "A better plan waits for your yes" in [link.proto.label for link in again.page.sidebar.get("page_link")]
    again.press("Approve")
    assert "waits for your yes" not in again.text
    assert not again.page.sidebar.get("page_link")
    assert kept(again, site).before.start.tolist() == later.start.tolist()
    assert again.trail("approval")[0].data["accepted"] is True


def test_a_replay_has_no_such_words(visitor: Any) -> None:
    visitor.open("queue", at="2026-01-08T17:00Z")
    assert not {"Run everything now", "Undo"} & set(visitor.buttons)
    visitor.open("system", at="2026-01-08T17:00Z")
    assert "Workspace" not in visitor.text
