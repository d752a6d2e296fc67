"""Which settlement run a price is from, by the calendar of the Balancing and Settlement Code."""

from __future__ import annotations

from datetime import date, timedelta

_RUNS = (
    ("RF, final reconciliation", 292),
    ("R3, third reconciliation", 154),
    ("R2, second reconciliation", 84),
    ("R1, first reconciliation", 39),
    ("SF, initial settlement", 16),
    ("II, interim information", 5),
)
"""Working days after the settlement day at which each run is published (BSC settlement calendar before the
market-wide half-hourly migration; bank holidays are not counted here)."""
INDICATIVE = "indicative, before the first settlement run"


def settlement_run(settled: date, seen: date) -> str:
    """The run a system price of ``settled`` is from when read on ``seen``, by the settlement calendar."""
    return next((name for name, days in _RUNS if _working_days_after(settled, days) <= seen), INDICATIVE)


def _working_days_after(day: date, count: int) -> date:
    weeks, rest = divmod(count, 5)
    later = day + timedelta(weeks=weeks)
    while rest:
        later += timedelta(days=1)
        rest -= later.weekday() < 5
    return later
