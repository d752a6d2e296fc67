"""What a backtest shows: headline figures, trends, energy and carbon accounts, with the rows behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gridflex.backtest.accounting import Accounts, Certificates, accounts
from gridflex.backtest.bands import Band
from gridflex.backtest.first_gridflex import Claim
from gridflex.backtest.month import Month, month_of
from gridflex.backtest.result import Result, late_jobs
from gridflex.backtest.study import AT_ONCE, Contender, Study
from gridflex.domain import format as fmt
from gridflex.domain.halfhours import HALF_HOUR, half_hours, uk_time
from gridflex.markets.levels import Levels
from gridflex.planning.horizon import Floats, Ints
from gridflex.services.demo_month import Season

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Impact:
    """One policy of a backtest. Columns of ``cumulative_kg`` are by day, ``bound_kg`` the clairvoyant's;
    ``*_by_hour`` are kWh by UK hour of the day; ``drawn_from`` says whose days the projection is of."""

    month: Month
    result: Result
    cumulative_kg: dict[str, Floats]
    bound_kg: Floats
    kwh_at_once: Floats
    kwh: Floats
    at_once_by_hour: Floats
    by_hour: Floats
    drawn_from: str

    @property
    def labels(self) -> list[str]:
        """Half-hours in UK time."""
        study = self.result.study
        return [f"{uk_time(moment):%Y-%m-%d %H:%M}" for moment in half_hours(study.start, len(study))]


def impact(
    result: Result,
    contender: Contender,
    claims: tuple[Claim, ...],
    levels: Levels,
    seed: int = 0,
    season: Season | None = None,
) -> Impact:
    """Figures of one contender, projected from the ``season``; without one, from the days of the result.

    Raises InputError for fewer days than a band needs.
    """
    study = result.study
    cumulative = {
        found.contender.label: result.by_day(found.saved_g).cumsum() / 1000
        for found in result.contenders
        if found.contender != AT_ONCE
    }
    bound = result.by_day(result.at_once.outcome.carbon_g - result.possible.unbroken_g).cumsum() / 1000
    before, after = (result.of(one).outcome.kwh(study.jobs, len(study)) for one in (AT_ONCE, contender))
    hours = np.array([uk_time(moment).hour for moment in half_hours(study.start, len(study))])
    return Impact(
        month_of(result, contender, levels, claims=claims, seed=seed, season=season.result if season else None),
        result,
        cumulative,
        bound,
        before,
        after,
        np.bincount(hours, before, 24).astype(np.float64),
        np.bincount(hours, after, 24).astype(np.float64),
        season.name if season else "the days of this backtest, whatever their season",
    )


def band_text(band: Band, unit: str) -> str:
    """Such as 449 kg (380 to 512)."""
    if unit == "£":
        return f"{fmt.money(band.value)} ({fmt.money(band.p5)} to {fmt.money(band.p95)})"
    if unit == "%":
        return f"{100 * band.value:.1f} % ({100 * band.p5:.1f} to {100 * band.p95:.1f})"
    return f"{fmt.number(band.value)} {unit} ({fmt.number(band.p5)} to {fmt.number(band.p95)})"


def day_table(found: Impact) -> pd.DataFrame:
    """One row a day; sums are the headline figures."""
    import pandas as pd

    month = found.month
    days = [day.isoformat() for day in month.days]
    columns = {"day": days, "saved_kg": month.saved_kg_by_day, "saved_gbp": month.saved_gbp_by_day}
    return pd.DataFrame(columns | {"bound_kg": np.diff(found.bound_kg, prepend=0.0)})


def season_table(found: Impact) -> pd.DataFrame:
    """One row a day that the projection draws from."""
    import pandas as pd

    month = found.month
    days = [day.isoformat() for day in month.season_days]
    return pd.DataFrame({"day": days, "saved_kg": month.season_kg_by_day, "saved_gbp": month.season_gbp_by_day})


def job_table(found: Impact) -> pd.DataFrame:
    """One row a job: when it ran, promised at its first decision, settled, and the least that was possible."""
    import pandas as pd

    study, settled = found.result.study, found.month.settlement
    jobs, outcome, at_once = study.jobs, found.month.contender.outcome, found.result.at_once.outcome
    return pd.DataFrame(
        {
            "job": jobs.job_id,
            "energy_kwh": jobs.energy_kwh,
            "at_once_from_utc": _stamps(study, at_once.start),
            "ran_from_utc": _stamps(study, outcome.start),
            "late": late_jobs(outcome, study),
            "at_once_kg": at_once.carbon_g / 1000,
            "ran_kg": outcome.carbon_g / 1000,
            "least_possible_kg": found.result.possible.unbroken_g / 1000,
            "estimated_kg": settled.estimated_g / 1000,
            "settled_kg": settled.settled_g / 1000,
            "settled_gbp": found.month.contender.saved_gbp,
        }
    )


def _stamps(study: Study, rows: Ints) -> list[str]:
    return [f"{study.start + int(row) * HALF_HOUR:%Y-%m-%dT%H:%MZ}" if row >= 0 else "" for row in rows]


def half_hour_table(found: Impact) -> pd.DataFrame:
    """One row a half-hour: energy at once and under the policy, and what it is settled on."""
    import pandas as pd

    study = found.result.study
    moments = half_hours(study.start, len(study))
    return pd.DataFrame(
        {
            "from_utc": [f"{moment:%Y-%m-%dT%H:%MZ}" for moment in moments],
            "uk_time": found.labels,
            "gco2_per_kwh": study.intensity,
            "gbp_per_kwh": study.price,
            "at_once_kwh": found.kwh_at_once,
            "ran_kwh": found.kwh,
        }
    )


def revenue_table(found: Impact) -> pd.DataFrame:
    """GBP by service held over the period at p5, typical and p95 prices; none where nothing may be offered."""
    import pandas as pd

    held = found.month.revenue_by_service
    columns = zip(*held.values(), strict=True) if held else ((), (), ())
    names = ("gbp_p5", "gbp_typical", "gbp_p95")
    return pd.DataFrame({"service": list(held)} | dict(zip(names, map(list, columns), strict=True)))


def settlement_sentence(found: Impact) -> str:
    """How far the first promise was off, and why."""
    settled = found.month.settlement
    estimated, truly = float(settled.estimated_g.sum()), float(settled.settled_g.sum())
    return (
        f"Estimated at the first decision {fmt.carbon(estimated)}, settled {fmt.carbon(truly)}: off by "
        f"{fmt.carbon(settled.miss_g)}. Forecast error accounts for {fmt.carbon(settled.from_forecast_g)}, re-planning "
        f"for {fmt.carbon(settled.from_replanning_g)}; over jobs the forecast explains "
        f"{fmt.percent(settled.explained_by_job)} of the misses."
    )


def book_of(found: Impact, pue: float, certified_mwh: float) -> Accounts:
    """Carbon accounts of the period under the policy. Raises InputError where an intensity is missing."""
    study = found.result.study
    covered = (Certificates("Certificates entered", certified_mwh),) if certified_mwh else ()
    return accounts(study.start, np.maximum(found.kwh, 0.0) / pue, study.intensity, pue, covered)
