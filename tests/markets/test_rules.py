"""Rules by date, and settlement runs by the calendar."""

from __future__ import annotations

from datetime import date

import pytest

from gridflex.markets.rules import INDICATIVE, rules_on, rules_sentence, settlement_run


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


@pytest.mark.parametrize(
    ("seen", "run"),
    [
        (date(2026, 1, 14), INDICATIVE),
        (date(2026, 1, 15), "II, interim information"),
        (date(2026, 1, 30), "SF, initial settlement"),
        (date(2026, 3, 4), "R1, first reconciliation"),
        (date(2027, 3, 1), "RF, final reconciliation"),
    ],
)
def test_settlement_runs_of_a_thursday(seen: date, run: str) -> None:
    # Five working days after Thursday 8 January is Thursday 15; sixteen is Friday 30.
    assert settlement_run(date(2026, 1, 8), seen) == run
