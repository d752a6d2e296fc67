"""The trade-off of carbon and cost: the best plans as a line, policies as labelled points."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from gridflex.planning.pareto import TradeOff
from gridflex.services.lab import PolicyRow
from gridflex.ui.charts.style import GRID, Spec, figure, layout, this_plan
from gridflex.ui.palette import RULE, Palette

HEIGHT = 360
FIRST_NAME, NAME_STEP = 0.42, 0.09
"""Where the names at the right begin and how far they step up, as shares of the carbon drawn."""


def pareto_figure(
    points: Sequence[TradeOff], rows: Sequence[PolicyRow], chosen: tuple[float, float], colours: Palette
) -> go.Figure:
    """Cost to the right, carbon up; the marker's colour is the mean delay."""
    grid: Spec = {"gridcolor": GRID, "zeroline": False, "fixedrange": True}
    return figure(
        data=[
            _frontier(points, colours),
            _policies(rows),
            this_plan(chosen, "this plan: £%{x:.2f}, %{y:.1f} kg", colours),
        ],
        layout=layout(
            HEIGHT,
            hovermode="closest",
            margin={"l": 60, "r": 12, "t": 34, "b": 44},
            xaxis={"title": {"text": "energy cost, £"}, "nticks": 6, **grid},
            yaxis={"title": {"text": "carbon, kg"}, "nticks": 6, **grid},
            annotations=_names(points, rows),
        ),
    )


def _together(rows: Sequence[PolicyRow]) -> dict[tuple[float, float], list[str]]:
    """Titles at each place, cheapest first: policies that come to the same share one label."""
    same: dict[tuple[float, float], list[str]] = {}
    for row in sorted(rows, key=lambda row: row.cost_gbp):
        same.setdefault((round(row.cost_gbp, 2), round(row.carbon_kg, 2)), []).append(row.title)
    return same


def _names(points: Sequence[TradeOff], rows: Sequence[PolicyRow]) -> list[Spec]:
    """Names where the chart is empty, above the line: at the right in steps, to the left of a leader each."""
    places = _together(rows)
    costs = [point.cost_gbp for point in points] + [cost for cost, _ in places]
    carbons = [point.carbon_g / 1e3 for point in points] + [carbon for _, carbon in places]
    low, span = min(carbons, default=0.0), max(carbons, default=0.0) - min(carbons, default=0.0)
    names: list[Spec] = []
    level = low + FIRST_NAME * span
    for (cost, carbon), titles in places.items():
        spec: Spec = {"x": cost, "y": carbon, "text": "<br>".join(titles), "font": {"size": 11, "color": RULE}}
        if 2 * cost < min(costs) + max(costs):
            names.append({**spec, "showarrow": False, "xanchor": "left", "xshift": 14, "align": "left"})
            continue
        level = max(level, carbon + NAME_STEP * span) + NAME_STEP * span * (len(titles) - 1)
        leader: Spec = {"showarrow": True, "arrowhead": 0, "arrowwidth": 1, "arrowcolor": RULE}
        end: Spec = {"ax": 0, "ay": level, "ayref": "y", "xanchor": "right", "align": "right"}
        names.append({**spec, **leader, **end})
        level += NAME_STEP * span
    return names


def _frontier(points: Sequence[TradeOff], colours: Palette) -> Spec:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": "best possible",
        "x": [point.cost_gbp for point in points],
        "y": [point.carbon_g / 1e3 for point in points],
        "line": {"color": colours.execute, "width": 1.5},
        "marker": {
            "size": 9,
            "color": [point.delay_hours for point in points],
            "colorscale": [[0, colours.execute], [1, colours.defer]],
            "colorbar": {"title": {"text": "mean delay, h"}, "thickness": 10, "len": 0.8},
        },
        "hovertext": [
            f"£{p.cost_gbp:.2f}, {p.carbon_g / 1e3:.1f} kg<br>mean delay {p.delay_hours:.1f} h<br>best at "
            f"£{p.carbon_price:,.0f}/t"
            for p in points
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _policies(rows: Sequence[PolicyRow]) -> Spec:
    """A diamond a policy."""
    same = _together(rows)
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "policies",
        "x": [cost for cost, _ in same],
        "y": [carbon for _, carbon in same],
        "text": ["<br>".join(titles) for titles in same.values()],
        "marker": {"symbol": "diamond", "size": 8, "color": RULE},
        "hovertemplate": "%{text}: £%{x:.2f}, %{y:.1f} kg<extra></extra>",
    }
