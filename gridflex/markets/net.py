"""The one exact statement of an event: net to site, nothing counted twice.

    net = bill change of the event against routine + (share × P415 gross − fees)
        + Demand Flexibility Service + chosen availability

The bill change holds the rebound: what moved out of the event is bought back later at the
retail price, and no other figure takes it off again. One MW in a half-hour holds one service.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gridflex.domain.format import money
from gridflex.errors import InputError
from gridflex.planning.horizon import Floats

ROUNDING_MW = 1e-6


@dataclass(frozen=True, eq=False)
class Holding:
    """What a service holds of the site's turn-down in each half-hour, MW."""

    service: str
    mw: Floats


@dataclass(frozen=True, eq=False)
class NetStatement:
    """GBP to the site; ``bill_gbp`` by half-hour (routine less event, positive saves) with the rebound in it."""

    bill_gbp: Floats
    p415_gbp: float
    flexibility_gbp: float
    availability_gbp: float
    holdings: tuple[Holding, ...]

    @property
    def bill_change_gbp(self) -> float:
        """Bill of routine less bill of event, over all half-hours."""
        return float(self.bill_gbp.sum())

    @property
    def rebound_gbp(self) -> float:
        """The part of the bill change that is energy bought back; zero or negative."""
        return float(np.minimum(self.bill_gbp, 0.0).sum())

    @property
    def net_gbp(self) -> float:
        """The sum of the four."""
        return sum(gbp for _, gbp in self.parts)

    @property
    def parts(self) -> tuple[tuple[str, float], ...]:
        """Name and GBP of each summand."""
        return (
            ("Bill change of the event against routine, rebound included", self.bill_change_gbp),
            ("Share of P415 gross, less fees", self.p415_gbp),
            ("Demand Flexibility Service", self.flexibility_gbp),
            ("Availability chosen", self.availability_gbp),
        )

    @property
    def sentence(self) -> str:
        """The sum in words."""
        return " + ".join(money(gbp) for _, gbp in self.parts) + f" = {money(self.net_gbp)} net to the site"


def net_statement(
    routine_kwh: Floats,
    event_kwh: Floats,
    retail_gbp_per_kwh: Floats,
    p415_gbp: float = 0.0,
    flexibility_gbp: float = 0.0,
    availability_gbp: float = 0.0,
    holdings: Sequence[Holding] = (),
    available_mw: Floats | None = None,
) -> NetStatement:
    """Add an event up. Energies and prices are by half-hour over everything the event changes.

    Raises InputError where a price is missing in a half-hour whose energy changed, or where
    services together hold more than ``available_mw``.
    """
    change = routine_kwh - event_kwh
    if not np.isfinite(retail_gbp_per_kwh[change != 0]).all():
        raise InputError("a half-hour whose energy changed has no retail price")
    _require_exclusive(holdings, available_mw)
    bill = np.where(change == 0, 0.0, change * np.nan_to_num(retail_gbp_per_kwh))
    return NetStatement(bill, p415_gbp, flexibility_gbp, availability_gbp, tuple(holdings))


def _require_exclusive(holdings: Sequence[Holding], available_mw: Floats | None) -> None:
    if available_mw is None or not holdings:
        return
    held = np.sum([holding.mw for holding in holdings], axis=0)
    over = np.flatnonzero(held > available_mw + ROUNDING_MW)
    if len(over):
        row = int(over[0])
        names = ", ".join(holding.service for holding in holdings if holding.mw[row] > 0)
        raise InputError(
            f"half-hour {row + 1}: {names} hold {held[row]:.3f} MW together, {available_mw[row]:.3f} MW are there"
        )
