"""Which rules were in force on a date, and which settlement run a price is from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class MarketRule:
    """A rule of the Balancing and Settlement Code, in force from a date."""

    code: str
    since: date
    sentence: str


RULES = (
    MarketRule("P376", date(2023, 2, 23), "baselines from a meter's own history are recognised"),
    MarketRule("P415", date(2024, 11, 7), "a trader other than the supplier may sell a site's deviation wholesale"),
    MarketRule("P511", date(2026, 8, 24), "eligibility depends on a meter's largest half-hourly export"),
)
PROPOSED = "P510 (proposed): the trader would compensate the supplier itself, at the SCRP"
COMPENSATION = "Supplier compensation is mutualised over all suppliers: £0 to the trader"

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


def rules_on(day: date) -> tuple[MarketRule, ...]:
    """The rules in force on a date, oldest first."""
    return tuple(rule for rule in RULES if rule.since <= day)


def rules_sentence(day: date) -> str:
    """The state of the rules in one sentence, dated."""
    codes = ", ".join(rule.code for rule in rules_on(day)) or "none of them"
    return f"Rules as of {day.day} {day:%B %Y}: {codes} in force. {COMPENSATION}."


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
