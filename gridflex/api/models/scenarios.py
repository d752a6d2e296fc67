"""Named scenarios, and two of them side by side."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from gridflex.domain.controls import Controls
from gridflex.services.scenarios import Figures


class ScenarioIn(BaseModel):
    """The rules to keep under the name: what is left out takes its default."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"controls": {"threshold": 120}}]})

    controls: Controls


class ScenarioOut(BaseModel):
    """A named set of rules."""

    name: str
    controls: Controls


class Scenarios(BaseModel):
    """All of the workspace's."""

    scenarios: list[ScenarioOut]


class ScenarioFigures(BaseModel):
    """What a scenario adds up to on the queue at hand; in a difference, right minus left."""

    carbon_saved_kg: float
    carbon_saved_percent: float
    cost_saved_gbp: float
    carbon_kg: float
    cost_gbp: float
    mean_delay_h: Annotated[float, Field(description="of jobs that may be moved")]
    peak_kw: Annotated[float, Field(description="of the site's power from now on")]
    jobs_deferred: int

    @classmethod
    def of(cls, found: Figures) -> ScenarioFigures:
        """As they were reckoned."""
        return cls(**vars(found))


class Comparison(BaseModel):
    """Two scenarios on the same queue and the same forecast."""

    left_name: str
    right_name: str
    left: ScenarioFigures
    right: ScenarioFigures
    difference: ScenarioFigures
