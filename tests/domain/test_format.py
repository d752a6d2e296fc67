"""How quantities are written for people."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridflex.domain import format as fmt

NOW = datetime(2026, 1, 8, 17, 5, tzinfo=UTC)
SUMMER = datetime(2026, 7, 1, 17, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("write", "value", "text"),
    [
        (fmt.number, 0, "0"),
        (fmt.number, 1234567.4, "1,234,567"),
        (fmt.number, -12, "−12"),
        (fmt.number, -0.4, "0"),
        (fmt.number, -0.0, "0"),
        (fmt.significant, 0, "0"),
        (fmt.significant, -1.8e-15, "0"),
        (fmt.significant, 0.0005, "0.001"),
        (fmt.significant, 0.034, "0.034"),
        (fmt.significant, 1.25, "1.25"),
        (fmt.significant, 12.64, "12.6"),
        (fmt.significant, 182.4, "182"),
        (fmt.significant, 9.996, "10.0"),
        (fmt.significant, 99.96, "100"),
        (fmt.significant, 0.9996, "1.00"),
        (fmt.significant, -1.25, "−1.25"),
        (fmt.intensity, 182.4, "182 g/kWh"),
        (fmt.carbon, 0, "0 g"),
        (fmt.carbon, 999.4, "999 g"),
        (fmt.carbon, 999.6, "1.00 kg"),
        (fmt.carbon, 38_123, "38.1 kg"),
        (fmt.carbon, -38_123, "−38.1 kg"),
        (fmt.carbon, 999_600, "1.00 t"),
        (fmt.carbon, 3_060_000, "3.06 t"),
        (fmt.energy, 150, "150 kWh"),
        (fmt.energy, 2_104, "2.10 MWh"),
        (fmt.power, 30, "30.0 kW"),
        (fmt.power, 999.6, "1.00 MW"),
        (fmt.money, 12.6, "£12.60"),
        (fmt.money, -12.6, "−£12.60"),
        (fmt.money, -0.004, "£0.00"),
        (fmt.money, 999.99, "£999.99"),
        (fmt.money, 999.996, "£1,000"),
        (fmt.money, 1234.5, "£1,234"),
        (fmt.unit_price, 0.125, "12.5 p/kWh"),
        (fmt.unit_price, -0.01, "−1.0 p/kWh"),
        (fmt.percent, 0.14, "14 %"),
        (fmt.percent, 0.034, "3.4 %"),
        (fmt.percent, 0.03, "3 %"),
        (fmt.percent, 0.0996, "10 %"),
        (fmt.percent, 0, "0 %"),
        (fmt.percent, -0.00001, "0 %"),
        (fmt.percent, -0.25, "−25 %"),
        (fmt.hours, 0.25, "0.25 h"),
        (fmt.hours, 5, "5 h"),
        (fmt.hours, 10, "10 h"),
        (fmt.hours, 0, "0 h"),
    ],
)
def test_quantities_with_their_units(write: Callable[[float], str], value: float, text: str) -> None:
    assert write(value) == text


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(-5, "0 min"), (0.9, "0 min"), (59, "59 min"), (60, "1 h"), (130, "2 h 10 min"), (48 * 60, "2 days")],
)
def test_lengths_of_time(minutes: float, text: str) -> None:
    assert fmt.span(timedelta(minutes=minutes)) == text


@pytest.mark.parametrize(("count", "text"), [(0, "0 jobs"), (1, "1 job"), (15, "15 jobs"), (1000, "1,000 jobs")])
def test_counted_things(count: int, text: str) -> None:
    assert fmt.plural(count, "job") == text


def test_clocks_are_uk_time() -> None:
    assert (fmt.clock(NOW), fmt.clock(SUMMER)) == ("17:05", "18:05")
    assert fmt.day_clock(NOW + timedelta(hours=2), NOW) == "19:05"
    assert fmt.day_clock(NOW + timedelta(hours=8), NOW) == "Fri 01:05"
    assert fmt.day_clock(SUMMER + timedelta(hours=6), SUMMER) == "Thu 00:05"
    assert fmt.date_clock(NOW) == "Thu 8 Jan 17:05"


WRITERS = (fmt.number, fmt.significant, fmt.intensity, fmt.carbon, fmt.energy, fmt.power, fmt.money, fmt.percent)


@given(st.floats(-1e12, 1e12), st.sampled_from(WRITERS))
def test_a_minus_is_a_true_one_and_never_stands_before_zero(value: float, write: Callable[[float], str]) -> None:
    text = write(value)
    assert "-" not in text
    if "−" in text:
        assert value < 0
        assert re.search("[1-9]", text)
    assert write(abs(value)) == text.removeprefix("−")


@given(st.floats(0.1, 1e9))
def test_three_figures_are_read_not_more(value: float) -> None:
    text = fmt.significant(value).replace(",", "")
    assert float(text) == pytest.approx(value, rel=0.0051)
    if "." in text:
        assert len(text.replace(".", "").lstrip("0")) <= 3
