"""The Grid agent: what each value is, and where it came from, whatever the source does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from gridflex.agents.grid import REMEMBERED_VIEWS, GridAgent
from gridflex.domain.grid import CarbonSnapshot, Reading
from gridflex.domain.halfhours import HALF_HOUR, floor_half_hour, half_hours, uk_time
from gridflex.domain.provenance import Provenance
from gridflex.domain.regions import GB
from gridflex.domain.tariff import DEFAULT_TARIFF, Tariff
from gridflex.planning.profile_forecast import profile_forecast
from tests.bench import NOW, START, Feed, PriceSheet, Sample, Shelf, State, Values, flat, hour, snapshot, stepped

LIVE, CACHED, ESTIMATED, SAMPLE = Provenance
HERE = 96
LONDON = 13


def by_hour(moment: datetime) -> float:
    """A value that tells its half-hour: 100 g at midnight UTC, 2 g more each half-hour."""
    return 100 + 4 * moment.hour + moment.minute / 15


def agent(feed: Feed, shelf: Shelf | None = None, sample: Sample | None = None) -> GridAgent:
    return GridAgent(feed, shelf or Shelf(), sample or Sample(), PriceSheet())


def answered(found: CarbonSnapshot, *, live: bool = True, error: str | None = None) -> Feed:
    return Feed(fixed=State(found, live, error, NOW + timedelta(minutes=1)))


def without(found: CarbonSnapshot, *starts: datetime) -> CarbonSnapshot:
    return replace(found, readings=tuple(reading for reading in found.readings if reading.start not in starts))


def week(value: Values, until: datetime, days: float = 7) -> dict[datetime, float]:
    count = round(days * 48)
    return {at: value(at) for at in half_hours(until - count * HALF_HOUR, count)}


def test_a_live_answer_is_live_from_now_to_the_end() -> None:
    view = agent(Feed(by_hour)).view(GB, NOW)
    assert view.horizon.at(HERE) == START
    assert view.horizon.now == START
    assert (view.provenance, view.estimated_ahead, view.error) == (LIVE, 0, None)
    assert (view.fetched_at, view.replay) == (START, False)
    assert set(view.horizon.provenance[48:]) == {LIVE}
    assert view.horizon.intensity[HERE:].tolist() == [by_hour(START + i * HALF_HOUR) for i in range(96)]
    assert view.intensity_now == by_hour(START)
    assert view.mix is not None
    assert view.mix.renewable_percent == 41


def test_what_is_behind_is_measured_and_now_is_still_the_forecast() -> None:
    view = agent(Feed(by_hour)).view(GB, NOW)
    assert view.actual[48:HERE] == pytest.approx(view.forecast[48:HERE] + 1)
    assert view.horizon.intensity[HERE - 1] == view.actual[HERE - 1]
    assert np.isnan(view.actual[HERE:]).all()
    assert view.horizon.sd[HERE - 1] == 0
    assert view.horizon.sd[HERE] == pytest.approx(10 * np.sqrt(np.pi / 2))
    assert (np.diff(view.horizon.sd[HERE:]) > 0).all()


def test_before_the_answer_the_archive_speaks_and_before_it_nothing_is_claimed() -> None:
    shelf = Shelf(week(flat(111), hour(-30), days=0.5))
    view = agent(Feed(flat(200)), shelf).view(GB, NOW)
    known = slice(HERE - 84, HERE - 60)
    assert set(view.horizon.intensity[known]) == {111}
    assert set(view.horizon.provenance[known]) == {LIVE}
    assert np.isnan(view.forecast[known]).all()  # no forecast of it was published
    assert set(view.horizon.provenance[: HERE - 84]) == {ESTIMATED}
    assert set(view.horizon.intensity[: HERE - 84]) == {111}
    assert set(view.horizon.provenance[HERE - 60 : 48]) == {ESTIMATED}  # between archive and answer


def test_the_answer_stands_above_the_archive() -> None:
    view = agent(Feed(flat(200)), Shelf(week(flat(111), START))).view(GB, NOW)
    assert set(view.horizon.intensity[48:HERE]) == {201}


def test_an_actual_that_was_rejected_is_taken_from_the_archive() -> None:
    found = snapshot(flat(200), NOW)
    bad = tuple(replace(r, actual=None) if r.start == hour(-3) else r for r in found.readings)
    view = agent(answered(replace(found, readings=bad)), Shelf({hour(-3): 190.0})).view(GB, NOW)
    assert (view.actual[HERE - 6], view.forecast[HERE - 6]) == (190, 200)


def test_a_gap_is_live_and_estimated_on_a_straight_line() -> None:
    found = snapshot(stepped((3, 100), (5, 0), then=200), NOW)
    missing = [hour(h) for h in (3, 3.5, 4, 4.5)]
    view = agent(answered(without(found, *missing))).view(GB, NOW)
    rows = slice(HERE + 6, HERE + 10)
    assert (view.provenance, view.estimated_ahead) == (LIVE, 4)
    assert view.horizon.intensity[rows] == pytest.approx([120, 140, 160, 180])
    assert view.forecast[rows] == pytest.approx([120, 140, 160, 180])
    assert set(view.horizon.provenance[rows]) == {ESTIMATED}
    assert view.horizon.provenance[[HERE + 5, HERE + 10]].tolist() == [LIVE, LIVE]


def test_a_short_answer_is_live_and_its_end_estimated_from_what_came_before() -> None:
    found = snapshot(by_hour, NOW, ahead=31)
    view = agent(answered(found), Shelf(week(by_hour, START))).view(GB, NOW)
    assert (view.provenance, view.estimated_ahead) == (LIVE, 96 - 2 - 31)
    assert set(view.horizon.provenance[HERE + 31 :]) == {ESTIMATED}
    assert view.horizon.intensity[HERE + 31 :] == pytest.approx(
        [by_hour(START + i * HALF_HOUR) for i in range(31, 96)], abs=1
    )
    assert view.horizon.sd[-1] > 43


@pytest.mark.parametrize(("ahead", "estimated"), [(96, 0), (95, 0), (94, 0), (93, 1)])
def test_the_half_hour_by_which_a_good_answer_falls_short_is_not_called_estimated(ahead: int, estimated: int) -> None:
    assert agent(answered(snapshot(flat(200), NOW, ahead=ahead))).view(GB, NOW).estimated_ahead == estimated


def test_when_the_fetch_failed_the_values_are_cached_with_their_age_and_the_reason() -> None:
    at = NOW - timedelta(minutes=50)
    view = agent(answered(snapshot(by_hour, at), live=False, error="no answer in time")).view(GB, NOW)
    assert (view.provenance, view.fetched_at, view.error) == (CACHED, at, "no answer in time")
    assert view.intensity_now == by_hour(START)
    assert view.next_due == NOW + timedelta(minutes=1)
    assert view.horizon.sd[HERE] == pytest.approx(np.sqrt(np.pi / 2) * (27 - 17 * np.exp(-1 / 8)))


def test_an_old_answer_that_no_longer_covers_now_is_estimated_from_the_archive() -> None:
    old = snapshot(by_hour, NOW - timedelta(hours=50))
    past = week(by_hour, hour(-2))
    view = agent(answered(old, live=False, error="away"), Shelf(past)).view(GB, NOW)
    assert view.provenance is ESTIMATED
    assert view.estimated_ahead == 0  # it is not "live + estimated"
    assert view.fetched_at == old.fetched_at
    assert view.intensity_now == pytest.approx(by_hour(START), abs=1)


def test_from_the_archive_alone_the_profile_forecast_carries_on() -> None:
    past = week(stepped((-3, 100), then=170), hour(-1))
    view = agent(Feed(), Shelf(past)).view(GB, NOW)
    history = np.array([past[at] for at in sorted(past)])
    assert view.provenance is ESTIMATED
    assert view.horizon.provenance[HERE - 3] == CACHED
    assert view.horizon.intensity[HERE - 2 :] == pytest.approx(profile_forecast(history, 98))
    assert view.fetched_at is None
    assert view.mix is None


@pytest.mark.parametrize(
    "past",
    [
        {},
        week(flat(150), hour(-121)),
        week(flat(150), START, days=0.9),
        {at: 150.0 for at in week(flat(0), START) if at.hour != 4},
    ],
    ids=["nothing", "ended five days ago", "less than a day", "never four o'clock"],
)
def test_where_the_archive_does_not_reach_the_sample_speaks_and_says_so(past: dict[datetime, float]) -> None:
    sample = Sample()
    view = agent(Feed(fixed=State(error="away")), Shelf(past), sample).view(GB, NOW)
    assert (view.provenance, view.error, view.fetched_at) == (SAMPLE, "away", None)
    assert set(view.horizon.provenance) == {SAMPLE}
    assert set(view.horizon.intensity[HERE:]) == {77}
    assert set(view.actual[:HERE]) == {78}
    assert view.mix is not None
    assert sample.calls == 2


def test_a_region_has_no_actuals_and_settles_on_its_forecasts() -> None:
    view = agent(Feed(by_hour), Shelf(week(flat(50), hour(-24)))).view(LONDON, NOW)
    assert view.settles_on_forecast
    assert np.isnan(view.actual).all()
    assert set(view.horizon.intensity[:48]) == {50}
    assert view.horizon.intensity[HERE - 1] == by_hour(hour(-0.5))
    assert view.provenance is LIVE
    assert not agent(Feed(by_hour)).view(GB, NOW).settles_on_forecast


def test_zero_is_a_value_in_north_scotland() -> None:
    view = agent(Feed(flat(0))).view(1, NOW)
    assert (view.intensity_now, view.provenance) == (0, LIVE)
    assert view.condition(threshold=150).word == "optimal"


@pytest.mark.parametrize(
    ("clock", "start"),
    [("17:00:00", "17:00"), ("17:29:59.999999", "17:00"), ("17:30:00", "17:30"), ("23:59:59", "23:30")],
)
def test_now_is_the_half_hour_that_contains_the_clock(clock: str, start: str) -> None:
    now = datetime.fromisoformat(f"2026-01-08T{clock}Z")
    view = agent(Feed(by_hour)).view(GB, now)
    assert f"{view.horizon.now:%H:%M}" == start
    assert view.intensity_now == by_hour(floor_half_hour(now))


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 3, 28, 12, 5, tzinfo=UTC),
        datetime(2026, 3, 29, 0, 59, tzinfo=UTC),
        datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
        datetime(2026, 10, 25, 0, 31, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 0, tzinfo=UTC),
        datetime(2026, 10, 26, 6, 0, tzinfo=UTC),
    ],
)
def test_over_a_clock_change_every_value_keeps_its_half_hour(now: datetime) -> None:
    shelf = Shelf(week(by_hour, floor_half_hour(now)))
    view = GridAgent(Feed(by_hour), shelf, Sample(), DEFAULT_TARIFF).view(GB, now)
    moments = [view.horizon.at(row) for row in range(192)]
    assert view.forecast[48:].tolist() == [by_hour(moment) for moment in moments[48:]]
    assert view.horizon.intensity[:48].tolist() == [by_hour(moment) for moment in moments[:48]]
    red = [16 <= uk_time(moment).hour < 19 and uk_time(moment).weekday() < 5 for moment in moments]
    dear = view.horizon.price > 0.2
    assert dear.tolist() == red
    assert (view.energy_price == 0.125).tolist() == [17 <= uk_time(moment).hour < 20 for moment in moments]


def test_a_replay_shows_what_was_known_then_not_what_came_later() -> None:
    then = hour(-100)
    issued = [snapshot(flat(90), then - timedelta(minutes=18)), snapshot(flat(300), then + timedelta(minutes=12))]
    shelf = Shelf(week(flat(300), START), issued)
    view = agent(Feed(by_hour), shelf).replay(GB, then + timedelta(minutes=29))
    assert (view.replay, view.now, view.horizon.now) == (True, then, then)
    assert (view.provenance, view.fetched_at) == (CACHED, issued[0].fetched_at)
    assert set(view.horizon.intensity[HERE:-1]) == {90}
    assert set(view.horizon.intensity[48 : HERE - 1]) == {91}  # measured when it was issued
    assert (view.next_due, view.error) == (None, None)


def test_where_nothing_was_known_when_a_half_hour_began_what_came_within_it_counts() -> None:
    then = hour(-100)
    issued = [snapshot(flat(90), then - timedelta(hours=2)), snapshot(flat(120), then + timedelta(minutes=12))]
    view = agent(Feed(by_hour), Shelf(issued=issued)).replay(GB, then)
    assert (view.provenance, view.fetched_at) == (CACHED, issued[1].fetched_at)
    issued[1] = snapshot(flat(120), then + timedelta(minutes=30))
    assert agent(Feed(by_hour), Shelf(issued=issued)).replay(GB, then).provenance is SAMPLE


@pytest.mark.parametrize("age_h", [1.1, 30])
def test_a_replay_of_what_the_archive_does_not_hold_is_the_sample(age_h: float) -> None:
    then = hour(-100)
    shelf = Shelf(issued=[snapshot(flat(90), then - timedelta(hours=age_h))])
    view = agent(Feed(by_hour), shelf).replay(GB, then)
    assert (view.provenance, view.replay, view.fetched_at) == (SAMPLE, True, None)
    assert set(view.horizon.intensity[HERE:]) == {77}
    assert agent(Feed(by_hour)).replay(GB, then).provenance is SAMPLE


def test_unplugged_a_live_grid_is_cached_or_the_sample_for_this_visitor_alone() -> None:
    grid = agent(Feed(by_hour))
    cached = grid.unplugged(GB, NOW, left=CACHED)
    assert (cached.provenance, cached.intensity_now) == (CACHED, by_hour(START))
    nothing = grid.unplugged(GB, NOW)
    assert (nothing.provenance, nothing.intensity_now, nothing.fetched_at) == (SAMPLE, 77, None)
    assert grid.view(GB, NOW).provenance is LIVE


def test_one_view_is_shared_until_something_changes() -> None:
    feed = Feed(by_hour)
    grid = agent(feed)
    first = grid.view(GB, NOW)
    assert grid.view(GB, NOW + timedelta(minutes=20)) is first
    assert grid.view(LONDON, NOW) is not first
    assert grid.view(GB, NOW + timedelta(minutes=30)) is not first
    feed.value = None
    feed.fixed = State(snapshot(by_hour, START), live=False, error="away")
    assert grid.view(GB, NOW).provenance is CACHED
    feed.fixed = State(snapshot(by_hour, NOW), live=True)
    assert grid.view(GB, NOW).fetched_at == NOW


def test_equal_tariffs_share_a_view_and_others_do_not() -> None:
    grid = agent(Feed(by_hour))
    restored = Tariff.model_validate(DEFAULT_TARIFF.model_dump(mode="json"))
    first = grid.view(GB, NOW, DEFAULT_TARIFF)
    assert restored.prices(NOW, 2).tolist() == DEFAULT_TARIFF.prices(NOW, 2).tolist()
    assert grid.view(GB, NOW, restored) is first
    other = grid.view(GB, NOW, restored.model_copy(update={"name": "mine"}))
    assert (first.price_name, other.price_name, grid.view(GB, NOW).price_name) == (
        "Time-of-day tariff",
        "mine",
        "test sheet",
    )


def test_views_of_long_ago_are_forgotten() -> None:
    sample = Sample()
    grid = agent(Feed(), sample=sample)
    grid.replay(GB, hour(-1000))
    for back in range(REMEMBERED_VIEWS):
        grid.replay(GB, hour(-back))
    before = sample.calls
    grid.replay(GB, hour(0))
    assert sample.calls == before
    grid.replay(GB, hour(-1000))
    assert sample.calls == before + 2


def test_sessions_at_once_build_a_view_once() -> None:
    sample = Sample()
    grid = agent(Feed(), sample=sample)
    with ThreadPoolExecutor(8) as pages:
        views = [page.result() for page in [pages.submit(grid.view, GB, NOW) for _ in range(32)]]
    assert all(view is views[0] for view in views)
    assert sample.calls == 2


def test_the_condition_looks_at_the_next_24_hours_alone() -> None:
    view = agent(Feed(stepped((0.5, 200), (24, 300), then=10))).view(GB, NOW)
    assert view.condition(threshold=150).word == "optimal"
    assert view.condition(threshold=150).execute
    dirty = agent(Feed(stepped((0.5, 200), (24, 100), then=10))).view(GB, NOW)
    found = dirty.condition(threshold=150)
    assert (found.word, found.execute) == ("moderate", False)  # 47 of 48 half-hours are cleaner, none is cheaper


def test_a_reading_with_neither_value_is_a_gap() -> None:
    found = snapshot(flat(200), NOW)
    empty = tuple(Reading(r.start, None, None) if r.start == hour(2) else r for r in found.readings)
    view = agent(answered(replace(found, readings=empty))).view(GB, NOW)
    assert (view.horizon.intensity[HERE + 4], view.horizon.provenance[HERE + 4]) == (200, ESTIMATED)
    assert view.price_now == 0.10
