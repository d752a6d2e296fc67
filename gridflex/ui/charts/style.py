"""What all charts share: margins, grid, fonts, the labelled rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from gridflex.services.axis import Axis
from gridflex.ui.palette import RULE, Palette

Spec = dict[str, Any]
GRID = "rgba(138,143,152,0.25)"
"""Faint on both pages."""
Mark = tuple[str, str, str]
"""A line's mark, colour and words."""

CONFIG: Spec = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}


def figure(data: list[Spec], layout: Spec) -> go.Figure:
    """One figure in one call.

    Plotly's checks are left out here, they take six times as long as the rest of it; the
    tests put every figure through them.
    """
    return go.Figure(data=data, layout=layout, _validate=False)


def time_xaxis(axis: Axis, first: float, last: float, **extra: Any) -> Spec:
    """A horizontal axis that counts half-hours and speaks UK time."""
    return {
        "range": [first, last],
        "tickvals": axis.ticks,
        "ticktext": axis.texts,
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "tickangle": 0,
        **extra,
    }


def value_yaxis(title: str, top: float, standoff: int = 6, **extra: Any) -> Spec:
    """A vertical axis from zero to ``top`` that stays put while sliders move; ``standoff``: px from ticks to title."""
    return {
        "range": [0, top],
        "title": {"text": title, "standoff": standoff},
        "gridcolor": GRID,
        "zeroline": False,
        "fixedrange": True,
        "nticks": 5,
        **extra,
    }


def rule(x0: float, x1: float, y0: float, y1: float, dash: str = "solid", **extra: Any) -> Spec:
    """A straight rule between two points."""
    line = {"color": RULE, "width": 1.5, "dash": dash}
    return {"type": "line", "x0": x0, "x1": x1, "y0": y0, "y1": y1, "line": line, **extra}


def label(text: str, x: float, y: float, **extra: Any) -> Spec:
    """A small annotation without an arrow. The text is ours, never a visitor's."""
    return {"text": text, "x": x, "y": y, "showarrow": False, "font": {"size": 12, "color": RULE}, **extra}


def legend(marks: Sequence[Mark]) -> str:
    """The marks as markdown above a chart: the chart's own legend is dear on each move."""
    unbroken = ((mark, colour, what.replace(" ", "\u00a0")) for mark, colour, what in marks)
    return " · ".join(f':color[{mark}]{{foreground="{colour}"}}\u00a0{what}' for mark, colour, what in unbroken)


def plain(text: str) -> str:
    """Text from outside, shown as text: Plotly would read tags in it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def layout(height: int, **extra: Any) -> Spec:
    """The common layout of a figure."""
    return {
        "height": height,
        "margin": {"l": 52, "r": 12, "t": 30, "b": 28},
        "hovermode": "x",
        "hoversubplots": "axis",
        "showlegend": True,
        "legend": {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "font": {"size": 12}},
        "uirevision": "keep",
        "bargap": 0,
        # Streamlit's own template adds 3 kB to each chart on every move and holds nothing these charts use.
        "template": {},
        **extra,
    }


def this_plan(at: tuple[float, float], hover: str, colours: Palette) -> Spec:
    """The ring round the plan on the page, in a chart of what else could be."""
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "this plan",
        "x": [at[0]],
        "y": [at[1]],
        "marker": {"symbol": "circle-open", "size": 18, "color": colours.carbon, "line": {"width": 3}},
        "hovertemplate": f"{hover}<extra></extra>",
    }
