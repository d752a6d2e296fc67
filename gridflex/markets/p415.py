"""P415 wholesale: what a departure from routine sells for, by settlement period.

With Q in MWh, turn-down positive (ΔQ = baseline − metered):

    trade      = Σ sold × price sold
    imbalance  = Σ (ΔQ − sold) × system price
    gross      = trade + imbalance
    customer   = share × gross − fees

Under the live, mutualised rule supplier compensation costs the trader nothing; under P510 it
would pay ΔQ × SCRP itself. The rebound is bought at the retail price and stands in the bill.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import isfinite

import numpy as np

from gridflex.domain.format import money, number
from gridflex.domain.halfhours import half_hours, settlement_period, uk_time
from gridflex.domain.market_data import MWH
from gridflex.errors import InputError
from gridflex.markets.rules import rules_sentence
from gridflex.planning.horizon import Bools, Floats

HABIT = "Your habit is in the baseline"
SCRP_GBP_PER_MWH = 98.53
"""Supplier compensation reference price of August 2026, read from settlement files by third parties."""


@dataclass(frozen=True)
class Terms:
    """What the site gets: ``share`` of the gross (assumed), less ``fees_gbp`` for the statement (assumed)."""

    share: float = 0.7
    fees_gbp: float = 0.0
    scrp_gbp_per_mwh: float = SCRP_GBP_PER_MWH

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise InputError("the site's share must be from 0 to 100 %")
        if not (self.fees_gbp >= 0 and isfinite(self.fees_gbp) and isfinite(self.scrp_gbp_per_mwh)):
            raise InputError("fees must be £0 or more, and the SCRP a number")

    def to_site(self, gross_gbp: float) -> float:
        """Share × gross − fees, GBP."""
        return self.share * gross_gbp - self.fees_gbp


@dataclass(frozen=True, eq=False)
class Volumes:
    """Columns of the event's half-hours from ``start``: MWh, and GBP/MWh; NaN where not known.

    ``sold_mwh`` was sold ahead at ``sold_gbp_per_mwh``; turn-down is positive.
    """

    start: datetime
    baseline_mwh: Floats
    metered_mwh: Floats
    sold_mwh: Floats
    sold_gbp_per_mwh: Floats
    system_gbp_per_mwh: Floats

    def __post_init__(self) -> None:
        if len({len(column) for column in self.columns}) != 1:
            raise InputError("the columns of a statement must be of one length")
        if (np.nan_to_num(self.baseline_mwh) < 0).any() or (np.nan_to_num(self.metered_mwh) < 0).any():
            raise InputError("baseline and metered energy must be 0 MWh or more")

    @property
    def columns(self) -> tuple[Floats, ...]:
        """All five."""
        return (
            self.baseline_mwh,
            self.metered_mwh,
            self.sold_mwh,
            self.sold_gbp_per_mwh,
            self.system_gbp_per_mwh,
        )


@dataclass(frozen=True, eq=False)
class Statement:
    """A statement per settlement period; those with anything missing (not ``settled``), or paid by another
    service (``elsewhere``), count nothing here.

    ``shifted_by_habit_mwh`` is what the routine moves against running at once: it earns
    nothing here. ``run`` names the settlement run of the system price.
    """

    volumes: Volumes
    terms: Terms
    settled: Bools
    elsewhere: Bools
    deviation_mwh: Floats
    trade_gbp: Floats
    imbalance_gbp: Floats
    shifted_by_habit_mwh: float
    run: str

    @property
    def counted(self) -> Bools:
        """Periods that make up the figures."""
        return self.settled & ~self.elsewhere

    @property
    def gross_gbp(self) -> float:
        """Trade and imbalance of the counted periods."""
        return float((self.trade_gbp + self.imbalance_gbp)[self.counted].sum())

    @property
    def deviation_total_mwh(self) -> float:
        """Baseline less metered of the counted periods."""
        return float(self.deviation_mwh[self.counted].sum())

    @property
    def to_site_gbp(self) -> float:
        """Share × gross − fees under the live rule."""
        return self.terms.to_site(self.gross_gbp)

    @property
    def to_site_under_p510_gbp(self) -> float:
        """The same had the trader to pay the supplier ΔQ × SCRP."""
        return self.terms.to_site(self.gross_gbp - self.deviation_total_mwh * self.terms.scrp_gbp_per_mwh)

    @property
    def sentences(self) -> tuple[str, ...]:
        """Both volumes, the rules with their date, and what is missing."""
        day = uk_time(self.volumes.start).date()
        deviation, habit = (number(mwh, 3) for mwh in (self.deviation_total_mwh, self.shifted_by_habit_mwh))
        sentences = [
            f"{deviation} MWh depart from the baseline and earn; {habit} MWh are shifted by routine and do not. "
            f"{HABIT}.",
            rules_sentence(day),
            f"{money(self.to_site_gbp)} = {self.terms.share:.0%} of {money(self.gross_gbp)} − "
            f"{money(self.terms.fees_gbp)} fees; {money(self.to_site_under_p510_gbp)} under P510.",
        ]
        missing = int((~self.settled).sum())
        if missing:
            sentences.append(f"{missing} of {len(self.settled)} periods are unsettled: a reading or price is missing.")
        return tuple(sentences)

    def rows(self) -> dict[str, list[object]]:
        """The statement as columns, units in their names, one row a settlement period."""
        volumes = self.volumes
        moments = half_hours(volumes.start, len(self.settled))
        periods = [settlement_period(moment) for moment in moments]
        columns: dict[str, list[object]] = {
            "from_utc": [f"{moment:%Y-%m-%dT%H:%MZ}" for moment in moments],
            "uk_time": [f"{uk_time(moment):%Y-%m-%d %H:%M}" for moment in moments],
            "settlement_date": [day.isoformat() for day, _ in periods],
            "settlement_period": [period for _, period in periods],
        }
        names = ("baseline_mwh", "metered_mwh", "sold_mwh", "sold_gbp_per_mwh", "system_price_gbp_per_mwh")
        columns |= {name: list(column.tolist()) for name, column in zip(names, volumes.columns, strict=True)}
        columns["deviation_mwh"] = self.deviation_mwh.tolist()
        columns["trade_gbp"] = self.trade_gbp.tolist()
        columns["imbalance_gbp"] = self.imbalance_gbp.tolist()
        columns["settled"] = self.settled.tolist()
        columns["counted"] = self.counted.tolist()
        return columns


def settle(
    volumes: Volumes,
    terms: Terms,
    shifted_by_habit_mwh: float = 0.0,
    run: str = "",
    elsewhere: Bools | None = None,
) -> Statement:
    """Settle an event's half-hours. A price is needed only for what is bought or sold at it."""
    deviation = volumes.baseline_mwh - volumes.metered_mwh
    trade = _worth(volumes.sold_mwh, volumes.sold_gbp_per_mwh)
    imbalance = _worth(deviation - volumes.sold_mwh, volumes.system_gbp_per_mwh)
    settled: Bools = np.isfinite(trade) & np.isfinite(imbalance)
    other = np.zeros(len(settled), np.bool_) if elsewhere is None else elsewhere
    return Statement(volumes, terms, settled, other, deviation, trade, imbalance, shifted_by_habit_mwh, run)


def _worth(mwh: Floats, gbp_per_mwh: Floats) -> Floats:
    return np.where(mwh == 0, 0.0, mwh * gbp_per_mwh)


def per_mwh(gbp_per_kwh: Floats) -> Floats:
    """Prices as the market speaks them, GBP/MWh."""
    return gbp_per_kwh * MWH


def habit_mwh(at_once_kw: Floats, routine_kw: Floats) -> float:
    """Energy the routine takes out of half-hours in which run-at-once would have drawn it, MWh."""
    return float(np.maximum(at_once_kw - routine_kw, 0.0).sum() / 2 / MWH)
