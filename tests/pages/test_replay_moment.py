"""With ``at`` every page speaks of another moment, and nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gridflex.domain.controls import Site
from gridflex.services.workspace import QueueKind
from gridflex.ui.replay import Replayed, parameters, read

AT = datetime(2026, 1, 6, 17, tzinfo=UTC)

PAGES = sorted(page.stem for page in (Path(__file__).parents[2] / "pages").glob("*.py"))


def test_every_page_says_that_it_is_a_replay(visitor: Any) -> None:
    for name in PAGES:
        visitor.open(name, at="2026-01-06T17:00Z")
        assert "Replay of Tue 6 Jan 17:00" in visitor.text, name
        assert "as of Tue 6 Jan 17:00" in visitor.badge
        assert not {"Use this plan", "Re-plan", "Add job", "Start again", "Plan by best window"} & set(visitor.buttons)


def test_a_replay_writes_nothing_and_leads_back(visitor: Any) -> None:
    visitor.open()
    written, title = visitor.trail(), visitor.page.subheader[0].value
    visitor.open(at="2026-01-06T17:00Z", threshold="200").open("queue").open("tuning")
    assert visitor.trail() == written
    visitor.open().press("Back to live")
    assert "at" not in visitor.address
    assert visitor.page.subheader[0].value.split(":")[0] == title.split(":")[0]
    assert "Replay of" not in visitor.text


def test_a_replay_needs_no_workspace(visitor: Any) -> None:
    visitor.open(at="2026-01-06T17:00Z")
    assert "w" not in visitor.address


def test_a_moment_within_a_half_hour_means_that_half_hour(visitor: Any) -> None:
    assert "Replay of Tue 6 Jan 17:00" in visitor.open(at="2026-01-06T17:13Z").text


NO_MOMENTS = (
    "nonsense",
    "2026-13-01T00:00Z",
    "2026-01-06T17:00",
    "",
    "9" * 400,
    "0001-01-01T00:00Z",
    "9999-12-31T23:30Z",
)
FAR = ("2018-05-10T12:00Z", "2031-02-28T00:00Z")
CLOCK_CHANGES = ("2026-03-29T01:00Z", "2026-10-25T00:30Z", "2026-10-25T01:00Z")


def test_a_moment_that_is_none_is_the_present(site: Any, make_visitor: Callable[[], Any]) -> None:
    for at in NO_MOMENTS:
        visitor = make_visitor().open(at=at)
        assert "Replay of" not in visitor.text, at
        assert len(visitor.trail("plan")) == 1


@pytest.mark.parametrize("at", FAR + CLOCK_CHANGES)
def test_moments_far_away_and_at_the_clock_changes_can_be_replayed(visitor: Any, at: str) -> None:
    for name in PAGES:
        assert "Replay of" in visitor.open(name, at=at).text, name


def test_the_menu_opens_each_of_its_moments(visitor: Any) -> None:
    titles = {}
    for scene in range(4):
        visitor.open()
        visitor.page.menu_button[0].click_index(scene)
        visitor.run()
        titles[visitor.address["at"]] = visitor.page.subheader[0].value
    assert len(titles) == 4
    windy = next(title for title in titles.values() if "low" in title)
    assert "wait" not in windy


def test_a_shared_link_replays_the_demo_its_seed_and_its_region(visitor: Any) -> None:
    visitor.open(at="2026-01-06T17:00Z", queue="day", seed="7", region="1").open("queue")
    assert len(visitor.jobs) == 1000
    assert "demo day of 1,000 jobs" in visitor.text
    assert visitor.page.session_state["replay"].site.region == 1
    assert visitor.page.session_state["replay"].seed == 7
    assert {name: visitor.address[name] for name in ("queue", "seed", "region")} == {
        "queue": "day",
        "seed": "7",
        "region": "1",
    }
    visitor.press("Back to live")
    assert not {"at", "queue", "seed", "region"} & set(visitor.address)


def test_what_a_link_cannot_mean_is_the_default(visitor: Any) -> None:
    visitor.open(at="2026-01-06T17:00Z", queue="own", seed="-1", region="18")
    replayed = visitor.page.session_state["replay"]
    assert (len(replayed.frame), replayed.seed, replayed.site.region) == (15, 42, 0)
    assert read({"at": "2026-01-06T17:00Z", "seed": "9" * 40, "region": "²"}) == Replayed(AT)


def test_a_link_says_what_is_not_the_default(visitor: Any) -> None:
    visitor.open()
    here = visitor.page.session_state["workspace"]
    assert parameters(here, AT) == {"at": "2026-01-06T17:00Z"}
    moved = replace(here, kind=QueueKind.DAY, seed=3, site=Site(region=13))
    said = parameters(moved, AT)
    assert said == {"at": "2026-01-06T17:00Z", "queue": "day", "seed": "3", "region": "13"}
    assert read(said) == Replayed(AT, QueueKind.DAY, 3, 13)
    assert parameters(replace(moved, kind=QueueKind.OWN), AT) == {"at": "2026-01-06T17:00Z", "region": "13"}


def test_a_quiet_hour_says_what_waiting_would_still_give(visitor: Any) -> None:
    visitor.open(at="2026-11-29T23:00Z")
    assert "Below 150 g" in visitor.text
    assert "Waiting gains nothing: planned by best window, no job would wait either." in visitor.text
    visitor.open(at="2025-08-31T07:00Z", threshold="400")
    assert "Waiting for the best window still saves" in visitor.text
