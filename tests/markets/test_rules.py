"""Rules by date."""

from __future__ import annotations

from datetime import date

import pytest

from gridflex.markets.rules import rules_on, rules_sentence


@pytest.mark.parametrize(
    ("day", "codes"),
    [
        (date(2022, 1, 1), []),
        (date(2024, 11, 6), ["P376"]),
        (date(2024, 11, 7), ["P376", "P415"]),
        (date(2026, 8, 24), ["P376", "P415", "P511"]),
    ],
)
def test_rules_in_force(day: date, codes: list[str]) -> None:
    assert [rule.code for rule in rules_on(day)] == codes


def test_the_sentence_is_dated() -> None:
    assert rules_sentence(date(2026, 9, 1)).startswith("Rules as of 1 September 2026: P376, P415, P511 in force.")
    assert "none of them" in rules_sentence(date(2020, 1, 1))
