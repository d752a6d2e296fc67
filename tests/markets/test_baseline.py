"""The BL01-style baseline by hand: day types, event days, the adjustment, both clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from gridflex.domain.halfhours import half_hours, uk_time
from gridflex.errors import InputError
from gridflex.markets.baseline import BaselineRule, Metered, baseline

# Sunday 4 January 2026, 00:00: eleven days follow up to Thursday 15 January.
FIRST = datetime(2026, 1, 4, tzinfo=UTC)
EVENT = datetime(2026, 1, 15, 17, tzinfo=UTC)
NO_ADJUSTMENT = BaselineRule(adjustment_hours=0)


def history(days: int = 12, first: datetime = FIRST) -> Metered:
    """Each half-hour holds its UK day of the month, MWh; weekends 100 more."""
    clocks = [uk_time(moment) for moment in half_hours(first, days * 48)]
    return Metered(first, np.array([c.day + 100.0 * (c.weekday() >= 5) for c in clocks]))


def test_mean_of_the_same_day_type_before_the_event() -> None:
    found = baseline(history(), EVENT, 2, NO_ADJUSTMENT)
    # Working days 5 to 9 and 12 to 14 January.
    assert found.unadjusted_mwh.tolist() == pytest.approx([(5 + 6 + 7 + 8 + 9 + 12 + 13 + 14) / 8] * 2)
    assert found.days == (8, 8)
    saturday = baseline(history(14), datetime(2026, 1, 17, 12, tzinfo=UTC), 1, BaselineRule(fewest_days=3))
    assert saturday.unadjusted_mwh.tolist() == pytest.approx([100 + (4 + 10 + 11) / 3])


def test_event_days_and_holidays_are_left_out() -> None:
    out = baseline(history(), EVENT, 1, NO_ADJUSTMENT, [date(2026, 1, 14)])
    assert out.unadjusted_mwh[0] == pytest.approx((5 + 6 + 7 + 8 + 9 + 12 + 13) / 7)
    holiday = BaselineRule(adjustment_hours=0, holidays=frozenset({date(2026, 1, 5)}))
    assert baseline(history(), EVENT, 1, holiday).days == (7,)


def test_only_so_many_days_back() -> None:
    rule = BaselineRule(lookback_days=3, fewest_days=2, adjustment_hours=0)
    assert baseline(history(), EVENT, 1, rule).unadjusted_mwh[0] == pytest.approx((12 + 13 + 14) / 3)


def test_adjustment_is_the_gap_of_the_hours_before_gate_closure() -> None:
    # 13:00 to 16:00 is the window; 0.6 MWh above the usual there, something else just before the event.
    record = history()
    at = (EVENT - FIRST) // timedelta(minutes=30)
    usual = (5 + 6 + 7 + 8 + 9 + 12 + 13 + 14) / 8
    record.mwh[at - 8 : at - 2] = usual + 0.6
    record.mwh[at - 2 : at] = 50.0
    found = baseline(record, EVENT, 2, BaselineRule())
    assert found.adjustment_mwh == pytest.approx(0.6)
    assert found.baseline_mwh.tolist() == pytest.approx([usual + 0.6] * 2)
    record.mwh[at - 8 : at - 2] = 0.0
    low = Metered(FIRST, np.where(np.arange(len(record.mwh)) == at - 48, 0.0, record.mwh))
    assert baseline(low, EVENT, 1, BaselineRule()).baseline_mwh[0] == 0.0


def test_missing_readings_are_skipped_and_too_few_days_refused() -> None:
    record = history()
    at = (EVENT - FIRST) // timedelta(minutes=30)
    record.mwh[at - 48] = np.nan
    found = baseline(record, EVENT, 2, NO_ADJUSTMENT)
    assert found.days == (7, 8)
    with pytest.raises(InputError, match="needs 5 days"):
        baseline(history(), datetime(2026, 1, 9, 17, tzinfo=UTC), 1, NO_ADJUSTMENT)
    assert baseline(record, EVENT, 1, BaselineRule(gate_closure_hours=24, adjustment_hours=24)).adjustment_mwh


def test_an_unknown_window_adjusts_nothing() -> None:
    record = history(11)
    assert baseline(record, EVENT, 1, BaselineRule()).adjustment_mwh == 0.0


@pytest.mark.parametrize(
    ("event", "first"),
    [
        (datetime(2026, 3, 30, 16, tzinfo=UTC), datetime(2026, 3, 16, tzinfo=UTC)),
        (datetime(2026, 10, 26, 17, tzinfo=UTC), datetime(2026, 10, 11, 23, tzinfo=UTC)),
    ],
)
def test_the_uk_time_is_compared_across_clock_changes(event: datetime, first: datetime) -> None:
    # Load stands at 17:00 UK time only, so a shifted hour would show at once.
    moments = half_hours(first, 15 * 48)
    record = Metered(first, np.array([9.0 if f"{uk_time(m):%H:%M}" == "17:00" else 1.0 for m in moments]))
    assert baseline(record, event, 2, NO_ADJUSTMENT).unadjusted_mwh.tolist() == [9.0, 1.0]


def test_the_repeated_hour_of_a_50_period_day_counts_twice_and_the_46_period_day_not_at_all() -> None:
    first = datetime(2026, 10, 4, tzinfo=UTC)
    moments = half_hours(first, 29 * 48)
    record = Metered(first, np.array([float(uk_time(m).day == 25) for m in moments]))
    rule = BaselineRule(fewest_days=1, adjustment_hours=0)
    sunday = baseline(record, datetime(2026, 11, 1, 1, tzinfo=UTC), 1, rule)
    # Eight weekend days hold 01:00 once (Sunday the 4th starts at 01:00 UK time), 25 October twice.
    assert sunday.days == (8,)
    assert sunday.unadjusted_mwh[0] == pytest.approx(2 / 9)
    spring = Metered(datetime(2026, 3, 1, tzinfo=UTC), np.ones(36 * 48))
    found = baseline(spring, datetime(2026, 4, 5, 0, 30, tzinfo=UTC), 1, rule)
    # 01:30 UK time is missing on 29 March: eight weekend days before it and one after.
    assert found.days == (9,)


def test_parameters_say_whose_they_are() -> None:
    rows = BaselineRule().described()
    assert {origin for _, _, origin in rows} == {"ours", "as implementers describe BL01"}
    for wrong in ({"lookback_days": 0}, {"fewest_days": 0}, {"adjustment_hours": -1.0}):
        with pytest.raises(InputError):
            BaselineRule(**wrong)
    with pytest.raises(InputError):
        Metered(FIRST, np.array([-1.0]))
