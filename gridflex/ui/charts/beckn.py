"""Energy windows: when across, how clean up; size is the power free, colour the price."""

from __future__ import annotations

import math
from collections.abc import Sequence

import plotly.graph_objects as go

from gridflex.services.beckn_view import Spot, WindowMap
from gridflex.ui.charts.style import Spec, figure, label, layout, plain, rule, time_xaxis, value_yaxis
from gridflex.ui.palette import RULE, Palette

HEIGHT = 440
PLOT_PX = (365.0, 315.0)
"""How large the plot is on a desktop; labels are kept apart by it."""

LEAST_PX, MOST_PX, RING_PX = 10.0, 30.0, 14.0


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
            yaxis=value_yaxis("gCO2/kWh", view.top, standoff=12),
            shapes=_threshold(view),
            annotations=_threshold_label(view),
        ),
    )


def _middle(spot: Spot) -> float:
    return (spot.begins + spot.ends) / 2


def _size(spot: Spot, view: WindowMap) -> float:
    most = max(one.capacity_mw for one in view.spots) or 1.0
    return LEAST_PX + (MOST_PX - LEAST_PX) * math.sqrt(spot.capacity_mw / most)


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
        "x": [_middle(spot) for spot in spots],
        "y": [spot.intensity for spot in spots],
        "hovertext": ["<br>".join(map(plain, spot.hover)) for spot in spots],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "marker": {"size": [_size(spot, view) for spot in spots], "opacity": 1, **marker},
        "cliponaxis": False,
    }


def _names(view: WindowMap) -> Spec:
    """Names on marks nobody sees, as large as mark and ring, which keep them clear of both."""
    places = label_places(view)
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [_middle(spot) for spot in view.spots],
        "y": [spot.intensity for spot in view.spots],
        "text": [plain(spot.label) for spot in view.spots],
        "textposition": [places[spot] for spot in view.spots],
        "textfont": {"size": 11},
        "marker": {"size": [2 * _reach(spot, view) for spot in view.spots], "opacity": 0},
        "hoverinfo": "skip",
        "showlegend": False,
        "cliponaxis": False,
    }


def _reach(spot: Spot, view: WindowMap) -> float:
    """Pixels from a mark's middle to its edge, or to its ring's."""
    return _size(spot, view) / 2 + (RING_PX / 2 if spot.chosen else 0.0)


SIDES = {
    "top center": (0, 1),
    "bottom center": (0, -1),
    "middle right": (1, 0),
    "middle left": (-1, 0),
    "top right": (1, 1),
    "top left": (-1, 1),
    "bottom right": (1, -1),
    "bottom left": (-1, -1),
}
HALF_LINE_PX, CHARACTER_PX = 7.0, 6.5
NAME_WEIGHT = 4
Box = tuple[float, float, float, float]
"""Middle across and up, half width and half height, pixels."""


def label_places(view: WindowMap) -> dict[Spot, str]:
    """Where each window's name stands beside its mark: the first side that hides least, a name above all."""
    drawn, names = _drawn(view), _threshold_box(view)
    places: dict[Spot, str] = {}
    for spot in view.spots:
        boxes = {side: _name_box(spot, view, *way) for side, way in SIDES.items()}
        hidden = {side: NAME_WEIGHT * _met(box, names) + _met(box, drawn) + _leaves(box) for side, box in boxes.items()}
        places[spot] = min(hidden, key=hidden.__getitem__)
        names.append(boxes[places[spot]])
    return places


def _met(box: Box, others: Sequence[Box]) -> int:
    return sum(_meet(box, other) for other in others)


def _drawn(view: WindowMap) -> list[Box]:
    """Every mark and every window's line."""
    marks = [(*_pixels(spot, view), _reach(spot, view), _reach(spot, view)) for spot in view.spots]
    lines = [
        (*_pixels(spot, view), (spot.ends - spot.begins) / 2 / view.width * PLOT_PX[0], 1.0) for spot in view.spots
    ]
    return [*marks, *lines]


def _name_box(spot: Spot, view: WindowMap, right: int, up: int) -> Box:
    x, y = _pixels(spot, view)
    half = CHARACTER_PX / 2 * len(spot.label)
    away = _reach(spot, view) / 0.8 + 1  # as plotly.js keeps a text from its mark
    return x + right * (away + half), y + up * (away + HALF_LINE_PX), half, HALF_LINE_PX


def _leaves(box: Box) -> bool:
    return not (box[2] <= box[0] <= PLOT_PX[0] - box[2] and box[3] <= box[1])


def _pixels(spot: Spot, view: WindowMap) -> tuple[float, float]:
    return _middle(spot) / view.width * PLOT_PX[0], spot.intensity / view.top * PLOT_PX[1]


def _meet(one: Box, other: Box) -> bool:
    return abs(one[0] - other[0]) < one[2] + other[2] and abs(one[1] - other[1]) < one[3] + other[3]


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
        "x": [_middle(spot) for spot in spots],
        "y": [spot.intensity for spot in spots],
        "marker": {
            "symbol": "circle-open",
            "size": [_size(spot, view) + RING_PX for spot in spots],
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


def _threshold_text(view: WindowMap) -> str:
    return f"threshold {view.threshold:.0f}"


def _threshold_box(view: WindowMap) -> list[Box]:
    """The threshold's label: above its line, at the end where it meets less; none where the line is not drawn."""
    if view.threshold > view.top:
        return []
    half, up = CHARACTER_PX / 2 * len(_threshold_text(view)), view.threshold / view.top * PLOT_PX[1] + HALF_LINE_PX
    ends: list[Box] = [(x, up, half, HALF_LINE_PX) for x in (half, PLOT_PX[0] - half)]
    return [min(ends, key=lambda box: _met(box, _drawn(view)))]


def _threshold_label(view: WindowMap) -> list[Spec]:
    found = []
    for x, *_ in _threshold_box(view):
        side = ("left", 0, 4) if x < PLOT_PX[0] / 2 else ("right", view.width, -4)
        anchor, at, shift = side
        text = _threshold_text(view)
        found.append(label(text, at, view.threshold, xanchor=anchor, yanchor="bottom", xshift=shift))
    return found
