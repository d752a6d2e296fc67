"""The grid now."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from gridflex.agents.grid_view import GridView
from gridflex.domain.bands import index_word
from gridflex.domain.conditions import CONDITION_RULE
from gridflex.domain.halfhours import HALF_HOUR, uk_time
from gridflex.domain.regions import region_name

ProvenanceWord = Annotated[
    Literal["live", "cached", "estimated", "sample"],
    Field(description="live: the last due fetch succeeded · cached: it failed, the values are real · estimated: our "
          "forecast from the archive · sample: the embedded model of a GB year"),
]  # fmt: skip


EXAMPLE: dict[str, Any] = {
    "region": 0,
    "region_name": "Great Britain",
    "valid_from": "2026-01-08T17:00:00Z",
    "valid_to": "2026-01-08T17:30:00Z",
    "carbon_intensity_gco2_kwh": 236.0,
    "carbon_intensity_is": "forecast",
    "carbon_index": "very high",
    "forecast_next_hour_gco2_kwh": 220.5,
    "lowest_next_24h_gco2_kwh": 69.0,
    "lowest_next_24h_at": "2026-01-09T04:00:00Z",
    "energy_price_gbp_kwh": 0.24807,
    "energy_price_name": "Time-of-day tariff",
    "market_condition": "critical",
    "market_condition_rule": CONDITION_RULE,
    "threshold_gco2_kwh": 150.0,
    "execution_recommended": False,
    "recommendation": "wait if you can",
    "generation_mix_percent": {"gas": 39.3, "imports": 20.3, "wind": 16.1, "nuclear": 11.3, "biomass": 8.7},
    "renewable_percent": 17.7,
    "provenance": "cached",
    "fetched_at": "2026-01-08T16:31:02Z",
    "age_seconds": 2038.0,
    "next_fetch_due": "2026-01-08T17:06:00Z",
    "note": "The carbon intensity service did not answer in time.",
}


class GridNow(BaseModel):
    """The half-hour that contains now, against the next 24 h."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    region: int
    region_name: str
    valid_from: datetime
    valid_to: datetime
    carbon_intensity_gco2_kwh: Annotated[float, Field(description="average (attributional) intensity, gCO2/kWh")]
    carbon_intensity_is: Literal["actual", "forecast"]
    carbon_index: Annotated[str, Field(description="the official word for it: very low to very high")]
    forecast_next_hour_gco2_kwh: Annotated[float, Field(description="mean of the next two half-hours, gCO2/kWh")]
    lowest_next_24h_gco2_kwh: float
    lowest_next_24h_at: datetime
    energy_price_gbp_kwh: Annotated[float, Field(description="all rows of the tariff that depend on the hour, GBP/kWh")]
    energy_price_name: str
    market_condition: Literal["optimal", "good", "moderate", "poor", "critical"]
    market_condition_rule: str
    threshold_gco2_kwh: float
    execution_recommended: Annotated[bool, Field(description="for a job that could wait")]
    recommendation: str
    generation_mix_percent: dict[str, float]
    renewable_percent: Annotated[float | None, Field(description="wind, solar and hydro; biomass apart")]
    provenance: ProvenanceWord
    fetched_at: datetime | None
    age_seconds: float | None
    next_fetch_due: datetime | None
    note: Annotated[str | None, Field(description="why the source did not answer last, if it did not")]

    @classmethod
    def of(cls, view: GridView, threshold: float, now: datetime) -> GridNow:
        """What a view says of ``now``; ``threshold`` gCO2/kWh."""
        horizon, first = view.horizon, view.horizon.now_index
        condition, ahead = view.condition(threshold), horizon.intensity[first : first + 48]
        lowest = int(ahead.argmin())
        return cls(
            region=view.region,
            region_name=region_name(view.region),
            valid_from=horizon.now,
            valid_to=horizon.now + HALF_HOUR,
            carbon_intensity_gco2_kwh=view.intensity_now,
            carbon_intensity_is="forecast" if np.isnan(view.actual[first]) else "actual",
            carbon_index=index_word(view.intensity_now, uk_time(now).year),
            forecast_next_hour_gco2_kwh=float(horizon.intensity[first + 1 : first + 3].mean()),
            lowest_next_24h_gco2_kwh=float(ahead[lowest]),
            lowest_next_24h_at=horizon.at(first + lowest),
            energy_price_gbp_kwh=view.price_now,
            energy_price_name=view.price_name,
            market_condition=condition.word,  # type: ignore[arg-type]
            market_condition_rule=CONDITION_RULE,
            threshold_gco2_kwh=threshold,
            execution_recommended=condition.execute,
            recommendation=condition.advice,
            generation_mix_percent=dict(view.mix.shares) if view.mix else {},
            renewable_percent=view.mix.renewable_percent if view.mix else None,
            provenance=view.provenance.word,  # type: ignore[arg-type]
            fetched_at=view.fetched_at,
            age_seconds=max((now - view.fetched_at).total_seconds(), 0.0) if view.fetched_at else None,
            next_fetch_due=view.next_due,
            note=view.error,
        )
