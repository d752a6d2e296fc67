from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gridflex.domain.halfhours import half_hours_of_uk_day, uk_midnight, uk_time
from gridflex.domain.tariff import (
    DEFAULT_TARIFF,
    Band,
    CapacityCharge,
    Days,
    PriceSource,
    RowKind,
    Tariff,
    TariffRow,
)
from gridflex.errors import InputError

WINTER_DAY, SPRING_CHANGE, AUTUMN_CHANGE = date(2026, 1, 8), date(2026, 3, 29), date(2026, 10, 25)


def band(start: str, end: str, price: float, days: Days = Days.ALL) -> Band:
    return Band(label="x", start=time.fromisoformat(start), end=time.fromisoformat(end), days=days, gbp_per_kwh=price)


def row(*bands: Band, kind: RowKind = RowKind.ENERGY) -> TariffRow:
    return TariffRow(name="Row", kind=kind, bands=bands)


def tariff(*rows: TariffRow) -> Tariff:
    return Tariff(name="Test", rows=rows, capacity=CapacityCharge(gbp_per_kva_day=0.1))


def test_a_weekday_by_hand() -> None:
    prices = DEFAULT_TARIFF.prices(uk_midnight(WINTER_DAY), 48)
    levies = 0.03306 + 0.00801 + 0.017
    assert prices[0] == pytest.approx(0.086 + 0.001 + levies)
    assert prices[2 * 12] == pytest.approx(0.096 + 0.008 + levies)
    assert prices[2 * 16 - 1] == pytest.approx(0.096 + 0.008 + levies)
    assert prices[2 * 16] == pytest.approx(0.096 + 0.065 + levies)
    assert prices[2 * 18] == pytest.approx(0.125 + 0.065 + levies)
    assert prices[2 * 19] == pytest.approx(0.125 + 0.008 + levies)
    assert prices[-1] == pytest.approx(0.104 + 0.001 + levies)


def test_no_red_band_at_weekends() -> None:
    saturday, friday = (uk_midnight(date(2026, 1, day)) + timedelta(hours=17) for day in (10, 9))
    gap = DEFAULT_TARIFF.prices(friday, 1) - DEFAULT_TARIFF.prices(saturday, 1)
    assert gap[0] == pytest.approx(0.065 - 0.001)


def test_the_energy_row_alone_stands_against_the_limit() -> None:
    energy = DEFAULT_TARIFF.energy_row(uk_midnight(WINTER_DAY), 48)
    assert energy.min() >= 0.07
    assert energy.max() <= 0.14
    assert np.flatnonzero(energy > 0.12).tolist() == list(range(34, 40))


def test_the_day_follows_the_uk_clock_in_summer() -> None:
    red_starts = datetime(2026, 7, 8, 15, tzinfo=UTC)
    before, after = DEFAULT_TARIFF.prices(red_starts - timedelta(minutes=30), 2)
    assert after - before == pytest.approx(0.065 - 0.008)


@pytest.mark.parametrize(("day", "periods"), [(WINTER_DAY, 48), (SPRING_CHANGE, 46), (AUTUMN_CHANGE, 50)])
def test_each_period_of_a_day_has_the_price_of_its_uk_clock(day: date, periods: int) -> None:
    by_slot = tariff(row(*(band(_clock(slot), _clock(slot + 1), slot / 100) for slot in range(48))))
    moments = half_hours_of_uk_day(day)
    assert len(moments) == periods
    clocks = [uk_time(moment) for moment in moments]
    expected = [(clock.hour * 2 + clock.minute // 30) / 100 for clock in clocks]
    assert by_slot.prices(moments[0], periods).tolist() == expected


def test_clock_changes_skip_an_hour_and_repeat_one() -> None:
    hourly = tariff(row(band("00:00", "01:00", 1), band("01:00", "02:00", 2), band("02:00", "00:00", 3)))
    assert hourly.prices(uk_midnight(SPRING_CHANGE), 4).tolist() == [1, 1, 3, 3]
    assert hourly.prices(uk_midnight(AUTUMN_CHANGE), 8).tolist() == [1, 1, 2, 2, 2, 2, 3, 3]


@given(
    start=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    count=st.integers(1, 200),
)
def test_windows_agree_and_rows_sum_to_the_whole(start: datetime, count: int) -> None:
    prices = DEFAULT_TARIFF.prices(start, count)
    later = DEFAULT_TARIFF.prices(start + timedelta(minutes=30), count)
    assert prices[1:].tolist() == later[:-1].tolist()
    by_row = [row.week.min() for row in DEFAULT_TARIFF.rows]
    assert prices.min() >= sum(by_row) - 1e-12
    assert (prices > DEFAULT_TARIFF.energy_row(start, count)).all()


def test_a_price_changed_is_a_new_tariff() -> None:
    document = DEFAULT_TARIFF.model_dump(mode="json")
    document["rows"][0]["bands"][0]["gbp_per_kwh"] = 0.05
    edited = Tariff.model_validate_json(Tariff.model_validate(document).model_dump_json())
    midnight = uk_midnight(WINTER_DAY)
    assert DEFAULT_TARIFF.prices(midnight, 1)[0] - edited.prices(midnight, 1)[0] == pytest.approx(0.036)


def test_every_row_says_where_it_comes_from() -> None:
    assert {row.name: row.source == "assumed" for row in DEFAULT_TARIFF.rows} == {
        "Energy": False,
        "Distribution (DUoS)": True,
        "Renewables Obligation": False,
        "Climate Change Levy": False,
        "Contracts for Difference and Feed-in Tariffs": True,
    }
    assert DEFAULT_TARIFF.capacity.source == "assumed"


def test_the_energy_row_is_the_published_wholesale_day_with_its_stated_uplift() -> None:
    hours = (0, 4, 6, 7, 8, 10, 12, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23)
    wholesale = (72, 66, 81, 89, 87, 77, 69, 69, 77, 85, 101, 106, 103, 96, 89, 82, 74)
    by_hour = np.interp(np.arange(24), hours, wholesale) / 1000.0
    for each in DEFAULT_TARIFF.rows[0].bands:
        mean = by_hour[each.start.hour : each.end.hour or 24].mean()
        assert each.gbp_per_kwh == pytest.approx(mean * 1.15 + 0.006, abs=0.0006)


def test_the_capacity_charge_is_in_no_unit_price() -> None:
    dearer = DEFAULT_TARIFF.model_copy(update={"capacity": CapacityCharge(gbp_per_kva_day=9)})
    midnight = uk_midnight(WINTER_DAY)
    assert dearer.prices(midnight, 48).tolist() == DEFAULT_TARIFF.prices(midnight, 48).tolist()


def test_a_tariff_is_a_price_source() -> None:
    source: PriceSource = DEFAULT_TARIFF
    assert source.name == "Time-of-day tariff"


@pytest.mark.parametrize(
    ("bands", "reason"),
    [
        ([("00:00", "23:30")], "weekdays 23:30 is priced 0 times"),
        ([("00:00", "00:00"), ("12:00", "12:30")], "weekdays 12:00 is priced 2 times"),
        ([("00:00", "00:15"), ("00:15", "00:00")], "on a half-hour"),
        ([("22:00", "06:00"), ("06:00", "22:00")], "write one over midnight as two"),
        ([("06:00", "06:00")], "must end after it starts"),
    ],
)
def test_bands_that_do_not_cover_the_day_once_are_refused(bands: list[tuple[str, str]], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        row(*(band(start, end, 0.1) for start, end in bands))


def test_a_weekend_left_out_is_named() -> None:
    with pytest.raises(ValidationError, match="weekends 00:00 is priced 0 times"):
        row(band("00:00", "00:00", 0.1, Days.WEEKDAY))


@pytest.mark.parametrize("price", [float("nan"), float("inf"), 11.0, -11.0])
def test_a_price_that_cannot_be_is_refused(price: float) -> None:
    with pytest.raises(ValidationError):
        band("00:00", "00:00", price)


def test_a_tariff_without_an_energy_row_is_refused() -> None:
    with pytest.raises(ValidationError, match="at least one energy row"):
        tariff(row(band("00:00", "00:00", 0.1), kind=RowKind.LEVIES))


def test_a_negative_price_is_allowed_and_a_time_without_a_zone_is_not() -> None:
    negative = tariff(row(band("00:00", "00:00", -0.05)))
    assert negative.prices(uk_midnight(WINTER_DAY), 2).tolist() == [-0.05, -0.05]
    with pytest.raises(InputError, match="no time zone"):
        negative.prices(datetime(2026, 1, 8), 2)  # noqa: DTZ001


def _clock(slot: int) -> str:
    return f"{slot % 48 // 2:02d}:{slot % 2 * 30:02d}"
