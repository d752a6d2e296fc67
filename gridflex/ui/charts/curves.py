"""Curves over the threshold, the current point marked, the suggested one beside it."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from gridflex.services.curves import Curves
from gridflex.ui.charts.steps import steps
from gridflex.ui.charts.style import GRID, Mark, Spec, figure, label, layout, rule
from gridflex.ui.palette import Palette

HEIGHT = 430
HOVER = (
    "carbon saved %{y:.1f} %<br>cost saved %{customdata[0]:.1f} %<br>"
    "%{customdata[1]:.0f} jobs deferred<br>mean delay %{customdata[2]:.1f} h<extra></extra>"
)
DOT_PX = 5


def curves_figure(view: Curves, colours: Palette) -> go.Figure:
    """Saved per cent above, jobs deferred and mean delay below."""
    grid: Spec = {"gridcolor": GRID, "nticks": 5}
    return figure(
        data=[_carbon(view, colours)],
        layout=layout(
            HEIGHT,
            margin={"l": 52, "r": 52, "t": 38, "b": 44},
            xaxis={**_axis("threshold, gCO2/kWh"), "range": [0, 400], "showgrid": False, "anchor": "y2"},
            yaxis={**grid, **_axis("saved, %"), "domain": [0.46, 1], "range": _around(view), "zeroline": True},
            yaxis2={**grid, **_axis("jobs"), "domain": [0, 0.38], "range": [0, max(view.jobs, 1)]},
            yaxis3={
                **_axis("hours"),
                "range": [0, 1.05 * max(float(view.delay_hours.max()), 1.0)],
                "overlaying": "y2",
                "side": "right",
                "tickmode": "auto",  # left to itself Plotly puts its ticks where the other axis has them
                "nticks": 4,
                "showgrid": False,
            },
            shapes=_shapes(view, colours),
            annotations=_annotations(view),
            showlegend=False,
        ),
    )


def marks(colours: Palette) -> list[Mark]:
    """What the legend above names."""
    return [
        ("━", colours.execute, "carbon saved"),
        ("━", colours.shift, "cost saved"),
        ("━", colours.defer, "jobs deferred"),
        ("┅", colours.carbon, "mean delay"),
    ]


def _axis(title: str) -> Spec:
    return {"title": {"text": title}, "fixedrange": True, "automargin": False}


def _around(view: Curves) -> list[float]:
    """All that is saved or lost, with a little air."""
    low = min(0.0, float(view.carbon_percent.min()), float(view.cost_percent.min()))
    high = max(1.0, float(view.carbon_percent.max()), float(view.cost_percent.max()))
    air = 0.06 * (high - low)
    return [low - air, high + air]


def _carbon(view: Curves, colours: Palette) -> Spec:
    """It has a value at every threshold, so it alone answers the pointer, for all four."""
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "carbon saved, %",
        "x0": 0,
        "dx": 1,
        "y": view.carbon_percent.astype(np.float32),
        "customdata": np.column_stack((view.cost_percent, view.deferred, view.delay_hours)).astype(np.float32),
        "line": {"color": colours.execute, "width": 2, "shape": "hv"},
        "hovertemplate": HOVER,
    }


def _shapes(view: Curves, colours: Palette) -> list[Spec]:
    at, best = float(view.threshold[view.row]), view.suggestion.threshold
    suggested = [] if best is None else [rule(best, best, 0, 1, "dot", yref="paper")]
    return [
        steps(view.cost_percent, "cost saved, %", {"color": colours.shift, "width": 2}),
        steps(view.deferred, "jobs deferred", {"color": colours.defer, "width": 2}, yref="y2"),
        steps(view.delay_hours, "mean delay, h", {"color": colours.carbon, "width": 2, "dash": "dash"}, yref="y3"),
        rule(at, at, 0, 1, yref="paper"),
        *suggested,
        _dot(at, view.carbon_percent[view.row], colours.execute, colours),
        _dot(at, view.cost_percent[view.row], colours.shift, colours),
    ]


def _dot(x: float, y: float, colour: str, colours: Palette) -> Spec:
    size: Spec = {"x0": -DOT_PX, "x1": DOT_PX, "y0": -DOT_PX, "y1": DOT_PX}
    place: Spec = {"xsizemode": "pixel", "ysizemode": "pixel", "xanchor": x, "yanchor": float(y)}
    return {"type": "circle", **size, **place, "fillcolor": colour, "line": {"width": 2, "color": colours.page}}


def _annotations(view: Curves) -> list[Spec]:
    """Above the curves, the suggestion higher: the two may stand on neighbouring grams."""
    at, best = float(view.threshold[view.row]), view.suggestion.threshold
    place: Spec = {"yref": "paper", "xanchor": "center", "yanchor": "bottom"}
    suggested = [] if best is None else [label(f"suggested {best:.0f}", best, 1, yshift=16, **place)]
    return [label(f"now {at:.0f}", at, 1, **place), *suggested]
