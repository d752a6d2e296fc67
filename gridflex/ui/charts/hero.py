"""The hero chart: the grid behind and ahead, what was decided, what the site draws."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from gridflex.planning.horizon import Floats
from gridflex.services.hero import Hero
from gridflex.ui.charts.steps import band, steps
from gridflex.ui.charts.style import Mark, Spec, figure, label, layout, rule, time_xaxis, value_yaxis
from gridflex.ui.palette import RULE, Palette

HEIGHT = 470


def hero_figure(view: Hero, colours: Palette) -> go.Figure:
    """One figure in one call: intensity above, site power below, one time axis."""
    last = len(view.forecast)
    return figure(
        data=[_forecast(view, colours), _power(view, colours)],
        layout=layout(
            HEIGHT,
            # The margins hold every label; left to itself Plotly measures all axes on each move.
            xaxis=time_xaxis(view.axis, 0, last, anchor="y2", automargin=False),
            yaxis=value_yaxis("gCO2/kWh", view.top, domain=[0.33, 1], automargin=False),
            yaxis2=value_yaxis("site kW", view.power_top, domain=[0, 0.24], nticks=3, automargin=False),
            shapes=_shapes(view, colours),
            annotations=_annotations(view, colours),
            showlegend=False,
        ),
    )


def marks(view: Hero, colours: Palette) -> list[Mark]:
    """What the legend above names."""
    return [
        ("━", colours.carbon, "measured"),
        ("┅", colours.carbon, "forecast"),
        ("▒", colours.carbon, "likely range"),
        ("▇", colours.execute, "site power, planned"),
        ("┅", RULE, "if all ran at once"),
        *([("▒", colours.shift, "arrivals expected")] if view.expects_arrivals else []),
        *([("▇", colours.defer, "waiting jobs run")] if view.windows else []),
    ]


def _forecast(view: Hero, colours: Palette) -> Spec:
    """It covers every half-hour, so it alone answers the pointer.

    In words of its own: where a template answers, Plotly writes the row's number on the axis too.
    """
    return {
        **_trace(view.forecast, "forecast", {"color": colours.carbon, "dash": "dot", "width": 2}),
        "hoverinfo": "text",
        "hovertext": [
            f"<b>{when}</b><br>{what}<br>site {kw:.1f} kW"
            for when, what, kw in zip(view.axis.labels, view.hover, view.power.tolist(), strict=True)
        ],
    }


def _power(view: Hero, colours: Palette) -> Spec:
    drawn = _trace(view.power, "site power, planned", {"color": colours.execute, "width": 1})
    return {**drawn, "fill": "tozeroy", "yaxis": "y2"}


def _trace(y: Floats, name: str, line: Spec) -> Spec:
    # Single precision is finer than a pixel and halves what each move sends.
    drawn = {"type": "scatter", "mode": "lines", "y": y.astype(np.float32), "line": {"shape": "hv", **line}}
    return {**drawn, "name": name, "hoverinfo": "skip"}


def _shapes(view: Hero, colours: Palette) -> list[Spec]:
    last = len(view.forecast)
    window: Spec = {"type": "rect", "yref": "paper", "y0": 0, "y1": 1, "line": {"width": 0}, "layer": "below"}
    gate = [] if view.threshold is None else [rule(0, last, view.threshold, view.threshold, dash="dash")]
    arrivals = (view.demand_low, view.demand_high, "arrivals expected", "rgba(43,108,176,0.28)")
    return [
        *({**window, "x0": w.first, "x1": w.last, "fillcolor": colours.window} for w in view.windows),
        band(view.low, view.high, "likely range", colours.band),
        steps(view.actual, "measured", {"color": colours.carbon, "width": 2.5}),
        steps(view.power_at_once, "if all ran at once", {"color": RULE, "width": 1.5, "dash": "dash"}, yref="y2"),
        *([band(*arrivals, yref="y2")] if view.expects_arrivals else []),
        *gate,
        rule(view.now_row, view.now_row, 0, 1, yref="paper"),
    ]


def _annotations(view: Hero, colours: Palette) -> list[Spec]:
    windows = [
        label(f"{w.jobs} job{'s' if w.jobs != 1 else ''}", (w.first + w.last) / 2, 0.99, yref="paper", yanchor="top")
        for w in view.windows
    ]
    gate = view.threshold
    if gate is not None:
        windows.append(label(f"threshold {gate:.0f}", len(view.forecast), gate, xanchor="right", yanchor="bottom"))
    return [
        *windows,
        label("NOW", view.now_row, 0.285, yref="paper", yanchor="middle", xanchor="left", xshift=4),
    ]
