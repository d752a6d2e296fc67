"""Net to site: nothing twice, the rebound in the bill."""

from __future__ import annotations

import numpy as np
import pytest

from gridflex.errors import InputError
from gridflex.markets.net import Holding, net_statement

RETAIL = np.array([0.30, 0.25, 0.15, -0.02])


def test_bill_change_holds_the_rebound() -> None:
    # 500 kWh leave the first half-hour; 200 come back in the third and 300 in the last.
    found = net_statement(np.array([800.0, 500, 100, 0]), np.array([300.0, 500, 300, 300]), RETAIL, 120.0, 30.0, 8.0)
    assert found.bill_gbp.tolist() == pytest.approx([150, 0, -30, 6])
    assert found.bill_change_gbp == pytest.approx(126)
    assert found.rebound_gbp == pytest.approx(-30)
    assert found.net_gbp == pytest.approx(126 + 120 + 30 + 8)
    assert sum(gbp for _, gbp in found.parts) == pytest.approx(found.net_gbp)
    assert found.sentence.endswith("= £284.00 net to the site")


def test_a_price_is_needed_only_where_energy_changed() -> None:
    prices = np.array([0.3, np.nan])
    assert net_statement(np.array([1.0, 1.0]), np.array([0.0, 1.0]), prices).net_gbp == pytest.approx(0.3)
    with pytest.raises(InputError):
        net_statement(np.array([1.0, 1.0]), np.array([1.0, 0.0]), prices)


def test_one_megawatt_in_a_half_hour_holds_one_service() -> None:
    kwh = np.zeros(2)
    there = np.array([2.0, 2.0])
    apart = [Holding("P415", np.array([2.0, 0.0])), Holding("DFS", np.array([0.0, 2.0]))]
    assert net_statement(kwh, kwh, kwh, holdings=apart, available_mw=there).net_gbp == 0
    twice = [Holding("P415", np.array([0.0, 1.5])), Holding("DFS", np.array([0.0, 1.0]))]
    with pytest.raises(InputError, match="half-hour 2: P415, DFS hold"):
        net_statement(kwh, kwh, kwh, holdings=twice, available_mw=there)
