"""The market condition: the share of the next day that is better than now."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridflex.domain.conditions import CONDITIONS, market_condition, share_better

FLAT = [0.1] * 10


def ahead(better: int, count: int = 10) -> list[float]:
    """Intensities whose first is beaten by ``better`` of ``count``."""
    return [100.0] + [50.0] * better + [150.0] * (count - better - 1)


@pytest.mark.parametrize(
    ("better", "price_better", "word"),
    [
        (0, 0, "optimal"),
        (4, 0, "optimal"),
        (2, 2, "optimal"),
        (5, 0, "good"),
        (4, 4, "good"),
        (6, 6, "moderate"),
        (8, 8, "poor"),
        (9, 8, "critical"),
        (9, 9, "critical"),
    ],
)
def test_the_word_by_the_stated_shares(better: int, price_better: int, word: str) -> None:
    found = market_condition(ahead(better), ahead(price_better), threshold=0)
    assert found.word == word
    assert found.share_better == pytest.approx((better + price_better) / 20)


def test_running_is_advised_at_the_threshold_whatever_lies_ahead() -> None:
    dirty = market_condition(ahead(9), ahead(9), threshold=99.9)
    assert (dirty.execute, dirty.advice) == (False, "wait if you can")
    at_it = market_condition(ahead(9), ahead(9), threshold=100)
    assert (at_it.word, at_it.execute, at_it.advice) == ("critical", True, "run now")


def test_running_is_advised_where_waiting_offers_little() -> None:
    assert market_condition(ahead(4), ahead(4), threshold=0).execute
    assert not market_condition(ahead(5), ahead(5), threshold=0).execute


def test_equals_are_not_better() -> None:
    assert share_better(1.0, [1.0, 1.0, 2.0, 0.5]) == 0.25
    assert market_condition(FLAT, FLAT, threshold=0).word == "optimal"


days = st.lists(st.integers(0, 400).map(float), min_size=1, max_size=48)


@given(days, days, st.floats(-100, 100))
def test_the_word_does_not_depend_on_how_dirty_the_month_is(
    carbon: list[float], price: list[float], more: float
) -> None:
    one = market_condition(carbon, price, threshold=0)
    shifted = [value + round(more) for value in carbon]
    assert market_condition(shifted, price, threshold=0).word == one.word
    assert one.word in CONDITIONS
    assert 0 <= one.share_better < 1
