"""The clock jumps under open pages: nothing breaks, nothing is decided twice, and sleep is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gridflex.domain.halfhours import floor_half_hour

PAGES = sorted(page.stem for page in (Path(__file__).parents[2] / "pages").glob("*.py") if page.stem != "impact")
"""Impact works a month through at each new day: it is opened at the end alone."""
SPRING = datetime(2026, 3, 29, 1, tzinfo=UTC)
AUTUMN = datetime(2026, 10, 25, 1, tzinfo=UTC)


def look_around(visitor: Any, *names: str) -> None:
    for name in names or PAGES:
        visitor.open(name)
        assert not {"nan", "NaN", "NaT", "None", "inf"} & set(visitor.text.replace("/", " ").split()), name


def planned(visitor: Any) -> list[datetime]:
    """Half-hours that were planned by themselves, oldest first."""
    rows = [row for row in visitor.trail("plan") if row.data["cause"] == "a new half-hour"]
    return [floor_half_hour(row.moment) for row in reversed(rows)]


def test_jumps_to_and_fro(visitor: Any, site: Any) -> None:
    visitor.open()
    for hours in (7, -7, -3, 60, -60, 24 * 40):
        site.pass_time(hours=hours)
        look_around(visitor)
    told = planned(visitor)
    assert len(told) == len(set(told)) == 3, "each jump to a half-hour that is new"
    slept = [row.data["cause"] for row in visitor.trail("plan") if row.data["cause"].startswith("asleep")]
    assert len(slept) == 3
    assert all(cause.endswith("plan kept") for cause in slept)
    look_around(visitor, "impact")
    assert visitor.platform_verifies()


def test_set_back_the_plan_stays_on_the_page_and_no_preview_is_offered(visitor: Any, site: Any) -> None:
    before = visitor.open("queue").jobs
    rows = len(visitor.trail())
    site.pass_time(hours=-2)
    after = visitor.open("overview").open("queue").jobs
    assert after["job"].tolist() == before["job"].tolist()
    assert after["start_uk"].tolist() == before["start_uk"].tolist()
    assert "A preview" not in visitor.open().text
    assert len(visitor.trail()) == rows


@pytest.mark.parametrize("change", [SPRING, AUTUMN], ids=["spring", "autumn"])
def test_a_night_over_a_change_of_the_uk_clock_with_pages_open(
    start_site: Callable[..., Any], make_visitor: Callable[[], Any], change: datetime
) -> None:
    first = change - timedelta(hours=1, minutes=-5)
    site, visitor = start_site(now=first), make_visitor().open()
    for turn in range(5):
        site.pass_time(minutes=30)
        look_around(visitor, *PAGES[turn % 2 :: 2])
    assert planned(visitor) == [floor_half_hour(first) + timedelta(minutes=30 * n) for n in range(1, 6)]
    assert visitor.platform_verifies()


@pytest.mark.parametrize(("day", "periods"), [("2026-03-29", 46), ("2026-10-25", 50)])
def test_a_day_of_46_or_50_half_hours_is_replayed_from_its_first_to_its_last(
    visitor: Any, day: str, periods: int
) -> None:
    midnight = datetime.fromisoformat(f"{day}T00:00Z") - timedelta(hours=1 if periods == 50 else 0)
    for half_hours in (0, periods // 2, periods - 1):
        at = midnight + timedelta(minutes=30 * half_hours)
        visitor.open("queue", at=f"{at:%Y-%m-%dT%H:%MZ}")
        assert "Replay of Sun" in visitor.text
        look_around(visitor, "overview", "tuning")
