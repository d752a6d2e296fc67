"""Regions, provenance and the generation mix."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gridflex.domain.grid import FUELS, RENEWABLE, GenerationMix
from gridflex.domain.provenance import Provenance
from gridflex.domain.regions import GB, REGIONS, region_name
from gridflex.errors import InputError


def test_the_17_regions_and_the_whole() -> None:
    assert list(REGIONS) == list(range(18))
    assert (region_name(GB), region_name(1), region_name(13)) == ("Great Britain", "North Scotland", "London")


@pytest.mark.parametrize("region", [-1, 18, 99])
def test_what_is_no_region_is_refused(region: int) -> None:
    with pytest.raises(InputError, match=f"{region} is not a region of the GB grid"):
        region_name(region)


def test_provenance_runs_from_best_to_worst() -> None:
    assert [value.word for value in sorted(Provenance)] == ["live", "cached", "estimated", "sample"]
    assert max(Provenance.LIVE, Provenance.SAMPLE, Provenance.CACHED) is Provenance.SAMPLE


def test_biomass_is_not_counted_as_renewable() -> None:
    shares = {"biomass": 5.0, "gas": 27.0, "wind": 31.0, "solar": 10.0, "hydro": 2.5, "nuclear": 14.5, "imports": 10.0}
    mix = GenerationMix(datetime(2026, 1, 8, tzinfo=UTC), shares)
    assert mix.renewable_percent == 43.5
    assert "biomass" in FUELS
    assert "biomass" not in RENEWABLE
