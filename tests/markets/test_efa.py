"""EFA blocks by hand, on ordinary days and on both clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gridflex.domain.halfhours import HALF_HOUR, uk_time
from gridflex.markets.efa import efa_block, whole_blocks

DAY = 48


def test_winter_evening_is_block_five() -> None:
    assert efa_block(datetime(2026, 1, 8, 15, tzinfo=UTC)) == (date(2026, 1, 8), 5)
    assert efa_block(datetime(2026, 1, 8, 18, 30, tzinfo=UTC)) == (date(2026, 1, 8), 5)
    assert efa_block(datetime(2026, 1, 8, 19, tzinfo=UTC)) == (date(2026, 1, 8), 6)


def test_block_one_belongs_to_the_day_it_ends_on() -> None:
    assert efa_block(datetime(2026, 1, 7, 23, tzinfo=UTC)) == (date(2026, 1, 8), 1)
    assert efa_block(datetime(2026, 6, 7, 22, tzinfo=UTC)) == (date(2026, 6, 8), 1)


def test_a_day_has_six_blocks_of_eight_half_hours() -> None:
    blocks = whole_blocks(datetime(2026, 1, 7, 23, tzinfo=UTC), DAY)
    assert [(block.number, block.count, block.first) for block in blocks] == [(n, 8, 8 * (n - 1)) for n in range(1, 7)]
    assert {block.day for block in blocks} == {date(2026, 1, 8)}


def test_block_one_has_six_half_hours_in_spring_and_ten_in_autumn() -> None:
    spring = whole_blocks(datetime(2026, 3, 28, 23, tzinfo=UTC), 6)
    autumn = whole_blocks(datetime(2026, 10, 24, 22, tzinfo=UTC), 10)
    assert [(block.number, block.count, block.hours) for block in spring] == [(1, 6, 3.0)]
    assert [(block.number, block.count, block.hours) for block in autumn] == [(1, 10, 5.0)]
    assert spring[0].label == "Sun 29 Mar, block 1 (23:00 to 03:00)"


def test_cut_blocks_at_either_end_are_left_out() -> None:
    blocks = whole_blocks(datetime(2026, 1, 8, 12, tzinfo=UTC), 16)
    assert [(block.number, block.first) for block in blocks] == [(5, 6)]
    assert whole_blocks(datetime(2026, 1, 8, 12, tzinfo=UTC), 13) == ()


@given(
    start=st.integers(0, 4 * 365 * 48).map(lambda n: datetime(2024, 1, 1, tzinfo=UTC) + n * HALF_HOUR),
    count=st.integers(0, 200),
)
def test_whole_blocks_begin_and_end_on_the_clock_and_follow_each_other(start: datetime, count: int) -> None:
    blocks = whole_blocks(start, count)
    for block in blocks:
        end = block.start + block.count * HALF_HOUR
        assert uk_time(block.start).hour % 4 == 3
        assert uk_time(end).hour % 4 == 3
        assert uk_time(block.start).minute == uk_time(end).minute == 0
        assert block.count in (6, 8, 10)
        assert 0 <= block.first <= count - block.count
    for one, two in pairwise(blocks):
        assert two.first == one.first + one.count
        assert two.start - one.start == timedelta(hours=one.hours)
    assert len(blocks) >= (count - 20) // 8 - 1
