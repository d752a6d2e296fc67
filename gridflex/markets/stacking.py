"""What may be held at once: by the same megawatt in the same half-hour, and by one site.

NESO's rules for response and reserve, and the service terms of the Demand Flexibility Service;
the rate card is no market and so holds nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

RULES_DATE = "24 August 2026"

AVOIDED, RESPONSE, RESERVE, WHOLESALE, FLEXIBILITY, CAPACITY = (
    "Avoided cost",
    "Response (DC, DM, DR)",
    "Reserve (quick, slow)",
    "P415 wholesale",
    "Demand Flexibility Service",
    "Capacity Market",
)
SERVICES = (AVOIDED, RESPONSE, RESERVE, WHOLESALE, FLEXIBILITY, CAPACITY)

_ONE_CONTRACT = "one MW holds one response or reserve contract in a period; other MW of the site may hold another"
_HABIT = "always: it is what the plan saves on the bill, and the habit is in the baseline"
_ANSWERS: dict[frozenset[str], tuple[bool, str]] = {
    frozenset((RESPONSE, RESERVE)): (False, _ONE_CONTRACT),
    frozenset((RESPONSE, WHOLESALE)): (False, "a MW held ready cannot be sold as energy too"),
    frozenset((RESERVE, WHOLESALE)): (False, "a MW held ready cannot be sold as energy too"),
    frozenset((RESPONSE, FLEXIBILITY)): (False, "a MW under contract is not offered again"),
    frozenset((RESERVE, FLEXIBILITY)): (False, "a MW under contract is not offered again"),
    frozenset((WHOLESALE, FLEXIBILITY)): (False, "one deviation from the baseline is paid once"),
}


@dataclass(frozen=True, slots=True)
class Stack:
    """Whether the same MW may hold both services in one half-hour, and why."""

    one: str
    other: str
    allowed: bool
    why: str


def stacking_table() -> tuple[Stack, ...]:
    """Every pair of services."""
    return tuple(_stack(*pair) for pair in combinations(SERVICES, 2))


def _stack(one: str, other: str) -> Stack:
    if AVOIDED in (one, other):
        return Stack(one, other, True, _HABIT)
    if CAPACITY in (one, other):
        return Stack(one, other, True, "the Capacity Market may sit beside it")
    return Stack(one, other, *_ANSWERS[frozenset((one, other))])
