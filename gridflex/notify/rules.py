"""A rule: what it watches, from when on it speaks, and to whom."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import httpx

from gridflex.domain.halfhours import parse_utc
from gridflex.errors import InputError

MOST_RULES = 10


class Trigger(StrEnum):
    """What is watched."""

    THRESHOLD = "threshold_crossed"
    PLAN = "plan_changed"
    DEADLINE = "deadline_at_risk"
    STALE = "source_stale"


@dataclass(frozen=True)
class Meaning:
    """What a trigger's limit is: its range, its unit, a default, and when the rule speaks."""

    low: float
    high: float
    unit: str
    default: float
    sentence: str


MEANINGS: Mapping[Trigger, Meaning] = {
    Trigger.THRESHOLD: Meaning(
        0, 1000, "gCO2/kWh", 150, "when the intensity of the present half-hour rises above the limit, or falls back"
    ),
    Trigger.PLAN: Meaning(
        0,
        100,
        "% of jobs",
        20,
        "when a new plan, taken or proposed, moves more than that share of the jobs still ahead",
    ),
    Trigger.DEADLINE: Meaning(
        0, 1440, "min", 0, "when a job cannot be done in time, or its plan leaves less than that before its last start"
    ),
    Trigger.STALE: Meaning(
        5, 10_080, "min", 60, "when the grid's values are not live and older than that, or were never received"
    ),
}


@dataclass(frozen=True)
class Rule:
    """One rule of one workspace. ``secret`` signs what is sent; it is told once, to who made the rule."""

    id: str
    trigger: Trigger
    limit: float
    url: str
    created_at: datetime
    secret: str = field(repr=False)

    def to_state(self) -> dict[str, Any]:
        """Plain JSON, the secret in it: an HMAC cannot be made from a hash."""
        return {**vars(self), "trigger": str(self.trigger), "created_at": self.created_at.isoformat()}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Rule:
        """What ``to_state`` gave."""
        times = {"trigger": Trigger(state["trigger"]), "created_at": parse_utc(state["created_at"])}
        return cls(**{**state, **times})

    @property
    def public(self) -> dict[str, object]:
        """What may stand in the trail: neither the secret, nor an address that may hold one."""
        return {"trigger": str(self.trigger), "limit": self.limit, "host": httpx.URL(self.url).host}


def new_rule(trigger: Trigger, limit: float, url: str, now: datetime) -> Rule:
    """A rule with a fresh secret. Raises InputError for a limit out of the trigger's range."""
    means = MEANINGS[trigger]
    if not means.low <= limit <= means.high:
        raise InputError(f"The limit of {trigger} is from {means.low:g} to {means.high:g} {means.unit}.")
    return Rule(secrets.token_hex(8), trigger, float(limit), url, now, f"whsec_{secrets.token_urlsafe(32)}")


@dataclass(frozen=True)
class Notice:
    """Something a rule has to say, once. ``id`` is the same for each attempt to deliver it."""

    id: str
    rule: Rule
    workspace_id: str
    at: datetime
    sentence: str
    data: Mapping[str, object]
    test: bool = False

    def content(self) -> dict[str, object]:
        """What is sent, as JSON."""
        return {
            "id": self.id,
            "trigger": str(self.rule.trigger),
            "limit": self.rule.limit,
            "rule_id": self.rule.id,
            "workspace_id": self.workspace_id,
            "at": self.at.isoformat(),
            "sentence": self.sentence,
            "data": dict(self.data),
            "test": self.test,
        }
