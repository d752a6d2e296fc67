"""The exclusive split of megawatts, by hand and against every split there is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridflex.errors import InputError
from gridflex.markets.assignment import Bid, assign


def bid(mw: float, worth: float, room: float, step: float = 1.0, least: float = 1.0) -> Bid:
    return Bid(mw, step, least, worth, room)


def test_the_dearest_service_gets_the_megawatts() -> None:
    assert assign([bid(3, 10, 3), bid(3, 12, 3)]) == (0, 3)


def test_what_lasts_longer_has_less_room_and_shares_it() -> None:
    # 5 MW for a quarter of an hour, of which 2 MW last an hour.
    assert assign([bid(5, 10, 5), bid(2, 12, 2)]) == (3, 2)
    assert assign([bid(5, 12, 5), bid(2, 10, 2)]) == (5, 0)


def test_steps_are_respected_where_greed_would_lose() -> None:
    # 1.5 MW: the finer service pays more but would leave no whole megawatt for the other.
    coarse, fine = bid(1, 10, 1.5), bid(0.7, 15, 1.5, step=0.1, least=0.1)
    assert assign([coarse, fine]) == pytest.approx((1, 0.5))


def test_a_smallest_bid_of_two_steps() -> None:
    assert assign([bid(5, 10, 1.5, step=0.5, least=2)]) == (0.0,)
    assert assign([bid(5, 10, 2.5, step=0.5, least=2)]) == (2.5,)


def test_what_costs_money_is_not_held() -> None:
    assert assign([bid(3, -1, 3), bid(3, 0, 3)]) == (0, 0)
    assert assign([]) == ()


def test_more_than_can_be_split_is_refused() -> None:
    with pytest.raises(InputError):
        assign([bid(1e9, 1, 1e9)])


def splits(bids: Sequence[Bid]) -> Iterator[tuple[float, ...]]:
    choices = [
        [0.0, *(k * b.step_mw for k in range(1, int(b.mw / b.step_mw + 1e-9) + 1) if k * b.step_mw >= b.minimum_mw)]
        for b in bids
    ]
    for split in product(*choices):
        if all(held_within(split, bids, b.room_mw) <= b.room_mw + 1e-9 for b in bids):
            yield split


def held_within(split: Sequence[float], bids: Sequence[Bid], room: float) -> float:
    """What the services that last as long as ``room`` does, or longer, hold together."""
    return sum(mw for mw, bid in zip(split, bids, strict=True) if bid.room_mw <= room)


BIDS = st.lists(
    st.builds(
        Bid,
        mw=st.integers(0, 4).map(float),
        step_mw=st.sampled_from([0.5, 1.0]),
        minimum_mw=st.sampled_from([0.5, 1.0, 2.0]),
        gbp_per_mw=st.integers(-3, 9).map(float),
        room_mw=st.integers(0, 8).map(lambda half: half / 2),
    ),
    min_size=1,
    max_size=4,
)


@settings(deadline=None)
@given(BIDS)
def test_equals_every_split_tried(bids: list[Bid]) -> None:
    given_mw = assign(bids)
    assert any(given_mw == pytest.approx(split) for split in splits(bids))
    worth = sum(mw * b.gbp_per_mw for mw, b in zip(given_mw, bids, strict=True))
    best = max(sum(mw * b.gbp_per_mw for mw, b in zip(split, bids, strict=True)) for split in splits(bids))
    assert worth == pytest.approx(best)
