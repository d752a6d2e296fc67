from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridflex.domain.grid import FUELS
from gridflex.domain.halfhours import HALF_HOUR, half_hours
from gridflex.domain.regions import GB, REGIONS
from gridflex.errors import InputError
from gridflex.sources.sample_grid import (
    sample_forecast,
    sample_intensity,
    sample_mix,
    sample_price,
    sample_snapshot,
)
from gridflex.sources.sample_mix import FACTORS_G, mix_shares, round_to_hundred
from gridflex.sources.sample_regions import GB_FUELS, NATION_MEMBERS, REGION_ANCHORS
from gridflex.sources.sample_weather import half_hour_number

NOW = datetime(2026, 1, 8, 17, 10, tzinfo=UTC)
PRESENT = datetime(2026, 1, 8, 17, tzinfo=UTC)
moments = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(start=moments, region=st.sampled_from(sorted(REGIONS)), skip=st.integers(0, 100))
def test_a_half_hour_has_one_value_however_it_is_asked_for(start: datetime, region: int, skip: int) -> None:
    window = sample_intensity(region, start, 120)
    alone = sample_intensity(region, start + skip * HALF_HOUR, 1)
    assert alone[0] == pytest.approx(window[skip], abs=1e-9)
    assert sample_price(start + skip * HALF_HOUR, 1)[0] == pytest.approx(sample_price(start, 120)[skip], abs=1e-12)
    assert window.min() >= 0
    assert window.max() < 394


def test_the_same_answer_to_the_day_it_was_written() -> None:
    assert np.rint(sample_intensity(GB, PRESENT, 4)).tolist() == [214, 207, 198, 187]


def test_a_finished_half_hour_keeps_its_last_forecast() -> None:
    earlier, later = (sample_forecast(GB, PRESENT + k * HALF_HOUR, PRESENT - 48 * HALF_HOUR, 48) for k in (0, 30))
    assert np.allclose(earlier, later, atol=1e-9)
    error = np.abs(earlier - sample_intensity(GB, PRESENT - 48 * HALF_HOUR, 48))
    assert 0 < error.mean() < 20


def test_all_of_a_half_hour_issues_one_forecast() -> None:
    at_start, in_it = (sample_forecast(GB, moment, PRESENT, 96) for moment in (PRESENT, NOW))
    assert np.array_equal(at_start, in_it)


def test_later_issues_know_more() -> None:
    targets = [PRESENT + timedelta(hours=31 * k) for k in range(200)]
    truth = np.array([sample_intensity(GB, target, 1)[0] for target in targets])
    error = [
        np.abs([sample_forecast(GB, t - timedelta(hours=ahead), t, 1)[0] for t in targets] - truth).mean()
        for ahead in (36, 8, 1)
    ]
    assert error[0] > error[1] > error[2]


def test_errors_of_neighbouring_half_hours_go_together() -> None:
    issues = [PRESENT + timedelta(hours=29 * k) for k in range(150)]
    errors = np.array([sample_forecast(GB, at, at, 60) - sample_intensity(GB, at, 60) for at in issues])
    assert np.corrcoef(errors[:, 40], errors[:, 41])[0, 1] > 0.9
    assert abs(np.corrcoef(errors[:, 8], errors[:, 59])[0, 1]) < 0.5


def test_a_nation_lies_between_its_regions() -> None:
    for nation, members in NATION_MEMBERS.items():
        of_members = np.array([sample_intensity(member, PRESENT, 96) for member in members])
        values = sample_intensity(nation, PRESENT, 96)
        assert (values >= of_members.min(axis=0) - 1e-9).all()
        assert (values <= of_members.max(axis=0) + 1e-9).all()
    scotland, north, south = (sample_intensity(region, PRESENT, 1)[0] for region in (16, 1, 2))
    assert scotland == pytest.approx(0.3 * north + 0.7 * south)


@pytest.mark.parametrize("region", [0, *REGION_ANCHORS])
def test_the_mix_carries_the_intensity(region: int) -> None:
    fuels = GB_FUELS if region == GB else REGION_ANCHORS[region].fuels
    carbon = np.array([{"imports": fuels.imports_g, **FACTORS_G}.get(fuel, 0.0) for fuel in FUELS])
    intensity = sample_intensity(region, datetime(2026, 1, 1, tzinfo=UTC), 17_520)
    shares = mix_shares(region, half_hour_number(datetime(2026, 1, 1, tzinfo=UTC)), intensity)
    assert np.allclose(shares @ carbon / 100.0, intensity, atol=1e-6)
    assert np.allclose(shares.sum(axis=1), 100.0)
    assert shares.min() > -1e-9


def test_the_sun_shines_by_day_and_more_in_summer() -> None:
    def solar(month: int, hour: int) -> float:
        return sample_mix(GB, datetime(2026, month, 20, hour, tzinfo=UTC)).shares["solar"]

    assert solar(6, 0) == solar(12, 20) == 0
    assert solar(6, 12) > solar(12, 12) > 0


def test_a_mix_is_rounded_as_the_service_rounds_and_still_sums_to_100() -> None:
    rounded = round_to_hundred(np.array([6.44, 0.0, 15.04, 24.54, 11.34, 2.04, 1.64, 8.64, 30.32]))
    assert rounded["wind"] == 30.6
    assert rounded["gas"] == 24.5
    assert sum(rounded.values()) == pytest.approx(100.0)
    for region in REGIONS:
        mix = sample_mix(region, NOW)
        assert mix.start == PRESENT
        assert tuple(mix.shares) == FUELS
        assert sum(mix.shares.values()) == pytest.approx(100.0)


def test_a_snapshot_is_what_the_service_answers() -> None:
    snapshot = sample_snapshot(GB, NOW)
    assert snapshot.fetched_at == NOW
    assert [reading.start for reading in snapshot.readings] == list(half_hours(PRESENT - timedelta(hours=24), 144))
    assert snapshot.mix == sample_mix(GB, PRESENT)
    past, ahead = snapshot.readings[:48], snapshot.readings[48:]
    actual = sample_intensity(GB, PRESENT - timedelta(hours=24), 48)
    assert [reading.actual for reading in past] == np.rint(actual).tolist()
    assert {reading.actual for reading in ahead} == {None}
    forecast = np.array([reading.forecast for reading in snapshot.readings], dtype=np.float64)
    assert np.abs(forecast[48:] - sample_forecast(GB, NOW, NOW, 96)).max() <= 0.5
    assert (forecast == np.rint(forecast)).all()


@pytest.mark.parametrize("region", [1, 7, 15])
def test_a_region_has_no_actual_value(region: int) -> None:
    snapshot = sample_snapshot(region, NOW)
    assert {reading.actual for reading in snapshot.readings} == {None}
    assert snapshot.region == region


def test_the_next_half_hour_settles_the_last() -> None:
    first, second = (sample_snapshot(GB, NOW + k * HALF_HOUR) for k in (0, 1))
    assert first.readings[48].start == second.readings[47].start
    assert first.readings[48].actual is None
    assert second.readings[47].actual is not None
    assert [r.actual for r in first.readings[1:48]] == [r.actual for r in second.readings[:47]]


@pytest.mark.parametrize("region", [-1, 18])
def test_an_unknown_region_is_refused(region: int) -> None:
    for ask in (
        lambda: sample_intensity(region, NOW, 1),
        lambda: sample_forecast(region, NOW, NOW, 1),
        lambda: sample_mix(region, NOW),
        lambda: sample_snapshot(region, NOW),
    ):
        with pytest.raises(InputError, match="not a region"):
            ask()


def _best_of(times: int, work: Callable[[], object]) -> float:
    def once() -> float:
        began = time.perf_counter()
        work()
        return time.perf_counter() - began

    return min(once() for _ in range(times))


def test_it_is_fast() -> None:
    assert _best_of(20, lambda: sample_intensity(7, NOW, 192)) < 0.005
    assert _best_of(20, lambda: sample_snapshot(15, NOW)) < 0.05
    assert _best_of(3, lambda: sample_price(NOW, 17_520)) < 1.0
    assert _best_of(3, lambda: sample_intensity(GB, NOW, 17_520)) < 1.0
