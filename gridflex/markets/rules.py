"""Which rules of the wholesale market for flexibility were in force on a date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


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


def rules_on(day: date) -> tuple[MarketRule, ...]:
    """The rules in force on a date, oldest first."""
    return tuple(rule for rule in RULES if rule.since <= day)


def rules_sentence(day: date) -> str:
    """The state of the rules in one sentence, dated."""
    codes = ", ".join(rule.code for rule in rules_on(day)) or "none of them"
    return f"Rules as of {day.day} {day:%B %Y}: {codes} in force. {COMPENSATION}."
