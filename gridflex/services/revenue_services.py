"""Availability services as the page shows them: the stacking grid, its table, the formula with its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gridflex.agents.orchestrator import Decisions
from gridflex.domain import format as fmt
from gridflex.domain.halfhours import uk_time
from gridflex.markets.availability import Availability
from gridflex.markets.cells import Cell
from gridflex.markets.efa import EfaBlock
from gridflex.markets.firm import SitePlan
from gridflex.markets.freezing import GivenUp, given_up, jobs_behind
from gridflex.markets.products import PRODUCTS
from gridflex.planning.horizon import Bools
from gridflex.planning.policies import POLICIES

if TYPE_CHECKING:
    import pandas as pd

EVENT_ROW = "P415"
CHOSEN, OPEN, INELIGIBLE = "chosen", "possible", "not possible"
TERMS_SHOWN = 3


@dataclass(frozen=True)
class Square:
    """One service in one block, for the chart: ``state`` is one of the three words."""

    column: int
    row: int
    state: str
    text: str
    hover: tuple[str, ...]


@dataclass(frozen=True)
class Stacking:
    """EFA blocks across, services down."""

    squares: tuple[Square, ...]
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    alt: str


def stacking(found: Availability, blocks: tuple[EfaBlock, ...]) -> Stacking:
    """The grid of every block and service; a called event has a row of its own."""
    rows = tuple(product.code for product in PRODUCTS) + ((EVENT_ROW,) if found.rivals else ())
    at = {block: column for column, block in enumerate(blocks)}
    squares = [_square(cell, at[cell.block], rows.index(cell.product.code)) for cell in found.cells]
    for rival in found.rivals:
        held = rival.chosen_mw > 0
        says = f"{fmt.money(rival.gbp)} net to the site" if held else "another service pays more"
        text = f"{rival.chosen_mw:g}" if held else ""
        hover = (rival.name, rival.block.label, f"{rival.mw:g} MW called", says)
        squares.append(Square(at[rival.block], len(rows) - 1, CHOSEN if held else OPEN, text, hover))
    counts = {state: sum(square.state == state for square in squares) for state in (CHOSEN, OPEN, INELIGIBLE)}
    said = ", ".join(f"{count} {state}" for state, count in counts.items())
    return Stacking(
        tuple(squares), tuple(_tick(block) for block in blocks), rows, f"Services by EFA block: {said}. {best(found)}"
    )


def _tick(block: EfaBlock) -> str:
    return f"{block.number}<br>{block.day:%a}" if block.number == 1 else f"{block.number}"


def _square(cell: Cell, column: int, row: int) -> Square:
    state = CHOSEN if cell.chosen_mw > 0 else OPEN if cell.eligibility.eligible else INELIGIBLE
    firm = f"firm {cell.product.direction} {cell.eligibility.firm_mw:.3f} MW"
    lines = [cell.product.name, cell.block.label, firm]
    if cell.eligibility.failing:
        lines.append(f"fails: {', '.join(cell.eligibility.failing)}")
    lines += cell.reason.split("; ") if cell.reason else [_worth(cell)]
    return Square(column, row, state, f"{cell.chosen_mw:g}" if cell.chosen_mw > 0 else "", tuple(lines))


def _worth(cell: Cell) -> str:
    low, typical, high = (fmt.money(gbp) for gbp in (cell.low_gbp, cell.typical_gbp, cell.high_gbp))
    return f"{cell.chosen_mw:g} MW held: {typical}, {low} to {high}"


def best(found: Availability) -> str:
    """The best exclusive choice in words."""
    held = [f"{cell.product.code} {cell.chosen_mw:g} MW ({_when(cell.block)})" for cell in found.chosen]
    held += [f"the called event {r.chosen_mw:g} MW ({_when(r.block)})" for r in found.rivals if r.chosen_mw > 0]
    return f"Best exclusive choice: {', '.join(held)}." if held else "Best exclusive choice: hold nothing."


def _when(block: EfaBlock) -> str:
    return f"{uk_time(block.start):%a} block {block.number}"


def formula(found: Availability) -> str:
    """The sum with its numbers: each summand MW × hours × price × shares."""
    shares = (found.delivery.availability, found.delivery.performance, found.site.kept_share)
    kept = " × ".join(f"{share:.0%}" for share in shares)
    terms = [
        f"{cell.product.code} {cell.chosen_mw:g} MW × {cell.block.hours:g} h × £{cell.level.typical:.2f}"
        for cell in found.chosen
        if cell.level
    ]
    more = f" + {len(terms) - TERMS_SHOWN} more" if len(terms) > TERMS_SHOWN else ""
    return f"({' + '.join(terms[:TERMS_SHOWN])}{more}) × {kept} = {fmt.money(found.typical_gbp)}" if terms else ""


def frozen_by_bids(found: Availability, plan: SitePlan) -> Bools:
    """The jobs that the chosen bids rest on, all blocks together."""
    jobs: Bools = np.zeros(len(plan.queue), np.bool_)
    for cell in found.chosen:
        jobs |= jobs_behind(plan, cell.product, cell.block, cell.chosen_mw)
    return jobs


def price_of_bids(decisions: Decisions, plan: SitePlan, jobs: Bools) -> GivenUp:
    """Carbon and cost given up because the bids' jobs may not move; runs before the horizon are no matter."""
    inside = plan.queue.earliest >= 0
    parts = None if plan.parts is None else plan.parts[inside]
    part = SitePlan(plan.queue.take(inside), plan.start[inside], plan.count, parts, plan.cap_kw)
    return given_up(part, jobs[inside], decisions.plan.horizon, POLICIES[decisions.plan.policy], decisions.rules)


def services_table(found: Availability) -> pd.DataFrame:
    """Every block and service: what it takes, what it pays, why not. Sums of its £ are the card's."""
    import pandas as pd

    levels = [cell.level for cell in found.cells]
    return pd.DataFrame(
        {
            "block": [cell.block.label for cell in found.cells],
            "service": [cell.product.name for cell in found.cells],
            "direction": [str(cell.product.direction) for cell in found.cells],
            "firm_mw": [cell.eligibility.firm_mw for cell in found.cells],
            "offered_mw": [cell.eligibility.offered_mw for cell in found.cells],
            "chosen_mw": [cell.chosen_mw for cell in found.cells],
            "gbp_per_mw_h_p5": [level.p5 if level else None for level in levels],
            "gbp_per_mw_h_typical": [level.typical if level else None for level in levels],
            "gbp_per_mw_h_p95": [level.p95 if level else None for level in levels],
            "gbp_p5": [cell.low_gbp for cell in found.cells],
            "gbp_typical": [cell.typical_gbp for cell in found.cells],
            "gbp_p95": [cell.high_gbp for cell in found.cells],
            "failing_test": [", ".join(cell.eligibility.failing) for cell in found.cells],
            "why_not": [cell.reason for cell in found.cells],
            "price_from": [f"{level.source}, {level.period}" if level else "" for level in levels],
        }
    )
