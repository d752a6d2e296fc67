"""One job: carbon and cost of every possible start."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from gridflex.domain import format as fmt
from gridflex.domain.decisions import Action
from gridflex.services.job_detail import JobDetail
from gridflex.ui.charts.style import GRID, Spec, figure, layout, time_xaxis
from gridflex.ui.palette import Palette

OTHERS = "rgba(138,143,152,0.55)"


def job_figure(view: JobDetail, colours: Palette) -> go.Figure:
    """Bars of carbon by start, the chosen one in colour; cost as a line on its own axis."""
    count = len(view.carbon_kg)
    rows = zip(view.axis.labels, view.carbon_kg.tolist(), view.cost_gbp.tolist(), strict=True)
    bars: Spec = {
        "type": "bar",
        "hoverinfo": "text",
        "hovertext": [f"start {when}<br>{kg:.1f} kg · {fmt.money(gbp)}" for when, kg, gbp in rows],
    }
    chosen = np.arange(count) == view.chosen
    others = {"name": "carbon, kg", "y": np.where(chosen, np.nan, view.carbon_kg), "marker": {"color": OTHERS}}
    colour = colours.defer if view.job.action is Action.DEFER else colours.execute
    this = {"name": "the start chosen", "y": np.where(chosen, view.carbon_kg, np.nan), "marker": {"color": colour}}
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
        data=[{**bars, **others}, {**bars, **this}, line],
        layout=layout(
            280,
            barmode="overlay",
            margin={"l": 48, "r": 48, "t": 34, "b": 28},
            xaxis=time_xaxis(view.axis, -0.6, count - 0.4),
            yaxis={
                "title": {"text": "kg"},
                "rangemode": "tozero",
                "fixedrange": True,
                "gridcolor": GRID,
                "nticks": 4,
            },
            yaxis2={
                "overlaying": "y",
                "side": "right",
                "rangemode": "tozero",
                "fixedrange": True,
                "showgrid": False,
                "tickmode": "auto",  # left to itself Plotly puts its ticks where the other axis has them
                "nticks": 4,
                "tickprefix": "£",
                "tickformat": ".2f",
            },
        ),
    )
