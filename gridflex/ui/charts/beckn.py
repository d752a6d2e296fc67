"""Energy windows: when across, how clean up; size is the power free, colour the price."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from gridflex.services.beckn_view import Spot, WindowMap
from gridflex.ui.charts.style import Spec, figure, label, layout, plain, rule, time_xaxis, value_yaxis
from gridflex.ui.charts.window_names import (
    FLOOR,
    PLOT_PX,
    RING_PX,
    label_places,
    mark_px,
    middle,
    reach_px,
    threshold_box,
    threshold_px,
    threshold_text,
)
from gridflex.ui.palette import RULE, Palette

HEIGHT = 470


def windows_figure(view: WindowMap, colours: Palette) -> go.Figure:
    """One figure in one call. Windows that fit are filled, the others hollow; the chosen one is ringed."""
    fitting = [spot for spot in view.spots if spot.fits]
    others = [spot for spot in view.spots if not spot.fits]
    return figure(
        data=[
            _spans(view.spots),
            _spots(others, view, "passed over", {"symbol": "circle-open", "color": RULE, "line": {"width": 2}}),
            _spots(fitting, view, "fits", _priced(fitting, colours)),
            _ring([spot for spot in view.spots if spot.chosen], view, colours),
            _names(view),
        ],
        layout=layout(
            HEIGHT,
            hovermode="closest",
            margin={"l": 52, "r": 12, "t": 34, "b": 28},
            xaxis=time_xaxis(view.axis, 0, view.width),
            yaxis=value_yaxis("gCO2/kWh", view.top, standoff=12, range=[-FLOOR * view.top, view.top]),
            shapes=_threshold(view),
            annotations=_threshold_label(view),
        ),
    )


def _spans(spots: Sequence[Spot]) -> Spec:
    """Each window's length, as a line."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [x for spot in spots for x in (spot.begins, spot.ends, None)],
        "y": [y for spot in spots for y in (spot.intensity, spot.intensity, None)],
        "line": {"color": RULE, "width": 3},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _spots(spots: Sequence[Spot], view: WindowMap, name: str, marker: Spec) -> Spec:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [middle(spot) for spot in spots],
        "y": [spot.intensity for spot in spots],
        "hovertext": ["<br>".join(map(plain, spot.hover)) for spot in spots],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "marker": {"size": [mark_px(spot, view) for spot in spots], "opacity": 1, **marker},
        "cliponaxis": False,
    }


def _names(view: WindowMap) -> Spec:
    """Names on marks nobody sees, as large as mark and ring, which keep them clear of both."""
    places = label_places(view)
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [middle(spot) for spot in view.spots],
        "y": [spot.intensity for spot in view.spots],
        "text": [plain(spot.label) for spot in view.spots],
        "textposition": [places[spot] for spot in view.spots],
        "textfont": {"size": 11},
        "marker": {"size": [2 * reach_px(spot, view) for spot in view.spots], "opacity": 0},
        "hoverinfo": "skip",
        "showlegend": False,
        "cliponaxis": False,
    }


def _priced(spots: Sequence[Spot], colours: Palette) -> Spec:
    pence = [spot.price * 100 for spot in spots]
    return {
        "color": pence,
        "colorscale": [[0, colours.execute], [0.5, colours.defer], [1, colours.carbon]],
        "cmin": min(pence, default=0.0) - 0.05,
        "cmax": max(pence, default=1.0) + 0.05,
        "colorbar": {"title": {"text": "p/kWh"}, "thickness": 10, "len": 0.8, "nticks": 4},
        "showscale": bool(spots),
    }


def _ring(spots: Sequence[Spot], view: WindowMap, colours: Palette) -> Spec:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "chosen",
        "x": [middle(spot) for spot in spots],
        "y": [spot.intensity for spot in spots],
        "marker": {
            "symbol": "circle-open",
            "size": [mark_px(spot, view) + RING_PX for spot in spots],
            "color": colours.ink,
            "line": {"width": 3},
        },
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _threshold(view: WindowMap) -> list[Spec]:
    if view.threshold > view.top:
        return []
    return [rule(0, view.width, view.threshold, view.threshold, "dash")]


def _threshold_label(view: WindowMap) -> list[Spec]:
    return [
        label(
            threshold_text(view),
            0 if x < PLOT_PX[0] / 2 else view.width,
            view.threshold,
            xanchor="left" if x < PLOT_PX[0] / 2 else "right",
            yanchor="bottom" if y > threshold_px(view) else "top",
        )
        for x, y, *_ in threshold_box(view)
    ]
