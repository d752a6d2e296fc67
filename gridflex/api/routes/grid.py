"""The grid now."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from gridflex.api.models.grid import GridNow
from gridflex.api.parts import Shared
from gridflex.domain.controls import Controls
from gridflex.domain.regions import GB

DEFAULT_THRESHOLD = Controls().threshold

router = APIRouter(tags=["grid"])

Region = Annotated[int, Query(ge=0, le=17, description="0 is Great Britain, 1 to 17 NESO's regions", examples=[0, 13])]
Threshold = Annotated[float, Query(ge=0, le=1000, allow_inf_nan=False, description="gCO2/kWh", examples=[150])]


@router.get("/grid/current")
def grid_current(parts: Shared, region: Region = GB, threshold: Threshold = DEFAULT_THRESHOLD) -> GridNow:
    """Carbon intensity, price and market condition of this half-hour, under the default tariff."""
    now = parts.platform.clock()
    return GridNow.of(parts.platform.grid.view(region, now), threshold, now)
