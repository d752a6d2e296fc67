"""Curves over the threshold, the current point marked, the suggested one beside it."""

from __future__ import annotations

import plotly.graph_objects as go

from gridflex.planning.horizon import Floats
from gridflex.services.curves import Curves
from gridflex.ui.charts.style import Spec, figure, label, layout, rule
from gridflex.ui.palette import Palette

HEIGHT = 430


def curves_figure(view: Curves, colours: Palette) -> go.Figure:
    """Saved per cent above, jobs deferred and mean delay below."""
    at = float(view.threshold[view.row])
    lines = [
        _line(view, view.carbon_percent, "carbon saved, %", colours.execute, "y"),
        _line(view, view.cost_percent, "cost saved, %", colours.shift, "y"),
        _line(view, view.deferred, "jobs deferred", colours.defer, "y2"),
        _line(view, view.delay_hours, "mean delay, h", colours.carbon, "y3"),
    ]
    shapes = [rule(at, at, 0, 1, yref="paper")]
    notes = [label(f"now {at:.0f}", at, 1, yref="paper", xanchor="left", yanchor="top", xshift=4)]
    if view.suggestion.threshold is not None:
        best = view.suggestion.threshold
        shapes.append(rule(best, best, 0, 1, "dot", yref="paper"))
        notes.append(label(f"suggested {best:.0f}", best, 0.93, yref="paper", xanchor="left", yanchor="top", xshift=4))
    grid = {"gridcolor": "rgba(138,143,152,0.25)", "fixedrange": True, "zeroline": True, "nticks": 5}
    return figure(
        data=[*lines, *_points(view, colours)],
        layout=layout(
            HEIGHT,
            hovermode="x unified",
            margin={"l": 52, "r": 52, "t": 34, "b": 44},
            xaxis={
                "range": [0, 400],
                "title": {"text": "threshold, gCO2/kWh"},
                "fixedrange": True,
                "showgrid": False,
                "anchor": "y2",
            },
            yaxis={"title": {"text": "saved, %"}, "domain": [0.46, 1], **grid},
            yaxis2={"title": {"text": "jobs"}, "domain": [0, 0.38], "range": [0, max(view.jobs, 1)], **grid},
            yaxis3={
                "title": {"text": "hours"},
                "overlaying": "y2",
                "side": "right",
                "tickformat": ".1f",
                "rangemode": "tozero",
                "showgrid": False,
                "fixedrange": True,
            },
            shapes=shapes,
            annotations=notes,
        ),
    )


def _line(view: Curves, values: Floats, name: str, colour: str, axis: str) -> Spec:
    dash = "dash" if axis == "y3" else "solid"
    return {
        "type": "scatter",
        "mode": "lines",
        "x0": 0,
        "dx": 1,
        "y": values,
        "name": name,
        "yaxis": axis,
        "line": {"color": colour, "width": 2, "shape": "hv", "dash": dash},
        "hovertemplate": "%{y:.1f}",
    }


def _points(view: Curves, colours: Palette) -> list[Spec]:
    at = [float(view.threshold[view.row])]
    pairs = ((view.carbon_percent, colours.execute, "y"), (view.cost_percent, colours.shift, "y"))
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": at,
            "y": [float(values[view.row])],
            "yaxis": axis,
            "marker": {"size": 11, "color": colour, "line": {"width": 2, "color": colours.page}},
            "hoverinfo": "skip",
            "showlegend": False,
        }
        for values, colour, axis in pairs
    ]
