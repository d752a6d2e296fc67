from __future__ import annotations

import pytest

from gridflex.beckn.states import BOOKED, ENDS, FOLLOWS, State, require, stated
from gridflex.beckn.vocabulary import OrderStatus, order_status
from gridflex.errors import InvalidMessage, OutOfOrder


def test_nothing_follows_an_end_and_a_confirmed_order_cannot_expire():
    assert all(not FOLLOWS[state] for state in ENDS)
    assert all(State.EXPIRED not in FOLLOWS[state] for state in BOOKED)


def test_confirmed_is_reached_from_initialised_alone():
    assert [state for state in State if State.CONFIRMED in FOLLOWS[state]] == [State.INITIALISED]


@pytest.mark.parametrize(
    ("word", "before", "after"),
    [
        (OrderStatus.CONFIRMED, State.INITIALISED, State.CONFIRMED),
        (OrderStatus.INITIALIZED, State.INITIALISED, State.INITIALISED),
        (OrderStatus.INITIALIZED, State.CONFIRMED, State.CONFIRMED),
        (OrderStatus.COMPLETED, State.CONFIRMED, State.COMPLETED),
        (OrderStatus.CONFIRMED, State.IN_PROGRESS, State.IN_PROGRESS),
        (OrderStatus.CANCELLED, State.CONFIRMED, State.CANCELLED),
        (OrderStatus.REJECTED, State.INITIALISED, State.FAILED),
    ],
)
def test_a_providers_word_moves_an_order_forward(word, before, after):
    assert stated(word, before) is after


@pytest.mark.parametrize(
    ("word", "before"),
    [
        (OrderStatus.IN_PROGRESS, State.COMPLETED),
        (OrderStatus.CONFIRMED, State.CANCELLED),
        (OrderStatus.CONFIRMED, State.QUOTED),
        (OrderStatus.CANCELLED, State.COMPLETED),
    ],
)
def test_never_backwards(word, before):
    with pytest.raises(InvalidMessage, match="cannot follow"):
        stated(word, before)


def test_words_of_both_dialects():
    assert order_status("IN_PROGRESS") is order_status("INPROGRESS") is order_status("in progress")
    assert order_status("CREATED") is order_status("QUOTE_REQUESTED")
    assert order_status("PENDING") is order_status("ACCEPTED") is OrderStatus.INITIALIZED
    assert order_status("SUBSCRIPTION_CANCELLED") is OrderStatus.CANCELLED
    with pytest.raises(ValueError, match="not an order status"):
        order_status("")


def test_a_step_out_of_order_is_refused():
    with pytest.raises(OutOfOrder, match="confirm cannot follow new"):
        require(State.NEW, frozenset({State.INITIALISED}), "confirm")
