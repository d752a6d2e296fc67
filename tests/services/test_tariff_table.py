"""The tariff as a table that can be edited."""

from __future__ import annotations

from typing import Any

import pytest

from gridflex.domain.tariff import DEFAULT_TARIFF
from gridflex.errors import InputError
from gridflex.services.tariff_table import COLUMNS, edited_tariff, tariff_table
from tests.bench import NOW


def test_a_table_that_is_not_edited_is_the_same_tariff() -> None:
    table = tariff_table(DEFAULT_TARIFF)
    assert tuple(table) == COLUMNS
    assert table["GBP/kWh"][:4] == [0.086, 0.096, 0.125, 0.104]
    assert (table["from (UK)"][0], table["to (UK)"][3]) == ("00:00", "00:00")
    assert edited_tariff(DEFAULT_TARIFF, table) == DEFAULT_TARIFF


def test_an_edited_price_is_charged() -> None:
    table = tariff_table(DEFAULT_TARIFF)
    table["GBP/kWh"][2] = 0.325
    changed = edited_tariff(DEFAULT_TARIFF, table)
    assert changed.prices(NOW, 1)[0] == pytest.approx(DEFAULT_TARIFF.prices(NOW, 1)[0] + 0.2)
    assert DEFAULT_TARIFF.prices(NOW, 1)[0] == pytest.approx(0.24807)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("to (UK)", "06:30", "must be once"),
        ("from (UK)", "00:10", "half-hour"),
        ("GBP/kWh", 11, "less than or equal to 10"),
        ("GBP/kWh", None, "valid number"),
        ("days", "sunday", "'all', 'weekday' or 'weekend'"),
        ("band", "", "at least 1 character"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(column: str, value: Any, said: str) -> None:
    table = tariff_table(DEFAULT_TARIFF)
    table[column][0] = value
    with pytest.raises(InputError, match=said) as refused:
        edited_tariff(DEFAULT_TARIFF, table)
    assert "(rows" in str(refused.value)
