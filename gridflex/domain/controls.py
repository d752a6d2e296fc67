"""What a visitor may set: the site, and the rules by which its jobs are decided."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gridflex.domain.regions import GB


class ThresholdMode(StrEnum):
    """Fixed: a number of grams. Relative: the cleanest share of the next 24 h. Off: no gate, every job may be moved."""

    FIXED = "fixed"
    RELATIVE = "relative"
    OFF = "off"


class Aim(StrEnum):
    """What a plan minimises. Money: energy, carbon and delay at their prices. The others are its two extremes.

    Carbon is the default: a job that the carbon threshold asks to wait should not run dirtier for it.
    """

    MONEY = "money"
    CARBON = "carbon"
    COST = "cost"


class Site(BaseModel):
    """Where the jobs run.

    The site's limit in every half-hour is ``cap_kw``, or ``cap_gpus`` in use, not both. A job
    that pauses runs ``min_run_hours`` at a stretch and draws ``restart_kwh`` each time it resumes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    region: Annotated[int, Field(ge=0, le=17)] = GB
    cap_kw: Annotated[float, Field(gt=0, le=1e7, allow_inf_nan=False)] | None = None
    cap_gpus: Annotated[float, Field(gt=0, le=1e7, allow_inf_nan=False)] | None = None
    pue: Annotated[float, Field(ge=1.0, le=3.0, allow_inf_nan=False)] = 1.0
    min_run_hours: Annotated[float, Field(ge=0.5, le=24, allow_inf_nan=False)] = 0.5
    restart_kwh: Annotated[float, Field(ge=0, le=1e4, allow_inf_nan=False)] = 0.0

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        if self.cap_kw is not None and self.cap_gpus is not None:
            raise ValueError("a site's limit is in kW or in GPUs, not both")
        return self


class Controls(BaseModel):
    """The rules. ``threshold`` gCO2/kWh; ``cleanest_percent`` of the next 24 h; ``price_limit`` GBP/kWh.

    ``minimum_gain_percent`` of its own cost is the least a job must gain to be moved.
    ``carbon_price`` GBP/t, ``delay_cost`` GBP per job and hour. ``cap_kw`` stands in for the
    site's own limit. ``carbon_cap`` is the highest mean intensity of the planned energy,
    gCO2/kWh, ``carbon_cap_kg`` the most carbon of the whole plan; where both are given the mean
    counts. ``headroom`` keeps the p90 of the load expected to arrive free under a cap in kW.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    aim: Aim = Aim.CARBON
    headroom: bool = False
    cap_kw: Annotated[float, Field(gt=0, le=1e7, allow_inf_nan=False)] | None = None
    carbon_cap: Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)] | None = None
    carbon_cap_kg: Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)] | None = None
    policy: Annotated[str, Field(max_length=40)] = "threshold-best-window"
    mode: ThresholdMode = ThresholdMode.FIXED
    threshold: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)] = 150.0
    cleanest_percent: Annotated[float, Field(ge=1, le=100, allow_inf_nan=False)] = 30.0
    minimum_gain_percent: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] = 3.0
    price_limit: Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)] = 0.12
    carbon_price: Annotated[float, Field(ge=0, le=500, allow_inf_nan=False)] = 245.0
    delay_cost: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)] = 0.0

    def threshold_in(self, ahead: Sequence[float]) -> float:
        """The threshold in force, gCO2/kWh, given the intensities of the next 24 h."""
        if self.mode is not ThresholdMode.RELATIVE or not len(ahead):
            return self.threshold
        ranked = sorted(ahead)
        return ranked[max(round(len(ranked) * self.cleanest_percent / 100), 1) - 1]
