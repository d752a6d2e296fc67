"""Carbon accounting of metered energy: an operational estimate by half-hour, and scope 2 both ways.

Operational: Σ kWh at the meter × NESO's average intensity (CO2, generation only, losses
included). Scope 2 (GHG Protocol): location-based by the year's official factor (CO2e),
market-based by the certificates entered, the rest at the location factor as no residual mix
is published here. A marginal estimate stands beside the average. None of these are summed.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from gridflex.domain.halfhours import half_hours, settlement_period, uk_time
from gridflex.domain.spreadsheet import row_writer
from gridflex.errors import InputError
from gridflex.planning.horizon import Floats

UK_FACTORS = {2024: 0.20705, 2025: 0.177}
"""kgCO2e/kWh of grid electricity, UK Government conversion factors; transmission losses are scope 3."""

MARGINAL_G = 394.0
"""gCO2/kWh of a combined-cycle gas turbine (NESO's factor), stated as on the margin; NESO publishes no marginal
figure, and in hours with another plant there it is wrong."""


@dataclass(frozen=True)
class Certificates:
    """Renewable certificates (REGOs) or a contract: MWh covered, at kgCO2e/kWh (0 for renewable)."""

    name: str
    mwh: float
    kg_per_kwh: float = 0.0

    def __post_init__(self) -> None:
        if not (0 <= self.mwh < 1e9 and 0 <= self.kg_per_kwh <= 2):
            raise InputError("certificates cover 0 MWh or more, at 0 to 2 kgCO2e/kWh")


@dataclass(frozen=True, eq=False)
class Accounts:
    """Columns by half-hour from ``start``: IT energy (kWh), ``pue``, intensity (gCO2/kWh); and the totals in kg."""

    start: datetime
    it_kwh: Floats
    pue: float
    intensity: Floats
    certificates: tuple[Certificates, ...]

    @property
    def metered_kwh(self) -> Floats:
        """Energy at the meter: IT energy × PUE."""
        return self.it_kwh * self.pue

    @property
    def operational_kg(self) -> Floats:
        """By half-hour, average intensity."""
        return self.metered_kwh * self.intensity / 1000

    @property
    def marginal_kg(self) -> float:
        """The same energy at the stated marginal factor."""
        return float(self.metered_kwh.sum()) * MARGINAL_G / 1000

    @property
    def by_year(self) -> dict[int, float]:
        """Metered kWh of each UK year."""
        years = np.array([uk_time(moment).year for moment in half_hours(self.start, len(self.it_kwh))])
        return {int(year): float(self.metered_kwh[years == year].sum()) for year in np.unique(years)}

    @property
    def location_kg(self) -> float:
        """Scope 2, location-based."""
        return sum(kwh * uk_factor(year)[0] for year, kwh in self.by_year.items())

    @property
    def market_kg(self) -> float:
        """Scope 2, market-based; certificates beyond the energy used cover nothing more."""
        left = float(self.metered_kwh.sum())
        total = left
        covered_kg = 0.0
        for certificate in self.certificates:
            used = min(certificate.mwh * 1000, left)
            covered_kg += used * certificate.kg_per_kwh
            left -= used
        return covered_kg + (self.location_kg * left / total if total else 0.0)


def uk_factor(year: int) -> tuple[float, int]:
    """The official factor (kgCO2e/kWh) for a year, and the year it is of: the latest not after it."""
    known = max((known for known in UK_FACTORS if known <= year), default=min(UK_FACTORS))
    return UK_FACTORS[known], known


def accounts(
    start: datetime, it_kwh: Floats, intensity: Floats, pue: float = 1.0, certificates: Sequence[Certificates] = ()
) -> Accounts:
    """Accounts of a period. Raises InputError where energy or intensity is missing, negative or endless."""
    if len(it_kwh) != len(intensity) or not len(it_kwh):
        raise InputError("energy and intensity must cover the same half-hours")
    if not (np.isfinite(it_kwh).all() and (it_kwh >= 0).all()):
        raise InputError("every half-hour needs an energy of 0 kWh or more")
    if not (np.isfinite(intensity).all() and (intensity >= 0).all()):
        raise InputError("every half-hour needs an intensity; fill or leave out the missing ones first")
    if not 1.0 <= pue <= 3.0:
        raise InputError("PUE must be from 1 to 3")
    return Accounts(start, it_kwh, pue, intensity, tuple(certificates))


def report_csv(book: Accounts, prepared: date, source: str) -> str:
    """The report as CSV that recomputes: notes and totals first, each on a line that begins with #, then the rows."""
    out = io.StringIO()
    write = row_writer(out, "\n")
    for line in notes_of(book, prepared, source):
        write([f"# {line}"])
    names = ("from_utc", "uk_time", "settlement_date", "settlement_period")
    write([*names, "it_kwh", "pue", "metered_kwh", "gco2_per_kwh", "operational_kgco2"])
    for moment, it, metered, grams, kg in zip(
        half_hours(book.start, len(book.it_kwh)),
        book.it_kwh.tolist(),
        book.metered_kwh.tolist(),
        book.intensity.tolist(),
        book.operational_kg.tolist(),
        strict=True,
    ):
        day, period = settlement_period(moment)
        local = f"{uk_time(moment):%Y-%m-%d %H:%M}"
        write([f"{moment:%Y-%m-%dT%H:%MZ}", local, day, period, it, book.pue, metered, grams, kg])
    return out.getvalue()


def notes_of(book: Accounts, prepared: date, source: str) -> list[str]:
    """Each total with the sum it comes from, and what may not be added up."""
    factors = [f"{year}: {uk_factor(year)[0]} kgCO2e/kWh (factor of {uk_factor(year)[1]})" for year in book.by_year]
    covered = [f"{c.name}: {c.mwh} MWh at {c.kg_per_kwh} kgCO2e/kWh" for c in book.certificates]
    return [
        f"GridFlex carbon accounts, prepared {prepared.isoformat()}; intensity: {source}",
        f"Metered energy kWh: {book.metered_kwh.sum()} = sum of it_kwh x pue ({book.pue})",
        f"Operational estimate kgCO2: {book.operational_kg.sum()} = sum of metered_kwh x gco2_per_kwh / 1000 "
        "(average intensity; CO2, generation only; losses included)",
        f"Marginal estimate kgCO2: {book.marginal_kg} = metered kWh x {MARGINAL_G} / 1000 (gas turbine on the margin)",
        f"Scope 2 location-based kgCO2e: {book.location_kg} = metered kWh x {'; '.join(factors)}",
        f"Scope 2 market-based kgCO2e: {book.market_kg} = certificates ({'; '.join(covered) or 'none'}), the rest at "
        "the location factor",
        "These figures answer different questions and are not to be added up.",
    ]
