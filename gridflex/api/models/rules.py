"""Rules that notify, and what became of what they sent."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from gridflex.notify.addresses import MOST_URL
from gridflex.notify.rules import MEANINGS, Rule, Trigger
from gridflex.store.deliveries import Delivery

LIMIT = "; ".join(f"{trigger}: {means.low:g} to {means.high:g} {means.unit}" for trigger, means in MEANINGS.items())


class NewRule(BaseModel):
    """A rule to make."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"trigger": "threshold_crossed", "limit": 150, "url": "https://hooks.example.org/gridflex"}]
        },
    )

    trigger: Trigger
    limit: Annotated[float, Field(ge=0, le=10_080, allow_inf_nan=False, description=LIMIT)]
    url: Annotated[str, Field(min_length=1, max_length=MOST_URL, description="https, and a public address")]


class RuleOut(BaseModel):
    """A rule as it is kept; its secret is not told again."""

    id: str
    trigger: Trigger
    means: str
    limit: float
    unit: str
    url: str
    created_at: datetime

    @classmethod
    def of(cls, rule: Rule) -> RuleOut:
        """Without the secret."""
        means = MEANINGS[rule.trigger]
        given = {name: getattr(rule, name) for name in ("id", "trigger", "limit", "url", "created_at")}
        return cls(**given, means=means.sentence, unit=means.unit)


class RuleMade(RuleOut):
    """A rule that was made just now."""

    secret: Annotated[str, Field(description="signs what is sent; shown this once")]


class Rules(BaseModel):
    """The workspace's rules."""

    rules: list[RuleOut]


class DeliveryOut(BaseModel):
    """One notice and what became of it: delivered, refused, failed for want of an answer, or dropped unsent."""

    id: str
    rule_id: str
    at: datetime
    sentence: str
    test: bool
    status: str
    reason: str
    attempts: int

    @classmethod
    def of(cls, one: Delivery) -> DeliveryOut:
        """From the log."""
        return cls(**{name: getattr(one, name) for name in cls.model_fields})


class DeliveryLog(BaseModel):
    """The newest first."""

    deliveries: list[DeliveryOut]
