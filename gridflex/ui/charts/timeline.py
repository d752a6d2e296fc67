"""The timeline: jobs as bars under a carbon strip, site power below, one time axis."""

from __future__ import annotations

import plotly.graph_objects as go

from gridflex.domain.bands import INDEX_WORDS
from gridflex.domain.decisions import Action
from gridflex.services.timeline import Bar, Timeline
from gridflex.ui.charts.style import GRID, Mark, Spec, figure, label, layout, plain, rule, time_xaxis
from gridflex.ui.palette import RULE, Palette

ROW_PX = 19
STRIP_PX = 34
POWER_PX = 110
FRAME_PX = 70
BAR_ROWS = 0.75
"""Set for every bar: left to itself each kind's bars grow with the gaps between its own rows."""


def timeline_figure(view: Timeline, colours: Palette) -> go.Figure:
    """One figure in one call."""
    rows = max(len(view.bars), 3)
    inner = rows * ROW_PX + STRIP_PX + POWER_PX
    power_top, rows_top = POWER_PX / inner, (POWER_PX + rows * ROW_PX) / inner
    last = len(view.levels)
    return figure(
        data=[*_bars(view, colours), _strip(view, colours), *_power(view, colours)],
        layout=layout(
            inner + FRAME_PX,
            barmode="overlay",
            hovermode="closest",
            margin={"l": 130, "r": 12, "t": 34, "b": 28},
            xaxis=time_xaxis(view.axis, 0, last, anchor="y3"),
            yaxis={
                "domain": [power_top + 0.02, rows_top],
                "range": [rows - 0.5, -0.5],
                "tickvals": list(range(len(view.bars))),
                "ticktext": [plain(bar.label) for bar in view.bars],
                "tickfont": {"size": 11},
                "showgrid": False,
                "zeroline": False,
                "fixedrange": True,
            },
            yaxis2={"domain": [rows_top + 0.01, 1], "visible": False, "fixedrange": True},
            yaxis3={
                "domain": [0, max(power_top - 0.03, 0.02)],
                "title": {"text": "site kW"},
                "rangemode": "tozero",
                "fixedrange": True,
                "nticks": 3,
                "gridcolor": GRID,
            },
            shapes=_shapes(view),
            annotations=[_now(view, power_top), *_cap_label(view)],
        ),
    )


def marks(colours: Palette) -> list[Mark]:
    """What the colours of the carbon strip mean."""
    return [("▇", colour, word) for colour, word in zip(colours.index, INDEX_WORDS, strict=True)]


def _now(view: Timeline, power_top: float) -> Spec:
    """The label stands in the gap above the power strip, clear of bars and legend."""
    return label("NOW", view.now_row, power_top, yref="paper", yanchor="middle", xanchor="right", xshift=-4)


def _bars(view: Timeline, colours: Palette) -> list[Spec]:
    at_once = {
        "type": "bar",
        "orientation": "h",
        "name": "if run at once",
        "y": list(range(len(view.bars))),
        "base": [bar.baseline[0] for bar in view.bars],
        "x": [bar.baseline[1] - bar.baseline[0] for bar in view.bars],
        "width": BAR_ROWS,
        "marker": {"color": "rgba(0,0,0,0)", "line": {"color": RULE, "width": 1.2}},
        "hoverinfo": "skip",
    }
    kinds = [(Action.EXECUTE_NOW, "runs", colours.execute), (Action.DEFER, "waits", colours.defer)]
    if any(bar.action is Action.SHIFT_REGION for bar in view.bars):
        kinds.append((Action.SHIFT_REGION, "elsewhere", colours.shift))
    return [at_once, *(_solid(view, action, name, colour) for action, name, colour in kinds), _due(view)]


def _solid(view: Timeline, action: Action, name: str, colour: str) -> Spec:
    shown: list[tuple[int, Bar, tuple[float, float]]] = [
        (row, bar, bar.planned) for row, bar in enumerate(view.bars) if bar.action is action and bar.planned
    ]
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "y": [row for row, _, _ in shown],
        "base": [planned[0] for _, _, planned in shown],
        "x": [planned[1] - planned[0] for _, _, planned in shown],
        "width": BAR_ROWS,
        "marker": {"color": colour, "opacity": [1.0 if bar.jobs == 1 else 0.45 for _, bar, _ in shown]},
        "text": [bar.hover if bar.jobs > 1 else _hover(bar) for _, bar, _ in shown],
        "textposition": "none",
        "hovertemplate": "%{text}<extra></extra>",
    }


def _hover(bar: Bar) -> str:
    return "<br>".join(plain(line) for line in bar.hover.split("<br>"))


def _due(view: Timeline) -> Spec:
    due = [(row, bar.due) for row, bar in enumerate(view.bars) if bar.due is not None]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "must end by",
        "x": [at for _, at in due],
        "y": [row for row, _ in due],
        "marker": {"symbol": "line-ns-open", "size": 10, "color": RULE, "line": {"width": 2}},
        "hoverinfo": "skip",
    }


def _strip(view: Timeline, colours: Palette) -> Spec:
    count = len(INDEX_WORDS)
    scale = [[edge / count, colour] for k, colour in enumerate(colours.index) for edge in (k, k + 1)]
    return {
        "type": "heatmap",
        "z": [list(view.levels)],
        "x0": 0.5,
        "dx": 1,
        "y": [0],
        "zmin": -0.5,
        "zmax": count - 0.5,
        "colorscale": scale,
        "showscale": False,
        "text": [list(view.strip_hover)],
        "hovertemplate": "%{text}<extra></extra>",
        "yaxis": "y2",
        "showlegend": False,
    }


def _power(view: Timeline, colours: Palette) -> list[Spec]:
    base: Spec = {"type": "scatter", "mode": "lines", "yaxis": "y3", "hoverinfo": "skip", "showlegend": False}
    return [
        {**base, "y": view.power, "fill": "tozeroy", "line": {"shape": "hv", "color": colours.execute, "width": 1}},
        {**base, "y": view.power_at_once, "line": {"shape": "hv", "color": RULE, "width": 1.5, "dash": "dash"}},
    ]


def _shapes(view: Timeline) -> list[Spec]:
    now = rule(view.now_row, view.now_row, 0, 1, yref="paper")
    if view.cap_kw is None:
        return [now]
    return [now, rule(0, len(view.levels), view.cap_kw, view.cap_kw, "dash", yref="y3")]


def _cap_label(view: Timeline) -> list[Spec]:
    if view.cap_kw is None:
        return []
    return [label("site cap", 0.5, view.cap_kw, yref="y3", xanchor="left", yanchor="bottom")]
