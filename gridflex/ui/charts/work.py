"""GBP per 1,000 units of work against a carbon cap."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from gridflex.services.work_view import FrontierPoint
from gridflex.ui.charts.style import GRID, Spec, figure, label, layout, rule, this_plan
from gridflex.ui.palette import Palette

HEIGHT = 260


def work_figure(
    points: Sequence[FrontierPoint], chosen: tuple[float, float], cap: float | None, colours: Palette
) -> go.Figure:
    """The cheapest work for each mean intensity, this plan ``chosen`` (gCO2/kWh, GBP); the cap in force as a rule."""
    grid: Spec = {"gridcolor": GRID, "zeroline": False, "fixedrange": True, "nticks": 6}
    line: Spec = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [point.mean_g_per_kwh for point in points],
        "y": [point.gbp_per_1000 for point in points],
        "line": {"color": colours.execute, "width": 2},
        "hovertemplate": "at most %{x:.0f} g/kWh: £%{y:.4f} per 1,000<extra></extra>",
    }
    rules = [] if cap is None else [rule(cap, cap, 0, 1, "dash", yref="paper")]
    notes = [label("this plan", *chosen, xanchor="left", xshift=13)]
    notes += [] if cap is None else [label(f"cap {cap:.0f}", cap, 1, yref="paper", xanchor="left", yanchor="top")]
    return figure(
        data=[line, this_plan(chosen, "this plan: %{x:.0f} g/kWh, £%{y:.4f} per 1,000", colours)],
        layout=layout(
            HEIGHT,
            hovermode="closest",
            showlegend=False,
            margin={"l": 64, "r": 12, "t": 20, "b": 44},
            xaxis={"title": {"text": "carbon cap, mean gCO2/kWh"}, **grid},
            yaxis={
                "title": {"text": "£ per 1,000 units"},
                "range": _around([*(point.gbp_per_1000 for point in points), chosen[1]]),
                **grid,
            },
            shapes=rules,
            annotations=notes,
        ),
    )


def _around(costs: Sequence[float]) -> list[float]:
    """The costs with a little air: at least 2 % of them, that a flat line is drawn as one."""
    air = max(0.1 * (max(costs) - min(costs)), 0.02 * max(abs(cost) for cost in costs))
    return [min(costs) - air, max(costs) + air]
