"""The 17 regions of the GB grid, as NESO numbers them, and the whole of it.

Source: Carbon Intensity API v2 documentation, "Region IDs". The service also answers a
region 18 "GB" that is not the national figure; GridFlex does not use it.
"""

from __future__ import annotations

from gridflex.errors import InputError

GB = 0
"""The whole grid: the national series, the only one with measured values."""

REGIONS: dict[int, str] = {
    GB: "Great Britain",
    1: "North Scotland",
    2: "South Scotland",
    3: "North West England",
    4: "North East England",
    5: "Yorkshire",
    6: "North Wales and Merseyside",
    7: "South Wales",
    8: "West Midlands",
    9: "East Midlands",
    10: "East England",
    11: "South West England",
    12: "South England",
    13: "London",
    14: "South East England",
    15: "England",
    16: "Scotland",
    17: "Wales",
}


def region_name(region: int) -> str:
    """Name of a region. Raises InputError for a number that is none."""
    if region not in REGIONS:
        raise InputError(f"{region} is not a region of the GB grid; choose 0 (Great Britain) to 17")
    return REGIONS[region]
