"""The eight grid zones the embedded provider sells windows in."""

from __future__ import annotations

from dataclasses import dataclass

from gridflex.domain.regions import region_name


@dataclass(frozen=True)
class Zone:
    """A city's zone. Length of its window (hours) and power on offer (MW) are the sandbox's own, assumed."""

    locality: str
    region: int
    code: str
    longitude: float
    latitude: float
    hours: int
    capacity_mw: float

    @property
    def key(self) -> str:
        """The zone's part of an id."""
        return self.locality.lower()

    @property
    def region_name(self) -> str:
        """The grid region it lies in."""
        return region_name(self.region)


ZONES = (
    Zone("Cambridge", 10, "UK-EAST-1", 0.1218, 52.2053, 4, 5.0),
    Zone("London", 13, "UK-LONDON-1", -0.1276, 51.5072, 6, 8.0),
    Zone("Manchester", 3, "UK-NORTHWEST-1", -2.2426, 53.4808, 5, 4.0),
    Zone("Birmingham", 8, "UK-MIDLANDS-1", -1.8986, 52.4895, 8, 6.0),
    Zone("Edinburgh", 2, "UK-SCOTLAND-1", -3.1883, 55.9533, 12, 3.0),
    Zone("Bristol", 11, "UK-SOUTHWEST-1", -2.5879, 51.4545, 6, 2.5),
    Zone("Glasgow", 2, "UK-SCOTLAND-2", -4.2518, 55.8642, 24, 3.5),
    Zone("Leeds", 5, "UK-YORKSHIRE-1", -1.5491, 53.8008, 10, 4.5),
)
