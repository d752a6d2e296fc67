"""Settlement runs by the calendar."""

from __future__ import annotations

from datetime import date

import pytest

from gridflex.domain.settlement_runs import INDICATIVE, settlement_run


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
