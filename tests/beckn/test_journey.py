from __future__ import annotations

import pytest

from gridflex.beckn.states import State
from gridflex.beckn.vocabulary import Dialect, Mode

FOUR = ("discover", "choose", "select", "init", "confirm")


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("dialect", Dialect)
def test_runs_from_discovery_to_a_confirmed_order(setting, mode, dialect):
    place = setting(mode=mode, dialect=dialect)
    journey = place.journey()
    steps = journey.run_all()
    assert [(step.action, step.problem) for step in steps] == [(name, "") for name in FOUR]
    assert journey.record.state is State.CONFIRMED
    assert steps[0].sentence == "8 windows found, 8 fit"
    assert steps[2].sentence == "quote £15.00 for 150 kWh"
    assert steps[3].sentence == "0.0375 MW reserved for 4 h"
    assert place.provider.booked_mw(journey.record.chosen.window.item_id) == pytest.approx(0.0375)
