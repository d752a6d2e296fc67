"""Site power under the plan, against the cap and the herd."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from gridflex.planning.horizon import Floats
from gridflex.services.power_view import PowerView
from gridflex.ui.charts.style import GRID, Spec, figure, label, layout, rule, time_xaxis
from gridflex.ui.palette import RULE, Palette

HEIGHT = 300
AIR = 1.2
"""Above the highest line, for the labels."""


def power_figure(view: PowerView, colours: Palette) -> go.Figure:
    """Steps by half-hour, kW."""
    last = len(view.plan)
    shapes = [rule(view.now_row, view.now_row, 0, 1, yref="paper")]
    notes = [label("NOW", view.now_row, 1, yref="paper", yanchor="top", xanchor="left", xshift=4)]
    if view.cap_kw is not None:
        shapes.append(rule(0, last, view.cap_kw, view.cap_kw, "dash"))
        notes.append(label(f"cap {view.cap_kw:.0f} kW", last, view.cap_kw, xanchor="right", yanchor="bottom"))
    return figure(
        data=[
            {**_steps(view.plan, "planned", colours.execute, "solid"), "fill": "tozeroy", **_hover(view)},
            _steps(view.herd, "each its greenest window", colours.carbon, "dot"),
            _steps(view.at_once, "all at once", RULE, "dash"),
        ],
        layout=layout(
            HEIGHT,
            xaxis=time_xaxis(view.axis, 0, last),
            yaxis={
                "title": {"text": "site kW"},
                "range": [0, AIR * max(float(np.max([view.plan, view.herd, view.at_once])), view.cap_kw or 0.0, 1.0)],
                "fixedrange": True,
                "nticks": 4,
                "gridcolor": GRID,
            },
            shapes=shapes,
            annotations=notes,
        ),
    )


def _steps(values: Floats, name: str, colour: str, dash: str) -> Spec:
    line = {"shape": "hv", "color": colour, "width": 1.5, "dash": dash}
    return {"type": "scatter", "mode": "lines", "name": name, "y": values, "line": line, "hoverinfo": "skip"}


def _hover(view: PowerView) -> Spec:
    rows = zip(view.axis.labels, view.plan, view.herd, view.at_once, strict=True)
    return {
        "hoverinfo": "text",
        "hovertext": [
            f"<b>{when}</b><br>planned {plan:.0f} kW<br>each its greenest window {herd:.0f} kW<br>"
            f"all at once {at_once:.0f} kW"
            for when, plan, herd, at_once in rows
        ],
    }
