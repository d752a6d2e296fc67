"""The hero chart: the grid behind and ahead, what was decided, what the site draws."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from gridflex.planning.horizon import Floats
from gridflex.services.hero import Hero
from gridflex.ui.charts.style import Spec, figure, label, layout, rule, time_xaxis, value_yaxis
from gridflex.ui.palette import RULE, Palette

HEIGHT = 470


def hero_figure(view: Hero, colours: Palette) -> go.Figure:
    """One figure in one call: intensity above, site power below, one time axis."""
    last = len(view.forecast)
    return figure(
        data=[*_intensity(view, colours), *_power(view, colours)],
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


def legend(view: Hero, colours: Palette) -> str:
    """What each line is, as markdown above the chart: the chart's own legend costs each move a quarter of its time."""
    marks = (
        ("━", colours.carbon, "measured"),
        ("┅", colours.carbon, "forecast"),
        ("▒", colours.carbon, "likely range"),
        ("▇", colours.execute, "site power, planned"),
        ("┅", RULE, "if all ran at once"),
        *([("▒", colours.shift, "arrivals expected")] if view.expects_arrivals else []),
        *([("▇", colours.defer, "waiting jobs run")] if view.windows else []),
    )
    unbroken = ((mark, colour, what.replace(" ", "\u00a0")) for mark, colour, what in marks)
    return " · ".join(f':color[{mark}]{{foreground="{colour}"}}\u00a0{what}' for mark, colour, what in unbroken)


def _line(y: Floats, name: str, colour: str, dash: str = "solid", width: float = 2, **extra: object) -> Spec:
    shape = {"shape": "hv", "color": colour, "dash": dash, "width": width}
    # Single precision is finer than a pixel and halves what each move sends.
    return {
        "type": "scatter",
        "y": y.astype(np.float32),
        "name": name,
        "mode": "lines",
        "line": shape,
        "hoverinfo": "skip",
        **extra,
    }


def _band(low: Floats, high: Floats, name: str, colour: str, **extra: object) -> Spec:
    """The area between two stepped lines as one outline: half the traces to draw again on each move."""
    known = np.flatnonzero(~np.isnan(high))
    x = np.stack((known, known + 1), axis=1).ravel()
    top, bottom = np.repeat(high[known], 2), np.repeat(low[known], 2)
    return {
        "type": "scatter",
        "x": np.concatenate((x, x[::-1])),
        "y": np.concatenate((top, bottom[::-1])).astype(np.float32),
        "name": name,
        "mode": "lines",
        "fill": "toself",
        "fillcolor": colour,
        "line": {"width": 0},
        "hoverinfo": "skip",
        **extra,
    }


def _intensity(view: Hero, colours: Palette) -> list[Spec]:
    # The forecast covers every half-hour, so it alone answers the pointer.
    answer: Spec = {
        "hoverinfo": "text",
        "hovertext": view.hover,
        "customdata": view.power.astype(np.float32),
        "hovertemplate": "%{hovertext}<br>site %{customdata:.1f} kW<extra></extra>",
    }
    return [
        _band(view.low, view.high, "likely range", colours.band),
        {**_line(view.forecast, "forecast", colours.carbon, dash="dot"), **answer},
        _line(view.actual, "measured", colours.carbon, width=2.5),
    ]


def _power(view: Hero, colours: Palette) -> list[Spec]:
    second = {"yaxis": "y2"}
    power = [
        _line(view.power, "site power, planned", colours.execute, width=1, fill="tozeroy", **second),
        _line(view.power_at_once, "if all ran at once", RULE, dash="dash", width=1.5, **second),
    ]
    if view.expects_arrivals:
        power.append(_band(view.demand_low, view.demand_high, "arrivals expected", "rgba(43,108,176,0.28)", **second))
    return power


def _shapes(view: Hero, colours: Palette) -> list[Spec]:
    last = len(view.forecast)
    window: Spec = {"type": "rect", "yref": "paper", "y0": 0, "y1": 1, "line": {"width": 0}, "layer": "below"}
    gate = [] if view.threshold is None else [rule(0, last, view.threshold, view.threshold, dash="dash")]
    return [
        *({**window, "x0": w.first, "x1": w.last, "fillcolor": colours.window} for w in view.windows),
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
        windows.append(
            label(f"threshold {gate:.0f}", 0.5, gate, xanchor="left", yanchor="bottom", bgcolor=colours.page)
        )
    return [
        *windows,
        label("NOW", view.now_row, 0.285, yref="paper", yanchor="middle", xanchor="left", xshift=4),
    ]
