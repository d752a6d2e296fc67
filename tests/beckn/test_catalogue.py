from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gridflex.beckn.provider.catalogue import catalogue, cleanest_block
from gridflex.beckn.provider.zones import ZONES
from gridflex.beckn.windows import read_windows
from gridflex.domain.halfhours import HALF_HOUR, ceil_half_hour

NOW = datetime(2026, 1, 8, 12, 7, tzinfo=UTC)


class Series:
    """A grid whose half-hours are numbered from now; each is as dirty as the test says."""

    def __init__(self, grams: Sequence[float], price: float = 0.1, renewable: float = 40.0) -> None:
        self.grams, self.gbp, self.share = list(grams), price, renewable

    def intensity(self, region: int, start: datetime, count: int) -> Sequence[float]:
        return self.grams[:count]

    def price(self, start: datetime, count: int) -> Sequence[float]:
        return [self.gbp] * count

    def renewable_percent(self, region: int, start: datetime) -> float:
        return self.share


def test_the_cleanest_block_of_a_zone_the_earliest_of_equals():
    grams = [200.0] * 48
    grams[10:18] = [50.0] * 8
    grams[30:38] = [50.0] * 8
    block = cleanest_block(ZONES[0], Series(grams), NOW)
    assert (block.start, block.end) == (NOW.replace(hour=17, minute=30), NOW.replace(hour=21, minute=30))
    assert (block.intensity, block.renewable_percent, block.price) == (50.0, 40.0, 0.1)


def test_a_zone_without_a_forecast_long_enough_sells_nothing():
    assert cleanest_block(ZONES[0], Series([100.0] * 7), NOW) is None
    assert cleanest_block(ZONES[0], Series([math.nan] * 48), NOW) is None
    assert cleanest_block(ZONES[0], Series([100.0] * 48, price=math.nan), NOW) is None
    assert cleanest_block(ZONES[0], Series([100.0] * 48, renewable=math.nan), NOW) is None


def test_a_gap_is_gone_round():
    grams = [math.nan] * 20 + [100.0] * 28
    assert cleanest_block(ZONES[0], Series(grams), NOW).start == ceil_half_hour(NOW) + 20 * HALF_HOUR


def test_eight_zones_on_the_grids_map():
    assert [zone.locality for zone in ZONES] == [
        "Cambridge",
        "London",
        "Manchester",
        "Birmingham",
        "Edinburgh",
        "Bristol",
        "Glasgow",
        "Leeds",
    ]
    assert all(1 <= zone.region <= 14 for zone in ZONES)


@given(
    st.integers(0, 3 * 365 * 24 * 60).map(
        lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    st.lists(st.floats(10, 400), min_size=48, max_size=48),
)
def test_what_is_published_is_what_is_read(now, grams):
    outlook = Series(grams)
    blocks = [block for zone in ZONES if (block := cleanest_block(zone, outlook, now))]
    assert len(blocks) == 8
    windows, unread = read_windows([catalogue([(block, 1.0) for block in blocks], now)], now)
    assert unread == ()
    for block, window in zip(blocks, windows, strict=True):
        assert (window.item_id, window.offer_id) == (block.item_id, block.offer_id)
        assert (window.start, window.end) == (block.start, block.end)
        assert (window.intensity, window.renewable_percent) == (block.intensity, block.renewable_percent)
        assert (window.price, window.region, window.capacity_mw) == (block.price, block.zone.region, 1.0)


def test_nothing_on_offer_is_an_empty_catalogue():
    assert read_windows([catalogue([], NOW)], NOW) == ((), ())
    assert catalogue([], NOW).validity.start_date == "2026-01-08T12:30:00.000Z"
