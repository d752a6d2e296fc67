"""One job: carbon and cost of every possible start."""

from __future__ import annotations

import plotly.graph_objects as go

from gridflex.services.job_detail import JobDetail
from gridflex.ui.charts.style import Spec, figure, layout, time_xaxis
from gridflex.ui.palette import Palette


def job_figure(view: JobDetail, colours: Palette) -> go.Figure:
    """Bars of carbon by start, the chosen one in colour; cost as a line on its own axis."""
    count = len(view.carbon_kg)
    marks = [colours.defer if row == view.chosen else "rgba(138,143,152,0.55)" for row in range(count)]
    bars: Spec = {
        "type": "bar",
        "name": "carbon, kg",
        "y": view.carbon_kg,
        "marker": {"color": marks},
        "hoverinfo": "text",
        "hovertext": [
            f"start {when}<br>{kg:.1f} kg · £{gbp:.2f}"
            for when, kg, gbp in zip(view.axis.labels, view.carbon_kg, view.cost_gbp, strict=True)
        ],
    }
    line: Spec = {
        "type": "scatter",
        "mode": "lines",
        "name": "energy cost, £",
        "y": view.cost_gbp,
        "yaxis": "y2",
        "line": {"color": colours.shift, "width": 2},
        "hoverinfo": "skip",
    }
    return figure(
        data=[bars, line],
        layout=layout(
            280,
            margin={"l": 48, "r": 48, "t": 34, "b": 28},
            xaxis=time_xaxis(view.axis, -0.6, count - 0.4),
            yaxis={
                "title": {"text": "kg"},
                "rangemode": "tozero",
                "fixedrange": True,
                "gridcolor": "rgba(138,143,152,0.25)",
                "nticks": 4,
            },
            yaxis2={
                "overlaying": "y",
                "side": "right",
                "rangemode": "tozero",
                "fixedrange": True,
                "showgrid": False,
                "tickprefix": "£",
                "tickformat": ".2f",
            },
        ),
    )
