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


def _steps(y: Floats, name: str, line: Spec, **extra: object) -> Spec:
    """A stepped line that answers no pointer: as a shape it costs the browser less than a trace on each move."""
    return {"type": "path", "path": _path(y), "name": name, "line": line, **extra}


def _band(low: Floats, high: Floats, name: str, colour: str, **extra: object) -> Spec:
    """The area between two stepped lines."""
    known = np.flatnonzero(~np.isnan(high))
    back = "".join(f"V{low[row]:.4g}H{row}" for row in known[::-1].tolist())
    area = {"type": "path", "path": f"{_path(high)}{back}Z", "fillcolor": colour, "line": {"width": 0}}
    return {**area, "name": name, "layer": "below", **extra}


def _path(y: Floats) -> str:
    """Each half-hour's value as a level stroke; a stroke begins anew after half-hours without one."""
    known = np.flatnonzero(~np.isnan(y))
    begins = np.diff(known, prepend=-2) != 1
    strokes = zip(known.tolist(), y[known].tolist(), begins.tolist(), strict=True)
    return "".join(f"{f'M{row},' if new else 'V'}{value:.4g}H{row + 1}" for row, value, new in strokes)


def _shapes(view: Hero, colours: Palette) -> list[Spec]:
    last = len(view.forecast)
    window: Spec = {"type": "rect", "yref": "paper", "y0": 0, "y1": 1, "line": {"width": 0}, "layer": "below"}
    gate = [] if view.threshold is None else [rule(0, last, view.threshold, view.threshold, dash="dash")]
    arrivals = (view.demand_low, view.demand_high, "arrivals expected", "rgba(43,108,176,0.28)")
    return [
        *({**window, "x0": w.first, "x1": w.last, "fillcolor": colours.window} for w in view.windows),
        _band(view.low, view.high, "likely range", colours.band),
        _steps(view.actual, "measured", {"color": colours.carbon, "width": 2.5}),
        _steps(view.power_at_once, "if all ran at once", {"color": RULE, "width": 1.5, "dash": "dash"}, yref="y2"),
        *([_band(*arrivals, yref="y2")] if view.expects_arrivals else []),
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
