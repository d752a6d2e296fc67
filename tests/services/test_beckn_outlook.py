"""The catalogue's intensity, price and renewables are the Overview's own."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from pydantic import SecretStr

from gridflex.beckn.provider.zones import ZONES
from gridflex.domain.grid import GenerationMix
from gridflex.domain.halfhours import HALF_HOUR
from gridflex.domain.provenance import Provenance
from gridflex.services.beckn_board import windows_of
from gridflex.services.beckn_outlook import GAS_G, REGIONS_SOLD, Outlook, outlook_of
from gridflex.services.platform import Platform, build_platform
from gridflex.settings import Settings
from tests.bench import MIX, NOW, OFFLINE, START, PriceSheet, flat, hour, one_price, stepped, view_of

WINTER = datetime(2026, 11, 18, 10, 20, tzinfo=UTC)
CLOCKS_BACK = datetime(2026, 10, 24, 20, 5, tzinfo=UTC)


@pytest.fixture
def shared() -> Iterator[Platform]:
    given = {**OFFLINE, "DATABASE_URL": SecretStr("sqlite://")}
    platform = build_platform(Settings.model_validate(given), lambda: WINTER)
    yield platform
    platform.close()


@pytest.mark.parametrize("now", [WINTER, CLOCKS_BACK, datetime(2026, 7, 1, 0, 0, tzinfo=UTC)])
def test_every_window_says_what_the_overview_says(shared: Platform, now: datetime) -> None:
    here = shared.desk.replayed(now)
    views = {region: shared.grid.view(region, now, here.tariff) for region in REGIONS_SOLD}
    windows = windows_of(outlook_of(views.__getitem__, here.tariff), now)
    assert {window.locality for window in windows} == {zone.locality for zone in ZONES}
    for window in windows:
        assert window.region is not None
        horizon = views[window.region].horizon
        rows = slice(horizon.index(window.start), horizon.index(window.end))
        assert window.intensity == pytest.approx(horizon.intensity[rows].mean(), abs=0.05)
        assert window.price == pytest.approx(horizon.price[rows].mean(), abs=5e-6)
        assert now <= window.start < now + timedelta(hours=24)


def outlook(**given: object) -> Outlook:
    view = replace(view_of(stepped((1, 200), then=160.6), PriceSheet()), mix=GenerationMix(START, MIX), **given)
    return Outlook(dict.fromkeys(REGIONS_SOLD, view), PriceSheet())


def test_renewables_are_the_published_ones_now() -> None:
    assert outlook().renewable_percent(10, START) == pytest.approx(MIX["wind"] + MIX["solar"] + MIX["hydro"])


def test_renewables_ahead_take_the_place_of_gas() -> None:
    # 39.4 g less is a tenth of gas's 394 g: ten per cent of the mix
    assert pytest.approx(GAS_G / 10) == 200 - 160.6
    assert outlook().renewable_percent(10, hour(1)) == pytest.approx(41 + 10)


@pytest.mark.parametrize(("level", "share"), [(0.0, 41 + 27), (3000.0, 0.0)])
def test_renewables_stay_within_what_the_mix_leaves(level: float, share: float) -> None:
    view = replace(view_of(stepped((1, 200), then=level)), mix=GenerationMix(START, MIX))
    found = Outlook(dict.fromkeys(REGIONS_SOLD, view), PriceSheet()).renewable_percent(10, hour(1))
    assert found == pytest.approx(share)


def test_without_a_mix_nothing_is_claimed_and_nothing_offered() -> None:
    blind = outlook().views[10]
    found = Outlook(dict.fromkeys(REGIONS_SOLD, replace(blind, mix=None)), PriceSheet())
    assert math.isnan(found.renewable_percent(10, START))
    assert windows_of(found, NOW) == ()


def test_beyond_what_is_known_there_is_nothing() -> None:
    view = outlook().views[10]
    known = outlook()
    ahead = known.intensity(10, START + HALF_HOUR * 94, 4)
    assert np.isnan(ahead).tolist() == [False, False, True, True]
    assert all(np.isnan(known.intensity(10, view.horizon.start - HALF_HOUR * 5, 3)))


def test_it_is_the_same_until_a_view_or_the_tariff_changes() -> None:
    one = outlook()
    assert one.same_as(Outlook(dict(one.views), one.tariff))
    assert not one.same_as(None)
    assert not one.same_as(Outlook(dict(one.views), one_price(0.2)))
    assert not one.same_as(Outlook(one.views | {13: view_of(flat(1))}, one.tariff))


def test_where_a_zones_values_came_from_is_known() -> None:
    found = outlook(provenance=Provenance.CACHED)
    assert found.provenance(10) is Provenance.CACHED
    assert found.provenance(None) is None
    assert found.provenance(17) is None
